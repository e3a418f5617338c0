package dev.quiverdb.storage.table;

import java.util.Arrays;

/**
 * What a reader sees: every commit up to a timestamp, except those large ones that were still being
 * applied when it was taken. Immutable.
 */
public final class Snapshot {
    /** Sees everything that is applied, published or not. For whoever holds the locks. */
    public static final Snapshot LATEST = new Snapshot(Long.MAX_VALUE, new long[0]);

    private final long timestamp;
    private final long quiet;
    private final long[] applying;

    /**
     * @param applying timestamps at most {@code timestamp} that are not seen, ascending
     */
    public Snapshot(long timestamp, long[] applying) {
        this.timestamp = timestamp;
        this.applying = Arrays.copyOf(applying, applying.length);
        this.quiet = applying.length == 0 ? timestamp : Math.min(timestamp, applying[0] - 1);
    }

    public long timestamp() {
        return timestamp;
    }

    /** Everything up to here is seen, without exception. */
    public long quiet() {
        return quiet;
    }

    /** Whether a change with that commit timestamp is seen. */
    public boolean sees(long stamp) {
        return stamp <= quiet || (stamp <= timestamp && Arrays.binarySearch(applying, stamp) < 0);
    }

    @Override
    public String toString() {
        return "snapshot " + timestamp + " without " + Arrays.toString(applying);
    }
}
