package dev.quiverdb.base.world;

/** Stored bytes are not what was written. They are never served; the message names the file. */
public abstract class DamagedException extends RuntimeException {
    private final String file;

    protected DamagedException(String file, String message) {
        super(message);
        this.file = file;
    }

    /** The file as a person would look for it. */
    public final String file() {
        return file;
    }
}
