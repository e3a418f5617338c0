package dev.quiverdb.vector.graph;

import java.lang.foreign.MemorySegment;

/**
 * Fixed-size blocks in which a graph keeps its state. The storage engine implements it with
 * copy-on-write blocks that survive a crash; {@link ArenaGraphBlocks} keeps them in memory.
 *
 * <p>Any thread may call any method. A segment obtained between {@link #enter} and {@link #exit} is
 * valid until that exit, and not afterwards; {@link #read} and {@link #write} are called only in
 * between. Threads write different ints of a block at the same time; the blocks must be addressable
 * by 8-byte-aligned native segments.
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

    /** Announces that this thread uses blocks; returns a ticket for {@link #exit}. */
    long enter();

    /** Ends what {@link #enter} began. */
    void exit(long ticket);
}
