package dev.quiverdb.execute.function;

import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.DoubleColumn;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The aggregates that have a {@link GroupAccumulator}, by name and argument types. */
public final class GroupAccumulators {
    /** Null where rows have to be taken one by one. */
    public static @Nullable GroupAccumulator find(String name, Type[] arguments) {
        if (name.equals("count")) {
            return arguments.length == 0 ? new Rows() : new Values();
        }
        if (arguments.length != 1) {
            return null;
        }
        int type = arguments[0].actual().oid();
        return switch (name) {
            case "sum" ->
                    switch (type) {
                        case Oids.INT2, Oids.INT4 -> new Sum();
                        case Oids.INT8 -> new WideSum(false);
                        case Oids.FLOAT8 -> new DoubleSum();
                        default -> null;
                    };
            case "avg" ->
                    switch (type) {
                        case Oids.INT2, Oids.INT4, Oids.INT8 -> new WideSum(true);
                        case Oids.FLOAT8 -> new DoubleAverage();
                        default -> null;
                    };
            case "min" -> extreme(arguments[0], false);
            case "max" -> extreme(arguments[0], true);
            default -> null;
        };
    }

    private static @Nullable GroupAccumulator extreme(Type type, boolean greatest) {
        if (type.kind() == Kind.INT) {
            return new IntExtreme(type, greatest);
        }
        return type.kind() == Kind.LONG ? new LongExtreme(greatest) : null;
    }

    /** Counts rows. */
    private static final class Rows implements GroupAccumulator {
        private long[] counts = {};

        @Override
        public void grow(int count) {
            counts = room(counts, count);
        }

        @Override
        public void add(int[] groups, @Nullable Column argument, int[] rows, int count) {
            for (int i = 0; i < count; i++) {
                counts[groups[rows[i]]]++;
            }
        }

        @Override
        public void addTo(int group, @Nullable Column argument, int[] rows, int count) {
            counts[group] += count;
        }

        @Override
        public Object result(int group) {
            return counts[group];
        }

        @Override
        public int groupBytes() {
            return 8;
        }
    }

    /** What every aggregate that skips NULLs shares: how many values a group had. */
    private abstract static class Strict implements GroupAccumulator {
        private long[] counts = {};

        @Override
        public void grow(int count) {
            counts = room(counts, count);
        }

        final long count(int group) {
            return counts[group];
        }

        /** Takes the value of a row; {@code before} values of the group came earlier. */
        abstract void add(int group, Column argument, int row, long before);

        @Override
        public void add(int[] groups, @Nullable Column argument, int[] rows, int count) {
            var column = required(argument);
            boolean nulls = column.hasNulls();
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                if (!nulls || !column.isNull(row)) {
                    int group = groups[row];
                    add(group, column, row, counts[group]++);
                }
            }
        }

        @Override
        public void addTo(int group, @Nullable Column argument, int[] rows, int count) {
            var column = required(argument);
            if (column.hasNulls()) {
                for (int i = 0; i < count; i++) {
                    if (!column.isNull(rows[i])) {
                        add(group, column, rows[i], counts[group]++);
                    }
                }
            } else {
                addAll(group, column, rows, count, counts[group]);
                counts[group] += count;
            }
        }

        /** Takes rows without NULL. */
        void addAll(int group, Column argument, int[] rows, int count, long before) {
            for (int i = 0; i < count; i++) {
                add(group, argument, rows[i], before + i);
            }
        }

