package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Loops that write vectors: scaled sums and the Walsh-Hadamard transform. */
final class TransformLoops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final int LANES = FLOAT.length();

    private TransformLoops() {}

    static void addScaled(MemorySegment y, long yo, float a, MemorySegment x, long xo, int dims) {
        int i = 0;
        for (int end = dims - dims % LANES; i != end; i += LANES) {
            long at = 4L * i;
            FloatVector.fromMemorySegment(FLOAT, x, xo + at, LITTLE_ENDIAN)
                    .lanewise(
                            VectorOperators.FMA,
                            FloatVector.broadcast(FLOAT, a),
                            FloatVector.fromMemorySegment(FLOAT, y, yo + at, LITTLE_ENDIAN))
                    .intoMemorySegment(y, yo + at, LITTLE_ENDIAN);
        }
        for (; i < dims; i++) {
            y.set(Scalars.FLOAT, yo + 4L * i, Scalars.f32(y, yo, i) + a * Scalars.f32(x, xo, i));
        }
    }

    static void hadamard(float[] x, int at, int length) {
        int half = 1;
        if (length >= 8) {
            for (int i = at; i < at + length; i += 8) {
                eight(x, i);
            }
            half = 8;
        }
        for (; half < length; half <<= 1) {
            if (half < LANES) {
                butterflies(x, at, length, half);
            } else {
                wideButterflies(x, at, length, half);
            }
        }
    }

    /** The three shortest steps at once. */
    private static void eight(float[] x, int at) {
        float a0 = x[at] + x[at + 1];
        float a1 = x[at] - x[at + 1];
        float a2 = x[at + 2] + x[at + 3];
        float a3 = x[at + 2] - x[at + 3];
        float a4 = x[at + 4] + x[at + 5];
        float a5 = x[at + 4] - x[at + 5];
        float a6 = x[at + 6] + x[at + 7];
        float a7 = x[at + 6] - x[at + 7];
        float b0 = a0 + a2;
        float b1 = a1 + a3;
        float b2 = a0 - a2;
        float b3 = a1 - a3;
        float b4 = a4 + a6;
        float b5 = a5 + a7;
        float b6 = a4 - a6;
        float b7 = a5 - a7;
        x[at] = b0 + b4;
        x[at + 1] = b1 + b5;
        x[at + 2] = b2 + b6;
        x[at + 3] = b3 + b7;
        x[at + 4] = b0 - b4;
        x[at + 5] = b1 - b5;
        x[at + 6] = b2 - b6;
        x[at + 7] = b3 - b7;
    }

    private static void butterflies(float[] x, int at, int length, int half) {
        for (int start = at; start < at + length; start += 2 * half) {
            for (int i = start; i < start + half; i++) {
                float a = x[i];
                float b = x[i + half];
                x[i] = a + b;
                x[i + half] = a - b;
            }
        }
    }

    private static void wideButterflies(float[] x, int at, int length, int half) {
        for (int start = at; start < at + length; start += 2 * half) {
            for (int i = start; i < start + half; i += LANES) {
                FloatVector a = FloatVector.fromArray(FLOAT, x, i);
                FloatVector b = FloatVector.fromArray(FLOAT, x, i + half);
                a.add(b).intoArray(x, i);
                a.sub(b).intoArray(x, i + half);
            }
        }
    }
}
