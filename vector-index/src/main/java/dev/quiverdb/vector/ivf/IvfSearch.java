package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.Everything;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.flat.FlatScan;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.quantise.FastScanLayout;
import dev.quiverdb.vector.quantise.FastScanTable;
import dev.quiverdb.vector.simd.Kernels;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Searches of one thread over one index; holds all scratch memory, so a search allocates nothing.
 * The nearest lists are scanned by codes, the best estimates ranked again by the vectors. k results
 * come whenever k vectors are admitted: lists are added until they do, and where few are admitted
 * the search compares just those.
 */
public final class IvfSearch implements AutoCloseable {
    private static final Kernels KERNELS = Kernels.active();

    /** An exact distance to a vector read at random costs as much as this many codes. */
    private static final int CODES_PER_DISTANCE = 24;

    private final IvfIndex index;
    private final Arena arena = Arena.ofShared();
    private final Projector projector;
    private final CentroidIndex.Probe probe;
    private final @Nullable FastScanTable table;
    private final NearestHeap candidates = new NearestHeap();
    private final NearestHeap results = new NearestHeap();
    private final FlatScan exact;
    private final short[] sums = new short[32];
    private final float[] ranks = new float[32];
    private final int[] ids = new int[64];
    private final boolean[] verdicts = new boolean[64];
    private int[] seen = {};
    private int[] listsSeen = {};
    private int epoch;
    private int[] picked = new int[64];
    private int listsVisited;
    private long scanned;
    private long distances;
    private long tested;
    private long admittedCount;

    IvfSearch(IvfIndex index) {
        this.index = index;
        this.projector = new Projector(index.rotation, index.options.metric(), arena);
        this.probe = new CentroidIndex.Probe(index.centroids, arena);
        this.table = index.codec == null ? null : new FastScanTable(index.codec, arena);
        this.exact = new FlatScan(index.function, index.slots);
    }

    /**
     * The k nearest admitted vectors as far as {@code probes} lists and {@code rerank} exact
     * comparisons tell.
     *
     * @param rerank how many of the best estimates are compared exactly, at least k; without
     *     meaning for flat lists
     * @return a heap, sorted nearest first, that is valid until the next search
     */
    public NearestHeap search(
            QueryVector query, int k, int probes, int rerank, Admission admission) {
        long stamp = index.lock.readLock();
        try {
            return searchLocked(query, k, probes, rerank, admission);
        } finally {
            index.lock.unlockRead(stamp);
        }
    }

    private NearestHeap searchLocked(
            QueryVector query, int k, int probes, int rerank, Admission admission) {
        listsVisited = 0;
        scanned = 0;
        tested = 0;
        admittedCount = 0;
        long distancesBefore = exact.distances();
        probe.distances = 0;
        results.reset(k);
        if (admission instanceof VecIdBitmap bitmap && isCheaperExactly(bitmap, k, probes)) {
            scanBitmap(query, bitmap);
        } else {
            projector.project(query.elements());
            int lists = Math.min(Math.max(1, probes), index.centroids.liveCount());
            index.centroids.search(projector.values(), projector.memory(), lists, probe);
            candidates.reset(Math.max(k, rerank));
            startEpoch();
            if (table != null) {
                table.set(projector.values());
            }
            visit(query, Long.MAX_VALUE, admission);
            long enough = enough(k, rerank, admission);
            if (found(admission) < enough && lists < index.centroids.liveCount()) {
                index.centroids.search(
                        projector.values(), projector.memory(), index.centroids.liveCount(), probe);
                visit(query, enough, admission);
            }
            if (table != null) {
                rank(query);
            }
        }
        results.sort();
        distances = exact.distances() - distancesBefore;
        return results;
    }

    /**
     * How many admitted vectors let the search end: where few pass, the nearest k of the first k
     * seen are not the nearest.
     */
    private static long enough(int k, int rerank, Admission admission) {
        return admission instanceof Everything ? k : Math.min(4L * k, Math.max(k, rerank));
    }

    private long found(Admission admission) {
        if (table != null) {
            return candidates.count();
        }
        return admission instanceof Everything ? results.count() : admittedCount;
    }

    private boolean isCheaperExactly(VecIdBitmap bitmap, int k, int probes) {
        long entries =
                (long) index.count
                        * index.options.copies()
                        * Math.min(probes, index.listCount())
                        / Math.max(1, index.listCount());
        double passRate = bitmap.passRate(index.count);
        double listsForEnough =
                passRate > 0
                        ? 4.0 * k / (passRate * Math.max(1, index.count)) * index.listCount()
                        : index.listCount();
        double codes =
                Math.max(
                        (double) entries,
                        (double) index.count / Math.max(1, index.listCount()) * listsForEnough);
        return (double) bitmap.cardinality() * CODES_PER_DISTANCE < codes;
    }

