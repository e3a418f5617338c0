package dev.quiverdb.storage.log;

import dev.quiverdb.base.world.DamagedException;

/** Bytes of the log that were durable are not what was written. The log is not opened. */
public final class LogDamagedException extends DamagedException {
    private boolean tooLate;

    private final long offset;

    public LogDamagedException(String file, long offset, String what) {
        super(
                file,
                "commit log file \"" + file + "\" is damaged at offset " + offset + ": " + what);
        this.offset = offset;
    }

    /** Where in the file the damage begins. */
    public long offset() {
        return offset;
    }

    /** As the other, where older entries than the log has are asked for. */
    static LogDamagedException tooLate(String file, String what) {
        var damage = new LogDamagedException(file, 0, what);
        damage.tooLate = true;
        return damage;
    }

    /** Whether all that the log has is whole, and what was asked for lies before it. */
    public boolean isTooLate() {
        return tooLate;
    }
}
