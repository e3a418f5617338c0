package dev.quiverdb.vector.access;

import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.vector.graph.GraphBlocks;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Graph blocks in the block store, frozen and recovered together with the rows. The applying thread
 * is in a writer's visit already when it calls an index, so its own visits are nothing.
 */
final class StorageGraphBlocks implements GraphBlocks {
    private static final int BLOCK_BYTES = 1 << 16;
    private static final long NO_VISIT = -1;

    private final BlockStore store;
    private volatile @Nullable Thread applying;

    StorageGraphBlocks(BlockStore store) {
        this.store = store;
    }

    /** Runs work of a thread that is in a writer's visit. One thread at a time. */
    void within(Runnable work) {
        applying = Thread.currentThread();
        try {
            work.run();
        } finally {
            applying = null;
        }
    }

    @Override
    public int blockBytes() {
        return BLOCK_BYTES;
    }

    @Override
    public int allocate() {
        return Math.toIntExact(store.allocate(BLOCK_BYTES));
    }

    @Override
    public void free(int block) {
        store.free(block);
    }

    @Override
    public MemorySegment read(int block) {
        return store.read(block);
    }

    @Override
    public MemorySegment write(int block) {
        return store.write(block);
    }

    @Override
    public long enter() {
        return isWithin() ? NO_VISIT : store.enterReader();
    }

    @Override
    public void exit(long ticket) {
        if (ticket != NO_VISIT) {
            store.exitReader((int) ticket);
        }
    }

    @Override
    public long enterWriter() {
        return isWithin() ? NO_VISIT : store.enterWriter();
    }

    @Override
    public void exitWriter(long ticket) {
        if (ticket != NO_VISIT) {
            store.exitWriter((int) ticket);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isWithin() {
        return applying == Thread.currentThread();
    }
}
