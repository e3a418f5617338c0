package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.List;

/** numeric(p, s). */
final class NumericRoutines extends TypeRoutines {
    static final NumericRoutines INSTANCE = new NumericRoutines();

    /** PostgreSQL adds the size of a length word to the typmod. */
    private static final int TYPMOD_HEADER = 4;

    private static final int SIGN_NEGATIVE = 0x4000;
    private static final int SIGN_NAN = 0xC000;
    private static final int SIGN_POSITIVE_INFINITY = 0xD000;
    private static final int SIGN_NEGATIVE_INFINITY = 0xF000;
    private static final BigInteger BASE = BigInteger.valueOf(10_000);

    private NumericRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int from = Text.skipSpace(text, 0);
        int to = text.length();
        while (to > from && Text.isSpace(text.charAt(to - 1))) {
            to--;
        }
        var value = parse(text, from, to);
        return typmod < 0 ? value : applyTypmod(type, value, typmod, false);
    }

    private static Numeric parse(String text, int from, int to) {
        int at = from;
        boolean negative = false;
        boolean signed = at < to && (text.charAt(at) == '-' || text.charAt(at) == '+');
        if (signed) {
            negative = text.charAt(at) == '-';
            at++;
        }
        String word = Types.lower(text.substring(at, Math.min(to, at + 9)));
        if (word.equals("infinity") || word.equals("inf")) {
            return negative ? Numeric.NEGATIVE_INFINITY : Numeric.POSITIVE_INFINITY;
        }
        if (word.equals("nan") && !signed) {
            return Numeric.NAN;
        }
        int digits = 0;
        int scale = 0;
        boolean dot = false;
        int start = at;
        while (at < to) {
            char c = text.charAt(at);
            if (Text.isDigit(c)) {
                digits++;
                scale += dot ? 1 : 0;
            } else if (c == '.' && !dot) {
                dot = true;
            } else {
                break;
            }
            at++;
        }
        if (digits == 0) {
            throw SqlException.invalidText("numeric", text);
        }
        int mantissaEnd = at;
        long exponent = 0;
        if (at < to && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            int sign = 1;
            if (at < to && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
                sign = text.charAt(at) == '-' ? -1 : 1;
                at++;
            }
            int first = at;
            while (at < to && Text.isDigit(text.charAt(at))) {
                exponent = Math.min(exponent * 10 + text.charAt(at) - '0', Integer.MAX_VALUE);
                at++;
            }
            if (at == first) {
                throw SqlException.invalidText("numeric", text);
            }
            exponent *= sign;
            if (Math.abs(exponent) >= Integer.MAX_VALUE / 2) {
                throw Numeric.overflow();
            }
        }
        if (at < to) {
            throw SqlException.invalidText("numeric", text);
        }
        String mantissa = text.substring(start, mantissaEnd);
        BigInteger unscaled;
        if (digits <= 18) {
            long small = 0;
            for (int i = 0; i < mantissa.length(); i++) {
                char c = mantissa.charAt(i);
                small = c == '.' ? small : small * 10 + (c - '0');
            }
            if (exponent == 0) {
                return Numeric.of(BigDecimal.valueOf(negative ? -small : small, scale));
            }
            unscaled = BigInteger.valueOf(small);
        } else {
            unscaled = new BigInteger(dot ? mantissa.replace(".", "") : mantissa);
        }
        if (negative) {
            unscaled = unscaled.negate();
        }
        long resultScale = Math.max(0, scale - exponent);
        if (resultScale > Numeric.SCALE_MAX) {
            throw Numeric.overflow();
        }
        if (unscaled.signum() == 0) {
            return Numeric.of(new BigDecimal(unscaled, (int) resultScale));
        }
        if (digits + exponent > 200_000) {
            throw Numeric.overflow();
        }
        return Numeric.of(new BigDecimal(unscaled, (int) (scale - exponent)));
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return value.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int count = in.getShort() & 0xffff;
        int weight = in.getShort();
        int sign = in.getShort() & 0xffff;
        int scale = in.getShort() & 0xffff;
        if (sign == SIGN_NAN) {
            return Numeric.NAN;
        }
        if (sign == SIGN_POSITIVE_INFINITY || sign == SIGN_NEGATIVE_INFINITY) {
            var infinity =
                    sign == SIGN_POSITIVE_INFINITY
                            ? Numeric.POSITIVE_INFINITY
                            : Numeric.NEGATIVE_INFINITY;
            return typmod < 0 ? infinity : applyTypmod(type, infinity, typmod, false);
        }
        if (sign != 0 && sign != SIGN_NEGATIVE) {
            throw new SqlException(
                    SqlState.INVALID_BINARY_REPRESENTATION,
                    "invalid sign in external \"numeric\" value");
        }
        if (scale > Numeric.SCALE_MAX) {
            throw new SqlException(
                    SqlState.INVALID_BINARY_REPRESENTATION,
                    "invalid scale in external \"numeric\" value");
        }
        var unscaled = BigInteger.ZERO;
        long chunk = 0;
        int inChunk = 0;
        for (int i = 0; i < count; i++) {
            int digit = in.getShort();
            if (digit < 0 || digit >= 10_000) {
                throw new SqlException(
                        SqlState.INVALID_BINARY_REPRESENTATION,
                        "invalid digit in external \"numeric\" value");
            }
            chunk = chunk * 10_000 + digit;
            if (++inChunk == 4 || i == count - 1) {
                unscaled = unscaled.multiply(BASE.pow(inChunk)).add(BigInteger.valueOf(chunk));
                chunk = 0;
                inChunk = 0;
            }
        }
        // The digits end at 10000^(weight - count + 1); what the scale does not show is cut.
        var decimal =
                new BigDecimal(unscaled, -4 * (weight - count + 1))
                        .setScale(scale, RoundingMode.DOWN);
        var value = Numeric.of(sign == SIGN_NEGATIVE ? decimal.negate() : decimal);
        return typmod < 0 ? value : applyTypmod(type, value, typmod, false);
    }

    @Override
    void send(Type type, Object object, ByteWriter out, TypeContext context) {
        var value = (Numeric) object;
        if (!value.isFinite()) {
            out.putInt(0);
            out.putShort(
                    value.isNan()
                            ? SIGN_NAN
                            : value.signum() > 0 ? SIGN_POSITIVE_INFINITY : SIGN_NEGATIVE_INFINITY);
            // PostgreSQL reads the sign bits of its short header as a scale here.
            out.putShort(value.isNan() ? 0 : 0x20);
            return;
        }
        var decimal = value.toBigDecimal();
        short[] digits = digits(decimal);
        out.putShort(digits.length);
        out.putShort(Numeric.weight(decimal));
        out.putShort(decimal.signum() < 0 ? SIGN_NEGATIVE : 0);
        out.putShort(decimal.scale());
        for (short digit : digits) {
            out.putShort(digit);
        }
    }

    /** Digits in base 10,000 from the first that is not 0 to the last that is not 0. */
    private static short[] digits(BigDecimal decimal) {
        if (decimal.signum() == 0) {
            return new short[0];
        }
        int scale = Math.ceilDiv(decimal.scale(), 4) * 4;
        String text = decimal.setScale(scale).unscaledValue().abs().toString();
        int head = text.length() % 4;
        int count = text.length() / 4 + (head == 0 ? 0 : 1);
        short[] digits = new short[count];
        int at = 0;
        for (int i = 0; i < count; i++) {
            int to = i == 0 && head > 0 ? head : at + 4;
            digits[i] = (short) Integer.parseInt(text, at, to, 10);
            at = to;
        }
        int last = count;
        while (digits[last - 1] == 0) {
            last--;
        }
        return java.util.Arrays.copyOf(digits, last);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((Numeric) left).compareTo((Numeric) right);
    }

    @Override
    Object applyTypmod(Type type, Object object, int typmod, boolean explicit) {
        var value = (Numeric) object;
        if (typmod < TYPMOD_HEADER || value.isNan()) {
            return value;
        }
        int precision = precision(typmod);
        int scale = scale(typmod);
        if (value.isInfinite()) {
            throw new SqlException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
                    .withDetail(
                            "A field with precision %d, scale %d cannot hold an infinite value."
                                    .formatted(precision, scale));
        }
        var rounded = value.toBigDecimal().setScale(scale, RoundingMode.HALF_UP);
        if (rounded.signum() != 0 && rounded.precision() - rounded.scale() > precision - scale) {
            int digits = precision - scale;
            throw new SqlException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
                    .withDetail(
                            "A field with precision %d, scale %d must round to an absolute value less than %s%s."
                                    .formatted(
                                            precision,
                                            scale,
                                            digits == 0 ? "" : "10^",
                                            digits == 0 ? "1" : Integer.toString(digits)));
        }
        return Numeric.of(rounded);
    }

    static int precision(int typmod) {
        return ((typmod - TYPMOD_HEADER) >> 16) & 0xffff;
    }

    /** Eleven bits, sign-extended: a scale may be negative. */
    static int scale(int typmod) {
        return (((typmod - TYPMOD_HEADER) & 0x7ff) ^ 1024) - 1024;
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        if (arguments.isEmpty() || arguments.size() > 2) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "invalid NUMERIC type modifier");
        }
        int precision = Typmods.integer(arguments.get(0));
        int scale = arguments.size() == 2 ? Typmods.integer(arguments.get(1)) : 0;
        if (precision < 1 || precision > Numeric.PRECISION_MAX) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "NUMERIC precision " + precision + " must be between 1 and 1000");
        }
        if (scale < -1000 || scale > 1000) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "NUMERIC scale " + scale + " must be between -1000 and 1000");
        }
        return ((precision << 16) | (scale & 0x7ff)) + TYPMOD_HEADER;
    }

    @Override
    String formatType(Type type, int typmod) {
        return typmod < 0 ? "numeric" : "numeric(" + precision(typmod) + "," + scale(typmod) + ")";
    }

    /**
     * A byte 1, 2 or 3 for NaN, Infinity, -Infinity; else 0, the scale, the unscaled two's
     * complement.
     */
    @Override
    void encode(Type type, Object object, ByteWriter out) {
        var value = (Numeric) object;
        if (!value.isFinite()) {
            out.putByte(value.isNan() ? 1 : value.signum() > 0 ? 2 : 3);
            return;
        }
        var decimal = value.toBigDecimal();
        out.putByte(0);
        out.putVarInt(decimal.scale());
        out.putBytes(decimal.unscaledValue().toByteArray());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return switch (in.get()) {
            case 1 -> Numeric.NAN;
            case 2 -> Numeric.POSITIVE_INFINITY;
            case 3 -> Numeric.NEGATIVE_INFINITY;
            default -> decodeFinite(in);
        };
    }

    private static Numeric decodeFinite(ByteBuffer in) {
        int scale = VarInts.getInt(in);
        int length = in.remaining();
        if (length <= 8) {
            long small = 0;
            for (int i = 0; i < length; i++) {
                byte b = in.get();
                small = i == 0 ? b : (small << 8) | (b & 0xff);
            }
            return Numeric.of(BigDecimal.valueOf(small, scale));
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return Numeric.of(new BigDecimal(new BigInteger(bytes), scale));
    }

    /**
     * A class byte (-Infinity, negative, zero, positive, Infinity, NaN), then for the finite the
     * exponent of the first digit and the digits in pairs, each pair plus 1, ended by 0; all of it
     * inverted for the negative.
     */
    @Override
    void key(Type type, Object object, KeyWriter out) {
        key((Numeric) object, out);
    }

    static void key(Numeric value, KeyWriter out) {
        if (!value.isFinite()) {
            out.putByte(value.isNan() ? 6 : value.signum() > 0 ? 5 : 1);
            return;
        }
        var decimal = value.toBigDecimal();
        if (decimal.signum() == 0) {
            out.putByte(3);
            return;
        }
        boolean negative = decimal.signum() < 0;
        out.putByte(negative ? 2 : 4);
        int from = out.size();
        var stripped = decimal.stripTrailingZeros();
        out.keyInt(stripped.precision() - stripped.scale());
        String digits = stripped.unscaledValue().abs().toString();
        for (int i = 0; i < digits.length(); i += 2) {
            int high = digits.charAt(i) - '0';
            int low = i + 1 < digits.length() ? digits.charAt(i + 1) - '0' : 0;
            out.putByte(high * 10 + low + 1);
        }
        out.putByte(0);
        if (negative) {
            byte[] bytes = out.array();
            for (int i = from; i < out.size(); i++) {
                bytes[i] = (byte) ~bytes[i];
            }
        }
    }
}
