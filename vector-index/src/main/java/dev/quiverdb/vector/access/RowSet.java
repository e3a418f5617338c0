package dev.quiverdb.vector.access;

import java.util.Arrays;

/**
 * The rows that pass a filter, all of them visible to the asking transaction, its own rows
 * included. Immutable. A row id takes 8 bytes.
 */
public final class RowSet implements RowFilter {
    private final long[] rowIds;

    private RowSet(long[] rowIds) {
        this.rowIds = rowIds;
    }

    /**
     * Returns the set of {@code rowIds[0..count)}, in any order, each once. O(1) where ascending.
     */
    public static RowSet of(long[] rowIds, int count) {
        long[] own = Arrays.copyOf(rowIds, count);
        for (int i = 1; i < count; i++) {
            if (own[i] < own[i - 1]) {
                Arrays.sort(own);
                break;
            }
        }
        return new RowSet(own);
    }

    /** Returns how many rows pass. */
    public int size() {
        return rowIds.length;
    }

    /** Returns a row id; ascending with {@code index}. */
    public long rowId(int index) {
        return rowIds[index];
    }

    /** Returns whether a row passes. O(log size). */
    public boolean contains(long rowId) {
        return Arrays.binarySearch(rowIds, rowId) >= 0;
    }

    /** Copies row ids from {@code from} on to {@code into}; returns how many. */
    public int copy(int from, long[] into) {
        int count = Math.min(into.length, rowIds.length - from);
        System.arraycopy(rowIds, from, into, 0, count);
        return count;
    }

    @Override
    public void admit(long[] asked, int count, boolean[] admitted) {
        for (int i = 0; i < count; i++) {
            admitted[i] = contains(asked[i]);
        }
    }
}
