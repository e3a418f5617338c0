package dev.quiverdb.storage.access;

import java.lang.foreign.MemorySegment;

/**
 * The vectors of a column, read in place, off-heap. A slot is addressed by its {@code vecId},
 * begins on a cache line, is written once before its number is told to anybody, and is not reused
 * before every index of the column has unlinked it.
 *
 * <p>Memory is valid within a visit of the block store ({@code BlockStore.enterReader}).
 */
public interface SlotReader {
    /** Bytes of a vector: 4, 2 or 1/8 per dimension. */
    int vectorBytes();

    /** Bytes from one slot to the next: a multiple of 64. Bytes behind the vector are zero. */
    int strideBytes();

    /** Binary logarithm of the number of slots in a slab. */
    int slotsPerSlabLog2();

    /** One more than the greatest vecId ever given. */
    int slotCount();

    /** The memory of a slab. Cost: one look-up when it is cached. */
    MemorySegment slab(int index);

    /** The memory of the slab that holds a vector. */
    default MemorySegment slabOf(int vecId) {
        return slab(vecId >>> slotsPerSlabLog2());
    }

    /** Where a vector begins within {@link #slabOf}. */
    default long offset(int vecId) {
        return (long) (vecId & (1 << slotsPerSlabLog2()) - 1) * strideBytes();
    }
}
