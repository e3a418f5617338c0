package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.filter.Everything;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.flat.FlatScan;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.graph.Tail;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Searches of one thread over one index; holds all scratch memory, so a search allocates next to
 * nothing. The nearest lists are scanned by codes, the best estimates ranked again by the vectors.
 * Whoever is asked about is near enough already: a vector is ranked first and admitted then. As
 * many results as wanted come whenever so many are admitted: lists are added until they do, and
 * where few are admitted the search compares just those.
 */
public final class IvfSearch {
    /** An exact distance to a vector read at random costs as much as this many codes. */
    private static final int CODES_PER_DISTANCE = 24;

    private static final int BATCH = 64;

    private final IvfIndex index;
    private final Arena arena = Arena.ofAuto();
    private final Projector projector;
    private final CentroidIndex.Probe probe;
    private final ListCodec.@Nullable Table table;
    private final NearestHeap candidates = new NearestHeap();
    private final NearestHeap results = new NearestHeap();
    private final FlatScan exact;
    private final ListCopy copy = new ListCopy();
    private final BitSet waitingIds = new BitSet();

    /** Vectors that went to another list since the search began. */
    private final BitSet movedIds = new BitSet();

    private final BitSet resultIds = new BitSet();
    private long movesKnown;
    private final int[] ids = new int[BATCH];
    private final float[] ranks = new float[BATCH];
    private final boolean[] verdicts = new boolean[BATCH];
    private int idCount;
    private int[] seen = {};
    private int[] listsSeen = {};
    private int epoch;
    private Visits visits = Visits.NONE;
    private IntPredicate stored;
    private int listsVisited;
    private long scanned;
    private long distances;
    private long tested;
    private long testsMax;
    private boolean isCut;
    private long admittedCount;

    IvfSearch(IvfIndex index) {
        this.index = index;
        this.projector =
                new Projector(index.rotation, index.model.learned, index.options.metric(), arena);
        this.probe = new CentroidIndex.Probe(index.centroids, arena);
        this.table = index.codec == null ? null : index.codec.newTable(arena);
        this.exact = new FlatScan(index.function, index.slots);
        this.stored = index::contains;
    }

    /** As the other {@code search}, through all lists until there are k, without a tail. */
    public NearestHeap search(
            QueryVector query, int k, int probes, int rerank, Admission admission) {
        return search(
                query,
                new IvfEffort(Math.max(1, k), Math.max(1, probes), rerank),
                IvfIndex.NO_TAIL,
                index::contains,
                Visits.NONE,
                admission);
    }

    /**
     * The nearest admitted vectors as far as an effort tells. In no visit.
     *
     * @param waiting vectors that have no list yet; they are compared exactly
     * @param isStored which of the ids in {@code waiting}, and of a known set, are there
     * @return a heap, sorted nearest first, that is valid until the next search
     */
    public NearestHeap search(
            QueryVector query,
            IvfEffort effort,
            Tail.View waiting,
            IntPredicate isStored,
            Visits slotVisits,
            Admission admission) {
        visits = slotVisits;
        stored = isStored;
        listsVisited = 0;
        scanned = 0;
        tested = 0;
        admittedCount = 0;
        idCount = 0;
        long distancesBefore = exact.distances();
        probe.distances = 0;
        isCut = false;
        testsMax = admission instanceof AdmissionTest test ? test.testsMax() : Long.MAX_VALUE;
        scan(query, effort, waiting, admission);
        if (isCut && admission instanceof AdmissionTest test) {
            // Testing has become dearer than finding all that pass.
            testsMax = Long.MAX_VALUE;
            scan(query, effort, waiting, test.gathered());
        }
        results.sort();
        distances = exact.distances() - distancesBefore;
        return results;
    }

    private void scan(QueryVector query, IvfEffort effort, Tail.View waiting, Admission admission) {
        results.reset(effort.wanted());
        var known = admission.superset();
        if (known != null && isCheaperExactly(known, effort)) {
            scanKnown(query, known, admission);
        } else {
            scanWaiting(query, waiting, admission);
            scanLists(query, effort, admission);
        }
    }

