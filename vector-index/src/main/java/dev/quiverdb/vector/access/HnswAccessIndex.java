package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.AccessRequest;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.graph.CodeSpace;
import dev.quiverdb.vector.graph.HnswIndex;
import dev.quiverdb.vector.graph.HnswOptions;
import dev.quiverdb.vector.graph.SlotSpace;
import dev.quiverdb.vector.quantise.RabitqCodec;
import dev.quiverdb.vector.quantise.VectorCodec;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One graph over a column of vectors in slots. The applying thread stores vectors in the tail and
 * marks them dead; a background thread links and unlinks, one at a time in visits of its own.
 *
 * <p>Saved: byte format, int root block, int length of the codec and its bytes (0 for none).
 */
final class HnswAccessIndex implements AccessIndex {
    /** Vectors that come or go until the graph is mended: at least these, or a tenth of all. */
    private static final int MENDED_EVERY = 500;

    private final IndexedColumn column;
    private final StorageGraphBlocks blocks;
    private final StorageSlots slots;
    private final SlotSpace space;
    private final @Nullable VectorCodec codec;
    private final HnswIndex index;
    private final ExecutorService linkers;
    private final AtomicBoolean linking = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Integer> toUnlink = new ConcurrentLinkedQueue<>();

    /** Held by background work and by whoever ends it. */
    private final Object life = new Object();

    /**
     * Vectors whose rows went, with the commit that took them, until no snapshot looks for them.
     */
    private final Map<Integer, Long> leaving = new HashMap<>();

    /** The newest horizon heard of; guarded by {@code leaving}. */
    private long pruned = Long.MIN_VALUE;

    private volatile boolean closed;
    private long changes;

    private HnswAccessIndex(
            IndexedColumn column,
            StorageGraphBlocks blocks,
            StorageSlots slots,
            SlotSpace space,
            @Nullable VectorCodec codec,
            HnswIndex index,
            ExecutorService linkers) {
        this.column = column;
        this.blocks = blocks;
        this.slots = slots;
        this.space = space;
        this.codec = codec;
        this.index = index;
        this.linkers = linkers;
    }

    static StorageSlots slots(AccessContext context, IndexedColumn column) {
        var reader = context.slots(column.columnId());
        if (reader == null) {
            throw new IllegalStateException(
                    "column " + column.columnId() + " is not kept in vector slots");
        }
        return new StorageSlots(reader, column.operatorClass().kind(), column.dimensions());
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
        var slots = slots(context, column);
        var space = new SlotSpace(column.operatorClass().metric(), slots);
        var codes = codec == null ? null : new CodeSpace(codec, slots);
        var made = new ArrayList<HnswIndex>(1);
        Runnable making = () -> made.add(HnswIndex.create(options, blocks, space, codes));
        if (visiting) {
            blocks.within(making);
        } else {
            making.run();
        }
        return new HnswAccessIndex(column, blocks, slots, space, codec, made.getFirst(), linkers);
    }

    static HnswAccessIndex open(
            AccessContext context,
            IndexedColumn column,
            HnswOptions options,
            @Nullable VectorCodec codec,
            ExecutorService linkers,
            int root) {
        var blocks = new StorageGraphBlocks(context.blocks());
        var slots = slots(context, column);
        var space = new SlotSpace(column.operatorClass().metric(), slots);
        var codes = codec == null ? null : new CodeSpace(codec, slots);
        var index = HnswIndex.open(options, blocks, root, space, codes);
        var opened = new HnswAccessIndex(column, blocks, slots, space, codec, index, linkers);
        opened.linkInBackground();
        return opened;
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
    int effortByCodes(int asked) {
        return switch (codec) {
            case null -> asked;
            case RabitqCodec rabitq when rabitq.bits() == 1 -> asked * 8 / 5 + 1;
            default -> asked * 6 / 5 + 1;
        };
    }

    /** Stores and links the rows of a build with some threads, the calling one among them. */
    void load(IndexMembers members, int threads, BuildProgress progress) {
        String phase = "building index: loading tuples";
        for (int i = 0; i < members.count(); i++) {
            add(members.vecId(i), members.rowId(i));
        }
        var linked = new AtomicLong();
        Runnable work =
                () -> {
                    while (!Thread.currentThread().isInterrupted() && index.linkNext()) {
                        long done = linked.incrementAndGet();
                        if (done % 1000 == 0) {
                            progress.report(phase, done, members.count());
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
        progress.report(phase, linked.get(), members.count());
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
            rankable = space.isRankable(vecId);
        } finally {
            blocks.exit(ticket);
        }
        if (rankable) {
            index.insert(vecId, rowId);
        }
    }

    @Override
    public void insert(RowView row, long rowId, long commit) {
        int vecId = row.vecId(column.columnId());
        if (vecId < 0) {
            return;
        }
        blocks.within(() -> {
            synchronized (leaving) {
                leaving.remove(vecId);
            }
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
        int vecId = row.vecId(column.columnId());
        if (vecId < 0) {
            return;
        }
        if (forSnapshots) {
            synchronized (leaving) {
                leaving.put(vecId, commit);
            }
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
                synchronized (leaving) {
                    leaving.remove(vecId);
                }
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
        synchronized (leaving) {
            pruned = Math.max(pruned, horizon);
            if (leaving.isEmpty()) {
                return;
            }
        }
        linkInBackground();
    }

    /** Retires what no snapshot looks for any more. In no visit. */
    private void retireLeaving() {
        synchronized (leaving) {
            var each = leaving.entrySet().iterator();
            while (each.hasNext()) {
                var entry = each.next();
                if (entry.getValue() <= pruned) {
                    each.remove();
                    retire(entry.getKey());
                }
            }
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
                boolean linked = !closed && index.linkNext();
                boolean unlinked = !closed && unlinkNext();
                more = linked || unlinked;
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

    private boolean unlinkNext() {
        while (index.takeReleased() != null) {
            // The storage reuses the slot when it likes; only the node's record is given back here.
        }
        if (++changes > Math.max(MENDED_EVERY, index.liveCount() / 10)) {
            changes = 0;
            index.graph().mend();
        }
        retireLeaving();
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
    }

    @Override
    public void drop() {
        close();
        blocks.within(index::drop);
    }

    @Override
    public List<String> check() {
        return index.check();
    }

    @Override
    public AccessCursor search(AccessRequest request, AccessReader reader) {
        if (!(request instanceof VectorSearchRequest search)) {
            throw new IllegalArgumentException("a vector index is asked by VectorSearchRequest");
        }
        return new HnswAccessCursor(this, slots, search, reader);
    }

    @Override
    public void close() {
        synchronized (life) {
            closed = true;
        }
    }
}
