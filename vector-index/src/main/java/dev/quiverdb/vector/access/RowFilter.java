package dev.quiverdb.vector.access;

/**
 * What the WHERE clause and row-level security say about rows, as the executor can tell it: a set
 * that is at hand, or a test to be run. Used by the searching thread.
 */
public interface RowFilter {
    /**
     * Answers for {@code rowIds[0..count)}; only rows that the asking transaction sees are shown.
     */
    void admit(long[] rowIds, int count, boolean[] admitted);

    /** Returns the expected share of rows admitted, in [0, 1]. */
    double passRate();

    /**
     * Returns whether an answer costs a few nanoseconds and reads no row, as from a bitmap. The
     * search then asks about all rows beforehand where that is of use, also about rows that the
     * transaction does not see.
     */
    boolean isSet();
}
