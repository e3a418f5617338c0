package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of bit codes with queries in bit planes, eight words at a time: for processors
 * that count the bits of a whole register at once. Eight words are read where fewer belong to the
 * plane; the planes are 0 there. What would read beyond a segment is left to the scalar twin.
 */
final class BitPlaneLoops {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;

    private BitPlaneLoops() {}

    /** Whether eight words at a time can be read of a plane. */
    static boolean fits(int words, MemorySegment code, long co) {
        return co + 8L * (words + 7 & ~7) <= code.byteSize();
    }

    static int product(long[] planes, int words, MemorySegment code, long co) {
        var sum = block(planes, 0, code, co);
        for (int w = 8; w < words; w += 8) {
            sum = sum.add(block(planes, 4 * w, code, co + 8L * w));
        }
        return (int) sum.reduceLanes(VectorOperators.ADD);
    }

    private static LongVector block(long[] planes, int from, MemorySegment code, long co) {
        var word = LongVector.fromMemorySegment(LONGS, code, co, LITTLE_ENDIAN);
        return weighed(
                bits(word, LongVector.fromArray(LONGS, planes, from)),
                bits(word, LongVector.fromArray(LONGS, planes, from + 8)),
                bits(word, LongVector.fromArray(LONGS, planes, from + 16)),
                bits(word, LongVector.fromArray(LONGS, planes, from + 24)));
    }

    private static LongVector bits(LongVector word, LongVector plane) {
        return word.and(plane).lanewise(VectorOperators.BIT_COUNT);
    }

    private static LongVector weighed(LongVector a, LongVector b, LongVector c, LongVector d) {
        var low = a.add(b.lanewise(VectorOperators.LSHL, 1));
        var high = c.add(d.lanewise(VectorOperators.LSHL, 1));
        return low.add(high.lanewise(VectorOperators.LSHL, 2));
    }

    /**
     * As {@link Kernels#bitPlanes} of many, for at most eight words: the planes stay in registers.
     */
    static void products(
            long[] planes,
            MemorySegment[] slabs,
            int shift,
            int strideBytes,
            long at,
            int[] ids,
            int count,
            int[] products) {
        int mask = (1 << shift) - 1;
        var p0 = LongVector.fromArray(LONGS, planes, 0);
        var p1 = LongVector.fromArray(LONGS, planes, 8);
        var p2 = LongVector.fromArray(LONGS, planes, 16);
        var p3 = LongVector.fromArray(LONGS, planes, 24);
        for (int i = 0; i < count; i++) {
            var slab = slabs[ids[i] >>> shift];
            long co = (long) (ids[i] & mask) * strideBytes + at;
            var word = LongVector.fromMemorySegment(LONGS, slab, co, LITTLE_ENDIAN);
            products[i] =
                    (int)
                            weighed(bits(word, p0), bits(word, p1), bits(word, p2), bits(word, p3))
                                    .reduceLanes(VectorOperators.ADD);
        }
    }
}
