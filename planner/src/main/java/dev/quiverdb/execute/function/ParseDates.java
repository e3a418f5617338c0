package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.TimeTz;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Text read by a template: to_date, to_timestamp and the datetime() of jsonpath, after
 * do_to_timestamp and parse_datetime of formatting.c. The fields come from {@link DateReader}; here
 * they are put together and their ranges are checked.
 */
final class ParseDates {
    private static final int HOURS_PER_DAY = 24;
    private static final int ZONE_HOURS_MAX = 15;

    /** What a template made of a text; {@code zoneSeconds} east of Greenwich. */
    record Moment(Type type, Object value, int zoneSeconds) {}

    private final String text;
    private final DateReader.Fields in;
    private int year;
    private int month = 1;
    private int day = 1;
    private boolean yearKnown;
    private boolean monthKnown;
    private boolean dayKnown;
    private long timeMicros;

    private ParseDates(String text, DateReader.Fields in) {
        this.text = text;
        this.in = in;
        time();
        date();
        check();
    }

    private static ParseDates read(String text, String template) {
        return new ParseDates(
                text, new DateReader(text, DateTemplate.parse(template), false).read());
    }

    /** to_date. */
    static int date(String text, String template) {
        return DateTimes.checkDate(read(text, template).days());
    }

    /** to_timestamp: the instant in the zone, unless the text names an offset of its own. */
    static long parse(String text, String template, ZoneId zone) {
        var read = read(text, template);
        long local = read.midnight() + read.timeMicros;
        return DateTimes.toInstant(
                local, read.in.zoneSign == 0 ? zone : ZoneOffset.ofTotalSeconds(read.zone()));
    }

    /** A date, time or timestamp with or without zone, as the template has the parts of. */
    static Moment datetime(String text, String template) {
        var parts = DateTemplate.parse(template);
        DateTemplate.checkStandard(parts);
        var read = new ParseDates(text, new DateReader(text, parts, true).read());
        boolean dated = DateTemplate.hasDate(parts);
        boolean timed = DateTemplate.hasTime(parts);
        boolean zoned = DateTemplate.hasZone(parts);
        long time = read.rounded(parts);
        int zone = zoned ? read.zone() : 0;
        if (dated && timed) {
            long local = read.midnight() + time;
            return zoned
                    ? new Moment(
                            Types.TIMESTAMPTZ,
                            DateTimes.toInstant(local, ZoneOffset.ofTotalSeconds(zone)),
                            zone)
                    : new Moment(Types.TIMESTAMP, DateTimes.checkTimestamp(local), 0);
        }
        if (dated) {
            if (zoned) {
                throw invalid("datetime format is zoned but not timed");
            }
            return new Moment(Types.DATE, DateTimes.checkDate(read.days()), 0);
        }
        if (!timed) {
            throw invalid("datetime format is not dated and not timed");
        }
        return zoned
                ? new Moment(Types.TIMETZ, new TimeTz(time, -zone), zone)
                : new Moment(Types.TIME, time, 0);
    }

    private static SqlException invalid(String message) {
        return new SqlException(SqlState.INVALID_DATETIME_FORMAT, message);
    }

    private SqlException outOfRange() {
        return new SqlException(
                SqlState.DATETIME_FIELD_OVERFLOW,
                "date/time field value out of range: \"" + text + "\"");
    }

    /** FF1 to FF6 round to that many digits, as a typmod would. */
    private long rounded(java.util.List<DateTemplate.Part> parts) {
        if (in.fractionDigits == 0) {
            return timeMicros;
        }
        return (Long) Types.TIME.applyTypmod(timeMicros, in.fractionDigits, true);
    }

    private int zone() {
        if (in.zoneHours > ZONE_HOURS_MAX
                || in.zoneHours < 0
                || in.zoneMinutes < 0
                || in.zoneMinutes > 59) {
            throw new SqlException(
                    SqlState.INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
                    "time zone displacement out of range: \"" + text + "\"");
        }
        return in.zoneSign * (in.zoneHours * 3600 + in.zoneMinutes * 60);
    }

