package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.NativeMemory;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * RaBitQ: one (or up to four) bits a dimension of the randomly rotated vector less the centre, with
 * an unbiased estimate of inner products.
 *
 * <p>With {@code r} the rotated residual, {@code k_i} its code in dimension i, {@code h = (2^bits -
 * 1) / 2} and {@code v_i = k_i - h}, the estimate is {@code <r, q> ~ |r|^2 / <r, v> * <v, q>}. The
 * query is cut into 16 steps (256 for three bits and more), so that {@code <k, q>} is a weighted
 * sum of population counts of code planes against query planes: of 384 dimensions about 7 ns for
 * two planes with AVX-512, 14 ns for each without.
 *
 * <p>Code, little-endian, D = dimensions padded to 64:
 *
 * <pre>
 *   0         bits * D/8 bytes   the planes, that of the highest bit first
 *   then      3 floats           add, mul, sum of k_i
 * </pre>
 *
 * Rank = base(query) + add + mul * ({@code <k, q>} - h * sum(q)).
 *
 * <p>Source: Gao, Long: RaBitQ (SIGMOD 2024), sections 3.2 and 3.3; for more bits Gao et al.:
 * Practical and asymptotically optimal quantization of high-dimensional vectors (SIGMOD 2025).
 */
public final class RabitqCodec implements VectorCodec {
    static final byte KIND = 1;

    private static final MemorySegment ALL = NativeMemory.ALL;
    private static final Kernels KERNELS = Kernels.active();
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BYTES_AS_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Metric metric;
    private final int dimensions;
    private final int bits;
    private final long seed;
    private final float[] centre;
    private final Rotation rotation;
    private final int padded;
    private final int planeBytes;
    private final int stride;

    /**
     * A codec for vectors around {@code centre}, best their mean (for {@link Metric#COSINE}: the
     * mean of the vectors scaled to unit length).
     *
     * @param bits 1 to 4 bits a dimension
     */
    public RabitqCodec(Metric metric, float[] centre, int bits, long seed) {
        if (metric != Metric.L2 && metric != Metric.INNER_PRODUCT && metric != Metric.COSINE) {
            throw new IllegalArgumentException("RaBitQ codes do not estimate " + metric);
        }
        if (bits < 1 || bits > 4) {
            throw new IllegalArgumentException(
                    "RaBitQ codes have 1 to 4 bits a dimension, not " + bits);
        }
        this.metric = metric;
        this.dimensions = centre.length;
        this.bits = bits;
        this.seed = seed;
        this.centre = centre.clone();
        this.rotation = new Rotation(dimensions, seed);
        this.padded = rotation.paddedDimensions();
        this.planeBytes = padded / 8;
        this.stride = (factorsAt() + 12 + 63) & ~63;
    }

