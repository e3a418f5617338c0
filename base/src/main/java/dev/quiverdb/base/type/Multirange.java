package dev.quiverdb.base.type;

import java.util.List;

/**
 * A value of a multirange type: ranges in order, none of them empty, no two of which overlap or
 * touch; {@link RangeAlgebra#multirange} makes one of any ranges. Immutable.
 */
public record Multirange(List<Range> ranges) {
    public static final Multirange EMPTY = new Multirange(List.of());

    public Multirange {
        ranges = List.copyOf(ranges);
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }
}
