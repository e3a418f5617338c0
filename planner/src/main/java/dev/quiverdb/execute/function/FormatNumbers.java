package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Numeric;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * to_char of numbers and to_number: templates of 9, 0, comma, point, sign, currency, ordinals and
 * Roman numerals.
 */
final class FormatNumbers {
    static void register(Registry r) {
        r.two(
                "int4_to_char",
                (CallContext c, Integer a, String f) -> format(BigDecimal.valueOf(a), f));
        r.two(
                "int8_to_char",
                (CallContext c, Long a, String f) -> format(BigDecimal.valueOf(a), f));
        r.two(
                "numeric_to_char",
                (CallContext c, Numeric a, String f) ->
                        a.isFinite() ? format(a.toBigDecimal(), f) : special(a.toString(), f));
        r.two(
                "float4_to_char",
                (CallContext c, Float a, String f) ->
                        Float.isFinite(a) ? real(a, 6, f) : special(Float.toString(a), f));
        r.two(
                "float8_to_char",
                (CallContext c, Double a, String f) ->
                        Double.isFinite(a) ? real(a, 15, f) : special(Double.toString(a), f));
        r.two("numeric_to_number", (CallContext c, String s, String f) -> parse(s, f));
    }

    private static BigDecimal round(double value, int digits) {
        return new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    }

    /**
     * A binary number, of which so many digits are told; what a template wants behind them is left
     * out.
     */
    private static String real(double value, int digitsMax, String format) {
        var t = new Template(format);
        if (t.roman || t.scientific) {
            return format(round(value, digitsMax), format);
        }
        var exact = new BigDecimal(value);
        int shifted = t.shift == 0 ? 0 : t.shift;
        int whole =
                exact.movePointRight(shifted).abs().setScale(0, RoundingMode.HALF_EVEN).precision();
        int decimals = Math.min(t.after, Math.max(0, digitsMax - whole));
        return format(
                exact.setScale(decimals + shifted, RoundingMode.HALF_EVEN),
                decimals == t.after ? format : shorter(format, decimals));
    }

