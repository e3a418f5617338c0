package dev.quiverdb.vector.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A query in native memory as the distance functions want it: fp32 for the float kinds (halves are
 * widened once, here), bytes as they are for bits and small integers; padded with zeros to whole
 * cache lines. Belongs to one thread and is filled again for each query.
 */
public final class QueryVector {
    private final ElementKind kind;
    private final int dimensions;
    private final MemorySegment data;
    private final float[] heap;
    private float norm;
    private int bitCount;

    /** Makes room for queries against slots of {@code kind}; the arena's owner frees it. */
    public QueryVector(ElementKind kind, int dimensions, Arena arena) {
        this.kind = kind;
        this.dimensions = dimensions;
        ElementKind held = kind == ElementKind.FLOAT16 ? ElementKind.FLOAT32 : kind;
        this.data = arena.allocate(held.strideBytes(dimensions), 64);
        this.heap = new float[kind == ElementKind.BIT ? 0 : dimensions];
    }

    public int dimensions() {
        return dimensions;
    }

    /** The query's memory; floats for float kinds. */
    public MemorySegment data() {
        return data;
    }

    /**
     * A copy of the elements on the heap, for work per query that is not a kernel; empty for bits.
     * Not to be written to.
     */
    public float[] elements() {
        return heap;
    }

    /** Euclidean norm; zero for bits. */
    public float norm() {
        if (Float.isNaN(norm)) {
            double sum = 0;
            for (float x : heap) {
                sum += (double) x * x;
            }
            norm = (float) Math.sqrt(sum);
        }
        return norm;
    }

    /** Number of bits set, for bits. */
    public int bitCount() {
        return bitCount;
    }

    /**
     * Takes a query of floats (of whole numbers within a byte's range for {@link
     * ElementKind#INT8}).
     */
    public QueryVector set(float[] vector) {
        if (vector.length != dimensions) {
            throw new IllegalArgumentException(
                    "query has " + vector.length + " dimensions, slots " + dimensions);
        }
        switch (kind) {
            case FLOAT32, FLOAT16 ->
                    MemorySegment.copy(vector, 0, data, ValueLayout.JAVA_FLOAT, 0, dimensions);
            case INT8 -> {
                for (int i = 0; i < dimensions; i++) {
                    data.set(ValueLayout.JAVA_BYTE, i, (byte) Math.round(vector[i]));
                }
            }
            case BIT -> throw new IllegalArgumentException("bits are set by setBytes");
        }
        System.arraycopy(vector, 0, heap, 0, dimensions);
        norm = Float.NaN;
        return this;
    }

    /** Takes a vector out of slots of the same kind as the query. */
    public QueryVector set(VectorSlots slots, int vecId) {
        return setBytes(slots.slabOf(vecId), slots.offset(vecId));
    }

    /** Takes the raw bytes of a vector of the query's kind. */
    public QueryVector setBytes(MemorySegment source, long offset) {
        switch (kind) {
            case FLOAT32 -> {
                MemorySegment.copy(source, offset, data, 0, 4L * dimensions);
                MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, 0, heap, 0, dimensions);
            }
            case FLOAT16 -> {
                for (int i = 0; i < dimensions; i++) {
                    heap[i] = Scalars.f16(source, offset, i);
                }
                MemorySegment.copy(heap, 0, data, ValueLayout.JAVA_FLOAT, 0, dimensions);
            }
            case INT8 -> {
                MemorySegment.copy(source, offset, data, 0, dimensions);
                for (int i = 0; i < dimensions; i++) {
                    heap[i] = data.get(ValueLayout.JAVA_BYTE, i);
                }
            }
            case BIT -> {
                MemorySegment.copy(source, offset, data, 0, kind.sizeBytes(dimensions));
                bitCount = Kernels.active().bitCount(data, 0, kind.sizeBytes(dimensions));
            }
        }
        norm = Float.NaN;
        return this;
    }
}
