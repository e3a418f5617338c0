package dev.quiverdb.execute.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A template of to_char, to_date and to_timestamp, cut into patterns and literal text. */
final class DateTemplate {
    /** Longer names before their prefixes. */
    private static final List<String> PATTERNS =
            List.of(
                    "HH24", "HH12", "HH", "MI", "SSSSS", "SSSS", "SS", "MS", "US", "FF1", "FF2",
                    "FF3", "FF4", "FF5", "FF6", "A.M.", "P.M.", "AM", "PM", "Y,YYY", "YYYY", "YYY",
                    "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "IW", "ID", "I", "B.C.", "A.D.", "BC",
                    "AD", "MONTH", "MON", "MM", "DAY", "DY", "DDD", "DD", "D", "WW", "W", "CC", "J",
                    "Q", "RM", "TZH", "TZM", "TZ", "OF");

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
            if (template.regionMatches(true, at, "TM", 0, 2)
                    || template.regionMatches(true, at, "FX", 0, 2)) {
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
                parts.add(new Part("", template.substring(at, at + 1), true, "", false));
                at++;
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
