package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A value of pgvector's halfvec: 1 to 16,000 finite IEEE half-precision floats. Immutable. */
public final class HalfVector implements Comparable<HalfVector> {
    public static final int DIMENSIONS_MAX = 16_000;

    private final short[] elements;

    private HalfVector(short[] elements) {
        this.elements = elements;
    }

    /** Takes over an array of half-precision bit patterns, and checks it. */
    public static HalfVector wrap(short[] elements) {
        checkDimensions(elements.length);
        for (short element : elements) {
            checkElement(element);
        }
        return new HalfVector(elements);
    }

    /** Takes the array over unchecked: it comes from a stored vector or was checked. */
    public static HalfVector wrapUnchecked(short[] elements) {
        return new HalfVector(elements);
    }

    /** Rounds floats to nearest even; one too large for a half is an error. */
    public static HalfVector ofFloats(float... elements) {
        checkDimensions(elements.length);
        short[] halves = new short[elements.length];
        for (int i = 0; i < elements.length; i++) {
            halves[i] = Float.floatToFloat16(elements[i]);
            if ((halves[i] & 0x7fff) == 0x7c00 && !Float.isInfinite(elements[i])) {
                throw new SqlException(
                        SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                        "\""
                                + FloatText.format(elements[i])
                                + "\" is out of range for type halfvec");
            }
            checkElement(halves[i]);
        }
        return new HalfVector(halves);
    }

    static void checkDimensions(int dimensions) {
        if (dimensions < 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "halfvec must have at least 1 dimension");
        }
        if (dimensions > DIMENSIONS_MAX) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "halfvec cannot have more than 16000 dimensions");
        }
    }

    static void checkElement(short half) {
        if ((half & 0x7fff) > 0x7c00) {
            throw new SqlException(SqlState.DATA_EXCEPTION, "NaN not allowed in halfvec");
        }
        if ((half & 0x7fff) == 0x7c00) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "infinite value not allowed in halfvec");
        }
    }

    public int dimensions() {
        return elements.length;
    }

    public float get(int index) {
        return Float.float16ToFloat(elements[index]);
    }

    public float[] toFloats() {
        float[] floats = new float[elements.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.float16ToFloat(elements[i]);
        }
        return floats;
    }

    /** The bit patterns inside; never write to them. */
    public short[] unsafeArray() {
        return elements;
    }

    @Override
    public int compareTo(HalfVector other) {
        int shorter = Math.min(elements.length, other.elements.length);
        for (int i = 0; i < shorter; i++) {
            float left = get(i);
            float right = other.get(i);
            if (left < right) {
                return -1;
            }
            if (left > right) {
                return 1;
            }
        }
        return Integer.compare(elements.length, other.elements.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HalfVector that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        int hash = elements.length;
        for (short element : elements) {
            hash = 31 * hash + ((element & 0x7fff) == 0 ? 0 : element);
        }
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(toFloats());
    }
}
