package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.AccessRequest;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.graph.RecallSample;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What indexes of vectors have in common: rows come and go by the applying thread, which takes in
 * and retires vectors at once; one background thread at a time finds them their places and takes
 * them out of these, step by step, in visits of its own.
 *
 * <p>Saved: byte format, what the method keeps, the holding, the vectors that are leaving.
 */
abstract class VectorAccessIndex implements AccessIndex, Members {
    private static final int STEPS_A_TURN = 256;
    private static final int RETIRED_A_VISIT = 256;

    private final IndexedColumn column;
    private final StorageGraphBlocks blocks;
    private final Holding holding;
    private final ExecutorService background;
    private final byte format;
    private final Leaving leaving = new Leaving();
    private final AtomicBoolean working = new AtomicBoolean();

    /** Held by background work and by whoever ends it. */
    private final Object life = new Object();

    private volatile boolean closed;

    VectorAccessIndex(
            IndexedColumn column,
            StorageGraphBlocks blocks,
            Holding holding,
            ExecutorService background,
            byte format) {
        this.column = column;
        this.blocks = blocks;
        this.holding = holding;
        this.background = background;
        this.format = format;
    }

    final IndexedColumn column() {
        return column;
    }

    final StorageGraphBlocks blocks() {
        return blocks;
    }

    final Holding holding() {
        return holding;
    }

    // ---- what a method does
    // -----------------------------------------------------------------------

    /** Takes in a vector that searches find from now on. In a writer's visit. */
    abstract void add(int vecId, long rowId);

    /** Gives a stored vector to another row. In a writer's visit. */
    abstract void setOwner(int vecId, long rowId);

    /** Takes a vector out of what searches find, if it is there. In a writer's visit. */
    abstract void retire(int vecId);

    /** Does a little of what waits; returns whether there was anything to do. In no visit. */
    abstract boolean step();

    /** Whether {@link #step} would find anything to do. */
    abstract boolean hasWork();

    abstract void saveOwn(ByteWriter out);

    /** Size of what {@link #dropOwn} gives back, and of what is kept in memory. */
    abstract long ownBytes();

    abstract void dropOwn();

    /** Names what is wrong in an index that nobody changes. */
    abstract List<String> checkOwn();

    abstract AccessCursor search(VectorSearchRequest request, AccessReader reader);

    abstract void measure(VectorRecallRequest request, RecallSample.Listener listener);

    // ---- rows that come and go
    // ----------------------------------------------------------------------

    @Override
    public final void insert(RowView row, long rowId, long commit) {
        blocks.within(() -> {
            int vecId = holding.come(row, rowId);
            if (vecId < 0) {
                return;
            }
            leaving.remove(vecId);
            if (isStored(vecId)) {
                setOwner(vecId, rowId);
            } else if (holding.isRankable(vecId)) {
                add(vecId, rowId);
            }
        });
        workInBackground();
    }

    @Override
    public final void delete(RowView row, long rowId, long commit, boolean forSnapshots) {
        int vecId = holding.go(row, rowId);
        if (vecId < 0) {
            return;
        }
        if (forSnapshots) {
            leaving.add(vecId, commit);
        } else {
            blocks.within(() -> retire(vecId));
            workInBackground();
        }
    }

    @Override
    public final void unlink(int columnId, int[] vecIds) {
        if (columnId != column.columnId()) {
            return;
        }
        blocks.within(() -> {
            for (int vecId : vecIds) {
                leaving.remove(vecId);
                retire(vecId);
            }
        });
        workInBackground();
    }

    @Override
    public final void prune(long horizon) {
        if (leaving.prune(horizon)) {
            workInBackground();
        }
    }

    /** Tells the holding who is here after a restart. */
    final void adopt(int vecId, boolean stored, long rowId) {
        if (stored && !leaving.contains(vecId)) {
            holding.adopt(vecId, rowId);
        } else {
            holding.occupied(vecId);
        }
    }

    final void adopted() {
        long ticket = blocks.enter();
        try {
            holding.adopted();
        } finally {
            blocks.exit(ticket);
        }
    }

    // ---- background
    // ---------------------------------------------------------------------------------

    final void workInBackground() {
        if (!closed && working.compareAndSet(false, true)) {
            takeTurn();
        }
    }

    private void takeTurn() {
        try {
            background.execute(this::work);
        } catch (RejectedExecutionException ended) {
            // The method was closed: what waits goes on waiting, where searches look.
            working.set(false);
        }
    }

    /** Works until nothing waits, letting other indexes have their turn between. */
    private void work() {
        boolean more = true;
        for (int i = 0; i < STEPS_A_TURN && more; i++) {
            synchronized (life) {
                more = !closed && workNext();
            }
        }
        if (more) {
            takeTurn();
            return;
        }
        working.set(false);
        if (!closed && (hasWork() || leaving.hasPruned())) {
            workInBackground();
        }
    }

    private boolean workNext() {
        boolean retired = leaving.hasPruned();
        if (retired) {
            // The visit first: the applying thread is in one when it asks for who is leaving.
            long ticket = blocks.enterWriter();
            try {
                leaving.retirePruned(RETIRED_A_VISIT, this::retire);
            } finally {
                blocks.exitWriter(ticket);
            }
        }
        return step() || retired;
    }

    /** Whether the background has nothing to do. */
    final boolean isSettled() {
        return !working.get() && !hasWork() && !leaving.hasPruned();
    }

    // ---- the rest of the door
    // -----------------------------------------------------------------------

    @Override
    public final void save(ByteWriter out) {
        out.putByte(format);
        saveOwn(out);
        holding.save(out);
        leaving.save(out);
    }

    /** Reads what follows the holding in what {@link #save} wrote. */
    final void restoreLeaving(ByteBuffer saved) {
        leaving.restore(saved);
    }

    @Override
    public final long bytes() {
        return ownBytes() + holding.bytes();
    }

    @Override
    public final void drop() {
        close();
        blocks.within(() -> {
            dropOwn();
            holding.drop();
        });
    }

    /** Does first what waits to be done, so that what is left is wrong. */
    @Override
    public final List<String> check() {
        synchronized (life) {
            while (!closed && workNext()) {
                // Each call does the work.
            }
            return checkOwn();
        }
    }

    @Override
    public final AccessCursor search(AccessRequest request, AccessReader reader) {
        return switch (request) {
            case VectorSearchRequest search -> search(search, reader);
            case VectorRecallRequest recall -> recall(recall);
            default ->
                    throw new IllegalArgumentException(
                            "a vector index is not asked by " + request.getClass());
        };
    }

    private RecallCursor recall(VectorRecallRequest request) {
        var measured = new RecallCursor();
        measure(
                request,
                (vecId, share) -> {
                    long ticket = blocks.enter();
                    try {
                        measured.add(owner(vecId), share);
                    } finally {
                        blocks.exit(ticket);
                    }
                });
        return measured;
    }

    @Override
    public final void close() {
        synchronized (life) {
            closed = true;
        }
    }
}
