package dev.quiverdb.base.type;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A value of bytea: immutable bytes, ordered unsigned. */
public final class ByteString implements Comparable<ByteString> {
    public static final ByteString EMPTY = new ByteString(new byte[0]);

    private final byte[] bytes;

    private ByteString(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over; the caller no longer writes to it. */
    public static ByteString wrap(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new ByteString(bytes);
    }

    public static ByteString copyOf(byte[] bytes) {
        return wrap(bytes.clone());
    }

    public int length() {
        return bytes.length;
    }

    /** The byte at an index from 0, sign-extended as Java does. */
    public byte get(int index) {
        return bytes[index];
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    /** The array inside; never write to it. */
    public byte[] unsafeArray() {
        return bytes;
    }

    public ByteString substring(int from, int to) {
        return wrap(Arrays.copyOfRange(bytes, from, to));
    }

    public ByteString concat(ByteString other) {
        byte[] both = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
        System.arraycopy(other.bytes, 0, both, bytes.length, other.bytes.length);
        return wrap(both);
    }

    @Override
    public int compareTo(ByteString other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByteString that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "\\x" + HexFormat.of().formatHex(bytes);
    }
}
