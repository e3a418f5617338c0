package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.function.DoubleUnaryOperator;

/** float4 and float8: arithmetic with PostgreSQL's overflow rules, mathematics, casts. */
final class FloatFunctions {
    static void register(Registry r) {
        registerArithmetic(r);
        registerMathematics(r);
        registerTrigonometry(r);
        registerCasts(r);
    }

    private static void registerArithmetic(Registry r) {
        r.two("float8pl", (CallContext c, Double a, Double b) -> add(a, b));
        r.two("float8mi", (CallContext c, Double a, Double b) -> subtract(a, b));
        r.two("float8mul", (CallContext c, Double a, Double b) -> multiply(a, b));
        r.two("float8div", (CallContext c, Double a, Double b) -> divide(a, b));
        r.one("float8um", (CallContext c, Double a) -> -a);
        r.one("float8up", (CallContext c, Double a) -> a);
        r.one("float8abs", (CallContext c, Double a) -> Math.abs(a));
        r.two("float4pl", (CallContext c, Float a, Float b) -> single(a + b, a, b));
        r.two("float4mi", (CallContext c, Float a, Float b) -> single(a - b, a, b));
        r.two("float4mul", (CallContext c, Float a, Float b) -> singleProduct(a * b, a, b));
        r.two("float4div", (CallContext c, Float a, Float b) -> singleQuotient(a, b));
        r.one("float4um", (CallContext c, Float a) -> -a);
        r.one("float4up", (CallContext c, Float a) -> a);
        r.one("float4abs", (CallContext c, Float a) -> Math.abs(a));
        for (var pair : java.util.List.of("float48", "float84")) {
            r.two(
                    pair + "pl",
                    (CallContext c, Number a, Number b) -> add(a.doubleValue(), b.doubleValue()));
            r.two(
                    pair + "mi",
                    (CallContext c, Number a, Number b) ->
                            subtract(a.doubleValue(), b.doubleValue()));
            r.two(
                    pair + "mul",
                    (CallContext c, Number a, Number b) ->
                            multiply(a.doubleValue(), b.doubleValue()));
            r.two(
                    pair + "div",
                    (CallContext c, Number a, Number b) ->
                            divide(a.doubleValue(), b.doubleValue()));
        }
    }

    private static void registerMathematics(Registry r) {
        r.one("dround", (CallContext c, Double a) -> Math.rint(a));
        r.one("dceil", (CallContext c, Double a) -> Math.ceil(a));
        r.one("dfloor", (CallContext c, Double a) -> Math.floor(a));
        r.one("dtrunc", (CallContext c, Double a) -> a < 0 ? Math.ceil(a) : Math.floor(a));
        r.one("dsign", (CallContext c, Double a) -> a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0);
        r.one("dsqrt", (CallContext c, Double a) -> squareRoot(a));
        r.one("dcbrt", (CallContext c, Double a) -> StrictMath.cbrt(a));
        r.two("dpow", (CallContext c, Double a, Double b) -> power(a, b));
        r.one("dexp", (CallContext c, Double a) -> exponential(a));
        r.one("dlog1", (CallContext c, Double a) -> StrictMath.log(logArgument(a)));
        r.one("dlog10", (CallContext c, Double a) -> StrictMath.log10(logArgument(a)));
        r.zero("dpi", c -> Math.PI);
        r.one("degrees", (CallContext c, Double a) -> check(a / Degrees.RADIANS_PER_DEGREE, a));
        r.one("radians", (CallContext c, Double a) -> a * Degrees.RADIANS_PER_DEGREE);
        r.zero("drandom", c -> c.execution().session().random().nextDouble());
        r.one("setseed", (CallContext c, Double a) -> setSeed(c, a));
        r.any(
                "width_bucket_float8",
                (c, a) ->
                        widthBucket(
                                (double) arg(a, 0),
                                (double) arg(a, 1),
                                (double) arg(a, 2),
                                (int) arg(a, 3)));
        r.any(
                "in_range_float8_float8",
                (c, a) ->
                        inRange(
                                (double) arg(a, 0),
                                (double) arg(a, 1),
                                (double) arg(a, 2),
                                (boolean) arg(a, 3),
                                (boolean) arg(a, 4)));
        r.any(
                "in_range_float4_float8",
                (c, a) ->
                        inRange(
                                (float) arg(a, 0),
                                (float) arg(a, 1),
                                (double) arg(a, 2),
                                (boolean) arg(a, 3),
                                (boolean) arg(a, 4)));
    }

