package dev.quiverdb.base.world;

import org.jspecify.annotations.Nullable;

/** A disk did not do what was asked; says which file and what was tried. */
public class DiskException extends RuntimeException {
    private final String file;

    public DiskException(String file, String doing, @Nullable Throwable cause) {
        super(doing + " \"" + file + "\"" + reason(cause), cause);
        this.file = file;
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        var message = cause.getMessage();
        return ": " + (message == null ? cause.getClass().getSimpleName() : message);
    }

    /** The file as a person would look for it. */
    public String file() {
        return file;
    }
}
