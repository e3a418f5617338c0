package dev.quiverdb.storage.log;

import org.jspecify.annotations.Nullable;

/** The log works no more: it was closed, or a disk failure ended it (the cause). */
public final class LogClosedException extends RuntimeException {
    public LogClosedException(String log, @Nullable Throwable cause) {
        super(
                cause == null
                        ? "commit log \"" + log + "\" is closed"
                        : "commit log \""
                                + log
                                + "\" stopped after a failure: "
                                + cause.getMessage(),
                cause);
    }
}