    private void scanLists(QueryVector query, IvfEffort effort, Admission admission) {
        projector.project(query);
        candidates.reset(Math.max(effort.wanted(), effort.rerank()));
        startEpoch();
        if (table != null) {
            table.set(projector.values());
        }
        movedIds.clear();
        movesKnown = -1;
        int lists = nearestLists(Math.min(effort.probes(), effort.listsMax()));
        visit(query, Long.MAX_VALUE, effort, admission);
        long enough = enough(effort, admission);
        if (found(effort, admission) < enough
                && lists < index.centroids.liveCount()
                && lists < effort.listsMax()) {
            nearestLists(effort.listsMax());
            visit(query, enough, effort, admission);
        }
        if (table != null) {
            for (int i = 0; i < candidates.count(); i++) {
                add(query, candidates.vecId(i), Admission.ALL);
            }
            flush(query, Admission.ALL);
        }
        scanMoved(query, admission);
    }

    /** Compares what went to another list, unless it was found before it went. */
    private void scanMoved(QueryVector query, Admission admission) {
        noticeMoved();
        if (movedIds.isEmpty()) {
            return;
        }
        resultIds.clear();
        for (int i = 0; i < results.count(); i++) {
            resultIds.set(results.vecId(i));
        }
        movedIds.andNot(resultIds);
        movedIds.andNot(waitingIds);
        for (int id = movedIds.nextSetBit(0); id >= 0; id = movedIds.nextSetBit(id + 1)) {
            scanned++;
            add(query, id, admission);
        }
        flush(query, admission);
    }

    /** Learns what moved since it was asked last: all, where nobody knows any more. */
    private void noticeMoved() {
        if (index.moves.end() == movesKnown) {
            return;
        }
        long stamp = index.lock.readLock();
        try {
            if (!index.moves.since(movesKnown, movedIds)) {
                index.addAll(movedIds);
            }
            movesKnown = index.moves.end();
        } finally {
            index.lock.unlockRead(stamp);
        }
    }

    private int nearestLists(int most) {
        long stamp = index.lock.readLock();
        try {
            if (movesKnown < 0) {
                movesKnown = index.moves.end();
            }
            int lists = Math.min(most, index.centroids.liveCount());
            index.centroids.search(projector.values(), projector.memory(), lists, probe);
            return lists;
        } finally {
            index.lock.unlockRead(stamp);
        }
    }

    /**
     * How many admitted vectors let the search end: where few pass, the nearest k of the first k
     * seen are not the nearest.
     */
    private static long enough(IvfEffort effort, Admission admission) {
        int k = effort.wanted();
        return admission instanceof Everything ? k : Math.min(4L * k, Math.max(k, effort.rerank()));
    }

    /** How many admitted vectors there were, those included that were too far to be asked about. */
    private long found(IvfEffort effort, Admission admission) {
        long kept = (long) results.count() + (table == null ? 0 : candidates.count());
        if (kept < effort.wanted() || admission instanceof Everything || tested == 0) {
            return kept;
        }
        return Math.max(kept, (long) ((double) admittedCount / tested * scanned));
    }

    private boolean isCheaperExactly(VecIdBitmap known, IvfEffort effort) {
        int lists = Math.max(1, index.listCount());
        double length = (double) index.count * index.options.copies() / lists;
        double passRate = known.passRate(Math.max(1, index.count));
        double listsForEnough =
                passRate > 0 ? 4.0 * effort.wanted() / (passRate * Math.max(1, length)) : lists;
        double codes =
                length
                        * Math.min(
                                lists, Math.max(Math.min(effort.probes(), lists), listsForEnough));
        int each = table == null ? 1 : CODES_PER_DISTANCE;
        return (double) known.cardinality() * each <= codes;
    }

    private void scanKnown(QueryVector query, VecIdBitmap known, Admission admission) {
        for (int id = known.next(0); id >= 0; id = known.next(id + 1)) {
            if (stored.test(id)) {
                scanned++;
                add(query, id, admission);
            }
        }
        flush(query, admission);
    }

    private void scanWaiting(QueryVector query, Tail.View waiting, Admission admission) {
        waitingIds.clear();
        for (int i = 0; i < waiting.size(); i++) {
            int vecId = waiting.vecId(i);
            if (!waitingIds.get(vecId) && stored.test(vecId)) {
                waitingIds.set(vecId);
                scanned++;
                add(query, vecId, admission);
            }
        }
        flush(query, admission);
    }

