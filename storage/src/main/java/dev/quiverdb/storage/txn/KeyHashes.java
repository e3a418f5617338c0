package dev.quiverdb.storage.txn;

import java.util.Arrays;

/**
 * Which unique keys a transaction holds that holds very many: 64 bits each, in an open table
 * without objects. Two keys with the same bits are taken for one, so that somebody may wait for
 * nothing. Safe for all threads.
 *
 * <p>Linear probing; removal moves what follows back (Knuth, volume 3, algorithm 6.4R).
 */
final class KeyHashes {
    private static final int SIZE_MIN = 1024;

    /** 0 is free; the hash 0 counts as 1. */
    private long[] table = new long[SIZE_MIN];

    /** All of them, the newest last. */
    private long[] order = new long[SIZE_MIN];

    private int count;

    private static long of(long hash) {
        return hash == 0 ? 1 : hash;
    }

    private int find(long hash) {
        int mask = table.length - 1;
        int at = (int) hash & mask;
        while (table[at] != 0 && table[at] != hash) {
            at = (at + 1) & mask;
        }
        return at;
    }

    synchronized boolean has(long hash) {
        return table[find(of(hash))] != 0;
    }

    /** False if it was there. */
    synchronized boolean add(long hash) {
        long kept = of(hash);
        int at = find(kept);
        if (table[at] != 0) {
            return false;
        }
        table[at] = kept;
        if (count == order.length) {
            order = Arrays.copyOf(order, count + count / 2);
        }
        order[count] = kept;
        if (++count > table.length / 4 * 3) {
            long[] old = table;
            table = new long[old.length * 2];
            for (long one : old) {
                if (one != 0) {
                    table[find(one)] = one;
                }
            }
        }
        return true;
    }

    synchronized int count() {
        return count;
    }

    /** Forgets all but the oldest {@code keep}. */
    synchronized void truncate(int keep) {
        while (count > keep) {
            count--;
            remove(order[count]);
        }
    }

    private void remove(long hash) {
        int at = find(hash);
        int mask = table.length - 1;
        int hole = at;
        for (int next = (hole + 1) & mask; table[next] != 0; next = (next + 1) & mask) {
            int home = (int) table[next] & mask;
            // It may move if its home does not lie between the hole and where it is.
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = 0;
    }

    synchronized long[] toArray() {
        return Arrays.copyOf(order, count);
    }
}
