package dev.quiverdb.storage.txn;

/**
 * Whether one session commits by itself lately, and how long its commits take. Kept by every commit
 * without a lock: who reads a mixture takes one way of committing for another, both of which are
 * right.
 */
final class LoneCommitter {
    /** So many commits in a row are of one session before it counts as alone. */
    private static final int COMMITS = 8;

    /** The estimate of the median moves by an eighth of itself. */
    private static final int STEP_SHIFT = 3;

    private volatile long process;
    private volatile int inARow;
    private volatile long medianNanos;

    /** A commit of a session has ended; from its call until it was published. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // see above
    void committed(long byProcess, long nanos) {
        if (byProcess != process) {
            process = byProcess;
            inARow = 0;
            medianNanos = nanos;
            return;
        }
        long estimate = medianNanos;
        long step = (estimate >> STEP_SHIFT) + 1;
        medianNanos = nanos > estimate ? estimate + step : estimate - step;
        if (inARow < COMMITS) {
            inARow++;
        }
    }

    /**
     * Whether all of the last commits were of this session and half of them took no longer than
     * that.
     */
    boolean is(long ofProcess, long nanosMax) {
        return process == ofProcess && inARow >= COMMITS && medianNanos <= nanosMax;
    }
}
