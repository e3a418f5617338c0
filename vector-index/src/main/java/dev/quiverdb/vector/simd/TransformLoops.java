package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Loops that write vectors: scaled sums and the Walsh-Hadamard transform. */
final class TransformLoops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final int LANES = FLOAT.length();
    private static final VectorShuffle<Float> PARTNER_1 = partner(1);
    private static final VectorShuffle<Float> PARTNER_2 = partner(2);
    private static final VectorShuffle<Float> PARTNER_4 = partner(4);
    private static final VectorShuffle<Float> PARTNER_8 = partner(8);
    private static final FloatVector SIGN_1 = sign(1);
    private static final FloatVector SIGN_2 = sign(2);
    private static final FloatVector SIGN_4 = sign(4);
    private static final FloatVector SIGN_8 = sign(8);

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
        if (length >= LANES) {
            withinRegisters(x, at, length);
            half = LANES;
        }
        for (; half < length; half <<= 1) {
            if (half < LANES) {
                butterflies(x, at, length, half);
            } else {
                wideButterflies(x, at, length, half);
            }
        }
    }

    /**
     * The steps whose pairs lie in one register: each lane gets its partner and, with the sign of
     * its place, itself.
     */
    private static void withinRegisters(float[] x, int at, int length) {
        for (int i = at, end = at + length; i != end; i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOAT, x, i);
            v = v.fma(SIGN_1, v.rearrange(PARTNER_1));
            v = v.fma(SIGN_2, v.rearrange(PARTNER_2));
            if (LANES > 4) {
                v = v.fma(SIGN_4, v.rearrange(PARTNER_4));
            }
            if (LANES > 8) {
                v = v.fma(SIGN_8, v.rearrange(PARTNER_8));
            }
            v.intoArray(x, i);
        }
    }

    private static VectorShuffle<Float> partner(int half) {
        return VectorShuffle.fromOp(FLOAT, i -> i ^ half & LANES - 1);
    }

    private static FloatVector sign(int half) {
        float[] signs = new float[LANES];
        for (int i = 0; i < LANES; i++) {
            signs[i] = (i & half) == 0 ? 1 : -1;
        }
        return FloatVector.fromArray(FLOAT, signs, 0);
    }

    /** What {@link Kernels#spread} tells. */
    static void spread(float[] x, int length, float[] into) {
        FloatVector low = FloatVector.fromArray(FLOAT, x, 0);
        FloatVector high = low;
        FloatVector sum = FloatVector.zero(FLOAT);
        FloatVector squares = sum;
        for (int i = 0; i != length; i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOAT, x, i);
            low = low.min(v);
            high = high.max(v);
            sum = sum.add(v);
            squares = v.fma(v, squares);
        }
        into[0] = low.reduceLanes(VectorOperators.MIN);
        into[1] = high.reduceLanes(VectorOperators.MAX);
        into[2] = sum.reduceLanes(VectorOperators.ADD);
        into[3] = squares.reduceLanes(VectorOperators.ADD);
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
