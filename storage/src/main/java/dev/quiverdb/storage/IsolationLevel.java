package dev.quiverdb.storage;

/** SQL's isolation levels as PostgreSQL implements them. READ UNCOMMITTED is READ COMMITTED. */
public enum IsolationLevel {
    /** A snapshot per statement; a row that changed under a lock wait is looked at again. */
    READ_COMMITTED,
    /** Snapshot isolation: one snapshot; a row that changed since then fails with 40001. */
    REPEATABLE_READ,
    /** Snapshot isolation plus detection of dangerous structures (SSI; Cahill 2008, Ports 2012). */
    SERIALIZABLE;

    /** Returns whether every statement of a transaction reads the same snapshot. */
    public boolean usesTransactionSnapshot() {
        return this != READ_COMMITTED;
    }
}
