package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.NumericMath;
import dev.quiverdb.base.type.PgArray;
import java.math.BigInteger;
import java.math.RoundingMode;

/** numeric: arithmetic, rounding, casts. */
final class NumericFunctions {
    static void register(Registry r) {
        r.two("numeric_add", (CallContext c, Numeric a, Numeric b) -> a.add(b));
        r.two("numeric_sub", (CallContext c, Numeric a, Numeric b) -> a.subtract(b));
        r.two("numeric_mul", (CallContext c, Numeric a, Numeric b) -> a.multiply(b));
        r.two("numeric_div", (CallContext c, Numeric a, Numeric b) -> a.divide(b));
        r.two("numeric_div_trunc", (CallContext c, Numeric a, Numeric b) -> a.divideTruncating(b));
        r.two("numeric_mod", (CallContext c, Numeric a, Numeric b) -> a.remainder(b));
        r.one("numeric_uminus", (CallContext c, Numeric a) -> a.negate());
        r.one("numeric_uplus", (CallContext c, Numeric a) -> a);
        r.one("numeric_abs", (CallContext c, Numeric a) -> a.abs());
        r.one("numeric_inc", (CallContext c, Numeric a) -> a.add(Numeric.ONE));
        r.one(
                "numeric_sign",
                (CallContext c, Numeric a) -> a.isNan() ? a : Numeric.of((long) a.signum()));
        r.two(
                "numeric_round",
                (CallContext c, Numeric a, Integer scale) -> a.round(limited(scale)));
        r.two(
                "numeric_trunc",
                (CallContext c, Numeric a, Integer scale) -> a.truncate(limited(scale)));
        r.one("round(numeric)", (CallContext c, Numeric a) -> a.round(0));
        r.one("trunc(numeric)", (CallContext c, Numeric a) -> a.truncate(0));
        r.one("numeric_ceil", (CallContext c, Numeric a) -> a.ceil());
        r.one("numeric_floor", (CallContext c, Numeric a) -> a.floor());
        r.one("numeric_sqrt", (CallContext c, Numeric a) -> NumericMath.sqrt(a));
        r.one("numeric_exp", (CallContext c, Numeric a) -> NumericMath.exp(a));
        r.one("numeric_ln", (CallContext c, Numeric a) -> NumericMath.ln(a));
        r.two("numeric_log", (CallContext c, Numeric a, Numeric b) -> NumericMath.log(a, b));
        r.one("log(numeric)", (CallContext c, Numeric a) -> NumericMath.log(Numeric.of(10L), a));
        r.one("log10(numeric)", (CallContext c, Numeric a) -> NumericMath.log(Numeric.of(10L), a));
        r.two("numeric_power", (CallContext c, Numeric a, Numeric b) -> NumericMath.power(a, b));
        r.two("numeric_gcd", (CallContext c, Numeric a, Numeric b) -> gcd(a, b));
        r.two("numeric_lcm", (CallContext c, Numeric a, Numeric b) -> lcm(a, b));
        r.one("numeric_scale", (CallContext c, Numeric a) -> a.isFinite() ? a.scale() : null);
        r.one(
                "numeric_min_scale",
                (CallContext c, Numeric a) -> a.isFinite() ? a.minimalScale() : null);
        r.one("numeric_trim_scale", (CallContext c, Numeric a) -> a.trimScale());
        r.one("numeric_fac", (CallContext c, Long n) -> factorial(n));
        r.two(
                "numeric",
                (CallContext c, Numeric a, Integer typmod) ->
                        c.resultType().applyTypmod(a, typmod, true));
        r.any(
                "width_bucket_numeric",
                (c, a) ->
                        widthBucket(
                                (Numeric) Strings.arg(a, 0),
                                (Numeric) Strings.arg(a, 1),
                                (Numeric) Strings.arg(a, 2),
                                Strings.integer(a, 3)));
        r.two(
                "width_bucket_array",
                (CallContext c, Object operand, PgArray thresholds) -> bucket(operand, thresholds));
        r.any(
                "in_range_numeric_numeric",
                (c, a) ->
                        inRange(
                                (Numeric) Strings.arg(a, 0),
                                (Numeric) Strings.arg(a, 1),
                                (Numeric) Strings.arg(a, 2),
                                (boolean) Strings.arg(a, 3),
                                (boolean) Strings.arg(a, 4)));
        registerRanges(r);
        registerCasts(r);
    }

    private static void registerRanges(Registry r) {
        for (var name :
                java.util.List.of(
                        "int2_int2",
                        "int2_int4",
                        "int2_int8",
                        "int4_int2",
                        "int4_int4",
                        "int4_int8",
                        "int8_int8")) {
            r.any(
                    "in_range_" + name,
                    (c, a) ->
                            inRange(
                                    ((Number) Strings.arg(a, 0)).longValue(),
                                    ((Number) Strings.arg(a, 1)).longValue(),
                                    ((Number) Strings.arg(a, 2)).longValue(),
                                    (boolean) Strings.arg(a, 3),
                                    (boolean) Strings.arg(a, 4)));
        }
    }

