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
            int[] order = sorted();
            var sortedKeys = new byte[count][];
            var sortedIds = new long[count];
            for (int i = 0; i < count; i++) {
                sortedKeys[i] = keys[order[i]];
                sortedIds[i] = rowIds[order[i]];
            }
            return new KeyRun(sortedKeys, sortedIds);
        }

        /**
         * Row ids ascend and the merges are stable, so equal keys stay in the order of their row
         * ids. Most comparisons end at the first eight bytes behind the first.
         */
        private int[] sorted() {
            var heads = new long[count];
            int[] order = new int[count];
            for (int i = 0; i < count; i++) {
                heads[i] = keys[i].length == 0 ? 0 : Node.head(keys[i], 1) + Long.MIN_VALUE;
                order[i] = i;
            }
            int[] other = new int[count];
            for (int width = 1; width < count; width *= 2) {
                for (int from = 0; from < count; from += 2 * width) {
                    merge(order, other, heads, from, width);
                }
                int[] done = other;
                other = order;
                order = done;
            }
            return order;
        }

        private void merge(int[] order, int[] to, long[] heads, int from, int width) {
            int left = from;
            int leftEnd = Math.min(from + width, count);
            int right = leftEnd;
            int rightEnd = Math.min(from + 2 * width, count);
            for (int at = from; at < rightEnd; at++) {
                boolean takeLeft =
                        right == rightEnd
                                || (left < leftEnd
                                        && compare(order[left], order[right], heads) <= 0);
                to[at] = takeLeft ? order[left++] : order[right++];
            }
        }

        private int compare(int a, int b, long[] heads) {
            byte[] left = keys[a];
            byte[] right = keys[b];
            if (left.length > 0
                    && right.length > 0
                    && left[0] == right[0]
                    && heads[a] != heads[b]) {
                return Long.compare(heads[a], heads[b]);
            }
            return Arrays.compareUnsigned(left, right);
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
