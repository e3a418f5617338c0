package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.BitString;
import dev.quiverdb.base.type.Types;

/** bit and varbit. */
final class BitFunctions {
    static void register(Registry r) {
        r.two("bit_and", (CallContext c, BitString a, BitString b) -> combine(a, b, '&'));
        r.two("bit_or", (CallContext c, BitString a, BitString b) -> combine(a, b, '|'));
        r.two("bitxor", (CallContext c, BitString a, BitString b) -> combine(a, b, '#'));
        r.one("bitnot", (CallContext c, BitString a) -> not(a));
        r.two("bitshiftleft", (CallContext c, BitString a, Integer n) -> shift(a, n));
        r.two("bitshiftright", (CallContext c, BitString a, Integer n) -> shift(a, -(long) n));
        r.two("bitcat", (CallContext c, BitString a, BitString b) -> concat(a, b));
        r.one("bitlength", (CallContext c, BitString a) -> a.length());
        r.one("bit_length(bit)", (CallContext c, BitString a) -> a.length());
        r.one("bitoctetlength", (CallContext c, BitString a) -> (a.length() + 7) / 8);
        r.three(
                "bitsubstr",
                (CallContext c, BitString a, Integer from, Integer n) ->
                        slice(a, from, (long) from + checked(n)));
        r.two(
                "bitsubstr_no_len",
                (CallContext c, BitString a, Integer from) -> slice(a, from, Long.MAX_VALUE));
        r.two("bitposition", (CallContext c, BitString a, BitString part) -> position(a, part));
        r.any(
                "bitoverlay",
                (c, a) ->
                        overlay(
                                (BitString) Strings.arg(a, 0),
                                (BitString) Strings.arg(a, 1),
                                Strings.integer(a, 2),
                                Strings.integer(a, 3)));
        r.three(
                "bitoverlay_no_len",
                (CallContext c, BitString a, BitString b, Integer from) ->
                        overlay(a, b, from, b.length()));
        r.two("bitgetbit", (CallContext c, BitString a, Integer n) -> a.get(index(a, n)) ? 1 : 0);
        r.three(
                "bitsetbit",
                (CallContext c, BitString a, Integer n, Integer value) -> set(a, n, value));
        r.one("bit_bit_count", (CallContext c, BitString a) -> count(a));
        r.two(
                "bitfromint4",
                (CallContext c, Integer value, Integer typmod) -> fromLong(value, typmod));
        r.two(
                "bitfromint8",
                (CallContext c, Long value, Integer typmod) -> fromLong(value, typmod));
        r.one("bittoint4", (CallContext c, BitString a) -> (int) toLong(a, 32, "integer"));
        r.one("bittoint8", (CallContext c, BitString a) -> toLong(a, 64, "bigint"));
        r.three(
                "bit",
                (CallContext c, BitString a, Integer typmod, Boolean explicit) ->
                        Types.BIT.applyTypmod(a, typmod, explicit));
        r.three(
                "varbit",
                (CallContext c, BitString a, Integer typmod, Boolean explicit) ->
                        Types.VARBIT.applyTypmod(a, typmod, explicit));
    }

    private static int checked(int count) {
        if (count < 0) {
            throw new SqlException(
                    SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        return count;
    }

    static BitString combine(BitString a, BitString b, char operation) {
        if (a.length() != b.length()) {
            var verb = operation == '&' ? "AND" : operation == '|' ? "OR" : "XOR";
            throw new SqlException(
                    SqlState.STRING_DATA_LENGTH_MISMATCH,
                    "cannot " + verb + " bit strings of different sizes");
        }
        byte[] left = a.toBytes();
        byte[] right = b.unsafeArray();
        for (int i = 0; i < left.length; i++) {
            left[i] =
                    (byte)
                            (operation == '&'
                                    ? left[i] & right[i]
                                    : operation == '|' ? left[i] | right[i] : left[i] ^ right[i]);
        }
        return BitString.wrap(a.length(), left);
    }

    private static BitString of(int length, java.util.function.IntPredicate bit) {
        byte[] bytes = new byte[(length + 7) / 8];
        for (int i = 0; i < length; i++) {
            if (bit.test(i)) {
                bytes[i >> 3] |= (byte) (0x80 >> (i & 7));
            }
        }
        return BitString.wrap(length, bytes);
    }

    private static BitString not(BitString a) {
        return of(a.length(), i -> !a.get(i));
    }

    /** Left for positive counts; the length stays. */
    private static BitString shift(BitString a, long count) {
        return of(
                a.length(),
                i -> {
                    long from = i + count;
                    return from >= 0 && from < a.length() && a.get((int) from);
                });
    }

    private static BitString concat(BitString a, BitString b) {
        return of(a.length() + b.length(), i -> i < a.length() ? a.get(i) : b.get(i - a.length()));
    }

    private static BitString slice(BitString a, long from, long end) {
        int start = (int) Math.min(a.length(), Math.max(1, from) - 1);
        int stop = (int) Math.min(end - 1, a.length());
        return start >= stop ? BitString.EMPTY : of(stop - start, i -> a.get(start + i));
    }

    private static int position(BitString a, BitString part) {
        for (int i = 0; i + part.length() <= a.length(); i++) {
            int matched = 0;
            while (matched < part.length() && a.get(i + matched) == part.get(matched)) {
                matched++;
            }
            if (matched == part.length()) {
                return a.length() == 0 ? 0 : i + 1;
            }
        }
        return 0;
    }

    private static BitString overlay(BitString a, BitString b, int from, int count) {
        if (from <= 0) {
            throw new SqlException(
                    SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        return concat(concat(slice(a, 1, from), b), slice(a, (long) from + count, Long.MAX_VALUE));
    }

    private static int index(BitString a, int n) {
        if (n < 0 || n >= a.length()) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR,
                    String.format("bit index %d out of valid range (0..%d)", n, a.length() - 1));
        }
        return n;
    }

    private static BitString set(BitString a, int n, int value) {
        index(a, n);
        if (value != 0 && value != 1) {
            throw new SqlException(SqlState.INVALID_PARAMETER_VALUE, "new bit must be 0 or 1");
        }
        return of(a.length(), i -> i == n ? value == 1 : a.get(i));
    }

    static long count(BitString a) {
        long count = 0;
        for (byte b : a.unsafeArray()) {
            count += Integer.bitCount(b & 0xff);
        }
        return count;
    }

    private static BitString fromLong(long value, int typmod) {
        int length = typmod <= 0 || typmod > 83_886_080 ? 1 : typmod;
        return of(
                length,
                i -> {
                    int shift = length - 1 - i;
                    return (shift >= 64 ? value >> 63 : value >> shift & 1) != 0;
                });
    }

    private static long toLong(BitString a, int bits, String type) {
        if (a.length() > bits) {
            throw SqlException.outOfRange(type);
        }
        long value = 0;
        for (int i = 0; i < a.length(); i++) {
            value = value << 1 | (a.get(i) ? 1 : 0);
        }
        return value;
    }

    private BitFunctions() {}
}
