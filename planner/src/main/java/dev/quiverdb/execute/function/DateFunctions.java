package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Interval;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.TimeTz;
import dev.quiverdb.base.type.Type;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Dates, times, timestamps and intervals: arithmetic, fields, zones, construction, casts. */
final class DateFunctions {
    static void register(Registry r) {
        registerComparisons(r);
        registerDates(r);
        registerTimes(r);
        registerTimestamps(r);
        registerIntervals(r);
        registerFields(r);
        registerZones(r);
        registerMakers(r);
        registerCasts(r);
        registerOverlaps(r);
        registerRanges(r);
        FormatDates.register(r);
    }

    private static final List<String> OPERATORS =
            List.of("eq", "ne", "lt", "le", "gt", "ge", "cmp");

    private static Object holds(String operator, int comparison) {
        return switch (operator) {
            case "eq" -> comparison == 0;
            case "ne" -> comparison != 0;
            case "lt" -> comparison < 0;
            case "le" -> comparison <= 0;
            case "gt" -> comparison > 0;
            case "ge" -> comparison >= 0;
            default -> Integer.signum(comparison);
        };
    }

    private static void registerComparisons(Registry r) {
        for (var operator : OPERATORS) {
            r.two(
                    "date_" + operator + "_timestamp",
                    (CallContext c, Integer a, Long b) -> holds(operator, compare(a, b)));
            r.two(
                    "timestamp_" + operator + "_date",
                    (CallContext c, Long a, Integer b) -> holds(operator, -compare(b, a)));
            r.two(
                    "date_" + operator + "_timestamptz",
                    (CallContext c, Integer a, Long b) ->
                            holds(operator, Long.compare(instant(c, a), b)));
            r.two(
                    "timestamptz_" + operator + "_date",
                    (CallContext c, Long a, Integer b) ->
                            holds(operator, Long.compare(a, instant(c, b))));
            r.two(
                    "timestamp_" + operator + "_timestamptz",
                    (CallContext c, Long a, Long b) ->
                            holds(
                                    operator,
                                    Long.compare(DateTimes.toInstant(a, c.types().zone()), b)));
            r.two(
                    "timestamptz_" + operator + "_timestamp",
                    (CallContext c, Long a, Long b) ->
                            holds(
                                    operator,
                                    Long.compare(a, DateTimes.toInstant(b, c.types().zone()))));
        }
    }

    private static int compare(int date, long timestamp) {
        if (DateTimes.infinite(date)
                || date >= DateTimes.TIMESTAMP_END / DateTimes.MICROS_PER_DAY) {
            return DateTimes.infinite(date)
                            && DateTimes.infinite(timestamp)
                            && date < 0 == timestamp < 0
                    ? 0
                    : date < 0 ? -1 : timestamp == Long.MAX_VALUE ? -1 : 1;
        }
        return Long.compare(date * DateTimes.MICROS_PER_DAY, timestamp);
    }

    private static long instant(CallContext c, int date) {
        return DateTimes.toInstant(DateTimes.midnight(date), c.types().zone());
    }

