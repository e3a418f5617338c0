package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What follows a fast scan: from sums of table entries to ranks. */
final class FastScanLoops {
    private static final VectorSpecies<Float> FLOAT = ChosenSpecies.FLOAT;
    private static final VectorSpecies<Integer> INT = ChosenSpecies.INT;
    private static final VectorSpecies<Short> HALF = ChosenSpecies.HALF_OF_SHORT;
    private static final VectorSpecies<Byte> BYTES = ChosenSpecies.QUARTER_OF_BYTE;
    private static final int LANES = FLOAT.length();

    private FastScanLoops() {}

    /** Sums to ranks, one float vector's worth of sums at a time. */
    static int ranks(
            short[] sums,
            int at,
            MemorySegment factors,
            long fo,
            float base,
            float bias,
            float scale,
            float bound,
            float[] ranks) {
        int below = 0;
        for (int v = 0; v < 32; v += LANES) {
            FloatVector sum =
                    (FloatVector)
                            ShortVector.fromArray(HALF, sums, at + v)
                                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INT, 0)
                                    .convert(VectorOperators.I2F, 0);
            FloatVector add =
                    FloatVector.fromMemorySegment(FLOAT, factors, fo + 4L * v, LITTLE_ENDIAN);
            FloatVector mul =
                    FloatVector.fromMemorySegment(FLOAT, factors, fo + 128 + 4L * v, LITTLE_ENDIAN);
            FloatVector rank = sum.mul(scale).add(bias).fma(mul, add.add(base));
            rank.intoArray(ranks, v);
            below |= (int) rank.compare(VectorOperators.LT, bound).toLong() << v;
        }
        return below;
    }

    /** Tables to bytes; see {@link Kernels#fastScanTable}. */
    static void table(
            float[] tables, int tableCount, int byteMax, float[] lows, byte[] bytes, float[] into) {
        float widest = 0;
        float lowSum = 0;
        for (int table = 0; table < tableCount; table++) {
            FloatVector low = FloatVector.fromArray(FLOAT, tables, 16 * table);
            FloatVector high = low;
            for (int p = LANES; p < 16; p += LANES) {
                FloatVector next = FloatVector.fromArray(FLOAT, tables, 16 * table + p);
                low = low.min(next);
                high = high.max(next);
            }
            float least = low.reduceLanes(VectorOperators.MIN);
            float width = high.reduceLanes(VectorOperators.MAX) - least;
            lows[table] = least;
            lowSum += least;
            widest = width > widest ? width : widest;
        }
        float inverse = widest > 0 ? byteMax / widest : 0;
        for (int table = 0; table < tableCount; table++) {
            for (int p = 0; p < 16; p += LANES) {
                FloatVector.fromArray(FLOAT, tables, 16 * table + p)
                        .sub(lows[table])
                        .mul(inverse)
                        .add(0.5f)
                        .convert(VectorOperators.F2I, 0)
                        .convertShape(VectorOperators.I2B, BYTES, 0)
                        .reinterpretAsBytes()
                        .intoArray(bytes, 16 * table + p);
            }
        }
        into[0] = lowSum;
        into[1] = widest / byteMax;
    }

    /** Inner products with 16 points; see {@link Kernels#pointProducts}. */
    static void pointProducts(
            float[] query, float[] points, int from, int end, float[] tables, int at) {
        for (int p = 0; p < 16; p += LANES) {
            FloatVector sum = FloatVector.zero(FLOAT);
            for (int d = from; d < end; d++) {
                sum =
                        FloatVector.fromArray(FLOAT, points, 16 * d + p)
                                .fma(FloatVector.broadcast(FLOAT, query[d]), sum);
            }
            sum.intoArray(tables, at + p);
        }
    }
}
