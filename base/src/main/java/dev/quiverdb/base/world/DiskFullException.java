package dev.quiverdb.base.world;

import org.jspecify.annotations.Nullable;

/** No room is left for what was written. Going on is possible when there is room again. */
public final class DiskFullException extends DiskException {
    public DiskFullException(String file, @Nullable Throwable cause) {
        super(file, "could not extend file", cause);
    }
}
