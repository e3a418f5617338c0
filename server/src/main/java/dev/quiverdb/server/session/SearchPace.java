package dev.quiverdb.server.session;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the searches of a plan take less time than a thread that reads sockets may be held up
 * for. What they cost is known by running them: vectors may be on disk, or many not linked yet. One
 * that took long may have been held up itself; where one of nine does, the plan is left to workers
 * for a second and tried again. Thread-safe; of updates that meet one may be lost.
 */
final class SearchPace {
    private static final long LONG_MICROS = 1_000;
    private static final long PAUSE_MICROS = 1_000_000;
    private static final int LONG_WEIGHT = 8;
    private static final int WEIGHT_MAX = 4 * LONG_WEIGHT;

    private final AtomicInteger weight = new AtomicInteger();
    private volatile boolean paused;
    private volatile long pausedMicros;

    boolean isQuick(long nowMicros) {
        return !paused || Math.abs(nowMicros - pausedMicros) >= PAUSE_MICROS;
    }

    /** A search has ended. */
    void took(long beginMicros, long endMicros) {
        if (endMicros - beginMicros <= LONG_MICROS) {
            int before = weight.get();
            if (before > 0) {
                weight.lazySet(before - 1);
            }
        } else if (weight.addAndGet(LONG_WEIGHT) >= WEIGHT_MAX) {
            refused(endMicros);
        }
    }

    /** A search was known to take long before it had begun. */
    void refused(long nowMicros) {
        weight.set(0);
        pausedMicros = nowMicros;
        paused = true;
    }
}
