package dev.quiverdb.storage;

/** How an attempt to lock, update or delete a row ended. */
public enum LockOutcome {
    /**
     * Done: the row is locked (and written). The version read by the snapshot is the newest one.
     */
    DONE,
    /**
     * READ COMMITTED only: the row is locked, but its newest version is newer than the snapshot,
     * and nothing was written. The caller reads it with {@link Transaction#fetchLatest}, evaluates
     * its predicate again, and repeats the write (which then is DONE) or leaves the row.
     */
    UPDATED,
    /** READ COMMITTED only: a concurrent transaction deleted the row; nothing was locked. */
    DELETED,
    /**
     * The row was changed by this very command already (a join matched it twice), or deleted by
     * this transaction; nothing was done.
     */
    SELF_MODIFIED,
    /** Somebody else holds the row and the policy says not to wait; nothing was locked. */
    WOULD_BLOCK
}
