package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * interval, with the fields and precision of {@code interval day to second(3)}. The typmod holds
 * the mask of fields in its upper half and the precision in its lower one; as arguments come the
 * mask and then the precision, both as numbers.
 */
final class IntervalRoutines extends TypeRoutines {
    static final IntervalRoutines INSTANCE = new IntervalRoutines();

    private static final int FULL_PRECISION = 0xffff;

    private IntervalRoutines() {}

    private static int range(int typmod) {
        return (typmod >> 16) & 0x7fff;
    }

    private static int precision(int typmod) {
        return typmod & 0xffff;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int range = typmod < 0 ? IntervalDecoder.FULL_RANGE : range(typmod);
        var value = IntervalDecoder.parse(text, range, context);
        return typmod < 0 ? value : applyTypmod(type, value, typmod, false);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return IntervalText.format((Interval) value, context.intervalStyle());
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        long micros = in.getLong();
        int days = in.getInt();
        var value = new Interval(in.getInt(), days, micros);
        return typmod < 0 ? value : applyTypmod(type, value, typmod, false);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        var interval = (Interval) value;
        out.putLong(interval.micros());
        out.putInt(interval.days());
        out.putInt(interval.months());
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((Interval) left).compareTo((Interval) right);
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        var interval = (Interval) value;
        int range = range(typmod);
        int months = interval.months();
        int days = interval.days();
        long micros = interval.micros();
        if (range != IntervalDecoder.FULL_RANGE && (range & IntervalDecoder.MASK_SECOND) == 0) {
            if ((range & IntervalDecoder.MASK_MINUTE) != 0) {
                micros -= micros % DateMath.MICROS_PER_MINUTE;
            } else if ((range & IntervalDecoder.MASK_HOUR) != 0) {
                micros -= micros % DateMath.MICROS_PER_HOUR;
            } else {
                micros = 0;
                days = (range & IntervalDecoder.MASK_DAY) != 0 ? days : 0;
                months = range == IntervalDecoder.MASK_YEAR ? months - months % 12 : months;
            }
        }
        int precision = precision(typmod);
        if (precision != FULL_PRECISION) {
            micros = DateMath.round(micros, Math.min(precision, 6));
        }
        return new Interval(months, days, micros);
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        int range = arguments.isEmpty() ? 0 : Typmods.integer(arguments.get(0));
        if (arguments.size() > 2 || !IntervalDecoder.ranges().contains(range)) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "invalid INTERVAL type modifier");
        }
        if (arguments.size() == 1) {
            return range == IntervalDecoder.FULL_RANGE ? -1 : (range << 16) | FULL_PRECISION;
        }
        int precision = Typmods.integer(arguments.get(1));
        if (precision < 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "INTERVAL(" + precision + ") precision must not be negative");
        }
        return (range << 16) | Math.min(precision, 6);
    }

    @Override
    String formatType(Type type, int typmod) {
        if (typmod < 0) {
            return "interval";
        }
        int range = range(typmod);
        var text = new StringBuilder("interval");
        if (range != IntervalDecoder.FULL_RANGE) {
            String from = unit(Integer.lowestOneBit(order(range)));
            String to = unit(Integer.highestOneBit(order(range)));
            text.append(' ').append(from).append(from.equals(to) ? "" : " to " + to);
        }
        int precision = precision(typmod);
        return text.append(precision == FULL_PRECISION ? "" : "(" + precision + ")").toString();
    }

    /** The mask with bits from the largest unit to the smallest, which year and month are not. */
    private static int order(int range) {
        int swapped = range & ~(IntervalDecoder.MASK_YEAR | IntervalDecoder.MASK_MONTH);
        swapped |= (range & IntervalDecoder.MASK_YEAR) != 0 ? 1 : 0;
        return swapped | ((range & IntervalDecoder.MASK_MONTH) != 0 ? 2 : 0);
    }

    private static String unit(int bit) {
        return switch (bit) {
            case 1 -> "year";
            case 2 -> "month";
            case IntervalDecoder.MASK_DAY -> "day";
            case IntervalDecoder.MASK_HOUR -> "hour";
            case IntervalDecoder.MASK_MINUTE -> "minute";
            default -> "second";
        };
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        send(type, value, out, TypeContext.DEFAULT);
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return receive(type, in, -1, TypeContext.DEFAULT);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        var interval = (Interval) value;
        out.keyLong(interval.comparableDays());
        out.keyLong(interval.comparableMicros());
    }
}
