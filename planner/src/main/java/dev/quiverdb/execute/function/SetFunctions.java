package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.EnumLabel;
import dev.quiverdb.base.type.EnumValue;
import dev.quiverdb.base.type.Interval;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.PgArray;
import java.time.ZoneId;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** generate_series, and functions of enums. */
final class SetFunctions {
    static void register(Registry r) {
        r.rows(
                "generate_series_int4",
                (c, a) -> integers(Strings.integer(a, 0), Strings.integer(a, 1), 1));
        r.rows(
                "generate_series_step_int4",
                (c, a) ->
                        integers(
                                Strings.integer(a, 0),
                                Strings.integer(a, 1),
                                Strings.integer(a, 2)));
        r.rows(
                "generate_series_int8",
                (c, a) -> longs((Long) Strings.arg(a, 0), (Long) Strings.arg(a, 1), 1));
        r.rows(
                "generate_series_step_int8",
                (c, a) ->
                        longs(
                                (Long) Strings.arg(a, 0),
                                (Long) Strings.arg(a, 1),
                                (Long) Strings.arg(a, 2)));
        r.rows(
                "generate_series_numeric",
                (c, a) ->
                        numerics(
                                (Numeric) Strings.arg(a, 0),
                                (Numeric) Strings.arg(a, 1),
                                Numeric.ONE));
        r.rows(
                "generate_series_step_numeric",
                (c, a) ->
                        numerics(
                                (Numeric) Strings.arg(a, 0),
                                (Numeric) Strings.arg(a, 1),
                                (Numeric) Strings.arg(a, 2)));
        r.rows(
                "generate_series_timestamp",
                (c, a) ->
                        times(
                                (Long) Strings.arg(a, 0),
                                (Long) Strings.arg(a, 1),
                                (Interval) Strings.arg(a, 2),
                                null));
        r.rows(
                "generate_series_timestamptz",
                (c, a) ->
                        times(
                                (Long) Strings.arg(a, 0),
                                (Long) Strings.arg(a, 1),
                                (Interval) Strings.arg(a, 2),
                                c.types().zone()));
        registerEnums(r);
    }

    private static SqlException zeroStep() {
        return new SqlException(SqlState.INVALID_PARAMETER_VALUE, "step size cannot equal zero");
    }

    private static Iterator<Object> integers(long from, long to, long step) {
        if (step == 0) {
            throw zeroStep();
        }
        return series(
                (Object) (int) from,
                value -> {
                    long next = (Integer) value + step;
                    return next == (int) next ? (Object) (int) next : null;
                },
                value -> step > 0 ? (Integer) value <= to : (Integer) value >= to);
    }

    private static Iterator<Object> longs(long from, long to, long step) {
        if (step == 0) {
            throw zeroStep();
        }
        return series(
                (Object) from,
                value -> {
                    long next = (Long) value + step;
                    return step > 0 == next > (Long) value ? (Object) next : null;
                },
                value -> step > 0 ? (Long) value <= to : (Long) value >= to);
    }

    private static Iterator<Object> numerics(Numeric from, Numeric to, Numeric step) {
        check(from, "start");
        check(to, "stop");
        check(step, "step size");
        if (step.signum() == 0) {
            throw zeroStep();
        }
        return series(
                (Object) from,
                value -> ((Numeric) value).add(step),
                value ->
                        step.signum() > 0
                                ? ((Numeric) value).compareTo(to) <= 0
                                : ((Numeric) value).compareTo(to) >= 0);
    }

    private static void check(Numeric value, String name) {
        if (!value.isFinite()) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    name
                            + (name.equals("step size") ? " cannot be " : " value cannot be ")
                            + (value.isNan() ? "NaN" : "infinity"));
        }
    }

    private static Iterator<Object> times(
            long from, long to, Interval step, @Nullable ZoneId zone) {
        int sign = step.compareTo(Interval.ZERO);
        if (sign == 0) {
            throw zeroStep();
        }
        return series(
                (Object) from,
                value ->
                        zone == null
                                ? DateTimes.plus((Long) value, step)
                                : DateTimes.plus((Long) value, step, zone),
                value -> sign > 0 ? (Long) value <= to : (Long) value >= to);
    }

    private interface Successor {
        @Nullable Object apply(Object value);
    }

    /** From a first value on while a condition holds; a null successor ends it. */
    private static Iterator<Object> series(Object first, Successor next, Predicate<Object> holds) {
        return new Iterator<>() {
            private @Nullable Object current = first;
            private boolean advance;

            @Override
            public boolean hasNext() {
                if (advance && current != null) {
                    current = next.apply(current);
                    advance = false;
                }
                return current != null && holds.test(current);
            }

            @Override
            public Object next() {
                var value = hasNext() ? current : null;
                if (value == null) {
                    throw new NoSuchElementException();
                }
                advance = true;
                return value;
            }
        };
    }

    private static void registerEnums(Registry r) {
        r.any("enum_first", (c, a) -> values(c).getFirst());
        r.any("enum_last", (c, a) -> values(c).getLast());
        r.any("enum_range_all", (c, a) -> PgArray.of(c.argumentType(0), values(c)));
        r.any(
                "enum_range_bounds",
                (c, a) -> {
                    var labels = values(c);
                    int from = a[0] == null ? 0 : labels.indexOf(a[0]);
                    int to = a[1] == null ? labels.size() - 1 : labels.indexOf(a[1]);
                    return PgArray.of(
                            c.argumentType(0),
                            from > to ? List.of() : labels.subList(from, to + 1));
                });
    }

    /** The values of the argument's enum type, in their order. */
    private static List<EnumValue> values(CallContext c) {
        return c.argumentType(0).actual().enumLabels().stream().map(EnumLabel::value).toList();
    }

    private SetFunctions() {}
}
