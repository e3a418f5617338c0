package dev.quiverdb.base.world;

import org.jspecify.annotations.Nullable;

/**
 * A force failed. The system may have dropped the dirty pages and marked them clean, so a second
 * force that succeeds would prove nothing: whoever sees this stops and recovers from the log.
 */
public final class DiskForceException extends DiskException {
    public DiskForceException(String file, @Nullable Throwable cause) {
        super(file, "could not fsync file", cause);
    }
}