    private static Object arg(@org.jspecify.annotations.Nullable Object[] arguments, int index) {
        return java.util.Objects.requireNonNull(arguments[index]);
    }

    private static void registerTrigonometry(Registry r) {
        angle(r, "dsin", StrictMath::sin);
        angle(r, "dcos", Math::cos);
        angle(r, "dtan", StrictMath::tan);
        angle(r, "dcot", a -> 1 / StrictMath.tan(a));
        bounded(r, "dasin", StrictMath::asin);
        bounded(r, "dacos", StrictMath::acos);
        plain(r, "datan", StrictMath::atan);
        r.two("datan2", (CallContext c, Double a, Double b) -> StrictMath.atan2(a, b));
        angle(r, "dsind", Degrees::sin);
        angle(r, "dcosd", Degrees::cos);
        angle(r, "dtand", Degrees::tan);
        angle(r, "dcotd", Degrees::cot);
        bounded(r, "dasind", Degrees::asin);
        bounded(r, "dacosd", Degrees::acos);
        plain(r, "datand", Degrees::atan);
        r.two("datan2d", (CallContext c, Double a, Double b) -> Degrees.atan2(a, b));
        plain(r, "dsinh", StrictMath::sinh);
        plain(r, "dcosh", Math::cosh);
        plain(r, "dtanh", StrictMath::tanh);
        plain(r, "dasinh", FloatFunctions::asinh);
        r.one(
                "dacosh",
                (CallContext c, Double a) -> {
                    if (a < 1) {
                        throw inputOutOfRange();
                    }
                    return Double.isInfinite(a)
                            ? a
                            : (Double) StrictMath.log(a + Math.sqrt(a * a - 1));
                });
        r.one(
                "datanh",
                (CallContext c, Double a) -> {
                    if (a < -1 || a > 1) {
                        throw inputOutOfRange();
                    }
                    return a == -1
                            ? Double.NEGATIVE_INFINITY
                            : a == 1
                                    ? Double.POSITIVE_INFINITY
                                    : 0.5 * (StrictMath.log1p(a) - StrictMath.log1p(-a));
                });
    }

    private static double asinh(double a) {
        if (Double.isInfinite(a) || a == 0) {
            return a;
        }
        double absolute = Math.abs(a);
        double result =
                StrictMath.log1p(
                        absolute + absolute * absolute / (1 + Math.sqrt(absolute * absolute + 1)));
        return Math.copySign(result, a);
    }

    private static void plain(Registry r, String key, DoubleUnaryOperator function) {
        r.one(key, (CallContext c, Double a) -> function.applyAsDouble(a));
    }

    /** Infinite angles have no sine. */
    private static void angle(Registry r, String key, DoubleUnaryOperator function) {
        r.one(
                key,
                (CallContext c, Double a) -> {
                    if (Double.isInfinite(a)) {
                        throw inputOutOfRange();
                    }
                    return function.applyAsDouble(a);
                });
    }

    private static void bounded(Registry r, String key, DoubleUnaryOperator function) {
        r.one(
                key,
                (CallContext c, Double a) -> {
                    if (a < -1 || a > 1) {
                        throw inputOutOfRange();
                    }
                    return function.applyAsDouble(a);
                });
    }

