package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of date, time, timetz, timestamp and timestamptz. It accepts what PostgreSQL
 * accepts, which is much: fields in nearly any order, month names, run-together digits, Julian
 * days, zones by name, abbreviation or offset. So it goes PostgreSQL's way (DecodeDateTime and
 * DecodeTimeOnly): field by field, with a mask of what is already known that makes the next number
 * a month, a day or a year.
 */
final class DateTimeDecoder {
    private static final int MONTH = 1 << 1;
    private static final int YEAR = 1 << 2;
    private static final int DAY = 1 << 3;
    private static final int ZONE = 1 << 5;
    private static final int DAYLIGHT = 1 << 6;
    private static final int AM_PM = 1 << 9;
    private static final int HOUR = 1 << 10;
    private static final int MINUTE = 1 << 11;
    private static final int SECOND = 1 << 12;
    private static final int ALL_SECONDS = SECOND | 1 << 13 | 1 << 14;
    private static final int DAY_OF_YEAR = 1 << 15;
    private static final int WEEKDAY = 1 << 16;
    private static final int ERA = 1 << 18;
    private static final int RESERVED = 1;
    private static final int DAYLIGHT_MODIFIER = 1 << 28;
    private static final int DATE_MASK = YEAR | MONTH | DAY;
    private static final int TIME_MASK = HOUR | MINUTE | ALL_SECONDS;

    private final String text;
    private final String typeName;
    private final TypeContext context;
    private final boolean timeOnly;

    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
    int micros;

    /** Seconds east of Greenwich, from the text or else from the session's zone. */
    int offsetSeconds;

    /** Set if the text is epoch, infinity or -infinity. */
    DateTimeWords.@Nullable Special special;

    private int dayOfYear;
    private int known;
    private boolean textMonth;
    private boolean julian;
    private boolean twoDigitYear;
    private boolean beforeChrist;
    private int halfDay = -1;
    private @Nullable ZoneId zone;
    private DateTimeWords.@Nullable Unit expected;

    private DateTimeDecoder(String text, String typeName, TypeContext context, boolean timeOnly) {
        this.text = text;
        this.typeName = typeName;
        this.context = context;
        this.timeOnly = timeOnly;
    }

    /** A date, with or without a time. */
    static DateTimeDecoder dateTime(String text, String typeName, TypeContext context) {
        return new DateTimeDecoder(text, typeName, context, false).decode();
    }

    /** A time, maybe with a date that only serves to know the zone's offset. */
    static DateTimeDecoder time(String text, String typeName, TypeContext context) {
        return new DateTimeDecoder(text, typeName, context, true).decode();
    }

    long dateDays() {
        return DateMath.toDays(year, month, day);
    }

    /** Microseconds since midnight. */
    long timeMicros() {
        return ((hour * 60L + minute) * 60 + second) * DateMath.MICROS_PER_SECOND + micros;
    }

    private SqlException badFormat() {
        return new SqlException(
                SqlState.INVALID_DATETIME_FORMAT,
                "invalid input syntax for type " + typeName + ": \"" + text + "\"");
    }

    private SqlException overflow() {
        return overflow(text);
    }

    static SqlException overflow(String text) {
        return new SqlException(
                SqlState.DATETIME_FIELD_OVERFLOW,
                "date/time field value out of range: \"" + text + "\"");
    }

    private SqlException zoneOverflow() {
        return new SqlException(
                SqlState.INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
                "time zone displacement out of range: \"" + text + "\"");
    }

    private SqlException unknownZone(String name) {
        return new SqlException(
                SqlState.INVALID_PARAMETER_VALUE, "time zone \"" + name + "\" not recognized");
    }

    private DateTimeDecoder decode() {
        var fields = DateTimeField.split(text);
        if (fields == null) {
            throw badFormat();
        }
        for (int i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            int found =
                    switch (field.shape()) {
                        case DATE -> dateField(fields, i);
                        case TIME -> timeField(field.text());
                        case SIGNED -> {
                            offsetSeconds = offset(field.text());
                            yield ZONE;
                        }
                        case NUMBER ->
                                expected != null
                                        ? labelledNumber(expected, field.text())
                                        : number(fields, i);
                        case WORD, SPECIAL -> word(fields, i);
                    };
            if ((found & known) != 0) {
                throw badFormat();
            }
            known |= found;
        }
        finish();
        return this;
    }

