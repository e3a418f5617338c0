package dev.quiverdb.vector.graph;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.Everything;
import dev.quiverdb.vector.filter.VecIdBitmap;
import java.util.Arrays;

/**
 * The walk over one graph from one query: best-first search with a bounded result heap (Malkov and
 * Yashunin, algorithm 2), resumable and filtered. For one thread; reused from query to query and
 * allocates nothing once its heaps have grown.
 *
 * <p>Between {@link #begin} and the end of use its {@link #scorer} is bound to the query. What the
 * walk meets beyond the current worst result is put aside in {@code later} only when the walk may
 * be resumed.
 */
final class Traversal {
    /** Batches end here so that the buffers stay small; above any row. */
    private static final int BATCH_MAX = 256;

    private final GraphState state;
    private final VisitedSet visited = new VisitedSet();
    private final VisitedSet noted = new VisitedSet();
    private final LongHeap candidates = new LongHeap(256);
    private final LongHeap results = new LongHeap(256);
    private final LongHeap later = new LongHeap(256);
    private final LongHeap evicted = new LongHeap(256);
    private final int[] row = new int[BATCH_MAX];
    private final int[] secondRow = new int[BATCH_MAX];
    private final int[] batch = new int[BATCH_MAX];
    private final float[] distances = new float[BATCH_MAX];
    private final int[] gated = new int[BATCH_MAX];
    private final long[] gatedScored = new long[BATCH_MAX];
    private final boolean[] verdicts = new boolean[BATCH_MAX];
    private long[] sorted = new long[256];
    private Scorer scorer;
    private boolean resumable;
    private boolean anyNoted;
    private int leftOut;

    /** Kept so that reads ahead are not optimised away. */
    @SuppressWarnings("UnusedVariable")
    private int touched;

    // What happened since begin, for statistics and for the choice of mode.
    long hops;
    long scored;
    long tested;
    long passed;

    Traversal(GraphState state, Scorer scorer) {
        this.state = state;
        this.scorer = scorer;
    }

    /** Starts a walk with a bound scorer. */
    void begin(Scorer bound, boolean mayResume) {
        scorer = bound;
        resumable = mayResume;
        anyNoted = false;
        leftOut = -1;
        hops = 0;
        scored = 0;
        tested = 0;
        passed = 0;
        forget();
        later.clear();
        evicted.clear();
    }

    /** Makes the walk one over a graph without a vector, which is neither passed nor returned. */
    void leaveOut(int vecId) {
        leftOut = vecId;
        clearVisited();
    }

    private void clearVisited() {
        visited.clear(state.idsMax());
        if (leftOut >= 0) {
            visited.add(leftOut);
        }
    }

    private void forget() {
        clearVisited();
        candidates.clear();
        results.clear();
    }

    /** Returns a stored vector's scored id, without visiting it. */
    long score(int vecId) {
        scored++;
        return Scored.of(scorer.score(vecId), vecId);
    }

    /**
     * Walks greedily on the layers above {@code toLayer} and returns the nearest met that has not
     * been cut out: what was cut out may still be pointed to, and leads nowhere.
     */
    long descend(long start, int fromLayer, int toLayer) {
        long best = start;
        for (int layer = fromLayer; layer > toLayer; layer--) {
            visited.add(Scored.vecId(best));
            while (true) {
                long before = best;
                int count = state.neighbours(Scored.vecId(best), layer, row);
                int fresh = visited.addAll(row, count, batch);
                scoreBatch(fresh);
                for (int i = 0; i < fresh; i++) {
                    long met = Scored.of(distances[i], batch[i]);
                    if (met < best && (state.flags(batch[i]) & GraphState.CUT) == 0) {
                        best = met;
                    }
                }
                if (best == before) {
                    break;
                }
            }
        }
        clearVisited();
        return best;
    }

    /** Adds a place to walk from; a result too if it is live and admitted. */
    void seed(long start, int ef, Admission admission) {
        if (visited.add(Scored.vecId(start))) {
            candidates.push(start);
            offerResult(start, ef, admission);
        }
    }

    private void offerResult(long found, int ef, Admission admission) {
        int vecId = Scored.vecId(found);
        if (isReturnable(vecId) && passes(admission, vecId)) {
            keep(found, ef);
        }
    }

    private boolean passes(Admission admission, int vecId) {
        tested++;
        if (admission.admits(vecId)) {
            passed++;
            return true;
        }
        return false;
    }

