package dev.quiverdb.bench.ann;

import org.jspecify.annotations.Nullable;

import java.util.BitSet;

/** One index under test. Built once; searched and changed by one thread. */
interface AnnEngine extends AutoCloseable {

    /** Shown in tables and JSON. */
    String name();

    /** Builds over all base vectors by Euclidean distance. */
    void build(AnnData data, int threads);

    /** Bytes the index adds a vector, the vectors themselves not counted. */
    double indexBytesPerVector();

    /**
     * Processor time of making one vector searchable, without what is done for it in the
     * background; NaN where an engine has no such step.
     */
    default double storeMicros() {
        return Double.NaN;
    }

    /** Vectors that one core links a second, at the full size; NaN where linking is no own step. */
    default double linkedPerSecond() {
        return Double.NaN;
    }

    /** Efforts to measure, rising. */
    int[] efforts();

    /**
     * Finds the k nearest.
     *
     * @param admitted ids that may be returned, or null for all
     * @param into receives ids
     * @return how many were found
     */
    int search(float[] query, int k, int effort, @Nullable BitSet admitted, int[] into);

    /**
     * Prepares a filter, so that its making is not measured; what is returned is passed to {@link
     * #searchFiltered}.
     */
    default @Nullable Object prepareFilter(BitSet admitted) {
        return null;
    }

    /** As {@link #search} with a prepared filter. */
    default int searchFiltered(
            float[] query,
            int k,
            int effort,
            BitSet admitted,
            @Nullable Object prepared,
            int[] into) {
        return search(query, k, effort, admitted, into);
    }

    /** Whether vectors can be deleted and inserted again. */
    default boolean changes() {
        return false;
    }

    default void delete(int id) {
        throw new UnsupportedOperationException(name());
    }

    default void insert(int id) {
        throw new UnsupportedOperationException(name());
    }

    /** Work that a database does in the background after changes. */
    default void settle() {}

    @Override
    void close();
}