    private void startEpoch() {
        if (++epoch == Integer.MAX_VALUE || listsSeen.length < index.centroids.end()) {
            listsSeen = new int[index.centroids.end() + 64];
            seen = new int[0];
            epoch = 1;
        }
    }

    /**
     * Looks into those lists of {@code probe.exact} that this search has not seen, until there are
     * enough.
     */
    private void visit(QueryVector query, long enough, IvfEffort effort, Admission admission) {
        float queryPart =
                switch (index.options.metric()) {
                    case L2 -> (float) projector.squaredNorm();
                    case COSINE -> 1;
                    case INNER_PRODUCT, L1, HAMMING, JACCARD -> 0;
                };
        float productFactor = index.options.euclidean() ? -2 : -1;
        for (int i = 0; i < probe.exact.count() && found(effort, admission) < enough; i++) {
            if (tested >= testsMax) {
                isCut = true;
                return;
            }
            int list = probe.exact.vecId(i);
            if (list >= listsSeen.length || listsSeen[list] == epoch) {
                continue;
            }
            listsSeen[list] = epoch;
            listsVisited++;
            if (table == null) {
                copy.flat(index, list);
            } else {
                float base = queryPart + productFactor * probe.products[list];
                copy.coded(index, list, base, table, candidates.bound());
            }
            scanned += copy.length;
            if (!waitingIds.isEmpty()) {
                copy.removeAll(waitingIds);
            }
            noticeMoved();
            if (!movedIds.isEmpty()) {
                copy.removeAll(movedIds);
            }
            if (index.options.copies() > 1) {
                dropSeen();
            }
            if (table == null) {
                for (int e = 0; e < copy.count; e++) {
                    add(query, copy.ids[e], admission);
                }
                flush(query, admission);
            } else {
                collect(admission);
            }
        }
    }

    /** Offers a list's estimates to the candidates. */
    private void collect(Admission admission) {
        int at = 0;
        while (at < copy.count) {
            float bound = candidates.bound();
            int count = 0;
            while (at < copy.count && count < BATCH) {
                if (copy.ranks[at] < bound) {
                    ids[count] = copy.ids[at];
                    ranks[count++] = copy.ranks[at];
                }
                at++;
            }
            ask(admission, count);
            for (int i = 0; i < count; i++) {
                if (verdicts[i]) {
                    candidates.offer(ranks[i], ids[i]);
                }
            }
        }
    }

    private void ask(Admission admission, int count) {
        if (admission instanceof Everything) {
            java.util.Arrays.fill(verdicts, 0, count, true);
            return;
        }
        admission.admitMany(ids, count, verdicts);
        tested += count;
        for (int i = 0; i < count; i++) {
            admittedCount += verdicts[i] ? 1 : 0;
        }
    }

    /** Compares a vector exactly, with the next batch. */
    private void add(QueryVector query, int vecId, Admission admission) {
        ids[idCount++] = vecId;
        if (idCount == BATCH) {
            flush(query, admission);
        }
    }

    private void flush(QueryVector query, Admission admission) {
        int count = idCount;
        idCount = 0;
        if (count == 0) {
            return;
        }
        long ticket = visits.enter();
        try {
            exact.ranks(query, ids, count, ranks);
        } finally {
            visits.exit(ticket);
        }
        float bound = results.bound();
        int near = 0;
        for (int i = 0; i < count; i++) {
            // Not: greater. What has no distance is farther than everything.
            if (ranks[i] <= bound) {
                ids[near] = ids[i];
                ranks[near++] = ranks[i];
            }
        }
        ask(admission, near);
        for (int i = 0; i < near; i++) {
            if (verdicts[i]) {
                results.offer(ranks[i], ids[i]);
            }
        }
    }

    private void dropSeen() {
        if (seen.length < index.places[0].length) {
            seen = java.util.Arrays.copyOf(seen, index.places[0].length);
        }
        int kept = 0;
        for (int i = 0; i < copy.count; i++) {
            int id = copy.ids[i];
            if (id < seen.length && seen[id] != epoch) {
                seen[id] = epoch;
                copy.ids[kept] = id;
                copy.ranks[kept++] = copy.ranks[i];
            }
        }
        copy.count = kept;
    }

    /** What the latest search did. */
    public IvfStatistics statistics() {
        return new IvfStatistics(
                listsVisited, scanned, probe.distances, distances, tested, admittedCount);
    }
}
