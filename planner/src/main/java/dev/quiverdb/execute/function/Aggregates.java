package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.BitString;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.FunctionRef;
import java.util.Comparator;
import java.util.function.LongBinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds aggregates by name and argument types. */
public final class Aggregates {
    /**
     * Makers of accumulators for a call.
     *
     * @param order compares key arrays of WITHIN GROUP; null without
     */
    public static Supplier<Accumulator> find(
            FunctionRef function,
            Type[] arguments,
            Type result,
            @Nullable Comparator<@Nullable Object[]> order,
            CallContext context) {
        int first = arguments.length == 0 ? 0 : arguments[0].actual().oid();
        Supplier<Accumulator> found =
                switch (function.name()) {
                    case "count" -> () -> new Count(arguments.length > 0);
                    case "sum" -> sum(first);
                    case "avg" -> average(first);
                    case "min" -> () -> new Extreme(arguments[0], false);
                    case "max" -> () -> new Extreme(arguments[0], true);
                    case "bool_and", "every" -> () -> new Votes(true);
                    case "bool_or" -> () -> new Votes(false);
                    case "bit_and" -> () -> new Fold((a, b) -> bits(a, b, '&'));
                    case "bit_or" -> () -> new Fold((a, b) -> bits(a, b, '|'));
                    case "bit_xor" -> () -> new Fold((a, b) -> bits(a, b, '^'));
                    case "any_value" -> () -> new Fold((a, b) -> a);
                    case "string_agg" -> () -> new Gathering.Strings(first == Oids.BYTEA);
                    case "array_agg" -> () -> new Gathering.Arrays(arguments[0], result);
                    case "range_agg" -> () -> new RangeFunctions.Union(arguments[0]);
                    case "range_intersect_agg" ->
                            () -> new RangeFunctions.Intersection(arguments[0]);
                    case "json_agg" -> () -> new Gathering.JsonArray(arguments[0], context.types());
                    case "jsonb_agg" ->
                            () -> new Gathering.JsonbArray(arguments[0], context.types());
                    case "json_object_agg" ->
                            () -> new Gathering.JsonObject(arguments, context.types());
                    case "jsonb_object_agg" ->
                            () -> new Gathering.JsonbObject(arguments, context.types());
                    case "stddev", "stddev_samp" -> spread(first, Statistics.Kind.STDDEV_SAMP);
                    case "stddev_pop" -> spread(first, Statistics.Kind.STDDEV_POP);
                    case "variance", "var_samp" -> spread(first, Statistics.Kind.VAR_SAMP);
                    case "var_pop" -> spread(first, Statistics.Kind.VAR_POP);
                    case "corr",
                            "covar_pop",
                            "covar_samp",
                            "regr_avgx",
                            "regr_avgy",
                            "regr_count",
                            "regr_intercept",
                            "regr_r2",
                            "regr_slope",
                            "regr_sxx",
                            "regr_sxy",
                            "regr_syy" ->
                            () -> new Statistics.Regression(function.name());
                    case "percentile_cont" ->
                            () -> new OrderedSets.PercentileCont(result, arguments[0]);
                    case "percentile_disc" -> () -> new OrderedSets.PercentileDisc(arguments[0]);
                    case "mode" -> () -> new OrderedSets.Mode(arguments[0]);
                    case "rank", "dense_rank", "percent_rank", "cume_dist" ->
                            () -> new OrderedSets.Hypothetical(function.name(), order);
                    default -> null;
                };
        if (found == null) {
            throw SqlException.notSupported(
                    "aggregate function " + function.name() + " is not supported yet");
        }
        return found;
    }

    private static Object bits(Object a, Object b, char operation) {
        if (a instanceof BitString left && b instanceof BitString right) {
            return BitFunctions.combine(left, right, operation);
        }
        long left = ((Number) a).longValue();
        long right = ((Number) b).longValue();
        long result =
                operation == '&' ? left & right : operation == '|' ? left | right : left ^ right;
        return a instanceof Short
                ? (Object) (short) result
                : a instanceof Integer ? (Object) (int) result : (Object) result;
    }

    private static @Nullable Supplier<Accumulator> sum(int type) {
        return switch (type) {
            case Oids.INT2, Oids.INT4 ->
                    () -> new LongSum(IntegerFunctions::add, IntegerFunctions::subtract);
            case Oids.INT8 -> () -> new NumericSum(false);
            case Oids.NUMERIC -> () -> new NumericSum(false);
            case Oids.FLOAT4 ->
                    () ->
                            new Fold((a, b) ->
                                    FloatFunctions.toSingle((double) ((Float) a + (Float) b)));
            case Oids.FLOAT8 ->
                    () -> new Fold((a, b) -> FloatFunctions.add((Double) a, (Double) b));
            case Oids.INTERVAL -> () -> new Statistics.Intervals(false);
            case Oids.MONEY -> () -> new LongSum(MoneyFunctions::add, MoneyFunctions::subtract);
            case Oids.VECTOR, Oids.HALFVEC -> () -> new VectorFunctions.Sum(false);
            default -> null;
        };
    }

