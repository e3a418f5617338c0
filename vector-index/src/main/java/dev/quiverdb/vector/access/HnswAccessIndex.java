package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.SparseVector;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.AccessRequest;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowSource;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.graph.CodeSpace;
import dev.quiverdb.vector.graph.HnswIndex;
import dev.quiverdb.vector.graph.HnswOptions;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One graph over a column of vectors. The applying thread stores vectors in the tail and marks them
 * dead; a background thread links and unlinks, one at a time in visits of its own.
 *
 * <p>Saved: byte format, int root block, int length of the codec and its bytes (0 for none), the
 * holding, the vectors that are leaving.
 */
final class HnswAccessIndex implements AccessIndex, Members {
    /** Vectors that come or go until the graph is mended: at least these, or a tenth of all. */
    private static final int MENDED_EVERY = 500;

    /** So many searches ask about every vector after one that met a row it does not see. */
    private static final int DISTRUSTING_SEARCHES = 50;

    private final IndexedColumn column;
    private final StorageGraphBlocks blocks;
    private final Holding holding;
    private final @Nullable VectorCodec codec;
    private final HnswIndex index;
    private final ExecutorService linkers;
    private final AtomicBoolean linking = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Integer> toUnlink = new ConcurrentLinkedQueue<>();

    /** Held by background work and by whoever ends it. */
    private final Object life = new Object();

    private final Leaving leaving = new Leaving();
    private final AtomicInteger distrust = new AtomicInteger();
    private volatile boolean closed;
    private long changes;

    private HnswAccessIndex(
            IndexedColumn column,
            StorageGraphBlocks blocks,
            Holding holding,
            @Nullable VectorCodec codec,
            HnswIndex index,
            ExecutorService linkers) {
        this.column = column;
        this.blocks = blocks;
        this.holding = holding;
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
        opened.leaving.restore(saved);
        opened.toUnlink.addAll(index.deadAtOpen());
        opened.adopt();
        opened.linkInBackground();
        return opened;
    }

    private static VectorSpace space(IndexedColumn column, Holding holding) {
        var metric = column.operatorClass().metric();
        return holding instanceof OwnHolding own && column.operatorClass().isSparse()
                ? new SparseSpace(own, metric)
                : new SlotSpace(metric, holding.slots());
    }

