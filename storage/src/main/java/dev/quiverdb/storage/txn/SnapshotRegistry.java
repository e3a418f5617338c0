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
    /** How often snapshots are open, by their quiet timestamps; those of {@link #newest} apart. */
    private final TreeMap<Long, int[]> open = new TreeMap<>();

    private volatile long published;
    private long[] applying = new long[0];

    /** What everybody takes until something is published. */
    private Snapshot newest = new Snapshot(0, applying);

    /** How often snapshots with the quiet timestamp of {@link #newest} are open. */
    private int newestOpen;

    /** Takes a snapshot of what is published now; give it back with {@link #close}. */
    synchronized Snapshot take() {
        newestOpen++;
        return newest;
    }

    /** Opens a snapshot once more. It must be open. */
    synchronized Snapshot keep(Snapshot snapshot) {
        if (isNewest(snapshot)) {
            newestOpen++;
        } else {
            open.computeIfAbsent(snapshot.quiet(), _ -> new int[1])[0]++;
        }
        return snapshot;
    }

    synchronized void close(Snapshot snapshot) {
        if (isNewest(snapshot)) {
            if (newestOpen == 0) {
                throw new IllegalStateException("snapshot closed twice: " + snapshot);
            }
            newestOpen--;
            return;
        }
        var count = open.get(snapshot.quiet());
        if (count == null) {
            throw new IllegalStateException("snapshot closed twice: " + snapshot);
        }
        if (--count[0] == 0) {
            open.remove(snapshot.quiet());
        }
    }

    private boolean isNewest(Snapshot snapshot) {
        return snapshot.quiet() == newest.quiet();
    }

    /** What is seen has changed: the next who comes takes another snapshot. */
    private void replaceNewest() {
        var next = new Snapshot(published, applying);
        if (newestOpen > 0 && next.quiet() != newest.quiet()) {
            // The quiet timestamp only grows, so there is no count under the old one yet.
            open.put(newest.quiet(), new int[] {newestOpen});
            newestOpen = 0;
        }
        newest = next;
    }

    /** No newer than {@link #newest} is, whether anybody has that open or not. */
    synchronized long horizon() {
        return open.isEmpty() ? newest.quiet() : Math.min(newest.quiet(), open.firstKey());
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
        replaceNewest();
    }

    synchronized void publishLate(long commit) {
        applying = Arrays.stream(applying).filter(one -> one != commit).toArray();
        replaceNewest();
    }

    synchronized void publish(long commit) {
        published = Math.max(published, commit);
        replaceNewest();
    }
}