    private void scanBitmap(QueryVector query, VecIdBitmap bitmap) {
        int count = 0;
        for (int id = bitmap.next(0); id >= 0; id = bitmap.next(id + 1)) {
            if (index.contains(id)) {
                ids[count++] = id;
                if (count == ids.length) {
                    exact.nearestOf(query, ids, count, results);
                    count = 0;
                }
            }
        }
        exact.nearestOf(query, ids, count, results);
        tested = bitmap.cardinality();
        admittedCount = tested;
    }

    private void startEpoch() {
        if (++epoch == Integer.MAX_VALUE || listsSeen.length < index.centroids.end()) {
            listsSeen = new int[index.centroids.end() + 64];
            seen = new int[0];
            epoch = 1;
        }
        if (index.options.copies() > 1 && seen.length < index.places[0].length) {
            seen = new int[index.places[0].length];
        }
    }

    /**
     * Looks into those lists of {@code probe.exact} that this search has not seen, until there are
     * enough.
     */
    private void visit(QueryVector query, long enough, Admission admission) {
        float queryPart =
                switch (index.options.metric()) {
                    case L2 -> (float) projector.squaredNorm();
                    case COSINE -> 1;
                    case INNER_PRODUCT, L1, HAMMING, JACCARD -> 0;
                };
        float productFactor = index.options.metric() == Metric.L2 ? -2 : -1;
        for (int i = 0; i < probe.exact.count() && found(admission) < enough; i++) {
            int list = probe.exact.vecId(i);
            if (listsSeen[list] == epoch) {
                continue;
            }
            listsSeen[list] = epoch;
            listsVisited++;
            if (table == null) {
                visitFlat(query, index.lists[list], admission);
            } else {
                visitCodes(
                        index.lists[list],
                        queryPart + productFactor * probe.products[list],
                        table,
                        admission);
            }
        }
    }

    private void visitCodes(
            PostingList list, float base, FastScanTable tables, Admission admission) {
        FastScanLayout layout = index.layout;
        MemorySegment tableMemory = tables.memory();
        float bias = tables.bias();
        float scale = tables.scale();
        float bound = candidates.bound();
        int count = list.count;
        scanned += count;
        for (int b = 0; 32 * b < count; b++) {
            int block = list.blocks[b];
            MemorySegment slab = index.pool.slab(block);
            long offset = index.pool.offset(block);
            KERNELS.fastScan(tableMemory, 0, slab, offset, layout.columns(), sums, 0);
            int below =
                    KERNELS.fastScanRanks(
                            sums,
                            0,
                            slab,
                            offset + layout.factorsAt(),
                            base,
                            bias,
                            scale,
                            bound,
                            ranks);
            if (count - 32 * b < 32) {
                below &= (1 << (count - 32 * b)) - 1;
            }
            if (below != 0) {
                collect(below, slab, offset, admission);
                bound = candidates.bound();
            }
        }
    }

    private void collect(int below, MemorySegment slab, long offset, Admission admission) {
        FastScanLayout layout = index.layout;
        boolean copies = index.options.copies() > 1;
        for (int left = below; left != 0; left &= left - 1) {
            int place = Integer.numberOfTrailingZeros(left);
            int id = layout.id(slab, offset, place);
            if (copies && seen[id] == epoch) {
                continue;
            }
            if (!(admission instanceof Everything)) {
                tested++;
                if (!admission.admits(id)) {
                    continue;
                }
                admittedCount++;
            }
            if (ranks[place] < candidates.bound()) {
                if (copies) {
                    seen[id] = epoch;
                }
                candidates.offer(ranks[place], id);
            }
        }
    }

    private void visitFlat(QueryVector query, PostingList list, Admission admission) {
        scanned += list.count;
        for (int b = 0; 32 * b < list.count; b++) {
            int block = list.blocks[b];
            int size = Math.min(32, list.count - 32 * b);
            index.layout.ids(index.pool.slab(block), index.pool.offset(block), ids);
            int kept = size;
            if (!(admission instanceof Everything)) {
                admission.admitMany(ids, size, verdicts);
                tested += size;
                kept = 0;
                for (int i = 0; i < size; i++) {
                    if (verdicts[i]) {
                        ids[kept++] = ids[i];
                    }
                }
                admittedCount += kept;
            }
            if (index.options.copies() > 1) {
                kept = dropSeen(kept);
            }
            exact.nearestOf(query, ids, kept, results);
        }
    }

    private int dropSeen(int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (seen[ids[i]] != epoch) {
                seen[ids[i]] = epoch;
                ids[kept++] = ids[i];
            }
        }
        return kept;
    }

    private void rank(QueryVector query) {
        int count = candidates.count();
        if (picked.length < count) {
            picked = new int[count];
        }
        for (int i = 0; i < count; i++) {
            picked[i] = candidates.vecId(i);
        }
        exact.nearestOf(query, picked, count, results);
    }

    /** What the latest search did. */
    public IvfStatistics statistics() {
        return new IvfStatistics(
                listsVisited, scanned, probe.distances, distances, tested, admittedCount);
    }

    @Override
    public void close() {
        arena.close();
    }
}
