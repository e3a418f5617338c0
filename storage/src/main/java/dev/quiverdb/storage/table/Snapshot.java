package dev.quiverdb.storage.table;

import java.util.Arrays;

/**
 * What a reader sees: every commit up to a timestamp, except those large ones that were still being
 * applied when it was taken; for a transaction that loads in bulk, its own rows too. Immutable.
 */
public final class Snapshot {
    /** Sees everything committed that is applied, published or not. For whoever holds the locks. */
    public static final Snapshot LATEST = new Snapshot(HiddenStamp.FIRST - 1, new long[0]);

    private final long timestamp;
    private final long quiet;
    private final long[] applying;

    /** Hidden stamps from here on, and up to but without {@link #ownEnd}, are seen. */
    private final long ownFirst;

    private final long ownEnd;

    /**
     * @param applying timestamps at most {@code timestamp} that are not seen, ascending
     */
    public Snapshot(long timestamp, long[] applying) {
        this(timestamp, Arrays.copyOf(applying, applying.length), Long.MAX_VALUE, Long.MAX_VALUE);
    }

    private Snapshot(long timestamp, long[] applying, long ownFirst, long ownEnd) {
        this.timestamp = timestamp;
        this.applying = applying;
        this.quiet = applying.length == 0 ? timestamp : Math.min(timestamp, applying[0] - 1);
        this.ownFirst = ownFirst;
        this.ownEnd = ownEnd;
    }

    /** The same, and what a transaction loaded in bulk by its commands before the given one. */
    public Snapshot withOwn(long transactionId, int beforeCommand) {
        long first = HiddenStamp.of(transactionId, 0);
        return new Snapshot(
                timestamp,
                applying,
                first,
                first + Math.min(beforeCommand, HiddenStamp.COMMANDS_MAX));
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
        return stamp <= quiet
                || (stamp <= timestamp && Arrays.binarySearch(applying, stamp) < 0)
                || (stamp >= ownFirst && stamp < ownEnd);
    }

    @Override
    public String toString() {
        return "snapshot " + timestamp + " without " + Arrays.toString(applying);
    }
}
