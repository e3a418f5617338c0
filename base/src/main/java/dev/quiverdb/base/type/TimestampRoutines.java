package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.List;

/** timestamp and timestamptz. */
final class TimestampRoutines extends TypeRoutines {
    static final TimestampRoutines TIMESTAMP = new TimestampRoutines(false);
    static final TimestampRoutines TIMESTAMPTZ = new TimestampRoutines(true);

    private static final int PRECISION_MAX = 6;

    private final boolean zoned;

    private TimestampRoutines(boolean zoned) {
        this.zoned = zoned;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        long micros = zoned ? Long.MIN_VALUE : isoTimestamp(text);
        if (micros == Long.MIN_VALUE) {
            micros = parseAny(type, text, context);
        }
        return typmod < 0 ? (Object) micros : applyTypmod(type, micros, typmod, false);
    }

    /** The common {@code yyyy-mm-dd hh:mm:ss[.ffffff]}; anything else answers MIN_VALUE. */
    private static long isoTimestamp(String text) {
        int length = text.length();
        if (length < 19
                || length == 20
                || length > 26
                || (text.charAt(10) != ' ' && text.charAt(10) != 'T')) {
            return Long.MIN_VALUE;
        }
        int days = DateRoutines.isoDate(text);
        int hour = DateRoutines.digits(text, 11, 13);
        int minute = DateRoutines.digits(text, 14, 16);
        int second = DateRoutines.digits(text, 17, 19);
        int micros = length == 19 ? 0 : DateRoutines.digits(text, 20, length);
        boolean punctuated =
                text.charAt(13) == ':'
                        && text.charAt(16) == ':'
                        && (length == 19 || text.charAt(19) == '.');
        if (days == Integer.MIN_VALUE
                || !punctuated
                || hour < 0
                || hour > 23
                || minute < 0
                || minute > 59
                || second < 0
                || second > 59
                || micros < 0) {
            return Long.MIN_VALUE;
        }
        for (int i = length; i < 26 && length > 19; i++) {
            micros *= 10;
        }
        return days * DateMath.MICROS_PER_DAY
                + ((hour * 60L + minute) * 60 + second) * DateMath.MICROS_PER_SECOND
                + micros;
    }

    private long parseAny(Type type, String text, TypeContext context) {
        var decoded =
                DateTimeDecoder.dateTime(text, zoned ? type.displayName() : "timestamp", context);
        if (decoded.special != null) {
            return switch (decoded.special) {
                case LATE -> DateMath.TIMESTAMP_INFINITY;
                case EARLY -> DateMath.TIMESTAMP_NEGATIVE_INFINITY;
                default -> DateMath.UNIX_EPOCH_DAYS * DateMath.MICROS_PER_DAY;
            };
        }
        if (!DateMath.isValidJulian(decoded.year, decoded.month)) {
            throw outOfRange(text);
        }
        long micros;
        try {
            micros =
                    Math.addExact(
                            Math.multiplyExact(decoded.dateDays(), DateMath.MICROS_PER_DAY),
                            decoded.timeMicros());
        } catch (ArithmeticException tooFar) {
            throw outOfRange(text);
        }
        if (zoned) {
            micros -= decoded.offsetSeconds * DateMath.MICROS_PER_SECOND;
        }
        if (!DateMath.isValidTimestamp(micros)) {
            throw outOfRange(text);
        }
        return micros;
    }

    private static SqlException outOfRange(String text) {
        return new SqlException(
                SqlState.DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range: \"" + text + "\"");
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return DateTimeText.timestamp((Long) value, zoned ? context.zone() : null, context);
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        long micros = in.getLong();
        if (DateMath.isFiniteTimestamp(micros) && !DateMath.isValidTimestamp(micros)) {
            throw new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
        }
        return typmod < 0 ? (Object) micros : applyTypmod(type, micros, typmod, false);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putLong((Long) value);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return Long.compare((Long) left, (Long) right);
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        long micros = (Long) value;
        if (typmod >= PRECISION_MAX || !DateMath.isFiniteTimestamp(micros)) {
            return micros;
        }
        return DateMath.round(micros, typmod);
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        return precision("TIMESTAMP", zoned, arguments);
    }

    @Override
    String formatType(Type type, int typmod) {
        return formatType("timestamp", zoned, typmod);
    }

    static int precision(String name, boolean zoned, List<String> arguments) {
        int precision = Typmods.single(arguments);
        if (precision < 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    name
                            + "("
                            + precision
                            + ")"
                            + (zoned ? " WITH TIME ZONE" : "")
                            + " precision must not be negative");
        }
        return Math.min(precision, PRECISION_MAX);
    }

    static String formatType(String name, boolean zoned, int typmod) {
        return name
                + (typmod < 0 ? "" : "(" + typmod + ")")
                + (zoned ? " with time zone" : " without time zone");
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.keyLong((Long) value);
    }
}
