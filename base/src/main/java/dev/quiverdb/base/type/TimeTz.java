package dev.quiverdb.base.type;

/**
 * A value of timetz.
 *
 * @param micros local time, 0 to 86,400,000,000
 * @param zoneSeconds seconds west of Greenwich, as PostgreSQL keeps them: UTC+1 is -3600
 */
public record TimeTz(long micros, int zoneSeconds) implements Comparable<TimeTz> {
    /** Microseconds since midnight UTC; may be negative or beyond a day. */
    public long utcMicros() {
        return micros + zoneSeconds * 1_000_000L;
    }

    /** By the moment, then by zone, as timetz_cmp. */
    @Override
    public int compareTo(TimeTz other) {
        int byMoment = Long.compare(utcMicros(), other.utcMicros());
        return byMoment != 0 ? byMoment : Integer.compare(zoneSeconds, other.zoneSeconds);
    }
}
