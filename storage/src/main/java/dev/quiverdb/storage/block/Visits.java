package dev.quiverdb.storage.block;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Who is inside, and since which epoch. Entering and leaving cost one atomic each on a slot that
 * the thread mostly has for itself.
 */
final class Visits {
    private static final int SLOTS = 512;

    /** Slots lie a cache line apart. */
    private static final int STRIDE = 8;

    /** The epoch of each visit, 0 for none, and beside it the thread. */
    private final AtomicLongArray epochs = new AtomicLongArray(SLOTS * STRIDE);

    /**
     * Announces a visit since {@code epoch}, which is positive. Waits where more than 512 are
     * inside.
     */
    int enter(long epoch) {
        int slot = (int) ((Thread.currentThread().threadId() * 0x9E3779B9L) >>> 7) & (SLOTS - 1);
        for (int tried = 0; ; tried++) {
            if (epochs.get(slot * STRIDE) == 0 && epochs.compareAndSet(slot * STRIDE, 0, epoch)) {
                epochs.setRelease(slot * STRIDE + 1, Thread.currentThread().threadId());
                return slot;
            }
            slot = (slot + 1) & (SLOTS - 1);
            if (tried >= SLOTS) {
                LockSupport.parkNanos(1_000);
            }
        }
    }

    void exit(int ticket) {
        assert epochs.get(ticket * STRIDE) != 0 : "left twice";
        epochs.setRelease(ticket * STRIDE, 0);
    }

    /**
     * Whether the calling thread is inside. May say so wrongly while another one enters; never
     * denies it. O(slots).
     */
    boolean isInside() {
        long thread = Thread.currentThread().threadId();
        for (int i = 0; i < SLOTS * STRIDE; i += STRIDE) {
            if (epochs.get(i) != 0 && epochs.get(i + 1) == thread) {
                return true;
            }
        }
        return false;
    }

    /** The smallest epoch announced by anybody inside; {@code Long.MAX_VALUE} when nobody is. */
    long oldest() {
        long oldest = Long.MAX_VALUE;
        for (int i = 0; i < SLOTS * STRIDE; i += STRIDE) {
            long epoch = epochs.get(i);
            if (epoch != 0 && epoch < oldest) {
                oldest = epoch;
            }
        }
        return oldest;
    }
}
