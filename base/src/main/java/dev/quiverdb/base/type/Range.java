package dev.quiverdb.base.type;

import org.jspecify.annotations.Nullable;

/**
 * A value of a range type. Discrete ranges (int4range, int8range, daterange) are kept in canonical
 * form, lower bound inclusive and upper bound exclusive. A null bound is infinite and never
 * inclusive; the empty range has no bounds. Immutable.
 */
public record Range(
        @Nullable Object lower,
        @Nullable Object upper,
        boolean lowerInclusive,
        boolean upperInclusive,
        boolean empty) {
    public static final Range EMPTY = new Range(null, null, false, false, true);

    public Range {
        lowerInclusive &= lower != null;
        upperInclusive &= upper != null;
    }
}
