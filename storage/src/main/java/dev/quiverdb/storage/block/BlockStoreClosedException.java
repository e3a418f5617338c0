package dev.quiverdb.storage.block;

import org.jspecify.annotations.Nullable;

/** The store works no more: it was closed, or a disk failure ended it (the cause). */
public final class BlockStoreClosedException extends RuntimeException {
    public BlockStoreClosedException(String store, @Nullable Throwable cause) {
        super(
                cause == null
                        ? "block store \"" + store + "\" is closed"
                        : "block store \""
                                + store
                                + "\" stopped after a failure: "
                                + cause.getMessage(),
                cause);
    }
}
