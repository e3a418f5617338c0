package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;

/** int2, int4 and int8. */
final class IntegerRoutines extends TypeRoutines {
    static final IntegerRoutines INT2 = new IntegerRoutines(2);
    static final IntegerRoutines INT4 = new IntegerRoutines(4);
    static final IntegerRoutines INT8 = new IntegerRoutines(8);

    private final int width;

    private IntegerRoutines(int width) {
        this.width = width;
    }

    private Object box(long value) {
        return switch (width) {
            case 2 -> (Object) (short) value;
            case 4 -> (Object) (int) value;
            default -> (Object) value;
        };
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        return box(parseLong(text, width, type));
    }

    /** An optional sign and decimal digits between white space, within so many bytes. */
    static long parseLong(String text, int width, Type type) {
        int at = Text.skipSpace(text, 0);
        int end = text.length();
        boolean negative = false;
        if (at < end && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            negative = text.charAt(at) == '-';
            at++;
        }
        int firstDigit = at;
        long value = 0;
        boolean overflow = false;
        while (at < end && Text.isDigit(text.charAt(at))) {
            int digit = text.charAt(at) - '0';
            // Collected as a negative number, whose range is the larger one.
            overflow |= value < Long.MIN_VALUE / 10 || value * 10 < Long.MIN_VALUE + digit;
            value = value * 10 - digit;
            at++;
        }
        if (at == firstDigit || Text.skipSpace(text, at) < end) {
            throw SqlException.invalidText(type.displayName(), text);
        }
        long lowest = width == 8 ? Long.MIN_VALUE : -1L << (8 * width - 1);
        if (overflow || value < lowest + (negative ? 0 : 1)) {
            throw SqlException.outOfRange(type.displayName(), text);
        }
        return negative ? value : -value;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return Long.toString(((Number) value).longValue());
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return box(
                switch (width) {
                    case 2 -> in.getShort();
                    case 4 -> in.getInt();
                    default -> in.getLong();
                });
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        switch (width) {
            case 2 -> out.putShort((Short) value);
            case 4 -> out.putInt((Integer) value);
            default -> out.putLong((Long) value);
        }
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return Long.compare(((Number) left).longValue(), ((Number) right).longValue());
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        if (width == 8) {
            out.keyLong((Long) value);
        } else {
            out.keyInt(((Number) value).intValue());
        }
    }
}
