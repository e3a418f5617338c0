package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Interval;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** to_char of timestamps and intervals. */
final class FormatDates {
    private static final List<String> ROMAN =
            List.of("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII");

    static void register(Registry r) {
        r.two(
                "timestamp_to_char",
                (CallContext c, Long a, String f) ->
                        f.isEmpty() || DateTimes.infinite(a)
                                ? null
                                : format(parts(c, f), fields(a, null, 0)));
        r.two(
                "timestamptz_to_char",
                (CallContext c, Long a, String f) -> {
                    if (f.isEmpty() || DateTimes.infinite(a)) {
                        return null;
                    }
                    var zone = c.types().zone();
                    return format(parts(c, f), fields(DateTimes.toLocal(a, zone), zone, a));
                });
        r.two(
                "interval_to_char",
                (CallContext c, Interval a, String f) ->
                        f.isEmpty() ? null : format(parts(c, f), fields(a)));
        r.two("to_date", (CallContext c, String s, String f) -> ParseDates.date(s, f));
        r.two(
                "to_timestamp",
                (CallContext c, String s, String f) -> ParseDates.parse(s, f, c.types().zone()));
    }

    private static List<DateTemplate.Part> parts(CallContext c, String format) {
        return c.memo(format, () -> DateTemplate.parse(format));
    }

    /** What a template may ask for. */
    private record Fields(
            long year,
            int month,
            int day,
            long hour,
            int minute,
            int second,
            int micros,
            @Nullable LocalDate date,
            String zone,
            int offset,
            boolean hasZone) {}

    private static Fields fields(long local, @Nullable ZoneId zone, long instant) {
        var date = DateTimes.localDate(DateTimes.dateOf(local));
        long time = DateTimes.timeOf(local);
        int offset = zone == null ? 0 : DateTimes.offsetSeconds(instant, zone);
        var name = zone == null ? "" : zoneName(zone, instant, offset);
        return new Fields(
                date.getYear(),
                date.getMonthValue(),
                date.getDayOfMonth(),
                time / DateTimes.MICROS_PER_HOUR,
                (int) (time / DateTimes.MICROS_PER_MINUTE % 60),
                (int) (time / DateTimes.MICROS_PER_SECOND % 60),
                (int) (time % DateTimes.MICROS_PER_SECOND),
                date,
                name,
                offset,
                zone != null);
    }

    private static String zoneName(ZoneId zone, long instant, int offset) {
        if (zone.normalized() instanceof java.time.ZoneOffset) {
            return offset == 0
                    ? "UTC"
                    : String.format("%s%02d", offset < 0 ? "-" : "+", Math.abs(offset) / 3600);
        }
        boolean summer = zone.getRules().isDaylightSavings(DateTimes.instant(instant));
        return java.util.TimeZone.getTimeZone(zone)
                .getDisplayName(summer, java.util.TimeZone.SHORT, Locale.ENGLISH);
    }

    private static Fields fields(Interval interval) {
        long time = interval.micros();
        return new Fields(
                interval.months() / 12,
                interval.months() % 12,
                interval.days(),
                time / DateTimes.MICROS_PER_HOUR,
                (int) (time / DateTimes.MICROS_PER_MINUTE % 60),
                (int) (time / DateTimes.MICROS_PER_SECOND % 60),
                (int) (time % DateTimes.MICROS_PER_SECOND),
                null,
                "",
                0,
                false);
    }

    private static String format(List<DateTemplate.Part> parts, Fields f) {
        var out = new StringBuilder();
        for (var part : parts) {
            if (part.pattern().isEmpty()) {
                out.append(part.text());
            } else {
                append(out, part, f);
            }
        }
        return out.toString();
    }

    private static long shownYear(long year) {
        return year > 0 ? year : 1 - year;
    }

