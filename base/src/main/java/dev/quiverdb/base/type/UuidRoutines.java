package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;
import java.util.UUID;

/** uuid, ordered by its bytes. */
final class UuidRoutines extends TypeRoutines {
    static final UuidRoutines INSTANCE = new UuidRoutines();

    private UuidRoutines() {}

    /** 32 hex digits, a hyphen allowed after each group of four, braces allowed around. */
    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int at = 0;
        int end = text.length();
        boolean braces = text.startsWith("{");
        if (braces) {
            at++;
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 32; i++) {
            int digit =
                    at < end && text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw SqlException.invalidText("uuid", text);
            }
            at++;
            if (i < 16) {
                high = high << 4 | digit;
            } else {
                low = low << 4 | digit;
            }
            if ((i & 3) == 3 && i < 31 && at < end && text.charAt(at) == '-') {
                at++;
            }
        }
        if (braces) {
            if (at >= end || text.charAt(at) != '}') {
                throw SqlException.invalidText("uuid", text);
            }
            at++;
        }
        if (at != end) {
            throw SqlException.invalidText("uuid", text);
        }
        return new UUID(high, low);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return value.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return decode(type, in);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        encode(type, value, out);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        var a = (UUID) left;
        var b = (UUID) right;
        int byHigh = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return byHigh != 0
                ? byHigh
                : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putLong(((UUID) value).getMostSignificantBits());
        out.putLong(((UUID) value).getLeastSignificantBits());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        encode(type, value, out);
    }
}
