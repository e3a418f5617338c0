package dev.quiverdb.base.type;

/**
 * The proleptic Gregorian calendar in days since 2000-01-01 and microseconds. Year 0 is 1 BC.
 *
 * @see <a href="https://howardhinnant.github.io/date_algorithms.html">chrono-compatible date
 *     algorithms</a>
 */
public final class DateMath {
    public static final int DATE_INFINITY = Integer.MAX_VALUE;
    public static final int DATE_NEGATIVE_INFINITY = Integer.MIN_VALUE;
    public static final long TIMESTAMP_INFINITY = Long.MAX_VALUE;
    public static final long TIMESTAMP_NEGATIVE_INFINITY = Long.MIN_VALUE;

    public static final long MICROS_PER_SECOND = 1_000_000L;
    public static final long MICROS_PER_MINUTE = 60_000_000L;
    public static final long MICROS_PER_HOUR = 3_600_000_000L;
    public static final long MICROS_PER_DAY = 86_400_000_000L;

    /** Julian day number of 2000-01-01. */
    public static final int EPOCH_JULIAN = 2_451_545;

    /** First day that a date can have: 24 November 4714 BC, Julian day 0. */
    public static final int DATE_MIN = -EPOCH_JULIAN;

    /** First day that a date cannot have: 3 June 5874898. */
    public static final int DATE_END = 2_147_483_494 - EPOCH_JULIAN;

    public static final long TIMESTAMP_MIN = -211_813_488_000_000_000L;
    public static final long TIMESTAMP_END = 9_223_371_331_200_000_000L;

    /** 1970-01-01. */
    public static final int UNIX_EPOCH_DAYS = -10_957;

    private static final int[] DAYS_IN_MONTH = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private DateMath() {}

    /** A day of the calendar; year 0 is 1 BC. */
    public record Civil(int year, int month, int day) {}

    public static boolean isLeap(int year) {
        return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    public static int daysInMonth(int year, int month) {
        return month == 2 && isLeap(year) ? 29 : DAYS_IN_MONTH[month - 1];
    }

    /** Days since 2000-01-01 of any year, month 1 to 12 and day. */
    public static long toDays(int year, int month, int day) {
        long y = month <= 2 ? year - 1L : year;
        long era = Math.floorDiv(y, 400L);
        long yearOfEra = y - era * 400;
        long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468 + UNIX_EPOCH_DAYS;
    }

    public static Civil toCivil(long days) {
        long z = days - UNIX_EPOCH_DAYS + 719_468;
        long era = Math.floorDiv(z, 146_097L);
        long dayOfEra = z - era * 146_097;
        long yearOfEra =
                (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthPart = (5 * dayOfYear + 2) / 153;
        int day = (int) (dayOfYear - (153 * monthPart + 2) / 5 + 1);
        int month = (int) (monthPart < 10 ? monthPart + 3 : monthPart - 9);
        return new Civil((int) (yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), month, day);
    }

    /** 0 for Sunday to 6 for Saturday. */
    public static int dayOfWeek(long days) {
        return (int) Math.floorMod(days + 6, 7L);
    }

    public static boolean isFiniteDate(int days) {
        return days != DATE_INFINITY && days != DATE_NEGATIVE_INFINITY;
    }

    public static boolean isFiniteTimestamp(long micros) {
        return micros != TIMESTAMP_INFINITY && micros != TIMESTAMP_NEGATIVE_INFINITY;
    }

    public static boolean isValidTimestamp(long micros) {
        return micros >= TIMESTAMP_MIN && micros < TIMESTAMP_END;
    }

    /** Whether the Julian day of a date is one that we count with. */
    static boolean isValidJulian(int year, int month) {
        return (year > -4713 || (year == -4713 && month >= 11))
                && (year < 5_874_898 || (year == 5_874_898 && month < 6));
    }

    /** Rounds microseconds to so many digits (0 to 6) of a second, half away from zero. */
    static long round(long micros, int precision) {
        long scale = 1;
        for (int i = precision; i < 6; i++) {
            scale *= 10;
        }
        long half = scale / 2;
        return micros >= 0 ? (micros + half) / scale * scale : -((-micros + half) / scale * scale);
    }
}
