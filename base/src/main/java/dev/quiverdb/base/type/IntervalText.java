package dev.quiverdb.base.type;

/** Writes intervals in the four IntervalStyles. */
final class IntervalText {
    private final StringBuilder out = new StringBuilder(32);
    private boolean first = true;
    private boolean before;

    private IntervalText() {}

    static String format(Interval interval, IntervalStyle style) {
        int years = interval.months() / 12;
        int months = interval.months() % 12;
        long days = interval.days();
        long micros = interval.micros();
        var text = new IntervalText();
        switch (style) {
            case POSTGRES -> text.postgres(years, months, days, micros);
            case POSTGRES_VERBOSE -> text.verbose(years, months, days, micros);
            case SQL_STANDARD -> text.sqlStandard(years, months, days, micros);
            case ISO_8601 -> text.iso(years, months, days, micros);
        }
        return text.out.toString();
    }

    /** The size of microseconds; that of MIN_VALUE must be taken as unsigned. */
    private void clock(long micros, int hourDigits) {
        long hours = Math.abs(micros / DateMath.MICROS_PER_HOUR);
        long rest = Math.abs(micros % DateMath.MICROS_PER_HOUR);
        DateTimeText.pad(out, hours, hourDigits);
        out.append(':');
        DateTimeText.pad(out, rest / DateMath.MICROS_PER_MINUTE, 2);
        out.append(':');
        DateTimeText.seconds(out, rest % DateMath.MICROS_PER_MINUTE, true);
    }

    private void postgres(int years, int months, long days, long micros) {
        postgresPart(years, "year");
        postgresPart(months, "mon");
        postgresPart(days, "day");
        if (first || micros != 0) {
            out.append(first ? "" : " ").append(micros < 0 ? "-" : before ? "+" : "");
            clock(micros, 2);
        }
    }

    private void postgresPart(long value, String unit) {
        if (value != 0) {
            out.append(first ? "" : " ")
                    .append(before && value > 0 ? "+" : "")
                    .append(value)
                    .append(' ')
                    .append(unit);
            out.append(value == 1 ? "" : "s");
            before = value < 0;
            first = false;
        }
    }

    private void verbose(int years, int months, long days, long micros) {
        out.append('@');
        verbosePart(years, "year");
        verbosePart(months, "mon");
        verbosePart(days, "day");
        verbosePart(micros / DateMath.MICROS_PER_HOUR, "hour");
        verbosePart(micros / DateMath.MICROS_PER_MINUTE % 60, "min");
        long seconds = micros % DateMath.MICROS_PER_MINUTE;
        if (seconds != 0) {
            out.append(' ');
            if (first) {
                before = seconds < 0;
            } else if ((seconds < 0) != before) {
                out.append('-');
            }
            DateTimeText.seconds(out, Math.abs(seconds), false);
            out.append(Math.abs(seconds) == DateMath.MICROS_PER_SECOND ? " sec" : " secs");
            first = false;
        }
        out.append(first ? " 0" : "").append(before ? " ago" : "");
    }

    private void verbosePart(long value, String unit) {
        if (value == 0) {
            return;
        }
        if (first) {
            before = value < 0;
        }
        long shown = before ? -value : value;
        out.append(' ').append(shown).append(' ').append(unit).append(shown == 1 ? "" : "s");
        first = false;
    }

    private void sqlStandard(int years, int months, long days, long micros) {
        boolean negative = years < 0 || months < 0 || days < 0 || micros < 0;
        boolean positive = years > 0 || months > 0 || days > 0 || micros > 0;
        boolean yearMonth = years != 0 || months != 0;
        boolean dayTime = days != 0 || micros != 0;
        if (!negative && !positive) {
            out.append('0');
            return;
        }
        if ((negative && positive) || (yearMonth && dayTime)) {
            out.append(years < 0 || months < 0 ? '-' : '+')
                    .append(Math.abs(years))
                    .append('-')
                    .append(Math.abs(months));
            out.append(days < 0 ? " -" : " +").append(Math.abs(days));
            out.append(micros < 0 ? " -" : " +");
            clock(micros, 1);
            return;
        }
        out.append(negative ? "-" : "");
        if (yearMonth) {
            out.append(Math.abs(years)).append('-').append(Math.abs(months));
            return;
        }
        if (days != 0) {
            out.append(Math.abs(days)).append(' ');
        }
        clock(micros, 1);
    }

    private void iso(int years, int months, long days, long micros) {
        if (years == 0 && months == 0 && days == 0 && micros == 0) {
            out.append("PT0S");
            return;
        }
        out.append('P');
        isoPart(years, 'Y');
        isoPart(months, 'M');
        isoPart(days, 'D');
        if (micros != 0) {
            out.append('T');
        }
        isoPart(micros / DateMath.MICROS_PER_HOUR, 'H');
        isoPart(micros / DateMath.MICROS_PER_MINUTE % 60, 'M');
        long seconds = micros % DateMath.MICROS_PER_MINUTE;
        if (seconds != 0) {
            out.append(seconds < 0 ? "-" : "");
            DateTimeText.seconds(out, Math.abs(seconds), false);
            out.append('S');
        }
    }

    private void isoPart(long value, char unit) {
        if (value != 0) {
            out.append(value).append(unit);
        }
    }
}
