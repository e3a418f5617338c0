package dev.quiverdb.base.type;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A value of bit(n) or varbit: bits from the left, eight a byte, the first in the highest place;
 * unused bits of the last byte are 0. Immutable.
 */
public final class BitString implements Comparable<BitString> {
    public static final BitString EMPTY = new BitString(0, new byte[0]);

    private final int length;
    private final byte[] bytes;

    private BitString(int length, byte[] bytes) {
        this.length = length;
        this.bytes = bytes;
    }

    /** Takes the array over, of {@code ceil(length / 8)} bytes; clears the bits behind the end. */
    public static BitString wrap(int length, byte[] bytes) {
        if (bytes.length != bytesFor(length)) {
            throw new IllegalArgumentException(length + " bits in " + bytes.length + " bytes");
        }
        if ((length & 7) != 0) {
            bytes[bytes.length - 1] &= (byte) (0xff << (8 - (length & 7)));
        }
        return new BitString(length, bytes);
    }

    /** From zeros and ones. */
    public static BitString of(String bits) {
        byte[] bytes = new byte[bytesFor(bits.length())];
        for (int i = 0; i < bits.length(); i++) {
            if (bits.charAt(i) == '1') {
                bytes[i >> 3] |= (byte) (0x80 >> (i & 7));
            }
        }
        return new BitString(bits.length(), bytes);
    }

    static int bytesFor(int length) {
        return (int) ((length + 7L) >> 3);
    }

    /** How many bits. */
    public int length() {
        return length;
    }

    /** The bit at an index from 0, counted from the left. */
    public boolean get(int index) {
        return (bytes[index >> 3] & 0x80 >> (index & 7)) != 0;
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    /** The array inside; never write to it. */
    public byte[] unsafeArray() {
        return bytes;
    }

    /** The first bits, or zeros added on the right. */
    public BitString resize(int newLength) {
        return wrap(newLength, Arrays.copyOf(bytes, bytesFor(newLength)));
    }

    /** By bytes, then the shorter first, as bit_cmp. */
    @Override
    public int compareTo(BitString other) {
        int shorter = Math.min(bytes.length, other.bytes.length);
        int byBytes = Arrays.compareUnsigned(bytes, 0, shorter, other.bytes, 0, shorter);
        return byBytes != 0 ? byBytes : Integer.compare(length, other.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BitString that
                && length == that.length
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bytes) + length;
    }

    @Override
    public String toString() {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(get(i) ? '1' : '0');
        }
        return text.toString();
    }
}
