package dev.quiverdb.storage.log;

/** Bytes of the log that were durable are not what was written. The log is not opened. */
public final class LogDamagedException extends RuntimeException {
    private final String file;
    private final long offset;

    public LogDamagedException(String file, long offset, String what) {
        super("commit log file \"" + file + "\" is damaged at offset " + offset + ": " + what);
        this.file = file;
        this.offset = offset;
    }

    /** The file as a person would look for it. */
    public String file() {
        return file;
    }

    /** Where in the file the damage begins. */
    public long offset() {
        return offset;
    }
}
