package dev.quiverdb.storage;

/** The four strengths of a row lock, weakest first, with PostgreSQL's conflict table. */
public enum LockStrength {
    /** FOR KEY SHARE: the key must stay. Conflicts with UPDATE only. */
    KEY_SHARE(0),
    /** FOR SHARE: the row must stay. Conflicts with NO_KEY_UPDATE and UPDATE. */
    SHARE(1),
    /** FOR NO KEY UPDATE: an UPDATE that leaves keys alone. Conflicts with all but KEY_SHARE. */
    NO_KEY_UPDATE(2),
    /** FOR UPDATE, DELETE and UPDATE of a key. Conflicts with all. */
    UPDATE(3);

    private static final LockStrength[] BY_CODE = values();

    private final int code;

    LockStrength(int code) {
        this.code = code;
    }

    /** 0 for the weakest, 3 for the strongest. */
    public int code() {
        return code;
    }

    /** The one of that {@link #code}. */
    public static LockStrength ofCode(int code) {
        return BY_CODE[code];
    }

    /** Returns whether two transactions cannot hold the two strengths on one row at once. */
    public boolean conflictsWith(LockStrength other) {
        return code + other.code >= 3;
    }
}
