package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.quantise.CodeEncoder;
import dev.quiverdb.vector.quantise.DenseRotation;
import dev.quiverdb.vector.quantise.Rotation;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes vectors into the rotated space of the lists, to unit length first where the metric is the
 * cosine; bits become zeros and ones. One thread.
 */
final class Projector {
    private final Rotation rotation;
    private final @Nullable DenseRotation learned;
    private final boolean unit;
    private final MemorySegment memory;
    private final float[] values;
    private final float[] raw;
    private double squaredNorm;

    Projector(Rotation rotation, @Nullable DenseRotation learned, Metric metric, Arena arena) {
        this.rotation = rotation;
        this.learned = learned;
        this.unit = metric == Metric.COSINE;
        this.memory = arena.allocate(4L * rotation.paddedDimensions(), 64);
        this.values = new float[rotation.paddedDimensions()];
        this.raw = new float[rotation.dimensions()];
    }

    /** The projection's memory: padded dimensions of fp32. */
    MemorySegment memory() {
        return memory;
    }

    /** The projection on the heap. */
    float[] values() {
        return values;
    }

    /** Squared norm of the projection. */
    double squaredNorm() {
        return squaredNorm;
    }

    void project(VectorSlots slots, int vecId) {
        if (slots.kind() == ElementKind.BIT) {
            readBits(slots.slabOf(vecId), slots.offset(vecId));
        } else {
            CodeEncoder.read(slots, vecId, raw);
        }
        project(raw);
    }

    void project(QueryVector query) {
        if (query.elements().length == 0) {
            readBits(query.data(), 0);
            project(raw);
        } else {
            project(query.elements());
        }
    }

    private void readBits(MemorySegment bits, long offset) {
        for (int i = 0; i < raw.length; i++) {
            raw[i] = bits.get(ValueLayout.JAVA_BYTE, offset + (i >>> 3)) >>> (7 - (i & 7)) & 1;
        }
    }

    private void project(float[] vector) {
        double norm = 0;
        for (float x : vector) {
            norm += (double) x * x;
        }
        float scale = unit && norm > 0 ? (float) (1 / Math.sqrt(norm)) : 1;
        for (int i = 0; i < vector.length; i++) {
            values[i] = vector[i] * scale;
        }
        Arrays.fill(values, vector.length, values.length, 0);
        rotation.apply(values);
        if (learned != null) {
            learned.apply(values);
        }
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
        if (unit && norm > 0) {
            norm = 1;
        }
        squaredNorm = norm;
    }
}