    private static void registerDates(Registry r) {
        r.two(
                "date_pli",
                (CallContext c, Integer a, Integer b) ->
                        DateTimes.infinite(a) ? a : (Object) DateTimes.checkDate((long) a + b));
        r.two(
                "integer_pl_date(int4,date)",
                (CallContext c, Integer a, Integer b) ->
                        DateTimes.infinite(b) ? b : (Object) DateTimes.checkDate((long) a + b));
        r.two(
                "date_mii",
                (CallContext c, Integer a, Integer b) ->
                        DateTimes.infinite(a) ? a : (Object) DateTimes.checkDate((long) a - b));
        r.two(
                "date_mi",
                (CallContext c, Integer a, Integer b) -> {
                    if (DateTimes.infinite(a) || DateTimes.infinite(b)) {
                        throw new SqlException(
                                SqlState.DATETIME_VALUE_OUT_OF_RANGE,
                                "cannot subtract infinite dates");
                    }
                    return a - b;
                });
        r.two(
                "date_pl_interval",
                (CallContext c, Integer a, Interval b) -> DateTimes.plus(DateTimes.midnight(a), b));
        r.two(
                "date_mi_interval",
                (CallContext c, Integer a, Interval b) ->
                        DateTimes.plus(DateTimes.midnight(a), DateTimes.negate(b)));
        r.two(
                "interval_pl_date(interval,date)",
                (CallContext c, Interval a, Integer b) -> DateTimes.plus(DateTimes.midnight(b), a));
        r.one("date_finite", (CallContext c, Integer a) -> !DateTimes.infinite(a));
        r.two(
                "datetime_timestamp",
                (CallContext c, Integer a, Long b) ->
                        DateTimes.infinite(a)
                                ? DateTimes.midnight(a)
                                : (Object) DateTimes.checkTimestamp(DateTimes.midnight(a) + b));
        r.two(
                "timedate_pl(time,date)",
                (CallContext c, Long a, Integer b) ->
                        DateTimes.infinite(b)
                                ? DateTimes.midnight(b)
                                : (Object) DateTimes.checkTimestamp(DateTimes.midnight(b) + a));
        r.two(
                "datetimetz_timestamptz",
                (CallContext c, Integer a, TimeTz b) -> at(a, b.utcMicros()));
        r.two(
                "timetzdate_pl(timetz,date)",
                (CallContext c, TimeTz a, Integer b) -> at(b, a.utcMicros()));
        r.two(
                "timestamptz(date,time)",
                (CallContext c, Integer a, Long b) ->
                        DateTimes.toInstant(at(a, b), c.types().zone()));
    }

    /** A moment of a day; an infinite date stays infinite. */
    private static long at(int date, long micros) {
        return DateTimes.infinite(date)
                ? DateTimes.midnight(date)
                : DateTimes.checkTimestamp(DateTimes.midnight(date) + micros);
    }

    private static long wrapped(long time) {
        return Math.floorMod(time, DateTimes.MICROS_PER_DAY);
    }

    private static void registerTimes(Registry r) {
        r.two(
                "time_pl_interval",
                (CallContext c, Long a, Interval b) ->
                        wrapped(a + b.micros() % DateTimes.MICROS_PER_DAY));
        r.two(
                "interval_pl_time(interval,time)",
                (CallContext c, Interval a, Long b) ->
                        wrapped(b + a.micros() % DateTimes.MICROS_PER_DAY));
        r.two(
                "time_mi_interval",
                (CallContext c, Long a, Interval b) ->
                        wrapped(a - b.micros() % DateTimes.MICROS_PER_DAY));
        r.two("time_mi_time", (CallContext c, Long a, Long b) -> new Interval(0, 0, a - b));
        r.two(
                "timetz_pl_interval",
                (CallContext c, TimeTz a, Interval b) ->
                        new TimeTz(
                                wrapped(a.micros() + b.micros() % DateTimes.MICROS_PER_DAY),
                                a.zoneSeconds()));
        r.two(
                "interval_pl_timetz(interval,timetz)",
                (CallContext c, Interval b, TimeTz a) ->
                        new TimeTz(
                                wrapped(a.micros() + b.micros() % DateTimes.MICROS_PER_DAY),
                                a.zoneSeconds()));
        r.two(
                "timetz_mi_interval",
                (CallContext c, TimeTz a, Interval b) ->
                        new TimeTz(
                                wrapped(a.micros() - b.micros() % DateTimes.MICROS_PER_DAY),
                                a.zoneSeconds()));
    }

