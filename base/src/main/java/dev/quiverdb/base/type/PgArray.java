package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An array value: element type, dimensions with lower bounds, elements in row-major order. An empty
 * array has no dimensions. Immutable. {@code equals} is Java's; SQL compares with {@link
 * Type#compare}.
 */
public final class PgArray {
    public static final int DIMENSIONS_MAX = 6;

    /** Most elements of an array, as PostgreSQL's MaxArraySize on a 64-bit machine. */
    public static final int ELEMENTS_MAX = 134_217_727;

    private static final int[] NONE = {};

    private final Type elementType;
    private final int[] lengths;
    private final int[] lowerBounds;
    private final @Nullable Object[] elements;

    private PgArray(
            Type elementType, int[] lengths, int[] lowerBounds, @Nullable Object[] elements) {
        this.elementType = elementType;
        this.lengths = lengths;
        this.lowerBounds = lowerBounds;
        this.elements = elements;
    }

    public static PgArray empty(Type elementType) {
        return new PgArray(elementType, NONE, NONE, new Object[0]);
    }

    /** One dimension from subscript 1. */
    public static PgArray of(Type elementType, @Nullable Object... elements) {
        return wrap(elementType, elements.clone());
    }

    public static PgArray of(Type elementType, List<? extends @Nullable Object> elements) {
        return wrap(elementType, elements.toArray());
    }

    /** As {@link #of}, but takes the array over. */
    public static PgArray wrap(Type elementType, @Nullable Object[] elements) {
        if (elements.length == 0) {
            return empty(elementType);
        }
        return new PgArray(elementType, new int[] {elements.length}, new int[] {1}, elements);
    }

    /**
     * Takes the arrays over. The product of the lengths is the count of elements; if 0, all are
     * dropped.
     */
    public static PgArray wrap(
            Type elementType, int[] lengths, int[] lowerBounds, @Nullable Object[] elements) {
        checkDimensions(lengths.length);
        int count = elementCount(lengths);
        if (count == 0) {
            return empty(elementType);
        }
        if (count != elements.length || lengths.length != lowerBounds.length) {
            throw new IllegalArgumentException("array of " + elements.length + ", not " + count);
        }
        checkBounds(lengths, lowerBounds);
        return new PgArray(elementType, lengths, lowerBounds, elements);
    }

    static void checkDimensions(int dimensions) {
        if (dimensions > DIMENSIONS_MAX) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "number of array dimensions ("
                            + dimensions
                            + ") exceeds the maximum allowed ("
                            + DIMENSIONS_MAX
                            + ")");
        }
    }

    static void checkBounds(int[] lengths, int[] lowerBounds) {
        for (int i = 0; i < lengths.length; i++) {
            if ((long) lengths[i] + lowerBounds[i] > Integer.MAX_VALUE) {
                throw new SqlException(
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "array lower bound is too large: " + lowerBounds[i]);
            }
        }
    }

    static int elementCount(int[] lengths) {
        if (lengths.length == 0) {
            return 0;
        }
        long count = 1;
        for (int length : lengths) {
            count *= length;
            if (length < 0 || count > ELEMENTS_MAX) {
                throw new SqlException(
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "array size exceeds the maximum allowed (" + ELEMENTS_MAX + ")");
            }
        }
        return (int) count;
    }

    public Type elementType() {
        return elementType;
    }

    /** How many dimensions; 0 for an empty array. */
    public int dimensions() {
        return lengths.length;
    }

    /** Length of a dimension, counted from 0. */
    public int length(int dimension) {
        return lengths[dimension];
    }

    /** Lower bound of a dimension, counted from 0. */
    public int lowerBound(int dimension) {
        return lowerBounds[dimension];
    }

    public int upperBound(int dimension) {
        return lowerBounds[dimension] + lengths[dimension] - 1;
    }

    public int[] lengths() {
        return lengths.clone();
    }

    public int[] lowerBounds() {
        return lowerBounds.clone();
    }

    /** Elements in all dimensions together. */
    public int size() {
        return elements.length;
    }

    /** An element by its place in row-major order, from 0. */
    public @Nullable Object get(int index) {
        return elements[index];
    }

    /** An element by subscripts; null if the element is null or the subscripts are outside. */
    public @Nullable Object at(int... subscripts) {
        if (subscripts.length != lengths.length || lengths.length == 0) {
            return null;
        }
        int index = 0;
        for (int i = 0; i < lengths.length; i++) {
            long offset = (long) subscripts[i] - lowerBounds[i];
            if (offset < 0 || offset >= lengths[i]) {
                return null;
            }
            index = index * lengths[i] + (int) offset;
        }
        return elements[index];
    }

    public boolean hasNulls() {
        for (var element : elements) {
            if (element == null) {
                return true;
            }
        }
        return false;
    }

    public @Nullable Object[] toArray() {
        return elements.clone();
    }

    /** The array inside; never write to it. */
    public @Nullable Object[] unsafeElements() {
        return elements;
    }

    /** The same shape with other elements, taken over. */
    public PgArray withElements(Type newElementType, @Nullable Object[] newElements) {
        return new PgArray(newElementType, lengths, lowerBounds, newElements);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PgArray that
                && elementType.equals(that.elementType)
                && Arrays.equals(lengths, that.lengths)
                && Arrays.equals(lowerBounds, that.lowerBounds)
                && Arrays.equals(elements, that.elements);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(elements);
    }

    @Override
    public String toString() {
        return elementType.name() + Arrays.toString(lengths) + Arrays.toString(elements);
    }
}
