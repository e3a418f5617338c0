package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over an fp32 query and fp32 documents. The twin class for the other element kind is a copy
 * on purpose: a loop that sees one kind only has call sites of one type, and keeps its vectors in
 * registers.
 */
final class Float32Loops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final int LANES = FLOAT.length();

    private Float32Loops() {}

    private static FloatVector load(MemorySegment s, long offset) {
        return FloatVector.fromMemorySegment(FLOAT, s, offset, LITTLE_ENDIAN);
    }

    private static FloatVector squared(FloatVector x, FloatVector sum) {
        return x.fma(x, sum);
    }

    private static float square(float x) {
        return x * x;
    }

    static float l2Squared(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (int end = dims - 4 * LANES; i <= end; i += 4 * LANES) {
            a0 =
                    squared(
                            FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                    .sub(load(s, so + 4L * i)),
                            a0);
            a1 =
                    squared(
                            FloatVector.fromMemorySegment(
                                            FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                    .sub(load(s, so + 4L * (i + LANES))),
                            a1);
            a2 =
                    squared(
                            FloatVector.fromMemorySegment(
                                            FLOAT, q, qo + 4L * (i + 2 * LANES), LITTLE_ENDIAN)
                                    .sub(load(s, so + 4L * (i + 2 * LANES))),
                            a2);
            a3 =
                    squared(
                            FloatVector.fromMemorySegment(
                                            FLOAT, q, qo + 4L * (i + 3 * LANES), LITTLE_ENDIAN)
                                    .sub(load(s, so + 4L * (i + 3 * LANES))),
                            a3);
        }
        for (int end = dims - LANES; i <= end; i += LANES) {
            a0 =
                    squared(
                            FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                    .sub(load(s, so + 4L * i)),
                            a0);
        }
        float sum = a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            float b = Scalars.f32(s, so, i);
            sum += (a - b) * (a - b);
        }
        return sum;
    }

    static float innerProduct(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (int end = dims - 4 * LANES; i <= end; i += 4 * LANES) {
            a0 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                            .fma(load(s, so + 4L * i), a0);
            a1 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                            .fma(load(s, so + 4L * (i + LANES)), a1);
            a2 =
                    FloatVector.fromMemorySegment(
                                    FLOAT, q, qo + 4L * (i + 2 * LANES), LITTLE_ENDIAN)
                            .fma(load(s, so + 4L * (i + 2 * LANES)), a2);
            a3 =
                    FloatVector.fromMemorySegment(
                                    FLOAT, q, qo + 4L * (i + 3 * LANES), LITTLE_ENDIAN)
                            .fma(load(s, so + 4L * (i + 3 * LANES)), a3);
        }
        for (int end = dims - LANES; i <= end; i += LANES) {
            a0 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                            .fma(load(s, so + 4L * i), a0);
        }
        float sum = a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            float b = Scalars.f32(s, so, i);
            sum += a * b;
        }
        return sum;
    }

    static float l1(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (int end = dims - 4 * LANES; i <= end; i += 4 * LANES) {
            a0 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                            .sub(load(s, so + 4L * i))
                            .abs()
                            .add(a0);
            a1 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                            .sub(load(s, so + 4L * (i + LANES)))
                            .abs()
                            .add(a1);
            a2 =
                    FloatVector.fromMemorySegment(
                                    FLOAT, q, qo + 4L * (i + 2 * LANES), LITTLE_ENDIAN)
                            .sub(load(s, so + 4L * (i + 2 * LANES)))
                            .abs()
                            .add(a2);
            a3 =
                    FloatVector.fromMemorySegment(
                                    FLOAT, q, qo + 4L * (i + 3 * LANES), LITTLE_ENDIAN)
                            .sub(load(s, so + 4L * (i + 3 * LANES)))
                            .abs()
                            .add(a3);
        }
        for (int end = dims - LANES; i <= end; i += LANES) {
            a0 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                            .sub(load(s, so + 4L * i))
                            .abs()
                            .add(a0);
        }
        float sum = a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            float b = Scalars.f32(s, so, i);
            sum += Math.abs(a - b);
        }
        return sum;
    }

    static void l2Squaredx4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (int end = dims - LANES; i <= end; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
            a0 = squared(x.sub(load(s0, o0 + 4L * i)), a0);
            a1 = squared(x.sub(load(s1, o1 + 4L * i)), a1);
            a2 = squared(x.sub(load(s2, o2 + 4L * i)), a2);
            a3 = squared(x.sub(load(s3, o3 + 4L * i)), a3);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            out[0] += square(a - Scalars.f32(s0, o0, i));
            out[1] += square(a - Scalars.f32(s1, o1, i));
            out[2] += square(a - Scalars.f32(s2, o2, i));
            out[3] += square(a - Scalars.f32(s3, o3, i));
        }
    }

    static void innerProductx4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (int end = dims - LANES; i <= end; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
            a0 = x.fma(load(s0, o0 + 4L * i), a0);
            a1 = x.fma(load(s1, o1 + 4L * i), a1);
            a2 = x.fma(load(s2, o2 + 4L * i), a2);
            a3 = x.fma(load(s3, o3 + 4L * i), a3);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            out[0] += a * Scalars.f32(s0, o0, i);
            out[1] += a * Scalars.f32(s1, o1, i);
            out[2] += a * Scalars.f32(s2, o2, i);
            out[3] += a * Scalars.f32(s3, o3, i);
        }
    }

    static void l2Squaredx8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        MemorySegment s0 = s[0];
        MemorySegment s1 = s[1];
        MemorySegment s2 = s[2];
        MemorySegment s3 = s[3];
        MemorySegment s4 = s[4];
        MemorySegment s5 = s[5];
        MemorySegment s6 = s[6];
        MemorySegment s7 = s[7];
        long o0 = o[0];
        long o1 = o[1];
        long o2 = o[2];
        long o3 = o[3];
        long o4 = o[4];
        long o5 = o[5];
        long o6 = o[6];
        long o7 = o[7];
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        int i = 0;
        for (int end = dims - LANES; i <= end; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
            a0 = squared(x.sub(load(s0, o0 + 4L * i)), a0);
            a1 = squared(x.sub(load(s1, o1 + 4L * i)), a1);
            a2 = squared(x.sub(load(s2, o2 + 4L * i)), a2);
            a3 = squared(x.sub(load(s3, o3 + 4L * i)), a3);
            a4 = squared(x.sub(load(s4, o4 + 4L * i)), a4);
            a5 = squared(x.sub(load(s5, o5 + 4L * i)), a5);
            a6 = squared(x.sub(load(s6, o6 + 4L * i)), a6);
            a7 = squared(x.sub(load(s7, o7 + 4L * i)), a7);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        out[4] = a4.reduceLanes(VectorOperators.ADD);
        out[5] = a5.reduceLanes(VectorOperators.ADD);
        out[6] = a6.reduceLanes(VectorOperators.ADD);
        out[7] = a7.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            for (int j = 0; j < 8; j++) {
                float b = Scalars.f32(s[j], o[j], i);
                out[j] += (a - b) * (a - b);
            }
        }
    }

    static void innerProductx8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        MemorySegment s0 = s[0];
        MemorySegment s1 = s[1];
        MemorySegment s2 = s[2];
        MemorySegment s3 = s[3];
        MemorySegment s4 = s[4];
        MemorySegment s5 = s[5];
        MemorySegment s6 = s[6];
        MemorySegment s7 = s[7];
        long o0 = o[0];
        long o1 = o[1];
        long o2 = o[2];
        long o3 = o[3];
        long o4 = o[4];
        long o5 = o[5];
        long o6 = o[6];
        long o7 = o[7];
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        int i = 0;
        for (int end = dims - LANES; i <= end; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
            a0 = x.fma(load(s0, o0 + 4L * i), a0);
            a1 = x.fma(load(s1, o1 + 4L * i), a1);
            a2 = x.fma(load(s2, o2 + 4L * i), a2);
            a3 = x.fma(load(s3, o3 + 4L * i), a3);
            a4 = x.fma(load(s4, o4 + 4L * i), a4);
            a5 = x.fma(load(s5, o5 + 4L * i), a5);
            a6 = x.fma(load(s6, o6 + 4L * i), a6);
            a7 = x.fma(load(s7, o7 + 4L * i), a7);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        out[4] = a4.reduceLanes(VectorOperators.ADD);
        out[5] = a5.reduceLanes(VectorOperators.ADD);
        out[6] = a6.reduceLanes(VectorOperators.ADD);
        out[7] = a7.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            for (int j = 0; j < 8; j++) {
                float b = Scalars.f32(s[j], o[j], i);
                out[j] += a * b;
            }
        }
    }

    static void l1x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (int end = dims - LANES; i <= end; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
            a0 = x.sub(load(s0, o0 + 4L * i)).abs().add(a0);
            a1 = x.sub(load(s1, o1 + 4L * i)).abs().add(a1);
            a2 = x.sub(load(s2, o2 + 4L * i)).abs().add(a2);
            a3 = x.sub(load(s3, o3 + 4L * i)).abs().add(a3);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            out[0] += Math.abs(a - Scalars.f32(s0, o0, i));
            out[1] += Math.abs(a - Scalars.f32(s1, o1, i));
            out[2] += Math.abs(a - Scalars.f32(s2, o2, i));
            out[3] += Math.abs(a - Scalars.f32(s3, o3, i));
        }
    }

    static void innerProductAndNorm(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector n0 = a0;
        FloatVector n1 = a0;
        int i = 0;
        for (int end = dims - 2 * LANES; i <= end; i += 2 * LANES) {
            FloatVector x0 = load(s, so + 4L * i);
            FloatVector x1 = load(s, so + 4L * (i + LANES));
            a0 = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN).fma(x0, a0);
            a1 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                            .fma(x1, a1);
            n0 = x0.fma(x0, n0);
            n1 = x1.fma(x1, n1);
        }
        float product = a0.add(a1).reduceLanes(VectorOperators.ADD);
        float norm = n0.add(n1).reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float b = Scalars.f32(s, so, i);
            product += Scalars.f32(q, qo, i) * b;
            norm += b * b;
        }
        out[0] = product;
        out[1] = norm;
    }

    static void innerProductAndNormx4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector n0 = a0;
        FloatVector n1 = a0;
        FloatVector n2 = a0;
        FloatVector n3 = a0;
        int i = 0;
        for (int end = dims - LANES; i <= end; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
            FloatVector d0 = load(s0, o0 + 4L * i);
            FloatVector d1 = load(s1, o1 + 4L * i);
            FloatVector d2 = load(s2, o2 + 4L * i);
            FloatVector d3 = load(s3, o3 + 4L * i);
            a0 = x.fma(d0, a0);
            a1 = x.fma(d1, a1);
            a2 = x.fma(d2, a2);
            a3 = x.fma(d3, a3);
            n0 = d0.fma(d0, n0);
            n1 = d1.fma(d1, n1);
            n2 = d2.fma(d2, n2);
            n3 = d3.fma(d3, n3);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        out[4] = n0.reduceLanes(VectorOperators.ADD);
        out[5] = n1.reduceLanes(VectorOperators.ADD);
        out[6] = n2.reduceLanes(VectorOperators.ADD);
        out[7] = n3.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            float b0 = Scalars.f32(s0, o0, i);
            out[0] += a * b0;
            out[4] += b0 * b0;
            float b1 = Scalars.f32(s1, o1, i);
            out[1] += a * b1;
            out[5] += b1 * b1;
            float b2 = Scalars.f32(s2, o2, i);
            out[2] += a * b2;
            out[6] += b2 * b2;
            float b3 = Scalars.f32(s3, o3, i);
            out[3] += a * b3;
            out[7] += b3 * b3;
        }
    }
}