    private static SqlException inputOutOfRange() {
        return new SqlException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "input is out of range");
    }

    private static void registerCasts(Registry r) {
        r.one("i2tod", (CallContext c, Short a) -> (double) a);
        r.one("i2tof", (CallContext c, Short a) -> (float) a);
        r.one("i4tod", (CallContext c, Integer a) -> (double) a);
        r.one("i4tof", (CallContext c, Integer a) -> (float) (int) a);
        r.one("i8tod", (CallContext c, Long a) -> (double) (long) a);
        r.one("i8tof", (CallContext c, Long a) -> (float) (long) a);
        r.one("ftod", (CallContext c, Float a) -> (double) a);
        r.one("dtof", (CallContext c, Double a) -> toSingle(a));
        r.one(
                "dtoi2",
                (CallContext c, Double a) ->
                        (short) whole(a, Short.MIN_VALUE, Short.MAX_VALUE, "smallint"));
        r.one(
                "dtoi4",
                (CallContext c, Double a) ->
                        (int) whole(a, Integer.MIN_VALUE, Integer.MAX_VALUE, "integer"));
        r.one("dtoi8", (CallContext c, Double a) -> toLong(a));
        r.one(
                "ftoi2",
                (CallContext c, Float a) ->
                        (short) whole(a, Short.MIN_VALUE, Short.MAX_VALUE, "smallint"));
        r.one(
                "ftoi4",
                (CallContext c, Float a) ->
                        (int) whole(a, Integer.MIN_VALUE, Integer.MAX_VALUE, "integer"));
        r.one("ftoi8", (CallContext c, Float a) -> toLong(a));
    }

    private static long whole(double value, long least, long greatest, String type) {
        double rounded = Math.rint(value);
        if (!(rounded >= least && rounded <= greatest)) {
            throw SqlException.outOfRange(type);
        }
        return (long) rounded;
    }

    private static long toLong(double value) {
        double rounded = Math.rint(value);
        if (!(rounded >= -0x1p63 && rounded < 0x1p63)) {
            throw SqlException.outOfRange("bigint");
        }
        return (long) rounded;
    }

    static float toSingle(double value) {
        float result = (float) value;
        if (Float.isInfinite(result) && !Double.isInfinite(value)) {
            throw overflow();
        }
        if (result == 0 && value != 0) {
            throw underflow();
        }
        return result;
    }

    /** NaN is greater than all others and equal to itself. */
    static int compare(double a, double b) {
        if (a < b) {
            return -1;
        }
        if (a > b) {
            return 1;
        }
        if (a == b) {
            return 0;
        }
        return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }

    static SqlException overflow() {
        return new SqlException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
    }

    static SqlException underflow() {
        return new SqlException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow");
    }

    private static double check(double result, double argument) {
        if (Double.isInfinite(result) && !Double.isInfinite(argument)) {
            throw overflow();
        }
        return result;
    }

    static double add(double a, double b) {
        return checkTwo(a + b, a, b);
    }

    static double subtract(double a, double b) {
        return checkTwo(a - b, a, b);
    }

    private static double checkTwo(double result, double a, double b) {
        if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw overflow();
        }
        return result;
    }

    static double multiply(double a, double b) {
        double result = checkTwo(a * b, a, b);
        if (result == 0 && a != 0 && b != 0) {
            throw underflow();
        }
        return result;
    }

    static double divide(double a, double b) {
        if (b == 0 && !Double.isNaN(a)) {
            throw SqlException.divisionByZero();
        }
        double result = a / b;
        if (Double.isInfinite(result) && !Double.isInfinite(a)) {
            throw overflow();
        }
        if (result == 0 && a != 0 && !Double.isInfinite(b)) {
            throw underflow();
        }
        return result;
    }

    private static float single(float result, float a, float b) {
        if (Float.isInfinite(result) && !Float.isInfinite(a) && !Float.isInfinite(b)) {
            throw overflow();
        }
        return result;
    }

    private static float singleProduct(float result, float a, float b) {
        if (result == 0 && a != 0 && b != 0) {
            throw underflow();
        }
        return single(result, a, b);
    }

    private static float singleQuotient(float a, float b) {
        if (b == 0 && !Float.isNaN(a)) {
            throw SqlException.divisionByZero();
        }
        float result = a / b;
        if (Float.isInfinite(result) && !Float.isInfinite(a)) {
            throw overflow();
        }
        if (result == 0 && a != 0 && !Float.isInfinite(b)) {
            throw underflow();
        }
        return result;
    }

    private static double squareRoot(double a) {
        if (a < 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "cannot take square root of a negative number");
        }
        return Math.sqrt(a);
    }

    private static double power(double a, double b) {
        if (Double.isNaN(a)) {
            return b == 0 ? 1 : Double.NaN;
        }
        if (Double.isNaN(b)) {
            return a == 1 ? 1 : Double.NaN;
        }
        if (a == 0 && b < 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "zero raised to a negative power is undefined");
        }
        if (a < 0 && Math.floor(b) != b) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "a negative number raised to a non-integer power yields a complex result");
        }
        if (Math.abs(a) == 1 && Double.isInfinite(b)) {
            return 1;
        }
        double result = StrictMath.pow(a, b);
        if (Double.isInfinite(a) || Double.isInfinite(b)) {
            return result;
        }
        if (Double.isInfinite(result)) {
            throw overflow();
        }
        if (result == 0 && a != 0) {
            throw underflow();
        }
        return result;
    }

    private static double exponential(double a) {
        double result = Math.exp(a);
        if (Double.isInfinite(result) && !Double.isInfinite(a)) {
            throw overflow();
        }
        if (result == 0 && !Double.isInfinite(a)) {
            throw underflow();
        }
        return result;
    }

    private static double logArgument(double a) {
        if (a == 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_LOG, "cannot take logarithm of zero");
        }
        if (a < 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_LOG,
                    "cannot take logarithm of a negative number");
        }
        return a;
    }

    private static Object setSeed(CallContext context, double seed) {
        if (!(seed >= -1 && seed <= 1)) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    String.format("setseed parameter %s is out of allowed range [-1,1]", seed));
        }
        context.execution().session().random().seed(seed);
        return "";
    }

    private static int widthBucket(double operand, double low, double high, int count) {
        if (count <= 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "count must be greater than zero");
        }
        if (Double.isNaN(operand) || Double.isNaN(low) || Double.isNaN(high)) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "operand, lower bound, and upper bound cannot be NaN");
        }
        if (Double.isInfinite(low) || Double.isInfinite(high)) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "lower and upper bounds must be finite");
        }
        if (low == high) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION,
                    "lower bound cannot equal upper bound");
        }
        boolean ascending = low < high;
        if (ascending ? operand < low : operand > low) {
            return 0;
        }
        if (ascending ? operand >= high : operand <= high) {
            return IntegerFunctions.integer(count + 1L);
        }
        double share =
                ascending
                        ? (operand / 2 - low / 2) / (high / 2 - low / 2)
                        : (low / 2 - operand / 2) / (low / 2 - high / 2);
        return Math.min((int) (share * count), count - 1) + 1;
    }

    private static boolean inRange(
            double value, double base, double offset, boolean subtract, boolean less) {
        if (Double.isNaN(offset) || offset < 0) {
            throw WindowErrors.negativeOffset();
        }
        if (Double.isNaN(value)) {
            return Double.isNaN(base) || !less;
        }
        if (Double.isNaN(base)) {
            return less;
        }
        if (Double.isInfinite(offset)
                && Double.isInfinite(base)
                && (subtract ? base > 0 : base < 0)) {
            return true;
        }
        double bound = subtract ? base - offset : base + offset;
        return less ? value <= bound : value >= bound;
    }

    private FloatFunctions() {}
}
