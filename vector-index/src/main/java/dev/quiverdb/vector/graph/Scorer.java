package dev.quiverdb.vector.graph;

import java.lang.foreign.MemorySegment;

/**
 * Distances from one vector to many. Smaller is nearer; the values order as the metric does but
 * need not equal it (squared for L2). NaN stands for "farther than anything".
 *
 * <p>Owned by one thread at a time, bound to one query at a time, allocates nothing per call.
 */
public interface Scorer {
    /** Measures from a query in the encoding of the space. The segment is read until rebound. */
    void bindQuery(MemorySegment query);

    /** Measures from a stored vector. */
    void bindVector(int vecId);

    /** Sets {@code distances[i]} to the distance of {@code vecIds[i]}, for {@code i < count}. */
    void score(int[] vecIds, int count, float[] distances);

    /** Returns the distance of one vector. */
    float score(int vecId);
}
