package dev.quiverdb.vector.access;

/**
 * A filter that has to read a row to answer. Where a search finds that it would test more rows than
 * it costs to find all that pass, it asks for those once and goes on with the set.
 */
public non-sealed interface RowTest extends RowFilter {
    /** Returns the expected share of rows admitted, in [0, 1], as far as it is known by now. */
    double passRate();

    /**
     * Returns after how many tests {@link #gather} is the cheaper way; {@link Long#MAX_VALUE} where
     * it must not be asked.
     */
    long testsMax();

    /** Finds all rows that pass and that the asking transaction sees. In no visit. */
    RowSet gather();
}
