package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.List;

/** int2, int4, int8 and oid: arithmetic, bits, casts among them. */
final class IntegerFunctions {
    static void register(Registry r) {
        registerSmall(r);
        registerInteger(r);
        registerBig(r);
        registerMixed(r);
        registerCasts(r);
    }

    private static void registerSmall(Registry r) {
        r.two("int2pl", (CallContext c, Short a, Short b) -> small(a + b));
        r.two("int2mi", (CallContext c, Short a, Short b) -> small(a - b));
        r.two("int2mul", (CallContext c, Short a, Short b) -> small(a * b));
        r.two("int2div", (CallContext c, Short a, Short b) -> small(a / divisor(b)));
        r.two("int2mod", (CallContext c, Short a, Short b) -> (short) (a % divisor(b)));
        r.one("int2um", (CallContext c, Short a) -> small(-a));
        r.one("int2up", (CallContext c, Short a) -> a);
        r.one("int2abs", (CallContext c, Short a) -> small(Math.abs(a)));
        r.two("int2and", (CallContext c, Short a, Short b) -> (short) (a & b));
        r.two("int2or", (CallContext c, Short a, Short b) -> (short) (a | b));
        r.two("int2xor", (CallContext c, Short a, Short b) -> (short) (a ^ b));
        r.one("int2not", (CallContext c, Short a) -> (short) ~a);
        r.two("int2shl", (CallContext c, Short a, Integer b) -> (short) (a << b));
        r.two("int2shr", (CallContext c, Short a, Integer b) -> (short) (a >> b));
    }

    private static void registerInteger(Registry r) {
        r.two("int4pl", (CallContext c, Integer a, Integer b) -> integer((long) a + b));
        r.two("int4mi", (CallContext c, Integer a, Integer b) -> integer((long) a - b));
        r.two("int4mul", (CallContext c, Integer a, Integer b) -> integer((long) a * b));
        r.two("int4div", (CallContext c, Integer a, Integer b) -> integer((long) a / divisor(b)));
        r.two("int4mod", (CallContext c, Integer a, Integer b) -> a % divisor(b));
        r.one("int4um", (CallContext c, Integer a) -> integer(-(long) a));
        r.one("int4up", (CallContext c, Integer a) -> a);
        r.one("int4abs", (CallContext c, Integer a) -> integer(Math.abs((long) a)));
        r.one("int4inc", (CallContext c, Integer a) -> integer(a + 1L));
        r.two("int4and", (CallContext c, Integer a, Integer b) -> a & b);
        r.two("int4or", (CallContext c, Integer a, Integer b) -> a | b);
        r.two("int4xor", (CallContext c, Integer a, Integer b) -> a ^ b);
        r.one("int4not", (CallContext c, Integer a) -> ~a);
        r.two("int4shl", (CallContext c, Integer a, Integer b) -> a << b);
        r.two("int4shr", (CallContext c, Integer a, Integer b) -> a >> b);
        r.two("int4gcd", (CallContext c, Integer a, Integer b) -> integer(gcd(a, b)));
        r.two("int4lcm", (CallContext c, Integer a, Integer b) -> integer(lcm(a, b, "integer")));
        r.one("to_hex32", (CallContext c, Integer a) -> Integer.toHexString(a));
    }

    private static void registerBig(Registry r) {
        r.two("int8pl", (CallContext c, Long a, Long b) -> add(a, b));
        r.two("int8mi", (CallContext c, Long a, Long b) -> subtract(a, b));
        r.two("int8mul", (CallContext c, Long a, Long b) -> multiply(a, b));
        r.two("int8div", (CallContext c, Long a, Long b) -> divide(a, b));
        r.two("int8mod", (CallContext c, Long a, Long b) -> a % divisor(b));
        r.one("int8um", (CallContext c, Long a) -> subtract(0, a));
        r.one("int8up", (CallContext c, Long a) -> a);
        r.one("int8abs", (CallContext c, Long a) -> a < 0 ? subtract(0, a) : (long) a);
        r.one("int8inc", (CallContext c, Long a) -> add(a, 1));
        r.one("int8dec", (CallContext c, Long a) -> subtract(a, 1));
        r.two("int8and", (CallContext c, Long a, Long b) -> a & b);
        r.two("int8or", (CallContext c, Long a, Long b) -> a | b);
        r.two("int8xor", (CallContext c, Long a, Long b) -> a ^ b);
        r.one("int8not", (CallContext c, Long a) -> ~a);
        r.two("int8shl", (CallContext c, Long a, Integer b) -> a << b);
        r.two("int8shr", (CallContext c, Long a, Integer b) -> a >> b);
        r.two("int8gcd", (CallContext c, Long a, Long b) -> bigGcd(a, b));
        r.two("int8lcm", (CallContext c, Long a, Long b) -> lcm(a, b, "bigint"));
        r.one("to_hex64", (CallContext c, Long a) -> Long.toHexString(a));
    }

