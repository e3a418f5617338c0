package dev.quiverdb.vector.graph;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.Everything;
import dev.quiverdb.vector.filter.VecIdBitmap;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A search in progress: hands out neighbours a few at a time, as far as there are any, and never
 * one twice. For one thread; holds a search context and blocks the reuse of vecIds until it is
 * closed.
 *
 * <p>Rounds of about {@code efSearch} vectors come one after another; within a round the order is
 * exact, and a later round may bring something nearer than an earlier one did, which {@code
 * strictOrder} leaves out.
 */
public final class SearchCursor implements AutoCloseable {
    private static final int BATCH = 64;

    private final HnswGraph graph;
    private final GraphState state;
    private final SearchContext context;
    private final Traversal walk;
    private final SearchParameters parameters;
    private final Admission admission;
    private final Tail.View tail;
    private final int ef;
    private final boolean resumable;
    private final LongHeap ready;
    private final int[] batch = new int[BATCH];
    private final float[] distances = new float[BATCH];
    private final boolean[] verdicts = new boolean[BATCH];

    private SearchMode mode;
    private boolean started;
    private boolean walkedOut;
    private boolean done;
    private boolean closed;
    private long lastGiven = Long.MIN_VALUE;
    private @Nullable BitSet delivered;
    private @Nullable LongHeap rest;
    private long reranked;
    private long tailScanned;
    private long tested;
    private long passed;
    private long scanned;

    SearchCursor(
            HnswGraph graph,
            SearchContext context,
            Tail tail,
            MemorySegment query,
            SearchParameters parameters,
            int ef,
            Admission admission,
            SearchMode mode,
            boolean resumable) {
        this.graph = graph;
        this.state = graph.state();
        this.context = context;
        this.walk = context.traversal;
        this.parameters = parameters;
        this.ef = ef;
        this.admission = admission;
        this.mode = mode;
        this.resumable = resumable;
        this.ready = context.ready;
        this.tail = tail.view();
        ready.clear();
        context.beside.clear();
        context.navigator.bindQuery(query);
        if (graph.navigatesByCodes()) {
            context.exact.bindQuery(query);
        }
        walk.begin(context.navigator, resumable && mode == SearchMode.GATED);
        if (resumable) {
            delivered = new BitSet();
        }
    }

    /**
     * Fills {@code into} with the next {@code count} neighbours; fewer only where no more vectors
     * are admitted.
     */
    public void next(int count, Neighbours into) {
        into.clear();
        long ticket = graph.blocks().enter();
        try {
            while (into.count() < count) {
                while (ready.isEmpty() || (ready.size() < count - into.count() && !done)) {
                    if (done) {
                        return;
                    }
                    round(count - into.count());
                }
                long found = ready.pop();
                if (parameters.strictOrder() && found < lastGiven) {
                    continue;
                }
                lastGiven = found;
                into.add(found);
            }
        } finally {
            graph.blocks().exit(ticket);
        }
    }

    private void round(int wanted) {
        if (walkedOut) {
            mode = SearchMode.EXACT_REST;
        }
        switch (mode) {
            case EXACT_FEW -> {
                exactFew(known(), wanted);
                done = true;
            }
            case GATED -> gatedRound();
            case ADMITTED_ONLY -> {
                admittedRound(known());
                walkedOut = true;
            }
            case EXACT_REST -> exactRest(wanted);
        }
    }

    private VecIdBitmap known() {
        return Objects.requireNonNull(admission.superset(), "the mode was chosen for a known set");
    }

    private void gatedRound() {
        if (!started) {
            started = true;
            enterGround();
        } else {
            walk.resume(ef, admission);
        }
        boolean ended = walk.walk(ef, admission, hopsMax());
        offerBeside();
        deliver();
        if (!ended || !resumable || walk.isExhausted()) {
            walkedOut = true;
        }
    }

    private long hopsMax() {
        if (admission instanceof Everything) {
            return Long.MAX_VALUE;
        }
        return Math.max(parameters.scanTuplesMax(), ef) / Math.max(1, state.m() / 2) + walk.hops;
    }

    /** Descends to the ground layer and brings in the tail. */
    private void enterGround() {
        long entry = state.entry();
        if (entry != 0) {
            long best = walk.descend(walk.score((int) entry - 1), (int) (entry >>> 32), 0);
            scanTail();
            walk.seed(best, ef, admission);
        } else {
            scanTail();
        }
    }

    private void admittedRound(VecIdBitmap bitmap) {
        started = true;
        enterGround();
        // Places spread over the set help where the walk's own region has no admitted vector.
        int step = Math.max(1, state.idsMax() / 16);
        for (int from = 0; from < state.idsMax(); from += step) {
            int vecId = bitmap.next(from);
            if (vecId >= 0 && vecId < state.idsMax() && state.isLive(vecId)) {
                walk.seed(walk.score(vecId), ef, admission);
            }
        }
        walk.walkAdmitted(ef, bitmap, admission);
        offerBeside();
        deliver();
    }

    private void scanTail() {
        int count = 0;
        for (int position = 0; position < tail.size(); position++) {
            int vecId = tail.vecId(position);
            if (state.isTail(vecId) && walk.note(vecId)) {
                batch[count++] = vecId;
                if (count == BATCH) {
                    offerTail(count);
                    count = 0;
                }
            }
        }
        if (count > 0) {
            offerTail(count);
        }
    }

