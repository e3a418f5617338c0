package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;

/** date. */
final class DateRoutines extends TypeRoutines {
    static final DateRoutines INSTANCE = new DateRoutines();

    private DateRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int iso = isoDate(text);
        if (iso != Integer.MIN_VALUE && text.length() == 10) {
            return iso;
        }
        var decoded = DateTimeDecoder.dateTime(text, "date", context);
        if (decoded.special != null) {
            return switch (decoded.special) {
                case LATE -> DateMath.DATE_INFINITY;
                case EARLY -> DateMath.DATE_NEGATIVE_INFINITY;
                default -> DateMath.UNIX_EPOCH_DAYS;
            };
        }
        if (!DateMath.isValidJulian(decoded.year, decoded.month)) {
            throw outOfRange(text);
        }
        long days = decoded.dateDays();
        if (days < DateMath.DATE_MIN || days >= DateMath.DATE_END) {
            throw outOfRange(text);
        }
        return (int) days;
    }

    private static SqlException outOfRange(String text) {
        return new SqlException(
                SqlState.DATETIME_VALUE_OUT_OF_RANGE, "date out of range: \"" + text + "\"");
    }

    /** Days of a valid {@code yyyy-mm-dd} that the text begins with, else MIN_VALUE. */
    static int isoDate(String text) {
        if (text.length() < 10 || text.charAt(4) != '-' || text.charAt(7) != '-') {
            return Integer.MIN_VALUE;
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        if (year < 1
                || month < 1
                || month > 12
                || day < 1
                || day > DateMath.daysInMonth(year, month)) {
            return Integer.MIN_VALUE;
        }
        return (int) DateMath.toDays(year, month, day);
    }

    /** The number that these digits are, or -1. */
    static int digits(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!Text.isDigit(c)) {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return DateTimeText.date((Integer) value, context);
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int days = in.getInt();
        if (DateMath.isFiniteDate(days)
                && (days < DateMath.DATE_MIN || days >= DateMath.DATE_END)) {
            throw new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "date out of range");
        }
        return days;
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putInt((Integer) value);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return Integer.compare((Integer) left, (Integer) right);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.keyInt((Integer) value);
    }
}
