package dev.quiverdb.storage.btree;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/** Counts how often one reader had to begin again, and lets the writer get on. */
final class Restarts {
    private static final int SPINS = 64;
    private static final int RESTARTS_MAX = 10_000_000;
    private static final int TORN_MAX = 1000;
    private int count;
    private int torn;

    void again() {
        count++;
        if (count < SPINS) {
            Thread.onSpinWait();
        } else if (count < RESTARTS_MAX) {
            LockSupport.parkNanos(1_000);
        } else {
            throw new IllegalStateException("an index node stays in change");
        }
    }

    /** What was read made no sense: that is a reason to begin again only if it was changing. */
    void torn(MemorySegment node, long version, RuntimeException sign) {
        // Where the block was copied for a checkpoint, the memory in hand is quiet though the node
        // is not: the next
        // descent finds the new one. Only what makes no sense over and over is wrong.
        torn += Node.isUnchanged(node, version) ? 1 : 0;
        if (torn > TORN_MAX) {
            throw new IllegalStateException("an index node contradicts itself", sign);
        }
        again();
    }
}