    @Override
    public Metric metric() {
        return metric;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    /** Bits a dimension. */
    public int bits() {
        return bits;
    }

    @Override
    public int strideBytes() {
        return stride;
    }

    @Override
    public int slackBytes() {
        return Kernels.BIT_PLANE_SLACK;
    }

    /** Offset of the plane of one bit of the levels; the lowest is bit 0. */
    private int planeAt(int bit) {
        return (bits - 1 - bit) * planeBytes;
    }

    private int factorsAt() {
        return bits * planeBytes;
    }

    @Override
    public CodeEncoder newEncoder(Arena arena) {
        return new Encoder();
    }

    @Override
    public CodeQuery newQuery(Arena arena) {
        return new Query();
    }

    private final class Encoder extends CodeEncoder {
        private final float[] scratch = new float[dimensions];
        private final float[] residual = new float[padded];
        private final byte[] levels = new byte[padded];

        Encoder() {
            super(dimensions);
        }

        @Override
        public void encode(float[] vector, MemorySegment target, long offset) {
            System.arraycopy(vector, 0, scratch, 0, dimensions);
            if (metric == Metric.COSINE) {
                normalise(scratch);
            }
            Arrays.fill(residual, dimensions, padded, 0);
            for (int i = 0; i < dimensions; i++) {
                residual[i] = scratch[i] - centre[i];
            }
            rotation.apply(residual);
            float norm = (float) squaredNorm(residual);
            double aligned = Levels.choose(residual, bits, levels);
            for (int plane = 0; plane < bits; plane++) {
                writePlane(plane, target, offset + planeAt(plane));
            }
            long at = offset + factorsAt();
            float factor = aligned > 0 ? (float) (norm / aligned) : 0;
            target.set(FLOAT, at, metric == Metric.L2 ? norm : 0);
            target.set(FLOAT, at + 4, metric == Metric.L2 ? -2 * factor : -factor);
            target.set(FLOAT, at + 8, levelSum());
        }

        private float levelSum() {
            int sum = 0;
            for (byte level : levels) {
                sum += level;
            }
            return sum;
        }

        private void writePlane(int plane, MemorySegment target, long at) {
            for (int word = 0; word < padded / 64; word++) {
                target.set(LONG, at + 8L * word, plane(levels, 64 * word, plane));
            }
        }
    }

    private final class Query extends CodeQuery {
        /**
         * Query levels in groups of four planes, the lowest first: 4 bits for codes of one and two
         * bits, 8 bits for finer ones.
         */
        private final long[][] planes =
                new long[bits <= 2 ? 1 : 2][Kernels.bitPlaneLongs(padded / 64)];

        private final float[] values = new float[padded];
        private final byte[] levels = new byte[padded];
        private final float[] spread = new float[4];
        private float base;
        private float low;
        private float step;
        private float constant;
        private int[] products = new int[64];
        private int[] others = new int[64];

        @Override
        public void set(QueryVector query) {
            base = project(query, values);
            KERNELS.spread(values, padded, spread);
            float least = spread[0];
            float greatest = spread[1];
            low = least;
            int top = (1 << (4 * planes.length)) - 1;
            step = greatest > least ? (greatest - least) / top : 1;
            constant = ((1 << bits) - 1) * 0.5f * spread[2];
            cut(least, 1 / step);
        }

        private void cut(float least, float inverseStep) {
            for (int i = 0; i < padded; i++) {
                levels[i] = (byte) (int) ((values[i] - least) * inverseStep + 0.5f);
            }
            for (int group = 0; group < planes.length; group++) {
                for (int word = 0; word < padded / 64; word++) {
                    for (int plane = 0; plane < 4; plane++) {
                        planes[group][32 * (word >> 3) + 8 * plane + (word & 7)] =
                                plane(levels, 64 * word, 4 * group + plane);
                    }
                }
            }
        }

        /** The inner product of a plane with the query's levels. */
        private int product(MemorySegment codes, long at) {
            int product = KERNELS.bitPlanes(planes[0], padded / 64, codes, at);
            return planes.length == 1
                    ? product
                    : product + (KERNELS.bitPlanes(planes[1], padded / 64, codes, at) << 4);
        }

        @Override
        public float estimate(MemorySegment codes, long offset) {
            int product = 0;
            for (int plane = 0; plane < bits; plane++) {
                product += product(codes, offset + planeAt(plane)) << plane;
            }
            return rank(codes, offset + factorsAt(), product);
        }

        private float rank(MemorySegment codes, long factors, int product) {
            float add = codes.get(FLOAT, factors);
            float mul = codes.get(FLOAT, factors + 4);
            float levelSum = codes.get(FLOAT, factors + 8);
            return base + add + mul * (low * levelSum + step * product - constant);
        }

        @Override
        public void estimate(long[] codes, int count, float[] ranks) {
            if (products.length < count) {
                products = new int[count];
                others = new int[count];
            }
            int words = padded / 64;
            if (bits == 2) {
                KERNELS.twoBitPlanes(
                        planes[0], words, codes, planeAt(1), planeAt(0), count, products);
            } else {
                Arrays.fill(products, 0, count, 0);
                for (int plane = 0; plane < bits; plane++) {
                    for (int group = 0; group < planes.length; group++) {
                        add(codes, group, plane, count);
                    }
                }
            }
            int factors = factorsAt();
            for (int i = 0; i < count; i++) {
                ranks[i] = rank(ALL, codes[i] + factors, products[i]);
            }
        }

        /** Adds the inner products of a plane of codes with four planes of the query. */
        private void add(long[] codes, int group, int plane, int count) {
            KERNELS.bitPlanes(planes[group], padded / 64, codes, planeAt(plane), count, others);
            int shift = 4 * group + plane;
            for (int i = 0; i < count; i++) {
                products[i] += others[i] << shift;
            }
        }
    }

    /**
     * Rotates the query as this metric wants it into {@code rotated}; returns the part of the rank
     * that no code adds to.
     */
    float project(QueryVector query, float[] rotated) {
        float[] elements = query.elements();
        Arrays.fill(rotated, dimensions, padded, 0);
        float scale = metric == Metric.COSINE && query.norm() > 0 ? 1 / query.norm() : 1;
        double product = 0;
        if (metric == Metric.L2) {
            for (int i = 0; i < dimensions; i++) {
                rotated[i] = elements[i] - centre[i];
            }
        } else {
            for (int i = 0; i < dimensions; i++) {
                rotated[i] = elements[i] * scale;
                product += (double) rotated[i] * centre[i];
            }
        }
        double distance = metric == Metric.L2 ? squaredNorm(rotated) : 0;
        rotation.apply(rotated);
        return (float)
                switch (metric) {
                    case L2 -> distance;
                    case COSINE -> 1 - product;
                    case INNER_PRODUCT, L1, HAMMING, JACCARD -> -product;
                };
    }

    /** Gathers bit {@code plane} of 64 levels into a word, eight levels by one multiplication. */
    private static long plane(byte[] levels, int at, int plane) {
        long word = 0;
        for (int i = 0; i < 8; i++) {
            long eight = (long) BYTES_AS_LONG.get(levels, at + 8 * i);
            long bits = ((eight >>> plane & 0x0101010101010101L) * 0x0102040810204080L) >>> 56;
            word |= bits << (8 * i);
        }
        return word;
    }

    private static double squaredNorm(float[] values) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 4 <= values.length; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        return a + b + (c + d);
    }

    @Override
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(15 + 4 * dimensions).order(ByteOrder.LITTLE_ENDIAN);
        out.put(KIND).put(metric.code()).put((byte) bits).putLong(seed).putInt(dimensions);
        for (float x : centre) {
            out.putFloat(x);
        }
        return out.array();
    }

    static RabitqCodec read(ByteBuffer in) {
        Metric metric = Metric.ofCode(in.get());
        int bits = in.get();
        long seed = in.getLong();
        float[] centre = new float[in.getInt()];
        for (int i = 0; i < centre.length; i++) {
            centre[i] = in.getFloat();
        }
        return new RabitqCodec(metric, centre, bits, seed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RabitqCodec that
                && metric == that.metric
                && bits == that.bits
                && seed == that.seed
                && Arrays.equals(centre, that.centre);
    }

    @Override
    public int hashCode() {
        return 31 * metric.hashCode() + Arrays.hashCode(centre) + bits;
    }
}
