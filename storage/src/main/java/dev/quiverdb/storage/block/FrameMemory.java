package dev.quiverdb.storage.block;

import dev.quiverdb.base.memory.HugePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Off-heap memory for frames: buddies of 4 KiB to 1 MiB inside slabs. Owns its arenas until {@link
 * #close}. Safe for all threads.
 */
final class FrameMemory implements AutoCloseable {
    private static final int ORDERS =
            Integer.numberOfTrailingZeros(BlockStore.BLOCK_BYTES_MAX / BlockStore.PAGE_BYTES) + 1;
    private static final int PAGES_PER_LARGEST = 1 << (ORDERS - 1);

    private final long limitBytes;
    private final int slabPages;
    private final List<Arena> arenas = new ArrayList<>();
    private final List<MemorySegment> slabs = new ArrayList<>();

    /** For each order, the free buddies by number (page number divided by the buddy's pages). */
    private final BitSet[] free = new BitSet[ORDERS];

    private long usedBytes;
    private long peakBytes;

    FrameMemory(long limitBytes) {
        this.limitBytes = limitBytes;
        long slabBytes = Long.highestOneBit(Math.clamp(limitBytes / 8, 1 << 20, 16 << 20));
        this.slabPages = (int) (slabBytes / BlockStore.PAGE_BYTES);
        for (int i = 0; i < ORDERS; i++) {
            free[i] = new BitSet();
        }
    }

    /** A piece of memory and where it is, for {@link #free}. */
    record Piece(MemorySegment memory, int page, int order) {}

    static int orderOf(int sizeBytes) {
        int order = Integer.numberOfTrailingZeros(sizeBytes / BlockStore.PAGE_BYTES);
        if (sizeBytes != BlockStore.PAGE_BYTES << order || order >= ORDERS) {
            throw new IllegalArgumentException("block of " + sizeBytes + " bytes");
        }
        return order;
    }

    /** Whether {@code sizeBytes} more would be past the limit. */
    synchronized boolean isShort(long sizeBytes) {
        return usedBytes + sizeBytes > limitBytes;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    synchronized long peakBytes() {
        return peakBytes;
    }

    long limitBytes() {
        return limitBytes;
    }

    /** Memory with whatever was in it. Never fails for the limit: that is the evictor's to keep. */
    synchronized Piece allocate(int sizeBytes) {
        int wanted = orderOf(sizeBytes);
        int order = wanted;
        while (order < ORDERS && free[order].isEmpty()) {
            order++;
        }
        if (order == ORDERS) {
            addSlab();
            order = ORDERS - 1;
        }
        int buddy = free[order].nextSetBit(0);
        free[order].clear(buddy);
        while (order > wanted) {
            order--;
            buddy <<= 1;
            free[order].set(buddy + 1);
        }
        int page = buddy << order;
        usedBytes += sizeBytes;
        peakBytes = Math.max(peakBytes, usedBytes);
        var memory =
                slabs.get(page / slabPages)
                        .asSlice((long) (page % slabPages) * BlockStore.PAGE_BYTES, sizeBytes);
        return new Piece(memory, page, order);
    }

    @SuppressWarnings("MustBeClosedChecker") // Closed with this object.
    private void addSlab() {
        var arena = Arena.ofShared();
        int first = slabs.size() * slabPages;
        slabs.add(HugePages.allocate(arena, (long) slabPages * BlockStore.PAGE_BYTES));
        arenas.add(arena);
        free[ORDERS - 1].set(first / PAGES_PER_LARGEST, (first + slabPages) / PAGES_PER_LARGEST);
    }

    synchronized void free(Piece piece) {
        int order = piece.order;
        int buddy = piece.page >> order;
        usedBytes -= (long) BlockStore.PAGE_BYTES << order;
        while (order < ORDERS - 1 && free[order].get(buddy ^ 1)) {
            free[order].clear(buddy ^ 1);
            buddy >>= 1;
            order++;
        }
        assert !free[order].get(buddy) : "memory freed twice";
        free[order].set(buddy);
    }

    @Override
    public synchronized void close() {
        arenas.forEach(Arena::close);
        arenas.clear();
        slabs.clear();
    }
}
