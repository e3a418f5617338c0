package dev.quiverdb.storage.btree;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Entries of an ordered index in ascending order, to be put in together. Owns its arrays, which are
 * not changed.
 */
public final class KeyRun {
    private final byte[][] keys;
    private final long[] rowIds;
    private final BitSet doubtful = new BitSet();

    private KeyRun(byte[][] keys, long[] rowIds) {
        this.keys = keys;
        this.rowIds = rowIds;
    }

    /** Collects entries in any order. */
    public static final class Builder {
        private byte[][] keys;
        private long[] rowIds;
        private int count;

        public Builder(int expected) {
            keys = new byte[expected][];
            rowIds = new long[expected];
        }

        /** Takes the key over. Row ids must ascend. */
        public void add(byte[] key, long rowId) {
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, Math.max(16, count * 2));
                rowIds = Arrays.copyOf(rowIds, keys.length);
            }
            keys[count] = key;
            rowIds[count++] = rowId;
        }

        /** The entries in order. */
        public KeyRun build() {
            if (isSorted()) {
                return new KeyRun(Arrays.copyOf(keys, count), Arrays.copyOf(rowIds, count));
            }
            var order = new Integer[count];
            for (int i = 0; i < count; i++) {
                order[i] = i;
            }
            // Stable, and row ids ascend: so equal keys stay in the order of their row ids.
            Arrays.sort(order, (a, b) -> Arrays.compareUnsigned(keys[a], keys[b]));
            var sortedKeys = new byte[count][];
            var sortedIds = new long[count];
            for (int i = 0; i < count; i++) {
                sortedKeys[i] = keys[order[i]];
                sortedIds[i] = rowIds[order[i]];
            }
            return new KeyRun(sortedKeys, sortedIds);
        }

        private boolean isSorted() {
            for (int i = 1; i < count; i++) {
                if (Arrays.compareUnsigned(keys[i - 1], keys[i]) > 0) {
                    return false;
                }
            }
            return true;
        }
    }

    public int size() {
        return rowIds.length;
    }

    public byte[] key(int index) {
        return keys[index];
    }

    public long rowId(int index) {
        return rowIds[index];
    }

    /** Another entry has this one's key, or may have it. */
    public void doubt(int index) {
        doubtful.set(index);
    }

    /** Entries beside which another with the same key was found when they were put in. */
    public BitSet doubtful() {
        return doubtful;
    }
}
