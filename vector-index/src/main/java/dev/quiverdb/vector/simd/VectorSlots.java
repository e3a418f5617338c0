package dev.quiverdb.vector.simd;

import java.lang.foreign.MemorySegment;

/**
 * Vectors off-heap in slots of one stride, each slot on a cache line, addressed by {@code vecId}.
 * Slots lie in slabs of a power of two; bytes of a slot behind its vector are zero. Readers of a
 * slot need no lock: a slot is written once before its id is shown to anybody.
 */
public interface VectorSlots {

    int dimensions();

    ElementKind kind();

    /** Bytes from one slot to the next: a multiple of 64. */
    int strideBytes();

    /** Binary logarithm of the number of slots in a slab. */
    int slotsPerSlabLog2();

    /** The native memory of a slab; stays valid as long as the caller's read epoch. */
    MemorySegment slab(int index);

    /** The slab that holds a vector. */
    default MemorySegment slabOf(int vecId) {
        return slab(vecId >>> slotsPerSlabLog2());
    }

    /** Offset of a vector within {@link #slabOf}. */
    default long offset(int vecId) {
        return (long) (vecId & ((1 << slotsPerSlabLog2()) - 1)) * strideBytes();
    }
}
