package dev.quiverdb.server.copy;

import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.DoubleColumn;
import dev.quiverdb.base.batch.FloatColumn;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;

/**
 * Numbers of COPY data straight into columns. Takes the usual ways to write them; what it does not
 * take is for the type's own input function to read or to refuse.
 */
public final class CopyNumbers {
    /** So many digits are below 2^53. */
    private static final int EXACT_DIGITS_MAX = 15;

    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private CopyNumbers() {}

    /** Appends the number that stands as text in some bytes; false if it was not read. */
    public static boolean append(byte[] bytes, int from, int to, Type type, Column target) {
        return switch (type.oid()) {
            case Oids.INT4 -> target instanceof IntColumn ints && integer(bytes, from, to, ints);
            case Oids.INT8 -> target instanceof LongColumn longs && integer(bytes, from, to, longs);
            case Oids.FLOAT8 ->
                    target instanceof DoubleColumn doubles && decimal(bytes, from, to, doubles);
            default -> false;
        };
    }

    private static boolean integer(byte[] bytes, int from, int to, IntColumn target) {
        boolean negative = from < to && bytes[from] == '-';
        int first = negative ? from + 1 : from;
        if (to <= first || to - first > 9) {
            return false;
        }
        int value = 0;
        for (int at = first; at < to; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = value * 10 + digit;
        }
        target.append(negative ? -value : value);
        return true;
    }

    private static boolean integer(byte[] bytes, int from, int to, LongColumn target) {
        boolean negative = from < to && bytes[from] == '-';
        int first = negative ? from + 1 : from;
        if (to <= first || to - first > 18) {
            return false;
        }
        long value = 0;
        for (int at = first; at < to; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = value * 10 + digit;
        }
        target.append(negative ? -value : value);
        return true;
    }

    /** An exact number over an exact power of ten gives the nearest double. */
    private static boolean decimal(byte[] bytes, int from, int to, DoubleColumn target) {
        boolean negative = from < to && bytes[from] == '-';
        int first = negative ? from + 1 : from;
        if (to <= first || to - first > EXACT_DIGITS_MAX + 1) {
            return false;
        }
        long digits = 0;
        int count = 0;
        int point = -1;
        for (int at = first; at < to; at++) {
            int digit = bytes[at] - '0';
            if (digit >= 0 && digit <= 9) {
                digits = digits * 10 + digit;
                count++;
            } else if (bytes[at] == '.' && point < 0) {
                point = at;
            } else {
                return false;
            }
        }
        if (count == 0 || count > EXACT_DIGITS_MAX) {
            return false;
        }
        double value = point < 0 ? digits : digits / POWERS_OF_TEN[to - point - 1];
        target.append(negative ? -value : value);
        return true;
    }

    /** Appends a field of binary data that is not NULL; false if it was not read. */
    public static boolean append(CopyBinaryReader reader, int field, Type type, Column target) {
        var numbers = reader.numbers();
        int at = reader.at(field);
        int length = reader.length(field);
        switch (type.oid()) {
            case Oids.INT4 -> {
                if (length == 4 && target instanceof IntColumn ints) {
                    ints.append(numbers.getInt(at));
                    return true;
                }
            }
            case Oids.INT8 -> {
                if (length == 8 && target instanceof LongColumn longs) {
                    longs.append(numbers.getLong(at));
                    return true;
                }
            }
            case Oids.FLOAT4 -> {
                if (length == 4 && target instanceof FloatColumn floats) {
                    floats.append(numbers.getFloat(at));
                    return true;
                }
            }
            case Oids.FLOAT8 -> {
                if (length == 8 && target instanceof DoubleColumn doubles) {
                    doubles.append(numbers.getDouble(at));
                    return true;
                }
            }
            default -> {}
        }
        return false;
    }
}
