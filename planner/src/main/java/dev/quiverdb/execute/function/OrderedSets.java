package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Interval;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** WITHIN GROUP: percentiles, mode, and the rank that a row would have. Rows arrive in order. */
final class OrderedSets {
    abstract static class Gathered implements Accumulator {
        final List<Object> values = new ArrayList<>();
        @Nullable Object @Nullable [] direct;

        @Override
        public void add(@Nullable Object[] arguments) {
            var value = arguments[0];
            if (value != null) {
                values.add(value);
            }
        }

        @Override
        public void direct(@Nullable Object[] arguments) {
            direct = arguments;
        }

        /** The answer for one fraction, or for an array of them. */
        final @Nullable Object percentiles(Type element) {
            var arguments = direct;
            var fraction = arguments == null ? null : arguments[0];
            if (fraction == null || values.isEmpty()) {
                return null;
            }
            if (!(fraction instanceof PgArray fractions)) {
                return at(check((Double) fraction));
            }
            var answers = fractions.toArray();
            for (int i = 0; i < answers.length; i++) {
                var one = (Double) answers[i];
                answers[i] = one == null ? null : at(check(one));
            }
            return fractions.withElements(element, answers);
        }

        private static double check(double fraction) {
            if (!(fraction >= 0 && fraction <= 1)) {
                throw new SqlException(
                        SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                        "percentile value " + FloatText.of(fraction) + " is not between 0 and 1");
            }
            return fraction;
        }

        @Nullable Object at(double fraction) {
            return null;
        }
    }

    static final class PercentileCont extends Gathered {
        private final Type element;

        PercentileCont(Type result, Type argument) {
            var inner = result.actual().element();
            element = inner == null ? argument : inner;
        }

        @Override
        Object at(double fraction) {
            double place = fraction * (values.size() - 1);
            int low = (int) Math.floor(place);
            int high = (int) Math.ceil(place);
            var first = values.get(low);
            if (low == high) {
                return first;
            }
            double share = place - low;
            if (first instanceof Interval from) {
                var to = (Interval) values.get(high);
                var difference = DateTimes.add(to, DateTimes.negate(from));
                return DateTimes.add(from, DateTimes.scale(difference, share));
            }
            double from = ((Number) first).doubleValue();
            double to = ((Number) values.get(high)).doubleValue();
            return from + share * (to - from);
        }

        @Override
        public @Nullable Object result() {
            return percentiles(element);
        }
    }

    static final class PercentileDisc extends Gathered {
        private final Type element;

        PercentileDisc(Type argument) {
            element = argument;
        }

        @Override
        Object at(double fraction) {
            int place = (int) Math.ceil(fraction * values.size());
            return values.get(Math.max(0, place - 1));
        }

        @Override
        public @Nullable Object result() {
            return percentiles(element);
        }
    }

    static final class Mode extends Gathered {
        private final Type type;

        Mode(Type type) {
            this.type = type;
        }

        @Override
        public @Nullable Object result() {
            Object best = null;
            int bestCount = 0;
            for (int i = 0; i < values.size(); ) {
                int end = i + 1;
                while (end < values.size() && type.valuesEqual(values.get(i), values.get(end))) {
                    end++;
                }
                if (end - i > bestCount) {
                    best = values.get(i);
                    bestCount = end - i;
                }
                i = end;
            }
            return best;
        }
    }

    /** rank(x) WITHIN GROUP and kin: where a row with these values would stand. */
    static final class Hypothetical implements Accumulator {
        private final String name;
        private final @Nullable Comparator<@Nullable Object[]> order;
        private final List<@Nullable Object[]> rows = new ArrayList<>();
        private @Nullable Object[] direct = {};

        Hypothetical(String name, @Nullable Comparator<@Nullable Object[]> order) {
            this.name = name;
            this.order = order;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            rows.add(arguments);
        }

        @Override
        public void direct(@Nullable Object[] arguments) {
            direct = arguments;
        }

        @Override
        public Object result() {
            if (order == null) {
                throw new IllegalStateException(name + " needs WITHIN GROUP");
            }
            long before = 0;
            long distinctBefore = 0;
            long notAfter = 0;
            @Nullable Object @Nullable [] last = null;
            for (var row : rows) {
                int compared = order.compare(row, direct);
                if (compared < 0) {
                    before++;
                    if (last == null || order.compare(last, row) != 0) {
                        distinctBefore++;
                        last = row;
                    }
                }
                notAfter += compared <= 0 ? 1 : 0;
            }
            return switch (name) {
                case "rank" -> before + 1;
                case "dense_rank" -> distinctBefore + 1;
                case "percent_rank" -> rows.isEmpty() ? 0.0 : (double) before / rows.size();
                default -> (notAfter + 1.0) / (rows.size() + 1.0);
            };
        }
    }

    private static final class FloatText {
        static String of(double value) {
            return dev.quiverdb.base.type.Types.FLOAT8.format(
                    value, dev.quiverdb.base.type.TypeContext.DEFAULT);
        }
    }

    private OrderedSets() {}
}
