package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A value of pgvector's sparsevec: up to 16,000 non-zero finite floats at ascending indices (from
 * 0) in up to 1,000,000,000 dimensions. Immutable.
 */
public final class SparseVector implements Comparable<SparseVector> {
    public static final int DIMENSIONS_MAX = 1_000_000_000;
    public static final int NON_ZERO_MAX = 16_000;

    private final int dimensions;
    private final int[] indices;
    private final float[] values;

    private SparseVector(int dimensions, int[] indices, float[] values) {
        this.dimensions = dimensions;
        this.indices = indices;
        this.values = values;
    }

    /** Takes the arrays over, and checks them. */
    public static SparseVector wrap(int dimensions, int[] indices, float[] values) {
        checkDimensions(dimensions);
        checkNonZeroCount(indices.length, dimensions);
        for (int i = 0; i < indices.length; i++) {
            checkIndex(indices, i, dimensions);
            checkElement(values[i]);
        }
        return new SparseVector(dimensions, indices, values);
    }

    /** Takes the arrays over unchecked: they come from a stored vector or were checked. */
    public static SparseVector wrapUnchecked(int dimensions, int[] indices, float[] values) {
        return new SparseVector(dimensions, indices, values);
    }

    static void checkDimensions(int dimensions) {
        if (dimensions < 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "sparsevec must have at least 1 dimension");
        }
        if (dimensions > DIMENSIONS_MAX) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "sparsevec cannot have more than 1000000000 dimensions");
        }
    }

    static void checkNonZeroCount(int count, int dimensions) {
        if (count < 0) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "sparsevec cannot have negative number of elements");
        }
        if (count > NON_ZERO_MAX) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "sparsevec cannot have more than 16000 non-zero elements");
        }
        if (count > dimensions) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "sparsevec cannot have more elements than dimensions");
        }
    }

    static void checkIndex(int[] indices, int i, int dimensions) {
        int index = indices[i];
        if (index < 0 || index >= dimensions) {
            throw new SqlException(SqlState.DATA_EXCEPTION, "sparsevec index out of bounds");
        }
        if (i > 0 && index < indices[i - 1]) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "sparsevec indices must be in ascending order");
        }
        if (i > 0 && index == indices[i - 1]) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "sparsevec indices must not contain duplicates");
        }
    }

    static void checkElement(float element) {
        if (Float.isNaN(element)) {
            throw new SqlException(SqlState.DATA_EXCEPTION, "NaN not allowed in sparsevec");
        }
        if (Float.isInfinite(element)) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "infinite value not allowed in sparsevec");
        }
    }

    public int dimensions() {
        return dimensions;
    }

    /** How many elements are not zero. */
    public int nonZeroCount() {
        return indices.length;
    }

    public int[] indices() {
        return indices.clone();
    }

    public float[] values() {
        return values.clone();
    }

    /** The indices inside, from 0; never write to them. */
    public int[] unsafeIndices() {
        return indices;
    }

    /** The values inside; never write to them. */
    public float[] unsafeValues() {
        return values;
    }

    /** As the dense vectors compare, then the one of fewer dimensions first. */
    @Override
    public int compareTo(SparseVector other) {
        int shorter = Math.min(indices.length, other.indices.length);
        for (int i = 0; i < shorter; i++) {
            if (indices[i] < other.indices[i]) {
                return values[i] < 0 ? -1 : 1;
            }
            if (indices[i] > other.indices[i]) {
                return other.values[i] < 0 ? 1 : -1;
            }
            if (values[i] < other.values[i]) {
                return -1;
            }
            if (values[i] > other.values[i]) {
                return 1;
            }
        }
        if (indices.length < other.indices.length && other.indices[shorter] < dimensions) {
            return other.values[shorter] < 0 ? 1 : -1;
        }
        if (indices.length > other.indices.length && indices[shorter] < other.dimensions) {
            return values[shorter] < 0 ? -1 : 1;
        }
        return Integer.compare(dimensions, other.dimensions);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SparseVector that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * dimensions + Arrays.hashCode(indices)) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(indices) + ":" + Arrays.toString(values) + "/" + dimensions;
    }
}