    private void keep(long found, int ef) {
        if (results.size() < ef) {
            results.push(~found);
        } else {
            long worst = ~results.peek();
            if (found < worst) {
                results.replaceTop(~found);
                if (resumable) {
                    evicted.push(worst);
                }
            } else if (resumable) {
                evicted.push(found);
            }
        }
    }

    private long worst(int ef) {
        return results.size() < ef ? Scored.NONE : ~results.peek();
    }

    /**
     * Builds' search of one layer: keeps the {@code ef} nearest that are present and not dead,
     * leaving out {@code self}.
     */
    void searchLayer(int layer, int ef, int self) {
        visited.add(self);
        while (!candidates.isEmpty()) {
            long next = candidates.peek();
            long worst = worst(ef);
            if (next > worst) {
                break;
            }
            candidates.pop();
            hops++;
            int count = state.neighbours(Scored.vecId(next), layer, row);
            int fresh = visited.addAll(row, count, batch);
            scoreBatch(fresh);
            for (int i = 0; i < fresh; i++) {
                long found = Scored.of(distances[i], batch[i]);
                if (found < worst) {
                    candidates.push(found);
                    if (!state.isDead(batch[i])) {
                        keep(found, ef);
                        worst = worst(ef);
                    }
                }
            }
        }
    }

    /** Prepares the search of the next layer down from the results of the layer above. */
    void nextLayer(long[] seeds, int count, int ef, int self) {
        forget();
        for (int i = 0; i < count; i++) {
            int vecId = Scored.vecId(seeds[i]);
            if (vecId != self && visited.add(vecId)) {
                candidates.push(seeds[i]);
                if (!state.isDead(vecId)) {
                    keep(seeds[i], ef);
                }
            }
        }
    }

    /**
     * Walks the ground layer until no candidate can improve the {@code ef} results, or {@code
     * hopsMax} hops are made. The filter decides about results only.
     *
     * @return whether it ended by itself rather than by {@code hopsMax}; otherwise it goes on when
     *     it is called again
     */
    boolean walk(int ef, Admission admission, long hopsMax) {
        boolean everything = admission instanceof Everything;
        boolean cheap = everything || admission instanceof VecIdBitmap;
        long worst = worst(ef);
        while (!candidates.isEmpty()) {
            long next = candidates.peek();
            if (next > worst) {
                return true;
            }
            if (hops >= hopsMax) {
                return false;
            }
            candidates.pop();
            hops++;
            int count = state.neighbours(Scored.vecId(next), 0, row);
            int fresh = visited.addAll(row, count, batch);
            if (!candidates.isEmpty()) {
                // Most often the next to be looked at: its row comes while these are scored.
                touched += state.touchRow(Scored.vecId(candidates.peek()));
            }
            scoreBatch(fresh);
            int gatedCount = 0;
            float bound = Scored.distance(worst);
            for (int i = 0; i < fresh; i++) {
                if (distances[i] > bound && !resumable) {
                    continue;
                }
                long found = Scored.of(distances[i], batch[i]);
                if (found >= worst) {
                    if (resumable) {
                        later.push(found);
                    }
                    continue;
                }
                candidates.push(found);
                if (cheap) {
                    if (isReturnable(batch[i]) && (everything || passes(admission, batch[i]))) {
                        keep(found, ef);
                        worst = worst(ef);
                        bound = Scored.distance(worst);
                    }
                } else if (isReturnable(batch[i])) {
                    gated[gatedCount] = batch[i];
                    gatedScored[gatedCount++] = found;
                }
            }
            if (gatedCount > 0) {
                admission.admitMany(gated, gatedCount, verdicts);
                tested += gatedCount;
                for (int i = 0; i < gatedCount; i++) {
                    if (verdicts[i]) {
                        passed++;
                        keep(gatedScored[i], ef);
                    }
                }
                worst = worst(ef);
            }
        }
        return true;
    }

