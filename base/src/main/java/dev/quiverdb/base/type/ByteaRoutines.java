package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** bytea, in hex and escape format. */
final class ByteaRoutines extends TypeRoutines {
    static final ByteaRoutines INSTANCE = new ByteaRoutines();

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private ByteaRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        return text.startsWith("\\x") ? parseHex(text) : parseEscape(text);
    }

    private static ByteString parseHex(String text) {
        byte[] bytes = new byte[(text.length() - 2) / 2];
        int count = 0;
        int at = 2;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
                at++;
                continue;
            }
            int high = hexDigit(text, at);
            if (at + 1 >= text.length()) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "invalid hexadecimal data: odd number of digits");
            }
            bytes[count++] = (byte) (high << 4 | hexDigit(text, at + 1));
            at += 2;
        }
        return ByteString.wrap(count == bytes.length ? bytes : Arrays.copyOf(bytes, count));
    }

    private static int hexDigit(String text, int at) {
        char c = text.charAt(at);
        int digit = c < 128 ? Character.digit(c, 16) : -1;
        if (digit < 0) {
            String shown = new String(Character.toChars(text.codePointAt(at)));
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid hexadecimal digit: \"" + shown + "\"");
        }
        return digit;
    }

    private static ByteString parseEscape(String text) {
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[in.length];
        int count = 0;
        for (int i = 0; i < in.length; i++) {
            if (in[i] != '\\') {
                bytes[count++] = in[i];
            } else if (i + 3 < in.length
                    && in[i + 1] >= '0'
                    && in[i + 1] <= '3'
                    && octal(in[i + 2])
                    && octal(in[i + 3])) {
                bytes[count++] =
                        (byte)
                                ((in[i + 1] - '0') << 6
                                        | (in[i + 2] - '0') << 3
                                        | (in[i + 3] - '0'));
                i += 3;
            } else if (i + 1 < in.length && in[i + 1] == '\\') {
                bytes[count++] = '\\';
                i++;
            } else {
                throw new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "invalid input syntax for type bytea");
            }
        }
        return ByteString.wrap(Arrays.copyOf(bytes, count));
    }

    private static boolean octal(byte b) {
        return b >= '0' && b <= '7';
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        byte[] bytes = ((ByteString) value).unsafeArray();
        if (context.byteaHex()) {
            char[] text = new char[2 + 2 * bytes.length];
            text[0] = '\\';
            text[1] = 'x';
            for (int i = 0; i < bytes.length; i++) {
                text[2 + 2 * i] = HEX[bytes[i] >> 4 & 15];
                text[3 + 2 * i] = HEX[bytes[i] & 15];
            }
            return new String(text);
        }
        var text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            if (b == '\\') {
                text.append("\\\\");
            } else if (b < 0x20 || b > 0x7e) {
                text.append('\\')
                        .append((char) ('0' + (b >> 6 & 3)))
                        .append((char) ('0' + (b >> 3 & 7)))
                        .append((char) ('0' + (b & 7)));
            } else {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return decode(type, in);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putBytes(((ByteString) value).unsafeArray());
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((ByteString) left).compareTo((ByteString) right);
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putBytes(((ByteString) value).unsafeArray());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return ByteString.wrap(bytes);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        byte[] bytes = ((ByteString) value).unsafeArray();
        out.keyBytes(bytes, 0, bytes.length);
    }
}