    /** Tells the holding who is here after a restart. */
    private void adopt() {
        for (int vecId = 0; vecId < index.idsMax(); vecId++) {
            long ticket = blocks.enter();
            try {
                if (index.isStored(vecId) && !leaving.contains(vecId)) {
                    holding.adopt(vecId, index.owner(vecId));
                } else if (index.isStored(vecId) || index.isDead(vecId)) {
                    holding.occupied(vecId);
                }
            } finally {
                blocks.exit(ticket);
            }
        }
        long ticket = blocks.enter();
        try {
            holding.adopted();
        } finally {
            blocks.exit(ticket);
        }
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

    Holding holding() {
        return holding;
    }

    HnswIndex index() {
        return index;
    }

    IndexedColumn column() {
        return column;
    }

    StorageGraphBlocks blocks() {
        return blocks;
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
            add(members.vecId(i), members.rowId(i));
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
        if (row.value(column.columnId()) instanceof SparseVector vector) {
            HnswAccessMethod.requireFew(vector);
        }
        int vecId;
        long ticket = blocks.enterWriter();
        try {
            vecId = holding.come(row, rowId);
        } finally {
            blocks.exitWriter(ticket);
        }
        if (vecId >= 0) {
            add(vecId, rowId);
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
        index.graph().mend();
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

    private void add(int vecId, long rowId) {
        long ticket = blocks.enter();
        boolean rankable;
        try {
            rankable = holding.isRankable(vecId);
        } finally {
            blocks.exit(ticket);
        }
        if (rankable) {
            index.insert(vecId, rowId);
        }
    }

    @Override
    public void insert(RowView row, long rowId, long commit) {
        blocks.within(() -> {
            int vecId = holding.come(row, rowId);
            if (vecId < 0) {
                return;
            }
            leaving.remove(vecId);
            if (index.isStored(vecId)) {
                index.setOwner(vecId, rowId);
            } else {
                add(vecId, rowId);
            }
        });
        linkInBackground();
    }

    @Override
    public void delete(RowView row, long rowId, long commit, boolean forSnapshots) {
        int vecId = holding.go(row, rowId);
        if (vecId < 0) {
            return;
        }
        if (forSnapshots) {
            leaving.add(vecId, commit);
        } else {
            blocks.within(() -> retire(vecId));
            linkInBackground();
        }
    }

    @Override
    public void unlink(int columnId, int[] vecIds) {
        if (columnId != column.columnId()) {
            return;
        }
        blocks.within(() -> {
            for (int vecId : vecIds) {
                leaving.remove(vecId);
                retire(vecId);
            }
        });
        linkInBackground();
    }

    private void retire(int vecId) {
        if (index.isStored(vecId)) {
            index.kill(vecId);
            toUnlink.add(vecId);
        }
    }

    @Override
    public void prune(long horizon) {
        if (leaving.prune(horizon)) {
            linkInBackground();
        }
    }

    private void linkInBackground() {
        if (!closed && linking.compareAndSet(false, true)) {
            linkers.execute(this::linkSome);
        }
    }

    /** Works until nothing waits, letting other indexes have their turn between. */
    private void linkSome() {
        boolean more = true;
        for (int i = 0; i < 256 && more; i++) {
            synchronized (life) {
                more = !closed && workNext();
            }
        }
        if (more) {
            linkers.execute(this::linkSome);
            return;
        }
        linking.set(false);
        if (!closed && (index.tailCount() > 0 || !toUnlink.isEmpty())) {
            linkInBackground();
        }
    }

    /** Links one and unlinks one; returns whether there was anything to do. */
    private boolean workNext() {
        boolean linked = index.linkNext();
        boolean unlinked = unlinkNext();
        return linked || unlinked;
    }

    private boolean unlinkNext() {
        for (Integer free = index.takeReleased(); free != null; free = index.takeReleased()) {
            holding.released(free);
        }
        if (++changes > Math.max(MENDED_EVERY, index.liveCount() / 10)) {
            changes = 0;
            index.graph().mend();
        }
        // In no visit.
        leaving.takePruned().forEach(this::retire);
        Integer vecId = toUnlink.poll();
        if (vecId == null) {
            return false;
        }
        index.unlink(vecId);
        return true;
    }

    @Override
    public void save(ByteWriter out) {
        out.putByte(HnswAccessMethod.FORMAT);
        out.putInt(index.rootBlock());
        byte[] bytes = codec == null ? new byte[0] : codec.toBytes();
        out.putInt(bytes.length);
        out.putBytes(bytes);
        holding.save(out);
        leaving.save(out);
    }

    @Override
    public void drop() {
        close();
        blocks.within(() -> {
            index.drop();
            holding.drop();
        });
    }

    /** Does first what waits to be done, so that what is left is wrong. */
    @Override
    public List<String> check() {
        synchronized (life) {
            while (!closed && workNext()) {
                // Each call does the work.
            }
            if (!closed) {
                index.graph().mend();
            }
            return index.check();
        }
    }

    @Override
    public AccessCursor search(AccessRequest request, AccessReader reader) {
        return switch (request) {
            case VectorSearchRequest search ->
                    new HnswAccessCursor(this, search, graph(search.effort()), reader);
            case VectorRecallRequest recall -> recall(recall);
            default ->
                    throw new IllegalArgumentException(
                            "a vector index is not asked by " + request.getClass());
        };
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

    private RecallCursor recall(VectorRecallRequest request) {
        var measured = new RecallCursor();
        index.measure(
                request.sample(),
                request.k(),
                parameters(graph(request.effort())),
                new SplittableRandom(request.seed()),
                (vecId, share) -> {
                    long ticket = blocks.enter();
                    try {
                        measured.add(index.owner(vecId), share);
                    } finally {
                        blocks.exit(ticket);
                    }
                });
        return measured;
    }

    @Override
    public void close() {
        synchronized (life) {
            closed = true;
        }
    }
}
