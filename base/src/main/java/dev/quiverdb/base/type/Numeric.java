package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * A value of numeric: an exact decimal with its display scale (how many digits it shows behind the
 * point), or NaN, Infinity or -Infinity. Immutable. {@code 1.0} and {@code 1.00} are equal and hash
 * alike but print differently. NaN equals itself and is greater than everything.
 *
 * <p>Arithmetic follows PostgreSQL's rules for the display scale of results to the digit; see
 * {@code src/backend/utils/adt/numeric.c}, {@code select_div_scale} and its kin.
 */
public final class Numeric implements Comparable<Numeric> {
    public static final Numeric NAN = new Numeric(2);
    public static final Numeric POSITIVE_INFINITY = new Numeric(1);
    public static final Numeric NEGATIVE_INFINITY = new Numeric(-1);
    public static final Numeric ZERO = new Numeric(BigDecimal.ZERO);
    public static final Numeric ONE = new Numeric(BigDecimal.ONE);

    /** Most digits that a typmod may ask for. */
    public static final int PRECISION_MAX = 1000;

    /** Most digits behind the point that a value can have. */
    static final int SCALE_MAX = 16_383;

    /** Largest weight of a first digit in base 10,000. */
    private static final int WEIGHT_MAX = 32_767;

    /** How many significant digits a division yields at least. */
    static final int SIGNIFICANT_DIGITS_MIN = 16;

    /** Most digits behind the point that a division and its like choose of their own. */
    static final int DISPLAY_SCALE_MAX = 1000;

    /** Not negative in scale; null if special. */
    private final @Nullable BigDecimal value;

    /** For the special values: -1, 1, or 2 for NaN. */
    private final int special;

    private Numeric(int special) {
        this.value = null;
        this.special = special;
    }

    private Numeric(BigDecimal value) {
        this.value = value;
        this.special = 0;
    }

    /** A negative scale becomes 0. An error if the value is beyond what numeric can hold. */
    public static Numeric of(BigDecimal value) {
        var scaled = value.scale() < 0 ? value.setScale(0) : value;
        if (scaled.scale() > SCALE_MAX) {
            scaled = scaled.setScale(SCALE_MAX, RoundingMode.HALF_UP);
        }
        if (scaled.precision() - scaled.scale() > (WEIGHT_MAX + 1) * 4) {
            throw overflow();
        }
        return new Numeric(scaled);
    }

    public static Numeric of(long value) {
        return new Numeric(BigDecimal.valueOf(value));
    }

    public static Numeric of(BigInteger value) {
        return of(new BigDecimal(value));
    }

    /** As float8_numeric: 15 significant digits. */
    public static Numeric of(double value) {
        return ofFloating(value, 15);
    }

    /** As float4_numeric: 6 significant digits. */
    public static Numeric of(float value) {
        return ofFloating(value, 6);
    }

    private static Numeric ofFloating(double value, int digits) {
        if (Double.isNaN(value)) {
            return NAN;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
        }
        var decimal = new BigDecimal(FloatText.formatDigits(value, digits));
        return of(decimal);
    }

    /** Text as numeric_in reads it, without typmod. */
    public static Numeric parse(String text) {
        return (Numeric) Types.NUMERIC.parse(text, -1, TypeContext.DEFAULT);
    }

    static SqlException overflow() {
        return new SqlException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
    }

    public boolean isNan() {
        return special == 2;
    }

    public boolean isInfinite() {
        return special == 1 || special == -1;
    }

    /** Whether this is neither NaN nor infinite. */
    public boolean isFinite() {
        return special == 0;
    }

    /** -1, 0 or 1; NaN counts as positive. */
    public int signum() {
        return value == null ? Math.min(1, special) : value.signum();
    }

    /** The exact value, whose scale is the display scale. Only if finite. */
    public BigDecimal toBigDecimal() {
        if (value == null) {
            throw new IllegalStateException(this + " is no decimal");
        }
        return value;
    }

    /** The display scale; 0 for special values. */
    public int scale() {
        return value == null ? 0 : value.scale();
    }

    public Numeric add(Numeric other) {
        if (value == null || other.value == null) {
            if (isNan() || other.isNan() || special + other.special == 0) {
                return NAN;
            }
            return value == null ? this : other;
        }
        return of(value.add(other.value));
    }

    public Numeric subtract(Numeric other) {
        return value != null && other.value != null
                ? of(value.subtract(other.value))
                : add(other.negate());
    }

    public Numeric multiply(Numeric other) {
        if (value == null || other.value == null) {
            if (isNan() || other.isNan() || signum() * other.signum() == 0) {
                return NAN;
            }
            return infinity(signum() * other.signum());
        }
        return of(value.multiply(other.value));
    }

    /** Division to at least 16 significant digits, rounded half away from zero. */
    public Numeric divide(Numeric other) {
        if (value == null || other.value == null) {
            if (isNan() || other.isNan() || (value == null && other.value == null)) {
                return NAN;
            }
            if (value != null) {
                return ZERO;
            }
            if (other.signum() == 0) {
                throw SqlException.divisionByZero();
            }
            return infinity(signum() * other.signum());
        }
        if (other.value.signum() == 0) {
            throw SqlException.divisionByZero();
        }
        return of(
                value.divide(other.value, divisionScale(value, other.value), RoundingMode.HALF_UP));
    }