    private static void registerMixed(Registry r) {
        for (var pair : List.of("int24", "int42")) {
            r.two(
                    pair + "pl",
                    (CallContext c, Number a, Number b) -> integer(a.longValue() + b.longValue()));
            r.two(
                    pair + "mi",
                    (CallContext c, Number a, Number b) -> integer(a.longValue() - b.longValue()));
            r.two(
                    pair + "mul",
                    (CallContext c, Number a, Number b) -> integer(a.longValue() * b.longValue()));
            r.two(
                    pair + "div",
                    (CallContext c, Number a, Number b) ->
                            integer(a.longValue() / divisor(b.longValue())));
        }
        for (var pair : List.of("int28", "int82", "int48", "int84")) {
            r.two(
                    pair + "pl",
                    (CallContext c, Number a, Number b) -> add(a.longValue(), b.longValue()));
            r.two(
                    pair + "mi",
                    (CallContext c, Number a, Number b) -> subtract(a.longValue(), b.longValue()));
            r.two(
                    pair + "mul",
                    (CallContext c, Number a, Number b) -> multiply(a.longValue(), b.longValue()));
            r.two(
                    pair + "div",
                    (CallContext c, Number a, Number b) -> divide(a.longValue(), b.longValue()));
        }
    }

    private static void registerCasts(Registry r) {
        r.one("i2toi4", (CallContext c, Short a) -> (int) a);
        r.one("i4toi2", (CallContext c, Integer a) -> small(a));
        r.one("int28", (CallContext c, Short a) -> (long) a);
        r.one("int82", (CallContext c, Long a) -> smallOf(a));
        r.one("int48", (CallContext c, Integer a) -> (long) a);
        r.one("int84", (CallContext c, Long a) -> integer(a));
        r.one("i8tooid", (CallContext c, Long a) -> oid(a));
        r.one("oidtoi8", (CallContext c, Long a) -> a);
        r.one("int4_bool", (CallContext c, Integer a) -> a != 0);
        r.one("bool_int4", (CallContext c, Boolean a) -> a ? 1 : 0);
        r.one("xid8toxid", (CallContext c, Long a) -> a & 0xFFFFFFFFL);
    }

    static short small(int value) {
        if (value != (short) value) {
            throw SqlException.outOfRange("smallint");
        }
        return (short) value;
    }

    static short smallOf(long value) {
        if (value != (short) value) {
            throw SqlException.outOfRange("smallint");
        }
        return (short) value;
    }

    static int integer(long value) {
        if (value != (int) value) {
            throw SqlException.outOfRange("integer");
        }
        return (int) value;
    }

    static long oid(long value) {
        if (value < 0 || value > 0xFFFFFFFFL) {
            throw SqlException.outOfRange("OID");
        }
        return value;
    }

    private static int divisor(int value) {
        if (value == 0) {
            throw SqlException.divisionByZero();
        }
        return value;
    }

    private static long divisor(long value) {
        if (value == 0) {
            throw SqlException.divisionByZero();
        }
        return value;
    }

    static long add(long a, long b) {
        long sum = a + b;
        if (((a ^ sum) & (b ^ sum)) < 0) {
            throw SqlException.outOfRange("bigint");
        }
        return sum;
    }

    static long subtract(long a, long b) {
        long difference = a - b;
        if (((a ^ b) & (a ^ difference)) < 0) {
            throw SqlException.outOfRange("bigint");
        }
        return difference;
    }

    static long multiply(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        if (high != low >> 63) {
            throw SqlException.outOfRange("bigint");
        }
        return low;
    }

    static long divide(long a, long b) {
        if (b == -1) {
            return subtract(0, a);
        }
        return a / divisor(b);
    }

    private static long gcd(long a, long b) {
        long left = Math.abs(a);
        long right = Math.abs(b);
        while (right != 0) {
            long rest = left % right;
            left = right;
            right = rest;
        }
        return left;
    }

    private static long bigGcd(long a, long b) {
        var result = java.math.BigInteger.valueOf(a).gcd(java.math.BigInteger.valueOf(b));
        if (result.bitLength() > 63) {
            throw SqlException.outOfRange("bigint");
        }
        return result.longValue();
    }

    private static long lcm(long a, long b, String type) {
        if (a == 0 || b == 0) {
            return 0;
        }
        var left = java.math.BigInteger.valueOf(a);
        var right = java.math.BigInteger.valueOf(b);
        var result = left.divide(left.gcd(right)).multiply(right).abs();
        if (result.bitLength() > 63) {
            throw new SqlException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, type + " out of range");
        }
        return result.longValue();
    }

    private IntegerFunctions() {}
}
