package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Interval;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.TimeTz;
import dev.quiverdb.base.type.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** extract, date_part and date_trunc. */
final class DateFields {
    private static final Map<String, String> ALIASES =
            Map.ofEntries(
                    Map.entry("years", "year"),
                    Map.entry("y", "year"),
                    Map.entry("yr", "year"),
                    Map.entry("yrs", "year"),
                    Map.entry("months", "month"),
                    Map.entry("mon", "month"),
                    Map.entry("mons", "month"),
                    Map.entry("days", "day"),
                    Map.entry("d", "day"),
                    Map.entry("hours", "hour"),
                    Map.entry("h", "hour"),
                    Map.entry("hr", "hour"),
                    Map.entry("hrs", "hour"),
                    Map.entry("minutes", "minute"),
                    Map.entry("m", "minute"),
                    Map.entry("min", "minute"),
                    Map.entry("mins", "minute"),
                    Map.entry("seconds", "second"),
                    Map.entry("s", "second"),
                    Map.entry("sec", "second"),
                    Map.entry("secs", "second"),
                    Map.entry("weeks", "week"),
                    Map.entry("w", "week"),
                    Map.entry("quarters", "quarter"),
                    Map.entry("qtr", "quarter"),
                    Map.entry("decades", "decade"),
                    Map.entry("dec", "decade"),
                    Map.entry("decs", "decade"),
                    Map.entry("centuries", "century"),
                    Map.entry("c", "century"),
                    Map.entry("cent", "century"),
                    Map.entry("millennia", "millennium"),
                    Map.entry("mil", "millennium"),
                    Map.entry("mils", "millennium"),
                    Map.entry("millisecond", "milliseconds"),
                    Map.entry("ms", "milliseconds"),
                    Map.entry("msec", "milliseconds"),
                    Map.entry("msecs", "milliseconds"),
                    Map.entry("microsecond", "microseconds"),
                    Map.entry("us", "microseconds"),
                    Map.entry("usec", "microseconds"),
                    Map.entry("usecs", "microseconds"),
                    Map.entry("j", "julian"),
                    Map.entry("jd", "julian"));

    static String field(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return ALIASES.getOrDefault(lower, lower);
    }

    private static SqlException unsupported(String field, Type type) {
        return new SqlException(
                SqlState.FEATURE_NOT_SUPPORTED,
                "unit \"" + field + "\" not supported for type " + type.displayName());
    }

    private static SqlException unknown(String field, Type type) {
        return new SqlException(
                SqlState.INVALID_PARAMETER_VALUE,
                "unit \"" + field + "\" not recognized for type " + type.displayName());
    }

    private static Numeric whole(long value) {
        return Numeric.of(value);
    }

    private static Numeric scaled(long unscaled, int scale) {
        return Numeric.of(BigDecimal.valueOf(unscaled, scale));
    }

    /** A field of a timestamp; {@code zone} for timestamptz, null for timestamp and date. */
    static @Nullable Numeric ofTimestamp(
            String name, long value, @Nullable ZoneId zone, Type type) {
        var field = field(name);
        if (DateTimes.infinite(value)) {
            return switch (field) {
                case "year", "decade", "century", "millennium", "julian", "isoyear", "epoch" ->
                        value > 0 ? Numeric.POSITIVE_INFINITY : Numeric.NEGATIVE_INFINITY;
                case "microseconds",
                        "milliseconds",
                        "second",
                        "minute",
                        "hour",
                        "day",
                        "month",
                        "quarter",
                        "week",
                        "dow",
                        "isodow",
                        "doy",
                        "timezone",
                        "timezone_hour",
                        "timezone_minute" ->
                        null;
                default -> throw unknown(field, type);
            };
        }
        if (field.equals("epoch")) {
            return scaled(value + DateTimes.EPOCH_SECONDS * DateTimes.MICROS_PER_SECOND, 6);
        }
        long local = zone == null ? value : DateTimes.toLocal(value, zone);
        long time = DateTimes.timeOf(local);
        if (zone != null && field.startsWith("timezone")) {
            return zoneField(field, DateTimes.offsetSeconds(value, zone));
        }
        var ofTime = timeField(field, time);
        if (ofTime != null) {
            return ofTime;
        }
        if (field.equals("julian")) {
            var days = BigDecimal.valueOf(DateTimes.dateOf(local) + 2_451_545L);
            var part =
                    BigDecimal.valueOf(time)
                            .divide(
                                    BigDecimal.valueOf(DateTimes.MICROS_PER_DAY),
                                    20,
                                    RoundingMode.HALF_UP);
            return Numeric.of(time == 0 ? days : days.add(part));
        }
        var ofDate = dateField(field, DateTimes.localDate(DateTimes.dateOf(local)));
        if (ofDate == null) {
            throw field.startsWith("timezone") ? unsupported(field, type) : unknown(field, type);
        }
        return whole(ofDate);
    }

