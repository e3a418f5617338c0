package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Roots, exponentials, logarithms and powers of numeric, with PostgreSQL's choice of how many
 * digits a result shows. The functions themselves are computed with some digits more and rounded
 * once.
 */
public final class NumericMath {
    private static final double LOG10_E = 0.434294481903252;
    private static final int RESULT_SCALE_MAX = 2000;
    private static final int GUARD_DIGITS = 12;
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    private NumericMath() {}

    private static SqlException invalid(SqlState state, String message) {
        return new SqlException(state, message);
    }

    private static int clampScale(int scale) {
        return Math.clamp(scale, 0, Numeric.DISPLAY_SCALE_MAX);
    }

    private static Numeric rounded(BigDecimal value, int scale) {
        return Numeric.of(value.setScale(scale, RoundingMode.HALF_UP));
    }

    public static Numeric sqrt(Numeric x) {
        if (x.signum() < 0) {
            throw invalid(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "cannot take square root of a negative number");
        }
        if (!x.isFinite()) {
            return x;
        }
        var value = x.toBigDecimal();
        int halfWeight = (Numeric.weight(value) + 1) * 4 / 2 - 1;
        int scale =
                clampScale(Math.max(Numeric.SIGNIFICANT_DIGITS_MIN - halfWeight, value.scale()));
        // The exact root, cut to one digit more than twice the scale says, then rounded.
        var shifted = value.movePointRight(2 * (scale + 1)).toBigInteger();
        return rounded(new BigDecimal(shifted.sqrt(), scale + 1), scale);
    }

    public static Numeric exp(Numeric x) {
        if (!x.isFinite()) {
            return x.signum() < 0 ? Numeric.ZERO : x;
        }
        var value = x.toBigDecimal();
        double weight =
                Math.clamp(value.doubleValue() * LOG10_E, -RESULT_SCALE_MAX, RESULT_SCALE_MAX);
        int scale =
                clampScale(Math.max(Numeric.SIGNIFICANT_DIGITS_MIN - (int) weight, value.scale()));
        return rounded(exp(value, scale), scale);
    }

