package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.SparseVector;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowSource;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.graph.CodeSpace;
import dev.quiverdb.vector.graph.HnswIndex;
import dev.quiverdb.vector.graph.HnswOptions;
import dev.quiverdb.vector.graph.RecallSample;
import dev.quiverdb.vector.graph.SearchParameters;
import dev.quiverdb.vector.graph.SlotSpace;
import dev.quiverdb.vector.graph.VectorSpace;
import dev.quiverdb.vector.quantise.RabitqCodec;
import dev.quiverdb.vector.quantise.VectorCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One graph over a column of vectors. The applying thread stores vectors in the tail and marks them
 * dead; a background thread links and unlinks, one at a time.
 *
 * <p>Of its own saved: int root block, int length of the codec and its bytes (0 for none).
 */
final class HnswAccessIndex extends VectorAccessIndex {
    /** So many searches ask about every vector after one that met a row it does not see. */
    private static final int DISTRUSTING_SEARCHES = 50;

    private final @Nullable VectorCodec codec;
    private final HnswIndex index;
    private final ExecutorService linkers;
    private final ConcurrentLinkedQueue<Integer> toUnlink = new ConcurrentLinkedQueue<>();
    private final AtomicInteger distrust = new AtomicInteger();

    private HnswAccessIndex(
            IndexedColumn column,
            StorageGraphBlocks blocks,
            Holding holding,
            @Nullable VectorCodec codec,
            HnswIndex index,
            ExecutorService linkers) {
        super(column, blocks, holding, linkers, HnswAccessMethod.FORMAT);
        this.codec = codec;
        this.index = index;
        this.linkers = linkers;
    }

    /**
     * Makes an empty index.
     *
     * @param visiting whether the calling thread is in a writer's visit
     */
    static HnswAccessIndex create(
            AccessContext context,
            IndexedColumn column,
            HnswOptions options,
            @Nullable VectorCodec codec,
            ExecutorService linkers,
            boolean visiting) {
        var blocks = new StorageGraphBlocks(context.blocks());
        var holding = column.holding(context, blocks);
        var space = space(column, holding);
        var codes = codec == null ? null : new CodeSpace(codec, holding.slots());
        var made = new ArrayList<HnswIndex>(1);
        Runnable making = () -> made.add(HnswIndex.create(options, blocks, space, codes));
        if (visiting) {
            blocks.within(making);
        } else {
            making.run();
        }
        return new HnswAccessIndex(column, blocks, holding, codec, made.getFirst(), linkers);
    }

    static HnswAccessIndex open(
            AccessContext context,
            IndexedColumn column,
            HnswOptions options,
            @Nullable VectorCodec codec,
            ExecutorService linkers,
            int root,
            ByteBuffer saved) {
        var blocks = new StorageGraphBlocks(context.blocks());
        var holding = column.holding(context, blocks);
        holding.restore(saved);
        var space = space(column, holding);
        var codes = codec == null ? null : new CodeSpace(codec, holding.slots());
        var index = HnswIndex.open(options, blocks, root, space, codes);
        var opened = new HnswAccessIndex(column, blocks, holding, codec, index, linkers);
        opened.restoreLeaving(saved);
        opened.toUnlink.addAll(index.deadAtOpen());
        opened.adoptAll();
        opened.workInBackground();
        return opened;
    }

    private static VectorSpace space(IndexedColumn column, Holding holding) {
        var metric = column.operatorClass().metric();
        return holding instanceof OwnHolding own && column.operatorClass().isSparse()
                ? new SparseSpace(own, metric)
                : new SlotSpace(metric, holding.slots());
    }

    private void adoptAll() {
        for (int vecId = 0; vecId < index.idsMax(); vecId++) {
            long ticket = blocks().enter();
            try {
                boolean stored = index.isStored(vecId);
                if (stored || index.isDead(vecId)) {
                    adopt(vecId, stored, index.owner(vecId));
                }
            } finally {
                blocks().exit(ticket);
            }
        }
        adopted();
    }

    @Override
    public int idsMax() {
        return index.idsMax();
    }

    @Override
    public boolean isStored(int vecId) {
        return index.isStored(vecId);
    }

    @Override
    public long owner(int vecId) {
        return index.owner(vecId);
    }

    HnswIndex index() {
        return index;
    }

    /**
     * Returns the effort that finds by codes as much as the one asked for finds by vectors: codes
     * err, and a wider view makes up for it.
     */
    private int effortByCodes(int asked) {
        return switch (codec) {
            case null -> asked;
            case RabitqCodec rabitq when rabitq.bits() == 1 -> asked * 8 / 5 + 1;
            default -> asked * 6 / 5 + 1;
        };
    }

    /**
     * Whether the vectors found lately were rows that their searches saw, so that it is enough to
     * ask about those found.
     */
    boolean trustsVectors() {
        int left = distrust.get();
        if (left > 0) {
            // A step lost to another search does not matter.
            distrust.compareAndSet(left, left - 1);
        }
        return left == 0;
    }

