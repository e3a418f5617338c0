package dev.quiverdb.vector.graph;

import java.lang.foreign.MemorySegment;

/**
 * Fixed-size blocks in which a graph keeps its state. The storage engine implements it with
 * copy-on-write blocks that survive a crash; {@link ArenaGraphBlocks} keeps them in memory.
 *
 * <p>Any thread may call any method. Memory is touched only within a visit, a reader's ({@link
 * #enter} to {@link #exit}) or a writer's ({@link #enterWriter} to {@link #exitWriter}); a segment
 * obtained in a visit is not valid after it. Visits are short, and those of writers do not nest.
 * Threads write different ints of a block at the same time.
 */
public interface GraphBlocks {
    /** Returns the size of every block, a power of two of at least 4,096. */
    int blockBytes();

    /** Returns the number of a new block, filled with zeros; never 0. */
    int allocate();

    /** Gives a block back. */
    void free(int block);

    /** Returns a block's content for reading, {@link #blockBytes} long. */
    MemorySegment read(int block);

    /** Returns a block's content for changing it, after copying it where a checkpoint holds it. */
    MemorySegment write(int block);

    /** Begins a reader's visit by this thread; returns a ticket for {@link #exit}. */
    long enter();

    /** Ends what {@link #enter} began. */
    void exit(long ticket);

    /** Begins a writer's visit, which may read too; returns a ticket for {@link #exitWriter}. */
    long enterWriter();

    /** Ends what {@link #enterWriter} began. */
    void exitWriter(long ticket);
}
