package dev.quiverdb.base.type;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words of dates, times and intervals. Only their first ten letters count. */
final class DateTimeWords {
    enum Meaning {
        RESERVED,
        MONTH,
        WEEKDAY,
        AM_PM,
        ERA,
        UNIT,
        IGNORED,
        DAYLIGHT_MODIFIER,
        ISO_TIME,
        AGO
    }

    enum Special {
        EARLY,
        LATE,
        EPOCH,
        NOW,
        TODAY,
        TOMORROW,
        YESTERDAY,
        ZULU
    }

    enum Unit {
        MICROSECOND,
        MILLISECOND,
        SECOND,
        MINUTE,
        HOUR,
        DAY,
        WEEK,
        MONTH,
        QUARTER,
        YEAR,
        DECADE,
        CENTURY,
        MILLENNIUM,
        JULIAN,
        TIME,
        DAY_OF_WEEK,
        DAY_OF_YEAR,
        ISO_DAY_OF_WEEK,
        ISO_YEAR,
        ZONE
    }

    /** {@code number} is a month, a day of the week, 1 for PM and BC, seconds of a modifier. */
    record Word(Meaning meaning, int number, @Nullable Special special, @Nullable Unit unit) {}

    private static final int LETTERS_MAX = 10;

    private static final Map<String, Word> DATE = new HashMap<>();
    private static final Map<String, Word> DELTA = new HashMap<>();

    static {
        String[] months = {
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december"
        };
        String[] weekdays = {
            "sun sunday",
            "mon monday",
            "tue tues tuesday",
            "wed weds wednesday",
            "thu thur thurs thursday",
            "fri friday",
            "sat saturday"
        };
        for (int i = 0; i < months.length; i++) {
            put(DATE, months[i], new Word(Meaning.MONTH, i + 1, null, null));
        }
        for (int i = 0; i < weekdays.length; i++) {
            put(DATE, weekdays[i], new Word(Meaning.WEEKDAY, i, null, null));
        }
        put(DATE, "am", new Word(Meaning.AM_PM, 0, null, null));
        put(DATE, "pm", new Word(Meaning.AM_PM, 1, null, null));
        put(DATE, "ad", new Word(Meaning.ERA, 0, null, null));
        put(DATE, "bc", new Word(Meaning.ERA, 1, null, null));
        put(DATE, "at on", new Word(Meaning.IGNORED, 0, null, null));
        put(DATE, "dst", new Word(Meaning.DAYLIGHT_MODIFIER, 3600, null, null));
        put(DATE, "t", new Word(Meaning.ISO_TIME, 0, null, Unit.TIME));
        special("-infinity", Special.EARLY);
        special("infinity", Special.LATE);
        special("epoch", Special.EPOCH);
        special("now", Special.NOW);
        special("today", Special.TODAY);
        special("tomorrow", Special.TOMORROW);
        special("yesterday", Special.YESTERDAY);
        special("allballs", Special.ZULU);
        unit(DATE, "d", Unit.DAY);
        unit(DATE, "dow", Unit.DAY_OF_WEEK);
        unit(DATE, "doy", Unit.DAY_OF_YEAR);
        unit(DATE, "h", Unit.HOUR);
        unit(DATE, "isodow", Unit.ISO_DAY_OF_WEEK);
        unit(DATE, "isoyear", Unit.ISO_YEAR);
        unit(DATE, "j jd julian", Unit.JULIAN);
        unit(DATE, "m", Unit.MONTH);
        unit(DATE, "mm", Unit.MINUTE);
        unit(DATE, "s", Unit.SECOND);
        unit(DATE, "y", Unit.YEAR);
        unit(DELTA, "us usec usecs useconds microsecond", Unit.MICROSECOND);
        unit(DELTA, "ms msec msecs mseconds millisecond", Unit.MILLISECOND);
        unit(DELTA, "s sec secs second seconds", Unit.SECOND);
        unit(DELTA, "m min mins minute minutes", Unit.MINUTE);
        unit(DELTA, "h hr hrs hour hours", Unit.HOUR);
        unit(DELTA, "d day days", Unit.DAY);
        unit(DELTA, "w week weeks", Unit.WEEK);
        unit(DELTA, "mon mons month months", Unit.MONTH);
        unit(DELTA, "qtr quarter", Unit.QUARTER);
        unit(DELTA, "y yr yrs year years", Unit.YEAR);
        unit(DELTA, "dec decs decade decades", Unit.DECADE);
        unit(DELTA, "c cent century centuries", Unit.CENTURY);
        unit(DELTA, "mil mils millennium millennia", Unit.MILLENNIUM);
        unit(DELTA, "timezone timezone_h timezone_m", Unit.ZONE);
        put(DELTA, "ago", new Word(Meaning.AGO, 0, null, null));
    }

    private DateTimeWords() {}

    private static void put(Map<String, Word> table, String words, Word meaning) {
        for (var word : words.split(" ", -1)) {
            table.put(cut(word), meaning);
        }
    }

    private static void special(String word, Special special) {
        put(DATE, word, new Word(Meaning.RESERVED, 0, special, null));
    }

    private static void unit(Map<String, Word> table, String words, Unit unit) {
        put(table, words, new Word(Meaning.UNIT, 0, null, unit));
    }

    private static String cut(String word) {
        return word.length() > LETTERS_MAX ? word.substring(0, LETTERS_MAX) : word;
    }

    /** A word of dates and times, in lower case. */
    static @Nullable Word find(String word) {
        return DATE.get(cut(word));
    }

    /** A word of intervals, in lower case; where it is none, a word of dates. */
    static @Nullable Word findDelta(String word) {
        return DELTA.get(cut(word));
    }
}
