package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.List;

/** bit(n) and bit varying(n). */
final class BitRoutines extends TypeRoutines {
    static final BitRoutines BIT = new BitRoutines(false);
    static final BitRoutines VARBIT = new BitRoutines(true);

    /** Most bits that a typmod may ask for: 8 times 10 MB. */
    private static final int LENGTH_MAX = 10 * 1024 * 1024 * 8;

    private final boolean varying;

    private BitRoutines(boolean varying) {
        this.varying = varying;
    }

    /** Zeros and ones, with an optional B before them; or X and hex digits. */
    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        char first = text.isEmpty() ? '0' : text.charAt(0);
        boolean hex = first == 'x' || first == 'X';
        int from = hex || first == 'b' || first == 'B' ? 1 : 0;
        int perDigit = hex ? 4 : 1;
        int count = (text.length() - from) * perDigit;
        if (typmod >= 0) {
            checkLength(count, typmod);
        }
        byte[] bytes = new byte[BitString.bytesFor(count)];
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, hex ? 16 : 2) : -1;
            if (digit < 0) {
                String shown = new String(Character.toChars(text.codePointAt(i)));
                throw new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "\""
                                + shown
                                + "\" is not a valid "
                                + (hex ? "hexadecimal" : "binary")
                                + " digit");
            }
            int bit = (i - from) * perDigit;
            bytes[bit >> 3] |= (byte) (digit << (8 - perDigit - (bit & 7)));
        }
        return BitString.wrap(count, bytes);
    }

    private void checkLength(int count, int typmod) {
        if (varying && count > typmod) {
            throw new SqlException(
                    SqlState.STRING_DATA_RIGHT_TRUNCATION,
                    "bit string too long for type bit varying(" + typmod + ")");
        }
        if (!varying && count != typmod) {
            throw new SqlException(
                    SqlState.STRING_DATA_LENGTH_MISMATCH,
                    "bit string length " + count + " does not match type bit(" + typmod + ")");
        }
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return value.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int length = in.getInt();
        if (length < 0 || in.remaining() < BitString.bytesFor(length)) {
            throw length < 0
                    ? new SqlException(
                            SqlState.INVALID_BINARY_REPRESENTATION,
                            "invalid length in external bit string")
                    : insufficientData();
        }
        if (typmod >= 0) {
            checkLength(length, typmod);
        }
        byte[] bytes = new byte[BitString.bytesFor(length)];
        in.get(bytes);
        return BitString.wrap(length, bytes);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putInt(((BitString) value).length());
        out.putBytes(((BitString) value).unsafeArray());
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((BitString) left).compareTo((BitString) right);
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        var bits = (BitString) value;
        if (typmod == 0 || bits.length() == typmod || (varying && bits.length() < typmod)) {
            return bits;
        }
        if (!explicit) {
            checkLength(bits.length(), typmod);
        }
        return bits.resize(typmod);
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        int length = Typmods.single(arguments);
        String name = varying ? "varbit" : "bit";
        if (length < 1) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "length for type " + name + " must be at least 1");
        }
        if (length > LENGTH_MAX) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "length for type " + name + " cannot exceed " + LENGTH_MAX);
        }
        return length;
    }

    @Override
    String formatType(Type type, int typmod) {
        if (typmod < 0) {
            // Unquoted, bit would mean bit(1).
            return varying ? "bit varying" : "\"bit\"";
        }
        return (varying ? "bit varying(" : "bit(") + typmod + ")";
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var bits = (BitString) value;
        out.putByte(bits.length() & 7);
        out.putBytes(bits.unsafeArray());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int inLast = in.get();
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return BitString.wrap(bytes.length * 8 - (inLast == 0 ? 0 : 8 - inLast), bytes);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        var bits = (BitString) value;
        out.keyBytes(bits.unsafeArray(), 0, bits.unsafeArray().length);
        out.putInt(bits.length());
    }
}
