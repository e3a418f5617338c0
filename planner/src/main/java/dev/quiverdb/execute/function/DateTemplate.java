package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A template of to_char, to_date and to_timestamp, cut into patterns and literal text. */
final class DateTemplate {
    /** Longer names before their prefixes. */
    private static final List<String> PATTERNS =
            List.of(
                    "HH24", "HH12", "HH", "MI", "SSSSS", "SSSS", "SS", "MS", "US", "FF1", "FF2",
                    "FF3", "FF4", "FF5", "FF6", "A.M.", "P.M.", "AM", "PM", "Y,YYY", "YYYY", "YYY",
                    "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "IW", "ID", "I", "B.C.", "A.D.", "BC",
                    "AD", "MONTH", "MON", "MM", "DAY", "DY", "DDD", "DD", "D", "WW", "W", "CC", "J",
                    "Q", "RM", "TZH", "TZM", "TZ", "OF", "FX");

    private static final Set<String> NUMBERS =
            Set.of(
                    "CC", "DDD", "DD", "D", "HH24", "HH12", "HH", "IDDD", "ID", "IW", "IYYY", "IYY",
                    "IY", "I", "J", "MI", "MM", "MS", "Q", "SSSSS", "SSSS", "SS", "US", "WW", "W",
                    "Y,YYY", "YYYY", "YYY", "YY", "Y");

    /** Which calendar a pattern belongs to; one template may not mix them. */
    enum Mode {
        NONE,
        GREGORIAN,
        ISO
    }

    static Mode mode(String pattern) {
        return switch (pattern) {
            case "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I" -> Mode.ISO;
            case "DDD",
                    "DD",
                    "D",
                    "MM",
                    "MONTH",
                    "MON",
                    "RM",
                    "WW",
                    "W",
                    "Y,YYY",
                    "YYYY",
                    "YYY",
                    "YY",
                    "Y" ->
                    Mode.GREGORIAN;
            default -> Mode.NONE;
        };
    }

    /** Whether a pattern stands for digits. */
    static boolean isNumber(String pattern) {
        return NUMBERS.contains(pattern);
    }

    static boolean hasTime(List<Part> parts) {
        return has(
                parts,
                "HH24 HH12 HH MI SS SSSS SSSSS MS US AM PM A.M. P.M. FF1 FF2 FF3 FF4 FF5 FF6");
    }

    static boolean hasZone(List<Part> parts) {
        return has(parts, "TZH TZM TZ OF");
    }

    static boolean hasDate(List<Part> parts) {
        return has(
                parts,
                "A.D. B.C. AD BC MONTH MON MM DAY DY DDD IDDD DD D ID WW Q CC Y,YYY YYYY IYYY YYY"
                        + " IYY YY IY Y I RM W IW J");
    }

    private static boolean has(List<Part> parts, String patterns) {
        var wanted = Set.of(patterns.split(" "));
        return parts.stream().anyMatch(part -> wanted.contains(part.pattern()));
    }

    /** Refuses separators that the standard does not know. */
    static void checkStandard(List<Part> parts) {
        for (var part : parts) {
            if (part.pattern().isEmpty()
                    && !part.quoted()
                    && "-./,':; ".indexOf(part.text().charAt(0)) < 0) {
                throw new SqlException(
                        SqlState.INVALID_DATETIME_FORMAT,
                        "invalid datetime format separator: \"" + part.text() + "\"");
            }
        }
    }

    /**
     * A part of the template.
     *
     * @param pattern in upper case; empty for literal text
     * @param text the pattern as written, which tells the case of the output, or the literal
     * @param fill not FM: padded
     * @param ordinal {@code TH} or {@code th} behind it, else empty
     * @param quoted literal text in double quotes
     */
    record Part(String pattern, String text, boolean fill, String ordinal, boolean quoted) {}

    static List<Part> parse(String template) {
        var parts = new ArrayList<Part>();
        int at = 0;
        boolean fill = true;
        while (at < template.length()) {
            if (template.regionMatches(true, at, "FM", 0, 2)) {
                fill = false;
                at += 2;
                continue;
            }
            if (template.regionMatches(true, at, "TM", 0, 2)) {
                at += 2;
                continue;
            }
            char c = template.charAt(at);
            if (c == '"') {
                var literal = new StringBuilder();
                at++;
                while (at < template.length() && template.charAt(at) != '"') {
                    if (template.charAt(at) == '\\' && at + 1 < template.length()) {
                        at++;
                    }
                    literal.append(template.charAt(at++));
                }
                at++;
                parts.add(new Part("", literal.toString(), true, "", true));
                continue;
            }
            if (c == '\\' && at + 1 < template.length() && template.charAt(at + 1) == '"') {
                parts.add(new Part("", "\"", true, "", false));
                at += 2;
                continue;
            }
            var pattern = match(template, at);
            if (pattern.isEmpty()) {
                int length = Character.charCount(template.codePointAt(at));
                parts.add(new Part("", template.substring(at, at + length), true, "", false));
                at += length;
                continue;
            }
            var text = template.substring(at, at + pattern.length());
            at += pattern.length();
            var ordinal = "";
            if (template.regionMatches(true, at, "TH", 0, 2)) {
                ordinal = template.substring(at, at + 2);
                at += 2;
            }
            parts.add(new Part(pattern, text, fill, ordinal, false));
            fill = true;
        }
        return parts;
    }

    private static String match(String template, int at) {
        for (var pattern : PATTERNS) {
            if (template.regionMatches(true, at, pattern, 0, pattern.length())) {
                return pattern;
            }
        }
        return "";
    }

    static String ordinalSuffix(long number, String as) {
        long last = Math.abs(number) % 100;
        String suffix = "th";
        if (last < 11 || last > 13) {
            suffix = last % 10 == 1 ? "st" : last % 10 == 2 ? "nd" : last % 10 == 3 ? "rd" : "th";
        }
        return as.equals("TH") ? suffix.toUpperCase(Locale.ROOT) : suffix;
    }

    private DateTemplate() {}
}
