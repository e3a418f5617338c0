package dev.quiverdb.base.type;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing byte array, big-endian as the wire is. Reusable by {@link #reset}; not thread-safe. The
 * array handed out by {@link #array} is the writer's own, valid up to {@link #size} until the next
 * call.
 */
public class ByteWriter {
    protected byte[] bytes;
    protected int size;

    public ByteWriter() {
        this(64);
    }

    public ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    public final void reset() {
        size = 0;
    }

    /** Forgets what was written behind the given size. */
    public final void truncate(int newSize) {
        assert newSize <= size : newSize;
        size = newSize;
    }

    public final int size() {
        return size;
    }

    public final byte[] array() {
        return bytes;
    }

    public final byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    /**
     * Makes room for {@code more} bytes and returns where they start; the size grows by as many.
     */
    public final int reserve(int more) {
        int start = size;
        int end = Math.addExact(start, more);
        if (end > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes,
                            (int)
                                    Math.min(
                                            Integer.MAX_VALUE - 8L,
                                            Math.max(end, bytes.length * 2L)));
        }
        size = end;
        return start;
    }

    public final void putByte(int value) {
        int at = reserve(1);
        bytes[at] = (byte) value;
    }

    public final void putShort(int value) {
        int at = reserve(2);
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    public final void putInt(int value) {
        setInt(reserve(4), value);
    }

    /** Overwrites four bytes written before, such as a length that is known only now. */
    public final void setInt(int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }

    public final void putLong(long value) {
        int at = reserve(8);
        for (int i = 0; i < 8; i++) {
            bytes[at + i] = (byte) (value >>> (56 - 8 * i));
        }
    }

    public final void putFloat(float value) {
        putInt(Float.floatToRawIntBits(value));
    }

    public final void putDouble(double value) {
        putLong(Double.doubleToRawLongBits(value));
    }

    public final void putBytes(byte[] source) {
        putBytes(source, 0, source.length);
    }

    public final void putBytes(byte[] source, int from, int length) {
        int at = reserve(length);
        System.arraycopy(source, from, bytes, at, length);
    }

    /** UTF-8 bytes without length or end. */
    public final void putUtf8(String text) {
        int length = text.length();
        int at = reserve(length);
        int i = 0;
        for (; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                break;
            }
            bytes[at + i] = (byte) c;
        }
        if (i < length) {
            size = at;
            putBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Seven bits a byte, low first; negative values take five bytes. */
    public final void putVarInt(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            putByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    public final void putVarLong(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            putByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        putByte((int) rest);
    }
}
