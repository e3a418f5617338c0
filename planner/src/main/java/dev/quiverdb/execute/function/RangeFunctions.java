package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Multirange;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Range;
import dev.quiverdb.base.type.RangeAlgebra;
import dev.quiverdb.base.type.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ranges and multiranges: constructors, accessors, operators, aggregates. */
final class RangeFunctions {
    static void register(Registry r) {
        registerConstructors(r);
        registerAccessors(r);
        r.two("range_cmp", (CallContext c, Range a, Range b) -> c.argumentType(0).compare(a, b));
        r.two(
                "multirange_cmp",
                (CallContext c, Multirange a, Multirange b) -> c.argumentType(0).compare(a, b));
        registerElements(r);
        registerRanges(r);
        registerPairs(r);
        registerDifferences(r);
    }

    /** The range type behind an argument or the result that is a range or a multirange. */
    private static Type rangeType(Type type) {
        var inner = type.multirangeRange();
        return inner == null ? type : inner;
    }

    private static RangeAlgebra algebra(CallContext c, int argument) {
        var type = rangeType(c.argumentType(argument));
        return c.memo(type, () -> new RangeAlgebra(type));
    }

    private static Multirange single(Object value) {
        return value instanceof Multirange known
                ? known
                : ((Range) value).empty()
                        ? Multirange.EMPTY
                        : new Multirange(List.of((Range) value));
    }

    // Constructors.

    private static void registerConstructors(Registry r) {
        r.any("range_constructor2", (c, a) -> make(c, a[0], a[1], "[)"));
        r.any(
                "range_constructor3",
                (c, a) -> {
                    if (a[2] == null) {
                        throw new SqlException(
                                SqlState.DATA_EXCEPTION,
                                "range constructor flags argument must not be null");
                    }
                    return make(c, a[0], a[1], Strings.text(a, 2));
                });
        r.any("multirange_constructor0", (c, a) -> Multirange.EMPTY);
        r.any(
                "multirange_constructor1",
                (c, a) -> {
                    if (a[0] == null) {
                        throw noNulls();
                    }
                    return single(Strings.arg(a, 0));
                });
        r.any("multirange_constructor2", (c, a) -> ofArray(c, (PgArray) a[0]));
    }

    private static SqlException noNulls() {
        return new SqlException(
                SqlState.NULL_VALUE_NOT_ALLOWED, "multirange values cannot contain null members");
    }

    private static Range make(
            CallContext c, @Nullable Object lower, @Nullable Object upper, String flags) {
        boolean valid =
                flags.length() == 2
                        && "[(".indexOf(flags.charAt(0)) >= 0
                        && "])".indexOf(flags.charAt(1)) >= 0;
        if (!valid) {
            throw new SqlException(SqlState.SYNTAX_ERROR, "invalid range bound flags")
                    .withHint("Valid values are \"[]\", \"[)\", \"(]\", and \"()\".");
        }
        return c.resultType()
                .makeRange(lower, upper, flags.charAt(0) == '[', flags.charAt(1) == ']');
    }

    private static Multirange ofArray(CallContext c, @Nullable PgArray array) {
        if (array == null) {
            throw noNulls();
        }
        if (array.dimensions() > 1) {
            throw new SqlException(
                    SqlState.CARDINALITY_VIOLATION,
                    "multiranges cannot be constructed from multidimensional arrays");
        }
        var ranges = new ArrayList<Range>();
        for (var element : array.unsafeElements()) {
            if (element == null) {
                throw noNulls();
            }
            ranges.add((Range) element);
        }
        return new RangeAlgebra(rangeType(c.resultType())).multirange(ranges);
    }

    // Accessors.

    private static void registerAccessors(Registry r) {
        r.one("range_lower", (CallContext c, Range a) -> a.lower());
        r.one("range_upper", (CallContext c, Range a) -> a.upper());
        r.one("range_empty", (CallContext c, Range a) -> a.empty());
        r.one("range_lower_inc", (CallContext c, Range a) -> a.lowerInclusive());
        r.one("range_upper_inc", (CallContext c, Range a) -> a.upperInclusive());
        r.one("range_lower_inf", (CallContext c, Range a) -> !a.empty() && a.lower() == null);
        r.one("range_upper_inf", (CallContext c, Range a) -> !a.empty() && a.upper() == null);
        r.one("multirange_lower", (CallContext c, Multirange a) -> first(a).lower());
        r.one("multirange_upper", (CallContext c, Multirange a) -> last(a).upper());
        r.one("multirange_empty", (CallContext c, Multirange a) -> a.isEmpty());
        r.one("multirange_lower_inc", (CallContext c, Multirange a) -> first(a).lowerInclusive());
        r.one("multirange_upper_inc", (CallContext c, Multirange a) -> last(a).upperInclusive());
        r.one(
                "multirange_lower_inf",
                (CallContext c, Multirange a) -> !a.isEmpty() && first(a).lower() == null);
        r.one(
                "multirange_upper_inf",
                (CallContext c, Multirange a) -> !a.isEmpty() && last(a).upper() == null);
        r.one(
                "range_merge_from_multirange",
                (CallContext c, Multirange a) -> algebra(c, 0).span(a));
        r.rows("multirange_unnest", (c, a) -> ((Multirange) Strings.arg(a, 0)).ranges().iterator());
    }

