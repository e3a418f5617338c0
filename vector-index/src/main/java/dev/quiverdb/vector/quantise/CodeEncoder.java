package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Writes codes. One thread at a time. */
public abstract class CodeEncoder {
    private static final ValueLayout.OfShort HALF =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final float[] elements;

    CodeEncoder(int dimensions) {
        this.elements = new float[dimensions];
    }

    /** Writes the code of {@code vector} at {@code offset} of native memory. */
    public abstract void encode(float[] vector, MemorySegment target, long offset);

    /** Writes the code of the vector in a slot of floats or halves. */
    public final void encode(VectorSlots slots, int vecId, MemorySegment target, long offset) {
        read(slots, vecId, elements);
        encode(elements, target, offset);
    }

    /** Copies a slot of floats or halves to the heap. */
    public static void read(VectorSlots slots, int vecId, float[] into) {
        MemorySegment slab = slots.slabOf(vecId);
        long from = slots.offset(vecId);
        if (slots.kind() == ElementKind.FLOAT32) {
            MemorySegment.copy(slab, ValueLayout.JAVA_FLOAT, from, into, 0, into.length);
        } else if (slots.kind() == ElementKind.FLOAT16) {
            for (int i = 0; i < into.length; i++) {
                into[i] = Float.float16ToFloat(slab.get(HALF, from + 2L * i));
            }
        } else {
            throw new IllegalArgumentException(
                    "codes are made of floats or halves, not " + slots.kind());
        }
    }

    /** Scales to unit length; a zero vector stays. */
    static void normalise(float[] vector) {
        double sum = 0;
        for (float x : vector) {
            sum += (double) x * x;
        }
        if (sum > 0) {
            float scale = (float) (1 / Math.sqrt(sum));
            for (int i = 0; i < vector.length; i++) {
                vector[i] *= scale;
            }
        }
    }
}