    private static Numeric zoneField(String field, int offsetSeconds) {
        return switch (field) {
            case "timezone" -> whole(offsetSeconds);
            case "timezone_hour" -> whole(offsetSeconds / 3600);
            default -> whole(offsetSeconds / 60 % 60);
        };
    }

    private static @Nullable Numeric timeField(String field, long time) {
        return switch (field) {
            case "microseconds" -> whole(time % DateTimes.MICROS_PER_MINUTE);
            case "milliseconds" -> scaled(time % DateTimes.MICROS_PER_MINUTE, 3);
            case "second" -> scaled(time % DateTimes.MICROS_PER_MINUTE, 6);
            case "minute" -> whole(time / DateTimes.MICROS_PER_MINUTE % 60);
            case "hour" -> whole(time / DateTimes.MICROS_PER_HOUR);
            default -> null;
        };
    }

    private static @Nullable Long dateField(String field, LocalDate date) {
        int year = date.getYear();
        return switch (field) {
            case "day" -> (long) date.getDayOfMonth();
            case "month" -> (long) date.getMonthValue();
            case "quarter" -> (date.getMonthValue() - 1) / 3 + 1L;
            case "week" -> (long) date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
            case "year" -> shown(year);
            case "isoyear" -> shown(date.get(IsoFields.WEEK_BASED_YEAR));
            case "decade" -> year >= 0 ? year / 10L : -((8L - (year - 1)) / 10);
            case "century" -> year > 0 ? (year + 99L) / 100 : -((99L - (year - 1)) / 100);
            case "millennium" -> year > 0 ? (year + 999L) / 1000 : -((999L - (year - 1)) / 1000);
            case "dow" -> date.getDayOfWeek().getValue() % 7L;
            case "isodow" -> (long) date.getDayOfWeek().getValue();
            case "doy" -> (long) date.getDayOfYear();
            default -> null;
        };
    }

    /** There is no year 0: 1 BC is -1. */
    private static long shown(int year) {
        return year > 0 ? year : year - 1L;
    }