    private static @Nullable Supplier<Accumulator> average(int type) {
        return switch (type) {
            case Oids.INT2, Oids.INT4, Oids.INT8, Oids.NUMERIC -> () -> new NumericSum(true);
            case Oids.FLOAT4, Oids.FLOAT8 -> () -> new Statistics.Floats(Statistics.Kind.AVERAGE);
            case Oids.INTERVAL -> () -> new Statistics.Intervals(true);
            case Oids.VECTOR, Oids.HALFVEC -> () -> new VectorFunctions.Sum(true);
            default -> null;
        };
    }

    private static Supplier<Accumulator> spread(int type, Statistics.Kind kind) {
        return type == Oids.FLOAT4 || type == Oids.FLOAT8
                ? () -> new Statistics.Floats(kind)
                : () -> new Statistics.Numerics(kind);
    }

    /** Whatever a number is, as numeric. */
    static Numeric numeric(Object value) {
        return value instanceof Numeric numeric
                ? numeric
                : Numeric.of(((Number) value).longValue());
    }

    private static final class Count implements Accumulator {
        private final boolean skipsNull;
        private long count;

        Count(boolean skipsNull) {
            this.skipsNull = skipsNull;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            if (!skipsNull || arguments[0] != null) {
                count++;
            }
        }

        @Override
        public boolean remove(@Nullable Object[] arguments) {
            if (!skipsNull || arguments[0] != null) {
                count--;
            }
            return true;
        }

        @Override
        public Object result() {
            return count;
        }
    }

    private static final class LongSum implements Accumulator {
        private final LongBinaryOperator plus;
        private final LongBinaryOperator minus;
        private long sum;
        private long count;

        LongSum(LongBinaryOperator plus, LongBinaryOperator minus) {
            this.plus = plus;
            this.minus = minus;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            if (arguments[0] instanceof Number number) {
                count++;
                sum = plus.applyAsLong(sum, number.longValue());
            }
        }

        @Override
        public boolean remove(@Nullable Object[] arguments) {
            if (arguments[0] instanceof Number number) {
                count--;
                sum = minus.applyAsLong(sum, number.longValue());
            }
            return true;
        }

        @Override
        public @Nullable Object result() {
            return count > 0 ? sum : null;
        }
    }

    /** Whether all (or any) are true. */
    private static final class Votes implements Accumulator {
        private final boolean all;
        private long yes;
        private long no;

        Votes(boolean all) {
            this.all = all;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            count(arguments[0], 1);
        }

        @Override
        public boolean remove(@Nullable Object[] arguments) {
            count(arguments[0], -1);
            return true;
        }

        private void count(@Nullable Object vote, int by) {
            if (vote instanceof Boolean value) {
                if (value) {
                    yes += by;
                } else {
                    no += by;
                }
            }
        }

        @Override
        public @Nullable Object result() {
            return yes + no == 0 ? null : (Object) (all ? no == 0 : yes > 0);
        }
    }

    /** Sums exactly; integers as longs as long as they fit. */
    private static final class NumericSum implements Accumulator {
        private final boolean average;
        private final NumericTotal total = new NumericTotal(false);

        /** The sum of the integers: what fits, and what went before. */
        private long small;

        private Numeric large = Numeric.ZERO;
        private long integers;

        NumericSum(boolean average) {
            this.average = average;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            switch (arguments[0]) {
                case null -> {}
                case Numeric numeric -> total.add(numeric);
                case Object value -> {
                    integers++;
                    addInteger(((Number) value).longValue());
                }
            }
        }

        private void addInteger(long number) {
            long sum = small + number;
            if (((small ^ sum) & (number ^ sum)) < 0) {
                large = large.add(Numeric.of(small));
                small = number;
            } else {
                small = sum;
            }
        }

        @Override
        public boolean remove(@Nullable Object[] arguments) {
            return switch (arguments[0]) {
                case null -> true;
                case Numeric numeric -> total.remove(numeric);
                case Object value -> {
                    long number = ((Number) value).longValue();
                    if (number == Long.MIN_VALUE) {
                        large = large.subtract(Numeric.of(number));
                    } else {
                        addInteger(-number);
                    }
                    integers--;
                    yield true;
                }
            };
        }

        @Override
        public @Nullable Object result() {
            long count = total.count() + integers;
            if (count == 0) {
                return null;
            }
            var sum = integers == 0 ? total.sum() : large.add(Numeric.of(small));
            return average ? sum.divide(Numeric.of(count)) : sum;
        }
    }

    private static final class Extreme implements Accumulator {
        private final Type type;
        private final boolean greatest;
        private @Nullable Object best;

        Extreme(Type type, boolean greatest) {
            this.type = type;
            this.greatest = greatest;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            var value = arguments[0];
            var current = best;
            if (value != null
                    && (current == null
                            || (greatest
                                    ? type.compare(value, current) > 0
                                    : type.compare(value, current) < 0))) {
                best = value;
            }
        }

        @Override
        public @Nullable Object result() {
            return best;
        }
    }

    private interface Combine {
        Object apply(Object left, Object right);
    }

    /** A strict function over what came so far and the next value. */
    private static final class Fold implements Accumulator {
        private final Combine combine;
        private @Nullable Object state;

        Fold(Combine combine) {
            this.combine = combine;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            var value = arguments[0];
            if (value != null) {
                state = state == null ? value : combine.apply(state, value);
            }
        }

        @Override
        public @Nullable Object result() {
            return state;
        }
    }

    private Aggregates() {}
}
