package dev.quiverdb.vector.graph;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * An array of fixed-stride records spread over graph blocks, a power of two of records to a block.
 * Records start as zeros. Readers take no lock; growth does.
 */
public final class RecordRegion {
    private final GraphBlocks blocks;
    private final int id;
    private final int strideBytes;
    private final int shift;
    private final int mask;
    private final GrowthListener listener;
    private volatile int[] directory = new int[0];

    /** Is told of each block a region takes, in order, so that the state can be found again. */
    public interface GrowthListener {
        void grown(int region, int block);
    }

    public RecordRegion(GraphBlocks blocks, int id, int strideBytes, GrowthListener listener) {
        this.blocks = blocks;
        this.id = id;
        this.strideBytes = strideBytes;
        this.listener = listener;
        int perBlock = Integer.highestOneBit(blocks.blockBytes() / strideBytes);
        this.shift = Integer.numberOfTrailingZeros(perBlock);
        this.mask = perBlock - 1;
    }

    /** Makes sure that a record exists. */
    public void ensure(int index) {
        if (index >>> shift >= directory.length) {
            grow(index);
        }
    }

    private synchronized void grow(int index) {
        while (index >>> shift >= directory.length) {
            int block = blocks.allocate();
            listener.grown(id, block);
            adopt(block);
        }
    }

    /** Appends a block that a former process filled. */
    public synchronized void adopt(int block) {
        int[] longer = Arrays.copyOf(directory, directory.length + 1);
        longer[longer.length - 1] = block;
        directory = longer;
    }

    /** Returns how many records the blocks hold. */
    public int capacity() {
        return directory.length << shift;
    }

    /** Size of its blocks. */
    public long bytes() {
        return (long) blockCount() * blocks.blockBytes();
    }

    public int blockCount() {
        return directory.length;
    }

    public MemorySegment read(int index) {
        return blocks.read(directory[index >>> shift]);
    }

    public MemorySegment write(int index) {
        return blocks.write(directory[index >>> shift]);
    }

    /** Returns the offset of a record in the segment that {@link #read} or {@link #write} gives. */
    public long offset(int index) {
        return (long) (index & mask) * strideBytes;
    }

    /** The blocks in order, as {@link #adopt} takes them. */
    public int[] blockIds() {
        return directory.clone();
    }

    /** Gives all blocks back. */
    public synchronized void drop() {
        for (int block : directory) {
            blocks.free(block);
        }
        directory = new int[0];
    }
}
