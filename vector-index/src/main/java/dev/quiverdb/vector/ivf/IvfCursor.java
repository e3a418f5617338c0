package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.graph.Tail;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A search that goes on for as long as it is asked, until every admitted vector was returned once.
 * Lists are looked into round by round; within a round vectors come nearest first, over rounds
 * nearly so (pgvector's "relaxed order"). Keeps 8 bytes for each entry of the round's lists. One
 * thread; between two calls writers may change the index, so the caller checks what it gets against
 * its snapshot.
 */
public final class IvfCursor {
    private static final int BATCH = 64;

    /** The upper half of a key of what waits. */
    private static final int WAITING = (int) (key(Float.NEGATIVE_INFINITY, 0) >> 32);

    private final IvfIndex index;
    private final QueryVector query;
    private final IvfEffort effort;
    private final Admission admission;
    private final Arena arena = Arena.ofAuto();
    private final Projector projector;
    private final CentroidIndex.Probe probe;
    private final ListCodec.@Nullable Table table;
    private final ListCopy copy = new ListCopy();
    private final int[] ids = new int[BATCH];
    private final float[] ranks = new float[BATCH];
    private final boolean[] verdicts = new boolean[BATCH];
    private final BitSet seen = new BitSet();

    /** Estimates of entries that are not ranked yet, sorted from {@code pendingFrom} on. */
    private long[] pending = new long[1024];

    private int pendingFrom;
    private int pendingCount;

    /** Ranked and not returned yet, sorted from {@code rankedFrom} on. */
    private long[] ranked = new long[64];

    private int rankedFrom;
    private int rankedCount;
    private int nextList;
    private long movesKnown;
    private long current;

    /**
     * Begins a search.
     *
     * @param query stays the caller's, unchanged until the cursor is let go
     * @param effort its probes are looked into before the first result, and again as many whenever
     *     they are used up; its rerank is ranked exactly at a time
     */
    IvfCursor(
            IvfIndex index,
            QueryVector query,
            IvfEffort effort,
            Tail.View waiting,
            Admission admission) {
        this.index = index;
        this.query = query;
        this.effort = effort;
        this.admission = admission;
        this.projector =
                new Projector(index.rotation, index.model.learned, index.options.metric(), arena);
        this.probe = new CentroidIndex.Probe(index.centroids, arena);
        this.table = index.codec == null ? null : index.codec.newTable(arena);
        projector.project(query);
        if (table != null) {
            table.set(projector.values());
        }
        takeWaiting(waiting);
        long stamp = index.lock.readLock();
        try {
            movesKnown = index.moves.end();
            index.centroids.search(
                    projector.values(),
                    projector.memory(),
                    Math.min(effort.listsMax(), index.centroids.liveCount()),
                    probe);
        } finally {
            index.lock.unlockRead(stamp);
        }
        scanLists();
    }

    /** Moves to the next vector; false when there is none. In a visit of the slots. */
    public boolean advance() {
        while (rankedFrom == rankedCount) {
            if (pendingFrom == pendingCount && !scanRound()) {
                return false;
            }
            rankSome();
        }
        current = ranked[rankedFrom++];
        return true;
    }

    /** The vector the cursor stands on. */
    public int vecId() {
        return (int) current;
    }

    /** Its rank, exact. */
    public float rank() {
        int ordered = (int) (current >> 32);
        return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7FFFFFFF));
    }

    private static long key(float rank, int vecId) {
        int bits = Float.floatToRawIntBits(rank);
        int ordered = bits ^ ((bits >> 31) & 0x7FFFFFFF);
        return ((long) ordered << 32) | (vecId & 0xFFFFFFFFL);
    }

    /** What went to another list may have left one not looked into yet for one that was. */
    private void takeMoved() {
        if (index.moves.end() == movesKnown) {
            return;
        }
        var moved = new BitSet();
        long stamp = index.lock.readLock();
        try {
            if (!index.moves.since(movesKnown, moved)) {
                index.addAll(moved);
            }
            movesKnown = index.moves.end();
        } finally {
            index.lock.unlockRead(stamp);
        }
        moved.andNot(seen);
        int count = 0;
        Arrays.fill(ranks, Float.NEGATIVE_INFINITY);
        for (int id = moved.nextSetBit(0); id >= 0; id = moved.nextSetBit(id + 1)) {
            ids[count++] = id;
            if (count == BATCH) {
                take(count);
                count = 0;
            }
        }
        take(count);
    }

    /** What waits comes before all estimates, to be ranked with the first of them. */
    private void takeWaiting(Tail.View waiting) {
        int count = 0;
        Arrays.fill(ranks, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < waiting.size(); i++) {
            if (!seen.get(waiting.vecId(i))) {
                ids[count++] = waiting.vecId(i);
                if (count == BATCH) {
                    take(count);
                    count = 0;
                }
            }
        }
        take(count);
    }

    private boolean scanRound() {
        pendingFrom = 0;
        pendingCount = 0;
        scanLists();
        return pendingCount > 0;
    }

    private void scanLists() {
        float factor = index.options.euclidean() ? -2 : -1;
        boolean first = nextList == 0;
        while ((first || pendingCount == 0) && nextList < probe.exact.count()) {
            first = false;
            int end = Math.min(probe.exact.count(), nextList + effort.probes());
            for (; nextList < end; nextList++) {
                int list = probe.exact.vecId(nextList);
                float base = factor * probe.products[list];
                if (table == null) {
                    copy.flat(index, list);
                    // Nothing is known before the exact rank: the centroid's stands in.
                    Arrays.fill(copy.ranks, 0, copy.count, base);
                } else {
                    copy.coded(index, list, base, table, Float.POSITIVE_INFINITY);
                }
                for (int from = 0; from < copy.count; from += BATCH) {
                    int count = Math.min(BATCH, copy.count - from);
                    System.arraycopy(copy.ids, from, ids, 0, count);
                    System.arraycopy(copy.ranks, from, ranks, 0, count);
                    take(count);
                }
            }
        }
        takeMoved();
        Arrays.sort(pending, 0, pendingCount);
    }

    private void take(int count) {
        admission.admitMany(ids, count, verdicts);
        for (int i = 0; i < count; i++) {
            if (verdicts[i] && !seen.get(ids[i])) {
                seen.set(ids[i]);
                if (pendingCount == pending.length) {
                    pending = Arrays.copyOf(pending, 2 * pendingCount);
                }
                pending[pendingCount++] = key(ranks[i], ids[i]);
            }
        }
    }

    private void rankSome() {
        int left = pendingCount - pendingFrom;
        int count = table == null ? left : Math.min(Math.max(1, effort.rerank()), left);
        while (count < left && (int) (pending[pendingFrom + count] >> 32) == WAITING) {
            count++;
        }
        if (ranked.length < count) {
            ranked = new long[count];
        }
        for (int i = 0; i < count; i++) {
            int vecId = (int) pending[pendingFrom++];
            ranked[i] = key(index.function.rank(query, index.slots, vecId), vecId);
        }
        rankedFrom = 0;
        rankedCount = count;
        Arrays.sort(ranked, 0, count);
    }
}
