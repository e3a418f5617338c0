package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the fields that a template names out of a text: DCH_from_char of formatting.c, with its
 * rules on blanks and separators. In standard mode (jsonpath) the text must match to the letter.
 */
final class DateReader {
    private static final List<String> MONTHS =
            List.of(
                    "January",
                    "February",
                    "March",
                    "April",
                    "May",
                    "June",
                    "July",
                    "August",
                    "September",
                    "October",
                    "November",
                    "December");
    private static final List<String> DAYS =
            List.of("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");
    private static final List<String> ROMAN =
            List.of("XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I");
    private static final List<String> ERAS = List.of("ad", "bc", "AD", "BC");
    private static final List<String> ERAS_DOTTED = List.of("a.d.", "b.c.", "A.D.", "B.C.");
    private static final List<String> HALVES = List.of("am", "pm", "AM", "PM");
    private static final List<String> HALVES_DOTTED = List.of("a.m.", "p.m.", "A.M.", "P.M.");

    /** What was read; 0 stands for nothing, as in TmFromChar. */
    static final class Fields {
        DateTemplate.Mode mode = DateTemplate.Mode.NONE;
        int hour;
        boolean twelveHours;
        int afternoon;
        int minute;
        int second;
        int secondsOfDay;
        int weekday;
        int day;
        int dayOfYear;
        int month;
        int millis;
        int year;
        int yearDigits;
        int bc;
        int week;
        int weekOfMonth;
        int century;
        int julian;
        int micros;
        int fractionDigits;
        int zoneSign;
        int zoneHours;
        int zoneMinutes;
    }

    private final String text;
    private final List<DateTemplate.Part> parts;
    private final boolean standard;
    private final Fields out = new Fields();
    private int at;
    private int index;
    private boolean exact;

    /** Blanks that were skipped beyond what the template asked for. */
    private int extra;

    private int lastLength;

    DateReader(String text, List<DateTemplate.Part> parts, boolean standard) {
        this.text = text;
        this.parts = single(parts);
        this.standard = standard;
        this.exact = standard;
    }

    /** Quoted text by the character. */
    private static List<DateTemplate.Part> single(List<DateTemplate.Part> parts) {
        var all = new ArrayList<DateTemplate.Part>();
        for (var part : parts) {
            if (part.quoted()) {
                part.text()
                        .codePoints()
                        .forEach(c ->
                                all.add(
                                        new DateTemplate.Part(
                                                "", Character.toString(c), true, "", true)));
            } else {
                all.add(part);
            }
        }
        return all;
    }

