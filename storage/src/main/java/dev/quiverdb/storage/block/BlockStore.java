package dev.quiverdb.storage.block;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of 4 KiB to 1 MiB by number. Changes live in memory until a checkpoint makes all of them
 * durable at once, as they stood at one log index; a crash returns to the newest checkpoint.
 *
 * <p><b>Threads.</b> Whoever touches a block's memory is inside a reader's or a writer's visit
 * ({@link #enterReader}/{@link #exitReader}, {@link #enterWriter}/{@link #exitWriter}); the memory
 * is valid until the visit ends and no longer. Visits are short: a batch, a log entry's slice, a
 * link. Any number of visits may be open; who may write to which block at the same time is agreed
 * among the writers, and readers see writes as they happen (they check a sequence in the block,
 * owned by the room that owns the block). A visit is entered and left by one thread, and a visiting
 * writer reads too; writers' visits do not nest.
 *
 * <p>A read gives the block as it is at the time of the call or later. When a writer copies a
 * frozen block first, readers who hold the old memory go on seeing the old, unchanging state until
 * their visit ends.
 *
 * <p>Damage is {@link BlockDamagedException} and names block, file and offset; it is never served.
 */
public interface BlockStore extends AutoCloseable {
    /** Sizes are multiples of this. */
    int PAGE_BYTES = 4096;

    int BLOCK_BYTES_MAX = 1 << 20;

    /** What the newest durable checkpoint holds. */
    Manifest manifest();

    /**
     * Begins a reader's visit. Cost: one uncontended atomic. @return the ticket for {@link
     * #exitReader}
     */
    int enterReader();

    void exitReader(int ticket);

    /**
     * Begins a writer's visit; waits while a checkpoint freezes. @return the ticket for {@link
     * #exitWriter}
     */
    int enterWriter();

    void exitWriter(int ticket);

    /**
     * A block's memory, read from disk, verified and decrypted where it is not cached. To be read
     * only. Cost when cached: a table look-up.
     *
     * @throws BlockDamagedException when the stored bytes are not what was written
     * @throws IllegalArgumentException when there is no such block
     */
    MemorySegment read(long blockId);

    /** As {@link #read}, but null where that would go to disk. */
    @Nullable MemorySegment readIfCached(long blockId);

    /**
     * A new block, all zeros, in a writer's visit. Sizes are powers of two between {@link
     * #PAGE_BYTES} and {@link #BLOCK_BYTES_MAX}.
     *
     * @return its number, from 1
     */
    long allocate(int sizeBytes);

    /**
     * A block's memory for writing, in a writer's visit. Asked for anew in each visit; memory from
     * an earlier visit or from {@link #read} must not be written to.
     */
    MemorySegment write(long blockId);

    /**
     * Gives a block back, in a writer's visit. Readers who hold its memory keep it until their
     * visit ends; its number is used again later.
     */
    void free(long blockId);

    int sizeOf(long blockId);

    /**
     * Fixes the state of all blocks as of now as the next checkpoint's. Called between two log
     * entries, outside of any visit, by the thread that applies; waits for writers that are
     * visiting. One checkpoint at a time.
     *
     * @param logIndex the newest entry whose effect the blocks hold; replay starts after it
     * @param payload the caller's root record, given back by {@link Manifest#payload}; copied
     */
    Checkpoint freeze(long logIndex, ByteBuffer payload);

    /** {@link #freeze} and {@link Checkpoint#complete} in one call. */
    default void checkpoint(long logIndex, ByteBuffer payload) {
        freeze(logIndex, payload).complete();
    }

    /** Keeps the newest durable checkpoint readable on disk, for a backup. */
    BackupPin pin();

    /**
     * Reads every block of the newest durable checkpoint from disk. @return what is damaged,
     * nothing if all is well
     */
    List<BlockDamagedException> verify();

    BlockStoreStatistics statistics();

    /** Changes since the last checkpoint are forgotten: the log has them. */
    @Override
    void close();

    /** A frozen state on its way to disk. */
    interface Checkpoint {
        long logIndex();

        /**
         * Writes, forces and publishes; any thread, no visit. Afterwards the log may be cut below
         * {@link #logIndex} + 1. A full disk ({@link dev.quiverdb.base.world.DiskFullException})
         * leaves the store as it was, and {@code complete} may be called again; a failed force
         * closes the store.
         */
        void complete();
    }
}
