package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Interval;
import dev.quiverdb.base.type.TimeTz;
import dev.quiverdb.base.type.TimeZones;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of dates and times: days and microseconds since 2000-01-01. Infinite values are
 * the type's least and greatest.
 */
public final class DateTimes {
    private static final int OFFSET_HOURS_MAX = 15;
    private static final Pattern OFFSET = Pattern.compile("([+-])(\\d+)(?::(\\d+)(?::(\\d+))?)?");

    static final long MICROS_PER_SECOND = 1_000_000;
    static final long MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
    static final long MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
    static final long MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

    /** 2000-01-01 as seconds and days since 1970. */
    static final long EPOCH_SECONDS = 946_684_800L;

    static final int EPOCH_DAYS = 10_957;

    /** 4713-11-24 BC and 294277-01-01, the range of timestamps; dates reach 5874898-01-01. */
    static final long TIMESTAMP_MIN = -211_813_488_000_000_000L;

    static final long TIMESTAMP_END = 9_223_371_331_200_000_000L;
    static final int DATE_MIN = -2_451_545;
    static final int DATE_END = 2_145_031_949;

    static boolean infinite(long timestamp) {
        return timestamp == Long.MIN_VALUE || timestamp == Long.MAX_VALUE;
    }

    static boolean infinite(int date) {
        return date == Integer.MIN_VALUE || date == Integer.MAX_VALUE;
    }

    static SqlException timestampOutOfRange() {
        return new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
    }

