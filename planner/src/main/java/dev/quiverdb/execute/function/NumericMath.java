package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Numeric;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Roots, powers and logarithms of numeric, with the scales that PostgreSQL chooses for their
 * results.
 */
final class NumericMath {
    private static final int SIGNIFICANT_DIGITS_MIN = 16;
    private static final int DIGITS_PER_GROUP = 4;
    private static final int SCALE_MAX = 1000;
    private static final double LN_10 = 2.302585092994046;

    /** The weight of the first group of four digits, as numeric counts. */
    private static int weight(BigDecimal value) {
        if (value.signum() == 0) {
            return 0;
        }
        return Math.floorDiv(value.precision() - value.scale() - 1, DIGITS_PER_GROUP);
    }

    static Numeric sqrt(Numeric argument) {
        if (argument.isNan()) {
            return argument;
        }
        if (argument.signum() < 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "cannot take square root of a negative number");
        }
        if (argument.isInfinite()) {
            return argument;
        }
        var value = argument.toBigDecimal();
        int resultWeight = weight(value) * DIGITS_PER_GROUP / 2 + 1;
        int scale = clamp(Math.max(SIGNIFICANT_DIGITS_MIN - resultWeight, value.scale()));
        return Numeric.of(root(value, scale));
    }

    static BigDecimal root(BigDecimal value, int scale) {
        if (value.signum() == 0) {
            return BigDecimal.ZERO.setScale(scale);
        }
        // The integer root of value * 10^(2 scale + 2), rounded.
        var shifted =
                value.movePointRight(2 * (scale + 1))
                        .setScale(0, RoundingMode.DOWN)
                        .unscaledValue();
        var root = shifted.sqrt();
        return new BigDecimal(root, scale + 1).setScale(scale, RoundingMode.HALF_UP);
    }

    private static int clamp(int scale) {
        return Math.min(SCALE_MAX, Math.max(0, scale));
    }

    static Numeric exp(Numeric argument) {
        if (!argument.isFinite()) {
            return argument.signum() < 0 ? Numeric.ZERO : argument;
        }
        var value = argument.toBigDecimal();
        double digits = Math.max(-SCALE_MAX, Math.min(SCALE_MAX, value.doubleValue() / LN_10));
        int scale = clamp(Math.max(SIGNIFICANT_DIGITS_MIN - (int) digits, value.scale()));
        return Numeric.of(exp(value, scale));
    }

    private static BigDecimal exp(BigDecimal value, int scale) {
        double approximate = value.doubleValue();
        if (Math.abs(approximate) >= 6000) {
            if (approximate > 0) {
                throw new SqlException(
                        SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
            }
            return BigDecimal.ZERO.setScale(scale);
        }
        int digits = Math.max(0, (int) (approximate / LN_10)) + scale + 8;
        var context = new MathContext(digits + 10, RoundingMode.HALF_EVEN);
        // exp(x) = exp(x / 2^n)^(2^n).
        int halvings =
                Math.max(
                        0,
                        (int)
                                        Math.ceil(
                                                Math.log(Math.max(Math.abs(approximate), 1e-300))
                                                        / Math.log(2))
                                + 8);
        context =
                new MathContext(context.getPrecision() + halvings / 3 + 2, RoundingMode.HALF_EVEN);
        var x = value.divide(new BigDecimal(BigInteger.TWO.pow(halvings)), context);
        var sum = BigDecimal.ONE;
        var term = BigDecimal.ONE;
        var least = BigDecimal.ONE.movePointLeft(context.getPrecision() + 2);
        for (int i = 1; term.abs().compareTo(least) > 0; i++) {
            term = term.multiply(x, context).divide(BigDecimal.valueOf(i), context);
            sum = sum.add(term, context);
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, context);
        }
        return sum.setScale(scale, RoundingMode.HALF_UP);
    }

    private static Numeric logArgument(Numeric argument) {
        if (argument.isNan()) {
            return argument;
        }
        if (argument.signum() < 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_LOG,
                    "cannot take logarithm of a negative number");
        }
        if (argument.signum() == 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_LOG, "cannot take logarithm of zero");
        }
        return argument;
    }

    static Numeric ln(Numeric argument) {
        if (!logArgument(argument).isFinite()) {
            return argument;
        }
        var value = argument.toBigDecimal();
        int scale = clamp(Math.max(SIGNIFICANT_DIGITS_MIN - lnWeight(value), value.scale()));
        return Numeric.of(ln(value, scale + 2).setScale(scale, RoundingMode.HALF_UP));
    }

    /** Decimal digits before the point of ln(value), negative for leading zeros behind it. */
    private static int lnWeight(BigDecimal value) {
        if (value.signum() <= 0) {
            return 0;
        }
        if (value.compareTo(new BigDecimal("0.9")) >= 0
                && value.compareTo(new BigDecimal("1.1")) <= 0) {
            var distance = value.subtract(BigDecimal.ONE);
            return distance.signum() == 0 ? 0 : distance.precision() - distance.scale() - 1;
        }
        double log = logOf(value);
        return (int) Math.log10(Math.abs(log));
    }

    private static double logOf(BigDecimal value) {
        int exponent = value.precision() - value.scale() - 1;
        return Math.log(value.movePointLeft(exponent).doubleValue()) + exponent * LN_10;
    }

    static BigDecimal ln(BigDecimal value, int scale) {
        if (value.compareTo(BigDecimal.ONE) == 0) {
            return BigDecimal.ZERO.setScale(scale);
        }
        int exponent = value.precision() - value.scale() - 1;
        var context =
                new MathContext(
                        scale + Math.max(4, String.valueOf(Math.abs(exponent)).length()) + 16,
                        RoundingMode.HALF_EVEN);
        // Square roots bring the argument near 1, where the series of atanh is fast.
        var x = value;
        int roots = 0;
        while (x.compareTo(new BigDecimal("1.05")) > 0 || x.compareTo(new BigDecimal("0.95")) < 0) {
            x = x.sqrt(context);
            roots++;
        }
        var extended =
                new MathContext(context.getPrecision() + roots / 3 + 2, RoundingMode.HALF_EVEN);
        if (extended.getPrecision() > context.getPrecision() + 3) {
            x = value;
            for (int i = 0; i < roots; i++) {
                x = x.sqrt(extended);
            }
        }
        var z = x.subtract(BigDecimal.ONE).divide(x.add(BigDecimal.ONE), extended);
        var square = z.multiply(z, extended);
        var term = z;
        var sum = z;
        var least = BigDecimal.ONE.movePointLeft(extended.getPrecision() + 2);
        for (int i = 3; term.abs().compareTo(least) > 0; i += 2) {
            term = term.multiply(square, extended);
            sum = sum.add(term.divide(BigDecimal.valueOf(i), extended), extended);
        }
        return sum.multiply(new BigDecimal(BigInteger.TWO.pow(roots + 1)))
                .setScale(scale, RoundingMode.HALF_UP);
    }

    /** log of a number to a base. */
    static Numeric log(Numeric base, Numeric number) {
        if (base.isNan() || number.isNan()) {
            return Numeric.NAN;
        }
        logArgument(base);
        logArgument(number);
        if (!base.isFinite() || !number.isFinite()) {
            if (base.isInfinite() && number.isInfinite()) {
                return Numeric.NAN;
            }
            return base.isInfinite() ? Numeric.ZERO : number;
        }
        var b = base.toBigDecimal();
        var n = number.toBigDecimal();
        int baseWeight = lnWeight(b);
        int numberWeight = lnWeight(n);
        int scale = SIGNIFICANT_DIGITS_MIN - (numberWeight - baseWeight);
        scale = clamp(Math.max(Math.max(scale, b.scale()), n.scale()));
        var lnBase = ln(b, Math.max(0, scale - Math.min(0, baseWeight)) + 10);
        if (lnBase.signum() == 0) {
            throw SqlException.divisionByZero();
        }
        var lnNumber = ln(n, Math.max(0, scale - Math.min(0, numberWeight)) + 10);
        return Numeric.of(lnNumber.divide(lnBase, scale, RoundingMode.HALF_UP));
    }

    static Numeric power(Numeric base, Numeric exponent) {
        if (!base.isFinite() || !exponent.isFinite()) {
            return specialPower(base, exponent);
        }
        var b = base.toBigDecimal();
        var e = exponent.toBigDecimal();
        if (b.signum() == 0 && e.signum() < 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "zero raised to a negative power is undefined");
        }
        boolean whole = e.stripTrailingZeros().scale() <= 0;
        if (b.signum() < 0 && !whole) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "a negative number raised to a non-integer power yields a complex result");
        }
        if (whole && e.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0) {
            return integerPower(b, e.intValueExact());
        }
        if (b.signum() == 0) {
            return Numeric.of(BigDecimal.ZERO.setScale(SIGNIFICANT_DIGITS_MIN));
        }
        double digits = logOf(b.abs()) * e.doubleValue() / LN_10;
        if (digits > 131_072) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
        }
        int scale =
                clamp(
                        Math.max(
                                Math.max(
                                        SIGNIFICANT_DIGITS_MIN - (int) Math.max(digits, -2000),
                                        b.scale()),
                                e.scale()));
        int extra = e.precision() - e.scale();
        var product = ln(b, scale + Math.max(0, (int) digits) + Math.max(extra, 0) + 8).multiply(e);
        return Numeric.of(exp(product, scale));
    }

    private static Numeric integerPower(BigDecimal base, int exponent) {
        if (exponent == 0) {
            return Numeric.of(BigDecimal.ONE.setScale(SIGNIFICANT_DIGITS_MIN));
        }
        if (base.signum() == 0) {
            return Numeric.of(BigDecimal.ZERO.setScale(SIGNIFICANT_DIGITS_MIN));
        }
        int plainScale = clamp(Math.max(SIGNIFICANT_DIGITS_MIN, base.scale()));
        if (exponent == 1) {
            return Numeric.of(base.setScale(plainScale, RoundingMode.HALF_UP));
        }
        if (exponent == -1) {
            return Numeric.of(BigDecimal.ONE.divide(base, plainScale, RoundingMode.HALF_UP));
        }
        if (exponent == 2) {
            return Numeric.of(base.multiply(base).setScale(plainScale, RoundingMode.HALF_UP));
        }
        double digits = logOf(base.abs()) / LN_10 * exponent;
        if (digits > 131_072) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
        }
        int scale = clamp(Math.max(SIGNIFICANT_DIGITS_MIN - (int) digits, base.scale()));
        if (digits + 1 < -scale) {
            return Numeric.of(BigDecimal.ZERO.setScale(scale));
        }
        int precision =
                Math.max(0, (int) digits)
                        + scale
                        + 10
                        + Integer.toString(Math.abs(exponent)).length();
        var context = new MathContext(precision + 10, RoundingMode.HALF_EVEN);
        var result = BigDecimal.ONE;
        var square = base;
        for (long n = Math.abs((long) exponent); n > 0; n >>= 1) {
            if ((n & 1) == 1) {
                result = result.multiply(square, context);
            }
            square = square.multiply(square, context);
        }
        if (exponent < 0) {
            result = BigDecimal.ONE.divide(result, context);
        }
        return Numeric.of(result.setScale(scale, RoundingMode.HALF_UP));
    }

    private static Numeric specialPower(Numeric base, Numeric exponent) {
        if (base.isNan()) {
            return exponent.isFinite() && exponent.signum() == 0 ? Numeric.ONE : Numeric.NAN;
        }
        if (exponent.isNan()) {
            return base.isFinite() && base.compareTo(Numeric.ONE) == 0 ? Numeric.ONE : Numeric.NAN;
        }
        double result = Math.pow(base.toDouble(), exponent.toDouble());
        if (base.signum() == 0 && exponent.signum() < 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "zero raised to a negative power is undefined");
        }
        if (base.isFinite() && base.abs().compareTo(Numeric.ONE) == 0) {
            return Numeric.ONE;
        }
        return Double.isNaN(result) ? Numeric.NAN : Numeric.of(result);
    }

    private NumericMath() {}
}
