package dev.quiverdb.storage.block;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Visits, and what waits for them to end: everything retired makes a new epoch, each visit
 * announces the one it began in, and what was retired is given back when all visits announce later
 * ones. Safe for all threads.
 */
final class Epochs {
    private static final long RETIRED_BYTES_MAX = 8 << 20;
    private static final int RELEASE_WAITS = 2_000;
    private static final long RELEASE_WAIT_NANOS = 50_000;

    private final FrameMemory memory;
    private final PageSpace space;
    private final Visits readers = new Visits();
    private final Visits writers = new Visits();
    private final Retired retired = new Retired();

    /**
     * Memory that is given back as soon as visits end. It counts as free, or one long visit would
     * empty the cache.
     */
    private final AtomicLong retiredBytes = new AtomicLong();

    /** So much of the cache is kept for frames that are evicted and may still be held. */
    private final long retiredBytesMax;

    Epochs(FrameMemory memory, PageSpace space) {
        this.memory = memory;
        this.space = space;
        this.retiredBytesMax = Math.min(memory.limitBytes() / 8, RETIRED_BYTES_MAX);
    }

    // ---- visits ----

    int enterReader() {
        awaitRelease();
        return readers.enter(retired.epoch());
    }

    void exitReader(int ticket) {
        readers.exit(ticket);
    }

    /** After {@link #awaitRelease}. */
    int enterWriter() {
        return writers.enter(retired.epoch());
    }

    void exitWriter(int ticket) {
        writers.exit(ticket);
    }

    long now() {
        return retired.epoch();
    }

    void advance() {
        retired.nextEpoch();
    }

    /** The epoch in which the oldest writer inside began; {@code Long.MAX_VALUE}: none is. */
    long oldestWriter() {
        return writers.oldest();
    }

    // ---- what waits for them ----

    void retire(Runnable release) {
        retired.add(release);
    }

    void retireFrame(Frame frame) {
        retiredBytes.addAndGet(frame.sizeBytes());
        retire(() -> {
            memory.free(frame.piece);
            retiredBytes.addAndGet(-frame.sizeBytes());
        });
    }

    void retirePages(Location location) {
        retire(() -> space.free(location.page, location.pages));
    }

    /** Gives back what no visit may hold any more. */
    void release() {
        retired.release(() -> Math.min(readers.oldest(), writers.oldest()));
    }

    /** Whether so much more would be past the bound, with what is kept for retired frames. */
    boolean isShort(int sizeBytes) {
        return memory.isShort(sizeBytes + retiredBytesMax - retiredBytes.get());
    }

    /**
     * Evicted frames are memory in use until every visit that may hold them is over. Where one
     * visit lasts long and others go on loading, that would grow without a bound; so who is not
     * inside yet waits for those who are. It does not wait for ever, since it may hold what they
     * need.
     */
    void awaitRelease() {
        if (retiredBytes.get() <= retiredBytesMax) {
            return;
        }
        release();
        if (retiredBytes.get() <= retiredBytesMax || readers.isInside() || writers.isInside()) {
            return;
        }
        for (int i = 0; i < RELEASE_WAITS && retiredBytes.get() > retiredBytesMax; i++) {
            LockSupport.parkNanos(RELEASE_WAIT_NANOS);
            release();
        }
    }
}
