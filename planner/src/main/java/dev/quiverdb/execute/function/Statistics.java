package dev.quiverdb.execute.function;

import dev.quiverdb.base.type.Interval;
import dev.quiverdb.base.type.Numeric;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Averages, variances and regressions. */
final class Statistics {
    enum Kind {
        AVERAGE,
        VAR_POP,
        VAR_SAMP,
        STDDEV_POP,
        STDDEV_SAMP
    }

    /** float8 by the Youngs-Cramer recurrence, as PostgreSQL: stable, and the same last digits. */
    static final class Floats implements Accumulator {
        private final Kind kind;
        private double n;
        private double sum;
        private double squares;

        Floats(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            if (!(arguments[0] instanceof Number number)) {
                return;
            }
            double value = number.doubleValue();
            double before = n;
            double sumBefore = sum;
            n++;
            sum += value;
            if (before > 0) {
                double t = value * n - sum;
                squares += t * t / (n * before);
                if (Double.isInfinite(sum) || Double.isInfinite(squares)) {
                    if (!Double.isInfinite(sumBefore) && !Double.isInfinite(value)) {
                        throw FloatFunctions.overflow();
                    }
                    squares = Double.NaN;
                }
            } else if (Double.isNaN(value) || Double.isInfinite(value)) {
                squares = Double.NaN;
            }
        }

        @Override
        public @Nullable Object result() {
            return switch (kind) {
                case AVERAGE -> n == 0 ? null : (Object) (sum / n);
                case VAR_POP -> n == 0 ? null : (Object) (squares / n);
                case VAR_SAMP -> n <= 1 ? null : (Object) (squares / (n - 1));
                case STDDEV_POP -> n == 0 ? null : (Object) Math.sqrt(squares / n);
                case STDDEV_SAMP -> n <= 1 ? null : (Object) Math.sqrt(squares / (n - 1));
            };
        }
    }

    /** Integers and numeric, exactly. */
    static final class Numerics implements Accumulator {
        private final Kind kind;
        private final NumericTotal total = new NumericTotal(true);

        Numerics(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            var argument = arguments[0];
            if (argument != null) {
                total.add(Aggregates.numeric(argument));
            }
        }

        @Override
        public boolean remove(@Nullable Object[] arguments) {
            var argument = arguments[0];
            return argument == null || total.remove(Aggregates.numeric(argument));
        }

        @Override
        public @Nullable Object result() {
            boolean sample = kind == Kind.VAR_SAMP || kind == Kind.STDDEV_SAMP;
            long n = total.count();
            if (n == 0 || (sample && n == 1)) {
                return null;
            }
            if (!total.isFinite()) {
                return Numeric.NAN;
            }
            var sum = total.sum();
            var squares = total.squares();
            var count = Numeric.of(n);
            var numerator = count.multiply(squares).subtract(sum.multiply(sum));
            if (numerator.signum() <= 0) {
                return Numeric.ZERO;
            }
            var variance = numerator.divide(count.multiply(sample ? Numeric.of(n - 1) : count));
            if (kind == Kind.VAR_POP || kind == Kind.VAR_SAMP) {
                return variance;
            }
            int scale = variance.scale();
            return Numeric.of(root(variance.toBigDecimal(), scale));
        }
    }

    private static BigDecimal root(BigDecimal value, int scale) {
        // The integer root of value * 10^(2 scale + 2), rounded.
        var shifted = value.movePointRight(2 * (scale + 1)).toBigInteger();
        return new BigDecimal(shifted.sqrt(), scale + 1).setScale(scale, RoundingMode.HALF_UP);
    }

    static final class Intervals implements Accumulator {
        private final boolean average;
        private @Nullable Interval sum;
        private long n;

        Intervals(boolean average) {
            this.average = average;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            if (arguments[0] instanceof Interval interval) {
                n++;
                sum = sum == null ? interval : DateTimes.add(sum, interval);
            }
        }

        @Override
        public boolean remove(@Nullable Object[] arguments) {
            if (arguments[0] instanceof Interval interval && sum != null) {
                n--;
                sum = n == 0 ? null : DateTimes.add(sum, DateTimes.negate(interval));
            }
            return true;
        }

        @Override
        public @Nullable Object result() {
            return sum == null || !average ? sum : DateFunctions.divide(sum, (double) n);
        }
    }

    /** corr, covar_ and regr_: Y first, then X. */
    static final class Regression implements Accumulator {
        private final String name;
        private double n;
        private double sumX;
        private double sumY;
        private double squaresX;
        private double squaresY;
        private double products;

        Regression(String name) {
            this.name = name;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            if (!(arguments[0] instanceof Number ny) || !(arguments[1] instanceof Number nx)) {
                return;
            }
            double y = ny.doubleValue();
            double x = nx.doubleValue();
            double before = n;
            n++;
            sumX += x;
            sumY += y;
            if (before > 0) {
                double tx = x * n - sumX;
                double ty = y * n - sumY;
                double scale = 1 / (n * before);
                squaresX += tx * tx * scale;
                squaresY += ty * ty * scale;
                products += tx * ty * scale;
            } else if (!Double.isFinite(x) || !Double.isFinite(y)) {
                squaresX = Double.isFinite(x) ? 0 : Double.NaN;
                squaresY = Double.isFinite(y) ? 0 : Double.NaN;
                products = Double.NaN;
            }
        }

        @Override
        public @Nullable Object result() {
            if (name.equals("regr_count")) {
                return (long) n;
            }
            if (n < 1 || (name.equals("covar_samp") && n < 2)) {
                return null;
            }
            return switch (name) {
                case "regr_sxx" -> squaresX;
                case "regr_syy" -> squaresY;
                case "regr_sxy" -> products;
                case "regr_avgx" -> sumX / n;
                case "regr_avgy" -> sumY / n;
                case "covar_pop" -> products / n;
                case "covar_samp" -> products / (n - 1);
                case "corr" ->
                        squaresX == 0 || squaresY == 0
                                ? null
                                : (Object) (products / Math.sqrt(squaresX * squaresY));
                case "regr_r2" ->
                        squaresX == 0
                                ? null
                                : squaresY == 0
                                        ? (Object) 1.0
                                        : (Object) (products * products / (squaresX * squaresY));
                case "regr_slope" -> squaresX == 0 ? null : (Object) (products / squaresX);
                case "regr_intercept" ->
                        squaresX == 0 ? null : (Object) ((sumY - sumX * products / squaresX) / n);
                default -> throw new IllegalStateException(name);
            };
        }
    }

    private Statistics() {}
}
