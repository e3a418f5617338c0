package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Loops that write vectors: scaled sums and the Walsh-Hadamard transform. */
final class TransformLoops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final int LANES = FLOAT.length();

    private TransformLoops() {}

    static void addScaled(MemorySegment y, long yo, float a, MemorySegment x, long xo, int dims) {
        int i = 0;
        for (int end = dims - LANES; i <= end; i += LANES) {
            long at = 4L * i;
            FloatVector.fromMemorySegment(FLOAT, x, xo + at, LITTLE_ENDIAN)
                    .lanewise(
                            jdk.incubator.vector.VectorOperators.FMA,
                            FloatVector.broadcast(FLOAT, a),
                            FloatVector.fromMemorySegment(FLOAT, y, yo + at, LITTLE_ENDIAN))
                    .intoMemorySegment(y, yo + at, LITTLE_ENDIAN);
        }
        for (; i < dims; i++) {
            y.set(Scalars.FLOAT, yo + 4L * i, Scalars.f32(y, yo, i) + a * Scalars.f32(x, xo, i));
        }
    }

    static void hadamard(MemorySegment x, long xo, int length) {
        for (int half = 1; half < length; half <<= 1) {
            if (half < LANES) {
                butterflies(x, xo, length, half);
            } else {
                wideButterflies(x, xo, length, half);
            }
        }
    }

    private static void butterflies(MemorySegment x, long xo, int length, int half) {
        for (int start = 0; start < length; start += 2 * half) {
            for (int i = start; i < start + half; i++) {
                float a = Scalars.f32(x, xo, i);
                float b = Scalars.f32(x, xo, i + half);
                x.set(Scalars.FLOAT, xo + 4L * i, a + b);
                x.set(Scalars.FLOAT, xo + 4L * (i + half), a - b);
            }
        }
    }

    private static void wideButterflies(MemorySegment x, long xo, int length, int half) {
        for (int start = 0; start < length; start += 2 * half) {
            for (int i = start; i < start + half; i += LANES) {
                long low = xo + 4L * i;
                long high = low + 4L * half;
                FloatVector a = FloatVector.fromMemorySegment(FLOAT, x, low, LITTLE_ENDIAN);
                FloatVector b = FloatVector.fromMemorySegment(FLOAT, x, high, LITTLE_ENDIAN);
                a.add(b).intoMemorySegment(x, low, LITTLE_ENDIAN);
                a.sub(b).intoMemorySegment(x, high, LITTLE_ENDIAN);
            }
        }
    }
}
