package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.NativeMemory;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Eight bits a dimension (SQ8): a vector less the centre is cut into 256 equal steps between its
 * own least and greatest element. The rank is estimated from {@code <q, x> = <q, centre> + low *
 * sum(q) + step * <q, code>} and the exact norm.
 *
 * <p>Code, little-endian: {@code dimensions} unsigned bytes (padded to 4), float low, float step,
 * float squared norm. Source: locally adaptive quantisation, Aguerrebere et al., Similarity search
 * in the blink of an eye with compressed indices (VLDB 2023), section 3.
 */
public final class ScalarCodec implements VectorCodec {
    static final byte KIND = 2;
    private static final Kernels KERNELS = Kernels.active();
    private static final MemorySegment ALL = NativeMemory.ALL;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Metric metric;
    private final int dimensions;
    private final float[] centre;
    private final int factorsAt;

    /**
     * A codec for vectors around {@code centre} (for {@link Metric#COSINE}: of vectors scaled to
     * unit length).
     */
    public ScalarCodec(Metric metric, float[] centre) {
        if (metric != Metric.L2 && metric != Metric.INNER_PRODUCT && metric != Metric.COSINE) {
            throw new IllegalArgumentException("scalar codes do not estimate " + metric);
        }
        this.metric = metric;
        this.dimensions = centre.length;
        this.centre = centre.clone();
        this.factorsAt = (dimensions + 3) & ~3;
    }

    @Override
    public Metric metric() {
        return metric;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public int strideBytes() {
        return (factorsAt + 12 + 63) & ~63;
    }

    @Override
    public CodeEncoder newEncoder(Arena arena) {
        return new Encoder();
    }

    @Override
    public CodeQuery newQuery(Arena arena) {
        return new Query(arena);
    }

    private final class Encoder extends CodeEncoder {
        private final float[] scratch = new float[dimensions];

        Encoder() {
            super(dimensions);
        }

        @Override
        public void encode(float[] vector, MemorySegment target, long offset) {
            System.arraycopy(vector, 0, scratch, 0, dimensions);
            if (metric == Metric.COSINE) {
                normalise(scratch);
            }
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            double norm = 0;
            for (int i = 0; i < dimensions; i++) {
                norm += (double) scratch[i] * scratch[i];
                scratch[i] -= centre[i];
                low = Math.min(low, scratch[i]);
                high = Math.max(high, scratch[i]);
            }
            float step = high > low ? (high - low) / 255 : 1;
            for (int i = 0; i < dimensions; i++) {
                int code = Math.max(0, Math.min(255, Math.round((scratch[i] - low) / step)));
                target.set(ValueLayout.JAVA_BYTE, offset + i, (byte) code);
            }
            target.set(FLOAT, offset + factorsAt, low);
            target.set(FLOAT, offset + factorsAt + 4, step);
            target.set(FLOAT, offset + factorsAt + 8, (float) norm);
        }
    }

    private final class Query extends CodeQuery {
        private final MemorySegment data;
        private final float[] products = new float[8];
        private float sum;
        private float centreProduct;
        private float squaredNorm;

        Query(Arena arena) {
            this.data = arena.allocate((4L * dimensions + 63) & ~63L, 64);
        }

        @Override
        public void set(QueryVector query) {
            float[] elements = query.elements();
            float scale = metric == Metric.COSINE && query.norm() > 0 ? 1 / query.norm() : 1;
            double elementSum = 0;
            double product = 0;
            for (int i = 0; i < dimensions; i++) {
                float x = elements[i] * scale;
                data.set(FLOAT, 4L * i, x);
                elementSum += x;
                product += (double) x * centre[i];
            }
            sum = (float) elementSum;
            centreProduct = (float) product;
            squaredNorm = query.norm() * query.norm();
        }

        @Override
        public float estimate(MemorySegment codes, long offset) {
            return rank(KERNELS.innerProductU8(data, 0, codes, offset, dimensions), codes, offset);
        }

        @Override
        void estimateFour(long[] codes, int at, float[] ranks) {
            KERNELS.innerProductU8x4(
                    data,
                    0,
                    ALL,
                    codes[at],
                    ALL,
                    codes[at + 1],
                    ALL,
                    codes[at + 2],
                    ALL,
                    codes[at + 3],
                    dimensions,
                    products);
            for (int i = 0; i < 4; i++) {
                ranks[at + i] = rank(products[i], ALL, codes[at + i]);
            }
        }

        private float rank(float codeProduct, MemorySegment codes, long offset) {
            long at = offset + factorsAt;
            float product =
                    centreProduct
                            + codes.get(FLOAT, at) * sum
                            + codes.get(FLOAT, at + 4) * codeProduct;
            return switch (metric) {
                case L2 -> squaredNorm + codes.get(FLOAT, at + 8) - 2 * product;
                case COSINE -> 1 - product;
                case INNER_PRODUCT, L1, HAMMING, JACCARD -> -product;
            };
        }
    }

    @Override
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(6 + 4 * dimensions).order(ByteOrder.LITTLE_ENDIAN);
        out.put(KIND).put(metric.code()).putInt(dimensions);
        for (float x : centre) {
            out.putFloat(x);
        }
        return out.array();
    }

    static ScalarCodec read(ByteBuffer in) {
        Metric metric = Metric.ofCode(in.get());
        float[] centre = new float[in.getInt()];
        for (int i = 0; i < centre.length; i++) {
            centre[i] = in.getFloat();
        }
        return new ScalarCodec(metric, centre);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScalarCodec that
                && metric == that.metric
                && Arrays.equals(centre, that.centre);
    }

    @Override
    public int hashCode() {
        return 31 * metric.hashCode() + Arrays.hashCode(centre);
    }
}
