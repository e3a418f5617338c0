package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.simd.Metric;

/**
 * How an index is made.
 *
 * @param metric L2, inner product or cosine
 * @param lists number of lists; 0 chooses by the number of vectors
 * @param coding what stands in the lists
 * @param nibbles for {@link Coding#PRODUCT}: 4-bit codes a vector, even; 0 chooses one for four
 *     dimensions
 * @param copies lists that hold each vector: 1, or 2 to need fewer probes for more memory
 * @param seed decides everything random
 */
public record IvfOptions(
        Metric metric, int lists, Coding coding, int nibbles, int copies, long seed) {

    /** What a list holds of a vector. */
    public enum Coding {
        /** Ids alone; vectors are read from their slots (IVFFlat). */
        FLAT,
        /** One bit a dimension, no training. */
        RABITQ,
        /** Four-bit product quantisation (IVF-PQ). */
        PRODUCT
    }

    public IvfOptions {
        if (metric != Metric.L2 && metric != Metric.INNER_PRODUCT && metric != Metric.COSINE) {
            throw new IllegalArgumentException("lists do not support " + metric);
        }
        if (copies < 1 || copies > 2) {
            throw new IllegalArgumentException("a vector is in 1 or 2 lists, not " + copies);
        }
    }

    /** The usual index of a coding. */
    public static IvfOptions of(Metric metric, Coding coding) {
        return new IvfOptions(metric, 0, coding, 0, 1, 42);
    }
}
