package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads intervals: {@code 1 year 2 days 03:04}, {@code @ 1 min ago}, {@code 1-2 3 4:05}, {@code
 * P1Y2M3DT4H5M6S}. As DecodeInterval it reads fields from the right, so that a unit is known before
 * its number; what that refuses is tried as ISO 8601.
 */
final class IntervalDecoder {
    static final int MASK_MONTH = 1 << 1;
    static final int MASK_YEAR = 1 << 2;
    static final int MASK_DAY = 1 << 3;
    static final int MASK_HOUR = 1 << 10;
    static final int MASK_MINUTE = 1 << 11;
    static final int MASK_SECOND = 1 << 12;
    static final int FULL_RANGE = 0x7fff;

    private static final int TIME_MASK = MASK_HOUR | MASK_MINUTE | MASK_SECOND | 1 << 13 | 1 << 14;

    /** The text is no interval in this syntax; another may be tried. */
    private static final class BadFormat extends Exception {
        private static final long serialVersionUID = 1L;

        BadFormat() {
            super(null, null, false, false);
        }
    }

    private final String text;
    private int years;
    private int months;
    private int days;
    private long micros;

    private IntervalDecoder(String text) {
        this.text = text;
    }

    /** {@code range} is the mask of fields of a typmod, or {@link #FULL_RANGE}. */
    static Interval parse(String text, int range, TypeContext context) {
        var decoder = new IntervalDecoder(text);
        try {
            try {
                decoder.decodeFields(range, context.intervalStyle() == IntervalStyle.SQL_STANDARD);
            } catch (BadFormat other) {
                decoder = new IntervalDecoder(text);
                decoder.decodeIso();
            }
        } catch (BadFormat wrong) {
            throw new SqlException(
                    SqlState.INVALID_DATETIME_FORMAT,
                    "invalid input syntax for type interval: \"" + text + "\"");
        } catch (ArithmeticException tooLarge) {
            throw new SqlException(
                    SqlState.INTERVAL_FIELD_OVERFLOW,
                    "interval field value out of range: \"" + text + "\"");
        }
        long months = decoder.years * 12L + decoder.months;
        if (months != (int) months) {
            throw new SqlException(SqlState.DATETIME_VALUE_OUT_OF_RANGE, "interval out of range");
        }
        return new Interval((int) months, decoder.days, decoder.micros);
    }

    private void decodeFields(int range, boolean sqlStandard) throws BadFormat {
        var fields = DateTimeField.split(text);
        if (fields == null) {
            throw new BadFormat();
        }
        boolean negateAll =
                sqlStandard && !fields.isEmpty() && fields.get(0).text().startsWith("-");
        for (int i = 1; i < fields.size(); i++) {
            char first = fields.get(i).text().charAt(0);
            negateAll &= first != '-' && first != '+';
        }
        DateTimeWords.@Nullable Unit unit = null;
        boolean ago = false;
        int known = 0;
        for (int i = fields.size() - 1; i >= 0; i--) {
            var field = fields.get(i);
            int found = 0;
            switch (field.shape()) {
                case TIME -> {
                    addTime(field.text(), range, false, negateAll);
                    found = TIME_MASK;
                    unit = DateTimeWords.Unit.DAY;
                }
                case SIGNED, DATE, NUMBER -> {
                    boolean time =
                            field.shape() == DateTimeField.Shape.SIGNED
                                    && field.text().indexOf(':') > 0;
                    if (time && addSignedTime(field.text(), range, negateAll)) {
                        found = TIME_MASK;
                        unit = DateTimeWords.Unit.DAY;
                    } else {
                        unit = unit == null ? rightmost(range) : unit;
                        boolean yearMonth = field.text().indexOf('-', 1) > 0;
                        unit = yearMonth ? DateTimeWords.Unit.MONTH : unit;
                        found = addNumber(field.text(), unit, negateAll);
                        unit = unit == DateTimeWords.Unit.HOUR ? DateTimeWords.Unit.DAY : unit;
                    }
                }
                case WORD, SPECIAL -> {
                    var word = DateTimeWords.findDelta(field.text());
                    if (word == null) {
                        throw new BadFormat();
                    }
                    if (word.meaning() == DateTimeWords.Meaning.AGO) {
                        ago = true;
                        unit = DateTimeWords.Unit.ZONE;
                    } else {
                        unit = word.unit();
                    }
                }
            }
            if ((found & known) != 0) {
                throw new BadFormat();
            }
            known |= found;
        }
        if (known == 0) {
            throw new BadFormat();
        }
        if (ago) {
            years = Math.negateExact(years);
            months = Math.negateExact(months);
            days = Math.negateExact(days);
            micros = Math.negateExact(micros);
        }
    }

