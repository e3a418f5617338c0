package dev.quiverdb.vector.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quiverdb.base.testing.Randomised;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KernelsTest {
    private static final Kernels FAST = Kernels.active();
    private static final Kernels PLAIN = Kernels.scalar();
    private static final int[] DIMENSIONS = {
        1, 2, 3, 7, 8, 9, 15, 16, 31, 32, 33, 63, 64, 65, 100, 384, 1000
    };

    /** A document kernel for four vectors. */
    private interface Four {
        void run(Kernels k, MemorySegment q, MemorySegment s, long stride, int dims, float[] out);
    }

    private static MemorySegment floats(Arena arena, SplittableRandom random, int count) {
        MemorySegment s = arena.allocate(4L * count, 64);
        for (int i = 0; i < count; i++) {
            s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return s;
    }

    private static MemorySegment halves(Arena arena, SplittableRandom random, int count) {
        MemorySegment s = arena.allocate(2L * count, 64);
        for (int i = 0; i < count; i++) {
            float x = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(30) - 20));
            s.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(x));
        }
        return s;
    }

    private static MemorySegment bytes(Arena arena, SplittableRandom random, int count) {
        MemorySegment s = arena.allocate(count, 64);
        byte[] all = new byte[count];
        random.nextBytes(all);
        MemorySegment.copy(all, 0, s, ValueLayout.JAVA_BYTE, 0, count);
        return s;
    }

    private static void close(float fast, float plain) {
        assertThat(fast).isCloseTo(plain, within(2e-4f * Math.max(1, Math.abs(plain)) + 1e-3f));
    }

    private static void four(
            Four kernel, MemorySegment q, MemorySegment s, long stride, int dims, int results) {
        float[] fast = new float[8];
        float[] plain = new float[8];
        kernel.run(FAST, q, s, stride, dims, fast);
        kernel.run(PLAIN, q, s, stride, dims, plain);
        for (int i = 0; i < results; i++) {
            close(fast[i], plain[i]);
        }
    }

    @Randomised(runs = 5)
    void floatLoopsAgreeWithTheirScalarTwins(SplittableRandom random) {
        try (Arena arena = Arena.ofConfined()) {
            for (int dims : DIMENSIONS) {
                MemorySegment q = floats(arena, random, dims);
                MemorySegment s = floats(arena, random, 4 * dims);
                MemorySegment[] segments = new MemorySegment[8];
                long[] offsets = new long[8];
                for (int i = 0; i < 8; i++) {
                    segments[i] = floats(arena, random, dims + i);
                    offsets[i] = 4L * i;
                }
                MemorySegment h = halves(arena, random, 4 * dims);
                close(FAST.l2SquaredF32(q, 0, s, 0, dims), PLAIN.l2SquaredF32(q, 0, s, 0, dims));
                close(
                        FAST.innerProductF32(q, 0, s, 0, dims),
                        PLAIN.innerProductF32(q, 0, s, 0, dims));
                close(FAST.l1F32(q, 0, s, 0, dims), PLAIN.l1F32(q, 0, s, 0, dims));
                close(FAST.l2SquaredF16(q, 0, h, 0, dims), PLAIN.l2SquaredF16(q, 0, h, 0, dims));
                close(
                        FAST.innerProductF16(q, 0, h, 0, dims),
                        PLAIN.innerProductF16(q, 0, h, 0, dims));
                close(FAST.l1F16(q, 0, h, 0, dims), PLAIN.l1F16(q, 0, h, 0, dims));
                four(
                        (k, a, b, st, d, o) ->
                                k.l2SquaredF32x4(a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        s,
                        4L * dims,
                        dims,
                        4);
                four(
                        (k, a, b, st, d, o) ->
                                k.innerProductF32x4(a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        s,
                        4L * dims,
                        dims,
                        4);
                four(
                        (k, a, _, _, d, o) -> k.l2SquaredF32x8(a, 0, segments, offsets, d, o),
                        q,
                        s,
                        4L * dims,
                        dims,
                        8);
                four(
                        (k, a, _, _, d, o) -> k.innerProductF32x8(a, 0, segments, offsets, d, o),
                        q,
                        s,
                        4L * dims,
                        dims,
                        8);
                four(
                        (k, a, b, st, d, o) ->
                                k.l1F32x4(a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        s,
                        4L * dims,
                        dims,
                        4);
                four(
                        (k, a, b, st, d, o) ->
                                k.innerProductAndNormF32x4(
                                        a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        s,
                        4L * dims,
                        dims,
                        8);
                four(
                        (k, a, b, st, d, o) -> k.innerProductAndNormF32(a, 0, b, 0, d, o),
                        q,
                        s,
                        4L * dims,
                        dims,
                        2);
                four(
                        (k, a, b, st, d, o) ->
                                k.l2SquaredF16x4(a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        h,
                        2L * dims,
                        dims,
                        4);
                four(
                        (k, a, b, st, d, o) ->
                                k.innerProductF16x4(a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        h,
                        2L * dims,
                        dims,
                        4);
                four(
                        (k, a, b, st, d, o) ->
                                k.l1F16x4(a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        h,
                        2L * dims,
                        dims,
                        4);
                four(
                        (k, a, b, st, d, o) ->
                                k.innerProductAndNormF16x4(
                                        a, 0, b, 0, b, st, b, 2 * st, b, 3 * st, d, o),
                        q,
                        h,
                        2L * dims,
                        dims,
                        8);
                four(
                        (k, a, b, st, d, o) -> k.innerProductAndNormF16(a, 0, b, 0, d, o),
                        q,
                        h,
                        2L * dims,
                        dims,
                        2);
            }
        }
    }

    @Test
    void everyFiniteHalfIsWidenedExactly() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(64, 64);
            MemorySegment half = arena.allocate(64, 64);
            for (int lane = 0; lane < 16; lane++) {
                one.setAtIndex(ValueLayout.JAVA_FLOAT, lane, lane == 0 ? 1f : 0f);
            }
            for (int bits = 0; bits < 1 << 16; bits++) {
                if ((bits >>> 10 & 31) != 31) {
                    half.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) bits);
                    assertThat(FAST.innerProductF16(one, 0, half, 0, 16))
                            .isEqualTo(Float.float16ToFloat((short) bits));
                }
            }
        }
    }

    @Randomised(runs = 5)
    void byteAndBitLoopsAgreeWithTheirScalarTwins(SplittableRandom random) {
        try (Arena arena = Arena.ofConfined()) {
            for (int dims : DIMENSIONS) {
                MemorySegment q = bytes(arena, random, dims);
                MemorySegment s = bytes(arena, random, 4 * dims);
                MemorySegment f = floats(arena, random, dims);
                assertThat(FAST.l2SquaredI8(q, 0, s, 0, dims))
                        .isEqualTo(PLAIN.l2SquaredI8(q, 0, s, 0, dims));
                assertThat(FAST.innerProductI8(q, 0, s, 0, dims))
                        .isEqualTo(PLAIN.innerProductI8(q, 0, s, 0, dims));
                assertThat(FAST.l1I8(q, 0, s, 0, dims)).isEqualTo(PLAIN.l1I8(q, 0, s, 0, dims));
                float plain = PLAIN.innerProductU8(f, 0, s, 0, dims);
                assertThat(FAST.innerProductU8(f, 0, s, 0, dims))
                        .isCloseTo(plain, within(0.05f + 1e-4f * Math.abs(plain)));
                float[] out = new float[4];
                FAST.innerProductU8x4(f, 0, s, 0, s, dims, s, 2L * dims, s, 3L * dims, dims, out);
                float last = PLAIN.innerProductU8(f, 0, s, 3L * dims, dims);
                assertThat(out[3]).isCloseTo(last, within(0.05f + 1e-4f * Math.abs(last)));
                int hamming = 0;
                int both = 0;
                for (int i = 0; i < dims; i++) {
                    int a = q.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
                    int b = s.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
                    hamming += Integer.bitCount(a ^ b);
                    both += Integer.bitCount(a & b);
                }
                assertThat(FAST.hamming(q, 0, s, 0, dims)).isEqualTo(hamming);
                assertThat(FAST.intersection(q, 0, s, 0, dims)).isEqualTo(both);
            }
        }
    }

    @Randomised(runs = 40)
    void bitPlanesAreAnInnerProductWithSmallIntegers(SplittableRandom random) {
        try (Arena arena = Arena.ofConfined()) {
            int words = 1 + random.nextInt(20);
            int[] query = new int[64 * words];
            long[] planes = new long[Kernels.bitPlaneLongs(words)];
            int stride = 8 * words + 8 * random.nextInt(9);
            var memory = bytes(arena, random, 4 * stride + Kernels.BIT_PLANE_SLACK);
            var code = memory.asSlice(3L * stride, 8L * words);
            int expected = 0;
            for (int i = 0; i < query.length; i++) {
                query[i] = random.nextInt(16);
                for (int p = 0; p < 4; p++) {
                    int word = i >> 6;
                    planes[32 * (word >> 3) + 8 * p + (word & 7)] |=
                            (long) (query[i] >> p & 1) << i;
                }
                expected +=
                        (int) (code.get(ValueLayout.JAVA_LONG, 8L * (i >> 6)) >>> i & 1) * query[i];
            }
            assertThat(PLAIN.bitPlanes(planes, words, code, 0)).isEqualTo(expected);
            assertThat(FAST.bitPlanes(planes, words, code, 0)).isEqualTo(expected);
            assertThat(FAST.bitPlanes(planes, words, memory, 3L * stride)).isEqualTo(expected);
            assertThat(BitPlaneLoops.product(planes, words, memory, 3L * stride))
                    .isEqualTo(expected);
            for (var kernels : new Kernels[] {PLAIN, FAST}) {
                productsOfMany(kernels, planes, words, memory, stride, expected);
            }
        }
    }

    /** The last of four codes has a known product; the one before it is its other plane. */
    private static void productsOfMany(
            Kernels kernels, long[] planes, int words, MemorySegment memory, int stride, int last) {
        int[] products = new int[4];
        long[] codes = new long[4];
        Arrays.setAll(codes, i -> memory.address() + (3L - i) * stride);
        kernels.bitPlanes(planes, words, codes, 0, 4, products);
        assertThat(products[0]).isEqualTo(last);
        for (int i = 1; i < 4; i++) {
            assertThat(products[i])
                    .isEqualTo(PLAIN.bitPlanes(planes, words, memory, (3L - i) * stride));
        }
        int[] twice = new int[3];
        kernels.twoBitPlanes(planes, words, codes, 0, -stride, 3, twice);
        for (int i = 0; i < 3; i++) {
            assertThat(twice[i]).isEqualTo(2 * products[i] + products[i + 1]);
        }
    }

    @Randomised(runs = 5)
    void fastScanAgreesWithItsScalarTwinAtEveryWidth(SplittableRandom random) {
        try (Arena arena = Arena.ofConfined()) {
            for (int columns = 1; columns <= 50; columns += 1 + random.nextInt(7)) {
                MemorySegment table = bytes(arena, random, 32 * columns);
                for (int i = 0; i < 32 * columns; i++) {
                    table.set(
                            ValueLayout.JAVA_BYTE,
                            i,
                            (byte) (table.get(ValueLayout.JAVA_BYTE, i) & 127));
                }
                MemorySegment block = bytes(arena, random, 32 * columns);
                short[] plain = new short[40];
                PLAIN.fastScan(table, 0, block, 0, columns, plain, 5);
                short[] fast = new short[40];
                FAST.fastScan(table, 0, block, 0, columns, fast, 5);
                assertThat(fast).isEqualTo(plain);
                for (int bits = 128; bits <= 512; bits *= 2) {
                    short[] sums = new short[40];
                    switch (bits) {
                        case 128 -> ShuffleLoops.scan128(table, 0, block, 0, columns, sums, 5);
                        case 256 -> ShuffleLoops.scan256(table, 0, block, 0, columns, sums, 5);
                        default -> ShuffleLoops.scan512(table, 0, block, 0, columns, sums, 5);
                    }
                    assertThat(sums).isEqualTo(plain);
                }
                MemorySegment factors = floats(arena, random, 64);
                float[] plainRanks = new float[32];
                float[] fastRanks = new float[32];
                int plainBelow =
                        PLAIN.fastScanRanks(
                                plain, 5, factors, 0, 0.5f, -3f, 0.001f, 1f, plainRanks);
                int fastBelow =
                        FAST.fastScanRanks(plain, 5, factors, 0, 0.5f, -3f, 0.001f, 1f, fastRanks);
                for (int v = 0; v < 32; v++) {
                    assertThat(fastRanks[v]).isCloseTo(plainRanks[v], within(1e-4f));
                    if (Math.abs(plainRanks[v] - 1) > 1e-4) {
                        assertThat(fastBelow >>> v & 1).isEqualTo(plainBelow >>> v & 1);
                    }
                }
            }
        }
    }

    @Randomised(runs = 5)
    void transformsAgreeWithTheirScalarTwins(SplittableRandom random) {
        try (Arena arena = Arena.ofConfined()) {
            for (int length = 1; length <= 1024; length *= 2) {
                MemorySegment a = floats(arena, random, length);
                MemorySegment b = arena.allocate(4L * length, 64).copyFrom(a);
                float[] fast = a.toArray(ValueLayout.JAVA_FLOAT);
                float[] plain = fast.clone();
                FAST.hadamard(fast, 0, length);
                PLAIN.hadamard(plain, 0, length);
                for (int i = 0; i < length; i++) {
                    close(fast[i], plain[i]);
                }
                if (length % 64 == 0) {
                    float[] spread = new float[4];
                    float[] plainly = new float[4];
                    FAST.spread(fast, length, spread);
                    PLAIN.spread(fast, length, plainly);
                    for (int i = 0; i < 4; i++) {
                        close(spread[i], plainly[i]);
                    }
                }
                FAST.addScaled(a, 0, 0.5f, b, 0, length);
                PLAIN.addScaled(b, 0, 0.5f, b, 0, length);
                for (int i = 0; i < length; i++) {
                    close(
                            a.getAtIndex(ValueLayout.JAVA_FLOAT, i),
                            b.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                }
            }
        }
    }

    @Randomised(runs = 5)
    void tablesAgreeWithTheirScalarTwins(SplittableRandom random) {
        int dims = 1 + random.nextInt(12);
        float[] query = new float[dims];
        float[] points = new float[16 * dims];
        for (int i = 0; i < points.length; i++) {
            points[i] = (float) random.nextGaussian();
            query[i / 16] = (float) random.nextGaussian();
        }
        float[] fast = new float[16 * 3];
        float[] plain = new float[16 * 3];
        for (int table = 0; table < 3; table++) {
            FAST.pointProducts(query, points, dims / 3, dims, fast, 16 * table);
            PLAIN.pointProducts(query, points, dims / 3, dims, plain, 16 * table);
        }
        for (int i = 0; i < fast.length; i++) {
            close(fast[i], plain[i]);
        }
        byte[] fastBytes = new byte[48];
        byte[] plainBytes = new byte[48];
        float[] fastScale = new float[2];
        float[] plainScale = new float[2];
        FAST.fastScanTable(plain, 3, 100, new float[3], fastBytes, fastScale);
        PLAIN.fastScanTable(plain, 3, 100, new float[3], plainBytes, plainScale);
        assertThat(fastBytes).isEqualTo(plainBytes);
        close(fastScale[0], plainScale[0]);
        close(fastScale[1], plainScale[1]);
    }
}
