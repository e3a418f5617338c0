package dev.quiverdb.vector.simd;

import java.lang.foreign.MemorySegment;

/**
 * Distances between sparse vectors by one merge over both index lists: {@code O(nnz a + nnz b)},
 * scalar (the merge's branches leave nothing to vectorise at the sizes in use). A sparse vector in
 * native memory, little-endian:
 *
 * <pre>
 *   0  int32  count of entries (nnz)
 *   4  int32 * nnz    indices from 0, ascending
 *   .. float * nnz    values, none zero
 * </pre>
 */
public final class SparseVectors {
    private SparseVectors() {}

    /** Bytes of a sparse vector with {@code nnz} entries. */
    public static int sizeBytes(int nnz) {
        return 4 + 8 * nnz;
    }

    /** Writes a sparse vector. */
    public static void write(MemorySegment target, long offset, int[] indices, float[] values) {
        target.set(Scalars.INT, offset, indices.length);
        for (int i = 0; i < indices.length; i++) {
            target.set(Scalars.INT, offset + 4 + 4L * i, indices[i]);
            target.set(Scalars.FLOAT, offset + 4 + 4L * (indices.length + i), values[i]);
        }
    }

    /** Number of entries. */
    public static int count(MemorySegment s, long offset) {
        return s.get(Scalars.INT, offset);
    }

    /**
     * Rank of {@code b} for query {@code a}, as {@link DistanceFunction#rank} gives for dense
     * vectors.
     */
    public static double rank(Metric metric, MemorySegment a, long ao, MemorySegment b, long bo) {
        return switch (metric) {
            case L2 -> l2Squared(a, ao, b, bo);
            case INNER_PRODUCT -> -innerProduct(a, ao, b, bo);
            case COSINE -> {
                double norms = Math.sqrt(squaredNorm(a, ao)) * Math.sqrt(squaredNorm(b, bo));
                yield 1 - Math.max(-1, Math.min(1, innerProduct(a, ao, b, bo) / norms));
            }
            case L1 -> l1(a, ao, b, bo);
            case HAMMING, JACCARD ->
                    throw new IllegalArgumentException(
                            metric + " is not defined over sparse vectors");
        };
    }

    /** Squared Euclidean distance. */
    public static double l2Squared(MemorySegment a, long ao, MemorySegment b, long bo) {
        int na = count(a, ao);
        int nb = count(b, bo);
        double sum = 0;
        int j = 0;
        for (int i = 0; i < na; i++) {
            int index = index(a, ao, i);
            while (j < nb && index(b, bo, j) < index) {
                sum += square(value(b, bo, nb, j++));
            }
            double x = value(a, ao, na, i);
            sum += square(j < nb && index(b, bo, j) == index ? x - value(b, bo, nb, j++) : x);
        }
        while (j < nb) {
            sum += square(value(b, bo, nb, j++));
        }
        return sum;
    }

    /** Inner product. */
    public static double innerProduct(MemorySegment a, long ao, MemorySegment b, long bo) {
        int na = count(a, ao);
        int nb = count(b, bo);
        double sum = 0;
        int i = 0;
        int j = 0;
        while (i < na && j < nb) {
            int left = index(a, ao, i);
            int right = index(b, bo, j);
            if (left == right) {
                sum += (double) value(a, ao, na, i++) * value(b, bo, nb, j++);
            } else if (left < right) {
                i++;
            } else {
                j++;
            }
        }
        return sum;
    }

    /** Taxicab distance. */
    public static double l1(MemorySegment a, long ao, MemorySegment b, long bo) {
        int na = count(a, ao);
        int nb = count(b, bo);
        double sum = 0;
        int j = 0;
        for (int i = 0; i < na; i++) {
            int index = index(a, ao, i);
            while (j < nb && index(b, bo, j) < index) {
                sum += Math.abs(value(b, bo, nb, j++));
            }
            double x = value(a, ao, na, i);
            sum += Math.abs(j < nb && index(b, bo, j) == index ? x - value(b, bo, nb, j++) : x);
        }
        while (j < nb) {
            sum += Math.abs(value(b, bo, nb, j++));
        }
        return sum;
    }

    /** Squared Euclidean norm. */
    public static double squaredNorm(MemorySegment a, long ao) {
        int na = count(a, ao);
        double sum = 0;
        for (int i = 0; i < na; i++) {
            sum += square(value(a, ao, na, i));
        }
        return sum;
    }

    private static double square(double x) {
        return x * x;
    }

    private static int index(MemorySegment s, long offset, int i) {
        return s.get(Scalars.INT, offset + 4 + 4L * i);
    }

    private static float value(MemorySegment s, long offset, int nnz, int i) {
        return s.get(Scalars.FLOAT, offset + 4 + 4L * (nnz + i));
    }
}
