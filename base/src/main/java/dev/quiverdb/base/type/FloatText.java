package dev.quiverdb.base.type;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Floating point as text, as PostgreSQL writes and C reads it.
 *
 * <p>Shortest output starts from Java's {@code toString}, which is shortest too, and mends the two
 * places where PostgreSQL differs: Java prefers two digits to one ({@code 4.9E-324} for {@code
 * 5e-324}) and takes a decimal that lies exactly half way to the neighbour.
 */
public final class FloatText {
    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };

    private static final String[] WORDS = {"infinity", "inf", "nan"};
    private static final String[] NO_WORDS = {};

    private FloatText() {}

    /** Shortest text that reads back as the same float8: {@code 1e+20, 0.0001, 1e-05, Infinity}. */
    public static String format(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        if (value == (int) value) {
            return Integer.toString((int) value);
        }
        double size = Math.abs(value);
        var digits = Decimal.of(Double.toString(size));
        if (digits.digits.length() == 2) {
            digits = digits.oneDigit(size, false);
        } else if (size >= 0x1p53 && size < 0x1p130) {
            digits =
                    digits.insideOf(
                            new BigDecimal(size), Math.ulp(size), Math.ulp(Math.nextDown(size)));
        }
        return digits.write(value < 0, 15);
    }

    /** Shortest text that reads back as the same float4. */
    public static String format(float value) {
        var out = new StringBuilder(16);
        append(out, value);
        return out.toString();
    }

    public static void append(StringBuilder out, float value) {
        if (Float.isNaN(value) || Float.isInfinite(value) || value == 0) {
            out.append(format((double) value));
            return;
        }
        if (value == (int) value && Math.abs(value) < 1e6) {
            out.append((int) value);
            return;
        }
        float size = Math.abs(value);
        if (size >= 1e-3f && size < 1e6f) {
            // Here both write plain decimals, and one digit is never as good as two.
            String text = Float.toString(value);
            out.append(text, 0, text.endsWith(".0") ? text.length() - 2 : text.length());
            return;
        }
        var digits = Decimal.of(Float.toString(size));
        if (digits.digits.length() == 2) {
            digits = digits.oneDigit(size, true);
        } else if (size >= 0x1p24f && size < 0x1p62f) {
            digits =
                    digits.insideOf(
                            new BigDecimal(size), Math.ulp(size), Math.ulp(Math.nextDown(size)));
        }
        out.append(digits.write(value < 0, 6));
    }

    /** C's {@code %.<precision>g}: what extra_float_digits of 0 and below asks for. */
    public static String formatDigits(double value, int precision) {
        if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
            return format(value);
        }
        int places = Math.max(1, precision);
        var rounded =
                new BigDecimal(Math.abs(value))
                        .round(new MathContext(places, RoundingMode.HALF_EVEN));
        return Decimal.of(rounded).write(value < 0, places);
    }

    /**
     * Where the number that C's strtod would read at {@code from} ends; {@code from} itself if
     * there is none. Leading white space is not skipped.
     */
    public static int scan(String text, int from) {
        int at = from;
        int end = text.length();
        if (at < end && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
            at++;
        }
        char first = at < end ? Character.toLowerCase(text.charAt(at)) : 0;
        for (var word : first == 'i' || first == 'n' ? WORDS : NO_WORDS) {
            if (text.regionMatches(true, at, word, 0, word.length())) {
                return at + word.length();
            }
        }
        boolean hex =
                text.regionMatches(true, at, "0x", 0, 2)
                        && (digit(text, at + 2, true)
                                || (at + 2 < end
                                        && text.charAt(at + 2) == '.'
                                        && digit(text, at + 3, true)));
        int digits = hex ? at + 2 : at;
        int stop = digits;
        while (digit(text, stop, hex)) {
            stop++;
        }
        int count = stop - digits;
        if (stop < end && text.charAt(stop) == '.') {
            int fraction = stop + 1;
            while (digit(text, fraction, hex)) {
                fraction++;
            }
            count += fraction - stop - 1;
            stop = fraction;
        }
        if (count == 0) {
            return from;
        }
        if (stop < end && Character.toLowerCase(text.charAt(stop)) == (hex ? 'p' : 'e')) {
            int exponent = stop + 1;
            if (exponent < end && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) {
                exponent++;
            }
            if (digit(text, exponent, false)) {
                while (digit(text, exponent, false)) {
                    exponent++;
                }
                stop = exponent;
            }
        }
        return stop;
    }

    private static boolean digit(String text, int at, boolean hex) {
        return at < text.length()
                && text.charAt(at) < 128
                && Character.digit(text.charAt(at), hex ? 16 : 10) >= 0;
    }

    /** The double that a text accepted by {@link #scan} means; too large becomes infinite. */
    static double toDouble(String number) {
        double word = word(number);
        return word == 0 ? Double.parseDouble(javaForm(number)) : word;
    }

    /**
     * The float that the text from {@code from} to {@code to}, accepted by {@link #scan}, means.
     */
    static float toFloat(String text, int from, int to) {
        int at = from;
        boolean negative = text.charAt(at) == '-';
        if (negative || text.charAt(at) == '+') {
            at++;
        }
        long digits = 0;
        int fraction = -1;
        int count = 0;
        for (; at < to && count < 16; at++) {
            char c = text.charAt(at);
            if (c == '.') {
                fraction = 0;
            } else if (Text.isDigit(c)) {
                digits = digits * 10 + c - '0';
                count += digits == 0 ? 0 : 1;
                fraction += fraction < 0 ? 0 : 1;
            } else {
                break;
            }
        }
        // An exact long over an exact power of ten gives the nearest double. It leads to the
        // nearest
        // float unless it lies just half way between two.
        if (at == to && digits < 1L << 53 && fraction < POWERS_OF_TEN.length) {
            double value = fraction <= 0 ? digits : digits / POWERS_OF_TEN[fraction];
            boolean halfWay = (Double.doubleToRawLongBits(value) & 0x1fff_ffffL) == 0x1000_0000L;
            if (!halfWay && (value >= Float.MIN_NORMAL || value == 0)) {
                return (float) (negative ? -value : value);
            }
        }
        return toFloat(text.substring(from, to));
    }

    static float toFloat(String number) {
        double word = word(number);
        return word == 0 ? Float.parseFloat(javaForm(number)) : (float) word;
    }

    /** Infinite or NaN if that is what the text says, else 0. */
    private static double word(String number) {
        int at = number.startsWith("-") || number.startsWith("+") ? 1 : 0;
        if (number.length() == at
                || Character.digit(number.charAt(at), 10) >= 0
                || number.charAt(at) == '.') {
            return 0;
        }
        if (number.charAt(at) == 'n' || number.charAt(at) == 'N') {
            return Double.NaN;
        }
        return number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    private static String javaForm(String number) {
        boolean hex =
                number.regionMatches(true, 0, "0x", 0, 2)
                        || number.regionMatches(true, 1, "0x", 0, 2);
        return hex && number.indexOf('p') < 0 && number.indexOf('P') < 0 ? number + "p0" : number;
    }

    /** Whether a text accepted by {@link #scan} has a digit other than 0 before its exponent. */
    static boolean hasNonZeroDigit(String number) {
        boolean hex =
                number.regionMatches(true, 0, "0x", 0, 2)
                        || number.regionMatches(true, 1, "0x", 0, 2);
        for (int i = 0; i < number.length(); i++) {
            char c = Character.toLowerCase(number.charAt(i));
            if (c == (hex ? 'p' : 'e')) {
                return false;
            }
            if (c != '0' && Character.digit(c, hex ? 16 : 10) > 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * A positive decimal {@code 0.digits * 10^point}, without zeros at either end.
     *
     * @param point where the decimal point stands before the first digit
     */
    private record Decimal(String digits, int point) {
        static Decimal of(String javaText) {
            int exponentAt = javaText.indexOf('E');
            int exponent =
                    exponentAt < 0 ? 0 : Integer.parseInt(javaText.substring(exponentAt + 1));
            String mantissa = exponentAt < 0 ? javaText : javaText.substring(0, exponentAt);
            int dot = mantissa.indexOf('.');
            return strip(mantissa.substring(0, dot) + mantissa.substring(dot + 1), dot + exponent);
        }

        static Decimal of(BigDecimal value) {
            String digits = value.unscaledValue().toString();
            return strip(digits, digits.length() - value.scale());
        }

        private static Decimal strip(String digits, int point) {
            int from = 0;
            while (from < digits.length() - 1 && digits.charAt(from) == '0') {
                from++;
            }
            int to = digits.length();
            while (to > from + 1 && digits.charAt(to - 1) == '0') {
                to--;
            }
            return new Decimal(digits.substring(from, to), point - from);
        }

        private String asExponent() {
            return "0." + digits + "E" + point;
        }

        Decimal oneDigit(double value, boolean single) {
            int tens = digits.charAt(0) - '0';
            int down = digits.charAt(1) < '5' ? tens : tens + 1;
            for (int candidate : new int[] {down, down == tens ? tens + 1 : tens}) {
                if (candidate > 0) {
                    var shorter =
                            strip(Integer.toString(candidate), candidate == 10 ? point + 1 : point);
                    boolean same =
                            single
                                    ? Float.parseFloat(shorter.asExponent()) == (float) value
                                    : Double.parseDouble(shorter.asExponent()) == value;
                    if (same) {
                        return shorter;
                    }
                }
            }
            return this;
        }

        /** Itself unless it lies on the border to a neighbour, then the shortest that does not. */
        Decimal insideOf(BigDecimal exact, double above, double below) {
            var half = BigDecimal.valueOf(0.5);
            var high = exact.add(new BigDecimal(above).multiply(half));
            var low = exact.subtract(new BigDecimal(below).multiply(half));
            var candidate = this;
            for (int length = digits.length(); ; length++) {
                var value = new BigDecimal(candidate.asExponent());
                if (value.compareTo(low) > 0 && value.compareTo(high) < 0) {
                    return candidate;
                }
                candidate = of(exact.round(new MathContext(length + 1, RoundingMode.HALF_EVEN)));
            }
        }

        /** As C's %g: with an exponent below 10^-4 and from 10^significant on. */
        String write(boolean negative, int significant) {
            var out = new StringBuilder(digits.length() + 8);
            if (negative) {
                out.append('-');
            }
            int exponent = point - 1;
            if (exponent < -4 || exponent >= significant) {
                out.append(digits.charAt(0));
                if (digits.length() > 1) {
                    out.append('.').append(digits, 1, digits.length());
                }
                out.append(exponent < 0 ? "e-" : "e+");
                int size = Math.abs(exponent);
                if (size < 10) {
                    out.append('0');
                }
                return out.append(size).toString();
            }
            if (point <= 0) {
                return out.append("0.").append("0".repeat(-point)).append(digits).toString();
            }
            if (point >= digits.length()) {
                return out.append(digits).append("0".repeat(point - digits.length())).toString();
            }
            return out.append(digits, 0, point)
                    .append('.')
                    .append(digits, point, digits.length())
                    .toString();
        }
    }
}