    private static void append(StringBuilder out, DateTemplate.Part part, Fields f) {
        var date = f.date();
        switch (part.pattern()) {
            case "FX" -> {
                // Means something only where text is read.
            }
            case "HH24" -> number(out, part, f.hour(), 2);
            case "HH", "HH12" -> number(out, part, f.hour() % 12 == 0 ? 12 : f.hour() % 12, 2);
            case "MI" -> number(out, part, f.minute(), 2);
            case "SS" -> number(out, part, f.second(), 2);
            case "SSSS", "SSSSS" ->
                    number(out, part, f.hour() * 3600 + f.minute() * 60L + f.second(), 1);
            case "MS", "FF3" -> fraction(out, part, f.micros() / 1000, 3);
            case "US", "FF6" -> fraction(out, part, f.micros(), 6);
            case "FF1" -> fraction(out, part, f.micros() / 100_000, 1);
            case "FF2" -> fraction(out, part, f.micros() / 10_000, 2);
            case "FF4" -> fraction(out, part, f.micros() / 100, 4);
            case "FF5" -> fraction(out, part, f.micros() / 10, 5);
            case "AM", "PM" -> out.append(cased(part.text(), f.hour() % 24 >= 12 ? "PM" : "AM"));
            case "A.M.", "P.M." ->
                    out.append(cased(part.text(), f.hour() % 24 >= 12 ? "P.M." : "A.M."));
            case "BC", "AD" -> out.append(cased(part.text(), f.year() <= 0 ? "BC" : "AD"));
            case "B.C.", "A.D." -> out.append(cased(part.text(), f.year() <= 0 ? "B.C." : "A.D."));
            case "YYYY" -> number(out, part, date == null ? f.year() : shownYear(f.year()), 4);
            case "Y,YYY" -> {
                long year = date == null ? f.year() : shownYear(f.year());
                out.append(year / 1000)
                        .append(',')
                        .append(String.format("%03d", year % 1000))
                        .append(suffix(part, year));
            }
            case "YYY" -> number(out, part, shownYear(f.year()) % 1000, 3);
            case "YY" -> number(out, part, shownYear(f.year()) % 100, 2);
            case "Y" -> number(out, part, shownYear(f.year()) % 10, 1);
            case "MM" -> number(out, part, f.month(), 2);
            case "DD" -> number(out, part, f.day(), 2);
            case "CC" ->
                    number(
                            out,
                            part,
                            date == null
                                    ? f.year() / 100
                                    : f.year() > 0
                                            ? (f.year() + 99) / 100
                                            : -((99 - (f.year() - 1)) / 100),
                            2);
            case "RM" -> {
                int month = Math.floorMod(f.month() - 1, 12);
                var roman = f.month() == 0 && date == null ? "" : ROMAN.get(month);
                pad(
                        out,
                        part,
                        Character.isLowerCase(part.text().charAt(0))
                                ? roman.toLowerCase(Locale.ROOT)
                                : roman,
                        4);
            }
            case "TZ" ->
                    out.append(
                            Character.isLowerCase(part.text().charAt(0))
                                    ? f.zone().toLowerCase(Locale.ROOT)
                                    : f.zone());
            case "TZH" ->
                    out.append(f.offset() < 0 ? '-' : '+')
                            .append(String.format("%02d", Math.abs(f.offset()) / 3600));
            case "TZM" -> out.append(String.format("%02d", Math.abs(f.offset()) / 60 % 60));
            case "OF" -> {
                out.append(f.offset() < 0 ? '-' : '+')
                        .append(String.format("%02d", Math.abs(f.offset()) / 3600));
                if (f.offset() % 3600 != 0) {
                    out.append(String.format(":%02d", Math.abs(f.offset()) / 60 % 60));
                }
            }
            default -> {
                if (date == null) {
                    throw new SqlException(
                                    SqlState.INVALID_DATETIME_FORMAT,
                                    "invalid format specification for an interval value")
                            .withHint("Intervals are not tied to specific calendar dates.");
                }
                calendar(out, part, date);
            }
        }
    }

    private static void calendar(StringBuilder out, DateTemplate.Part part, LocalDate date) {
        switch (part.pattern()) {
            case "MONTH" ->
                    pad(
                            out,
                            part,
                            cased(
                                    part.text(),
                                    date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH)),
                            9);
            case "MON" ->
                    out.append(
                            cased(
                                    part.text(),
                                    date.getMonth()
                                            .getDisplayName(TextStyle.SHORT, Locale.ENGLISH)
                                            .substring(0, 3)));
            case "DAY" ->
                    pad(
                            out,
                            part,
                            cased(
                                    part.text(),
                                    date.getDayOfWeek()
                                            .getDisplayName(TextStyle.FULL, Locale.ENGLISH)),
                            9);
            case "DY" ->
                    out.append(
                            cased(
                                    part.text(),
                                    date.getDayOfWeek()
                                            .getDisplayName(TextStyle.SHORT, Locale.ENGLISH)));
            case "DDD" -> number(out, part, date.getDayOfYear(), 3);
            case "IDDD" ->
                    number(
                            out,
                            part,
                            (date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) - 1) * 7L
                                    + date.getDayOfWeek().getValue(),
                            3);
            case "D" -> number(out, part, date.getDayOfWeek().getValue() % 7 + 1, 1);
            case "ID" -> number(out, part, date.getDayOfWeek().getValue(), 1);
            case "WW" -> number(out, part, (date.getDayOfYear() - 1) / 7 + 1, 2);
            case "IW" -> number(out, part, date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
            case "W" -> number(out, part, (date.getDayOfMonth() - 1) / 7 + 1, 1);
            case "Q" -> number(out, part, (date.getMonthValue() - 1) / 3 + 1, 1);
            case "J" -> number(out, part, DateTimes.days(date) + 2_451_545L, 1);
            case "IYYY" -> number(out, part, shownYear(date.get(IsoFields.WEEK_BASED_YEAR)), 4);
            case "IYY" ->
                    number(out, part, shownYear(date.get(IsoFields.WEEK_BASED_YEAR)) % 1000, 3);
            case "IY" -> number(out, part, shownYear(date.get(IsoFields.WEEK_BASED_YEAR)) % 100, 2);
            case "I" -> number(out, part, shownYear(date.get(IsoFields.WEEK_BASED_YEAR)) % 10, 1);
            default -> {}
        }
    }

    private static String suffix(DateTemplate.Part part, long value) {
        return part.ordinal().isEmpty() ? "" : DateTemplate.ordinalSuffix(value, part.ordinal());
    }

    private static void number(StringBuilder out, DateTemplate.Part part, long value, int width) {
        var digits = Long.toString(Math.abs(value));
        if (value < 0) {
            out.append('-');
        }
        if (part.fill()) {
            out.append("0".repeat(Math.max(0, width - digits.length())));
        }
        out.append(digits).append(suffix(part, value));
    }

    private static void fraction(StringBuilder out, DateTemplate.Part part, int value, int width) {
        out.append(String.format("%0" + width + "d", value)).append(suffix(part, value));
    }

    private static void pad(StringBuilder out, DateTemplate.Part part, String text, int width) {
        out.append(text);
        if (part.fill()) {
            out.append(" ".repeat(Math.max(0, width - text.length())));
        }
    }

    /** DAY, Day or day, as the pattern is written. */
    static String cased(String pattern, String text) {
        if (Character.isLowerCase(pattern.charAt(0))) {
            return text.toLowerCase(Locale.ROOT);
        }
        boolean upper = pattern.length() < 2 || !Character.isLowerCase(pattern.charAt(1));
        return upper ? text.toUpperCase(Locale.ROOT) : text;
    }

    private FormatDates() {}
}
