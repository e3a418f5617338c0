package dev.quiverdb.storage.table;

import dev.quiverdb.storage.block.BlockStore;
import java.lang.foreign.MemorySegment;

/**
 * Values too large for a stripe's heap: a chain of blocks of their own, each of which begins with
 * the number of the next (long, 0 for none) and goes on with bytes of the value.
 */
public final class Overflow {
    private static final int HEAD = 8;
    private static final int BLOCK_BYTES = 64 << 10;

    private Overflow() {}

    /** Writes a value, in a writer's visit. Returns its first block. */
    public static long write(BlockStore store, byte[] source, int offset, int length) {
        long next = 0;
        int blocks = (length + BLOCK_BYTES - HEAD - 1) / (BLOCK_BYTES - HEAD);
        // From the end to the start, so that each block knows the next one.
        for (int i = blocks - 1; i >= 0; i--) {
            int from = i * (BLOCK_BYTES - HEAD);
            int count = Math.min(length - from, BLOCK_BYTES - HEAD);
            long block = store.allocate(blockFor(count));
            var memory = store.write(block);
            memory.set(Bytes.LONG, 0, next);
            MemorySegment.copy(source, offset + from, memory, Bytes.BYTE, HEAD, count);
            next = block;
        }
        return next;
    }

    /** Size of the blocks of a value of a length. */
    static long blockBytes(int length) {
        long bytes = 0;
        for (int left = length; left > 0; left -= BLOCK_BYTES - HEAD) {
            bytes += blockFor(Math.min(left, BLOCK_BYTES - HEAD));
        }
        return bytes;
    }

    private static int blockFor(int count) {
        return Math.max(4096, Integer.highestOneBit(count + HEAD - 1) << 1);
    }

    /** Reads a value, in any visit. */
    public static byte[] read(BlockStore store, long first, int length) {
        byte[] value = new byte[length];
        long block = first;
        for (int from = 0; from < length; ) {
            var memory = store.read(block);
            int count = Math.min(length - from, (int) memory.byteSize() - HEAD);
            count = Math.min(count, BLOCK_BYTES - HEAD);
            MemorySegment.copy(memory, Bytes.BYTE, HEAD, value, from, count);
            block = memory.get(Bytes.LONG, 0);
            from += count;
        }
        return value;
    }

    /** Gives the blocks of a value back, in a writer's visit. */
    public static void free(BlockStore store, long first) {
        for (long block = first; block != 0; ) {
            long next = store.read(block).get(Bytes.LONG, 0);
            store.free(block);
            block = next;
        }
    }
}
