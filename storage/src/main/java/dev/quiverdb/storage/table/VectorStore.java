package dev.quiverdb.storage.table;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.access.SlotReader;
import dev.quiverdb.storage.block.BlockStore;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The vectors of one column: slots of one stride, a multiple of 64 bytes, a power of two of them in
 * each slab, a slab in each block. A slot is written once before anybody knows its number, so
 * readers need no check. Numbers (vecIds) are local to this store and are never logged.
 *
 * <p>A slot whose row went away waits until no snapshot and no index needs it.
 *
 * <p>One thread writes, in a writer's visit; any thread reads, in a visit.
 */
final class VectorStore implements SlotReader {
    private static final int SLAB_BYTES_LEAST = 128 << 10;

    /** A slot that was let go by a commit. */
    private record Released(int vecId, long commit) {}

    private final BlockStore store;
    private final int slotBytes;
    private final int stride;
    private final int slabLog2;
    private final int slabBytes;

    private volatile long[] slabs = new long[0];
    private volatile int slots;
    private int[] free = new int[0];
    private int freeCount;
    private final ArrayDeque<Released> released = new ArrayDeque<>();

    VectorStore(BlockStore store, int slotBytes) {
        this.store = store;
        this.slotBytes = slotBytes;
        stride = (slotBytes + 63) & ~63;
        slabBytes = Math.max(SLAB_BYTES_LEAST, Integer.highestOneBit(stride - 1) << 1);
        slabLog2 = 31 - Integer.numberOfLeadingZeros(slabBytes / stride);
    }

    @Override
    public int vectorBytes() {
        return slotBytes;
    }

    @Override
    public int strideBytes() {
        return stride;
    }

    @Override
    public int slotsPerSlabLog2() {
        return slabLog2;
    }

    @Override
    public int slotCount() {
        return slots;
    }

    @Override
    public MemorySegment slab(int index) {
        return store.read(slabs[index]);
    }

    /** Writes a vector into a new or free slot. */
    int write(byte[] source, int offset) {
        int vecId;
        if (freeCount > 0) {
            vecId = free[--freeCount];
        } else {
            vecId = slots;
            if (vecId >> slabLog2 == slabs.length) {
                var more = Arrays.copyOf(slabs, slabs.length + 1);
                more[slabs.length] = store.allocate(slabBytes);
                slabs = more;
            }
            slots = vecId + 1;
        }
        var memory = store.write(slabs[vecId >> slabLog2]);
        MemorySegment.copy(source, offset, memory, Bytes.BYTE, offset(vecId), slotBytes);
        return vecId;
    }

    /** Copies a vector behind {@code skip} bytes of a new array. */
    byte[] read(int vecId, int skip) {
        byte[] value = new byte[skip + slotBytes];
        var memory = store.read(slabs[vecId >> slabLog2]);
        MemorySegment.copy(memory, Bytes.BYTE, offset(vecId), value, skip, slotBytes);
        return value;
    }

    /** Lets a slot go once every snapshot sees the commit. */
    synchronized void release(int vecId, long commit) {
        released.add(new Released(vecId, commit));
    }

    /** Takes the slots that no snapshot needs any more, for indexes to unlink. */
    synchronized int[] takeReleased(long horizon) {
        int count = 0;
        int[] taken = new int[16];
        while (!released.isEmpty() && released.getFirst().commit() <= horizon) {
            if (count == taken.length) {
                taken = Arrays.copyOf(taken, count * 2);
            }
            taken[count++] = released.removeFirst().vecId();
        }
        return Arrays.copyOf(taken, count);
    }

    /** Makes slots free for new vectors; indexes have forgotten them. */
    void reuse(int[] vecIds) {
        if (freeCount + vecIds.length > free.length) {
            free = Arrays.copyOf(free, Math.max(16, (freeCount + vecIds.length) * 2));
        }
        for (int vecId : vecIds) {
            free[freeCount++] = vecId;
        }
    }

    long bytes() {
        return (long) slabs.length * slabBytes;
    }

    void drop() {
        for (long slab : slabs) {
            store.free(slab);
        }
        slabs = new long[0];
        slots = 0;
        freeCount = 0;
        released.clear();
    }

    // ---- checkpoint -----------------------------------------------------------------------------

    synchronized void save(ByteWriter out) {
        out.putInt(slots);
        out.putInt(slabs.length);
        for (long slab : slabs) {
            out.putLong(slab);
        }
        // There are no snapshots after a restart: what waits is free then, once unlinked.
        out.putInt(freeCount);
        for (int i = 0; i < freeCount; i++) {
            out.putInt(free[i]);
        }
        out.putInt(released.size());
        for (var one : released) {
            out.putInt(one.vecId());
        }
    }

    void restore(ByteBuffer in) {
        slots = in.getInt();
        var blocks = new long[in.getInt()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = in.getLong();
        }
        slabs = blocks;
        freeCount = in.getInt();
        free = new int[freeCount];
        for (int i = 0; i < freeCount; i++) {
            free[i] = in.getInt();
        }
        int waiting = in.getInt();
        for (int i = 0; i < waiting; i++) {
            released.add(new Released(in.getInt(), 0));
        }
    }
}
