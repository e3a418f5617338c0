package dev.quiverdb.vector.access;

/**
 * What the WHERE clause and row-level security say about rows, as the executor can tell it: a set
 * that is at hand, or a test to be run. Used by the searching thread.
 */
public sealed interface RowFilter permits RowSet, RowTest {
    /**
     * Answers for {@code rowIds[0..count)}; only rows that the asking transaction sees are shown.
     */
    void admit(long[] rowIds, int count, boolean[] admitted);
}
