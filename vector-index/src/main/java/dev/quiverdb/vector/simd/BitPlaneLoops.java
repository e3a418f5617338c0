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
    private static final MemorySegment ALL = NativeMemory.ALL;

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
    static void products(long[] planes, long[] codes, long at, int count, int[] products) {
        var p0 = LongVector.fromArray(LONGS, planes, 0);
        var p1 = LongVector.fromArray(LONGS, planes, 8);
        var p2 = LongVector.fromArray(LONGS, planes, 16);
        var p3 = LongVector.fromArray(LONGS, planes, 24);
        for (int i = 0; i < count; i++) {
            var word = LongVector.fromMemorySegment(LONGS, ALL, codes[i] + at, LITTLE_ENDIAN);
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

    /** As {@link Kernels#twoBitPlanes}, for at most eight words. */
    static void twoBitProducts(
            long[] planes, long[] codes, long high, long low, int count, int[] products) {
        var p0 = LongVector.fromArray(LONGS, planes, 0);
        var p1 = LongVector.fromArray(LONGS, planes, 8);
        var p2 = LongVector.fromArray(LONGS, planes, 16);
        var p3 = LongVector.fromArray(LONGS, planes, 24);
        for (int i = 0; i < count; i++) {
            var first = LongVector.fromMemorySegment(LONGS, ALL, codes[i] + high, LITTLE_ENDIAN);
            var second = LongVector.fromMemorySegment(LONGS, ALL, codes[i] + low, LITTLE_ENDIAN);
            var a0 = first.and(p0).lanewise(VectorOperators.BIT_COUNT);
            var a1 = first.and(p1).lanewise(VectorOperators.BIT_COUNT);
            var a2 = first.and(p2).lanewise(VectorOperators.BIT_COUNT);
            var a3 = first.and(p3).lanewise(VectorOperators.BIT_COUNT);
            var b0 = second.and(p0).lanewise(VectorOperators.BIT_COUNT);
            var b1 = second.and(p1).lanewise(VectorOperators.BIT_COUNT);
            var b2 = second.and(p2).lanewise(VectorOperators.BIT_COUNT);
            var b3 = second.and(p3).lanewise(VectorOperators.BIT_COUNT);
            var c0 = a0.add(a0).add(b0);
            var c1 = a1.add(a1).add(b1);
            var c2 = a2.add(a2).add(b2);
            var c3 = a3.add(a3).add(b3);
            var even = c0.add(c1.lanewise(VectorOperators.LSHL, 1));
            var odd = c2.add(c3.lanewise(VectorOperators.LSHL, 1));
            var all = even.add(odd.lanewise(VectorOperators.LSHL, 2));
            products[i] = (int) all.reduceLanes(VectorOperators.ADD);
        }
    }
}
