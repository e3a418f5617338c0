package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over an fp32 query and half-precision documents; written as {@link Float32Loops}, and for
 * the same reasons.
 *
 * <p>A half is moved so that its sign, exponent and mantissa bits lie where a float has them; the
 * product with 2^112 mends the exponent's bias and is exact for normal and subnormal halves.
 * (Infinities and NaN are not stored in vectors.)
 */
final class Float16Loops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final VectorSpecies<Integer> INT = ChosenSpecies.INT;
    private static final VectorSpecies<Short> HALF = ChosenSpecies.HALF_OF_SHORT;
    private static final int LANES = FLOAT.length();

    /** Computes what does not fill a register. */
    private static final ScalarKernels REST = ScalarKernels.INSTANCE;

    private Float16Loops() {}

    static float l2Squared(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        int i = 0;
        if (dims >= 2 * LANES) {
            int end = dims - dims % (2 * LANES);
            do {
                FloatVector d0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, s, so + 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f));
                a0 = d0.fma(d0, a0);
                FloatVector d1 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                .sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF,
                                                        s,
                                                        so + 2L * (i + LANES),
                                                        LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f));
                a1 = d1.fma(d1, a1);
                i += 2 * LANES;
            } while (i != end);
        }
        if (dims - i >= LANES) {
            int end = dims - dims % LANES;
            do {
                FloatVector d0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, s, so + 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f));
                a0 = d0.fma(d0, a0);
                i += LANES;
            } while (i != end);
        }
        float sum = a0.add(a1).reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            sum += REST.l2SquaredF16(q, qo + 4L * i, s, so + 2L * i, dims - i);
        }
        return sum;
    }

    static float innerProduct(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        int i = 0;
        if (dims >= 2 * LANES) {
            int end = dims - dims % (2 * LANES);
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .fma(
                                        ShortVector.fromMemorySegment(
                                                        HALF, s, so + 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f),
                                        a0);
                a1 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                .fma(
                                        ShortVector.fromMemorySegment(
                                                        HALF,
                                                        s,
                                                        so + 2L * (i + LANES),
                                                        LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f),
                                        a1);
                i += 2 * LANES;
            } while (i != end);
        }
        if (dims - i >= LANES) {
            int end = dims - dims % LANES;
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .fma(
                                        ShortVector.fromMemorySegment(
                                                        HALF, s, so + 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f),
                                        a0);
                i += LANES;
            } while (i != end);
        }
        float sum = a0.add(a1).reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            sum += REST.innerProductF16(q, qo + 4L * i, s, so + 2L * i, dims - i);
        }
        return sum;
    }

    static float l1(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        int i = 0;
        if (dims >= 2 * LANES) {
            int end = dims - dims % (2 * LANES);
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, s, so + 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f))
                                .abs()
                                .add(a0);
                a1 =
                        FloatVector.fromMemorySegment(
                                        FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                                .sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF,
                                                        s,
                                                        so + 2L * (i + LANES),
                                                        LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f))
                                .abs()
                                .add(a1);
                i += 2 * LANES;
            } while (i != end);
        }
        if (dims - i >= LANES) {
            int end = dims - dims % LANES;
            do {
                a0 =
                        FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                                .sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, s, so + 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f))
                                .abs()
                                .add(a0);
                i += LANES;
            } while (i != end);
        }
        float sum = a0.add(a1).reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            sum += REST.l1F16(q, qo + 4L * i, s, so + 2L * i, dims - i);
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
        MemorySegment v0 = s0.asSlice(o0, 2L * dims);
        MemorySegment v1 = s1.asSlice(o1, 2L * dims);
        MemorySegment v2 = s2.asSlice(o2, 2L * dims);
        MemorySegment v3 = s3.asSlice(o3, 2L * dims);
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
                        x.sub(
                                ShortVector.fromMemorySegment(HALF, v0, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f));
                a0 = d0.fma(d0, a0);
                FloatVector d1 =
                        x.sub(
                                ShortVector.fromMemorySegment(HALF, v1, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f));
                a1 = d1.fma(d1, a1);
                FloatVector d2 =
                        x.sub(
                                ShortVector.fromMemorySegment(HALF, v2, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f));
                a2 = d2.fma(d2, a2);
                FloatVector d3 =
                        x.sub(
                                ShortVector.fromMemorySegment(HALF, v3, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f));
                a3 = d3.fma(d3, a3);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            out[0] += REST.l2SquaredF16(q, qo + 4L * i, s0, o0 + 2L * i, dims - i);
            out[1] += REST.l2SquaredF16(q, qo + 4L * i, s1, o1 + 2L * i, dims - i);
            out[2] += REST.l2SquaredF16(q, qo + 4L * i, s2, o2 + 2L * i, dims - i);
            out[3] += REST.l2SquaredF16(q, qo + 4L * i, s3, o3 + 2L * i, dims - i);
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
        MemorySegment v0 = s0.asSlice(o0, 2L * dims);
        MemorySegment v1 = s1.asSlice(o1, 2L * dims);
        MemorySegment v2 = s2.asSlice(o2, 2L * dims);
        MemorySegment v3 = s3.asSlice(o3, 2L * dims);
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
                        x.fma(
                                ShortVector.fromMemorySegment(HALF, v0, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f),
                                a0);
                a1 =
                        x.fma(
                                ShortVector.fromMemorySegment(HALF, v1, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f),
                                a1);
                a2 =
                        x.fma(
                                ShortVector.fromMemorySegment(HALF, v2, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f),
                                a2);
                a3 =
                        x.fma(
                                ShortVector.fromMemorySegment(HALF, v3, 2L * i, LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.S2I, INT, 0)
                                        .reinterpretAsInts()
                                        .lanewise(VectorOperators.LSHL, 13)
                                        .and(0x8FFFE000)
                                        .reinterpretAsFloats()
                                        .mul(0x1p112f),
                                a3);
                i += LANES;
            } while (i != end);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        if (i < dims) {
            out[0] += REST.innerProductF16(q, qo + 4L * i, s0, o0 + 2L * i, dims - i);
            out[1] += REST.innerProductF16(q, qo + 4L * i, s1, o1 + 2L * i, dims - i);
            out[2] += REST.innerProductF16(q, qo + 4L * i, s2, o2 + 2L * i, dims - i);
            out[3] += REST.innerProductF16(q, qo + 4L * i, s3, o3 + 2L * i, dims - i);
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
        MemorySegment v0 = s0.asSlice(o0, 2L * dims);
        MemorySegment v1 = s1.asSlice(o1, 2L * dims);
        MemorySegment v2 = s2.asSlice(o2, 2L * dims);
        MemorySegment v3 = s3.asSlice(o3, 2L * dims);
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
                        x.sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, v0, 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f))
                                .abs()
                                .add(a0);
                a1 =
                        x.sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, v1, 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f))
                                .abs()
                                .add(a1);
                a2 =
                        x.sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, v2, 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f))
                                .abs()
                                .add(a2);
                a3 =
                        x.sub(
                                        ShortVector.fromMemorySegment(
                                                        HALF, v3, 2L * i, LITTLE_ENDIAN)
                                                .convertShape(VectorOperators.S2I, INT, 0)
                                                .reinterpretAsInts()
                                                .lanewise(VectorOperators.LSHL, 13)
                                                .and(0x8FFFE000)
                                                .reinterpretAsFloats()
                                                .mul(0x1p112f))
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
            out[0] += REST.l1F16(q, qo + 4L * i, s0, o0 + 2L * i, dims - i);
            out[1] += REST.l1F16(q, qo + 4L * i, s1, o1 + 2L * i, dims - i);
            out[2] += REST.l1F16(q, qo + 4L * i, s2, o2 + 2L * i, dims - i);
            out[3] += REST.l1F16(q, qo + 4L * i, s3, o3 + 2L * i, dims - i);
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
                        ShortVector.fromMemorySegment(HALF, s, so + 2L * i, LITTLE_ENDIAN)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .reinterpretAsInts()
                                .lanewise(VectorOperators.LSHL, 13)
                                .and(0x8FFFE000)
                                .reinterpretAsFloats()
                                .mul(0x1p112f);
                FloatVector x1 =
                        ShortVector.fromMemorySegment(HALF, s, so + 2L * (i + LANES), LITTLE_ENDIAN)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .reinterpretAsInts()
                                .lanewise(VectorOperators.LSHL, 13)
                                .and(0x8FFFE000)
                                .reinterpretAsFloats()
                                .mul(0x1p112f);
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
            ScalarKernels.addInnerProductAndNormF16(
                    q, qo + 4L * i, s, so + 2L * i, dims - i, out, 0, 1);
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
        MemorySegment v0 = s0.asSlice(o0, 2L * dims);
        MemorySegment v1 = s1.asSlice(o1, 2L * dims);
        MemorySegment v2 = s2.asSlice(o2, 2L * dims);
        MemorySegment v3 = s3.asSlice(o3, 2L * dims);
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
                FloatVector d0 =
                        ShortVector.fromMemorySegment(HALF, v0, 2L * i, LITTLE_ENDIAN)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .reinterpretAsInts()
                                .lanewise(VectorOperators.LSHL, 13)
                                .and(0x8FFFE000)
                                .reinterpretAsFloats()
                                .mul(0x1p112f);
                FloatVector d1 =
                        ShortVector.fromMemorySegment(HALF, v1, 2L * i, LITTLE_ENDIAN)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .reinterpretAsInts()
                                .lanewise(VectorOperators.LSHL, 13)
                                .and(0x8FFFE000)
                                .reinterpretAsFloats()
                                .mul(0x1p112f);
                FloatVector d2 =
                        ShortVector.fromMemorySegment(HALF, v2, 2L * i, LITTLE_ENDIAN)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .reinterpretAsInts()
                                .lanewise(VectorOperators.LSHL, 13)
                                .and(0x8FFFE000)
                                .reinterpretAsFloats()
                                .mul(0x1p112f);
                FloatVector d3 =
                        ShortVector.fromMemorySegment(HALF, v3, 2L * i, LITTLE_ENDIAN)
                                .convertShape(VectorOperators.S2I, INT, 0)
                                .reinterpretAsInts()
                                .lanewise(VectorOperators.LSHL, 13)
                                .and(0x8FFFE000)
                                .reinterpretAsFloats()
                                .mul(0x1p112f);
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
            ScalarKernels.addInnerProductAndNormF16(
                    q, qo + 4L * i, s0, o0 + 2L * i, dims - i, out, 0, 4);
            ScalarKernels.addInnerProductAndNormF16(
                    q, qo + 4L * i, s1, o1 + 2L * i, dims - i, out, 1, 5);
            ScalarKernels.addInnerProductAndNormF16(
                    q, qo + 4L * i, s2, o2 + 2L * i, dims - i, out, 2, 6);
            ScalarKernels.addInnerProductAndNormF16(
                    q, qo + 4L * i, s3, o3 + 2L * i, dims - i, out, 3, 7);
        }
    }
}