    private static void registerTimestamps(Registry r) {
        r.two("timestamp_pl_interval", (CallContext c, Long a, Interval b) -> DateTimes.plus(a, b));
        r.two(
                "timestamp_mi_interval",
                (CallContext c, Long a, Interval b) -> DateTimes.plus(a, DateTimes.negate(b)));
        r.two(
                "interval_pl_timestamp(interval,timestamp)",
                (CallContext c, Interval a, Long b) -> DateTimes.plus(b, a));
        r.two(
                "timestamptz_pl_interval",
                (CallContext c, Long a, Interval b) -> DateTimes.plus(a, b, c.types().zone()));
        r.two(
                "timestamptz_mi_interval",
                (CallContext c, Long a, Interval b) ->
                        DateTimes.plus(a, DateTimes.negate(b), c.types().zone()));
        r.two(
                "interval_pl_timestamptz(interval,timestamptz)",
                (CallContext c, Interval a, Long b) -> DateTimes.plus(b, a, c.types().zone()));
        r.two("timestamp_mi", (CallContext c, Long a, Long b) -> minus(a, b));
        r.two("timestamp_age", (CallContext c, Long a, Long b) -> age(a, b));
        r.two(
                "timestamptz_age",
                (CallContext c, Long a, Long b) ->
                        age(
                                DateTimes.toLocal(a, c.types().zone()),
                                DateTimes.toLocal(b, c.types().zone())));
        r.one("age(timestamp)", (CallContext c, Long a) -> age(today(c), a));
        r.one(
                "age(timestamptz)",
                (CallContext c, Long a) -> age(today(c), DateTimes.toLocal(a, c.types().zone())));
        r.one("timestamp_finite", (CallContext c, Long a) -> !DateTimes.infinite(a));
        r.zero("now", c -> c.execution().session().transactionTimestamp());
        r.zero("statement_timestamp", c -> c.execution().session().statementTimestamp());
        r.zero("clock_timestamp", c -> c.execution().session().clockTimestamp());
        r.three(
                "timestamp_bin",
                (CallContext c, Interval stride, Long a, Long origin) -> bin(stride, a, origin));
        r.three(
                "timestamptz_bin",
                (CallContext c, Interval stride, Long a, Long origin) -> bin(stride, a, origin));
    }

    private static long today(CallContext c) {
        return DateTimes.midnight(
                DateTimes.dateOf(
                        DateTimes.toLocal(
                                c.execution().session().transactionTimestamp(), c.types().zone())));
    }

    private static Interval minus(long a, long b) {
        if (DateTimes.infinite(a) || DateTimes.infinite(b)) {
            throw new SqlException(
                    SqlState.DATETIME_VALUE_OUT_OF_RANGE, "cannot subtract infinite timestamps");
        }
        long micros = a - b;
        return new Interval(
                0, (int) (micros / DateTimes.MICROS_PER_DAY), micros % DateTimes.MICROS_PER_DAY);
    }

    /** Years, months and days between two wall clocks, borrowing as PostgreSQL does. */
    private static Interval age(long a, long b) {
        if (DateTimes.infinite(a) || DateTimes.infinite(b)) {
            throw DateTimes.timestampOutOfRange();
        }
        boolean negative = a < b;
        var first = DateTimes.localDate(DateTimes.dateOf(a));
        var second = DateTimes.localDate(DateTimes.dateOf(b));
        int sign = negative ? -1 : 1;
        long time = sign * (DateTimes.timeOf(a) - DateTimes.timeOf(b));
        int days = sign * (first.getDayOfMonth() - second.getDayOfMonth());
        int months = sign * (first.getMonthValue() - second.getMonthValue());
        int years = sign * (first.getYear() - second.getYear());
        while (time < 0) {
            time += DateTimes.MICROS_PER_DAY;
            days--;
        }
        var borrowed = negative ? first : second;
        while (days < 0) {
            days += YearMonth.from(borrowed).lengthOfMonth();
            months--;
        }
        while (months < 0) {
            months += 12;
            years--;
        }
        return new Interval(sign * (years * 12 + months), sign * days, sign * time);
    }