    static SqlException dateOutOfRange() {
        return new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "date out of range");
    }

    static SqlException intervalOutOfRange() {
        return new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "interval out of range");
    }

    static long checkTimestamp(long micros) {
        if (micros < TIMESTAMP_MIN || micros >= TIMESTAMP_END) {
            throw timestampOutOfRange();
        }
        return micros;
    }

    static int checkDate(long days) {
        if (days < DATE_MIN || days >= DATE_END) {
            throw dateOutOfRange();
        }
        return (int) days;
    }

    /** The day of a finite timestamp. */
    public static int dateOf(long timestamp) {
        if (infinite(timestamp)) {
            return timestamp < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        }
        return (int) Math.floorDiv(timestamp, MICROS_PER_DAY);
    }

    /** Microseconds since midnight. */
    public static long timeOf(long timestamp) {
        return Math.floorMod(timestamp, MICROS_PER_DAY);
    }

    static long midnight(int date) {
        if (infinite(date)) {
            return date < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        if (date >= TIMESTAMP_END / MICROS_PER_DAY) {
            throw new SqlException(
                    SqlState.DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
        }
        return date * MICROS_PER_DAY;
    }

    static LocalDate localDate(int date) {
        return LocalDate.ofEpochDay((long) date + EPOCH_DAYS);
    }

    static int days(LocalDate date) {
        return (int) (date.toEpochDay() - EPOCH_DAYS);
    }

    static LocalDateTime localDateTime(long timestamp) {
        return LocalDateTime.of(
                localDate(dateOf(timestamp)), LocalTime.ofNanoOfDay(timeOf(timestamp) * 1000));
    }

    static Instant instant(long timestamptz) {
        return Instant.ofEpochSecond(
                Math.floorDiv(timestamptz, MICROS_PER_SECOND) + EPOCH_SECONDS,
                Math.floorMod(timestamptz, MICROS_PER_SECOND) * 1000);
    }

    static int offsetSeconds(long timestamptz, ZoneId zone) {
        return zone.getRules().getOffset(instant(timestamptz)).getTotalSeconds();
    }

    /** The wall clock of a zone at an instant. */
    public static long toLocal(long timestamptz, ZoneId zone) {
        if (infinite(timestamptz)) {
            return timestamptz;
        }
        return checkTimestamp(timestamptz + offsetSeconds(timestamptz, zone) * MICROS_PER_SECOND);
    }

    /**
     * The instant of a wall clock. In a gap the offset before it counts, in an overlap standard
     * time (the later offset), as in PostgreSQL.
     */
    static long toInstant(long timestamp, ZoneId zone) {
        if (infinite(timestamp)) {
            return timestamp;
        }
        if (zone instanceof ZoneOffset fixed) {
            return checkTimestamp(timestamp - fixed.getTotalSeconds() * MICROS_PER_SECOND);
        }
        var rules = zone.getRules();
        var local = localDateTime(timestamp);
        var offsets = rules.getValidOffsets(local);
        ZoneOffset offset;
        if (offsets.size() == 1) {
            offset = offsets.getFirst();
        } else if (offsets.isEmpty()) {
            offset = rules.getTransition(local).getOffsetBefore();
        } else {
            offset = rules.getTransition(local).getOffsetAfter();
        }
        return checkTimestamp(timestamp - offset.getTotalSeconds() * MICROS_PER_SECOND);
    }

    public static TimeTz timeWithZone(long timestamptz, ZoneId zone) {
        int offset = offsetSeconds(timestamptz, zone);
        // The zone of timetz counts west of Greenwich, as in PostgreSQL.
        return new TimeTz(timeOf(timestamptz + offset * MICROS_PER_SECOND), -offset);
    }

    /** A wall clock plus an interval: months, then days, then time. */
    static long plus(long timestamp, Interval interval) {
        if (infinite(timestamp)) {
            return timestamp;
        }
        long result = timestamp;
        if (interval.months() != 0) {
            result = plusMonths(result, interval.months());
        }
        try {
            if (interval.days() != 0) {
                result = Math.addExact(result, interval.days() * MICROS_PER_DAY);
            }
            return checkTimestamp(Math.addExact(result, interval.micros()));
        } catch (ArithmeticException overflow) {
            throw timestampOutOfRange();
        }
    }

    /** An instant plus an interval: months and days by the zone's wall clock, time by the clock. */
    static long plus(long timestamptz, Interval interval, ZoneId zone) {
        if (infinite(timestamptz)) {
            return timestamptz;
        }
        long result = timestamptz;
        if (interval.months() != 0) {
            result = toInstant(plusMonths(toLocal(result, zone), interval.months()), zone);
        }
        try {
            if (interval.days() != 0) {
                long local = Math.addExact(toLocal(result, zone), interval.days() * MICROS_PER_DAY);
                result = toInstant(checkTimestamp(local), zone);
            }
            return checkTimestamp(Math.addExact(result, interval.micros()));
        } catch (ArithmeticException overflow) {
            throw timestampOutOfRange();
        }
    }

    private static long plusMonths(long timestamp, int months) {
        var date = localDate(dateOf(timestamp));
        long moved = days(date.plusMonths(months));
        try {
            return Math.addExact(Math.multiplyExact(moved, MICROS_PER_DAY), timeOf(timestamp));
        } catch (ArithmeticException overflow) {
            throw timestampOutOfRange();
        }
    }

    static Interval negate(Interval interval) {
        if (interval.months() == Integer.MIN_VALUE
                || interval.days() == Integer.MIN_VALUE
                || interval.micros() == Long.MIN_VALUE) {
            throw intervalOutOfRange();
        }
        return new Interval(-interval.months(), -interval.days(), -interval.micros());
    }

    static Interval add(Interval a, Interval b) {
        try {
            return new Interval(
                    Math.addExact(a.months(), b.months()),
                    Math.addExact(a.days(), b.days()),
                    Math.addExact(a.micros(), b.micros()));
        } catch (ArithmeticException overflow) {
            throw intervalOutOfRange();
        }
    }

    /** Multiplies; what months and days leave over cascades down, as in PostgreSQL. */
    static Interval scale(Interval interval, double factor) {
        return scaled(
                interval.months() * factor, interval.days() * factor, interval.micros() * factor);
    }

    /** An interval of fractional parts. */
    static Interval scaled(double months, double days, double exactMicros) {
        if (Double.isNaN(months)
                || Math.abs(months) > Integer.MAX_VALUE
                || Double.isNaN(days)
                || Math.abs(days) > Integer.MAX_VALUE) {
            throw intervalOutOfRange();
        }
        int wholeMonths = (int) months;
        int wholeDays = (int) days;
        double monthRest = rounded((months - wholeMonths) * Interval.DAYS_PER_MONTH);
        double secondRest = rounded((days - wholeDays + monthRest - (int) monthRest) * 86_400);
        if (Math.abs(secondRest) >= 86_400) {
            wholeDays += (int) (secondRest / 86_400);
            secondRest -= ((int) (secondRest / 86_400)) * 86_400.0;
        }
        long allDays = (long) wholeDays + (int) monthRest;
        double micros = Math.rint(exactMicros + secondRest * MICROS_PER_SECOND);
        if (allDays != (int) allDays || Double.isNaN(micros) || Math.abs(micros) >= 0x1p63) {
            throw intervalOutOfRange();
        }
        return new Interval(wholeMonths, (int) allDays, (long) micros);
    }

    /** To microseconds' precision, against binary fractions. */
    private static double rounded(double value) {
        return Math.rint(value * MICROS_PER_SECOND) / MICROS_PER_SECOND;
    }

    /** A zone by name, abbreviation or offset; 22023 if there is none. */
    static ZoneId zone(String name) {
        var zone = zoneOrNull(name);
        if (zone == null) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "time zone \"" + name + "\" not recognized");
        }
        return zone;
    }

    static @Nullable ZoneId zoneOrNull(String name) {
        var abbreviation = TimeZones.abbreviation(name);
        if (abbreviation == null) {
            return TimeZones.find(name);
        }
        return abbreviation.zone() == null
                ? ZoneOffset.ofTotalSeconds(abbreviation.offsetSeconds())
                : abbreviation.zone();
    }

    /**
     * A zone as make_timestamptz takes it: a name, or an offset, which is positive east of
     * Greenwich.
     */
    static ZoneId zoneOrOffset(String name) {
        if (!name.isEmpty() && name.charAt(0) >= '0' && name.charAt(0) <= '9') {
            throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "invalid input syntax for type numeric time zone: \"" + name + "\"")
                    .withHint("Numeric time zones must have \"-\" or \"+\" as first character.");
        }
        var offset = OFFSET.matcher(name);
        if (!offset.matches()) {
            return zone(name);
        }
        var hourText = offset.group(2);
        var minuteText = offset.group(3);
        var secondText = offset.group(4);
        if (minuteText == null && name.length() > 3) {
            // Run together.
            int split = Math.max(0, hourText.length() - 2);
            minuteText = hourText.substring(split);
            hourText = split == 0 ? "0" : hourText.substring(0, split);
        }
        int hour = number(hourText);
        int minute = minuteText == null ? 0 : number(minuteText);
        int second = secondText == null ? 0 : number(secondText);
        if (hour > OFFSET_HOURS_MAX || minute > 59 || second > 59) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "numeric time zone \"" + name + "\" out of range");
        }
        int seconds = hour * 3600 + minute * 60 + second;
        return ZoneOffset.ofTotalSeconds(name.startsWith("-") ? -seconds : seconds);
    }

    /** A number, or one that is too great for any part of an offset. */
    private static int number(String digits) {
        return digits.length() > 4 ? 9999 : Integer.parseInt(digits);
    }

    private DateTimes() {}
}
