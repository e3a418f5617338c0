package dev.quiverdb.storage.block;

import java.lang.foreign.MemorySegment;

/**
 * A block's image in memory. State changes under the lock of the block's {@link TableLeaf}.
 *
 * <pre>
 * CLEAN   the same as on disk                   -> DIRTY by a writer, RETIRED by eviction
 * DIRTY   newer than on disk; of one image      -> WRITING; or copied when a newer image's writer comes
 * WRITING on its way to disk, unchanging        -> CLEAN; DIRTY when a writer was still inside
 * RETIRED no longer found; memory goes back when all visits that may hold it are over
 * </pre>
 */
final class Frame {
    static final int CLEAN = 0;
    static final int DIRTY = 1;
    static final int WRITING = 2;
    static final int RETIRED = 3;

    final long blockId;
    final MemorySegment memory;
    final FrameMemory.Piece piece;

    /** Which life of the block's number this is. */
    final int generation;

    volatile int state;

    /** While dirty: the image that the content belongs to. */
    volatile long image;

    /** While dirty: epoch at the latest {@code write()}. */
    volatile long writtenAt;

    /** A newer frame of the same image has taken over while this one was being written. */
    boolean obsolete;

    /** Used since the clock hand came by; races are harmless. */
    boolean referenced = true;

    Frame(long blockId, FrameMemory.Piece piece, int generation) {
        this.blockId = blockId;
        this.memory = piece.memory();
        this.piece = piece;
        this.generation = generation;
    }

    int sizeBytes() {
        return (int) memory.byteSize();
    }
}