    /**
     * Walks the ground layer through admitted vectors only, as ACORN and NaviX do: where a
     * neighbour is not admitted its own neighbours are looked at in its stead, as long as most
     * neighbours are rejected there. Distances are computed for admitted vectors only.
     */
    void walkAdmitted(int ef, VecIdBitmap known, Admission admission) {
        long worst = worst(ef);
        boolean exact = admission instanceof VecIdBitmap;
        while (!candidates.isEmpty()) {
            long next = candidates.peek();
            if (next > worst) {
                return;
            }
            candidates.pop();
            hops++;
            int count = state.neighbours(Scored.vecId(next), 0, row);
            int near = known.select(row, count, true, batch, 0);
            int fresh = visited.addAll(batch, near, batch);
            tested += count;
            passed += near;
            if ((count - near) * 4 > count) {
                int rejected = known.select(row, count, false, row, 0);
                fresh = takeBehind(visited.absent(row, rejected, row), known, fresh);
            }
            scoreBatch(fresh);
            for (int i = 0; i < fresh; i++) {
                long found = Scored.of(distances[i], batch[i]);
                if (found < worst) {
                    candidates.push(found);
                    if (isReturnable(batch[i]) && (exact || passes(admission, batch[i]))) {
                        keep(found, ef);
                        worst = worst(ef);
                    }
                }
            }
        }
    }

    /** Takes the admitted neighbours of the first in {@code row}, which were not met before. */
    private int takeBehind(int count, VecIdBitmap known, int taken) {
        int room = state.rowRoom(0);
        int enough = Math.min(room, BATCH_MAX - room + 1);
        for (int i = 0; i < count; i++) {
            touched += state.touchRow(row[i]);
        }
        int fresh = taken;
        for (int i = 0; i < count && fresh < enough; i++) {
            if (visited.add(row[i])) {
                int behind = state.neighbours(row[i], 0, secondRow);
                int end = known.select(secondRow, behind, true, secondRow, 0);
                int added = visited.addAll(secondRow, end, secondRow);
                System.arraycopy(secondRow, 0, batch, fresh, added);
                fresh += added;
            }
        }
        return fresh;
    }

    /** Gives back what was put aside, so that the next {@link #walk} finds what comes after. */
    void resume(int ef, Admission admission) {
        assert resumable : "this walk put nothing aside";
        while (results.size() < ef && !evicted.isEmpty()) {
            results.push(~evicted.pop());
        }
        for (int i = 0; i < ef && !later.isEmpty(); i++) {
            long found = later.pop();
            candidates.push(found);
            offerResult(found, ef, admission);
        }
    }

    /** Returns whether a resumed walk could find anything more. */
    boolean isExhausted() {
        return candidates.isEmpty() && later.isEmpty() && evicted.isEmpty();
    }

    /**
     * Notes a vector that is offered from beside the graph: a walk that meets it, linked meanwhile,
     * passes through and does not return it again.
     *
     * @return whether it was not noted before
     */
    boolean note(int vecId) {
        if (!anyNoted) {
            anyNoted = true;
            noted.clear(state.idsMax());
        }
        return noted.add(vecId);
    }

    private boolean isReturnable(int vecId) {
        return !state.isDead(vecId) && !(anyNoted && noted.contains(vecId));
    }

    int resultCount() {
        return results.size();
    }

    /** Returns the distance that a result must be below to be kept; NaN for any. */
    float bound(int ef) {
        return Scored.distance(worst(ef));
    }

    /** Offers a result found beside the graph. */
    void offer(long found, int ef) {
        keep(found, ef);
    }

    /** Moves the results out, nearest first; {@link #sorted} holds them. Returns how many. */
    int drain() {
        int count = results.size();
        if (sorted.length < count) {
            sorted = new long[count + (count >>> 1)];
        }
        for (int i = count - 1; i >= 0; i--) {
            sorted[i] = ~results.pop();
        }
        return count;
    }

    /** The array that the last {@link #drain} filled. */
    long[] sorted() {
        return sorted;
    }

    /** Re-scores {@code sorted[0..count)} with another bound scorer and sorts again. */
    void rescore(Scorer exact, int count) {
        for (int from = 0; from < count; from += BATCH_MAX) {
            int size = Math.min(BATCH_MAX, count - from);
            for (int i = 0; i < size; i++) {
                batch[i] = Scored.vecId(sorted[from + i]);
            }
            exact.score(batch, size, distances);
            for (int i = 0; i < size; i++) {
                sorted[from + i] = Scored.of(distances[i], batch[i]);
            }
        }
        Arrays.sort(sorted, 0, count);
    }

    private void scoreBatch(int count) {
        if (count > 0) {
            scorer.score(batch, count, distances);
            scored += count;
        }
    }
}
