package dev.quiverdb.vector.graph;

import dev.quiverdb.base.memory.HugePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Graph blocks in off-heap memory that live as long as anybody refers to them. Nothing is durable,
 * nothing is copied on write, and segments stay valid beyond {@link #exit}.
 */
public final class ArenaGraphBlocks implements GraphBlocks {
    private static final int BLOCK_BYTES = 1 << 16;

    /** A small index takes no huge page. */
    private static final int SMALL_BLOCKS = 16;

    private final Arena arena = Arena.ofAuto();
    private final ArrayDeque<Integer> freed = new ArrayDeque<>();
    private volatile MemorySegment[] blocks = new MemorySegment[64];
    private MemorySegment chunk = MemorySegment.NULL;
    private long chunkUsed;
    private int next = 1;

    @Override
    public int blockBytes() {
        return BLOCK_BYTES;
    }

    @Override
    public synchronized int allocate() {
        Integer reused = freed.poll();
        if (reused != null) {
            blocks[reused].fill((byte) 0);
            return reused;
        }
        int block = next++;
        var table = blocks;
        if (block >= table.length) {
            table = Arrays.copyOf(table, table.length * 2);
        }
        table[block] = block < SMALL_BLOCKS ? arena.allocate(BLOCK_BYTES, 64) : fromChunk();
        blocks = table;
        return block;
    }

    private MemorySegment fromChunk() {
        if (chunkUsed == chunk.byteSize()) {
            chunk = HugePages.allocate(arena, HugePages.BYTES);
            chunkUsed = 0;
        }
        chunkUsed += BLOCK_BYTES;
        return chunk.asSlice(chunkUsed - BLOCK_BYTES, BLOCK_BYTES);
    }

    @Override
    public synchronized void free(int block) {
        freed.add(block);
    }

    @Override
    public MemorySegment read(int block) {
        return blocks[block];
    }

    @Override
    public MemorySegment write(int block) {
        return blocks[block];
    }

    @Override
    public long enter() {
        return 0;
    }

    @Override
    public void exit(long ticket) {}

    @Override
    public long enterWriter() {
        return 0;
    }

    @Override
    public void exitWriter(long ticket) {}

    /** Returns how many blocks are in use. */
    public synchronized int allocatedBlocks() {
        return next - 1 - freed.size();
    }
}