    private static long bin(Interval stride, long a, long origin) {
        if (DateTimes.infinite(a)) {
            return a;
        }
        if (DateTimes.infinite(origin)) {
            throw new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "origin out of range");
        }
        if (stride.months() != 0) {
            throw SqlException.notSupported(
                    "timestamps cannot be binned into intervals containing months or years");
        }
        long width = stride.days() * DateTimes.MICROS_PER_DAY + stride.micros();
        if (width <= 0) {
            throw new SqlException(
                    SqlState.DATETIME_VALUE_OUT_OF_RANGE, "stride must be greater than zero");
        }
        return origin + Math.floorDiv(a - origin, width) * width;
    }

    private static void registerIntervals(Registry r) {
        r.two("interval_pl", (CallContext c, Interval a, Interval b) -> DateTimes.add(a, b));
        r.two(
                "interval_mi",
                (CallContext c, Interval a, Interval b) -> DateTimes.add(a, DateTimes.negate(b)));
        r.one("interval_um", (CallContext c, Interval a) -> DateTimes.negate(a));
        r.two("interval_mul", (CallContext c, Interval a, Double b) -> DateTimes.scale(a, b));
        r.two("mul_d_interval", (CallContext c, Double a, Interval b) -> DateTimes.scale(b, a));
        r.two("interval_div", (CallContext c, Interval a, Double b) -> divide(a, b));
        r.one("interval_finite", (CallContext c, Interval a) -> true);
        r.one("interval_justify_hours", (CallContext c, Interval a) -> justifyHours(a));
        r.one("interval_justify_days", (CallContext c, Interval a) -> justifyDays(a));
        r.one("interval_justify_interval", (CallContext c, Interval a) -> justify(a));
    }

    static Interval divide(Interval a, double by) {
        if (by == 0) {
            throw SqlException.divisionByZero();
        }
        return DateTimes.scaled(a.months() / by, a.days() / by, a.micros() / by);
    }

    private static Interval justifyHours(Interval a) {
        long days = a.days() + a.micros() / DateTimes.MICROS_PER_DAY;
        long time = a.micros() % DateTimes.MICROS_PER_DAY;
        if (days > 0 && time < 0) {
            time += DateTimes.MICROS_PER_DAY;
            days--;
        } else if (days < 0 && time > 0) {
            time -= DateTimes.MICROS_PER_DAY;
            days++;
        }
        return checked(a.months(), days, time);
    }

    private static Interval checked(long months, long days, long micros) {
        if (months != (int) months || days != (int) days) {
            throw DateTimes.intervalOutOfRange();
        }
        return new Interval((int) months, (int) days, micros);
    }

    private static Interval justifyDays(Interval a) {
        long months = a.months() + (long) a.days() / Interval.DAYS_PER_MONTH;
        long days = a.days() % Interval.DAYS_PER_MONTH;
        if (months > 0 && days < 0) {
            days += Interval.DAYS_PER_MONTH;
            months--;
        } else if (months < 0 && days > 0) {
            days -= Interval.DAYS_PER_MONTH;
            months++;
        }
        return checked(months, days, a.micros());
    }

    private static Interval justify(Interval a) {
        long days = a.days() + a.micros() / DateTimes.MICROS_PER_DAY;
        long time = a.micros() % DateTimes.MICROS_PER_DAY;
        long months = a.months() + days / Interval.DAYS_PER_MONTH;
        days %= Interval.DAYS_PER_MONTH;
        if (months > 0 && (days < 0 || (days == 0 && time < 0))) {
            days += Interval.DAYS_PER_MONTH;
            months--;
        } else if (months < 0 && (days > 0 || (days == 0 && time > 0))) {
            days -= Interval.DAYS_PER_MONTH;
            months++;
        }
        if (days > 0 && time < 0) {
            time += DateTimes.MICROS_PER_DAY;
            days--;
        } else if (days < 0 && time > 0) {
            time -= DateTimes.MICROS_PER_DAY;
            days++;
        }
        return checked(months, days, time);
    }

    private static void registerFields(Registry r) {
        r.two(
                "extract_timestamp",
                (CallContext c, String f, Long a) ->
                        DateFields.ofTimestamp(f, a, null, c.argumentType(1)));
        r.two(
                "extract_timestamptz",
                (CallContext c, String f, Long a) ->
                        DateFields.ofTimestamp(f, a, c.types().zone(), c.argumentType(1)));
        r.two(
                "extract_date",
                (CallContext c, String f, Integer a) ->
                        orNull(DateFields.ofDate(f, a, c.argumentType(1))));
        r.two(
                "extract_time",
                (CallContext c, String f, Long a) ->
                        DateFields.ofTime(f, a, null, c.argumentType(1)));
        r.two(
                "extract_timetz",
                (CallContext c, String f, TimeTz a) ->
                        DateFields.ofTime(f, a.micros(), a, c.argumentType(1)));
        r.two(
                "extract_interval",
                (CallContext c, String f, Interval a) ->
                        DateFields.ofInterval(f, a, c.argumentType(1)));
        r.two(
                "timestamp_part",
                (CallContext c, String f, Long a) ->
                        toDouble(DateFields.ofTimestamp(f, a, null, c.argumentType(1))));
        r.two(
                "timestamptz_part",
                (CallContext c, String f, Long a) ->
                        toDouble(
                                DateFields.ofTimestamp(f, a, c.types().zone(), c.argumentType(1))));
        r.two(
                "date_part(text,date)",
                (CallContext c, String f, Integer a) ->
                        toDouble(
                                DateFields.ofTimestamp(
                                        f,
                                        DateTimes.midnight(a),
                                        null,
                                        dev.quiverdb.base.type.Types.TIMESTAMP)));
        r.two(
                "time_part",
                (CallContext c, String f, Long a) ->
                        toDouble(DateFields.ofTime(f, a, null, c.argumentType(1))));
        r.two(
                "timetz_part",
                (CallContext c, String f, TimeTz a) ->
                        toDouble(DateFields.ofTime(f, a.micros(), a, c.argumentType(1))));
        r.two(
                "interval_part",
                (CallContext c, String f, Interval a) ->
                        toDouble(DateFields.ofInterval(f, a, c.argumentType(1))));
        r.two(
                "timestamp_trunc",
                (CallContext c, String f, Long a) -> DateFields.truncate(f, a, c.argumentType(1)));
        r.two(
                "timestamptz_trunc",
                (CallContext c, String f, Long a) ->
                        DateFields.truncate(f, a, c.types().zone(), c.argumentType(1)));
        r.three(
                "timestamptz_trunc_zone",
                (CallContext c, String f, Long a, String zone) ->
                        DateFields.truncate(f, a, DateTimes.zone(zone), c.argumentType(1)));
        r.two(
                "interval_trunc",
                (CallContext c, String f, Interval a) ->
                        DateFields.truncate(f, a, c.argumentType(1)));
    }

    private static @Nullable Object orNull(Numeric value) {
        return value.equals(DateFields.NONE) ? null : value;
    }

    private static @Nullable Object toDouble(@Nullable Numeric value) {
        return value == null ? null : (Object) value.toDouble();
    }

    private static ZoneId zone(CallContext c, Interval interval) {
        if (interval.months() != 0 || interval.days() != 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "interval time zone \""
                            + dev.quiverdb.base.type.Types.INTERVAL.format(interval, c.types())
                            + "\" must not include months or days");
        }
        return ZoneOffset.ofTotalSeconds((int) (interval.micros() / DateTimes.MICROS_PER_SECOND));
    }

    private static void registerZones(Registry r) {
        r.two(
                "timestamptz_zone",
                (CallContext c, String zone, Long a) ->
                        DateTimes.infinite(a) ? a : DateTimes.toLocal(a, DateTimes.zone(zone)));
        r.two(
                "timestamp_zone",
                (CallContext c, String zone, Long a) ->
                        DateTimes.infinite(a) ? a : DateTimes.toInstant(a, DateTimes.zone(zone)));
        r.two(
                "timestamptz_izone",
                (CallContext c, Interval zone, Long a) -> DateTimes.toLocal(a, zone(c, zone)));
        r.two(
                "timestamp_izone",
                (CallContext c, Interval zone, Long a) -> DateTimes.toInstant(a, zone(c, zone)));
        r.two(
                "timetz_zone",
                (CallContext c, String zone, TimeTz a) ->
                        atOffset(
                                a,
                                DateTimes.offsetSeconds(
                                        c.execution().session().transactionTimestamp(),
                                        DateTimes.zone(zone))));
        r.two(
                "timetz_izone",
                (CallContext c, Interval zone, TimeTz a) ->
                        atOffset(a, ((ZoneOffset) zone(c, zone)).getTotalSeconds()));
    }

    private static TimeTz atOffset(TimeTz a, int eastSeconds) {
        return new TimeTz(
                wrapped(a.utcMicros() + eastSeconds * DateTimes.MICROS_PER_SECOND), -eastSeconds);
    }

    private static void registerMakers(Registry r) {
        r.three("make_date", (CallContext c, Integer y, Integer m, Integer d) -> date(y, m, d));
        r.three("make_time", (CallContext c, Integer h, Integer m, Double s) -> time(h, m, s));
        r.any("make_timestamp", (c, a) -> timestamp(a));
        r.any("make_timestamptz", (c, a) -> DateTimes.toInstant(timestamp(a), c.types().zone()));
        r.any(
                "make_timestamptz_at_timezone",
                (c, a) ->
                        DateTimes.toInstant(
                                timestamp(a), DateTimes.zoneOrOffset(Strings.text(a, 6))));
        r.any("make_interval", (c, a) -> makeInterval(a));
        r.one("float8_timestamptz", (CallContext c, Double seconds) -> fromEpoch(seconds));
    }

    private static int date(int year, int month, int day) {
        int proleptic = year < 0 ? year + 1 : year;
        try {
            if (year == 0) {
                throw new DateTimeException("year 0");
            }
            return DateTimes.checkDate(DateTimes.days(LocalDate.of(proleptic, month, day)));
        } catch (DateTimeException invalid) {
            throw new SqlException(
                    SqlState.DATETIME_FIELD_OVERFLOW,
                    String.format(
                            "date field value out of range: %d-%02d-%02d", proleptic, month, day));
        }
    }

    private static long time(int hour, int minute, double second) {
        boolean midnight = hour == 24 && minute == 0 && second == 0;
        if (hour < 0
                || (hour > 23 && !midnight)
                || minute < 0
                || minute > 59
                || Double.isNaN(second)
                || second < 0
                || second > 60) {
            throw new SqlException(
                    SqlState.DATETIME_FIELD_OVERFLOW,
                    String.format(
                            "time field value out of range: %d:%02d:%s",
                            hour, minute, secondText(second)));
        }
        return hour * DateTimes.MICROS_PER_HOUR
                + minute * DateTimes.MICROS_PER_MINUTE
                + Math.round(second * DateTimes.MICROS_PER_SECOND);
    }

    private static String secondText(double second) {
        var text = String.format(java.util.Locale.ROOT, "%02.0f", second);
        return second == Math.rint(second)
                ? text
                : dev.quiverdb.base.type.Types.FLOAT8.format(
                        second, dev.quiverdb.base.type.TypeContext.DEFAULT);
    }

    private static long timestamp(@Nullable Object[] a) {
        int day = date(Strings.integer(a, 0), Strings.integer(a, 1), Strings.integer(a, 2));
        return DateTimes.checkTimestamp(
                DateTimes.midnight(day)
                        + time(
                                Strings.integer(a, 3),
                                Strings.integer(a, 4),
                                (Double) Strings.arg(a, 5)));
    }

    private static Interval makeInterval(@Nullable Object[] a) {
        double seconds = (Double) Strings.arg(a, 6);
        if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
            throw DateTimes.intervalOutOfRange();
        }
        long months = Strings.integer(a, 0) * 12L + Strings.integer(a, 1);
        long days = Strings.integer(a, 2) * 7L + Strings.integer(a, 3);
        long micros =
                Strings.integer(a, 4) * DateTimes.MICROS_PER_HOUR
                        + Strings.integer(a, 5) * DateTimes.MICROS_PER_MINUTE
                        + (long) Math.rint(seconds * DateTimes.MICROS_PER_SECOND);
        return checked(months, days, micros);
    }

    private static long fromEpoch(double seconds) {
        if (Double.isNaN(seconds)) {
            throw new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "timestamp cannot be NaN");
        }
        if (Double.isInfinite(seconds)) {
            return seconds > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        double micros =
                Math.rint((seconds - DateTimes.EPOCH_SECONDS) * DateTimes.MICROS_PER_SECOND);
        if (micros < DateTimes.TIMESTAMP_MIN || micros >= DateTimes.TIMESTAMP_END) {
            throw new SqlException(
                    SqlState.DATETIME_VALUE_OUT_OF_RANGE,
                    "timestamp out of range: \""
                            + dev.quiverdb.base.type.Types.FLOAT8.format(
                                    seconds, dev.quiverdb.base.type.TypeContext.DEFAULT)
                            + "\"");
        }
        return (long) micros;
    }

    private static void registerCasts(Registry r) {
        r.one("date_timestamp", (CallContext c, Integer a) -> DateTimes.midnight(a));
        r.one("date_timestamptz", (CallContext c, Integer a) -> instant(c, a));
        r.one("timestamp_date", (CallContext c, Long a) -> DateTimes.dateOf(a));
        r.one(
                "timestamptz_date",
                (CallContext c, Long a) ->
                        DateTimes.dateOf(DateTimes.toLocal(a, c.types().zone())));
        r.one(
                "timestamp_timestamptz",
                (CallContext c, Long a) -> DateTimes.toInstant(a, c.types().zone()));
        r.one(
                "timestamptz_timestamp",
                (CallContext c, Long a) -> DateTimes.toLocal(a, c.types().zone()));
        r.one(
                "timestamp_time",
                (CallContext c, Long a) ->
                        DateTimes.infinite(a) ? null : (Object) DateTimes.timeOf(a));
        r.one(
                "timestamptz_time",
                (CallContext c, Long a) ->
                        DateTimes.infinite(a)
                                ? null
                                : (Object)
                                        DateTimes.timeOf(DateTimes.toLocal(a, c.types().zone())));
        r.one(
                "timestamptz_timetz",
                (CallContext c, Long a) ->
                        DateTimes.infinite(a) ? null : DateTimes.timeWithZone(a, c.types().zone()));
        r.one(
                "time_timetz",
                (CallContext c, Long a) ->
                        new TimeTz(
                                a,
                                -DateTimes.offsetSeconds(
                                        c.execution().session().transactionTimestamp(),
                                        c.types().zone())));
        r.one("timetz_time", (CallContext c, TimeTz a) -> a.micros());
        r.one("time_interval", (CallContext c, Long a) -> new Interval(0, 0, a));
        r.one("interval_time", (CallContext c, Interval a) -> wrapped(a.micros()));
        for (var name : List.of("date", "time", "timetz", "timestamp", "timestamptz", "interval")) {
            if (!name.equals("date")) {
                r.two(
                        name + "_scale",
                        (CallContext c, Object a, Integer typmod) -> {
                            Type type = c.argumentType(0);
                            return type.applyTypmod(a, typmod, true);
                        });
            }
        }
    }

    private static void registerOverlaps(Registry r) {
        r.any("overlaps_timestamp", (c, a) -> overlaps(a));
        r.any("overlaps_time", (c, a) -> overlaps(a));
        r.any("overlaps_timetz", (c, a) -> overlaps(a));
        for (var type : List.of("timestamp", "timestamptz", "time")) {
            r.any(
                    "overlaps(" + type + ",interval," + type + ",interval)",
                    (c, a) ->
                            overlaps(
                                    new Object[] {
                                        a[0],
                                        end(c, type, a[0], a[1]),
                                        a[2],
                                        end(c, type, a[2], a[3])
                                    }));
            r.any(
                    "overlaps(" + type + "," + type + "," + type + ",interval)",
                    (c, a) -> overlaps(new Object[] {a[0], a[1], a[2], end(c, type, a[2], a[3])}));
            r.any(
                    "overlaps(" + type + ",interval," + type + "," + type + ")",
                    (c, a) -> overlaps(new Object[] {a[0], end(c, type, a[0], a[1]), a[2], a[3]}));
        }
    }

    private static @Nullable Object end(
            CallContext c, String type, @Nullable Object start, @Nullable Object length) {
        if (start == null || length == null) {
            return null;
        }
        var interval = (Interval) length;
        return switch (type) {
            case "time" -> wrapped((Long) start + interval.micros() % DateTimes.MICROS_PER_DAY);
            case "timestamptz" -> DateTimes.plus((Long) start, interval, c.types().zone());
            default -> DateTimes.plus((Long) start, interval);
        };
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static int order(Object a, Object b) {
        return ((Comparable) a).compareTo(b);
    }

    /**
     * Of two periods, each with ends in either order; a NULL end makes the answer unknown unless it
     * does not matter.
     */
    private static @Nullable Object overlaps(@Nullable Object[] a) {
        var s1 = a[0];
        var e1 = a[1];
        var s2 = a[2];
        var e2 = a[3];
        if (s1 == null) {
            if (e1 == null) {
                return null;
            }
            s1 = e1;
            e1 = null;
        } else if (e1 != null && order(s1, e1) > 0) {
            var swap = s1;
            s1 = e1;
            e1 = swap;
        }
        if (s2 == null) {
            if (e2 == null) {
                return null;
            }
            s2 = e2;
            e2 = null;
        } else if (e2 != null && order(s2, e2) > 0) {
            var swap = s2;
            s2 = e2;
            e2 = swap;
        }
        int starts = order(s1, s2);
        if (starts > 0) {
            return e2 == null
                    ? null
                    : order(s1, e2) < 0 ? (Object) true : e1 == null ? null : (Object) false;
        }
        if (starts < 0) {
            return e1 == null
                    ? null
                    : order(s2, e1) < 0 ? (Object) true : e2 == null ? null : (Object) false;
        }
        return e1 == null || e2 == null ? null : (Object) true;
    }

    private static void registerRanges(Registry r) {
        r.any(
                "in_range_date_interval",
                (c, a) ->
                        within(
                                DateTimes.midnight(Strings.integer(a, 0)),
                                shifted(DateTimes.midnight(Strings.integer(a, 1)), a, null),
                                a));
        r.any(
                "in_range_timestamp_interval",
                (c, a) ->
                        within(
                                (Long) Strings.arg(a, 0),
                                shifted((Long) Strings.arg(a, 1), a, null),
                                a));
        r.any(
                "in_range_timestamptz_interval",
                (c, a) ->
                        within(
                                (Long) Strings.arg(a, 0),
                                shifted((Long) Strings.arg(a, 1), a, c.types().zone()),
                                a));
        r.any(
                "in_range_interval_interval",
                (c, a) -> {
                    var offset = offset(a);
                    var base = (Interval) Strings.arg(a, 1);
                    var bound =
                            (boolean) Strings.arg(a, 3)
                                    ? DateTimes.add(base, DateTimes.negate(offset))
                                    : DateTimes.add(base, offset);
                    int order = ((Interval) Strings.arg(a, 0)).compareTo(bound);
                    return (boolean) Strings.arg(a, 4) ? order <= 0 : order >= 0;
                });
        r.any(
                "in_range_time_interval",
                (c, a) -> {
                    long offset = offset(a).micros();
                    long base = (Long) Strings.arg(a, 1);
                    return within(
                            (Long) Strings.arg(a, 0),
                            (boolean) Strings.arg(a, 3) ? base - offset : base + offset,
                            a);
                });
    }

    private static Interval offset(@Nullable Object[] a) {
        var offset = (Interval) Strings.arg(a, 2);
        if (offset.compareTo(Interval.ZERO) < 0) {
            throw WindowErrors.negativeOffset();
        }
        return offset;
    }

    private static long shifted(long base, @Nullable Object[] a, @Nullable ZoneId zone) {
        var offset = offset(a);
        var by = (boolean) Strings.arg(a, 3) ? DateTimes.negate(offset) : offset;
        return zone == null ? DateTimes.plus(base, by) : DateTimes.plus(base, by, zone);
    }

    private static boolean within(long value, long bound, @Nullable Object[] a) {
        return (boolean) Strings.arg(a, 4) ? value <= bound : value >= bound;
    }

    private DateFunctions() {}
}
