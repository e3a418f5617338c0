package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A value of pgvector's vector: 1 to 16,000 finite floats. Immutable. */
public final class Vector implements Comparable<Vector> {
    public static final int DIMENSIONS_MAX = 16_000;

    private static final int INFINITY_BITS = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private final float[] elements;

    private Vector(float[] elements) {
        this.elements = elements;
    }

    /** Copies and checks: dimensions, NaN and infinity. */
    public static Vector of(float... elements) {
        return wrap(elements.clone());
    }

    /** Takes the array over, and checks it. */
    public static Vector wrap(float[] elements) {
        checkDimensions(elements.length);
        int greatest = 0;
        // Without a way out the loop looks at many at once; NaN's bits are above infinity's.
        for (float element : elements) {
            greatest = Math.max(greatest, Float.floatToRawIntBits(element) & Integer.MAX_VALUE);
        }
        if (greatest >= INFINITY_BITS) {
            for (float element : elements) {
                checkElement(element);
            }
        }
        return new Vector(elements);
    }

    /** Takes the array over unchecked: it comes from a stored vector or was checked. */
    public static Vector wrapUnchecked(float[] elements) {
        return new Vector(elements);
    }

    static void checkDimensions(int dimensions) {
        if (dimensions < 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "vector must have at least 1 dimension");
        }
        if (dimensions > DIMENSIONS_MAX) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "vector cannot have more than 16000 dimensions");
        }
    }

    static void checkElement(float element) {
        if (Float.isNaN(element)) {
            throw new SqlException(SqlState.DATA_EXCEPTION, "NaN not allowed in vector");
        }
        if (Float.isInfinite(element)) {
            throw new SqlException(SqlState.DATA_EXCEPTION, "infinite value not allowed in vector");
        }
    }

    static void checkExpected(int typmod, int dimensions) {
        if (typmod != -1 && typmod != dimensions) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION,
                    "expected " + typmod + " dimensions, not " + dimensions);
        }
    }

    public int dimensions() {
        return elements.length;
    }

    public float get(int index) {
        return elements[index];
    }

    public float[] toArray() {
        return elements.clone();
    }

    /** The array inside; never write to it. */
    public float[] unsafeArray() {
        return elements;
    }

    /** Element by element, then the shorter first, as vector_cmp. */
    @Override
    public int compareTo(Vector other) {
        int shorter = Math.min(elements.length, other.elements.length);
        for (int i = 0; i < shorter; i++) {
            if (elements[i] < other.elements[i]) {
                return -1;
            }
            if (elements[i] > other.elements[i]) {
                return 1;
            }
        }
        return Integer.compare(elements.length, other.elements.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Vector that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        int hash = elements.length;
        for (float element : elements) {
            hash = 31 * hash + Float.floatToIntBits(element == 0 ? 0f : element);
        }
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(elements);
    }
}
