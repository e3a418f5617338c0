package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** to_date and to_timestamp: text read by a template. */
final class ParseDates {
    private final String text;
    private final List<DateTemplate.Part> parts;
    private int at;
    private int year;
    private boolean hasYear;
    private boolean isoYear;
    private boolean bc;
    private int century;
    private int month = 1;
    private int day = 1;
    private int dayOfYear;
    private int week;
    private int isoWeek;
    private int isoDay;
    private int julian = -1;
    private int hour;
    private boolean twelve;
    private @Nullable Boolean afternoon;
    private int minute;
    private int second;
    private long micros;
    private long secondsOfDay = -1;
    private @Nullable Integer zoneSeconds;
    private @Nullable ZoneId namedZone;

    private ParseDates(String text, List<DateTemplate.Part> parts) {
        this.text = text;
        this.parts = parts;
    }

    /** Wall clock for a null zone (to_date), else the instant in that zone. */
    static long parse(String text, String template, @Nullable ZoneId zone) {
        var reader = new ParseDates(text, DateTemplate.parse(template));
        reader.read();
        return reader.result(zone);
    }

    private void read() {
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            if (part.pattern().isEmpty()) {
                literal(part);
                continue;
            }
            blanks();
            if (at >= text.length()) {
                return;
            }
            boolean nextIsNumber = i + 1 < parts.size() && !parts.get(i + 1).pattern().isEmpty();
            field(part, nextIsNumber);
            if (!part.ordinal().isEmpty()) {
                at = Math.min(text.length(), at + 2);
            }
        }
    }

    private void literal(DateTemplate.Part part) {
        if (part.quoted()) {
            at = Math.min(text.length(), at + part.text().length());
            return;
        }
        char c = part.text().charAt(0);
        if (Character.isLetterOrDigit(c)) {
            at = Math.min(text.length(), at + 1);
            return;
        }
        // A separator or blank matches any run of them.
        blanks();
        if (at < text.length()
                && !Character.isLetterOrDigit(text.charAt(at))
                && !Character.isWhitespace(c)) {
            at++;
        } else if (at < text.length()
                && !Character.isLetterOrDigit(text.charAt(at))
                && text.charAt(at) != '-'
                && text.charAt(at) != '+') {
            at++;
        }
        blanks();
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private static SqlException invalid(String value, String field, @Nullable String detail) {
        return new SqlException(
                        SqlState.INVALID_DATETIME_FORMAT,
                        "invalid value \"" + value + "\" for \"" + field + "\"")
                .withDetail(detail);
    }

    /** A number of at most so many digits; of any length if no pattern follows directly. */
    private int number(DateTemplate.Part part, int width, boolean fixed) {
        int start = at;
        if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        int digits = at;
        while (at < text.length()
                && Character.isDigit(text.charAt(at))
                && (!fixed || at - digits < width)) {
            at++;
        }
        if (at == digits) {
            int end = Math.min(text.length(), start + width);
            throw invalid(text.substring(start, end), part.text(), "Value must be an integer.");
        }
        var value = text.substring(start, at);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException tooLong) {
            throw new SqlException(
                            SqlState.DATETIME_VALUE_OUT_OF_RANGE,
                            "value for \"" + part.text() + "\" in source string is out of range")
                    .withDetail("Value must be in the range -2147483648 to 2147483647.");
        }
    }

    private void field(DateTemplate.Part part, boolean nextIsNumber) {
        boolean fixed = nextIsNumber;
        switch (part.pattern()) {
            case "HH24" -> hour = number(part, 2, fixed);
            case "HH", "HH12" -> {
                hour = number(part, 2, fixed);
                twelve = true;
            }
            case "MI" -> minute = number(part, 2, fixed);
            case "SS" -> second = number(part, 2, fixed);
            case "SSSS", "SSSSS" -> secondsOfDay = number(part, 5, fixed);
            case "MS", "FF3" -> micros += fraction(part, 3);
            case "US", "FF6" -> micros += fraction(part, 6);
            case "FF1" -> micros += fraction(part, 1);
            case "FF2" -> micros += fraction(part, 2);
            case "FF4" -> micros += fraction(part, 4);
            case "FF5" -> micros += fraction(part, 5);
            case "AM", "PM" -> {
                afternoon = word(part, List.of("AM", "PM")) == 1;
                twelve = true;
            }
            case "A.M.", "P.M." -> {
                afternoon = word(part, List.of("A.M.", "P.M.")) == 1;
                twelve = true;
            }
            case "BC", "AD" -> bc = word(part, List.of("AD", "BC")) == 1;
            case "B.C.", "A.D." -> bc = word(part, List.of("A.D.", "B.C.")) == 1;
            case "YYYY" -> fullYear(number(part, 4, fixed), false);
            case "IYYY" -> fullYear(number(part, 4, fixed), true);
            case "Y,YYY" -> {
                int thousands = number(part, 9, false);
                at++;
                fullYear(thousands * 1000 + number(part, 3, true), false);
            }
            case "YYY", "IYY" -> shortYear(part, 3, fixed);
            case "YY", "IY" -> shortYear(part, 2, fixed);
            case "Y", "I" -> shortYear(part, 1, fixed);
            case "MM" -> month = number(part, 2, fixed);
            case "DD" -> day = number(part, 2, fixed);
            case "DDD" -> dayOfYear = number(part, 3, fixed);
            case "IDDD" -> dayOfYear = number(part, 3, fixed);
            case "D" -> number(part, 1, fixed);
            case "ID" -> isoDay = number(part, 1, fixed);
            case "WW" -> week = number(part, 2, fixed);
            case "IW" -> isoWeek = number(part, 2, fixed);
            case "W" -> day = (number(part, 1, fixed) - 1) * 7 + 1;
            case "CC" -> century = number(part, 2, fixed);
            case "J" -> julian = number(part, 9, fixed);
            case "Q" -> number(part, 1, fixed);
            case "MONTH" ->
                    month =
                            name(
                                    part,
                                    i -> Month.of(i).getDisplayName(TextStyle.FULL, Locale.ENGLISH),
                                    12);
            case "MON" ->
                    month =
                            name(
                                    part,
                                    i ->
                                            Month.of(i)
                                                    .getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                                                    .substring(0, 3),
                                    12);
            case "DAY" ->
                    name(
                            part,
                            i -> DayOfWeek.of(i).getDisplayName(TextStyle.FULL, Locale.ENGLISH),
                            7);
            case "DY" ->
                    name(
                            part,
                            i -> DayOfWeek.of(i).getDisplayName(TextStyle.SHORT, Locale.ENGLISH),
                            7);
            case "RM" -> month = roman(part);
            case "TZH" ->
                    zoneSeconds =
                            (zoneSeconds == null ? 0 : zoneSeconds) + 3600 * number(part, 2, true);
            case "TZM" -> {
                int minutes = number(part, 2, true);
                int hours = zoneSeconds == null ? 0 : zoneSeconds;
                zoneSeconds = hours + (hours < 0 ? -60 : 60) * minutes;
            }
            case "TZ" -> zoneName();
            case "OF" -> zoneSeconds = 3600 * number(part, 2, true);
            default -> {}
        }
    }

    private void zoneName() {
        int start = at;
        while (at < text.length()
                && (Character.isLetter(text.charAt(at))
                        || "/_+-:".indexOf(text.charAt(at)) >= 0
                        || (at > start && Character.isDigit(text.charAt(at))))) {
            at++;
        }
        namedZone = DateTimes.zone(text.substring(start, at));
    }

    private void fullYear(int value, boolean iso) {
        year = value;
        hasYear = true;
        isoYear = iso;
    }

    /** Two digits and less mean the year nearest to 2020. */
    private void shortYear(DateTemplate.Part part, int width, boolean fixed) {
        int start = at;
        int value = number(part, width, fixed);
        int digits = at - start;
        if (digits < 4 && value >= 0) {
            if (value < 70) {
                value += 2000;
            } else if (value < 100) {
                value += 1900;
            } else if (value < 520) {
                value += 2000;
            } else if (value < 1000) {
                value += 1000;
            }
        }
        fullYear(value, part.pattern().startsWith("I"));
    }

    private long fraction(DateTemplate.Part part, int width) {
        int start = at;
        int value = number(part, width, true);
        int digits = at - start;
        long result = value;
        for (int i = digits; i < 6; i++) {
            result *= 10;
        }
        return result;
    }

    private int word(DateTemplate.Part part, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            if (text.regionMatches(true, at, words.get(i), 0, words.get(i).length())) {
                at += words.get(i).length();
                return i;
            }
        }
        var end = Math.min(text.length(), at + part.pattern().length());
        throw invalid(
                text.substring(at, end),
                part.text(),
                "The given value did not match any of the allowed values for this field.");
    }

    private int name(DateTemplate.Part part, IntFunction<String> names, int count) {
        int best = 0;
        for (int i = 1; i <= count; i++) {
            var name = names.apply(i);
            if (text.regionMatches(true, at, name, 0, name.length())) {
                best = i;
                at += name.length();
                return best;
            }
        }
        int end = at;
        while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
            end++;
        }
        throw invalid(
                text.substring(at, end),
                part.text(),
                "The given value did not match any of the allowed values for this field.");
    }

    private int roman(DateTemplate.Part part) {
        var numerals =
                List.of("XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I");
        return 12 - word(part, numerals);
    }

    private long result(@Nullable ZoneId zone) {
        long date = DateTimes.midnight(DateTimes.checkDate(date()));
        if (secondsOfDay >= 0) {
            hour = (int) (secondsOfDay / 3600);
            minute = (int) (secondsOfDay / 60 % 60);
            second = (int) (secondsOfDay % 60);
        }
        if (twelve) {
            if (hour < 1 || hour > 12) {
                throw new SqlException(
                                SqlState.INVALID_DATETIME_FORMAT,
                                "hour \"" + hour + "\" is invalid for the 12-hour clock")
                        .withHint("Use the 24-hour clock, or give an hour between 1 and 12.");
            }
            if (Boolean.TRUE.equals(afternoon) && hour < 12) {
                hour += 12;
            } else if (Boolean.FALSE.equals(afternoon) && hour == 12) {
                hour = 0;
            }
        }
        if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) {
            throw outOfRange();
        }
        long local =
                date
                        + hour * DateTimes.MICROS_PER_HOUR
                        + minute * DateTimes.MICROS_PER_MINUTE
                        + second * DateTimes.MICROS_PER_SECOND
                        + micros;
        if (zone == null) {
            return local;
        }
        if (namedZone != null) {
            return DateTimes.toInstant(local, namedZone);
        }
        return DateTimes.toInstant(
                local, zoneSeconds == null ? zone : ZoneOffset.ofTotalSeconds(zoneSeconds));
    }

    private SqlException outOfRange() {
        return new SqlException(
                SqlState.DATETIME_FIELD_OVERFLOW,
                "date/time field value out of range: \"" + text + "\"");
    }

    private long date() {
        if (julian >= 0) {
            return julian - 2_451_545L;
        }
        int proleptic = year;
        if (!hasYear) {
            proleptic = century > 0 ? (century - 1) * 100 + 1 : 0;
        } else if (century != 0 && year < 100) {
            proleptic = (century - 1) * 100 + year;
        }
        if (bc || proleptic < 0) {
            proleptic =
                    bc && proleptic > 0 ? 1 - proleptic : proleptic < 0 ? proleptic + 1 : proleptic;
        }
        try {
            if (isoYear || isoWeek > 0) {
                var first =
                        LocalDate.of(proleptic, 1, 4)
                                .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 1)
                                .with(DayOfWeek.MONDAY);
                if (dayOfYear > 0) {
                    return DateTimes.days(first.plusDays(dayOfYear - 1L));
                }
                return DateTimes.days(
                        first.plusWeeks(Math.max(1, isoWeek) - 1L)
                                .plusDays(Math.max(1, isoDay) - 1L));
            }
            if (dayOfYear > 0) {
                return DateTimes.days(LocalDate.ofYearDay(proleptic, dayOfYear));
            }
            if (week > 0) {
                return DateTimes.days(LocalDate.ofYearDay(proleptic, 1).plusDays((week - 1) * 7L));
            }
            return DateTimes.days(LocalDate.of(proleptic, month, day));
        } catch (DateTimeException invalidDate) {
            throw outOfRange();
        }
    }
}