    private void offerBeside() {
        while (!context.beside.isEmpty()) {
            walk.offer(context.beside.pop(), ef);
        }
    }

    private void offerTail(int count) {
        context.navigator.score(batch, count, distances);
        admission.admitMany(batch, count, verdicts);
        tailScanned += count;
        for (int i = 0; i < count; i++) {
            if (verdicts[i]) {
                // Not a result yet: a bound from beside the graph would end the walk before it
                // came near.
                context.beside.push(Scored.of(distances[i], batch[i]));
            }
        }
    }

    /** Moves the walk's results to those ready to be given, measured exactly. */
    private void deliver() {
        int count = walk.drain();
        if (graph.navigatesByCodes()) {
            int best = parameters.rerank() == 0 ? count : Math.min(count, parameters.rerank());
            walk.rescore(context.exact, best);
            reranked += best;
            count = best;
        }
        long[] sorted = walk.sorted();
        for (int i = 0; i < count; i++) {
            ready.push(sorted[i]);
            if (delivered != null) {
                delivered.set(Scored.vecId(sorted[i]));
            }
        }
    }

    /** Compares every admitted vector; by codes first where they are many. */
    private void exactFew(VecIdBitmap bitmap, int wanted) {
        boolean byCodes =
                graph.navigatesByCodes() && bitmap.cardinality() > HnswIndex.EXACT_WITHOUT_CODES;
        var scorer = byCodes ? context.navigator : context.exact;
        int kept = resumable ? Integer.MAX_VALUE : byCodes ? Math.max(100, 10 * wanted) : wanted;
        int count = 0;
        int end = state.idsMax();
        for (int vecId = bitmap.next(0);
                vecId >= 0 && vecId < end;
                vecId = bitmap.next(vecId + 1)) {
            if (state.isStored(vecId)) {
                batch[count++] = vecId;
                if (count == BATCH) {
                    offerScored(scorer, count, kept);
                    count = 0;
                }
            }
        }
        offerScored(scorer, count, kept);
        if (byCodes) {
            reranked += walk.resultCount();
            int found = walk.drain();
            walk.rescore(context.exact, found);
            for (int i = 0; i < found; i++) {
                ready.push(walk.sorted()[i]);
            }
        } else {
            int found = walk.drain();
            for (int i = 0; i < found; i++) {
                ready.push(walk.sorted()[i]);
            }
        }
    }

    private void offerScored(Scorer scorer, int count, int kept) {
        if (count == 0) {
            return;
        }
        scorer.score(batch, count, distances);
        scanned += count;
        tested += count;
        if (admission instanceof VecIdBitmap) {
            passed += count;
            for (int i = 0; i < count; i++) {
                walk.offer(Scored.of(distances[i], batch[i]), kept);
            }
            return;
        }
        admission.admitMany(batch, count, verdicts);
        for (int i = 0; i < count; i++) {
            if (verdicts[i]) {
                passed++;
                walk.offer(Scored.of(distances[i], batch[i]), kept);
            }
        }
    }

    /** Puts all vectors not given yet in order, then tests them until enough pass. */
    private void exactRest(int wanted) {
        var ordered = rest;
        if (ordered == null) {
            ordered = orderRest();
            rest = ordered;
        }
        int found = 0;
        while (found < wanted && !ordered.isEmpty()) {
            int count = 0;
            while (count < BATCH && !ordered.isEmpty()) {
                long next = ordered.pop();
                batch[count] = Scored.vecId(next);
                distances[count++] = Scored.distance(next);
            }
            admission.admitMany(batch, count, verdicts);
            tested += count;
            for (int i = 0; i < count; i++) {
                if (verdicts[i]) {
                    passed++;
                    found++;
                    ready.push(Scored.of(distances[i], batch[i]));
                }
            }
        }
        done = ordered.isEmpty();
    }

    private LongHeap orderRest() {
        if (!resumable) {
            // What was found so far is found again, in order.
            ready.clear();
        }
        var ordered = new LongHeap(1024);
        var known = admission.superset();
        int end = state.idsMax();
        int count = 0;
        for (int id = nextId(known, 0); id >= 0 && id < end; id = nextId(known, id + 1)) {
            if (state.isStored(id) && (delivered == null || !delivered.get(id))) {
                batch[count++] = id;
                if (count == BATCH) {
                    order(ordered, count);
                    count = 0;
                }
            }
        }
        order(ordered, count);
        return ordered;
    }

    private static int nextId(@Nullable VecIdBitmap known, int from) {
        return known == null ? from : known.next(from);
    }

    private void order(LongHeap ordered, int count) {
        context.exact.score(batch, count, distances);
        scanned += count;
        for (int i = 0; i < count; i++) {
            ordered.push(Scored.of(distances[i], batch[i]));
        }
    }

    /** Returns what was done so far. */
    public SearchStatistics statistics() {
        return new SearchStatistics(
                mode,
                ef,
                walk.hops,
                walk.scored + scanned,
                reranked,
                tailScanned,
                walk.tested + tested,
                walk.passed + passed);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            graph.contexts().give(context);
        }
    }
}
