package dev.quiverdb.base.type;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A value of interval. Its parts do not carry into each other, but compare as months of 30 days of
 * 24 hours: {@code 1 mon = 30 days}, also in {@code equals}.
 */
public record Interval(int months, int days, long micros) implements Comparable<Interval> {
    public static final Interval ZERO = new Interval(0, 0, 0);
    public static final long MICROS_PER_DAY = 86_400_000_000L;
    public static final int DAYS_PER_MONTH = 30;

    /** Whole days after carrying, rounded down; with {@link #comparableMicros} the order. */
    long comparableDays() {
        return months * (long) DAYS_PER_MONTH + days + Math.floorDiv(micros, MICROS_PER_DAY);
    }

    /** What {@link #comparableDays} leaves: 0 to a day. */
    long comparableMicros() {
        return Math.floorMod(micros, MICROS_PER_DAY);
    }

    /** All of it in microseconds, which may not fit a long. */
    public BigInteger totalMicros() {
        return BigInteger.valueOf(comparableDays())
                .multiply(BigInteger.valueOf(MICROS_PER_DAY))
                .add(BigInteger.valueOf(comparableMicros()));
    }

    @Override
    public int compareTo(Interval other) {
        int byDays = Long.compare(comparableDays(), other.comparableDays());
        return byDays != 0 ? byDays : Long.compare(comparableMicros(), other.comparableMicros());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Interval that && compareTo(that) == 0;
    }

    /** Whether the parts are the same, not only the sum. */
    public boolean identical(Interval other) {
        return months == other.months && days == other.days && micros == other.micros;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(comparableDays() * 31 + comparableMicros());
    }
}