    private static boolean inRange(
            long value, long base, long offset, boolean subtract, boolean less) {
        if (offset < 0) {
            throw WindowErrors.negativeOffset();
        }
        long bound = subtract ? base - offset : base + offset;
        boolean overflow = subtract ? bound > base : bound < base;
        if (overflow) {
            // The bound is beyond all values: below them for subtract, above them otherwise.
            return subtract != less;
        }
        return less ? value <= bound : value >= bound;
    }

    private static boolean inRange(
            Numeric value, Numeric base, Numeric offset, boolean subtract, boolean less) {
        if (offset.isNan() || offset.signum() < 0) {
            throw WindowErrors.negativeOffset();
        }
        if (value.isNan()) {
            return base.isNan() || !less;
        }
        if (base.isNan()) {
            return less;
        }
        if (offset.isInfinite()
                && base.isInfinite()
                && (subtract ? base.signum() > 0 : base.signum() < 0)) {
            return true;
        }
        var bound = subtract ? base.subtract(offset) : base.add(offset);
        return less ? value.compareTo(bound) <= 0 : value.compareTo(bound) >= 0;
    }

    private static void registerCasts(Registry r) {
        r.one("int2_numeric", (CallContext c, Short a) -> Numeric.of((long) a));
        r.one("int4_numeric", (CallContext c, Integer a) -> Numeric.of((long) a));
        r.one("int8_numeric", (CallContext c, Long a) -> Numeric.of((long) a));
        r.one("float4_numeric", (CallContext c, Float a) -> Numeric.of((float) a));
        r.one("float8_numeric", (CallContext c, Double a) -> Numeric.of((double) a));
        r.one("numeric_int2", (CallContext c, Numeric a) -> a.toShort());
        r.one("numeric_int4", (CallContext c, Numeric a) -> a.toInt());
        r.one("numeric_int8", (CallContext c, Numeric a) -> a.toLong());
        r.one("numeric_float4", (CallContext c, Numeric a) -> single(a));
        r.one("numeric_float8", (CallContext c, Numeric a) -> a.toDouble());
    }

    private static float single(Numeric a) {
        if (!a.isFinite()) {
            return (float) a.toDouble();
        }
        float value = Float.parseFloat(a.toString());
        if (Float.isInfinite(value)) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    String.format("\"%s\" is out of range for type real", a.toString()));
        }
        return value;
    }

    private static int limited(int scale) {
        return Math.max(-2000, Math.min(2000, scale));
    }

    private static Numeric gcd(Numeric a, Numeric b) {
        if (!a.isFinite() || !b.isFinite()) {
            return Numeric.NAN;
        }
        int scale = Math.max(a.scale(), b.scale());
        var left = a.toBigDecimal().setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
        var right = b.toBigDecimal().setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
        return Numeric.of(new java.math.BigDecimal(left.gcd(right), scale));
    }

    private static Numeric lcm(Numeric a, Numeric b) {
        if (!a.isFinite() || !b.isFinite()) {
            return Numeric.NAN;
        }
        int scale = Math.max(a.scale(), b.scale());
        if (a.signum() == 0 || b.signum() == 0) {
            return Numeric.of(java.math.BigDecimal.ZERO.setScale(scale));
        }
        var left = a.toBigDecimal().setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
        var right = b.toBigDecimal().setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
        return Numeric.of(
                new java.math.BigDecimal(
                        left.divide(left.gcd(right)).multiply(right).abs(), scale));
    }

    private static Numeric factorial(long n) {
        if (n < 0) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    "factorial of a negative number is undefined");
        }
        if (n > 32177) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
        }
        var result = BigInteger.ONE;
        for (long i = 2; i <= n; i++) {
            result = result.multiply(BigInteger.valueOf(i));
        }
        return Numeric.of(result);
    }

    private static int widthBucket(Numeric operand, Numeric low, Numeric high, int count) {
        if (count <= 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "count must be greater than zero");
        }
        if (operand.isNan() || low.isNan() || high.isNan()) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "operand, lower bound, and upper bound cannot be NaN");
        }
        if (low.isInfinite() || high.isInfinite()) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "lower and upper bounds must be finite");
        }
        int direction = low.compareTo(high);
        if (direction == 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "lower bound cannot equal upper bound");
        }
        if (direction < 0 ? operand.compareTo(low) < 0 : operand.compareTo(low) > 0) {
            return 0;
        }
        if (direction < 0 ? operand.compareTo(high) >= 0 : operand.compareTo(high) <= 0) {
            return IntegerFunctions.integer(count + 1L);
        }
        var share =
                operand.toBigDecimal()
                        .subtract(low.toBigDecimal())
                        .multiply(java.math.BigDecimal.valueOf(count))
                        .divideToIntegralValue(high.toBigDecimal().subtract(low.toBigDecimal()));
        return share.intValue() + 1;
    }

    private static int bucket(Object operand, PgArray thresholds) {
        if (thresholds.dimensions() > 1) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR, "thresholds must be one-dimensional array");
        }
        if (thresholds.hasNulls()) {
            throw new SqlException(
                    SqlState.NULL_VALUE_NOT_ALLOWED, "thresholds array must not contain NULLs");
        }
        int low = 0;
        int high = thresholds.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            var threshold = java.util.Objects.requireNonNull(thresholds.get(middle));
            if (thresholds.elementType().compare(operand, threshold) < 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private NumericFunctions() {}
}
