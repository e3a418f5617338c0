package dev.quiverdb.storage;

/** PostgreSQL's eight lock modes on relations and other objects, weakest first. */
public enum ObjectLockMode {
    ACCESS_SHARE("AccessShareLock", 0b1000_0000),
    ROW_SHARE("RowShareLock", 0b1100_0000),
    ROW_EXCLUSIVE("RowExclusiveLock", 0b1111_0000),
    SHARE_UPDATE_EXCLUSIVE("ShareUpdateExclusiveLock", 0b1111_1000),
    SHARE("ShareLock", 0b1110_1100),
    SHARE_ROW_EXCLUSIVE("ShareRowExclusiveLock", 0b1111_1100),
    EXCLUSIVE("ExclusiveLock", 0b1111_1110),
    ACCESS_EXCLUSIVE("AccessExclusiveLock", 0b1111_1111);

    private final String pgName;
    private final int conflicts;

    ObjectLockMode(String pgName, int conflicts) {
        this.pgName = pgName;
        this.conflicts = conflicts;
    }

    /** The name that pg_locks and deadlock details show. */
    public String pgName() {
        return pgName;
    }

    /** Returns whether two transactions cannot hold the two modes on one object at once. */
    public boolean conflictsWith(ObjectLockMode other) {
        return (conflicts & 1 << other.ordinal()) != 0;
    }
}
