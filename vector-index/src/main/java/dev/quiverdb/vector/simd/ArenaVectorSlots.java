package dev.quiverdb.vector.simd;

import dev.quiverdb.base.memory.HugePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Slots in native memory that grow slab by slab: the twin of slots in storage blocks, for indexes
 * without storage, tests and benchmarks. One thread at a time allocates or writes; any thread reads
 * ids that were handed to it safely. Owns its arena; {@link #close} frees all slabs.
 */
public final class ArenaVectorSlots implements VectorSlots, AutoCloseable {
    private static final int SLAB_BYTES = 32 << 20;

    private final Arena arena = Arena.ofShared();
    private final ElementKind kind;
    private final int dimensions;
    private final int strideBytes;
    private final int slotsPerSlabLog2;
    private volatile MemorySegment[] slabs = {};
    private int count;

    public ArenaVectorSlots(ElementKind kind, int dimensions) {
        this.kind = kind;
        this.dimensions = dimensions;
        this.strideBytes = kind.strideBytes(dimensions);
        this.slotsPerSlabLog2 =
                Math.max(
                        4,
                        31 - Integer.numberOfLeadingZeros(Math.max(1, SLAB_BYTES / strideBytes)));
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public ElementKind kind() {
        return kind;
    }

    @Override
    public int strideBytes() {
        return strideBytes;
    }

    @Override
    public int slotsPerSlabLog2() {
        return slotsPerSlabLog2;
    }

    @Override
    public MemorySegment slab(int index) {
        return slabs[index];
    }

    /** Number of slots handed out; ids are {@code 0 .. count - 1}. */
    public int count() {
        return count;
    }

    /** Bytes of native memory held. */
    public long sizeBytes() {
        return (long) slabs.length * ((long) strideBytes << slotsPerSlabLog2);
    }

    /** A fresh zeroed slot. */
    public int allocate() {
        int id = count++;
        int slab = id >>> slotsPerSlabLog2;
        if (slab == slabs.length) {
            MemorySegment[] grown = Arrays.copyOf(slabs, slab + 1);
            grown[slab] = HugePages.allocate(arena, (long) strideBytes << slotsPerSlabLog2);
            slabs = grown;
        }
        return id;
    }

    /** Stores a vector in a fresh slot, rounding to halves where the slots hold halves. */
    public int add(float[] vector) {
        int id = allocate();
        set(id, vector);
        return id;
    }

    /** Overwrites a slot; the caller knows that nobody reads it. */
    public void set(int id, float[] vector) {
        if (vector.length != dimensions) {
            throw new IllegalArgumentException(
                    "vector has " + vector.length + " dimensions, slots " + dimensions);
        }
        MemorySegment slab = slabOf(id);
        long offset = offset(id);
        switch (kind) {
            case FLOAT32 ->
                    MemorySegment.copy(vector, 0, slab, ValueLayout.JAVA_FLOAT, offset, dimensions);
            case FLOAT16 -> {
                for (int i = 0; i < dimensions; i++) {
                    slab.set(
                            ValueLayout.JAVA_SHORT,
                            offset + 2L * i,
                            Float.floatToFloat16(vector[i]));
                }
            }
            case INT8 -> {
                for (int i = 0; i < dimensions; i++) {
                    slab.set(ValueLayout.JAVA_BYTE, offset + i, (byte) Math.round(vector[i]));
                }
            }
            case BIT -> throw new IllegalArgumentException("bits are stored by setBytes");
        }
    }

    /** Copies the raw bytes of a vector into a slot. */
    public void setBytes(int id, MemorySegment source, long sourceOffset) {
        MemorySegment.copy(
                source, sourceOffset, slabOf(id), offset(id), kind.sizeBytes(dimensions));
    }

    @Override
    public void close() {
        arena.close();
    }
}
