package dev.quiverdb.storage;

/** PostgreSQL's eight lock modes on relations and other objects, weakest first. */
public enum ObjectLockMode {
    ACCESS_SHARE(0, "AccessShareLock", 0b1000_0000),
    ROW_SHARE(1, "RowShareLock", 0b1100_0000),
    ROW_EXCLUSIVE(2, "RowExclusiveLock", 0b1111_0000),
    SHARE_UPDATE_EXCLUSIVE(3, "ShareUpdateExclusiveLock", 0b1111_1000),
    SHARE(4, "ShareLock", 0b1110_1100),
    SHARE_ROW_EXCLUSIVE(5, "ShareRowExclusiveLock", 0b1111_1100),
    EXCLUSIVE(6, "ExclusiveLock", 0b1111_1110),
    ACCESS_EXCLUSIVE(7, "AccessExclusiveLock", 0b1111_1111);

    private static final ObjectLockMode[] BY_CODE = values();

    private final int code;
    private final String pgName;
    private final int conflicts;

    ObjectLockMode(int code, String pgName, int conflicts) {
        this.code = code;
        this.pgName = pgName;
        this.conflicts = conflicts;
    }

    /** 0 for the weakest, 7 for the strongest. */
    public int code() {
        return code;
    }

    /** The name that pg_locks and deadlock details show. */
    public String pgName() {
        return pgName;
    }

    /** The one of that {@link #code}. */
    public static ObjectLockMode ofCode(int code) {
        return BY_CODE[code];
    }

    /** Returns whether two transactions cannot hold the two modes on one object at once. */
    public boolean conflictsWith(ObjectLockMode other) {
        return (conflicts & 1 << other.code) != 0;
    }
}