    /** A search found a row that it does not see. */
    void distrustVectors() {
        distrust.set(DISTRUSTING_SEARCHES);
    }

    /** Stores and links the rows of a build with some threads, the calling one among them. */
    void load(IndexMembers members, int threads, BuildProgress progress) {
        for (int i = 0; i < members.count(); i++) {
            addRankable(members.vecId(i), members.rowId(i));
        }
        linkAll(members.count(), threads, progress);
    }

    /** As {@link #load}, for an index that keeps the values itself. */
    void loadRows(AccessContext context, RowSource rows, int threads, BuildProgress progress) {
        var membership = context.index().membershipColumn();
        for (int stripe = 0; stripe < rows.stripes(); stripe++) {
            rows.visit(
                    stripe,
                    (rowId, row) -> {
                        if (IndexMembers.belongs(membership, row)) {
                            loadRow(rowId, row);
                        }
                    });
            progress.report("building index: initializing", stripe + 1, rows.stripes());
        }
        linkAll(index.tailCount(), threads, progress);
    }

    private void loadRow(long rowId, RowView row) {
        if (row.value(column().columnId()) instanceof SparseVector vector) {
            HnswAccessMethod.requireFew(vector);
        }
        int vecId;
        long ticket = blocks().enterWriter();
        try {
            vecId = holding().come(row, rowId);
        } finally {
            blocks().exitWriter(ticket);
        }
        if (vecId >= 0) {
            addRankable(vecId, rowId);
        }
    }

    private void linkAll(int count, int threads, BuildProgress progress) {
        String phase = "building index: loading tuples";
        var linked = new AtomicLong();
        Runnable work =
                () -> {
                    while (!Thread.currentThread().isInterrupted() && index.linkNext()) {
                        long done = linked.incrementAndGet();
                        if (done % 1000 == 0) {
                            progress.report(phase, done, count);
                        }
                    }
                };
        List<Future<?>> helpers = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            helpers.add(linkers.submit(work));
        }
        work.run();
        for (var helper : helpers) {
            await(helper);
        }
        progress.report(phase, linked.get(), count);
    }

    private static void await(Future<?> helper) {
        try {
            helper.get();
        } catch (java.util.concurrent.ExecutionException failure) {
            throw new IllegalStateException("a thread of an index build failed", failure);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
        }
    }

    private void addRankable(int vecId, long rowId) {
        long ticket = blocks().enter();
        boolean rankable;
        try {
            rankable = holding().isRankable(vecId);
        } finally {
            blocks().exit(ticket);
        }
        if (rankable) {
            add(vecId, rowId);
        }
    }

    @Override
    void add(int vecId, long rowId) {
        index.insert(vecId, rowId);
    }

    @Override
    void setOwner(int vecId, long rowId) {
        index.setOwner(vecId, rowId);
    }

    @Override
    void retire(int vecId) {
        if (index.killVisiting(vecId)) {
            toUnlink.add(vecId);
        }
    }

    /** Links one and unlinks one. */
    @Override
    boolean step() {
        boolean linked = index.linkNext();
        for (Integer free = index.takeReleased(); free != null; free = index.takeReleased()) {
            holding().released(free);
        }
        Integer vecId = toUnlink.poll();
        if (vecId != null) {
            index.unlink(vecId);
        }
        return linked || vecId != null;
    }

    @Override
    boolean hasWork() {
        return index.tailCount() > 0 || !toUnlink.isEmpty();
    }

    @Override
    void saveOwn(ByteWriter out) {
        out.putInt(index.rootBlock());
        byte[] bytes = codec == null ? new byte[0] : codec.toBytes();
        out.putInt(bytes.length);
        out.putBytes(bytes);
    }

    @Override
    long ownBytes() {
        return index.sizeBytes();
    }

    @Override
    void dropOwn() {
        index.drop();
    }

    @Override
    List<String> checkOwn() {
        return index.check();
    }

    @Override
    AccessCursor search(VectorSearchRequest request, AccessReader reader) {
        return new HnswAccessCursor(this, request, graph(request.effort()), reader);
    }

    private static VectorEffort.Graph graph(VectorEffort effort) {
        if (effort instanceof VectorEffort.Graph graph) {
            return graph;
        }
        throw new IllegalArgumentException("a graph is asked with a graph's effort");
    }

    SearchParameters parameters(VectorEffort.Graph effort) {
        var asked = effort.parameters();
        return asked.withEfSearch(effortByCodes(asked.efSearch()));
    }

    @Override
    void measure(VectorRecallRequest request, RecallSample.Listener listener) {
        index.measure(
                request.sample(),
                request.k(),
                parameters(graph(request.effort())),
                new SplittableRandom(request.seed()),
                listener);
    }
}
