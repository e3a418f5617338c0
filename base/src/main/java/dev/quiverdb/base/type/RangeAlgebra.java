package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets of values of one range type: what ranges and multiranges contain, where they meet, and what
 * they make together. After rangetypes.c and multirangetypes.c, whose ways with empty ranges and
 * infinite bounds these are. Immutable.
 */
public final class RangeAlgebra {
    /**
     * An end of a range.
     *
     * @param value null for infinite
     */
    private record Bound(@Nullable Object value, boolean inclusive, boolean lower) {}

    private final Type type;
    private final Type subtype;

    /**
     * @param type a range type
     */
    public RangeAlgebra(Type type) {
        this.type = type;
        var inner = type.rangeSubtype();
        if (inner == null) {
            throw new IllegalArgumentException(type + " is no range type");
        }
        this.subtype = inner;
    }

    private static Bound lower(Range range) {
        return new Bound(range.lower(), range.lowerInclusive(), true);
    }

    private static Bound upper(Range range) {
        return new Bound(range.upper(), range.upperInclusive(), false);
    }

    private Range make(Bound lower, Bound upper) {
        return type.makeRange(lower.value, upper.value, lower.inclusive, upper.inclusive);
    }

    /** range_cmp_bound_values: without regard to whether the bounds belong to their ranges. */
    private int compareValues(Bound a, Bound b) {
        if (a.value == null && b.value == null) {
            return a.lower == b.lower ? 0 : a.lower ? -1 : 1;
        }
        if (a.value == null) {
            return a.lower ? -1 : 1;
        }
        if (b.value == null) {
            return b.lower ? 1 : -1;
        }
        return subtype.compare(a.value, b.value);
    }

    /** range_cmp_bounds: an exclusive lower bound lies above its value, an upper one below. */
    private int compare(Bound a, Bound b) {
        int order = compareValues(a, b);
        if (order != 0 || a.value == null || b.value == null) {
            return order;
        }
        if (!a.inclusive && !b.inclusive) {
            return a.lower == b.lower ? 0 : a.lower ? 1 : -1;
        }
        if (!a.inclusive) {
            return a.lower ? 1 : -1;
        }
        return b.inclusive ? 0 : b.lower ? -1 : 1;
    }

    /** Whether nothing lies between an upper and a lower bound that do not overlap. */
    private boolean meet(Bound upper, Bound lower) {
        int order = compareValues(upper, lower);
        if (order < 0) {
            // Of a discrete type: whether the range between them is empty.
            return type.isDiscreteRange()
                    && upper.value != null
                    && lower.value != null
                    && make(
                                    new Bound(upper.value, !upper.inclusive, true),
                                    new Bound(lower.value, !lower.inclusive, false))
                            .empty();
        }
        return order == 0 && upper.inclusive != lower.inclusive;
    }

    // Ranges.

    public boolean contains(Range a, Range b) {
        if (b.empty()) {
            return true;
        }
        return !a.empty() && compare(lower(a), lower(b)) <= 0 && compare(upper(a), upper(b)) >= 0;
    }

    public boolean containsElement(Range range, Object value) {
        if (range.empty()) {
            return false;
        }
        var low = range.lower();
        if (low != null) {
            int order = subtype.compare(low, value);
            if (order > 0 || order == 0 && !range.lowerInclusive()) {
                return false;
            }
        }
        var high = range.upper();
        if (high != null) {
            int order = subtype.compare(high, value);
            return order > 0 || order == 0 && range.upperInclusive();
        }
        return true;
    }

    /** Whether a ends before b begins. */
    public boolean before(Range a, Range b) {
        return !a.empty() && !b.empty() && compare(upper(a), lower(b)) < 0;
    }

    public boolean overlaps(Range a, Range b) {
        if (a.empty() || b.empty()) {
            return false;
        }
        return compare(lower(a), upper(b)) <= 0 && compare(lower(b), upper(a)) <= 0;
    }

    /** Whether a does not reach beyond b. */
    public boolean overLeft(Range a, Range b) {
        return !a.empty() && !b.empty() && compare(upper(a), upper(b)) <= 0;
    }

    /** Whether a does not begin before b. */
    public boolean overRight(Range a, Range b) {
        return !a.empty() && !b.empty() && compare(lower(a), lower(b)) >= 0;
    }

    public boolean adjacent(Range a, Range b) {
        return !a.empty() && !b.empty() && (meet(upper(a), lower(b)) || meet(upper(b), lower(a)));
    }

