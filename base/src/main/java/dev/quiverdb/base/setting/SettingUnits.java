package dev.quiverdb.base.setting;

import dev.quiverdb.base.type.FloatText;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers with units: {@code 64MB}, {@code 1.5s}. */
final class SettingUnits {
    /** Why a text is no number of a setting; the hint may be null. */
    static final class NotANumber extends Exception {
        private static final long serialVersionUID = 1L;

        final @Nullable String hint;

        NotANumber(@Nullable String hint) {
            super(null, null, false, false);
            this.hint = hint;
        }
    }

    private record Unit(String name, double size) {}

    private static final String MEMORY_HINT =
            "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".";
    private static final String TIME_HINT =
            "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".";

    /** Greatest first; sizes in bytes. */
    private static final Unit[] MEMORY = {
        new Unit("TB", 0x1p40),
        new Unit("GB", 0x1p30),
        new Unit("MB", 0x1p20),
        new Unit("kB", 1024),
        new Unit("B", 1)
    };

    /** Greatest first; sizes in microseconds. */
    private static final Unit[] TIME = {
        new Unit("d", 86_400e6),
        new Unit("h", 3600e6),
        new Unit("min", 60e6),
        new Unit("s", 1e6),
        new Unit("ms", 1000),
        new Unit("us", 1)
    };

    private static final Map<String, Double> BASES =
            Map.of(
                    "B", 1d, "kB", 1024d, "8kB", 8192d, "MB", 0x1p20, "us", 1d, "ms", 1000d, "s",
                    1e6, "min", 60e6);

    private SettingUnits() {}

    private static Unit[] units(Setting setting) {
        return setting.unit().endsWith("B") ? MEMORY : TIME;
    }

    private static double base(Setting setting) {
        return BASES.getOrDefault(setting.unit(), 1d);
    }

    /** A number in the setting's unit. */
    static double parse(Setting setting, String text) throws NotANumber {
        int at = skip(text, 0);
        boolean integer = setting.kind() == Setting.Kind.INTEGER;
        int end = FloatText.scan(text, at);
        if (end == at) {
            throw new NotANumber(null);
        }
        String digits = text.substring(at, end);
        double value;
        try {
            value =
                    integer && digits.matches("[+-]?0[0-7]+")
                            ? Long.parseLong(digits, 8)
                            : Double.parseDouble(
                                    digits.toLowerCase(java.util.Locale.ROOT).contains("0x")
                                            ? digits + "p0"
                                            : digits);
        } catch (NumberFormatException wrong) {
            throw new NotANumber(null);
        }
        if (Double.isNaN(value)) {
            throw new NotANumber(null);
        }
        int unitAt = skip(text, end);
        if (unitAt < text.length()) {
            value = convert(setting, value, text.substring(unitAt).stripTrailing());
        }
        if (integer) {
            value = Math.rint(value);
            if (value > Integer.MAX_VALUE || value < Integer.MIN_VALUE) {
                throw new NotANumber("Value exceeds integer range.");
            }
        }
        return value;
    }

    private static int skip(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static double convert(Setting setting, double value, String unit) throws NotANumber {
        if (setting.unit().isEmpty()) {
            throw new NotANumber(null);
        }
        Unit[] units = units(setting);
        double base = base(setting);
        for (int i = 0; i < units.length; i++) {
            if (units[i].name.equals(unit)) {
                double converted = value * units[i].size / base;
                if (i + 1 < units.length) {
                    // 30.1GB is taken to the next smaller unit.
                    double next = units[i + 1].size / base;
                    converted = Math.rint(converted / next) * next;
                }
                return converted;
            }
        }
        throw new NotANumber(setting.unit().endsWith("B") ? MEMORY_HINT : TIME_HINT);
    }

    /** As SHOW prints it: in the greatest unit that leaves a whole number. */
    static String show(Setting setting, double value) {
        if (setting.unit().isEmpty() || value <= 0) {
            return number(setting, value);
        }
        Unit[] units = units(setting);
        double base = base(setting);
        for (int i = 0; i < units.length; i++) {
            double inUnit = value * base / units[i].size;
            boolean smallest = i == units.length - 1;
            boolean whole = Math.abs(Math.rint(inUnit) / inUnit - 1) <= 1e-8;
            if (smallest || whole) {
                return number(setting, whole ? Math.rint(inUnit) : inUnit) + units[i].name;
            }
        }
        return number(setting, value);
    }

    /** Without unit: integers as such, reals by C's %g. */
    static String number(Setting setting, double value) {
        return setting.kind() == Setting.Kind.INTEGER
                ? Long.toString((long) value)
                : FloatText.formatDigits(value, 6);
    }
}