    static Numeric ofDate(String name, int date, Type type) {
        var field = field(name);
        switch (field) {
            case "microseconds",
                    "milliseconds",
                    "second",
                    "minute",
                    "hour",
                    "timezone",
                    "timezone_hour",
                    "timezone_minute" ->
                    throw unsupported(field, type);
            default -> {}
        }
        if (field.equals("epoch") && !DateTimes.infinite(date)) {
            return whole((date + (long) DateTimes.EPOCH_DAYS) * 86_400);
        }
        long timestamp =
                DateTimes.infinite(date) ? (date < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : 0;
        if (DateTimes.infinite(date)) {
            var value = ofTimestamp(name, timestamp, null, type);
            return value == null ? NONE : value;
        }
        if (field.equals("julian")) {
            return whole(date + 2_451_545L);
        }
        var value = dateField(field, DateTimes.localDate(date));
        if (value == null) {
            throw unknown(field, type);
        }
        return whole(value);
    }

    /** Stands for NULL out of {@link #ofDate}. */
    static final Numeric NONE = Numeric.of(Long.MIN_VALUE);

    static Numeric ofTime(String name, long time, @Nullable TimeTz zoned, Type type) {
        var field = field(name);
        if (zoned != null && field.startsWith("timezone")) {
            return zoneField(field, -zoned.zoneSeconds());
        }
        if (field.equals("epoch")) {
            return scaled(zoned == null ? time : zoned.utcMicros(), 6);
        }
        var value = timeField(field, time);
        if (value == null) {
            throw DATE_FIELDS.contains(field) ? unsupported(field, type) : unknown(field, type);
        }
        return value;
    }

    private static final java.util.Set<String> DATE_FIELDS =
            java.util.Set.of(
                    "day",
                    "month",
                    "quarter",
                    "week",
                    "year",
                    "isoyear",
                    "decade",
                    "century",
                    "millennium",
                    "dow",
                    "isodow",
                    "doy",
                    "julian",
                    "timezone",
                    "timezone_hour",
                    "timezone_minute");

    static Numeric ofInterval(String name, Interval interval, Type type) {
        var field = field(name);
        int years = interval.months() / 12;
        int months = interval.months() % 12;
        long time = interval.micros();
        return switch (field) {
            case "microseconds" -> whole(time % DateTimes.MICROS_PER_MINUTE);
            case "milliseconds" -> scaled(time % DateTimes.MICROS_PER_MINUTE, 3);
            case "second" -> scaled(time % DateTimes.MICROS_PER_MINUTE, 6);
            case "minute" -> whole(time / DateTimes.MICROS_PER_MINUTE % 60);
            case "hour" -> whole(time / DateTimes.MICROS_PER_HOUR);
            case "day" -> whole(interval.days());
            case "month" -> whole(months);
            case "quarter" -> whole(months / 3 + 1);
            case "year" -> whole(years);
            case "decade" -> whole(years / 10);
            case "century" -> whole(years / 100);
            case "millennium" -> whole(years / 1000);
            case "epoch" ->
                    Numeric.of(
                            BigDecimal.valueOf(years * 36_525L * 864L)
                                    .add(
                                            BigDecimal.valueOf(
                                                    (months * 30L + interval.days()) * 86_400))
                                    .add(BigDecimal.valueOf(time, 6))
                                    .setScale(6, RoundingMode.UNNECESSARY));
            case "week",
                    "dow",
                    "isodow",
                    "doy",
                    "isoyear",
                    "julian",
                    "timezone",
                    "timezone_hour",
                    "timezone_minute" ->
                    throw unsupported(field, type);
            default -> throw unknown(field, type);
        };
    }

    // ---------------------------------------------------------------- truncation

    /** date_trunc of a wall clock. */
    static long truncate(String name, long timestamp, Type type) {
        var field = field(name);
        if (DateTimes.infinite(timestamp)) {
            return timestamp;
        }
        long day = timestamp - DateTimes.timeOf(timestamp);
        var date = DateTimes.localDate(DateTimes.dateOf(timestamp));
        return switch (field) {
            case "microseconds" -> timestamp;
            case "milliseconds" -> timestamp - Math.floorMod(timestamp, 1000L);
            case "second" -> timestamp - Math.floorMod(timestamp, DateTimes.MICROS_PER_SECOND);
            case "minute" -> timestamp - Math.floorMod(timestamp, DateTimes.MICROS_PER_MINUTE);
            case "hour" -> timestamp - Math.floorMod(timestamp, DateTimes.MICROS_PER_HOUR);
            case "day" -> day;
            case "week" -> midnight(date.minusDays(date.getDayOfWeek().getValue() - 1L));
            case "month" -> midnight(date.withDayOfMonth(1));
            case "quarter" ->
                    midnight(
                            date.withDayOfMonth(1)
                                    .withMonth((date.getMonthValue() - 1) / 3 * 3 + 1));
            case "year" -> midnight(date.withDayOfYear(1));
            case "decade" -> midnight(LocalDate.of(Math.floorDiv(date.getYear(), 10) * 10, 1, 1));
            case "century" -> midnight(LocalDate.of(first(date.getYear(), 100), 1, 1));
            case "millennium" -> midnight(LocalDate.of(first(date.getYear(), 1000), 1, 1));
            case "dow",
                    "isodow",
                    "doy",
                    "isoyear",
                    "julian",
                    "epoch",
                    "timezone",
                    "timezone_hour",
                    "timezone_minute" ->
                    throw unsupported(field, type);
            default -> throw unknown(field, type);
        };
    }

    private static int first(int year, int length) {
        return Math.floorDiv(year - 1, length) * length + 1;
    }

    private static long midnight(LocalDate date) {
        return DateTimes.days(date) * DateTimes.MICROS_PER_DAY;
    }

    /** date_trunc of an instant in a zone. */
    static long truncate(String name, long timestamptz, ZoneId zone, Type type) {
        if (DateTimes.infinite(timestamptz)) {
            truncate(name, 0, type);
            return timestamptz;
        }
        var field = field(name);
        long local = truncate(name, DateTimes.toLocal(timestamptz, zone), type);
        return switch (field) {
            case "microseconds", "milliseconds", "second", "minute", "hour" ->
                    // Below a day the offset is that of the moment itself.
                    local
                            - DateTimes.offsetSeconds(timestamptz, zone)
                                    * DateTimes.MICROS_PER_SECOND;
            default -> DateTimes.toInstant(local, zone);
        };
    }

    static Interval truncate(String name, Interval interval, Type type) {
        var field = field(name);
        int months = interval.months();
        long time = interval.micros();
        return switch (field) {
            case "millennium" -> new Interval(months / 12_000 * 12_000, 0, 0);
            case "century" -> new Interval(months / 1200 * 1200, 0, 0);
            case "decade" -> new Interval(months / 120 * 120, 0, 0);
            case "year" -> new Interval(months / 12 * 12, 0, 0);
            case "quarter" -> new Interval(months / 3 * 3, 0, 0);
            case "month" -> new Interval(months, 0, 0);
            case "day" -> new Interval(months, interval.days(), 0);
            case "hour" ->
                    new Interval(months, interval.days(), time - time % DateTimes.MICROS_PER_HOUR);
            case "minute" ->
                    new Interval(
                            months, interval.days(), time - time % DateTimes.MICROS_PER_MINUTE);
            case "second" ->
                    new Interval(
                            months, interval.days(), time - time % DateTimes.MICROS_PER_SECOND);
            case "milliseconds" -> new Interval(months, interval.days(), time - time % 1000);
            case "microseconds" -> interval;
            case "week" ->
                    throw unsupported(field, type)
                            .withDetail("Months usually have fractional weeks.");
            default -> throw unknown(field, type);
        };
    }

    private DateFields() {}
}
