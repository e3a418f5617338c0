package dev.quiverdb.execute.function;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Time zones by the names that users write: tz database names, common abbreviations, offsets,
 * POSIX.
 */
final class Zones {
    private static final Map<String, ZoneId> BY_NAME = new HashMap<>();
    private static final Map<String, Integer> ABBREVIATIONS =
            Map.ofEntries(
                    Map.entry("UTC", 0),
                    Map.entry("GMT", 0),
                    Map.entry("Z", 0),
                    Map.entry("ZULU", 0),
                    Map.entry("UT", 0),
                    Map.entry("EST", -18000),
                    Map.entry("EDT", -14400),
                    Map.entry("CST", -21600),
                    Map.entry("CDT", -18000),
                    Map.entry("MST", -25200),
                    Map.entry("MDT", -21600),
                    Map.entry("PST", -28800),
                    Map.entry("PDT", -25200),
                    Map.entry("AKST", -32400),
                    Map.entry("AKDT", -28800),
                    Map.entry("HST", -36000),
                    Map.entry("AST", -14400),
                    Map.entry("ADT", -10800),
                    Map.entry("NST", -12600),
                    Map.entry("NDT", -9000),
                    Map.entry("BST", 3600),
                    Map.entry("WET", 0),
                    Map.entry("WEST", 3600),
                    Map.entry("CET", 3600),
                    Map.entry("CEST", 7200),
                    Map.entry("MET", 3600),
                    Map.entry("MEST", 7200),
                    Map.entry("EET", 7200),
                    Map.entry("EEST", 10800),
                    Map.entry("MSK", 10800),
                    Map.entry("MSD", 14400),
                    Map.entry("IST", 7200),
                    Map.entry("JST", 32400),
                    Map.entry("KST", 32400),
                    Map.entry("SGT", 28800),
                    Map.entry("HKT", 28800),
                    Map.entry("AWST", 28800),
                    Map.entry("ACST", 34200),
                    Map.entry("AEST", 36000),
                    Map.entry("AEDT", 39600),
                    Map.entry("ACDT", 37800),
                    Map.entry("NZST", 43200),
                    Map.entry("NZDT", 46800),
                    Map.entry("SAST", 7200),
                    Map.entry("BRT", -10800),
                    Map.entry("ART", -10800),
                    Map.entry("CLT", -14400),
                    Map.entry("PKT", 18000),
                    Map.entry("WIB", 25200));
    private static final Pattern OFFSET =
            Pattern.compile("([A-Za-z]*|<[^>]*>)([+-]?)(\\d{1,2})(?::?(\\d{2}))?(?::?(\\d{2}))?");

    static {
        for (var id : ZoneId.getAvailableZoneIds()) {
            if (!id.startsWith("SystemV/")) {
                BY_NAME.put(id.toLowerCase(Locale.ROOT), ZoneId.of(id));
            }
        }
    }

    static @Nullable ZoneId find(String text) {
        var name = text.trim();
        var abbreviation = ABBREVIATIONS.get(name.toUpperCase(Locale.ROOT));
        if (abbreviation != null) {
            return ZoneOffset.ofTotalSeconds(abbreviation);
        }
        var known = BY_NAME.get(name.toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        var offset = OFFSET.matcher(name);
        if (!offset.matches()) {
            return null;
        }
        int seconds = Integer.parseInt(offset.group(3)) * 3600;
        seconds += offset.group(4) == null ? 0 : Integer.parseInt(offset.group(4)) * 60;
        seconds += offset.group(5) == null ? 0 : Integer.parseInt(offset.group(5));
        // POSIX counts positive west of Greenwich, with or without a name before the number.
        boolean east = "-".equals(offset.group(2));
        try {
            return ZoneOffset.ofTotalSeconds(east ? seconds : -seconds);
        } catch (DateTimeException tooFar) {
            return null;
        }
    }

    /** Whether a text names a zone by an abbreviation of fixed offset. */
    static @Nullable Integer abbreviation(String name) {
        return ABBREVIATIONS.get(name.toUpperCase(Locale.ROOT));
    }

    private Zones() {}
}
