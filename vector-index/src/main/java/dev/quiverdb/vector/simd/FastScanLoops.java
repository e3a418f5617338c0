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
}
