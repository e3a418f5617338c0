package dev.quiverdb.base.type;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes memory-comparable keys: comparing two keys of the same columns byte by byte, unsigned and
 * the shorter first where one is a prefix, orders them as PostgreSQL orders the rows. Each column
 * is
 *
 * <pre>
 * marker (1 byte)          null first 00, value 01, null last 02
 * value  (no byte if null) as its type writes it, every byte inverted if descending
 * </pre>
 *
 * No value's bytes are a proper prefix of another's, so columns concatenate and a prefix of columns
 * makes a prefix range. Keys cannot be read back (equal numerics of different scale share one).
 */
public final class KeyWriter extends ByteWriter {
    public KeyWriter() {}

    public KeyWriter(int capacity) {
        super(capacity);
    }

    /**
     * Appends one column. PostgreSQL's default is nulls last when ascending, first when descending.
     */
    public void append(Type type, @Nullable Object value, boolean descending, boolean nullsFirst) {
        if (value == null) {
            appendNull(nullsFirst);
            return;
        }
        putByte(1);
        int from = size;
        type.key(value, this);
        invert(from, descending);
    }

    /** Appends one ascending column with nulls last. */
    public void append(Type type, @Nullable Object value) {
        append(type, value, false, false);
    }

    public void appendNull(boolean nullsFirst) {
        putByte(nullsFirst ? 0 : 2);
    }

    /** An int2, int4 or date column without boxing. */
    public void appendInt(int value, boolean descending) {
        putByte(1);
        int from = size;
        keyInt(value);
        invert(from, descending);
    }

    /** An int8, timestamp, time or oid column without boxing. */
    public void appendLong(long value, boolean descending) {
        putByte(1);
        int from = size;
        keyLong(value);
        invert(from, descending);
    }

    private void invert(int from, boolean descending) {
        if (descending) {
            for (int i = from; i < size; i++) {
                bytes[i] = (byte) ~bytes[i];
            }
        }
    }

    void keyInt(int value) {
        putInt(value ^ Integer.MIN_VALUE);
    }

    void keyLong(long value) {
        putLong(value ^ Long.MIN_VALUE);
    }

    /** -0 and 0 are one; NaN is the greatest, as in PostgreSQL. */
    void keyFloat(float value) {
        int bits = Float.floatToIntBits(value == 0 ? 0f : value);
        putInt(bits >= 0 ? bits ^ Integer.MIN_VALUE : ~bits);
    }

    void keyDouble(double value) {
        long bits = Double.doubleToLongBits(value == 0 ? 0d : value);
        putLong(bits >= 0 ? bits ^ Long.MIN_VALUE : ~bits);
    }

    /**
     * Bytes of any length: 00 becomes 00 FF, the end is 00 01; thus no key is a prefix of another,
     * also when inverted.
     */
    void keyBytes(byte[] source, int fromIndex, int toIndex) {
        for (int i = fromIndex; i < toIndex; i++) {
            byte b = source[i];
            putByte(b);
            if (b == 0) {
                putByte(0xff);
            }
        }
        putShort(1);
    }

    /** Text in the order of code points, which UTF-8 bytes have. Text holds no NUL. */
    void keyText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        keyBytes(utf8, 0, utf8.length);
    }
}
