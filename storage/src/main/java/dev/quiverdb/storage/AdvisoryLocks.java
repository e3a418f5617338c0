package dev.quiverdb.storage;

/**
 * Advisory locks of one session. Keys as in pg_locks: one bigint (two = false) or two ints. A
 * session uses one object for all its transactions and closes it at its end. Locks of transaction
 * scope go with the transaction (or with the rollback to a savepoint before them). Used by one
 * thread at a time.
 */
public interface AdvisoryLocks extends AutoCloseable {
    /**
     * Waits for the lock; once taken, a lock of a session can be taken again and counts.
     *
     * @param transaction waits in its name (deadlock detection, cancellation, lock_timeout)
     */
    void lock(
            Transaction transaction,
            long key,
            boolean two,
            boolean shared,
            boolean transactionScope);

    /** Takes the lock if nobody is in the way. */
    boolean tryLock(
            Transaction transaction,
            long key,
            boolean two,
            boolean shared,
            boolean transactionScope);

    /** Gives one session-scope lock back; false if it was not held. */
    boolean unlock(long key, boolean two, boolean shared);

    /** Gives all session-scope locks back. */
    void unlockAll();

    /** The same as {@link #unlockAll}. */
    @Override
    void close();
}