    /** The smallest range that holds both. */
    public Range merge(Range a, Range b) {
        if (a.empty()) {
            return b;
        }
        if (b.empty()) {
            return a;
        }
        var low = compare(lower(a), lower(b)) < 0 ? lower(a) : lower(b);
        var high = compare(upper(a), upper(b)) > 0 ? upper(a) : upper(b);
        return make(low, high);
    }

    public Range union(Range a, Range b) {
        if (!a.empty() && !b.empty() && !overlaps(a, b) && !adjacent(a, b)) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "result of range union would not be contiguous");
        }
        return merge(a, b);
    }

    public Range intersect(Range a, Range b) {
        if (!overlaps(a, b)) {
            return Range.EMPTY;
        }
        var low = compare(lower(a), lower(b)) >= 0 ? lower(a) : lower(b);
        var high = compare(upper(a), upper(b)) <= 0 ? upper(a) : upper(b);
        return make(low, high);
    }

    public Range minus(Range a, Range b) {
        var rest = without(a, b);
        if (rest.size() > 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "result of range difference would not be contiguous");
        }
        return rest.isEmpty() ? Range.EMPTY : rest.getFirst();
    }

    /** What of a is not in b: none, one or two ranges. */
    private List<Range> without(Range a, Range b) {
        if (a.empty()) {
            return List.of();
        }
        if (!overlaps(a, b)) {
            return List.of(a);
        }
        var rest = new ArrayList<Range>(2);
        if (compare(lower(a), lower(b)) < 0) {
            rest.add(make(lower(a), new Bound(b.lower(), !b.lowerInclusive(), false)));
        }
        if (compare(upper(a), upper(b)) > 0) {
            rest.add(make(new Bound(b.upper(), !b.upperInclusive(), true), upper(a)));
        }
        rest.removeIf(Range::empty);
        return rest;
    }

    // Multiranges.

    /** Any ranges as one multirange. O(n log n). */
    public Multirange multirange(List<Range> ranges) {
        var sorted = new ArrayList<>(ranges);
        sorted.removeIf(Range::empty);
        sorted.sort(type::compare);
        var merged = new ArrayList<Range>(sorted.size());
        for (var range : sorted) {
            var last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && (overlaps(last, range) || adjacent(last, range))) {
                merged.set(merged.size() - 1, merge(last, range));
            } else {
                merged.add(range);
            }
        }
        return new Multirange(merged);
    }

    /** From the first bound to the last. */
    public Range span(Multirange ranges) {
        return ranges.isEmpty()
                ? Range.EMPTY
                : make(lower(ranges.ranges().getFirst()), upper(ranges.ranges().getLast()));
    }

    public boolean containsElement(Multirange ranges, Object value) {
        return ranges.ranges().stream().anyMatch(range -> containsElement(range, value));
    }

    public boolean contains(Multirange ranges, Range range) {
        return range.empty() || ranges.ranges().stream().anyMatch(one -> contains(one, range));
    }

    public boolean contains(Multirange a, Multirange b) {
        return b.ranges().stream().allMatch(range -> contains(a, range));
    }

    public boolean overlaps(Multirange a, Multirange b) {
        return a.ranges().stream()
                .anyMatch(one -> b.ranges().stream().anyMatch(other -> overlaps(one, other)));
    }

    /**
     * Touching at either end. As PostgreSQL has it, a single range touches the first or the last of
     * a multirange from outside.
     */
    public boolean adjacent(Multirange a, Multirange b) {
        if (a.isEmpty() || b.isEmpty()) {
            return false;
        }
        return meet(upper(a.ranges().getLast()), lower(b.ranges().getFirst()))
                || meet(upper(b.ranges().getLast()), lower(a.ranges().getFirst()));
    }

    public Multirange union(Multirange a, Multirange b) {
        var all = new ArrayList<>(a.ranges());
        all.addAll(b.ranges());
        return multirange(all);
    }

    public Multirange intersect(Multirange a, Multirange b) {
        var all = new ArrayList<Range>();
        for (var one : a.ranges()) {
            for (var other : b.ranges()) {
                all.add(intersect(one, other));
            }
        }
        return multirange(all);
    }

    public Multirange minus(Multirange a, Multirange b) {
        var rest = new ArrayList<>(a.ranges());
        for (var cut : b.ranges()) {
            var next = new ArrayList<Range>();
            rest.forEach(range -> next.addAll(without(range, cut)));
            rest = next;
        }
        return multirange(rest);
    }
}
