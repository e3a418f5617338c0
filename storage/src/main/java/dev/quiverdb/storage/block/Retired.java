package dev.quiverdb.storage.block;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Things that visits may still hold, given back when every visit that began before their retirement
 * is over. Safe for all threads.
 *
 * <p>Epoch-based reclamation: Fraser, <i>Practical lock-freedom</i>, 2004, section 5.2.3.
 */
final class Retired {
    private record Item(long epoch, Runnable release) {}

    /** Grows by one with everything retired. Visits announce it. */
    private final AtomicLong epoch = new AtomicLong(1);

    private final ArrayDeque<Item> waiting = new ArrayDeque<>();

    /** The epoch, positive; what is retired from now on is of this one or a later one. */
    long epoch() {
        return epoch.get();
    }

    /** Begins the next epoch. */
    void nextEpoch() {
        epoch.incrementAndGet();
    }

    /** Retires what nobody who enters from now on can find. */
    void add(Runnable release) {
        long retiredIn = epoch.getAndIncrement();
        synchronized (this) {
            waiting.add(new Item(retiredIn, release));
        }
    }

    /**
     * Releases what was retired before the oldest visit.
     *
     * @param oldestVisit looks for the epoch of the oldest visit; {@code Long.MAX_VALUE} for none
     */
    void release(LongSupplier oldestVisit) {
        // What is retired while it looks may be held by one who enters behind its look.
        long before = epoch.get();
        long end = Math.min(before, oldestVisit.getAsLong());
        synchronized (this) {
            for (var item = waiting.peek();
                    item != null && item.epoch < end;
                    item = waiting.peek()) {
                waiting.poll();
                item.release.run();
            }
        }
    }
}
