package dev.quiverdb.storage.txn;

import org.jspecify.annotations.Nullable;

/** The storage works no more after a failure of the machine; it has to be opened again. */
public final class StorageFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StorageFailedException(@Nullable Throwable cause) {
        super(
                cause == null
                        ? "the storage is closed"
                        : "the storage stopped after a failure: " + cause.getMessage(),
                cause);
    }
}
