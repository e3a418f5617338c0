package dev.quiverdb.vector.graph;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A set of stored vectors under one metric, as a graph sees it: something that makes {@link
 * Scorer}s. Any thread may call it.
 */
public interface VectorSpace {
    /** Returns a new scorer, for one thread. */
    Scorer scorer();

    /**
     * Prepares a vector that was just stored for scoring, such as by computing its code. Called
     * once for each use of a vecId, before any scorer meets it.
     */
    default void prepare(int vecId) {}

    /**
     * Returns a stored vector in the encoding of a query, readable within the caller's visit; null
     * where vectors are not kept that way.
     */
    default @Nullable MemorySegment vector(int vecId) {
        return null;
    }

    /**
     * Whether distances are negated inner products, under which a vector is not its own nearest.
     */
    default boolean isByInnerProduct() {
        return false;
    }

    /** Returns about how long one distance to a random vector takes, for choosing between plans. */
    double nanosPerScore();

    /** Returns the bytes that this space itself holds for each vector, over the vectors stored. */
    default double bytesPerVector() {
        return 0;
    }
}
