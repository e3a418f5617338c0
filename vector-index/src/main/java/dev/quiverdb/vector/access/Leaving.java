package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Vectors whose rows went, with the commit that took them, until no snapshot looks for them.
 * Thread-safe.
 */
final class Leaving {
    private final Map<Integer, Long> commits = new HashMap<>();

    /** The newest horizon heard of. */
    private long pruned = Long.MIN_VALUE;

    synchronized void add(int vecId, long commit) {
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

    /** Takes those that no snapshot looks for any more. */
    synchronized List<Integer> takePruned() {
        List<Integer> taken = new ArrayList<>();
        var each = commits.entrySet().iterator();
        while (each.hasNext()) {
            var entry = each.next();
            if (entry.getValue() <= pruned) {
                each.remove();
                taken.add(entry.getKey());
            }
        }
        return taken;
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
