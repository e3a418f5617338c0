package dev.quiverdb.base.type;

import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Writes dates and times in the four DateStyles. */
final class DateTimeText {
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final String[] WEEKDAYS = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

    private DateTimeText() {}

    static void pad(StringBuilder out, long value, int width) {
        String digits = Long.toString(value);
        for (int i = digits.length(); i < width; i++) {
            out.append('0');
        }
        out.append(digits);
    }

    static String date(int days, TypeContext context) {
        if (days == DateMath.DATE_INFINITY) {
            return "infinity";
        }
        if (days == DateMath.DATE_NEGATIVE_INFINITY) {
            return "-infinity";
        }
        var civil = DateMath.toCivil(days);
        boolean dayFirst = context.dateOrder() == DateOrder.DMY;
        var out = new StringBuilder(10);
        switch (context.dateStyle()) {
            case ISO -> isoDate(out, civil);
            case SQL -> numericDate(out, civil, dayFirst, '/');
            case POSTGRES -> numericDate(out, civil, dayFirst, '-');
            case GERMAN -> numericDate(out, civil, true, '.');
        }
        return era(out, civil).toString();
    }

    private static int shownYear(DateMath.Civil civil) {
        return civil.year() > 0 ? civil.year() : -(civil.year() - 1);
    }

    private static void isoDate(StringBuilder out, DateMath.Civil civil) {
        pad(out, shownYear(civil), 4);
        out.append('-');
        pad(out, civil.month(), 2);
        out.append('-');
        pad(out, civil.day(), 2);
    }

    private static void numericDate(
            StringBuilder out, DateMath.Civil civil, boolean dayFirst, char separator) {
        pad(out, dayFirst ? civil.day() : civil.month(), 2);
        out.append(separator);
        pad(out, dayFirst ? civil.month() : civil.day(), 2);
        out.append(separator);
        pad(out, shownYear(civil), 4);
    }

    private static StringBuilder era(StringBuilder out, DateMath.Civil civil) {
        return civil.year() > 0 ? out : out.append(" BC");
    }

    /** {@code hh:mm:ss[.ffffff]} without zeros at the end. */
    static void time(StringBuilder out, long micros) {
        pad(out, micros / DateMath.MICROS_PER_HOUR, 2);
        out.append(':');
        pad(out, micros / DateMath.MICROS_PER_MINUTE % 60, 2);
        out.append(':');
        seconds(out, micros % DateMath.MICROS_PER_MINUTE, true);
    }

    /** Seconds of not negative microseconds, with a fraction if there is one. */
    static void seconds(StringBuilder out, long micros, boolean twoDigits) {
        pad(out, micros / DateMath.MICROS_PER_SECOND, twoDigits ? 2 : 1);
        long fraction = micros % DateMath.MICROS_PER_SECOND;
        if (fraction != 0) {
            out.append('.');
            int width = 6;
            while (fraction % 10 == 0) {
                fraction /= 10;
                width--;
            }
            pad(out, fraction, width);
        }
    }

    /** {@code +hh[:mm[:ss]]} of seconds east. */
    static void offset(StringBuilder out, int secondsEast) {
        int size = Math.abs(secondsEast);
        out.append(secondsEast >= 0 ? '+' : '-');
        pad(out, size / 3600, 2);
        if (size % 3600 != 0) {
            out.append(':');
            pad(out, size / 60 % 60, 2);
        }
        if (size % 60 != 0) {
            out.append(':');
            pad(out, size % 60, 2);
        }
    }

    /** A timestamp; with a zone, {@code micros} are UTC and shown there. */
    static String timestamp(long micros, @Nullable ZoneId zone, TypeContext context) {
        if (micros == DateMath.TIMESTAMP_INFINITY) {
            return "infinity";
        }
        if (micros == DateMath.TIMESTAMP_NEGATIVE_INFINITY) {
            return "-infinity";
        }
        int offset = zone == null ? 0 : TimeZones.offsetOfInstant(zone, micros);
        long local = micros + offset * DateMath.MICROS_PER_SECOND;
        long days = Math.floorDiv(local, DateMath.MICROS_PER_DAY);
        long time = Math.floorMod(local, DateMath.MICROS_PER_DAY);
        var civil = DateMath.toCivil(days);
        boolean dayFirst = context.dateOrder() == DateOrder.DMY;
        var out = new StringBuilder(32);
        switch (context.dateStyle()) {
            case ISO -> {
                isoDate(out, civil);
                time(out.append(' '), time);
            }
            case SQL -> {
                numericDate(out, civil, dayFirst, '/');
                time(out.append(' '), time);
            }
            case GERMAN -> {
                numericDate(out, civil, true, '.');
                time(out.append(' '), time);
            }
            case POSTGRES -> {
                out.append(WEEKDAYS[DateMath.dayOfWeek(days)]).append(' ');
                String month = MONTHS[civil.month() - 1];
                if (dayFirst) {
                    pad(out, civil.day(), 2);
                    out.append(' ').append(month);
                } else {
                    out.append(month).append(' ');
                    pad(out, civil.day(), 2);
                }
                time(out.append(' '), time);
                out.append(' ');
                pad(out, shownYear(civil), 4);
            }
        }
        if (zone != null) {
            var name =
                    context.dateStyle() == DateStyle.ISO ? null : TimeZones.shortName(zone, micros);
            if (name != null) {
                out.append(' ').append(name);
            } else {
                if (context.dateStyle() == DateStyle.POSTGRES) {
                    out.append(' ');
                }
                offset(out, offset);
            }
        }
        return era(out, civil).toString();
    }
}