    /** e^x, right to a few digits beyond a scale. */
    private static BigDecimal exp(BigDecimal x, int scale) {
        double estimate = x.doubleValue();
        if (Math.abs(estimate) >= RESULT_SCALE_MAX * 3) {
            if (estimate > 0) {
                throw Numeric.overflow();
            }
            return BigDecimal.ZERO;
        }
        int halvings =
                Math.max(0, Math.getExponent(Math.max(Math.abs(estimate), Double.MIN_NORMAL)) + 8);
        int digits =
                Math.max(0, (int) (estimate * LOG10_E)) + scale + GUARD_DIGITS + halvings / 3 + 2;
        var context = new MathContext(digits, RoundingMode.HALF_EVEN);
        var reduced = x.divide(new BigDecimal(BigInteger.ONE.shiftLeft(halvings)), context);
        var sum = BigDecimal.ONE;
        var term = BigDecimal.ONE;
        for (int n = 1; term.signum() != 0 && term.precision() - term.scale() > -digits; n++) {
            term = term.multiply(reduced, context).divide(BigDecimal.valueOf(n), context);
            sum = sum.add(term, context);
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, context);
        }
        return sum;
    }

    private static void requirePositive(Numeric x) {
        if (x.signum() < 0) {
            throw invalid(
                    SqlState.INVALID_ARGUMENT_FOR_LOG,
                    "cannot take logarithm of a negative number");
        }
        if (x.signum() == 0) {
            throw invalid(SqlState.INVALID_ARGUMENT_FOR_LOG, "cannot take logarithm of zero");
        }
    }

    public static Numeric ln(Numeric x) {
        requirePositive(x);
        if (!x.isFinite()) {
            return x;
        }
        var value = x.toBigDecimal();
        int scale =
                clampScale(
                        Math.max(Numeric.SIGNIFICANT_DIGITS_MIN - lnWeight(value), value.scale()));
        return rounded(ln(value, scale + GUARD_DIGITS), scale);
    }

    /** The natural logarithm, right to about a scale. */
    private static BigDecimal ln(BigDecimal x, int scale) {
        if (x.compareTo(BigDecimal.ONE) == 0) {
            return BigDecimal.ZERO;
        }
        int digits = scale + 12 + Math.abs(x.precision() - x.scale()) / 4;
        var context = new MathContext(digits, RoundingMode.HALF_EVEN);
        var reduced = x;
        int roots = 0;
        while (reduced.subtract(BigDecimal.ONE).abs().compareTo(new BigDecimal("0.01")) > 0) {
            reduced = reduced.sqrt(context);
            roots++;
        }
        // ln r = 2 artanh((r - 1) / (r + 1)).
        var y = reduced.subtract(BigDecimal.ONE).divide(reduced.add(BigDecimal.ONE), context);
        var square = y.multiply(y, context);
        var power = y;
        var sum = y;
        for (int n = 3;
                power.signum() != 0 && power.precision() - power.scale() > -digits;
                n += 2) {
            power = power.multiply(square, context);
            sum = sum.add(power.divide(BigDecimal.valueOf(n), context), context);
        }
        return sum.multiply(TWO).multiply(new BigDecimal(BigInteger.ONE.shiftLeft(roots)));
    }

    /** About the power of ten of a logarithm's first digit, as estimate_ln_dweight guesses it. */
    private static int lnWeight(BigDecimal x) {
        if (x.compareTo(new BigDecimal("0.9")) >= 0 && x.compareTo(new BigDecimal("1.1")) <= 0) {
            var distance = x.subtract(BigDecimal.ONE);
            return distance.signum() == 0 ? 0 : distance.precision() - distance.scale() - 1;
        }
        int weight = Numeric.weight(x) * 4;
        boolean second = x.remainder(BigDecimal.ONE.scaleByPowerOfTen(weight)).signum() != 0;
        int shift = second ? weight - 4 : weight;
        double digits = x.scaleByPowerOfTen(-shift).toBigInteger().doubleValue();
        double estimate = Math.log(digits) + shift * 2.302585092994046;
        return (int) Math.log10(Math.abs(estimate));
    }

    /** {@code log(base, x)}; {@code log(x)} is the one to base 10. */
    public static Numeric log(Numeric base, Numeric x) {
        requirePositiveUnlessNan(base, x);
        if (base.isNan() || x.isNan()) {
            return Numeric.NAN;
        }
        if (base.isInfinite()) {
            return x.isInfinite() ? Numeric.NAN : Numeric.ZERO;
        }
        if (x.isInfinite()) {
            return x;
        }
        var b = base.toBigDecimal();
        var v = x.toBigDecimal();
        int resultWeight = lnWeight(v) - lnWeight(b);
        int scale =
                Math.max(
                        Numeric.SIGNIFICANT_DIGITS_MIN - resultWeight,
                        Math.max(b.scale(), v.scale()));
        scale = clampScale(scale);
        int inner =
                scale
                        + Math.abs(resultWeight)
                        + Math.max(0, -lnWeight(b))
                        + Math.max(0, -lnWeight(v))
                        + GUARD_DIGITS;
        var divisor = ln(b, inner);
        if (divisor.signum() == 0) {
            throw SqlException.divisionByZero();
        }
        return Numeric.of(ln(v, inner).divide(divisor, scale, RoundingMode.HALF_UP));
    }

    private static void requirePositiveUnlessNan(Numeric base, Numeric x) {
        if (base.isNan() || x.isNan()) {
            return;
        }
        requirePositive(base);
        requirePositive(x);
    }

    public static Numeric power(Numeric base, Numeric exponent) {
        if (base.isNan() || exponent.isNan()) {
            boolean one = exponent.signum() == 0 || base.equals(Numeric.ONE);
            return one ? Numeric.ONE : Numeric.NAN;
        }
        if (base.signum() == 0 && exponent.signum() < 0) {
            throw invalid(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "zero raised to a negative power is undefined");
        }
        boolean integral = exponent.isInfinite() || exponent.minimalScale() == 0;
        if (base.signum() < 0 && !integral) {
            throw invalid(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "a negative number raised to a non-integer power yields a complex result");
        }
        if (base.isInfinite() || exponent.isInfinite()) {
            return powerOfInfinity(base, exponent);
        }
        var b = base.toBigDecimal();
        var e = exponent.toBigDecimal();
        if (integral && e.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0) {
            int scale = clampScale(Math.max(Numeric.SIGNIFICANT_DIGITS_MIN, b.scale()));
            return integerPower(b, e.intValue(), scale);
        }
        if (b.signum() == 0) {
            return Numeric.of(BigDecimal.ZERO.setScale(Numeric.SIGNIFICANT_DIGITS_MIN));
        }
        var size = b.abs();
        double estimate = ln(size, Math.max(0, 8 - lnWeight(size))).multiply(e).doubleValue();
        if (Math.abs(estimate) > RESULT_SCALE_MAX * 3.01) {
            if (estimate > 0) {
                throw Numeric.overflow();
            }
            return Numeric.of(BigDecimal.ZERO.setScale(Numeric.DISPLAY_SCALE_MAX));
        }
        int weight = (int) (estimate * LOG10_E);
        int scale =
                Math.max(Numeric.SIGNIFICANT_DIGITS_MIN - weight, Math.max(b.scale(), e.scale()));
        scale = clampScale(scale);
        int inner =
                Math.max(0, scale + weight)
                        + Math.max(0, -lnWeight(size))
                        + e.precision()
                        + GUARD_DIGITS;
        var result = rounded(exp(ln(size, inner).multiply(e), scale), scale);
        boolean odd = e.remainder(TWO).signum() != 0;
        return b.signum() < 0 && odd ? result.negate() : result;
    }

    private static Numeric integerPower(BigDecimal base, int exponent, int scale) {
        switch (exponent) {
            case 0 -> {
                return Numeric.of(BigDecimal.ONE.setScale(scale));
            }
            case 1 -> {
                return rounded(base, scale);
            }
            case -1 -> {
                return Numeric.of(BigDecimal.ONE.divide(base, scale, RoundingMode.HALF_UP));
            }
            default -> {
                if (base.signum() == 0) {
                    return Numeric.of(BigDecimal.ZERO.setScale(scale));
                }
            }
        }
        double digits = exponent * log10(base);
        if (digits > 3.0 * 32_767 * 4) {
            throw Numeric.overflow();
        }
        if (digits + 1 < -scale || digits + 1 < -Numeric.DISPLAY_SCALE_MAX) {
            return Numeric.of(BigDecimal.ZERO.setScale(scale));
        }
        int significant =
                Math.max(
                        1,
                        1 + scale + (int) digits + (int) Math.log(Math.abs((double) exponent)) + 8);
        var context = new MathContext(significant, RoundingMode.HALF_UP);
        int size = Math.abs(exponent);
        var power = BigDecimal.ONE;
        var square = base;
        while (size > 0) {
            if ((size & 1) != 0) {
                power = power.multiply(square, context);
            }
            size >>= 1;
            if (size > 0) {
                square = square.multiply(square, context);
            }
        }
        return exponent < 0
                ? Numeric.of(BigDecimal.ONE.divide(power, scale, RoundingMode.HALF_UP))
                : rounded(power, scale);
    }

    private static double log10(BigDecimal x) {
        int exponent = x.precision() - x.scale() - 1;
        return Math.log10(x.abs().scaleByPowerOfTen(-exponent).doubleValue()) + exponent;
    }

    /** After POSIX's pow. */
    private static Numeric powerOfInfinity(Numeric base, Numeric exponent) {
        if (base.equals(Numeric.ONE) || exponent.signum() == 0) {
            return Numeric.ONE;
        }
        if (base.signum() == 0) {
            return Numeric.ZERO;
        }
        if (exponent.isInfinite()) {
            int order = base.isInfinite() ? 1 : base.abs().compareTo(Numeric.ONE);
            if (order == 0) {
                return Numeric.ONE;
            }
            return (order > 0) == (exponent.signum() > 0)
                    ? Numeric.POSITIVE_INFINITY
                    : Numeric.ZERO;
        }
        if (exponent.signum() < 0) {
            return Numeric.ZERO;
        }
        boolean odd = exponent.toBigDecimal().remainder(TWO).abs().compareTo(BigDecimal.ONE) == 0;
        return base.signum() < 0 && odd ? Numeric.NEGATIVE_INFINITY : Numeric.POSITIVE_INFINITY;
    }
}
