package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.simd.Metric;

/**
 * How an index is made.
 *
 * @param metric L2, inner product or cosine; Hamming for flat lists
 * @param lists number of lists; 0 chooses by the number of vectors
 * @param coding what stands in the lists
 * @param parts for {@link Coding#PRODUCT}: sub-spaces of a vector, even; 0 chooses one for four
 *     dimensions
 * @param bits for {@link Coding#PRODUCT}: 4 or 8 a sub-space
 * @param learnedRotation for {@link Coding#PRODUCT}: whether a rotation is learned
 * @param copies lists that hold each vector: 1, or 2 to need fewer probes for more memory
 * @param seed decides everything random
 */
public record IvfOptions(
        Metric metric,
        int lists,
        Coding coding,
        int parts,
        int bits,
        boolean learnedRotation,
        int copies,
        long seed) {

    /** What a list holds of a vector. */
    public enum Coding {
        /** Ids alone; vectors are read from their slots (IVFFlat). */
        FLAT,
        /** One bit a dimension, no training. */
        RABITQ,
        /** Product quantisation (IVF-PQ). */
        PRODUCT
    }

    public IvfOptions {
        boolean known =
                switch (metric) {
                    case L2, INNER_PRODUCT, COSINE -> true;
                    case HAMMING -> coding == Coding.FLAT;
                    case L1, JACCARD -> false;
                };
        if (!known) {
            throw new IllegalArgumentException(coding + " lists do not support " + metric);
        }
        if (bits != 4 && bits != 8) {
            throw new IllegalArgumentException("codes of 4 or 8 bits, not " + bits);
        }
        if (copies < 1 || copies > 2) {
            throw new IllegalArgumentException("a vector is in 1 or 2 lists, not " + copies);
        }
    }

    /** Without a learned rotation, four bits a sub-space. */
    public IvfOptions(Metric metric, int lists, Coding coding, int parts, int copies, long seed) {
        this(metric, lists, coding, parts, 4, false, copies, seed);
    }

    /** The usual index of a coding. */
    public static IvfOptions of(Metric metric, Coding coding) {
        return new IvfOptions(metric, 0, coding, 0, 1, 42);
    }

    /** Whether near means near by Euclidean distance in the space of the centroids. */
    boolean euclidean() {
        // Squared distances of vectors of zeros and ones are Hamming distances.
        return metric == Metric.L2 || metric == Metric.HAMMING;
    }
}
