package dev.quiverdb.vector.graph;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Found vectors, nearest first: a buffer that its owner reuses from search to search. */
public final class Neighbours {
    private long[] scored = new long[16];
    private int count;

    public int count() {
        return count;
    }

    public int vecId(int index) {
        return Scored.vecId(scored[index]);
    }

    /** Returns the distance in the scorer's units, squared for L2. */
    public float distance(int index) {
        return Scored.distance(scored[index]);
    }

    /** Returns the ids found, as a new array. */
    public int[] vecIds() {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = vecId(i);
        }
        return ids;
    }

    /** Drops those whose vecId the test holds for. */
    public void removeIf(IntPredicate test) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (!test.test(vecId(i))) {
                scored[kept++] = scored[i];
            }
        }
        count = kept;
    }

    public void clear() {
        count = 0;
    }

    /** Appends one that is not nearer than the last. */
    public void add(int vecId, float distance) {
        add(Scored.of(distance, vecId));
    }

    void add(long found) {
        if (count == scored.length) {
            scored = Arrays.copyOf(scored, count * 2);
        }
        scored[count++] = found;
    }
}
