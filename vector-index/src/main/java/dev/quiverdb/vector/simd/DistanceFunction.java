package dev.quiverdb.vector.simd;

import java.lang.foreign.MemorySegment;

/**
 * One metric over one kind of element: what an index calls. Returns <em>ranks</em>: floats that
 * order as the distances do, smaller is nearer ({@link Metric#toDistance} makes the distance).
 * Instances are immutable; any thread may call them.
 */
public abstract sealed class DistanceFunction {
    private static final Kernels KERNELS = Kernels.active();

    final Metric metric;
    final ElementKind kind;
    final int dimensions;
    final int sizeBytes;

    private DistanceFunction(Metric metric, ElementKind kind, int dimensions) {
        this.metric = metric;
        this.kind = kind;
        this.dimensions = dimensions;
        this.sizeBytes = kind.sizeBytes(dimensions);
    }

    /**
     * The function for a metric over slots of a kind. Throws {@link IllegalArgumentException} where
     * a pair has no meaning.
     */
    public static DistanceFunction of(Metric metric, ElementKind kind, int dimensions) {
        return switch (kind) {
            case FLOAT32 ->
                    switch (metric) {
                        case L2 -> new L2SquaredF32(metric, kind, dimensions);
                        case L1 -> new L1F32(metric, kind, dimensions);
                        case INNER_PRODUCT -> new InnerProductF32(metric, kind, dimensions);
                        case COSINE -> new CosineF32(metric, kind, dimensions);
                        case HAMMING, JACCARD -> throw unsupported(metric, kind);
                    };
            case FLOAT16 ->
                    switch (metric) {
                        case L2 -> new L2SquaredF16(metric, kind, dimensions);
                        case L1 -> new L1F16(metric, kind, dimensions);
                        case INNER_PRODUCT -> new InnerProductF16(metric, kind, dimensions);
                        case COSINE -> new CosineF16(metric, kind, dimensions);
                        case HAMMING, JACCARD -> throw unsupported(metric, kind);
                    };
            case INT8 ->
                    switch (metric) {
                        case L2 -> new L2I8(metric, kind, dimensions);
                        case L1 -> new L1I8(metric, kind, dimensions);
                        case INNER_PRODUCT -> new InnerProductI8(metric, kind, dimensions);
                        case COSINE -> new CosineI8(metric, kind, dimensions);
                        case HAMMING, JACCARD -> throw unsupported(metric, kind);
                    };
            case BIT ->
                    switch (metric) {
                        case HAMMING -> new Hamming(metric, kind, dimensions);
                        case JACCARD -> new Jaccard(metric, kind, dimensions);
                        case L2, INNER_PRODUCT, COSINE, L1 -> throw unsupported(metric, kind);
                    };
        };
    }

    public final Metric metric() {
        return metric;
    }

    public final ElementKind kind() {
        return kind;
    }

    public final int dimensions() {
        return dimensions;
    }

    /** Rank of the vector at {@code offset} of native memory. */
    public abstract float rank(QueryVector query, MemorySegment slab, long offset);

    /**
     * Ranks of four vectors to {@code out[0..3]}; {@code out} has room for eight floats, the others
     * are scratch.
     */
    public abstract void rank4(
            QueryVector query,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            float[] out);

    /** Rank of the vector in a slot. */
    public final float rank(QueryVector query, VectorSlots slots, int vecId) {
        return rank(query, slots.slabOf(vecId), slots.offset(vecId));
    }

    /** Ranks of four slots to {@code out[0..3]}; {@code out} has room for eight floats. */
    public final void rank4(
            QueryVector query, VectorSlots slots, int id0, int id1, int id2, int id3, float[] out) {
        rank4(
                query,
                slots.slabOf(id0),
                slots.offset(id0),
                slots.slabOf(id1),
                slots.offset(id1),
                slots.slabOf(id2),
                slots.offset(id2),
                slots.slabOf(id3),
                slots.offset(id3),
                out);
    }

    private static IllegalArgumentException unsupported(Metric metric, ElementKind kind) {
        return new IllegalArgumentException(metric + " is not defined over " + kind);
    }

    /** As pgvector: clamped to [0, 2]; NaN where a norm is zero. */
    private static float cosine(float product, float squaredNorm, float queryNorm) {
        double similarity = product / (Math.sqrt(squaredNorm) * queryNorm);
        return (float) (1 - Math.max(-1, Math.min(1, similarity)));
    }

    private static void negate(float[] out) {
        for (int i = 0; i < 4; i++) {
            out[i] = -out[i];
        }
    }

