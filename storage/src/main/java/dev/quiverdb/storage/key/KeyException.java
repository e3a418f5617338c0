package dev.quiverdb.storage.key;

import org.jspecify.annotations.Nullable;

/** A key is missing, malformed, or not the one that was used. */
public final class KeyException extends RuntimeException {
    public KeyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
