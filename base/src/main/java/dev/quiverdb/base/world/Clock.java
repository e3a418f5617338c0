package dev.quiverdb.base.world;

import java.time.Instant;

/**
 * What time it is. Engine code never asks the machine itself, so a simulation can decide. Safe for
 * all threads.
 */
public interface Clock {
    /** Wall-clock time in microseconds since 1970-01-01T00:00Z; may jump in either direction. */
    long epochMicros();

    /** Monotone nanoseconds from an arbitrary origin, for durations and timeouts. */
    long nanoTime();

    /** The machine's clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }

    /** The machine's clock as a value; its precision is what {@link Instant#now()} gives. */
    enum SystemClock implements Clock {
        INSTANCE;

        @Override
        public long epochMicros() {
            var now = Instant.now();
            return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }
}