    private static final class L2SquaredF32 extends DistanceFunction {
        L2SquaredF32(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return KERNELS.l2SquaredF32(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.l2SquaredF32x4(
                    query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
        }
    }

    private static final class L1F32 extends DistanceFunction {
        L1F32(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return KERNELS.l1F32(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.l1F32x4(query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
        }
    }

    private static final class InnerProductF32 extends DistanceFunction {
        InnerProductF32(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return -KERNELS.innerProductF32(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.innerProductF32x4(
                    query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
            negate(out);
        }
    }

    private static final class CosineF32 extends DistanceFunction {
        CosineF32(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            float[] parts = new float[2];
            KERNELS.innerProductAndNormF32(query.data(), 0, slab, offset, dimensions, parts);
            return cosine(parts[0], parts[1], query.norm());
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.innerProductAndNormF32x4(
                    query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
            for (int i = 0; i < 4; i++) {
                out[i] = cosine(out[i], out[i + 4], query.norm());
            }
        }
    }

    private static final class L2SquaredF16 extends DistanceFunction {
        L2SquaredF16(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return KERNELS.l2SquaredF16(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.l2SquaredF16x4(
                    query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
        }
    }

    private static final class L1F16 extends DistanceFunction {
        L1F16(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return KERNELS.l1F16(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.l1F16x4(query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
        }
    }

    private static final class InnerProductF16 extends DistanceFunction {
        InnerProductF16(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return -KERNELS.innerProductF16(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.innerProductF16x4(
                    query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
            negate(out);
        }
    }

    private static final class CosineF16 extends DistanceFunction {
        CosineF16(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            float[] parts = new float[2];
            KERNELS.innerProductAndNormF16(query.data(), 0, slab, offset, dimensions, parts);
            return cosine(parts[0], parts[1], query.norm());
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            KERNELS.innerProductAndNormF16x4(
                    query.data(), 0, s0, o0, s1, o1, s2, o2, s3, o3, dimensions, out);
            for (int i = 0; i < 4; i++) {
                out[i] = cosine(out[i], out[i + 4], query.norm());
            }
        }
    }

    private static final class L2I8 extends DistanceFunction {
        L2I8(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return KERNELS.l2SquaredI8(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            out[0] = rank(query, s0, o0);
            out[1] = rank(query, s1, o1);
            out[2] = rank(query, s2, o2);
            out[3] = rank(query, s3, o3);
        }
    }

    private static final class L1I8 extends DistanceFunction {
        L1I8(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return KERNELS.l1I8(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            out[0] = rank(query, s0, o0);
            out[1] = rank(query, s1, o1);
            out[2] = rank(query, s2, o2);
            out[3] = rank(query, s3, o3);
        }
    }

    private static final class InnerProductI8 extends DistanceFunction {
        InnerProductI8(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return -KERNELS.innerProductI8(query.data(), 0, slab, offset, dimensions);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            out[0] = rank(query, s0, o0);
            out[1] = rank(query, s1, o1);
            out[2] = rank(query, s2, o2);
            out[3] = rank(query, s3, o3);
        }
    }

    private static final class CosineI8 extends DistanceFunction {
        CosineI8(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return cosine(
                    KERNELS.innerProductI8(query.data(), 0, slab, offset, dimensions),
                    KERNELS.innerProductI8(slab, offset, slab, offset, dimensions),
                    query.norm());
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            out[0] = rank(query, s0, o0);
            out[1] = rank(query, s1, o1);
            out[2] = rank(query, s2, o2);
            out[3] = rank(query, s3, o3);
        }
    }

    private static final class Hamming extends DistanceFunction {
        Hamming(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            return KERNELS.hamming(query.data(), 0, slab, offset, sizeBytes);
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            out[0] = rank(query, s0, o0);
            out[1] = rank(query, s1, o1);
            out[2] = rank(query, s2, o2);
            out[3] = rank(query, s3, o3);
        }
    }

    private static final class Jaccard extends DistanceFunction {
        Jaccard(Metric metric, ElementKind kind, int dimensions) {
            super(metric, kind, dimensions);
        }

        @Override
        public float rank(QueryVector query, MemorySegment slab, long offset) {
            int both = KERNELS.intersection(query.data(), 0, slab, offset, sizeBytes);
            int either = query.bitCount() + KERNELS.bitCount(slab, offset, sizeBytes) - both;
            return both == 0 ? 1 : 1 - (float) both / either;
        }

        @Override
        public void rank4(
                QueryVector query,
                MemorySegment s0,
                long o0,
                MemorySegment s1,
                long o1,
                MemorySegment s2,
                long o2,
                MemorySegment s3,
                long o3,
                float[] out) {
            out[0] = rank(query, s0, o0);
            out[1] = rank(query, s1, o1);
            out[2] = rank(query, s2, o2);
            out[3] = rank(query, s3, o3);
        }
    }
}