    private int dateField(List<DateTimeField> fields, int i) {
        String field = fields.get(i).text();
        boolean digit = Text.isDigit(field.charAt(0));
        if (timeOnly) {
            boolean dateFirst =
                    i == 0
                            && fields.size() >= 2
                            && (fields.get(fields.size() - 1).shape() == DateTimeField.Shape.DATE
                                    || fields.get(1).shape() == DateTimeField.Shape.TIME);
            if (dateFirst) {
                return date(field);
            }
            return digit ? timeAndOffset(field, known | DATE_MASK) : namedZone(field);
        }
        if (expected == DateTimeWords.Unit.JULIAN) {
            var number = new Digits(field, 0);
            if (number.overflow || number.value < 0) {
                throw overflow();
            }
            setJulian(number.value);
            offsetSeconds = offset(field.substring(number.end));
            expected = null;
            return DATE_MASK | TIME_MASK | ZONE;
        }
        if (expected == null && (known & (MONTH | DAY)) != (MONTH | DAY)) {
            return date(field);
        }
        if (!digit && expected == null) {
            return namedZone(field);
        }
        if (expected != null && expected != DateTimeWords.Unit.TIME) {
            throw badFormat();
        }
        expected = null;
        return timeAndOffset(field, known);
    }

    private int namedZone(String field) {
        zone = TimeZones.find(field);
        if (zone == null) {
            throw unknownZone(field);
        }
        return ZONE;
    }

    /** {@code 040506.789-08}. */
    private int timeAndOffset(String field, int mask) {
        int dash = field.indexOf('-');
        if ((known & TIME_MASK) == TIME_MASK || dash < 0) {
            throw badFormat();
        }
        offsetSeconds = offset(field.substring(dash));
        return runTogether(field.substring(0, dash), mask) | ZONE;
    }

    private int timeField(String field) {
        if (expected != null) {
            if (expected != DateTimeWords.Unit.TIME && !timeOnly) {
                throw badFormat();
            }
            expected = timeOnly ? expected : null;
        }
        var hours = new Digits(field, 0);
        if (hours.end >= field.length() || field.charAt(hours.end) != ':') {
            throw badFormat();
        }
        var minutes = new Digits(field, hours.end + 1);
        hour = hours.value;
        minute = minutes.value;
        second = 0;
        micros = 0;
        if (minutes.end < field.length()) {
            if (field.charAt(minutes.end) == '.') {
                // mm:ss.fff
                micros = fraction(field.substring(minutes.end));
                second = minute;
                minute = hour;
                hour = 0;
            } else {
                var seconds = new Digits(field, minutes.end + 1);
                if (seconds.overflow) {
                    throw overflow();
                }
                second = seconds.value;
                if (seconds.end < field.length()) {
                    micros = fraction(field.substring(seconds.end));
                }
            }
        }
        boolean tooLong = hours.overflow || minutes.overflow;
        if (tooLong || hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 60) {
            throw overflow();
        }
        if (!timeOnly) {
            checkTime();
        }
        return TIME_MASK;
    }

    private void checkTime() {
        boolean wrong =
                hour < 0
                        || hour > 24
                        || minute < 0
                        || minute > 59
                        || second < 0
                        || second > 60
                        || micros < 0
                        || micros > 1_000_000;
        if (wrong || timeMicros() > DateMath.MICROS_PER_DAY) {
            throw overflow();
        }
    }

    /** Microseconds of {@code .5}, rounded to even. */
    private int fraction(String part) {
        for (int i = 0; i < part.length(); i++) {
            if (i == 0 ? part.charAt(i) != '.' : !Text.isDigit(part.charAt(i))) {
                throw badFormat();
            }
        }
        return part.length() == 1 ? 0 : (int) Math.rint(Double.parseDouble(part) * 1_000_000);
    }

