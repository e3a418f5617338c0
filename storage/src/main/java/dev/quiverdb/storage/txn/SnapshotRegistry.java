package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.table.Snapshot;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Which snapshots are open, and what a new one sees. Thread-safe.
 *
 * <p>The horizon is what every open snapshot and every later one sees without exception; what only
 * an older snapshot would need may go.
 */
final class SnapshotRegistry {
    private final TreeMap<Long, int[]> open = new TreeMap<>();
    private volatile long published;
    private long[] applying = new long[0];

    /** Takes a snapshot of what is published now; give it back with {@link #close}. */
    synchronized Snapshot take() {
        var snapshot = new Snapshot(published, applying);
        open.computeIfAbsent(snapshot.quiet(), _ -> new int[1])[0]++;
        return snapshot;
    }

    /** Opens a snapshot once more. It must be open. */
    synchronized Snapshot keep(Snapshot snapshot) {
        open.computeIfAbsent(snapshot.quiet(), _ -> new int[1])[0]++;
        return snapshot;
    }

    synchronized void close(Snapshot snapshot) {
        var count = open.get(snapshot.quiet());
        if (count == null) {
            throw new IllegalStateException("snapshot closed twice: " + snapshot);
        }
        if (--count[0] == 0) {
            open.remove(snapshot.quiet());
        }
    }

    synchronized long horizon() {
        long newest = applying.length == 0 ? published : Math.min(published, applying[0] - 1);
        return open.isEmpty() ? newest : Math.min(newest, open.firstKey());
    }

    /** The newest commit that everybody may see. */
    long published() {
        return published;
    }

    /** A large commit begins to be applied in slices; it is not seen until {@link #publishLate}. */
    synchronized void beginLate(long commit) {
        applying = Arrays.copyOf(applying, applying.length + 1);
        applying[applying.length - 1] = commit;
        Arrays.sort(applying);
        published = Math.max(published, commit);
    }

    synchronized void publishLate(long commit) {
        applying = Arrays.stream(applying).filter(one -> one != commit).toArray();
    }

    synchronized void publish(long commit) {
        published = Math.max(published, commit);
    }
}
