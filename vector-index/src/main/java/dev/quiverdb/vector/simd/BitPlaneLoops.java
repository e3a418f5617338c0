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
        var sum = LongVector.zero(LONGS);
        int end = words + 7 & ~7;
        int w = 0;
        do {
            var word = LongVector.fromMemorySegment(LONGS, code, co + 8L * w, LITTLE_ENDIAN);
            var b0 = word.and(LongVector.fromArray(LONGS, planes, 4 * w));
            var b1 = word.and(LongVector.fromArray(LONGS, planes, 4 * w + 8));
            var b2 = word.and(LongVector.fromArray(LONGS, planes, 4 * w + 16));
            var b3 = word.and(LongVector.fromArray(LONGS, planes, 4 * w + 24));
            var c0 = b0.lanewise(VectorOperators.BIT_COUNT);
            var c1 = b1.lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 1);
            var c2 = b2.lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 2);
            var c3 = b3.lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 3);
            sum = sum.add(c0.add(c1).add(c2.add(c3)));
            w += 8;
        } while (w != end);
        return (int) sum.reduceLanes(VectorOperators.ADD);
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
            var c0 = word.and(p0).lanewise(VectorOperators.BIT_COUNT);
            var c1 = word.and(p1).lanewise(VectorOperators.BIT_COUNT);
            var c2 = word.and(p2).lanewise(VectorOperators.BIT_COUNT);
            var c3 = word.and(p3).lanewise(VectorOperators.BIT_COUNT);
            var low = c0.add(c1.lanewise(VectorOperators.LSHL, 1));
            var high = c2.add(c3.lanewise(VectorOperators.LSHL, 1));
            var all = low.add(high.lanewise(VectorOperators.LSHL, 2));
            products[i] = (int) all.reduceLanes(VectorOperators.ADD);
        }
    }
}
