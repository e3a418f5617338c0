package dev.quiverdb.vector.graph;

import dev.quiverdb.vector.filter.Admission;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A graph with its tail: vectors are searchable when {@link #insert} returns and linked afterwards
 * by whoever calls {@link #linkNext}. Any number of threads may insert, delete, link and search.
 *
 * <p>A filtered search returns {@code k} vectors whenever {@code k} are admitted.
 */
public final class HnswIndex {
    /** Up to here an exact scan reads vectors, above it codes first. */
    static final int EXACT_WITHOUT_CODES = 300;

    private static final int CALIBRATION_SAMPLE = 60;
    private static final int CALIBRATION_K = 10;
    private static final int[] EFFORTS = {10, 16, 24, 36, 54, 80, 120, 180, 270, 400, 600, 1000};

    private final HnswOptions options;
    private final HnswGraph graph;
    private final GraphState state;
    private final VectorSpace exactSpace;
    private final @Nullable VectorSpace codes;
    private final Tail tail = new Tail();
    private final FilterCosts costs;
    private volatile @Nullable EffortCurve curve;
    private final AtomicBoolean calibrating = new AtomicBoolean();
    private List<Integer> deadAtOpen = List.of();

    /**
     * Makes an empty index whose state begins in a block that it allocates.
     *
     * @param codes a cheaper space of the same vectors to navigate by, with exact distances for the
     *     results; null to navigate exactly
     */
    public static HnswIndex create(
            HnswOptions options,
            GraphBlocks blocks,
            VectorSpace exactSpace,
            @Nullable VectorSpace codes) {
        long ticket = blocks.enterWriter();
        try {
            var state = GraphState.create(blocks, options.m(), options.efConstruction());
            return new HnswIndex(options, blocks, state, exactSpace, codes);
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    /**
     * Opens an index whose state begins in a root block, as {@link #rootBlock} told. Codes are
     * computed anew; vectors that were not linked make up the tail, and {@link #deadAtOpen} names
     * the dead that are still linked.
     */
    public static HnswIndex open(
            HnswOptions options,
            GraphBlocks blocks,
            int rootBlock,
            VectorSpace exactSpace,
            @Nullable VectorSpace codes) {
        HnswIndex index;
        long ticket = blocks.enter();
        try {
            var state = GraphState.open(blocks, rootBlock);
            index = new HnswIndex(options, blocks, state, exactSpace, codes);
            index.adoptStored();
        } finally {
            blocks.exit(ticket);
        }
        index.graph.mend();
        index.deadAtOpen = index.graph.adoptDead();
        return index;
    }

    private HnswIndex(
            HnswOptions options,
            GraphBlocks blocks,
            GraphState state,
            VectorSpace exactSpace,
            @Nullable VectorSpace codes) {
        this.options = options;
        this.state = state;
        if (exactSpace.isByInnerProduct()) {
            var lengths = new LiftedSpace.Lengths(exactSpace);
            this.exactSpace = new LiftedSpace(exactSpace, lengths);
            this.codes = codes == null ? null : new LiftedSpace(codes, lengths);
        } else {
            this.exactSpace = exactSpace;
            this.codes = codes;
        }
        this.graph = new HnswGraph(blocks, state, this.exactSpace, this.codes);
        this.costs = new FilterCosts(this.exactSpace, this.codes);
    }

    private void adoptStored() {
        for (int id = 0; id < state.idsMax(); id++) {
            if (state.flags(id) != 0) {
                prepare(id);
                if (state.isTail(id)) {
                    tail.add(id);
                }
            }
        }
    }

    private void prepare(int vecId) {
        exactSpace.prepare(vecId);
        if (codes != null) {
            codes.prepare(vecId);
        }
    }

    /** Returns the block from which {@link #open} finds this index. */
    public int rootBlock() {
        return state.root();
    }

    public HnswOptions options() {
        return options;
    }

    public HnswGraph graph() {
        return graph;
    }

    /** Returns how many vectors a search can find. */
    public int liveCount() {
        return graph.linkedCount() + tail.view().size();
    }

    /** Returns how many stored vectors wait to be linked. */
    public int tailCount() {
        return tail.waiting();
    }

    /**
     * Adds a vector whose slot is written. It is searchable at the return. Where the tail is full
     * the caller links as many as it brings.
     */
    public void insert(int vecId) {
        insert(vecId, 0);
        if (tail.waiting() > options.tailMax()) {
            linkNext();
        }
    }

    /**
     * As {@link #insert(int)}, keeping a number beside the vector, and linking nothing: who calls
     * it must not be kept waiting.
     */
    public void insert(int vecId, long owner) {
        long ticket = graph.blocks().enterWriter();
        try {
            prepare(vecId);
        } finally {
            graph.blocks().exitWriter(ticket);
        }
        graph.store(vecId);
        ticket = graph.blocks().enterWriter();
        try {
            state.setOwner(vecId, owner);
        } finally {
            graph.blocks().exitWriter(ticket);
        }
        tail.add(vecId);
    }

    /** Returns the number kept beside a vector. Called in a visit. */
    public long owner(int vecId) {
        return state.owner(vecId);
    }

    /** Sets the number kept beside a stored vector. */
    public void setOwner(int vecId, long owner) {
        long ticket = graph.blocks().enterWriter();
        try {
            state.setOwner(vecId, owner);
        } finally {
            graph.blocks().exitWriter(ticket);
        }
    }

    /** Returns whether a vector is stored and not dead. */
    public boolean isStored(int vecId) {
        long ticket = graph.blocks().enter();
        try {
            return state.isStored(vecId);
        } finally {
            graph.blocks().exit(ticket);
        }
    }

    /** Returns whether a dead vector still has its place, where walks may meet it. In a visit. */
    public boolean isDead(int vecId) {
        return (state.flags(vecId) & GraphState.DEAD) != 0;
    }

    /** Returns the vectors that were dead when this was opened, to be unlinked by the opener. */
    public List<Integer> deadAtOpen() {
        return List.copyOf(deadAtOpen);
    }

    /** Returns a bound above every vecId stored. */
    public int idsMax() {
        return state.idsMax();
    }

    /** Gives all blocks back. No other call may follow. */
    public void drop() {
        state.drop();
    }

    /** Links the oldest vector of the tail; returns false when there is none. */
    public boolean linkNext() {
        int vecId = tail.take();
        if (vecId < 0) {
            return false;
        }
        graph.link(vecId);
        if ((state.flags(vecId) & GraphState.DEAD) != 0) {
            graph.discard(vecId);
            graph.unlink(vecId);
        }
        tail.trim(state::isTail);
        return true;
    }

    /** Links all that wait, with the calling thread. */
    public void linkAll() {
        while (linkNext()) {
            // Each call does the work.
        }
    }

    /** Links what waits and frees what only stale edges hold. */
    public void maintain() {
        linkAll();
        if (graph.deadCount() > 0) {
            graph.sweep();
        }
    }

    /** Takes a vector out of all searches that begin from now on, and out of the graph. */
    public void delete(int vecId) {
        if (graph.kill(vecId)) {
            graph.unlink(vecId);
        }
    }

    /**
     * Takes a vector out of all searches that begin from now on; {@link #delete} may follow later.
     */
    public void kill(int vecId) {
        graph.kill(vecId);
    }

    /** As {@link #kill}, in a writer's visit. Returns whether the vector was stored and alive. */
    public boolean killVisiting(int vecId) {
        return graph.killVisiting(vecId);
    }

    /** Takes a killed vector out of the graph. */
    public void unlink(int vecId) {
        graph.unlink(vecId);
    }

    /** Returns an unlinked vecId that may be used for another vector, or null for none. */
    public @Nullable Integer takeReleased() {
        return graph.takeReleased();
    }

    /** Finds the {@code k} nearest admitted vectors. Allocates a cursor and little more. */
    public SearchStatistics search(
            MemorySegment query,
            int k,
            SearchParameters parameters,
            Admission admission,
            Neighbours into) {
        try (var cursor = cursor(query, k, parameters, admission, false)) {
            cursor.next(k, into);
            var statistics = cursor.statistics();
            costs.learn(statistics);
            return statistics;
        }
    }

    /** As {@link #search} of everything, with a stored vector that does not meet itself. */
    void searchBeside(
            int vecId, MemorySegment vector, int k, SearchParameters parameters, Neighbours into) {
        try (var cursor = cursor(vector, k, parameters, Admission.ALL, false)) {
            cursor.leaveOut(vecId);
            cursor.next(k, into);
        }
    }

    /** Begins a search that goes on for as long as it is asked. */
    public SearchCursor openCursor(
            MemorySegment query, SearchParameters parameters, Admission admission) {
        return cursor(query, 1, parameters, admission, true);
    }

    private SearchCursor cursor(
            MemorySegment query,
            int k,
            SearchParameters parameters,
            Admission admission,
            boolean resumable) {
        int effort =
                parameters.targetRecall() > 0
                        ? effortToMeet(parameters.targetRecall(), parameters.efSearch())
                        : parameters.efSearch();
        effort = Math.max(effort, k);
        int kept = effort;
        int wanted = k;
        return new SearchCursor(
                graph,
                filter -> costs.choose(filter, kept, wanted, liveCount(), state.rowRoom(0)),
                costs,
                graph.contexts().take(),
                tail,
                query,
                parameters,
                admission,
                resumable);
    }

    /** Walks the whole index and lists what is broken. For a quiet index. */
    public List<String> check() {
        return graph.check();
    }

    /**
     * Measures recall at {@code k} against an exact scan, over random stored vectors as queries.
     * The search for one goes as if it were not in the graph, where its own edges would show the
     * way.
     *
     * @param queryOf reads a stored vector in the encoding of a query
     */
    public double recall(
            IntFunction<MemorySegment> queryOf,
            int sampleCount,
            int k,
            SearchParameters parameters,
            SplittableRandom chance) {
        var sample = RecallSample.take(this, queryOf, sampleCount, k, chance);
        return sample.recall(this, parameters);
    }

    /**
     * As {@link #recall}, vector by vector, with queries that are read from where the vectors are.
     */
    public void measure(
            int sampleCount,
            int k,
            SearchParameters parameters,
            SplittableRandom chance,
            RecallSample.Listener listener) {
        RecallSample.take(this, this::vector, sampleCount, k, chance)
                .measure(this, parameters, listener);
    }

    private MemorySegment vector(int vecId) {
        return Objects.requireNonNull(exactSpace.vector(vecId), "vectors are kept elsewhere");
    }

    /**
     * Measures recall at rising efforts, so that searches can meet a target recall without being
     * told an effort.
     */
    public void calibrate(
            IntFunction<MemorySegment> queryOf, int sampleCount, int k, SplittableRandom chance) {
        var sample = RecallSample.take(this, queryOf, sampleCount, k, chance);
        double[] recalls = new double[EFFORTS.length];
        for (int i = 0; i < EFFORTS.length; i++) {
            recalls[i] =
                    i > 0 && recalls[i - 1] >= 0.9995
                            ? recalls[i - 1]
                            : sample.recall(
                                    this, SearchParameters.defaults().withEfSearch(EFFORTS[i]));
        }
        curve = new EffortCurve(EFFORTS, recalls, liveCount());
    }

    /**
     * Returns the effort for a target recall. The first to ask measures it, and so does the first
     * after the index became another; who asks meanwhile takes what is known.
     */
    private int effortToMeet(double targetRecall, int otherwise) {
        var known = curve;
        if ((known == null || known.isStale(liveCount()))
                && calibrating.compareAndSet(false, true)) {
            try {
                calibrate(CALIBRATION_SAMPLE, CALIBRATION_K, new SplittableRandom(liveCount()));
            } finally {
                calibrating.set(false);
            }
        }
        return effortFor(targetRecall, otherwise);
    }

    private void calibrate(int sampleCount, int k, SplittableRandom chance) {
        if (liveCount() > k) {
            calibrate(this::vector, sampleCount, k, chance);
        }
    }

    /**
     * Returns the effort that a target recall asks for, or {@code otherwise} when not calibrated.
     */
    public int effortFor(double targetRecall, int otherwise) {
        var known = curve;
        return known == null ? otherwise : known.effortFor(targetRecall);
    }

    GraphState state() {
        return state;
    }

    /** Returns bytes of graph and codes; the vectors themselves not counted. */
    public long sizeBytes() {
        double codeBytes = codes == null ? 0 : codes.bytesPerVector() * liveCount();
        return state.blockBytes() + Math.round(codeBytes);
    }

    /** Returns {@link #sizeBytes} for each live vector. */
    public double bytesPerVector() {
        return (double) sizeBytes() / Math.max(1, liveCount());
    }
}
