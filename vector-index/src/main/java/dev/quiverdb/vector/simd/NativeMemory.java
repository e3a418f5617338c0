package dev.quiverdb.vector.simd;

import java.lang.foreign.MemorySegment;

/**
 * All memory outside the heap as one segment, whose offsets are addresses. The compiler knows it as
 * a constant, so that a read is a load and little more, where a segment taken out of a table costs
 * its checks each time. Who reads by it vouches for the address and for that the memory is not
 * given back meanwhile.
 */
@SuppressWarnings("restricted")
public final class NativeMemory {
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private NativeMemory() {}
}
