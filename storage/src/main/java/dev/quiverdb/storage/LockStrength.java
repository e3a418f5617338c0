package dev.quiverdb.storage;

/** The four strengths of a row lock, weakest first, with PostgreSQL's conflict table. */
public enum LockStrength {
    /** FOR KEY SHARE: the key must stay. Conflicts with UPDATE only. */
    KEY_SHARE,
    /** FOR SHARE: the row must stay. Conflicts with NO_KEY_UPDATE and UPDATE. */
    SHARE,
    /** FOR NO KEY UPDATE: an UPDATE that leaves keys alone. Conflicts with all but KEY_SHARE. */
    NO_KEY_UPDATE,
    /** FOR UPDATE, DELETE and UPDATE of a key. Conflicts with all. */
    UPDATE;

    /** Returns whether two transactions cannot hold the two strengths on one row at once. */
    public boolean conflictsWith(LockStrength other) {
        return ordinal() + other.ordinal() >= 3;
    }
}