        @Override
        public int groupBytes() {
            return 16;
        }
    }

    private static final class Values extends Strict {
        @Override
        void add(int group, Column argument, int row, long before) {}

        @Override
        void addAll(int group, Column argument, int[] rows, int count, long before) {}

        @Override
        public Object result(int group) {
            return count(group);
        }
    }

    /** sum(int2), sum(int4): a bigint. */
    private static final class Sum extends Strict {
        private long[] sums = {};

        @Override
        public void grow(int count) {
            super.grow(count);
            sums = room(sums, count);
        }

        @Override
        void add(int group, Column argument, int row, long before) {
            sums[group] = IntegerFunctions.add(sums[group], ((IntColumn) argument).value(row));
        }

        @Override
        void addAll(int group, Column argument, int[] rows, int count, long before) {
            int[] values = ((IntColumn) argument).values();
            long sum = 0;
            for (int i = 0; i < count; i++) {
                sum += values[rows[i]];
            }
            sums[group] = IntegerFunctions.add(sums[group], sum);
        }

        @Override
        public @Nullable Object result(int group) {
            return count(group) == 0 ? null : (Object) sums[group];
        }
    }

    /** sum(int8) and averages of integers: exact in 128 bits. */
    private static final class WideSum extends Strict {
        private final boolean average;
        private long[] low = {};
        private long[] high = {};

        WideSum(boolean average) {
            this.average = average;
        }

        @Override
        public void grow(int count) {
            super.grow(count);
            low = room(low, count);
            high = room(high, count);
        }

        private static long value(Column column, int row) {
            return column instanceof IntColumn ints
                    ? ints.value(row)
                    : ((LongColumn) column).value(row);
        }

        @Override
        void add(int group, Column argument, int row, long before) {
            add(group, value(argument, row));
        }

        private void add(int group, long value) {
            long sum = low[group] + value;
            // An unsigned carry out of the low half, and the sign of the value above it.
            high[group] += (value >> 63) + (Long.compareUnsigned(sum, value) < 0 ? 1 : 0);
            low[group] = sum;
        }

        @Override
        void addAll(int group, Column argument, int[] rows, int count, long before) {
            if (argument instanceof IntColumn ints) {
                int[] values = ints.values();
                long sum = 0;
                for (int i = 0; i < count; i++) {
                    sum += values[rows[i]];
                }
                add(group, sum);
            } else {
                super.addAll(group, argument, rows, count, before);
            }
        }

        @Override
        public @Nullable Object result(int group) {
            long count = count(group);
            if (count == 0) {
                return null;
            }
            var sum =
                    high[group] == low[group] >> 63
                            ? Numeric.of(low[group])
                            : Numeric.of(
                                    BigInteger.valueOf(high[group])
                                            .shiftLeft(64)
                                            .add(unsigned(low[group])));
            return average ? sum.divide(Numeric.of(count)) : sum;
        }

        private static BigInteger unsigned(long value) {
            var signed = BigInteger.valueOf(value);
            return value < 0 ? signed.add(BigInteger.ONE.shiftLeft(64)) : signed;
        }

        @Override
        public int groupBytes() {
            return 24;
        }
    }

    private static final class DoubleSum extends Strict {
        private double[] sums = {};

        @Override
        public void grow(int count) {
            super.grow(count);
            sums = room(sums, count);
        }

        @Override
        void add(int group, Column argument, int row, long before) {
            double value = ((DoubleColumn) argument).value(row);
            sums[group] = before == 0 ? value : FloatFunctions.add(sums[group], value);
        }

        @Override
        public @Nullable Object result(int group) {
            return count(group) == 0 ? null : (Object) sums[group];
        }
    }

    /** As {@link Statistics.Floats}, whose squares serve the overflow check alone. */
    private static final class DoubleAverage extends Strict {
        private double[] sums = {};
        private double[] squares = {};

        @Override
        public void grow(int count) {
            super.grow(count);
            sums = room(sums, count);
            squares = room(squares, count);
        }

        @Override
        void add(int group, Column argument, int row, long before) {
            double value = ((DoubleColumn) argument).value(row);
            double sumBefore = sums[group];
            double sum = sumBefore + value;
            sums[group] = sum;
            if (before > 0) {
                double n = before + 1.0;
                double t = value * n - sum;
                double square = squares[group] + t * t / (n * before);
                if (Double.isInfinite(sum) || Double.isInfinite(square)) {
                    if (!Double.isInfinite(sumBefore) && !Double.isInfinite(value)) {
                        throw FloatFunctions.overflow();
                    }
                    square = Double.NaN;
                }
                squares[group] = square;
            } else if (Double.isNaN(value) || Double.isInfinite(value)) {
                squares[group] = Double.NaN;
            }
        }

        @Override
        public @Nullable Object result(int group) {
            return count(group) == 0 ? null : (Object) (sums[group] / count(group));
        }

        @Override
        public int groupBytes() {
            return 24;
        }
    }

    private static final class IntExtreme extends Strict {
        private final boolean isShort;
        private final boolean greatest;
        private int[] best = {};

        IntExtreme(Type type, boolean greatest) {
            isShort = type.actual().oid() == Oids.INT2;
            this.greatest = greatest;
        }

        @Override
        public void grow(int count) {
            super.grow(count);
            if (best.length < count) {
                best = Arrays.copyOf(best, capacity(count));
            }
        }

        @Override
        void add(int group, Column argument, int row, long before) {
            int value = ((IntColumn) argument).value(row);
            if (before == 0 || (greatest ? value > best[group] : value < best[group])) {
                best[group] = value;
            }
        }

        @Override
        public @Nullable Object result(int group) {
            if (count(group) == 0) {
                return null;
            }
            return isShort ? (Object) (short) best[group] : (Object) best[group];
        }
    }

    private static final class LongExtreme extends Strict {
        private final boolean greatest;
        private long[] best = {};

        LongExtreme(boolean greatest) {
            this.greatest = greatest;
        }

        @Override
        public void grow(int count) {
            super.grow(count);
            best = room(best, count);
        }

        @Override
        void add(int group, Column argument, int row, long before) {
            long value = ((LongColumn) argument).value(row);
            if (before == 0 || (greatest ? value > best[group] : value < best[group])) {
                best[group] = value;
            }
        }

        @Override
        public @Nullable Object result(int group) {
            return count(group) == 0 ? null : (Object) best[group];
        }
    }

    private static Column required(@Nullable Column argument) {
        if (argument == null) {
            throw new IllegalStateException("an aggregate without its argument");
        }
        return argument;
    }

    private static int capacity(int count) {
        return Math.max(8, Integer.highestOneBit(Math.max(1, count - 1)) << 1);
    }

    private static long[] room(long[] array, int count) {
        return array.length >= count ? array : Arrays.copyOf(array, capacity(count));
    }

    private static double[] room(double[] array, int count) {
        return array.length >= count ? array : Arrays.copyOf(array, capacity(count));
    }

    private GroupAccumulators() {}
}