    /** The quotient cut to an integer, as {@code div(a, b)}. */
    public Numeric divideTruncating(Numeric other) {
        if (value == null || other.value == null) {
            return divide(other);
        }
        if (other.value.signum() == 0) {
            throw SqlException.divisionByZero();
        }
        return of(value.divideToIntegralValue(other.value).setScale(0));
    }

    /** The remainder, with the sign of the dividend. */
    public Numeric remainder(Numeric other) {
        if (isNan() || other.isNan()) {
            return NAN;
        }
        if (value == null) {
            if (other.signum() == 0) {
                throw SqlException.divisionByZero();
            }
            return NAN;
        }
        if (other.value == null) {
            return this;
        }
        if (other.value.signum() == 0) {
            throw SqlException.divisionByZero();
        }
        return of(
                value.remainder(other.value)
                        .setScale(Math.max(value.scale(), other.value.scale()), RoundingMode.DOWN));
    }

    public Numeric negate() {
        if (value == null) {
            return isNan() ? this : infinity(-special);
        }
        return new Numeric(value.negate());
    }

    public Numeric abs() {
        return signum() < 0 ? negate() : this;
    }

    /** Half away from zero; a negative scale rounds before the point. */
    public Numeric round(int scale) {
        return atScale(scale, RoundingMode.HALF_UP);
    }

    public Numeric truncate(int scale) {
        return atScale(scale, RoundingMode.DOWN);
    }

    public Numeric ceil() {
        return atScale(0, RoundingMode.CEILING);
    }

    public Numeric floor() {
        return atScale(0, RoundingMode.FLOOR);
    }

    private Numeric atScale(int scale, RoundingMode mode) {
        if (value == null) {
            return this;
        }
        int bounded = Math.clamp(scale, -2 * SCALE_MAX * 4, SCALE_MAX);
        return of(value.setScale(bounded, mode));
    }

    /** Without zeros at the end of the fraction, as {@code trim_scale}. */
    public Numeric trimScale() {
        return value == null ? this : of(value.stripTrailingZeros());
    }

    /** The smallest scale that loses nothing, as {@code min_scale}; 0 for special values. */
    public int minimalScale() {
        return value == null ? 0 : Math.max(0, value.stripTrailingZeros().scale());
    }

    private static Numeric infinity(int sign) {
        return sign > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
    }

    static int divisionScale(BigDecimal dividend, BigDecimal divisor) {
        int weight1 = weight(dividend);
        int weight2 = weight(divisor);
        int quotientWeight = weight1 - weight2;
        if (firstDigit(dividend, weight1) <= firstDigit(divisor, weight2)) {
            quotientWeight--;
        }
        int scale = SIGNIFICANT_DIGITS_MIN - quotientWeight * 4;
        scale = Math.max(scale, Math.max(dividend.scale(), divisor.scale()));
        return Math.clamp(scale, 0, DISPLAY_SCALE_MAX);
    }

    /** The power of 10,000 that the first digit stands for; 0 for zero. */
    static int weight(BigDecimal value) {
        return value.signum() == 0 ? 0 : Math.floorDiv(value.precision() - value.scale() - 1, 4);
    }

    private static int firstDigit(BigDecimal value, int weight) {
        return value.signum() == 0 ? 0 : value.movePointLeft(4 * weight).abs().intValue();
    }

    /** NaN is greatest, then Infinity; scale does not matter. */
    @Override
    public int compareTo(Numeric other) {
        if (value == null || other.value == null) {
            return Integer.compare(special, other.special);
        }
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Numeric that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        if (value == null) {
            return special;
        }
        return value.signum() == 0 ? 0 : value.stripTrailingZeros().hashCode();
    }

    public double toDouble() {
        if (value == null) {
            return isNan() ? Double.NaN : special * Double.POSITIVE_INFINITY;
        }
        return value.doubleValue();
    }

    /** As int8 of numeric: rounded half away from zero, {@code bigint out of range}. */
    public long toLong() {
        return toIntegral("bigint", Long.MIN_VALUE, Long.MAX_VALUE);
    }

    public int toInt() {
        return (int) toIntegral("integer", Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    public short toShort() {
        return (short) toIntegral("smallint", Short.MIN_VALUE, Short.MAX_VALUE);
    }

    private long toIntegral(String typeName, long least, long most) {
        if (value == null) {
            throw new SqlException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot convert " + (isNan() ? "NaN" : "infinity") + " to " + typeName);
        }
        if (value.precision() - value.scale() > 20) {
            throw SqlException.outOfRange(typeName);
        }
        var rounded = value.setScale(0, RoundingMode.HALF_UP).toBigInteger();
        if (rounded.bitLength() > 63 || rounded.longValue() < least || rounded.longValue() > most) {
            throw SqlException.outOfRange(typeName);
        }
        return rounded.longValue();
    }

    /** As numeric_out. */
    @Override
    public String toString() {
        if (value == null) {
            return isNan() ? "NaN" : special > 0 ? "Infinity" : "-Infinity";
        }
        return value.toPlainString();
    }
}