    /** {@code +05:30}, {@code -0800}, {@code +5}, seconds east. */
    private int offset(String field) {
        if (field.isEmpty() || (field.charAt(0) != '+' && field.charAt(0) != '-')) {
            throw badFormat();
        }
        var hours = new Digits(field, 1);
        int h = hours.value;
        int m = 0;
        int s = 0;
        int end = hours.end;
        boolean tooLong = hours.overflow;
        if (end < field.length() && field.charAt(end) == ':') {
            var minutes = new Digits(field, end + 1);
            m = minutes.value;
            end = minutes.end;
            tooLong |= minutes.overflow;
            if (end < field.length() && field.charAt(end) == ':') {
                var seconds = new Digits(field, end + 1);
                s = seconds.value;
                end = seconds.end;
                tooLong |= seconds.overflow;
            }
        } else if (end == field.length() && field.length() > 3) {
            m = h % 100;
            h = h / 100;
        }
        if (tooLong || h > 15 || m > 59 || s > 59) {
            throw zoneOverflow();
        }
        if (end != field.length()) {
            throw badFormat();
        }
        int seconds = (h * 60 + m) * 60 + s;
        return field.charAt(0) == '-' ? -seconds : seconds;
    }

    /** A number behind a label, as in {@code y2001m02d04}. */
    private int labelledNumber(DateTimeWords.Unit label, String field) {
        expected = null;
        special = null;
        var number = new Digits(field, 0);
        if (number.overflow) {
            throw overflow();
        }
        boolean fractional = number.end < field.length();
        boolean mayBe =
                label == DateTimeWords.Unit.JULIAN
                        || label == DateTimeWords.Unit.TIME
                        || label == DateTimeWords.Unit.SECOND;
        if (fractional && (!mayBe || field.charAt(number.end) != '.')) {
            throw badFormat();
        }
        int value = number.value;
        return switch (label) {
            case YEAR -> {
                year = value;
                yield YEAR;
            }
            case MONTH -> {
                if ((known & MONTH) != 0 && (known & HOUR) != 0) {
                    minute = value;
                    yield MINUTE;
                }
                month = value;
                yield MONTH;
            }
            case DAY -> {
                day = value;
                yield DAY;
            }
            case HOUR -> {
                hour = value;
                yield HOUR;
            }
            case MINUTE -> {
                minute = value;
                yield MINUTE;
            }
            case SECOND -> {
                second = value;
                if (fractional) {
                    micros = fraction(field.substring(number.end));
                    yield ALL_SECONDS;
                }
                yield SECOND;
            }
            case JULIAN -> {
                if (value < 0) {
                    throw overflow();
                }
                setJulian(value);
                if (!fractional) {
                    yield DATE_MASK;
                }
                String part = field.substring(number.end);
                double time =
                        part.length() == 1 ? 0 : Double.parseDouble(part) * DateMath.MICROS_PER_DAY;
                setTime((long) Math.rint(time));
                yield DATE_MASK | TIME_MASK;
            }
            case TIME -> {
                int found = runTogether(field, known | DATE_MASK);
                if (found != TIME_MASK) {
                    throw badFormat();
                }
                yield found;
            }
            default -> throw badFormat();
        };
    }

    private void setJulian(int julianDay) {
        var civil = DateMath.toCivil((long) julianDay - DateMath.EPOCH_JULIAN);
        year = civil.year();
        month = civil.month();
        day = civil.day();
        julian = true;
    }

    private void setTime(long microsOfDay) {
        hour = (int) (microsOfDay / DateMath.MICROS_PER_HOUR);
        minute = (int) (microsOfDay / DateMath.MICROS_PER_MINUTE % 60);
        second = (int) (microsOfDay / DateMath.MICROS_PER_SECOND % 60);
        micros = (int) (microsOfDay % DateMath.MICROS_PER_SECOND);
    }

    private int number(List<DateTimeField> fields, int i) {
        String field = fields.get(i).text();
        int dot = field.indexOf('.');
        if (timeOnly) {
            int mask = known | DATE_MASK;
            if (dot >= 0) {
                if (i == 0
                        && fields.size() >= 2
                        && fields.get(fields.size() - 1).shape() == DateTimeField.Shape.DATE) {
                    return date(field);
                }
                if (dot > 2) {
                    return runTogether(field, mask);
                }
                throw badFormat();
            }
            return field.length() > 4 ? runTogether(field, mask) : single(field, false, mask);
        }
        if (dot >= 0 && (known & DATE_MASK) == 0) {
            return date(field);
        }
        if (dot > 2) {
            return runTogether(field, known);
        }
        if (field.length() >= 6 && ((known & DATE_MASK) == 0 || (known & TIME_MASK) == 0)) {
            return runTogether(field, known);
        }
        return single(field, textMonth, known);
    }