    private static Range first(Multirange ranges) {
        return ranges.isEmpty() ? Range.EMPTY : ranges.ranges().getFirst();
    }

    private static Range last(Multirange ranges) {
        return ranges.isEmpty() ? Range.EMPTY : ranges.ranges().getLast();
    }

    // Operators.

    private static void registerElements(Registry r) {
        r.two(
                "range_contains_elem",
                (CallContext c, Range a, Object b) -> algebra(c, 0).containsElement(a, b));
        r.two(
                "elem_contained_by_range",
                (CallContext c, Object a, Range b) -> algebra(c, 1).containsElement(b, a));
        r.two(
                "multirange_contains_elem",
                (CallContext c, Multirange a, Object b) -> algebra(c, 0).containsElement(a, b));
        r.two(
                "elem_contained_by_multirange",
                (CallContext c, Object a, Multirange b) -> algebra(c, 1).containsElement(b, a));
    }

    private static void registerRanges(Registry r) {
        r.two("range_union", (CallContext c, Range a, Range b) -> algebra(c, 0).union(a, b));
        r.two("range_merge", (CallContext c, Range a, Range b) -> algebra(c, 0).merge(a, b));
        r.two("range_minus", (CallContext c, Range a, Range b) -> algebra(c, 0).minus(a, b));
        r.two(
                "range_intersect",
                (CallContext c, Range a, Range b) -> algebra(c, 0).intersect(a, b));
        r.two(
                "multirange_union",
                (CallContext c, Multirange a, Multirange b) -> algebra(c, 0).union(a, b));
        r.two(
                "multirange_minus",
                (CallContext c, Multirange a, Multirange b) -> algebra(c, 0).minus(a, b));
        r.two(
                "multirange_intersect",
                (CallContext c, Multirange a, Multirange b) -> algebra(c, 0).intersect(a, b));
    }

    /** A relation of two multiranges, a range being one of itself. */
    private interface Relation {
        boolean holds(RangeAlgebra algebra, Multirange a, Multirange b);
    }

    /** A relation under its four names: of ranges, of multiranges, and of one with the other. */
    private static void relation(Registry r, String word, Relation relation) {
        for (var key :
                List.of(
                        "range_" + word,
                        "range_" + word + "_multirange",
                        "multirange_" + word + "_range",
                        "multirange_" + word + "_multirange")) {
            r.two(
                    key,
                    (CallContext c, Object a, Object b) ->
                            relation.holds(algebra(c, 0), single(a), single(b)));
        }
    }

    private static void registerPairs(Registry r) {
        relation(r, "contains", RangeAlgebra::contains);
        relation(r, "contained_by", (algebra, a, b) -> algebra.contains(b, a));
        relation(r, "overlaps", RangeAlgebra::overlaps);
        relation(r, "adjacent", RangeAlgebra::adjacent);
        relation(r, "before", (algebra, a, b) -> algebra.before(last(a), first(b)));
        relation(r, "after", (algebra, a, b) -> algebra.before(last(b), first(a)));
        relation(r, "overleft", (algebra, a, b) -> algebra.overLeft(last(a), last(b)));
        relation(r, "overright", (algebra, a, b) -> algebra.overRight(first(a), first(b)));
    }

    private static void registerDifferences(Registry r) {
        r.two("int4range_subdiff", (CallContext c, Integer a, Integer b) -> (double) a - b);
        r.two("int8range_subdiff", (CallContext c, Long a, Long b) -> (double) a - b);
        r.two("daterange_subdiff", (CallContext c, Integer a, Integer b) -> (double) a - b);
        for (var name : List.of("tsrange_subdiff", "tstzrange_subdiff")) {
            r.two(name, (CallContext c, Long a, Long b) -> ((double) a - b) / 1_000_000);
        }
        for (var name : List.of("int4range", "int8range", "daterange")) {
            r.one(name + "_canonical", (CallContext c, Range a) -> a);
        }
    }

    // Aggregates.

    /** range_agg: everything as one multirange; null for no rows that are not null. */
    static final class Union implements Accumulator {
        private final Type type;
        private final List<Range> ranges = new ArrayList<>();
        private boolean any;

        Union(Type argument) {
            type = rangeType(argument);
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            var value = arguments[0];
            if (value != null) {
                any = true;
                ranges.addAll(single(value).ranges());
            }
        }

        @Override
        public @Nullable Object result() {
            return any ? new RangeAlgebra(type).multirange(ranges) : null;
        }
    }

    /** range_intersect_agg. */
    static final class Intersection implements Accumulator {
        private final RangeAlgebra algebra;
        private @Nullable Object common;

        Intersection(Type argument) {
            algebra = new RangeAlgebra(rangeType(argument));
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            var value = arguments[0];
            var before = common;
            if (value == null) {
                return;
            }
            common =
                    before == null
                            ? value
                            : value instanceof Range range
                                    ? algebra.intersect((Range) before, range)
                                    : algebra.intersect((Multirange) before, (Multirange) value);
        }

        @Override
        public @Nullable Object result() {
            return common;
        }
    }

    private RangeFunctions() {}
}