    private static SqlException invalid(String message) {
        return new SqlException(SqlState.INVALID_DATETIME_FORMAT, message);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    static boolean isSeparator(char c) {
        return c > ' '
                && c < 0x7f
                && !(c >= 'a' && c <= 'z')
                && !(c >= 'A' && c <= 'Z')
                && !(c >= '0' && c <= '9');
    }

    private boolean ended() {
        return at >= text.length();
    }

    private void skipBlanks() {
        while (!ended() && isSpace(text.charAt(at))) {
            at++;
            extra++;
        }
    }

    private void skipCharacter() {
        if (!ended()) {
            at += Character.charCount(text.codePointAt(at));
        }
    }

    Fields read() {
        for (index = 0; index < parts.size() && !ended(); index++) {
            var part = parts.get(index);
            boolean action = !part.pattern().isEmpty();
            if (!exact && !part.pattern().equals("FX") && (action || index == 0)) {
                skipBlanks();
            }
            if (!action) {
                literal(part);
                continue;
            }
            mode(part);
            field(part);
            if (!exact) {
                extra = 0;
                skipBlanks();
            }
        }
        if (standard) {
            if (index < parts.size()) {
                throw invalid("input string is too short for datetime format");
            }
            skipBlanks();
            if (!ended()) {
                throw invalid("trailing characters remain in input string after datetime format");
            }
        }
        return out;
    }

    private void literal(DateTemplate.Part part) {
        char wanted = part.text().charAt(0);
        boolean gap = !part.quoted() && (isSpace(wanted) || isSeparator(wanted));
        if (!exact) {
            if (gap) {
                extra--;
                if (!ended() && (isSpace(text.charAt(at)) || isSeparator(text.charAt(at)))) {
                    at++;
                    extra++;
                }
            } else if (extra > 0) {
                extra--;
            } else {
                skipCharacter();
            }
            return;
        }
        if (standard && !text.startsWith(part.text(), at)) {
            throw invalid(
                    "unmatched format "
                            + (gap ? "separator" : "character")
                            + " \""
                            + part.text()
                            + "\"");
        }
        skipCharacter();
    }

    private void mode(DateTemplate.Part part) {
        var mode = DateTemplate.mode(part.pattern());
        if (mode == DateTemplate.Mode.NONE) {
            return;
        }
        if (out.mode != DateTemplate.Mode.NONE && out.mode != mode) {
            throw invalid("invalid combination of date conventions")
                    .withHint(
                            "Do not mix Gregorian and ISO week date conventions in a formatting"
                                    + " template.");
        }
        out.mode = mode;
    }

    private static int set(int old, int value, DateTemplate.Part part) {
        if (old != 0 && old != value) {
            throw invalid(
                            "conflicting values for \""
                                    + part.text()
                                    + "\" field in formatting string")
                    .withDetail(
                            "This value contradicts a previous setting for the same field type.");
        }
        return value;
    }

    private static SqlException invalidValue(String value, DateTemplate.Part part) {
        return invalid("invalid value \"" + value + "\" for \"" + part.text() + "\"");
    }

    private SqlException mayFill(SqlException error) {
        return error.withHint(
                "If your source string is not fixed-width, try using the \"FM\" modifier.");
    }

    /** Whether the number may run on: no digits follow in the template. */
    private boolean isOpen(DateTemplate.Part part) {
        if (!part.fill() || !part.ordinal().isEmpty() || index + 1 >= parts.size()) {
            return true;
        }
        var next = parts.get(index + 1);
        return next.pattern().isEmpty()
                ? !Character.isDigit(next.text().charAt(0))
                : !DateTemplate.isNumber(next.pattern());
    }

    private int number(DateTemplate.Part part, int old, int width) {
        int start = at;
        while (!ended() && isSpace(text.charAt(at))) {
            at++;
        }
        boolean open = isOpen(part);
        int from = open ? start : at;
        var rest = text.substring(from);
        var window = open ? rest : rest.substring(0, Math.min(width, rest.length()));
        if (!open && rest.length() < width) {
            throw mayFill(
                    invalid("source string too short for \"" + part.text() + "\" formatting field")
                            .withDetail(
                                    "Field requires "
                                            + width
                                            + " characters, but only "
                                            + rest.length()
                                            + " remain."));
        }
        int end = integerEnd(window);
        if (!open && end > 0 && end < width) {
            throw mayFill(
                    invalidValue(window, part)
                            .withDetail(
                                    "Field requires "
                                            + width
                                            + " characters, but only "
                                            + end
                                            + " could be parsed."));
        }
        at = from + end;
        if (end == 0) {
            var blank = text.substring(start).stripLeading();
            throw invalidValue(blank.substring(0, Math.min(width, blank.length())), part)
                    .withDetail("Value must be an integer.");
        }
        lastLength = at - start;
        long value;
        try {
            value = Long.parseLong(window.substring(0, end).strip().replaceFirst("^\\+", ""));
        } catch (NumberFormatException huge) {
            value = Long.MAX_VALUE;
        }
        if (value != (int) value) {
            throw new SqlException(
                            SqlState.DATETIME_VALUE_OUT_OF_RANGE,
                            "value for \"" + part.text() + "\" in source string is out of range")
                    .withDetail("Value must be in the range -2147483648 to 2147483647.");
        }
        return set(old, (int) value, part);
    }

    /** How far strtol would read; 0 if there is no number. */
    private static int integerEnd(String text) {
        int end = 0;
        while (end < text.length() && isSpace(text.charAt(end))) {
            end++;
        }
        if (end < text.length() && "+-".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        int digits = end;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end == digits ? 0 : end;
    }

    private int word(DateTemplate.Part part, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            if (text.regionMatches(true, at, words.get(i), 0, words.get(i).length())) {
                at += words.get(i).length();
                return i;
            }
        }
        int end = at;
        while (end < text.length() && !isSpace(text.charAt(end))) {
            end++;
        }
        throw invalidValue(text.substring(at, end), part)
                .withDetail(
                        "The given value did not match any of the allowed values for this field.");
    }

    private static List<String> cut(List<String> words) {
        return words.stream().map(word -> word.substring(0, 3)).toList();
    }

    private void ordinal(DateTemplate.Part part) {
        if (!part.ordinal().isEmpty()) {
            skipCharacter();
            skipCharacter();
        }
    }

    private int width(DateTemplate.Part part) {
        return part.pattern().length();
    }

    private void field(DateTemplate.Part part) {
        var pattern = part.pattern();
        switch (pattern) {
            case "FX" -> exact = true;
            case "A.M.", "P.M." -> half(part, HALVES_DOTTED);
            case "AM", "PM" -> half(part, HALVES);
            case "A.D.", "B.C." -> out.bc = set(out.bc, word(part, ERAS_DOTTED) % 2, part);
            case "AD", "BC" -> out.bc = set(out.bc, word(part, ERAS) % 2, part);
            case "MONTH" -> out.month = set(out.month, word(part, MONTHS) + 1, part);
            case "MON" -> out.month = set(out.month, word(part, cut(MONTHS)) + 1, part);
            case "RM" -> out.month = set(out.month, 12 - word(part, ROMAN), part);
            case "DAY" -> out.weekday = set(out.weekday, word(part, DAYS), part) + 1;
            case "DY" -> out.weekday = set(out.weekday, word(part, cut(DAYS)), part) + 1;
            case "TZ", "OF" ->
                    throw SqlException.notSupported(
                            "formatting field \""
                                    + part.text()
                                    + "\" is only supported in to_char");
            case "TZH" -> zoneHours(part);
            case "TZM" -> {
                out.zoneSign = out.zoneSign == 0 ? 1 : out.zoneSign;
                out.zoneMinutes = number(part, out.zoneMinutes, 2);
            }
            case "HH", "HH12", "HH24", "MI", "SS", "SSSS", "SSSSS", "MS", "US" -> timePart(part);
            case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6" -> timePart(part);
            case "Y,YYY" -> thousands(part);
            case "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "I" -> yearPart(part);
            default -> datePart(part);
        }
    }

    private void half(DateTemplate.Part part, List<String> words) {
        out.afternoon = set(out.afternoon, word(part, words) % 2, part);
        out.twelveHours = true;
    }

    private void zoneHours(DateTemplate.Part part) {
        char c = ended() ? 0 : text.charAt(at);
        if (c == '+' || c == '-' || c == ' ') {
            out.zoneSign = c == '-' ? -1 : 1;
            at++;
        } else {
            // The minus may have been taken for a separator.
            out.zoneSign = extra > 0 && text.charAt(at - 1) == '-' ? -1 : 1;
        }
        out.zoneHours = number(part, out.zoneHours, 2);
    }

    private void timePart(DateTemplate.Part part) {
        switch (part.pattern()) {
            case "HH24" -> out.hour = number(part, out.hour, 2);
            case "HH", "HH12" -> {
                out.hour = number(part, out.hour, 2);
                out.twelveHours = true;
            }
            case "MI" -> out.minute = number(part, out.minute, 2);
            case "SS" -> out.second = number(part, out.second, 2);
            case "SSSS", "SSSSS" -> out.secondsOfDay = number(part, out.secondsOfDay, width(part));
            case "MS" -> {
                // 25 is 0.25 and 250 is 0.25 too; 025 is 0.025.
                int value = number(part, out.millis, 3);
                out.millis = value * (lastLength == 1 ? 100 : lastLength == 2 ? 10 : 1);
            }
            default -> {
                boolean all = part.pattern().equals("US");
                int digits = all ? 6 : part.pattern().charAt(2) - '0';
                out.fractionDigits = all ? out.fractionDigits : digits;
                int value = number(part, out.micros, digits);
                for (int i = lastLength; i < 6; i++) {
                    value *= 10;
                }
                out.micros = value;
            }
        }
        ordinal(part);
    }

    private void thousands(DateTemplate.Part part) {
        var matcher =
                java.util.regex.Pattern.compile("\\s*([-+]?\\d+),(\\d{1,3})")
                        .matcher(text)
                        .region(at, text.length());
        if (!matcher.lookingAt()) {
            throw invalid("invalid input string for \"Y,YYY\"");
        }
        int years = Integer.parseInt(matcher.group(1)) * 1000 + Integer.parseInt(matcher.group(2));
        out.year = set(out.year, years, part);
        out.yearDigits = 4;
        at = matcher.end();
        ordinal(part);
    }

    private void yearPart(DateTemplate.Part part) {
        int width = width(part);
        int value = number(part, out.year, width);
        out.year = width < 4 && lastLength < 4 ? nearest(value) : value;
        out.yearDigits = width;
        ordinal(part);
    }

    /** Two digits and less mean the year nearest to 2020. */
    private static int nearest(int year) {
        if (year < 70) {
            return year + 2000;
        }
        if (year < 100) {
            return year + 1900;
        }
        if (year < 520) {
            return year + 2000;
        }
        return year < 1000 ? year + 1000 : year;
    }

    private void datePart(DateTemplate.Part part) {
        switch (part.pattern().toUpperCase(Locale.ROOT)) {
            case "MM" -> out.month = number(part, out.month, 2);
            case "DDD", "IDDD" -> out.dayOfYear = number(part, out.dayOfYear, 3);
            case "DD" -> out.day = number(part, out.day, 2);
            case "D" -> out.weekday = number(part, out.weekday, 1);
            case "ID" -> {
                // Sunday is 1 here.
                int value = number(part, out.weekday, 1) + 1;
                out.weekday = value > 7 ? 1 : value;
            }
            case "WW", "IW" -> out.week = number(part, out.week, 2);
            case "Q" -> number(part, 0, 1);
            case "CC" -> out.century = number(part, out.century, 2);
            case "W" -> out.weekOfMonth = number(part, out.weekOfMonth, 1);
            case "J" -> out.julian = number(part, out.julian, 1);
            default -> throw new IllegalStateException("template pattern " + part.pattern());
        }
        ordinal(part);
    }
}