    /** {@code 2001-02-03}, {@code 3.feb.2001} and so on; DecodeDate. */
    private int date(String field) {
        var parts = new ArrayList<String>();
        int at = 0;
        while (at < field.length()) {
            while (at < field.length() && !Character.isLetterOrDigit(field.charAt(at))) {
                at++;
            }
            if (at == field.length()) {
                throw badFormat();
            }
            int from = at;
            boolean digits = Text.isDigit(field.charAt(at));
            while (at < field.length()
                    && (digits ? Text.isDigit(field.charAt(at)) : isLetter(field.charAt(at)))) {
                at++;
            }
            parts.add(field.substring(from, at));
            at++;
        }
        int mask = known;
        int found = 0;
        boolean monthByName = false;
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            if (!part.isEmpty() && isLetter(part.charAt(0))) {
                var word = DateTimeWords.find(part);
                if (word != null && word.meaning() == DateTimeWords.Meaning.IGNORED) {
                    continue;
                }
                if (word == null
                        || word.meaning() != DateTimeWords.Meaning.MONTH
                        || (mask & MONTH) != 0) {
                    throw badFormat();
                }
                month = word.number();
                monthByName = true;
                mask |= MONTH;
                found |= MONTH;
                parts.set(i, "");
            }
        }
        for (String part : parts) {
            if (part.isEmpty()) {
                continue;
            }
            int one = single(part, monthByName, mask);
            if ((mask & one) != 0) {
                throw badFormat();
            }
            mask |= one;
            found |= one;
        }
        if ((mask & ~(DAY_OF_YEAR | ZONE)) != DATE_MASK) {
            throw badFormat();
        }
        return found;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    /** One number, whose meaning follows from what is known and from DateStyle; DecodeNumber. */
    private int single(String field, boolean monthByName, int mask) {
        var number = new Digits(field, 0);
        if (number.overflow) {
            throw overflow();
        }
        if (number.end == 0) {
            throw badFormat();
        }
        if (number.end < field.length()) {
            if (number.end > 2) {
                return runTogether(field, mask | DATE_MASK);
            }
            micros = fraction(field.substring(number.end));
        }
        int length = field.length();
        int value = number.value;
        int dateKnown = mask & DATE_MASK;
        if (length == 3 && dateKnown == YEAR && value >= 1 && value <= 366) {
            dayOfYear = value;
            return DAY_OF_YEAR | MONTH | DAY;
        }
        boolean yearFirst = length >= 3 || context.dateOrder() == DateOrder.YMD;
        return switch (dateKnown) {
            case 0 -> {
                if (yearFirst) {
                    yield setYear(value, length);
                }
                yield context.dateOrder() == DateOrder.DMY ? setDay(value) : setMonth(value);
            }
            case YEAR, DAY -> setMonth(value);
            case MONTH -> monthByName && yearFirst ? setYear(value, length) : setDay(value);
            case YEAR | MONTH -> {
                if (monthByName && length >= 3 && twoDigitYear) {
                    // The first number was the day after all.
                    day = year;
                    year = value;
                    twoDigitYear = false;
                    yield DAY;
                }
                yield setDay(value);
            }
            case MONTH | DAY -> setYear(value, length);
            case DATE_MASK -> runTogether(field, mask);
            default -> throw badFormat();
        };
    }

    private int setYear(int value, int length) {
        year = value;
        twoDigitYear = length <= 2;
        return YEAR;
    }

    private int setMonth(int value) {
        month = value;
        return MONTH;
    }

    private int setDay(int value) {
        day = value;
        return DAY;
    }

