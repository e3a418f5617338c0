package dev.quiverdb.vector.graph;

import java.util.Arrays;

/**
 * The vecIds that a walk has met. Up to {@link #STAMPED_MAX} ids: one byte each that holds the
 * epoch of the last walk, so clearing is an increment; above: an open-addressing table that grows
 * with the walk. For one thread.
 */
final class VisitedSet {
    static final int STAMPED_MAX = 1 << 22;
    private static final int FREE = -1;

    private byte[] stamps = new byte[0];
    private byte epoch;
    private int[] table = new int[0];
    private int tableSize;
    private boolean stamped = true;

    /** Empties the set and makes room for ids below {@code idsMax}. */
    void clear(int idsMax) {
        stamped = idsMax <= STAMPED_MAX;
        if (stamped) {
            if (stamps.length < idsMax) {
                stamps = new byte[Math.min(STAMPED_MAX, idsMax + (idsMax >>> 2) + 64)];
                epoch = 0;
            }
            if (++epoch == 0) {
                Arrays.fill(stamps, (byte) 0);
                epoch = 1;
            }
        } else {
            if (table.length == 0) {
                table = new int[1 << 13];
            }
            Arrays.fill(table, FREE);
            tableSize = 0;
        }
    }

    /** Adds an id; returns whether it was absent. */
    boolean add(int vecId) {
        if (stamped) {
            if (vecId >= stamps.length) {
                stamps = Arrays.copyOf(stamps, vecId + (vecId >>> 2) + 64);
            }
            if (stamps[vecId] == epoch) {
                return false;
            }
            stamps[vecId] = epoch;
            return true;
        }
        return addToTable(vecId);
    }

    /** Adds ids and copies those that were absent to {@code into}; returns how many they are. */
    int addAll(int[] ids, int count, int[] into) {
        int fresh = 0;
        if (!stamped) {
            for (int i = 0; i < count; i++) {
                if (addToTable(ids[i])) {
                    into[fresh++] = ids[i];
                }
            }
            return fresh;
        }
        byte[] seen = stamps;
        byte now = epoch;
        for (int i = 0; i < count; i++) {
            int vecId = ids[i];
            if (vecId >= seen.length) {
                seen = Arrays.copyOf(seen, vecId + (vecId >>> 2) + 64);
                stamps = seen;
            }
            into[fresh] = vecId;
            // Whether an id is fresh is as good as chance, and the compiler makes a branch of any
            // comparison: 0 where the stamps are the same, else 1.
            fresh += ((seen[vecId] ^ now) & 0xff) + 0xff >>> 8;
            seen[vecId] = now;
        }
        return fresh;
    }

    /** Copies ids that are absent to {@code into} and adds none; returns how many they are. */
    int absent(int[] ids, int count, int[] into) {
        int absent = 0;
        if (!stamped) {
            for (int i = 0; i < count; i++) {
                if (!contains(ids[i])) {
                    into[absent++] = ids[i];
                }
            }
            return absent;
        }
        byte[] seen = stamps;
        byte now = epoch;
        for (int i = 0; i < count; i++) {
            int vecId = ids[i];
            int stamp = vecId < seen.length ? seen[vecId] ^ now : 1;
            into[absent] = vecId;
            absent += (stamp & 0xff) + 0xff >>> 8;
        }
        return absent;
    }

    boolean contains(int vecId) {
        if (stamped) {
            return vecId < stamps.length && stamps[vecId] == epoch;
        }
        int mask = table.length - 1;
        for (int at = hash(vecId) & mask; table[at] != FREE; at = (at + 1) & mask) {
            if (table[at] == vecId) {
                return true;
            }
        }
        return false;
    }

    private boolean addToTable(int vecId) {
        int mask = table.length - 1;
        int at = hash(vecId) & mask;
        while (table[at] != FREE) {
            if (table[at] == vecId) {
                return false;
            }
            at = (at + 1) & mask;
        }
        table[at] = vecId;
        if (++tableSize > table.length >>> 1) {
            var old = table;
            table = new int[old.length * 2];
            Arrays.fill(table, FREE);
            tableSize = 0;
            for (int member : old) {
                if (member != FREE) {
                    addToTable(member);
                }
            }
        }
        return true;
    }

    private static int hash(int vecId) {
        int mixed = vecId * 0x9e3779b9;
        return mixed ^ (mixed >>> 15);
    }
}
