package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over an fp32 query and fp32 documents. How they are written the compiler has decided, see
 * the room's README: registers are handed to no method of ours, and loops end at equality.
 */
final class Float32Loops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final int LANES = FLOAT.length();

    /** Computes what does not fill a register. */
    private static final ScalarKernels REST = ScalarKernels.INSTANCE;

    private Float32Loops() {}

    static float l2Squared(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        if (dims >= 4 * LANES) {
            int end = dims - dims % (4 * LANES);
            do {
                FloatVector d0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * i, LITTLE_ENDIAN));
                a0 = d0.fma(d0, a0);
                FloatVector d1 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * (i + LANES), LITTLE_ENDIAN));
                a1 = d1.fma(d1, a1);
                FloatVector d2 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + 2 * LANES), LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT,
                                                s,
                                                so + 4L * (i + 2 * LANES),
                                                LITTLE_ENDIAN));
                a2 = d2.fma(d2, a2);
                FloatVector d3 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + 3 * LANES), LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT,
                                                s,
                                                so + 4L * (i + 3 * LANES),
                                                LITTLE_ENDIAN));
                a3 = d3.fma(d3, a3);
                i += 4 * LANES;
            } while (i != end);
        }
        if (dims - i >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector d0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * i, LITTLE_ENDIAN));
                a0 = d0.fma(d0, a0);
                i += LANES;
            } while (i != end);
        }
        float sum = a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            sum += REST.l2SquaredF32(q, qo + 4L * i, s, so + 4L * i, dims - i);
        }
        return sum;
    }

    static float innerProduct(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        if (dims >= 4 * LANES) {
            int end = dims - dims % (4 * LANES);
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .fma(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * i, LITTLE_ENDIAN),
                                        a0);
                a1 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                .fma(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * (i + LANES), LITTLE_ENDIAN),
                                        a1);
                a2 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + 2 * LANES), LITTLE_ENDIAN)
                                .fma(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * (i + 2 * LANES), LITTLE_ENDIAN),
                                        a2);
                a3 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + 3 * LANES), LITTLE_ENDIAN)
                                .fma(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * (i + 3 * LANES), LITTLE_ENDIAN),
                                        a3);
                i += 4 * LANES;
            } while (i != end);
        }
        if (dims - i >= LANES) {
            int end = dims - dims % LANES;
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .fma(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * i, LITTLE_ENDIAN),
                                        a0);
                i += LANES;
            } while (i != end);
        }
        float sum = a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            sum += REST.innerProductF32(q, qo + 4L * i, s, so + 4L * i, dims - i);
        }
        return sum;
    }

    static float l1(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        if (dims >= 4 * LANES) {
            int end = dims - dims % (4 * LANES);
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * i, LITTLE_ENDIAN))
                                .abs()
                                .add(a0);
                a1 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * (i + LANES), LITTLE_ENDIAN))
                                .abs()
                                .add(a1);
                a2 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + 2 * LANES), LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * (i + 2 * LANES), LITTLE_ENDIAN))
                                .abs()
                                .add(a2);
                a3 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + 3 * LANES), LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * (i + 3 * LANES), LITTLE_ENDIAN))
                                .abs()
                                .add(a3);
                i += 4 * LANES;
            } while (i != end);
        }
        if (dims - i >= LANES) {
            int end = dims - dims % LANES;
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        FloatVector.fromMemorySegment(
                                                FLOAT, s, so + 4L * i, LITTLE_ENDIAN))
                                .abs()
                                .add(a0);
                i += LANES;
            } while (i != end);
        }
        float sum = a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            sum += REST.l1F32(q, qo + 4L * i, s, so + 4L * i, dims - i);
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
        MemorySegment v0 = s0.asSlice(o0, 4L * dims);
        MemorySegment v1 = s1.asSlice(o1, 4L * dims);
        MemorySegment v2 = s2.asSlice(o2, 4L * dims);
        MemorySegment v3 = s3.asSlice(o3, 4L * dims);
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        if (dims >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
                FloatVector d0 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v0, 4L * i, LITTLE_ENDIAN));
                a0 = d0.fma(d0, a0);
                FloatVector d1 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v1, 4L * i, LITTLE_ENDIAN));
                a1 = d1.fma(d1, a1);
                FloatVector d2 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v2, 4L * i, LITTLE_ENDIAN));
                a2 = d2.fma(d2, a2);
                FloatVector d3 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v3, 4L * i, LITTLE_ENDIAN));
                a3 = d3.fma(d3, a3);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            out[0] += REST.l2SquaredF32(q, qo + 4L * i, s0, o0 + 4L * i, dims - i);
            out[1] += REST.l2SquaredF32(q, qo + 4L * i, s1, o1 + 4L * i, dims - i);
            out[2] += REST.l2SquaredF32(q, qo + 4L * i, s2, o2 + 4L * i, dims - i);
            out[3] += REST.l2SquaredF32(q, qo + 4L * i, s3, o3 + 4L * i, dims - i);
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
        MemorySegment v0 = s0.asSlice(o0, 4L * dims);
        MemorySegment v1 = s1.asSlice(o1, 4L * dims);
        MemorySegment v2 = s2.asSlice(o2, 4L * dims);
        MemorySegment v3 = s3.asSlice(o3, 4L * dims);
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        if (dims >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
                a0 = x.fma(FloatVector.fromMemorySegment(FLOAT, v0, 4L * i, LITTLE_ENDIAN), a0);
                a1 = x.fma(FloatVector.fromMemorySegment(FLOAT, v1, 4L * i, LITTLE_ENDIAN), a1);
                a2 = x.fma(FloatVector.fromMemorySegment(FLOAT, v2, 4L * i, LITTLE_ENDIAN), a2);
                a3 = x.fma(FloatVector.fromMemorySegment(FLOAT, v3, 4L * i, LITTLE_ENDIAN), a3);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            out[0] += REST.innerProductF32(q, qo + 4L * i, s0, o0 + 4L * i, dims - i);
            out[1] += REST.innerProductF32(q, qo + 4L * i, s1, o1 + 4L * i, dims - i);
            out[2] += REST.innerProductF32(q, qo + 4L * i, s2, o2 + 4L * i, dims - i);
            out[3] += REST.innerProductF32(q, qo + 4L * i, s3, o3 + 4L * i, dims - i);
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
        MemorySegment v0 = s0.asSlice(o0, 4L * dims);
        MemorySegment v1 = s1.asSlice(o1, 4L * dims);
        MemorySegment v2 = s2.asSlice(o2, 4L * dims);
        MemorySegment v3 = s3.asSlice(o3, 4L * dims);
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        if (dims >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
                a0 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v0, 4L * i, LITTLE_ENDIAN))
                                .abs()
                                .add(a0);
                a1 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v1, 4L * i, LITTLE_ENDIAN))
                                .abs()
                                .add(a1);
                a2 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v2, 4L * i, LITTLE_ENDIAN))
                                .abs()
                                .add(a2);
                a3 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v3, 4L * i, LITTLE_ENDIAN))
                                .abs()
                                .add(a3);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            out[0] += REST.l1F32(q, qo + 4L * i, s0, o0 + 4L * i, dims - i);
            out[1] += REST.l1F32(q, qo + 4L * i, s1, o1 + 4L * i, dims - i);
            out[2] += REST.l1F32(q, qo + 4L * i, s2, o2 + 4L * i, dims - i);
            out[3] += REST.l1F32(q, qo + 4L * i, s3, o3 + 4L * i, dims - i);
        }
    }

    static void l2Squaredx8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        MemorySegment v0 = s[0].asSlice(o[0], 4L * dims);
        MemorySegment v1 = s[1].asSlice(o[1], 4L * dims);
        MemorySegment v2 = s[2].asSlice(o[2], 4L * dims);
        MemorySegment v3 = s[3].asSlice(o[3], 4L * dims);
        MemorySegment v4 = s[4].asSlice(o[4], 4L * dims);
        MemorySegment v5 = s[5].asSlice(o[5], 4L * dims);
        MemorySegment v6 = s[6].asSlice(o[6], 4L * dims);
        MemorySegment v7 = s[7].asSlice(o[7], 4L * dims);
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        int i = 0;
        if (dims >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
                FloatVector d0 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v0, 4L * i, LITTLE_ENDIAN));
                a0 = d0.fma(d0, a0);
                FloatVector d1 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v1, 4L * i, LITTLE_ENDIAN));
                a1 = d1.fma(d1, a1);
                FloatVector d2 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v2, 4L * i, LITTLE_ENDIAN));
                a2 = d2.fma(d2, a2);
                FloatVector d3 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v3, 4L * i, LITTLE_ENDIAN));
                a3 = d3.fma(d3, a3);
                FloatVector d4 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v4, 4L * i, LITTLE_ENDIAN));
                a4 = d4.fma(d4, a4);
                FloatVector d5 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v5, 4L * i, LITTLE_ENDIAN));
                a5 = d5.fma(d5, a5);
                FloatVector d6 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v6, 4L * i, LITTLE_ENDIAN));
                a6 = d6.fma(d6, a6);
                FloatVector d7 =
                        x.sub(FloatVector.fromMemorySegment(FLOAT, v7, 4L * i, LITTLE_ENDIAN));
                a7 = d7.fma(d7, a7);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        out[4] = a4.reduceLanes(VectorOperators.ADD);
        out[5] = a5.reduceLanes(VectorOperators.ADD);
        out[6] = a6.reduceLanes(VectorOperators.ADD);
        out[7] = a7.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            for (int j = 0; j < 8; j++) {
                out[j] += REST.l2SquaredF32(q, qo + 4L * i, s[j], o[j] + 4L * i, dims - i);
            }
        }
    }

    static void innerProductx8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        MemorySegment v0 = s[0].asSlice(o[0], 4L * dims);
        MemorySegment v1 = s[1].asSlice(o[1], 4L * dims);
        MemorySegment v2 = s[2].asSlice(o[2], 4L * dims);
        MemorySegment v3 = s[3].asSlice(o[3], 4L * dims);
        MemorySegment v4 = s[4].asSlice(o[4], 4L * dims);
        MemorySegment v5 = s[5].asSlice(o[5], 4L * dims);
        MemorySegment v6 = s[6].asSlice(o[6], 4L * dims);
        MemorySegment v7 = s[7].asSlice(o[7], 4L * dims);
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        int i = 0;
        if (dims >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
                a0 = x.fma(FloatVector.fromMemorySegment(FLOAT, v0, 4L * i, LITTLE_ENDIAN), a0);
                a1 = x.fma(FloatVector.fromMemorySegment(FLOAT, v1, 4L * i, LITTLE_ENDIAN), a1);
                a2 = x.fma(FloatVector.fromMemorySegment(FLOAT, v2, 4L * i, LITTLE_ENDIAN), a2);
                a3 = x.fma(FloatVector.fromMemorySegment(FLOAT, v3, 4L * i, LITTLE_ENDIAN), a3);
                a4 = x.fma(FloatVector.fromMemorySegment(FLOAT, v4, 4L * i, LITTLE_ENDIAN), a4);
                a5 = x.fma(FloatVector.fromMemorySegment(FLOAT, v5, 4L * i, LITTLE_ENDIAN), a5);
                a6 = x.fma(FloatVector.fromMemorySegment(FLOAT, v6, 4L * i, LITTLE_ENDIAN), a6);
                a7 = x.fma(FloatVector.fromMemorySegment(FLOAT, v7, 4L * i, LITTLE_ENDIAN), a7);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        out[4] = a4.reduceLanes(VectorOperators.ADD);
        out[5] = a5.reduceLanes(VectorOperators.ADD);
        out[6] = a6.reduceLanes(VectorOperators.ADD);
        out[7] = a7.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            for (int j = 0; j < 8; j++) {
                out[j] += REST.innerProductF32(q, qo + 4L * i, s[j], o[j] + 4L * i, dims - i);
            }
        }
    }

    static void innerProductAndNorm(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector n0 = a0;
        FloatVector n1 = a0;
        int i = 0;
        if (dims >= 2 * LANES) {
            int end = dims - dims % (2 * LANES);
            do {
                FloatVector x0 =
                        FloatVector.fromMemorySegment(FLOAT, s, so + 4L * i, LITTLE_ENDIAN);
                FloatVector x1 =
                        FloatVector.fromMemorySegment(
                                FLOAT, s, so + 4L * (i + LANES), LITTLE_ENDIAN);
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .fma(x0, a0);
                a1 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                .fma(x1, a1);
                n0 = x0.fma(x0, n0);
                n1 = x1.fma(x1, n1);
                i += 2 * LANES;
            } while (i != end);
        }
        out[0] = a0.add(a1).reduceLanes(VectorOperators.ADD);
        out[1] = n0.add(n1).reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            ScalarKernels.addInnerProductAndNormF32(
                    q, qo + 4L * i, s, so + 4L * i, dims - i, out, 0, 1);
        }
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
        MemorySegment v0 = s0.asSlice(o0, 4L * dims);
        MemorySegment v1 = s1.asSlice(o1, 4L * dims);
        MemorySegment v2 = s2.asSlice(o2, 4L * dims);
        MemorySegment v3 = s3.asSlice(o3, 4L * dims);
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector n0 = a0;
        FloatVector n1 = a0;
        FloatVector n2 = a0;
        FloatVector n3 = a0;
        int i = 0;
        if (dims >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
                FloatVector d0 = FloatVector.fromMemorySegment(FLOAT, v0, 4L * i, LITTLE_ENDIAN);
                FloatVector d1 = FloatVector.fromMemorySegment(FLOAT, v1, 4L * i, LITTLE_ENDIAN);
                FloatVector d2 = FloatVector.fromMemorySegment(FLOAT, v2, 4L * i, LITTLE_ENDIAN);
                FloatVector d3 = FloatVector.fromMemorySegment(FLOAT, v3, 4L * i, LITTLE_ENDIAN);
                a0 = x.fma(d0, a0);
                a1 = x.fma(d1, a1);
                a2 = x.fma(d2, a2);
                a3 = x.fma(d3, a3);
                n0 = d0.fma(d0, n0);
                n1 = d1.fma(d1, n1);
                n2 = d2.fma(d2, n2);
                n3 = d3.fma(d3, n3);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        out[4] = n0.reduceLanes(VectorOperators.ADD);
        out[5] = n1.reduceLanes(VectorOperators.ADD);
        out[6] = n2.reduceLanes(VectorOperators.ADD);
        out[7] = n3.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            ScalarKernels.addInnerProductAndNormF32(
                    q, qo + 4L * i, s0, o0 + 4L * i, dims - i, out, 0, 4);
            ScalarKernels.addInnerProductAndNormF32(
                    q, qo + 4L * i, s1, o1 + 4L * i, dims - i, out, 1, 5);
            ScalarKernels.addInnerProductAndNormF32(
                    q, qo + 4L * i, s2, o2 + 4L * i, dims - i, out, 2, 6);
            ScalarKernels.addInnerProductAndNormF32(
                    q, qo + 4L * i, s3, o3 + 4L * i, dims - i, out, 3, 7);
        }
    }
}