    /** {@code 20010203}, {@code 040506.789}, {@code 0405}; DecodeNumberField. */
    private int runTogether(String field, int mask) {
        String digits = field;
        int dot = field.indexOf('.');
        if (dot >= 0) {
            String part = field.substring(dot);
            micros = part.length() == 1 ? 0 : (int) Math.rint(Double.parseDouble(part) * 1_000_000);
            digits = field.substring(0, dot);
        } else if ((mask & DATE_MASK) != DATE_MASK && field.length() >= 6) {
            int length = field.length();
            day = Integer.parseInt(field, length - 2, length, 10);
            month = Integer.parseInt(field, length - 4, length - 2, 10);
            year = new Digits(field.substring(0, length - 4), 0).value;
            twoDigitYear |= length == 6;
            return DATE_MASK;
        }
        if ((mask & TIME_MASK) != TIME_MASK && (digits.length() == 6 || digits.length() == 4)) {
            second = digits.length() == 6 ? Integer.parseInt(digits, 4, 6, 10) : 0;
            minute = Integer.parseInt(digits, 2, 4, 10);
            hour = Integer.parseInt(digits, 0, 2, 10);
            return TIME_MASK;
        }
        throw badFormat();
    }

    private int word(List<DateTimeField> fields, int i) {
        String field = fields.get(i).text();
        var abbreviation = TimeZones.abbreviation(field);
        if (abbreviation != null) {
            zone = abbreviation.zone();
            offsetSeconds = abbreviation.offsetSeconds();
            return abbreviation.daylight() ? DAYLIGHT | ZONE : ZONE;
        }
        var word = DateTimeWords.find(field);
        if (word == null) {
            zone = TimeZones.find(field);
            if (zone == null) {
                throw badFormat();
            }
            return ZONE;
        }
        return switch (word.meaning()) {
            case IGNORED -> 0;
            case RESERVED -> reserved(word.special());
            case MONTH -> {
                if (timeOnly) {
                    throw badFormat();
                }
                boolean swap =
                        (known & MONTH) != 0
                                && !textMonth
                                && (known & DAY) == 0
                                && month >= 1
                                && month <= 31;
                if (swap) {
                    day = month;
                }
                textMonth = true;
                month = word.number();
                yield swap ? DAY : MONTH;
            }
            case DAYLIGHT_MODIFIER -> {
                offsetSeconds += word.number();
                yield DAYLIGHT_MODIFIER | DAYLIGHT;
            }
            case AM_PM -> {
                halfDay = word.number();
                yield AM_PM;
            }
            case ERA -> {
                beforeChrist = word.number() == 1;
                yield ERA;
            }
            case WEEKDAY -> {
                if (timeOnly) {
                    throw badFormat();
                }
                yield WEEKDAY;
            }
            case UNIT -> {
                expected = word.unit();
                yield 0;
            }
            case ISO_TIME -> {
                if (!timeOnly && (known & DATE_MASK) != DATE_MASK) {
                    throw badFormat();
                }
                var next = i + 1 < fields.size() ? fields.get(i + 1).shape() : null;
                if (next != DateTimeField.Shape.NUMBER
                        && next != DateTimeField.Shape.TIME
                        && next != DateTimeField.Shape.DATE) {
                    throw badFormat();
                }
                expected = word.unit();
                yield 0;
            }
            case AGO -> throw badFormat();
        };
    }

    private int reserved(DateTimeWords.@Nullable Special word) {
        if (word == null
                || (timeOnly
                        && word != DateTimeWords.Special.NOW
                        && word != DateTimeWords.Special.ZULU)) {
            throw badFormat();
        }
        return switch (word) {
            case NOW -> {
                setToday(0);
                long now = context.nowMicros() + currentOffset() * DateMath.MICROS_PER_SECOND;
                setTime(Math.floorMod(now, DateMath.MICROS_PER_DAY));
                if (timeOnly) {
                    yield TIME_MASK;
                }
                offsetSeconds = currentOffset();
                yield DATE_MASK | TIME_MASK | ZONE;
            }
            case TODAY -> {
                setToday(0);
                yield DATE_MASK;
            }
            case TOMORROW -> {
                setToday(1);
                yield DATE_MASK;
            }
            case YESTERDAY -> {
                setToday(-1);
                yield DATE_MASK;
            }
            case ZULU -> {
                setTime(0);
                offsetSeconds = 0;
                yield TIME_MASK | ZONE;
            }
            case EARLY, LATE, EPOCH -> {
                special = word;
                yield RESERVED;
            }
        };
    }

    private int currentOffset() {
        return TimeZones.offsetOfInstant(context.zone(), context.nowMicros());
    }

    private void setToday(int plusDays) {
        long local = context.nowMicros() + currentOffset() * DateMath.MICROS_PER_SECOND;
        var civil = DateMath.toCivil(Math.floorDiv(local, DateMath.MICROS_PER_DAY) + plusDays);
        year = civil.year();
        month = civil.month();
        day = civil.day();
    }

