package dev.quiverdb.vector.ivf;

import dev.quiverdb.base.memory.HugePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Blocks of one size in native memory, found by number; freed numbers are handed out again. One
 * writer; readers see a block's slab once they were given its number safely.
 */
final class BlockPool {
    private static final int SLAB_BLOCKS_LOG2 = 12;

    private final Arena arena;
    private final int blockBytes;
    private volatile MemorySegment[] slabs = {};
    private int[] free = new int[16];
    private int freeCount;
    private int count;

    BlockPool(Arena arena, int blockBytes) {
        this.arena = arena;
        this.blockBytes = blockBytes;
    }

    int blockBytes() {
        return blockBytes;
    }

    int allocate() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        int block = count++;
        if (block >>> SLAB_BLOCKS_LOG2 == slabs.length) {
            MemorySegment[] grown = Arrays.copyOf(slabs, slabs.length + 1);
            grown[slabs.length] = HugePages.allocate(arena, (long) blockBytes << SLAB_BLOCKS_LOG2);
            slabs = grown;
        }
        return block;
    }

    void free(int block) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = block;
    }

    MemorySegment slab(int block) {
        return slabs[block >>> SLAB_BLOCKS_LOG2];
    }

    long offset(int block) {
        return (long) (block & ((1 << SLAB_BLOCKS_LOG2) - 1)) * blockBytes;
    }

    /** Bytes of blocks in use. */
    long usedBytes() {
        return (long) (count - freeCount) * blockBytes;
    }

    int freeCount() {
        return freeCount;
    }

    /** Blocks ever handed out: the numbers are below. */
    int count() {
        return count;
    }
}