    private static DateTimeWords.Unit rightmost(int range) {
        if (range == FULL_RANGE || (range & MASK_SECOND) != 0) {
            return DateTimeWords.Unit.SECOND;
        }
        if ((range & MASK_MINUTE) != 0) {
            return DateTimeWords.Unit.MINUTE;
        }
        if ((range & MASK_HOUR) != 0) {
            return DateTimeWords.Unit.HOUR;
        }
        if ((range & MASK_DAY) != 0) {
            return DateTimeWords.Unit.DAY;
        }
        return (range & MASK_MONTH) != 0 ? DateTimeWords.Unit.MONTH : DateTimeWords.Unit.YEAR;
    }

    private boolean addSignedTime(String field, int range, boolean negateAll) {
        try {
            addTime(field.substring(1), range, field.charAt(0) == '-', negateAll);
            return true;
        } catch (BadFormat other) {
            return false;
        }
    }

    private void addTime(String field, int range, boolean negative, boolean negateAll)
            throws BadFormat {
        int colon = field.indexOf(':');
        int end = colon + 1;
        while (end < field.length() && Text.isDigit(field.charAt(end))) {
            end++;
        }
        if (colon <= 0 || !allDigits(field, 0, colon)) {
            throw new BadFormat();
        }
        long hour = number(field, 0, colon);
        long minute = Math.toIntExact(number(field, colon + 1, end));
        long second = 0;
        long fraction = 0;
        if (end == field.length()) {
            if (range == (MASK_MINUTE | MASK_SECOND)) {
                second = minute;
                minute = Math.toIntExact(hour);
                hour = 0;
            }
        } else if (field.charAt(end) == '.') {
            fraction = secondFraction(field.substring(end));
            second = minute;
            minute = Math.toIntExact(hour);
            hour = 0;
        } else if (field.charAt(end) == ':') {
            int dot = field.indexOf('.', end);
            int stop = dot < 0 ? field.length() : dot;
            if (!allDigits(field, end + 1, stop)) {
                throw new BadFormat();
            }
            second = Math.toIntExact(number(field, end + 1, stop));
            fraction = dot < 0 ? 0 : secondFraction(field.substring(dot));
        } else {
            throw new BadFormat();
        }
        if (minute > 59 || second > 60) {
            throw new ArithmeticException("time field");
        }
        long time =
                Math.addExact(
                        Math.multiplyExact(hour, DateMath.MICROS_PER_HOUR),
                        minute * DateMath.MICROS_PER_MINUTE
                                + second * DateMath.MICROS_PER_SECOND
                                + fraction);
        boolean minus = negative || (negateAll && time > 0);
        // A time field sets the time; only one may come.
        micros = minus ? -time : time;
    }