    private void finish() {
        validateDate();
        if (halfDay >= 0 && hour > 12) {
            throw overflow();
        }
        if (halfDay == 0 && hour == 12) {
            hour = 0;
        } else if (halfDay == 1 && hour != 12) {
            hour += 12;
        }
        if (timeOnly) {
            checkTime();
            if ((known & TIME_MASK) != TIME_MASK) {
                throw badFormat();
            }
        } else {
            if (special != null) {
                return;
            }
            if ((known & DATE_MASK) != DATE_MASK) {
                throw badFormat();
            }
        }
        findOffset();
    }

    private void findOffset() {
        boolean given = (known & ZONE) != 0;
        if (given && zone == null) {
            return;
        }
        if ((known & DAYLIGHT_MODIFIER) != 0) {
            throw badFormat();
        }
        if (!given) {
            zone = context.zone();
        }
        var rules = zone;
        if (rules == null) {
            return;
        }
        boolean fixed = rules.getRules().isFixedOffset();
        long days;
        if (timeOnly && (known & DATE_MASK) != DATE_MASK) {
            boolean named = given && !fixed;
            if (named || (known & DATE_MASK) != 0) {
                // What the zone's offset is depends on a date that is not there.
                if (named && (known & DATE_MASK) == 0 && isAbbreviation()) {
                    days = today();
                } else if (fixed) {
                    days = 0;
                } else {
                    throw badFormat();
                }
            } else {
                days = today();
            }
        } else {
            if (!DateMath.isValidJulian(year, month)) {
                offsetSeconds = 0;
                return;
            }
            days = dateDays();
        }
        long seconds = (hour * 60L + minute) * 60 + second;
        offsetSeconds =
                TimeZones.offsetOfLocal(
                        rules,
                        days * DateMath.MICROS_PER_DAY + seconds * DateMath.MICROS_PER_SECOND);
    }

    private boolean isAbbreviation() {
        var fields = DateTimeField.split(text);
        return fields != null
                && fields.stream().anyMatch(field -> TimeZones.abbreviation(field.text()) != null);
    }

    private long today() {
        long local = context.nowMicros() + currentOffset() * DateMath.MICROS_PER_SECOND;
        return Math.floorDiv(local, DateMath.MICROS_PER_DAY);
    }

    private void validateDate() {
        if ((known & YEAR) != 0 && !julian) {
            if (beforeChrist) {
                if (year <= 0) {
                    throw overflow();
                }
                year = -(year - 1);
            } else if (twoDigitYear) {
                if (year < 70) {
                    year += 2000;
                } else if (year < 100) {
                    year += 1900;
                }
            } else if (year <= 0) {
                throw overflow();
            }
        }
        if ((known & DAY_OF_YEAR) != 0) {
            var civil = DateMath.toCivil(DateMath.toDays(year, 1, 1) + dayOfYear - 1);
            year = civil.year();
            month = civil.month();
            day = civil.day();
        }
        boolean wrongMonth = (known & MONTH) != 0 && (month < 1 || month > 12);
        boolean wrongDay = (known & DAY) != 0 && (day < 1 || day > 31);
        if (wrongMonth || wrongDay) {
            throw overflow().withHint("Perhaps you need a different \"datestyle\" setting.");
        }
        if ((known & DATE_MASK) == DATE_MASK && day > DateMath.daysInMonth(year, month)) {
            throw overflow();
        }
    }

    /** Digits with an optional sign, as C's strtol reads them. */
    private static final class Digits {
        final int value;
        final int end;
        final boolean overflow;

        Digits(String text, int from) {
            int at = from;
            boolean negative = at < text.length() && text.charAt(at) == '-';
            if (negative || (at < text.length() && text.charAt(at) == '+')) {
                at++;
            }
            int first = at;
            long number = 0;
            while (at < text.length() && Text.isDigit(text.charAt(at))) {
                number = Math.min(number * 10 + text.charAt(at) - '0', Integer.MAX_VALUE + 1L);
                at++;
            }
            overflow = number > Integer.MAX_VALUE;
            value = (int) (negative ? -number : number);
            end = at == first ? from : at;
        }
    }
}
