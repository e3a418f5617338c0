package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Vectors whose rows went, with the commit that took them, until no snapshot looks for them.
 * Thread-safe.
 */
final class Leaving {
    /** By commit: the applying thread adds them in the order in which they go. */
    private final Map<Integer, Long> commits = new LinkedHashMap<>();

    /** The newest horizon heard of. */
    private long pruned = Long.MIN_VALUE;

    synchronized void add(int vecId, long commit) {
        commits.remove(vecId);
        commits.put(vecId, commit);
    }

    /** Forgets a vector, for it stays or is gone already. */
    synchronized void remove(int vecId) {
        commits.remove(vecId);
    }

    synchronized boolean contains(int vecId) {
        return commits.containsKey(vecId);
    }

    /** Hears of a horizon; returns whether anything waits for one. */
    synchronized boolean prune(long horizon) {
        pruned = Math.max(pruned, horizon);
        return !commits.isEmpty();
    }

    /** Whether there is one that no snapshot looks for any more. */
    synchronized boolean hasPruned() {
        return !commits.isEmpty() && commits.values().iterator().next() <= pruned;
    }

    /**
     * Takes those that no snapshot looks for any more. Each is retired before somebody else can say
     * {@link #remove}: its slot may have another vector right after that. The caller is in a
     * writer's visit, as the one who removes is.
     */
    synchronized void retirePruned(int most, IntConsumer retire) {
        var each = commits.entrySet().iterator();
        for (int i = 0; i < most && each.hasNext(); i++) {
            var entry = each.next();
            if (entry.getValue() > pruned) {
                break;
            }
            each.remove();
            retire.accept(entry.getKey());
        }
    }

    synchronized void save(ByteWriter out) {
        out.putInt(commits.size());
        for (int vecId : commits.keySet()) {
            out.putInt(vecId);
        }
    }

    /** Reads what {@link #save} wrote: there are no snapshots after a restart. */
    synchronized void restore(ByteBuffer in) {
        for (int left = in.getInt(); left > 0; left--) {
            commits.put(in.getInt(), Long.MIN_VALUE);
        }
    }
}
