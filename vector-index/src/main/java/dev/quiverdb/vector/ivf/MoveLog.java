package dev.quiverdb.vector.ivf;

import java.util.BitSet;

/**
 * Vectors that went from one list to another, newest last, as far as they are kept. A search looks
 * into one list after the other; what moved meanwhile it would miss, or meet twice, and compares by
 * itself therefore. Written under the index's write lock, read under its read lock.
 */
final class MoveLog {
    private static final int KEPT = 1 << 15;

    private int[] ring = {};
    private volatile long end;

    void add(int vecId) {
        if (ring.length == 0) {
            ring = new int[KEPT];
        }
        long at = end;
        ring[(int) (at % KEPT)] = vecId;
        end = at + 1;
    }

    /** How many vectors ever moved: what comes after is told by {@link #since}. Any thread. */
    long end() {
        return end;
    }

    /**
     * Adds those that moved since to a set.
     *
     * @return whether they are all still known
     */
    boolean since(long from, BitSet into) {
        if (end - from > KEPT) {
            return false;
        }
        for (long at = from; at < end; at++) {
            into.set(ring[(int) (at % KEPT)]);
        }
        return true;
    }
}
