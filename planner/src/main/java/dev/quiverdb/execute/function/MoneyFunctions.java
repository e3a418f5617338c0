package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Numeric;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** money, in cents: arithmetic, casts, words. */
final class MoneyFunctions {
    private static final double BEYOND = 0x1p63;

    private static final String[] SMALL = {
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen"
    };

    private static final String[] TENS = {
        "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
    };

    private static final String[] THOUSANDS = {
        "", " thousand ", " million ", " billion ", " trillion ", " quadrillion "
    };

    static void register(Registry r) {
        r.two("cash_pl", (CallContext c, Long a, Long b) -> add(a, b));
        r.two("cash_mi", (CallContext c, Long a, Long b) -> subtract(a, b));
        r.two(
                "cash_div_cash",
                (CallContext c, Long a, Long b) -> {
                    if (b == 0) {
                        throw SqlException.divisionByZero();
                    }
                    return (double) a / (double) b;
                });
        for (var type : List.of("int2", "int4", "int8")) {
            r.two(
                    "cash_mul_" + type,
                    (CallContext c, Long a, Number b) -> multiply(a, b.longValue()));
            r.two(
                    type + "_mul_cash",
                    (CallContext c, Number a, Long b) -> multiply(b, a.longValue()));
            r.two(
                    "cash_div_" + type,
                    (CallContext c, Long a, Number b) -> divide(a, b.longValue()));
        }
        for (var type : List.of("flt4", "flt8")) {
            r.two(
                    "cash_mul_" + type,
                    (CallContext c, Long a, Number b) ->
                            cents(FloatFunctions.multiply(a, b.doubleValue())));
            r.two(
                    type + "_mul_cash",
                    (CallContext c, Number a, Long b) ->
                            cents(FloatFunctions.multiply(b, a.doubleValue())));
            r.two(
                    "cash_div_" + type,
                    (CallContext c, Long a, Number b) ->
                            cents(FloatFunctions.divide(a, b.doubleValue())));
        }
        r.one("cash_numeric", (CallContext c, Long a) -> Numeric.of(BigDecimal.valueOf(a, 2)));
        r.one("numeric_cash", (CallContext c, Numeric a) -> a.multiply(Numeric.of(100L)).toLong());
        r.one("int4_cash", (CallContext c, Integer a) -> a * 100L);
        r.one("int8_cash", (CallContext c, Long a) -> IntegerFunctions.multiply(a, 100));
        r.one("cash_words", (CallContext c, Long a) -> words(a));
    }

    /** The sum; {@code 22003} where it is beyond the type. */
    static long add(long a, long b) {
        long sum = a + b;
        if (((a ^ sum) & (b ^ sum)) < 0) {
            throw SqlException.outOfRange("money");
        }
        return sum;
    }

    static long subtract(long a, long b) {
        long difference = a - b;
        if (((a ^ b) & (a ^ difference)) < 0) {
            throw SqlException.outOfRange("money");
        }
        return difference;
    }

    private static long multiply(long a, long b) {
        long product = a * b;
        if (Math.multiplyHigh(a, b) != product >> 63) {
            throw SqlException.outOfRange("money");
        }
        return product;
    }

    private static long divide(long a, long b) {
        if (b == 0) {
            throw SqlException.divisionByZero();
        }
        if (a == Long.MIN_VALUE && b == -1) {
            throw SqlException.outOfRange("money");
        }
        return a / b;
    }

    private static long cents(double value) {
        double whole = Math.rint(value);
        if (!(whole >= -BEYOND && whole < BEYOND)) {
            throw SqlException.outOfRange("money");
        }
        return (long) whole;
    }

    /** {@code One hundred twenty three dollars and forty five cents}. */
    private static String words(long money) {
        long value = Math.abs(money); // The least money is its own, as an unsigned number.
        long whole = Long.divideUnsigned(value, 100);
        int cents = (int) Long.remainderUnsigned(value, 100);
        var out = new StringBuilder(money < 0 ? "minus " : "");
        var amount = new StringBuilder();
        long unit = 1;
        for (int i = 1; i < THOUSANDS.length; i++) {
            unit *= 1000;
        }
        for (int i = THOUSANDS.length - 1; i >= 0; i--, unit /= 1000) {
            int group = (int) (whole / unit % 1000);
            if (group > 0) {
                amount.append(words(group)).append(THOUSANDS[i]);
            }
        }
        out.append(amount.isEmpty() ? "zero" : amount)
                .append(whole == 1 ? " dollar and " : " dollars and ")
                .append(words(cents))
                .append(cents == 1 ? " cent" : " cents");
        return out.substring(0, 1).toUpperCase(Locale.ROOT) + out.substring(1);
    }

    /** A number below a thousand. */
    private static String words(int value) {
        int rest = value % 100;
        @Nullable String hundreds = value > 99 ? SMALL[value / 100] + " hundred" : null;
        if (hundreds != null && rest == 0) {
            return hundreds;
        }
        if (rest < 20) {
            boolean and = !(rest % 10 == 0 && rest > 10);
            return hundreds == null ? SMALL[rest] : hundreds + (and ? " and " : " ") + SMALL[rest];
        }
        var tail = rest % 10 == 0 ? TENS[rest / 10] : TENS[rest / 10] + " " + SMALL[rest % 10];
        return hundreds == null ? tail : hundreds + " " + tail;
    }

    private MoneyFunctions() {}
}