    private void time() {
        int hour = in.secondsOfDay / 3600;
        int minute = in.secondsOfDay / 60 % 60;
        int second = in.secondsOfDay % 60;
        second = in.second != 0 ? in.second : second;
        minute = in.minute != 0 ? in.minute : minute;
        hour = in.hour != 0 ? in.hour : hour;
        if (in.twelveHours) {
            if (hour < 1 || hour > 12) {
                throw invalid("hour \"" + hour + "\" is invalid for the 12-hour clock")
                        .withHint("Use the 24-hour clock, or give an hour between 1 and 12.");
            }
            if (in.afternoon != 0 && hour < 12) {
                hour += 12;
            } else if (in.afternoon == 0 && hour == 12) {
                hour = 0;
            }
        }
        long fraction = in.millis * 1000L + in.micros;
        if (hour < 0
                || hour >= HOURS_PER_DAY
                || minute < 0
                || minute > 59
                || second < 0
                || second > 59
                || fraction < 0
                || fraction >= DateTimes.MICROS_PER_SECOND) {
            throw outOfRange();
        }
        timeMicros =
                hour * DateTimes.MICROS_PER_HOUR
                        + minute * DateTimes.MICROS_PER_MINUTE
                        + second * DateTimes.MICROS_PER_SECOND
                        + fraction;
    }

    private void date() {
        year();
        if (in.julian != 0) {
            put(LocalDate.ofEpochDay(in.julian - 2_440_588L));
        }
        int dayOfYear = in.dayOfYear;
        if (in.week != 0) {
            if (in.mode == DateTemplate.Mode.ISO) {
                // Sunday is day 1; without a day the week's Monday is meant.
                int offset = in.weekday == 0 ? 0 : in.weekday > 1 ? in.weekday - 2 : 6;
                put(mondayOfIsoYear().plusDays((in.week - 1) * 7L + offset));
            } else {
                dayOfYear = (in.week - 1) * 7 + 1;
            }
        }
        int dayOfMonth = in.weekOfMonth != 0 ? (in.weekOfMonth - 1) * 7 + 1 : in.day;
        if (dayOfMonth != 0) {
            day = dayOfMonth;
            dayKnown = true;
        }
        if (in.month != 0) {
            month = in.month;
            monthKnown = true;
        }
        if (dayOfYear != 0 && (month <= 1 || day <= 1)) {
            dayOfYear(dayOfYear);
        }
    }

    private void year() {
        if (in.year != 0) {
            if (in.century != 0 && in.yearDigits <= 2) {
                int century = in.bc != 0 ? -in.century : in.century;
                int within = in.year % 100;
                if (within != 0) {
                    year =
                            century >= 0
                                    ? within + (century - 1) * 100
                                    : (century + 1) * 100 - within + 1;
                } else {
                    year = century * 100 + (century >= 0 ? 0 : 1);
                }
            } else {
                year = in.bc != 0 ? -in.year : in.year;
                if (year < 0) {
                    year++;
                }
            }
            yearKnown = true;
        } else if (in.century != 0) {
            int century = in.bc != 0 ? -in.century : in.century;
            year = century >= 0 ? (century - 1) * 100 + 1 : century * 100 + 1;
            yearKnown = true;
        }
    }

    private void put(LocalDate date) {
        year = date.getYear();
        month = date.getMonthValue();
        day = date.getDayOfMonth();
        yearKnown = true;
        monthKnown = true;
        dayKnown = true;
    }

    /** The Monday of the ISO year's first week, which holds the 4th of January. */
    private LocalDate mondayOfIsoYear() {
        return LocalDate.of(year, 1, 4).with(java.time.DayOfWeek.MONDAY);
    }

    private void dayOfYear(int number) {
        if (year == 0 && in.bc == 0) {
            throw invalid("cannot calculate day of year without year information");
        }
        if (in.mode == DateTemplate.Mode.ISO) {
            put(mondayOfIsoYear().plusDays(number - 1L));
            return;
        }
        boolean leap = java.time.Year.isLeap(year);
        int found = 1;
        int before = 0;
        while (found <= 12) {
            int length = java.time.Month.of(found).length(leap);
            if (number <= before + length || found == 12) {
                break;
            }
            before += length;
            found++;
        }
        if (month <= 1) {
            month = found;
        }
        if (day <= 1) {
            day = number - before;
        }
        monthKnown = true;
        dayKnown = true;
    }

    /** ValidateDate: only what the template gave is checked. */
    private void check() {
        if (monthKnown && (month < 1 || month > 12) || dayKnown && (day < 1 || day > 31)) {
            throw outOfRange();
        }
        if (yearKnown
                && monthKnown
                && dayKnown
                && day > java.time.Month.of(month).length(java.time.Year.isLeap(year))) {
            throw outOfRange();
        }
    }

    private long days() {
        if (year < -4713 || year >= 5_874_898) {
            throw new SqlException(
                    SqlState.DATETIME_VALUE_OUT_OF_RANGE, "date out of range: \"" + text + "\"");
        }
        return DateTimes.days(LocalDate.of(year, month, 1)) + day - 1L;
    }

    private long midnight() {
        long days = days();
        if (Math.abs(days) > 200_000_000L) {
            throw DateTimes.timestampOutOfRange();
        }
        return days * DateTimes.MICROS_PER_DAY;
    }
}
