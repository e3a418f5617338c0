package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over bytes, widened lane by lane to ints or floats: they save memory, not time. Written as
 * {@link Float32Loops}.
 */
final class ByteLoops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final VectorSpecies<Integer> INT = ChosenSpecies.INT;
    private static final VectorSpecies<Byte> QUARTER = ChosenSpecies.QUARTER_OF_BYTE;
    private static final int LANES = INT.length();

    /** Bytes that are read beyond those a register takes, where it is narrow. */
    private static final int BEYOND = QUARTER.length() - LANES;

    private ByteLoops() {}

    /** How many of the bytes are left to registers, so many at a time. */
    private static int whole(int dims, int atOnce) {
        int inside = Math.max(0, dims - BEYOND);
        return inside - inside % atOnce;
    }

    static int l2Squared(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        IntVector sum = IntVector.zero(INT);
        int i = 0;
        for (int end = whole(dims, LANES); i != end; i += LANES) {
            IntVector difference =
                    ByteVector.fromMemorySegment(QUARTER, q, qo + i, LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2I, INT, 0)
                            .reinterpretAsInts()
                            .sub(
                                    ByteVector.fromMemorySegment(QUARTER, s, so + i, LITTLE_ENDIAN)
                                            .convertShape(VectorOperators.B2I, INT, 0)
                                            .reinterpretAsInts());
            sum = sum.add(difference.mul(difference));
        }
        int total = sum.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            int difference =
                    q.get(ValueLayout.JAVA_BYTE, qo + i) - s.get(ValueLayout.JAVA_BYTE, so + i);
            total += difference * difference;
        }
        return total;
    }

    static int innerProduct(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        IntVector sum = IntVector.zero(INT);
        int i = 0;
        for (int end = whole(dims, LANES); i != end; i += LANES) {
            sum =
                    sum.add(
                            ByteVector.fromMemorySegment(QUARTER, q, qo + i, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.B2I, INT, 0)
                                    .reinterpretAsInts()
                                    .mul(
                                            ByteVector.fromMemorySegment(
                                                            QUARTER, s, so + i, LITTLE_ENDIAN)
                                                    .convertShape(VectorOperators.B2I, INT, 0)
                                                    .reinterpretAsInts()));
        }
        int total = sum.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            total += q.get(ValueLayout.JAVA_BYTE, qo + i) * s.get(ValueLayout.JAVA_BYTE, so + i);
        }
        return total;
    }

    static int l1(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        IntVector sum = IntVector.zero(INT);
        int i = 0;
        for (int end = whole(dims, LANES); i != end; i += LANES) {
            sum =
                    sum.add(
                            ByteVector.fromMemorySegment(QUARTER, q, qo + i, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.B2I, INT, 0)
                                    .reinterpretAsInts()
                                    .sub(
                                            ByteVector.fromMemorySegment(
                                                            QUARTER, s, so + i, LITTLE_ENDIAN)
                                                    .convertShape(VectorOperators.B2I, INT, 0)
                                                    .reinterpretAsInts())
                                    .abs());
        }
        int total = sum.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            total +=
                    Math.abs(
                            q.get(ValueLayout.JAVA_BYTE, qo + i)
                                    - s.get(ValueLayout.JAVA_BYTE, so + i));
        }
        return total;
    }

    static float innerProductU8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        FloatVector a0 = FloatVector.zero(FLOAT);
        FloatVector a1 = a0;
        int i = 0;
        for (int end = whole(dims, 2 * LANES); i != end; i += 2 * LANES) {
            a0 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN)
                            .fma(
                                    ByteVector.fromMemorySegment(QUARTER, s, so + i, LITTLE_ENDIAN)
                                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INT, 0)
                                            .convertShape(VectorOperators.I2F, FLOAT, 0)
                                            .reinterpretAsFloats(),
                                    a0);
            a1 =
                    FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * (i + LANES), LITTLE_ENDIAN)
                            .fma(
                                    ByteVector.fromMemorySegment(
                                                    QUARTER, s, so + i + LANES, LITTLE_ENDIAN)
                                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INT, 0)
                                            .convertShape(VectorOperators.I2F, FLOAT, 0)
                                            .reinterpretAsFloats(),
                                    a1);
        }
        float total = a0.add(a1).reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            total += Scalars.f32(q, qo, i) * (s.get(ValueLayout.JAVA_BYTE, so + i) & 0xFF);
        }
        return total;
    }

    static void innerProductU8x4(
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
        for (int end = whole(dims, LANES); i != end; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOAT, q, qo + 4L * i, LITTLE_ENDIAN);
            a0 =
                    x.fma(
                            ByteVector.fromMemorySegment(QUARTER, s0, o0 + i, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INT, 0)
                                    .convertShape(VectorOperators.I2F, FLOAT, 0)
                                    .reinterpretAsFloats(),
                            a0);
            a1 =
                    x.fma(
                            ByteVector.fromMemorySegment(QUARTER, s1, o1 + i, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INT, 0)
                                    .convertShape(VectorOperators.I2F, FLOAT, 0)
                                    .reinterpretAsFloats(),
                            a1);
            a2 =
                    x.fma(
                            ByteVector.fromMemorySegment(QUARTER, s2, o2 + i, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INT, 0)
                                    .convertShape(VectorOperators.I2F, FLOAT, 0)
                                    .reinterpretAsFloats(),
                            a2);
            a3 =
                    x.fma(
                            ByteVector.fromMemorySegment(QUARTER, s3, o3 + i, LITTLE_ENDIAN)
                                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INT, 0)
                                    .convertShape(VectorOperators.I2F, FLOAT, 0)
                                    .reinterpretAsFloats(),
                            a3);
        }
        out[0] = a0.reduceLanes(VectorOperators.ADD);
        out[1] = a1.reduceLanes(VectorOperators.ADD);
        out[2] = a2.reduceLanes(VectorOperators.ADD);
        out[3] = a3.reduceLanes(VectorOperators.ADD);
        for (; i < dims; i++) {
            float a = Scalars.f32(q, qo, i);
            out[0] += a * (s0.get(ValueLayout.JAVA_BYTE, o0 + i) & 0xFF);
            out[1] += a * (s1.get(ValueLayout.JAVA_BYTE, o1 + i) & 0xFF);
            out[2] += a * (s2.get(ValueLayout.JAVA_BYTE, o2 + i) & 0xFF);
            out[3] += a * (s3.get(ValueLayout.JAVA_BYTE, o3 + i) & 0xFF);
        }
    }
}
