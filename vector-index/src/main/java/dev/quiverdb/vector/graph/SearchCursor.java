package dev.quiverdb.vector.graph;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.filter.Everything;
import dev.quiverdb.vector.filter.VecIdBitmap;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Objects;
import java.util.function.Function;
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

    /** After so many hops it is looked at whether another way has become the cheaper one. */
    private static final int HOPS_BETWEEN = 64;

    /** Vectors ranked exactly at once, the first time and later. */
    private static final int RANKED_FIRST = 16;

    private static final int RANKED_NEXT = 8;

    /**
     * Of a scan by codes so many for each vector wanted are ranked, if need be, and so many at
     * least.
     */
    private static final int SCANNED_KEPT = 4;

    private static final int SCANNED_KEPT_MIN = 40;

    /**
     * An estimate this many times the usual error above an exact distance will not turn out to be
     * nearer.
     */
    private static final double SLACK = 3;

    private final HnswGraph graph;
    private final Function<Admission, FilterChoice> choices;
    private final FilterCosts costs;
    private final GraphState state;
    private final SearchContext context;
    private final Traversal walk;
    private final SearchParameters parameters;
    private final Tail.View tail;
    private final MemorySegment query;
    private final boolean resumable;
    private final LongHeap ready;
    private final LongHeap unranked;
    private final int[] batch = new int[BATCH];
    private final float[] distances = new float[BATCH];
    private final float[] estimates = new float[RANKED_FIRST];
    private final boolean[] verdicts = new boolean[BATCH];

    private Admission admission;
    private SearchMode mode;
    private int ef;
    private int leftOut = -1;
    private boolean started;
    private boolean walkedOut;
    private boolean done;
    private boolean gathers;
    private boolean closed;
    private long lastGiven = Long.MIN_VALUE;
    private @Nullable BitSet delivered;
    private @Nullable LongHeap rest;
    private long reranked;
    private double squaredErrors;
    private long tailScanned;
    private long tested;
    private long passed;
    private long scanned;
    private long hops;

    SearchCursor(
            HnswGraph graph,
            Function<Admission, FilterChoice> choices,
            FilterCosts costs,
            SearchContext context,
            Tail tail,
            MemorySegment query,
            SearchParameters parameters,
            Admission admission,
            boolean resumable) {
        this.graph = graph;
        this.choices = choices;
        this.costs = costs;
        this.state = graph.state();
        this.context = context;
        this.walk = context.traversal;
        this.parameters = parameters;
        this.admission = admission;
        var choice = choices.apply(admission);
        this.mode = choice.mode();
        this.ef = choice.effort();
        this.resumable = resumable;
        this.ready = context.ready;
        this.unranked = context.unranked;
        this.tail = tail.view();
        context.exact.bindQuery(query);
        this.query = query;
        begin();
        if (resumable) {
            // What is in ready and unranked from now on will be given, whatever comes.
            delivered = new BitSet();
        }
    }

    /** Begins a walk for the mode that was chosen. */
    private void begin() {
        if (delivered == null) {
            ready.clear();
            unranked.clear();
        }
        context.beside.clear();
        if (graph.navigatesByCodes() && (mode != SearchMode.EXACT_FEW || scansByCodes(known()))) {
            context.navigator.bindQuery(query);
        }
        walk.begin(context.navigator, resumable && mode == SearchMode.GATED);
    }

    /** Searches as if a vector were not there; called before anything else. */
    void leaveOut(int vecId) {
        walk.leaveOut(vecId);
        leftOut = vecId;
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
                while (!done && ready.size() + unranked.size() < count - into.count()) {
                    round(count - into.count());
                    if (gathers) {
                        graph.blocks().exit(ticket);
                        try {
                            goOnWithKnownSet();
                        } finally {
                            ticket = graph.blocks().enter();
                        }
                    }
                }
                int wanted = count - into.count();
                rankNearest(wanted);
                if (ready.isEmpty()) {
                    return;
                }
                give(wanted, into);
            }
        } finally {
            graph.blocks().exit(ticket);
        }
    }

    /** Hands out what is ready, nearest first. */
    private void give(int countMax, Neighbours into) {
        for (int i = 0; i < countMax && !ready.isEmpty(); i++) {
            long found = ready.pop();
            if (!parameters.strictOrder() || found >= lastGiven) {
                lastGiven = found;
                into.add(found);
            }
        }
    }

    private void round(int wanted) {
        if (walkedOut && parameters.bounded()) {
            done = true;
            return;
        }
        if (walkedOut) {
            mode = SearchMode.EXACT_REST;
        }
        if (mode == SearchMode.EXACT_REST && mayGather()) {
            gathers = true;
            return;
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

    /**
     * Testing has become dearer than finding all that pass: the search begins again with the set of
     * those, less what it has given.
     */
    private void goOnWithKnownSet() {
        gathers = false;
        countWalk();
        admission = ((AdmissionTest) admission).gathered();
        var known = known();
        if (delivered != null && !delivered.isEmpty()) {
            admission = Admission.and(known.without(delivered), admission);
        }
        var choice = choices.apply(admission);
        mode = choice.mode();
        ef = choice.effort();
        started = false;
        walkedOut = false;
        begin();
    }

    /** Adds up what a walk did that ends here. */
    private void countWalk() {
        hops += walk.hops;
        scanned += walk.scored;
        tested += walk.tested;
        passed += walk.passed;
    }

    private boolean scansByCodes(VecIdBitmap bitmap) {
        return graph.navigatesByCodes() && bitmap.cardinality() > HnswIndex.EXACT_WITHOUT_CODES;
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
        long most = hopsMax();
        boolean ended;
        do {
            ended = walk.walk(ef, admission, Math.min(most, walk.hops + HOPS_BETWEEN));
            if (!ended && isWorthGathering()) {
                gathers = true;
                return;
            }
        } while (!ended && walk.hops < most);
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
        long most = Math.max(parameters.scanTuplesMax(), ef) / Math.max(1, state.m() / 2);
        return parameters.bounded() ? most : most + walk.hops;
    }

    private long testsMax() {
        return parameters.bounded() || !(admission instanceof AdmissionTest test)
                ? Long.MAX_VALUE
                : test.testsMax();
    }

    private boolean isWorthGathering() {
        return mayGather() && costs.isWorthGathering(walk.scored, tested + walk.tested, testsMax());
    }

    private boolean mayGather() {
        return testsMax() < Long.MAX_VALUE;
    }

    /** Descends to the ground layer and brings in the tail. */
    private void enterGround() {
        long entry = state.entry();
        if (entry != 0) {
            long top = walk.score((int) entry - 1);
            long best = walk.descend(top, (int) (entry >>> 32), 0);
            scanTail();
            walk.seed(best, ef, admission);
            // Should the nearest be cut out at this moment, the walk sets out from above it.
            walk.seed(top, ef, admission);
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
            if (state.isTail(vecId) && vecId != leftOut && walk.note(vecId)) {
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
        boolean asked = !(admission instanceof Everything);
        tested += asked ? count : 0;
        for (int i = 0; i < count; i++) {
            if (verdicts[i]) {
                passed += asked ? 1 : 0;
                // Not a result yet: a bound from beside the graph would end the walk before it
                // came near.
                context.beside.push(Scored.of(distances[i], batch[i]));
            }
        }
    }

    /** Moves the walk's results out, to be ranked exactly where they are estimates. */
    private void deliver() {
        int count = walk.drain();
        boolean estimates = graph.navigatesByCodes();
        if (estimates && parameters.rerank() > 0) {
            count = Math.min(count, parameters.rerank());
        }
        take(count, estimates);
    }

    private void take(int count, boolean estimates) {
        var into = estimates ? unranked : ready;
        long[] sorted = walk.sorted();
        for (int i = 0; i < count; i++) {
            into.push(sorted[i]);
            if (delivered != null) {
                delivered.set(Scored.vecId(sorted[i]));
            }
        }
    }

    /**
     * Ranks estimates until those left are most likely not among the {@code wanted} nearest. One
     * who may ask for more gets all in order, so nothing is left then.
     */
    private void rankNearest(int wanted) {
        var nearest = context.nearest;
        nearest.clear();
        while (!unranked.isEmpty()
                && (resumable || nearest.size() < wanted || mayBeNearer(~nearest.peek()))) {
            int count = rank(reranked == 0 ? RANKED_FIRST : RANKED_NEXT);
            for (int i = 0; i < count; i++) {
                long ranked = Scored.of(distances[i], batch[i]);
                ready.push(ranked);
                if (nearest.size() < wanted) {
                    nearest.push(~ranked);
                } else if (ranked < ~nearest.peek()) {
                    nearest.replaceTop(~ranked);
                }
            }
        }
    }

    /** Returns whether what is not ranked yet may come before a ranked vector. */
    private boolean mayBeNearer(long ranked) {
        double usual = Math.sqrt(squaredErrors / Math.max(1, reranked));
        return !(Scored.distance(unranked.peek()) - SLACK * usual > Scored.distance(ranked));
    }

    /** Measures the most promising estimates exactly, to {@code distances}; returns how many. */
    private int rank(int countMax) {
        int count = 0;
        while (count < countMax && !unranked.isEmpty()) {
            long next = unranked.pop();
            batch[count] = Scored.vecId(next);
            estimates[count++] = Scored.distance(next);
        }
        context.exact.score(batch, count, distances);
        for (int i = 0; i < count; i++) {
            double error = estimates[i] - distances[i];
            squaredErrors += error * error;
        }
        reranked += count;
        return count;
    }

    /** Compares every admitted vector; by codes first where they are many. */
    private void exactFew(VecIdBitmap bitmap, int wanted) {
        boolean byCodes = scansByCodes(bitmap);
        var scorer = byCodes ? context.navigator : context.exact;
        int kept = wanted;
        if (resumable) {
            kept = Integer.MAX_VALUE;
        } else if (byCodes) {
            kept = Math.max(SCANNED_KEPT_MIN, SCANNED_KEPT * wanted);
        }
        int end = state.idsMax();
        int count = bitmap.copy(0, batch);
        while (count > 0) {
            int next = batch[count - 1] + 1;
            while (count > 0 && batch[count - 1] >= end) {
                count--;
            }
            offerScored(scorer, count, kept);
            count = next < end ? bitmap.copy(next, batch) : 0;
        }
        take(walk.drain(), byCodes);
    }

    /** Looks at whether a vector may be returned only where it is near enough. */
    private void offerScored(Scorer scorer, int count, int kept) {
        if (count == 0) {
            return;
        }
        float bound = walk.bound(kept);
        scorer.score(batch, count, distances);
        scanned += count;
        int near = 0;
        for (int i = 0; i < count; i++) {
            if (!(distances[i] >= bound) && state.isStored(batch[i])) {
                batch[near] = batch[i];
                distances[near++] = distances[i];
            }
        }
        tested += near;
        boolean asks = !(admission instanceof VecIdBitmap);
        if (asks) {
            admission.admitMany(batch, near, verdicts);
        }
        for (int i = 0; i < near; i++) {
            if (!asks || verdicts[i]) {
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
            unranked.clear();
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
                hops + walk.hops,
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
