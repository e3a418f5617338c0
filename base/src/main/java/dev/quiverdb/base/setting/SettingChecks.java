package dev.quiverdb.base.setting;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.TimeZones;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Brings a value into the form in which it is kept and shown, or refuses it in PostgreSQL's words.
 */
final class SettingChecks {
    private static final Set<String> UTF8 = Set.of("utf8", "unicode");

    private SettingChecks() {}

    /**
     * @param name as the user wrote it, for messages
     * @param current the value now, of which DateStyle keeps what the new one leaves out
     */
    static String canonical(Setting setting, String name, String value, String current) {
        return switch (setting.kind()) {
            case BOOL -> bool(name, value) ? "on" : "off";
            case INTEGER, REAL -> number(setting, name, value);
            case ENUM -> option(setting, name, value);
            case STRING ->
                    switch (setting.name()) {
                        case "DateStyle" -> dateStyle(value, current);
                        case "TimeZone", "log_timezone" -> timeZone(setting, value);
                        case "client_encoding" -> encoding(setting, value);
                        case "application_name", "cluster_name" -> ascii(value);
                        default -> value;
                    };
        };
    }

    static SqlException invalid(String name, String value) {
        return new SqlException(
                SqlState.INVALID_PARAMETER_VALUE,
                "invalid value for parameter \"" + name + "\": \"" + value + "\"");
    }

    private static boolean bool(String name, String value) {
        String word = value.toLowerCase(Locale.ROOT);
        if (!word.isEmpty()) {
            if ("true".startsWith(word)
                    || "yes".startsWith(word)
                    || word.equals("on")
                    || word.equals("1")) {
                return true;
            }
            boolean off = word.length() >= 2 && "off".startsWith(word);
            if ("false".startsWith(word) || "no".startsWith(word) || off || word.equals("0")) {
                return false;
            }
        }
        throw new SqlException(
                SqlState.INVALID_PARAMETER_VALUE,
                "parameter \"" + name + "\" requires a Boolean value");
    }

    private static String number(Setting setting, String name, String text) {
        double value;
        try {
            value = SettingUnits.parse(setting, text);
        } catch (SettingUnits.NotANumber wrong) {
            throw invalid(name, text).withHint(wrong.hint);
        }
        if (value < setting.least() || value > setting.most()) {
            String unit = setting.unit().isEmpty() ? "" : " " + setting.unit();
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    SettingUnits.number(setting, value)
                            + unit
                            + " is outside the valid range for parameter \""
                            + name
                            + "\" ("
                            + SettingUnits.number(setting, setting.least())
                            + " .. "
                            + SettingUnits.number(setting, setting.most())
                            + ")");
        }
        // Shortest, not %g: nothing of a real is lost between SET and its use.
        return setting.kind() == Setting.Kind.INTEGER
                ? Long.toString((long) value)
                : dev.quiverdb.base.type.FloatText.format(value);
    }

    private static String option(Setting setting, String name, String value) {
        for (var option : setting.options()) {
            if (option.equalsIgnoreCase(value)) {
                return option;
            }
        }
        String word = value.toLowerCase(Locale.ROOT);
        if (setting.options().contains("on") && Set.of("true", "yes", "1").contains(word)) {
            return "on";
        }
        if (setting.options().contains("off") && Set.of("false", "no", "0").contains(word)) {
            return "off";
        }
        if (setting.options().contains("debug2") && word.equals("debug")) {
            return "debug2";
        }
        throw invalid(name, value)
                .withHint("Available values: " + String.join(", ", setting.options()) + ".");
    }

    private static String dateStyle(String value, String current) {
        String style = "";
        String order = "";
        boolean conflict = false;
        for (var token : value.split(",", -1)) {
            String word = token.strip().toLowerCase(Locale.ROOT);
            String newStyle = "";
            String newOrder = "";
            if (word.equals("iso")) {
                newStyle = "ISO";
            } else if (word.equals("sql")) {
                newStyle = "SQL";
            } else if (word.startsWith("postgres")) {
                newStyle = "Postgres";
            } else if (word.equals("german")) {
                newStyle = "German";
            } else if (word.equals("ymd")) {
                newOrder = "YMD";
            } else if (word.equals("dmy") || word.startsWith("euro")) {
                newOrder = "DMY";
            } else if (word.equals("mdy") || word.startsWith("us") || word.startsWith("noneuro")) {
                newOrder = "MDY";
            } else if (word.equals("default")) {
                newStyle = style.isEmpty() ? "ISO" : "";
                newOrder = order.isEmpty() ? "MDY" : "";
            } else {
                throw invalid("DateStyle", value)
                        .withDetail("Unrecognized key word: \"" + word + "\".");
            }
            conflict |= !newStyle.isEmpty() && !style.isEmpty() && !style.equals(newStyle);
            conflict |= !newOrder.isEmpty() && !order.isEmpty() && !order.equals(newOrder);
            style = newStyle.isEmpty() ? style : newStyle;
            order = newOrder.isEmpty() ? order : newOrder;
        }
        if (conflict) {
            throw invalid("DateStyle", value)
                    .withDetail("Conflicting \"datestyle\" specifications.");
        }
        int comma = current.indexOf(',');
        if (order.isEmpty()) {
            order = style.equals("German") ? "DMY" : current.substring(comma + 1).strip();
        }
        if (style.isEmpty()) {
            style = current.substring(0, comma);
        }
        return style + ", " + order;
    }

    private static String timeZone(Setting setting, String value) {
        String text = value;
        if (text.matches("[+-]?\\d+(\\.\\d*)?")) {
            // Hours east, while the name that says so in POSIX's way counts west.
            int seconds = (int) Math.rint(Double.parseDouble(text) * 3600);
            int size = Math.abs(seconds);
            String shown =
                    String.format("%02d", size / 3600)
                            + (size % 3600 == 0 ? "" : String.format(":%02d", size / 60 % 60));
            text =
                    "<"
                            + (seconds < 0 ? "-" : "+")
                            + shown
                            + ">"
                            + (seconds < 0 ? "+" : "-")
                            + shown;
        }
        var zone = TimeZones.find(text);
        if (zone == null) {
            throw invalid(setting.name(), value);
        }
        return TimeZones.canonicalName(text);
    }

    private static String encoding(Setting setting, String value) {
        String plain = value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        if (UTF8.contains(plain)) {
            return "UTF8";
        }
        if (plain.equals("sqlascii")) {
            return "SQL_ASCII";
        }
        if (List.of(
                        "latin", "iso8859", "win", "euc", "koi8", "sjis", "big5", "gbk", "uhc",
                        "johab", "gb18030", "shift", "mulei", "abc", "tcvn", "mskanji", "vscii")
                .stream()
                .anyMatch(plain::startsWith)) {
            throw SqlException.notSupported(
                    "client encoding \"" + value + "\" is not supported; use UTF8");
        }
        throw invalid(setting.name(), value);
    }

    /** Bytes outside printable ASCII become question marks. */
    private static String ascii(String value) {
        var out = new StringBuilder(value.length());
        for (byte b : value.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            out.append(b < 32 || b > 126 ? '?' : (char) b);
        }
        return out.toString();
    }
}