    private static boolean allDigits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Text.isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Digits as a long, 0 if there are none. */
    private static long number(String text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = Math.addExact(Math.multiplyExact(value, 10L), text.charAt(i) - '0');
        }
        return value;
    }

    private static long signedNumber(String text, int from, int to, boolean negative) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = Math.subtractExact(Math.multiplyExact(value, 10L), text.charAt(i) - '0');
        }
        return negative ? value : Math.negateExact(value);
    }

    private static long secondFraction(String part) throws BadFormat {
        return (long) Math.rint(fraction(part) * 1_000_000);
    }

    private static double fraction(String part) throws BadFormat {
        if (!allDigits(part, 1, part.length())) {
            throw new BadFormat();
        }
        return part.length() == 1 ? 0 : Double.parseDouble(part);
    }

    /** A number of units, or years and months as {@code 1-2}; answers the mask of what it sets. */
    private int addNumber(String field, DateTimeWords.Unit unit, boolean negateAll)
            throws BadFormat {
        boolean negative = field.charAt(0) == '-';
        int at = negative || field.charAt(0) == '+' ? 1 : 0;
        int end = at;
        while (end < field.length() && Text.isDigit(field.charAt(end))) {
            end++;
        }
        long value = signedNumber(field, at, end, negative);
        double part = 0;
        if (end < field.length() && field.charAt(end) == '-') {
            int stop = end + 1;
            while (stop < field.length() && Text.isDigit(field.charAt(stop))) {
                stop++;
            }
            long more = number(field, end + 1, stop);
            if (more >= 12) {
                throw new ArithmeticException("month field");
            }
            if (stop < field.length()) {
                throw new BadFormat();
            }
            value = Math.addExact(Math.multiplyExact(value, 12L), negative ? -more : more);
        } else if (end < field.length() && field.charAt(end) == '.') {
            part = fraction(field.substring(end));
        } else if (end < field.length()) {
            throw new BadFormat();
        }
        part = negative ? -part : part;
        if (negateAll) {
            value = value > 0 ? -value : value;
            part = part > 0 ? -part : part;
        }
        return add(value, part, unit);
    }

    private int add(long value, double part, DateTimeWords.Unit unit) throws BadFormat {
        return switch (unit) {
            case MICROSECOND -> {
                addMicros(value, part, 1);
                yield 1 << 14;
            }
            case MILLISECOND -> {
                addMicros(value, part, 1000);
                yield 1 << 13;
            }
            case SECOND -> {
                addMicros(value, part, DateMath.MICROS_PER_SECOND);
                yield part == 0 ? MASK_SECOND : MASK_SECOND | 1 << 13 | 1 << 14;
            }
            case MINUTE -> {
                addMicros(value, part, DateMath.MICROS_PER_MINUTE);
                yield MASK_MINUTE;
            }
            case HOUR -> {
                addMicros(value, part, DateMath.MICROS_PER_HOUR);
                yield MASK_HOUR;
            }
            case DAY -> {
                addDays(value, 1);
                addFraction(part, DateMath.MICROS_PER_DAY);
                yield MASK_DAY;
            }
            case WEEK -> {
                addDays(value, 7);
                addFractionOfDays(part, 7);
                yield 1 << 24;
            }
            case MONTH -> {
                addMonths(value, part);
                yield MASK_MONTH;
            }
            case YEAR -> {
                addYears(value, part, 1);
                yield MASK_YEAR;
            }
            case DECADE -> {
                addYears(value, part, 10);
                yield 1 << 25;
            }
            case CENTURY -> {
                addYears(value, part, 100);
                yield 1 << 26;
            }
            case MILLENNIUM -> {
                addYears(value, part, 1000);
                yield 1 << 27;
            }
            default -> throw new BadFormat();
        };
    }

    private void addMicros(long value, double part, long scale) {
        micros = Math.addExact(micros, Math.multiplyExact(value, scale));
        addFraction(part, scale);
    }

    private void addFraction(double part, long scale) {
        double scaled = part * scale;
        long whole = (long) scaled;
        double rest = scaled - whole;
        if (rest > 0.5) {
            whole++;
        } else if (rest < -0.5) {
            whole--;
        }
        micros = Math.addExact(micros, whole);
    }

    private void addDays(long value, int scale) {
        days = Math.addExact(days, Math.multiplyExact(Math.toIntExact(value), scale));
    }

    private void addFractionOfDays(double part, int scale) {
        double scaled = part * scale;
        int whole = (int) scaled;
        days = Math.addExact(days, whole);
        addFraction(scaled - whole, DateMath.MICROS_PER_DAY);
    }

    private void addMonths(long value, double part) {
        months = Math.addExact(months, Math.toIntExact(value));
        addFractionOfDays(part, Interval.DAYS_PER_MONTH);
    }

    private void addYears(long value, double part, int scale) {
        years = Math.addExact(years, Math.multiplyExact(Math.toIntExact(value), scale));
        months = Math.addExact(months, (int) Math.rint(part * scale * 12));
    }

    /** Where the ISO reader stands. */
    private int at;

    private long isoValue;
    private double isoPart;

    private void decodeIso() throws BadFormat {
        if (text.length() < 2 || text.charAt(0) != 'P') {
            throw new BadFormat();
        }
        at = 1;
        boolean datePart = true;
        boolean haveField = false;
        while (at < text.length()) {
            if (text.charAt(at) == 'T') {
                datePart = false;
                haveField = false;
                at++;
                continue;
            }
            int start = at;
            isoNumber();
            char unit = next();
            if (datePart) {
                switch (unit) {
                    case 'Y' -> addYears(isoValue, isoPart, 1);
                    case 'M' -> addMonths(isoValue, isoPart);
                    case 'W' -> add(isoValue, isoPart, DateTimeWords.Unit.WEEK);
                    case 'D' -> add(isoValue, isoPart, DateTimeWords.Unit.DAY);
                    case 'T', '\0', '-' -> {
                        isoDate(unit, start, haveField);
                        if (at >= text.length()) {
                            return;
                        }
                        datePart = false;
                        haveField = false;
                        continue;
                    }
                    default -> throw new BadFormat();
                }
            } else {
                switch (unit) {
                    case 'H' -> addMicros(isoValue, isoPart, DateMath.MICROS_PER_HOUR);
                    case 'M' -> addMicros(isoValue, isoPart, DateMath.MICROS_PER_MINUTE);
                    case 'S' -> addMicros(isoValue, isoPart, DateMath.MICROS_PER_SECOND);
                    case '\0', ':' -> {
                        isoTime(unit, start, haveField);
                        return;
                    }
                    default -> throw new BadFormat();
                }
            }
            haveField = true;
        }
    }

    /** {@code 20010203} or {@code 2001-02-03}; afterwards at the end or behind the T. */
    private void isoDate(char unit, int start, boolean haveField) throws BadFormat {
        if (unit != '-' && integerWidth(start) == 8 && !haveField) {
            addYears(isoValue / 10_000, 0, 1);
            addMonths(isoValue / 100 % 100, 0);
            add(isoValue % 100, isoPart, DateTimeWords.Unit.DAY);
            return;
        }
        if (haveField) {
            throw new BadFormat();
        }
        addYears(isoValue, isoPart, 1);
        if (unit != '-') {
            return;
        }
        isoNumber();
        addMonths(isoValue, isoPart);
        char separator = next();
        if (separator == '\0' || separator == 'T') {
            return;
        }
        if (separator != '-') {
            throw new BadFormat();
        }
        isoNumber();
        add(isoValue, isoPart, DateTimeWords.Unit.DAY);
        separator = next();
        if (separator != '\0' && separator != 'T') {
            throw new BadFormat();
        }
    }

    /** {@code 040506} or {@code 04:05:06}, to the end. */
    private void isoTime(char unit, int start, boolean haveField) throws BadFormat {
        if (unit == '\0' && integerWidth(start) == 6 && !haveField) {
            addMicros(isoValue / 10_000, 0, DateMath.MICROS_PER_HOUR);
            addMicros(isoValue / 100 % 100, 0, DateMath.MICROS_PER_MINUTE);
            addMicros(isoValue % 100, 0, DateMath.MICROS_PER_SECOND);
            addFraction(isoPart, 1);
            return;
        }
        if (haveField) {
            throw new BadFormat();
        }
        addMicros(isoValue, isoPart, DateMath.MICROS_PER_HOUR);
        if (unit == '\0') {
            return;
        }
        isoNumber();
        addMicros(isoValue, isoPart, DateMath.MICROS_PER_MINUTE);
        char separator = next();
        if (separator == '\0') {
            return;
        }
        if (separator != ':') {
            throw new BadFormat();
        }
        isoNumber();
        addMicros(isoValue, isoPart, DateMath.MICROS_PER_SECOND);
        if (next() != '\0') {
            throw new BadFormat();
        }
    }

    /** The next character, or NUL at the end; steps over it. */
    private char next() {
        return at < text.length() ? text.charAt(at++) : '\0';
    }

    private int integerWidth(int start) {
        int from = start < text.length() && text.charAt(start) == '-' ? start + 1 : start;
        int end = from;
        while (end < text.length() && Text.isDigit(text.charAt(end))) {
            end++;
        }
        return end - from;
    }

    private void isoNumber() throws BadFormat {
        char first = at < text.length() ? text.charAt(at) : '\0';
        int end = FloatText.scan(text, at);
        if (end == at || (!Text.isDigit(first) && first != '-' && first != '.')) {
            throw new BadFormat();
        }
        double value = FloatText.toDouble(text.substring(at, end));
        if (Double.isNaN(value) || Math.abs(value) > 1e15) {
            throw new ArithmeticException("interval field");
        }
        at = end;
        isoValue = (long) value;
        isoPart = value - isoValue;
    }

    /** The masks of fields that SQL knows. */
    static List<Integer> ranges() {
        return List.of(
                MASK_YEAR,
                MASK_MONTH,
                MASK_DAY,
                MASK_HOUR,
                MASK_MINUTE,
                MASK_SECOND,
                MASK_YEAR | MASK_MONTH,
                MASK_DAY | MASK_HOUR,
                MASK_DAY | MASK_HOUR | MASK_MINUTE,
                MASK_DAY | MASK_HOUR | MASK_MINUTE | MASK_SECOND,
                MASK_HOUR | MASK_MINUTE,
                MASK_HOUR | MASK_MINUTE | MASK_SECOND,
                MASK_MINUTE | MASK_SECOND,
                FULL_RANGE);
    }
}
