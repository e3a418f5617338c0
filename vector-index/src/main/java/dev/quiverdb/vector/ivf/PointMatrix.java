package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of fp32 in native memory, with their squared norms: centroids, or a sample to find them. */
final class PointMatrix {
    private static final Kernels KERNELS = Kernels.active();

    private final MemorySegment rows;
    private final int dimensions;
    private final float[] squaredNorms;
    private final float[] four = new float[8];
    private int count;

    PointMatrix(Arena arena, int dimensions, int capacity) {
        this.dimensions = dimensions;
        this.rows = arena.allocate(Math.max(64, 4L * dimensions * capacity), 64);
        this.squaredNorms = new float[capacity];
    }

    int count() {
        return count;
    }

    int capacity() {
        return squaredNorms.length;
    }

    void setCount(int count) {
        this.count = count;
    }

    MemorySegment memory() {
        return rows;
    }

    long offset(int row) {
        return 4L * dimensions * row;
    }

    int add(float[] values) {
        set(count, values);
        return count++;
    }

    void set(int row, float[] values) {
        MemorySegment.copy(values, 0, rows, ValueLayout.JAVA_FLOAT, offset(row), dimensions);
        measure(row);
    }

    void setFrom(int row, MemorySegment source, long offset) {
        MemorySegment.copy(source, offset, rows, offset(row), 4L * dimensions);
        measure(row);
    }

    private void measure(int row) {
        squaredNorms[row] =
                KERNELS.innerProductF32(rows, offset(row), rows, offset(row), dimensions);
    }

    float squaredNorm(int row) {
        return squaredNorms[row];
    }

    void get(int row, float[] into) {
        MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, offset(row), into, 0, dimensions);
    }

    float product(MemorySegment query, long offset, int row) {
        return KERNELS.innerProductF32(query, offset, rows, offset(row), dimensions);
    }

    /** Inner products of a query with four rows. */
    void products(MemorySegment query, long offset, int r0, int r1, int r2, int r3, float[] out) {
        KERNELS.innerProductF32x4(
                query,
                offset,
                rows,
                offset(r0),
                rows,
                offset(r1),
                rows,
                offset(r2),
                rows,
                offset(r3),
                dimensions,
                out);
    }

    /**
     * The row in {@code [from, to)} nearest to a point by Euclidean distance. One thread per
     * matrix.
     */
    int nearest(MemorySegment point, long offset, int from, int to) {
        int best = from;
        float bestRank = Float.POSITIVE_INFINITY;
        int row = from;
        for (; row + 4 <= to; row += 4) {
            products(point, offset, row, row + 1, row + 2, row + 3, four);
            for (int i = 0; i < 4; i++) {
                float rank = squaredNorms[row + i] - 2 * four[i];
                if (rank < bestRank) {
                    bestRank = rank;
                    best = row + i;
                }
            }
        }
        for (; row < to; row++) {
            float rank = squaredNorms[row] - 2 * product(point, offset, row);
            if (rank < bestRank) {
                bestRank = rank;
                best = row;
            }
        }
        return best;
    }
}
