package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;

/**
 * tid, {@code (block,offset)}: the block in the upper 32 of the lower 48 bits of a long, then the
 * offset.
 */
final class TidRoutines extends TypeRoutines {
    static final TidRoutines INSTANCE = new TidRoutines();

    private static final long BLOCK_MAX = 0xffff_ffffL;
    private static final long OFFSET_MAX = 0xffff;

    private TidRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int comma = text.indexOf(',');
        int open = text.indexOf('(');
        int close = text.indexOf(')', Math.max(comma, 0));
        if (open < 0 || comma < open || close < 0) {
            throw SqlException.invalidText("tid", text);
        }
        long block = number(text, open + 1, comma, BLOCK_MAX);
        long offset = number(text, comma + 1, close, OFFSET_MAX);
        return (block << 16) | offset;
    }

    private static long number(String text, int from, int to, long most) {
        int at = Text.skipSpace(text, from);
        long value = 0;
        for (int i = at; i < to; i++) {
            value = Text.isDigit(text.charAt(i)) ? value * 10 + text.charAt(i) - '0' : most + 1;
            if (value > most) {
                throw SqlException.invalidText("tid", text);
            }
        }
        return value;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        long tid = (Long) value;
        return "(" + (tid >>> 16) + "," + (tid & OFFSET_MAX) + ")";
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        long block = in.getInt() & BLOCK_MAX;
        return (block << 16) | (in.getShort() & OFFSET_MAX);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        long tid = (Long) value;
        out.putInt((int) (tid >>> 16));
        out.putShort((int) tid);
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
