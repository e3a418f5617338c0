package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.List;

/** time and timetz. */
final class TimeRoutines extends TypeRoutines {
    static final TimeRoutines TIME = new TimeRoutines(false);
    static final TimeRoutines TIMETZ = new TimeRoutines(true);

    /** Offsets of 16 hours and more are refused. */
    private static final int ZONE_SECONDS_END = 16 * 3600;

    private final boolean zoned;

    private TimeRoutines(boolean zoned) {
        this.zoned = zoned;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        var decoded = DateTimeDecoder.time(text, zoned ? type.displayName() : "time", context);
        long micros = decoded.timeMicros();
        if (typmod >= 0) {
            micros = DateMath.round(micros, Math.min(typmod, 6));
        }
        return zoned ? (Object) new TimeTz(micros, -decoded.offsetSeconds) : (Object) micros;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var out = new StringBuilder(16);
        if (value instanceof TimeTz(long micros, int zoneSeconds)) {
            DateTimeText.time(out, micros);
            DateTimeText.offset(out, -zoneSeconds);
        } else {
            DateTimeText.time(out, (Long) value);
        }
        return out.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        long micros = in.getLong();
        if (micros < 0 || micros > DateMath.MICROS_PER_DAY) {
            throw new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "time out of range");
        }
        if (typmod >= 0) {
            micros = DateMath.round(micros, Math.min(typmod, 6));
        }
        if (!zoned) {
            return micros;
        }
        int zone = in.getInt();
        if (zone <= -ZONE_SECONDS_END || zone >= ZONE_SECONDS_END) {
            throw new SqlException(
                    SqlState.INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
                    "time zone displacement out of range");
        }
        return new TimeTz(micros, zone);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        if (value instanceof TimeTz(long micros, int zoneSeconds)) {
            out.putLong(micros);
            out.putInt(zoneSeconds);
        } else {
            out.putLong((Long) value);
        }
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return zoned
                ? ((TimeTz) left).compareTo((TimeTz) right)
                : Long.compare((Long) left, (Long) right);
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        int precision = Math.min(typmod, 6);
        return value instanceof TimeTz(long micros, int zoneSeconds)
                ? (Object) new TimeTz(DateMath.round(micros, precision), zoneSeconds)
                : (Object) DateMath.round((Long) value, precision);
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        return TimestampRoutines.precision("TIME", zoned, arguments);
    }

    @Override
    String formatType(Type type, int typmod) {
        return TimestampRoutines.formatType("time", zoned, typmod);
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putLong(((TimeTz) value).micros());
        out.putInt(((TimeTz) value).zoneSeconds());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return new TimeTz(in.getLong(), in.getInt());
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        if (value instanceof TimeTz time) {
            out.keyLong(time.utcMicros());
            out.keyInt(time.zoneSeconds());
        } else {
            out.keyLong((Long) value);
        }
    }
}
