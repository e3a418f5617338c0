package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.quantise.FastScanTable;
import dev.quiverdb.vector.simd.Kernels;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A search that goes on for as long as it is asked, until every admitted vector was returned once.
 * Lists are looked into round by round; within a round vectors come nearest first, over rounds
 * nearly so (pgvector's "relaxed order"). Keeps 8 bytes for each entry of the lists seen so far.
 * One thread; between two calls writers may change the index, so the caller checks what it gets
 * against its snapshot.
 */
public final class IvfCursor implements AutoCloseable {
    private static final Kernels KERNELS = Kernels.active();

    private final IvfIndex index;
    private final QueryVector query;
    private final Admission admission;
    private final int listsPerRound;
    private final int rerank;
    private final Arena arena = Arena.ofShared();
    private final Projector projector;
    private final CentroidIndex.Probe probe;
    private final @Nullable FastScanTable table;
    private final short[] sums = new short[32];
    private final float[] ranks = new float[32];
    private final int[] ids = new int[32];
    private final boolean[] verdicts = new boolean[32];
    private long[] seen = {};

    /** Estimates of entries that are not ranked yet, sorted from {@code pendingFrom} on. */
    private long[] pending = new long[1024];

    private int pendingFrom;
    private int pendingCount;

    /** Ranked and not returned yet, sorted from {@code rankedFrom} on. */
    private long[] ranked = new long[64];

    private int rankedFrom;
    private int rankedCount;
    private int nextList;
    private long current;

    /**
     * Begins a search.
     *
     * @param query stays the caller's, unchanged until the cursor is closed
     * @param listsPerRound lists that are looked into before the first result, and again whenever
     *     they are used up
     * @param rerank estimates that are ranked exactly at a time
     */
    IvfCursor(
            IvfIndex index, QueryVector query, Admission admission, int listsPerRound, int rerank) {
        this.index = index;
        this.query = query;
        this.admission = admission;
        this.listsPerRound = Math.max(1, listsPerRound);
        this.rerank = Math.max(1, rerank);
        this.projector = new Projector(index.rotation, index.options.metric(), arena);
        this.probe = new CentroidIndex.Probe(index.centroids, arena);
        this.table = index.codec == null ? null : new FastScanTable(index.codec, arena);
        projector.project(query.elements());
        if (table != null) {
            table.set(projector.values());
        }
        long stamp = index.lock.readLock();
        try {
            index.centroids.search(
                    projector.values(), projector.memory(), index.centroids.liveCount(), probe);
        } finally {
            index.lock.unlockRead(stamp);
        }
    }

    /** Moves to the next vector; false when there is none. */
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

    private boolean scanRound() {
        pendingFrom = 0;
        pendingCount = 0;
        long stamp = index.lock.readLock();
        try {
            while (pendingCount == 0 && nextList < probe.exact.count()) {
                int end = Math.min(probe.exact.count(), nextList + listsPerRound);
                for (; nextList < end; nextList++) {
                    scanList(probe.exact.vecId(nextList));
                }
            }
        } finally {
            index.lock.unlockRead(stamp);
        }
        Arrays.sort(pending, 0, pendingCount);
        return pendingCount > 0;
    }

    private void scanList(int number) {
        PostingList list = index.lists[number];
        float base = (index.options.metric() == Metric.L2 ? -2 : -1) * probe.products[number];
        for (int b = 0; 32 * b < list.count; b++) {
            int block = list.blocks[b];
            int size = Math.min(32, list.count - 32 * b);
            MemorySegment slab = index.pool.slab(block);
            long offset = index.pool.offset(block);
            if (table == null) {
                // Nothing is known before the exact rank: the centroid's stands in.
                Arrays.fill(ranks, 0, size, base);
            } else {
                KERNELS.fastScan(table.memory(), 0, slab, offset, index.layout.columns(), sums, 0);
                KERNELS.fastScanRanks(
                        sums,
                        0,
                        slab,
                        offset + index.layout.factorsAt(),
                        base,
                        table.bias(),
                        table.scale(),
                        Float.POSITIVE_INFINITY,
                        ranks);
            }
            index.layout.ids(slab, offset, ids);
            admission.admitMany(ids, size, verdicts);
            for (int i = 0; i < size; i++) {
                if (verdicts[i] && see(ids[i])) {
                    if (pendingCount == pending.length) {
                        pending = Arrays.copyOf(pending, 2 * pendingCount);
                    }
                    pending[pendingCount++] = key(ranks[i], ids[i]);
                }
            }
        }
    }

    private boolean see(int vecId) {
        int word = vecId >>> 6;
        if (word >= seen.length) {
            seen = Arrays.copyOf(seen, Math.max(word + 1, (index.places[0].length >>> 6) + 1));
        }
        long bit = 1L << vecId;
        boolean fresh = (seen[word] & bit) == 0;
        seen[word] |= bit;
        return fresh;
    }

    private void rankSome() {
        int count =
                table == null
                        ? pendingCount - pendingFrom
                        : Math.min(rerank, pendingCount - pendingFrom);
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

    @Override
    public void close() {
        arena.close();
    }
}
