package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** macaddr: six octets in the lower 48 bits of a long. */
final class MacaddrRoutines extends TypeRoutines {
    static final MacaddrRoutines INSTANCE = new MacaddrRoutines();

    private static final String H = "\\s*([0-9A-Fa-f]+)";
    private static final String P = "\\s*([0-9A-Fa-f]{1,2})";

    /** The spellings that macaddr_in knows, tried in its order. */
    private static final Pattern[] FORMS = {
        Pattern.compile(H + ":" + H + ":" + H + ":" + H + ":" + H + ":" + H + "\\s*"),
        Pattern.compile(H + "-" + H + "-" + H + "-" + H + "-" + H + "-" + H + "\\s*"),
        Pattern.compile(P + P + P + "[:-]" + P + P + P + "\\s*"),
        Pattern.compile(P + P + "[.-]" + P + P + "[.-]" + P + P + "\\s*"),
        Pattern.compile(P + P + P + P + P + P + "\\s*"),
    };

    private MacaddrRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        for (var form : FORMS) {
            var match = form.matcher(text);
            if (match.matches()) {
                long value = 0;
                for (int i = 1; i <= 6; i++) {
                    String octet = match.group(i);
                    int number = octet.length() > 7 ? 256 : Integer.parseInt(octet, 16);
                    if (number > 255) {
                        throw new SqlException(
                                SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                                "invalid octet value in \"macaddr\" value: \"" + text + "\"");
                    }
                    value = (value << 8) | number;
                }
                return value;
            }
        }
        throw SqlException.invalidText("macaddr", text);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        long octets = (Long) value;
        var out = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            out.append(Character.forDigit((int) (octets >> (shift + 4)) & 15, 16));
            out.append(Character.forDigit((int) (octets >> shift) & 15, 16));
            out.append(shift > 0 ? ":" : "");
        }
        return out.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        long high = in.getShort() & 0xffffL;
        return (high << 32) | (in.getInt() & 0xffff_ffffL);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        long octets = (Long) value;
        out.putShort((int) (octets >> 32));
        out.putInt((int) octets);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return Long.compare((Long) left, (Long) right);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.keyLong((Long) value);
    }
}