    /** A template with so many digits behind its point. */
    private static String shorter(String format, int decimals) {
        var out = new StringBuilder();
        boolean quoted = false;
        boolean point = false;
        int digits = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            quoted ^= c == '"';
            boolean digit = !quoted && point && (c == '9' || c == '0');
            boolean mark = !quoted && (c == '.' || c == 'D' || c == 'd');
            point |= mark;
            digits += digit ? 1 : 0;
            if (!(digit && digits > decimals) && !(mark && decimals == 0)) {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** NaN and infinities fill the digits with #. */
    private static String special(String value, String format) {
        var t = new Template(format);
        var hashes = "#".repeat(t.before) + (t.point ? "." + "#".repeat(t.after) : "");
        return (t.fillMode ? " " : "") + hashes + (value.isEmpty() ? " " : "");
    }

    /** What a template consists of. */
    private static final class Template {
        final String text;
        int before;
        int after;
        int zeroFrom = -1;
        boolean point;
        boolean fillMode = true;
        boolean sign;
        boolean signBefore;
        boolean minusAtEnd;
        boolean minusBefore;
        boolean plusBefore;
        boolean angle;
        boolean roman;
        boolean lowerRoman;
        boolean scientific;
        int shift;
        String ordinal = "";

        Template(String text) {
            this.text = text;
            boolean seenV = false;
            for (int i = 0; i < text.length(); i++) {
                char c = Character.toUpperCase(text.charAt(i));
                if (c == '"') {
                    i = Math.max(i, text.indexOf('"', i + 1));
                } else if (text.regionMatches(true, i, "FM", 0, 2)) {
                    fillMode = false;
                    i++;
                } else if (text.regionMatches(true, i, "TH", 0, 2)) {
                    ordinal = text.substring(i, i + 2);
                    i++;
                } else if (text.regionMatches(true, i, "EEEE", 0, 4)) {
                    scientific = true;
                    i += 3;
                } else if (text.regionMatches(true, i, "RN", 0, 2)) {
                    roman = true;
                    lowerRoman = text.charAt(i) == 'r';
                    i++;
                } else if (text.regionMatches(true, i, "MI", 0, 2)) {
                    minusAtEnd = before > 0;
                    minusBefore = before == 0;
                    i++;
                } else if (text.regionMatches(true, i, "PL", 0, 2)) {
                    plusBefore = true;
                    i++;
                } else if (text.regionMatches(true, i, "PR", 0, 2)) {
                    angle = true;
                    i++;
                } else if (text.regionMatches(true, i, "SG", 0, 2)) {
                    plusBefore = false;
                    i++;
                } else if (c == 'S') {
                    sign = true;
                    signBefore = before == 0 && after == 0;
                } else if (c == 'V') {
                    seenV = true;
                } else if (c == '.' || c == 'D') {
                    point = true;
                } else if (c == '9' || c == '0') {
                    if (seenV) {
                        shift++;
                    }
                    if (point) {
                        after++;
                    } else {
                        if (c == '0' && zeroFrom < 0) {
                            zeroFrom = before;
                        }
                        before++;
                    }
                }
            }
        }
    }

    static String format(BigDecimal number, String format) {
        var t = new Template(format);
        if (t.roman) {
            return roman(number, t);
        }
        if (t.scientific) {
            return scientific(number, t);
        }
        var value =
                (t.shift > 0 ? number.movePointRight(t.shift) : number)
                        .setScale(t.after, RoundingMode.HALF_UP);
        boolean negative = value.signum() < 0;
        var plain = value.abs().toPlainString();
        int dot = plain.indexOf('.');
        var whole = dot < 0 ? plain : plain.substring(0, dot);
        var fraction = dot < 0 ? "" : plain.substring(dot + 1);
        if (whole.equals("0")) {
            whole = "";
        }
        boolean overflow = whole.length() > t.before;
        if (overflow) {
            whole = "#".repeat(t.before);
            fraction = "#".repeat(t.after);
        } else if (t.before > 0 && whole.isEmpty() && t.zeroFrom < 0 && !(t.after > 0)) {
            whole = "0";
        }
        return lay(t, negative, whole, fraction);
    }

    /** Walks the template and puts digits, separators and signs where it says. */
    private static String lay(Template t, boolean negative, String whole, String fraction) {
        var out = new StringBuilder();
        int lead = t.before - whole.length();
        int digit = 0;
        int decimals = 0;
        boolean point = false;
        boolean started = false;
        int signAt = -1;
        int lastDecimal = lastNeeded(t, fraction);
        boolean ownSign =
                t.sign
                        || t.angle
                        || t.minusAtEnd
                        || t.minusBefore
                        || t.text.toUpperCase(Locale.ROOT).contains("SG")
                        || t.plusBefore;
        for (int i = 0; i < t.text.length(); i++) {
            char c = t.text.charAt(i);
            char u = Character.toUpperCase(c);
            if (c == '"') {
                int close = t.text.indexOf('"', i + 1);
                int end = close < 0 ? t.text.length() : close;
                out.append(t.text, i + 1, end);
                i = end;
            } else if (t.text.regionMatches(true, i, "FM", 0, 2)) {
                i++;
            } else if (t.text.regionMatches(true, i, "TH", 0, 2)) {
                if (!negative && !point) {
                    long n =
                            whole.isEmpty() || whole.startsWith("#")
                                    ? 0
                                    : Long.parseLong(
                                            whole.substring(Math.max(0, whole.length() - 9)));
                    out.append(DateTemplate.ordinalSuffix(n, t.ordinal));
                }
                i++;
            } else if (t.text.regionMatches(true, i, "MI", 0, 2)) {
                out.append(negative ? "-" : t.fillMode ? " " : "");
                i++;
            } else if (t.text.regionMatches(true, i, "PL", 0, 2)) {
                out.append(negative ? (t.fillMode ? " " : "") : "+");
                i++;
            } else if (t.text.regionMatches(true, i, "SG", 0, 2)) {
                out.append(negative ? '-' : '+');
                i++;
            } else if (t.text.regionMatches(true, i, "PR", 0, 2)) {
                out.append(negative ? ">" : t.fillMode ? " " : "");
                i++;
            } else if (u == 'S') {
                if (!t.signBefore) {
                    out.append(negative ? '-' : '+');
                }
            } else if (u == 'L' || c == '$') {
                out.append(c == '$' ? '$' : ' ');
            } else if (u == 'V') {
                // The shift was done before.
            } else if (u == ',' || u == 'G') {
                if (started) {
                    out.append(',');
                } else if (t.fillMode) {
                    out.append(' ');
                }
            } else if (u == '.' || u == 'D') {
                if (!started) {
                    if (signAt < 0) {
                        signAt = out.length();
                    }
                    started = true;
                }
                point = true;
                if (t.fillMode || t.after > 0) {
                    out.append('.');
                }
            } else if (c == '9' || c == '0') {
                if (point) {
                    if (t.fillMode || decimals < lastDecimal) {
                        out.append(decimals < fraction.length() ? fraction.charAt(decimals) : '0');
                    }
                    decimals++;
                } else {
                    if (digit < lead) {
                        boolean zero = t.zeroFrom >= 0 && digit >= t.zeroFrom;
                        if (zero) {
                            if (signAt < 0) {
                                signAt = out.length();
                            }
                            out.append('0');
                            started = true;
                        } else if (t.fillMode) {
                            out.append(' ');
                        }
                    } else {
                        if (signAt < 0) {
                            signAt = out.length();
                        }
                        out.append(whole.charAt(digit - lead));
                        started = true;
                    }
                    digit++;
                }
            } else if (u != 'B' && u != 'C') {
                out.append(c);
            }
        }
        if (t.before + t.after == 0) {
            return out.toString();
        }
        if (signAt < 0) {
            signAt = out.length();
        }
        if (t.signBefore) {
            out.insert(signAt, negative ? '-' : '+');
        } else if (t.angle) {
            if (negative) {
                out.insert(signAt, '<');
            } else if (t.fillMode) {
                out.insert(signAt, ' ');
            }
        } else if (!ownSign) {
            if (negative) {
                out.insert(signAt, '-');
            } else if (t.fillMode) {
                out.insert(signAt, ' ');
            }
        }
        return out.toString();
    }

    /**
     * With FM, decimals up to the last one that is not zero, or that a 0 in the template asks for.
     */
    private static int lastNeeded(Template t, String fraction) {
        int last = 0;
        for (int i = 0; i < fraction.length(); i++) {
            if (fraction.charAt(i) != '0') {
                last = i + 1;
            }
        }
        int decimals = 0;
        boolean point = false;
        for (int i = 0; i < t.text.length(); i++) {
            char c = Character.toUpperCase(t.text.charAt(i));
            if (c == '.' || c == 'D') {
                point = true;
            } else if (point && (c == '9' || c == '0')) {
                decimals++;
                if (c == '0') {
                    last = Math.max(last, decimals);
                }
            }
        }
        return last;
    }

    private static String scientific(BigDecimal number, Template t) {
        var value =
                number.signum() == 0
                        ? "0e+00"
                        : String.format(Locale.ROOT, "%." + t.after + "e", number);
        if (number.signum() == 0 && t.after > 0) {
            value = "0." + "0".repeat(t.after) + "e+00";
        }
        return number.signum() < 0 ? value : " " + value;
    }

    private static String roman(BigDecimal number, Template t) {
        var rounded = number.setScale(0, RoundingMode.HALF_UP);
        if (rounded.compareTo(BigDecimal.ZERO) <= 0
                || rounded.compareTo(BigDecimal.valueOf(3999)) > 0) {
            return "#".repeat(15);
        }
        int value = rounded.intValue();
        int[] values = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
        String[] names = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
        var out = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            while (value >= values[i]) {
                out.append(names[i]);
                value -= values[i];
            }
        }
        var text = t.lowerRoman ? out.toString().toLowerCase(Locale.ROOT) : out.toString();
        return t.fillMode ? " ".repeat(15 - text.length()) + text : text;
    }

    private static Numeric parse(String text, String format) {
        var digits = new StringBuilder();
        boolean negative = false;
        boolean point = false;
        int decimals = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isDigit(c)) {
                digits.append(c);
                decimals += point ? 1 : 0;
            } else if (c == '-' || c == '<') {
                negative = true;
            } else if (c == '.'
                    && !point
                    && (format.contains(".") || format.toUpperCase(Locale.ROOT).contains("D"))) {
                point = true;
                digits.append('.');
            }
        }
        if (new Template(format).before + new Template(format).after == 0
                || digits.isEmpty()
                || digits.toString().equals(".")) {
            throw new SqlException(
                    SqlState.INVALID_TEXT_REPRESENTATION,
                    "invalid input syntax for type numeric: \" \"");
        }
        var t = new Template(format);
        var value = new BigDecimal(digits.toString());
        value = t.shift > 0 ? value.movePointLeft(t.shift) : value;
        int wanted = Math.min(decimals, t.after);
        value =
                t.point && value.scale() > wanted
                        ? value.setScale(wanted, RoundingMode.HALF_UP)
                        : value;
        return Numeric.of(negative ? value.negate() : value);
    }

    private FormatNumbers() {}
}
