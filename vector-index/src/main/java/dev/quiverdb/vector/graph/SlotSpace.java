package dev.quiverdb.vector.graph;

import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Kernels;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Dense vectors in slots, measured exactly. A query is a vector in the encoding of the slots; it is
 * copied when bound. Distances are {@link DistanceFunction}'s ranks.
 */
public final class SlotSpace implements VectorSpace {
    private static final Kernels KERNELS = Kernels.active();

    private final Metric metric;
    private final VectorSlots slots;
    private final FloatTable inverseNorms;

    public SlotSpace(Metric metric, VectorSlots slots) {
        this.metric = metric;
        this.slots = slots;
        this.inverseNorms = new FloatTable();
    }

    public VectorSlots slots() {
        return slots;
    }

    @Override
    public void prepare(int vecId) {
        if (metric == Metric.COSINE && slots.kind() == ElementKind.FLOAT32) {
            MemorySegment slab = slots.slabOf(vecId);
            long at = slots.offset(vecId);
            float squared = KERNELS.innerProductF32(slab, at, slab, at, slots.dimensions());
            inverseNorms.set(vecId, (float) (1 / Math.sqrt(squared)));
        }
    }

    @Override
    public MemorySegment vector(int vecId) {
        return slots.slabOf(vecId)
                .asSlice(slots.offset(vecId), slots.kind().sizeBytes(slots.dimensions()));
    }

    /** Returns whether a vector has distances: under cosine one of zeros has none. */
    public boolean isRankable(int vecId) {
        return isRankable(metric, slots, vecId);
    }

    /** As the other, for a vector in slots. */
    public static boolean isRankable(Metric metric, VectorSlots slots, int vecId) {
        if (metric != Metric.COSINE) {
            return true;
        }
        var slab = slots.slabOf(vecId);
        long from = slots.offset(vecId);
        for (long i = 0; i < slots.kind().sizeBytes(slots.dimensions()); i++) {
            // Both zeros of a float are zero but for the sign.
            if ((slab.get(ValueLayout.JAVA_BYTE, from + i) & 0x7f) != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Scorer scorer() {
        if (slots.kind() == ElementKind.FLOAT32) {
            switch (metric) {
                case L2 -> {
                    return new L2Floats(slots);
                }
                case INNER_PRODUCT -> {
                    return new ProductFloats(slots);
                }
                case COSINE -> {
                    return new CosineFloats(slots, inverseNorms);
                }
                case L1, HAMMING, JACCARD -> {}
            }
        }
        return new AnySlots(DistanceFunction.of(metric, slots.kind(), slots.dimensions()), slots);
    }

    @Override
    public boolean isByInnerProduct() {
        return metric == Metric.INNER_PRODUCT;
    }

    @Override
    public double nanosPerScore() {
        return 20 + 0.08 * slots.strideBytes();
    }

    @Override
    public double bytesPerVector() {
        return slots.strideBytes();
    }

    /**
     * Eight or four at a time against a query that is a place in memory: a copy of the query, or a
     * slot.
     */
    private abstract static class Floats implements Scorer {
        final VectorSlots slots;
        final int dimensions;
        final float[] some = new float[8];
        final MemorySegment own;
        private final MemorySegment[] slabs = new MemorySegment[8];
        private final long[] offsets = new long[8];
        private final int shift;
        private final int mask;
        private final long stride;
        MemorySegment query;
        long queryAt;

        Floats(VectorSlots slots) {
            this.slots = slots;
            this.dimensions = slots.dimensions();
            this.own = Arena.ofAuto().allocate(slots.strideBytes(), 64);
            this.query = own;
            this.shift = slots.slotsPerSlabLog2();
            this.mask = (1 << shift) - 1;
            this.stride = slots.strideBytes();
        }

        @Override
        public void bindQuery(MemorySegment vector) {
            MemorySegment.copy(vector, 0, own, 0, 4L * dimensions);
            query = own;
            queryAt = 0;
        }

        @Override
        public void bindVector(int vecId) {
            query = slots.slab(vecId >>> shift);
            queryAt = at(vecId);
        }

        final long at(int vecId) {
            return (vecId & mask) * stride;
        }

        final MemorySegment slab(int vecId) {
            return slots.slab(vecId >>> shift);
        }

        @Override
        public final void score(int[] vecIds, int count, float[] distances) {
            int i = 0;
            for (; i + 8 <= count; i += 8) {
                find(vecIds, i, 8, 8);
                score8(slabs, offsets);
                System.arraycopy(some, 0, distances, i, 8);
            }
            int left = count - i;
            if (left == 1) {
                distances[i] = raw(vecIds[i]);
            } else if (left > 0) {
                find(vecIds, i, left, left > 4 ? 8 : 4);
                if (left > 4) {
                    score8(slabs, offsets);
                } else {
                    score4(slabs, offsets);
                }
                System.arraycopy(some, 0, distances, i, left);
            }
            finish(vecIds, count, distances);
        }

        /** Looks up where vectors are; the last takes the places that are left. */
        private void find(int[] vecIds, int from, int count, int places) {
            for (int i = 0; i < places; i++) {
                int vecId = vecIds[from + Math.min(i, count - 1)];
                slabs[i] = slab(vecId);
                offsets[i] = at(vecId);
            }
        }

        /** What the loops give for one vector. */
        abstract float raw(int vecId);

        abstract void score4(MemorySegment[] s, long[] o);

        abstract void score8(MemorySegment[] s, long[] o);

        /** Turns what the loops gave into distances. */
        abstract void finish(int[] vecIds, int count, float[] distances);
    }

    private static final class L2Floats extends Floats {
        L2Floats(VectorSlots slots) {
            super(slots);
        }

        @Override
        public float score(int vecId) {
            return raw(vecId);
        }

        @Override
        float raw(int vecId) {
            return KERNELS.l2SquaredF32(query, queryAt, slab(vecId), at(vecId), dimensions);
        }

        @Override
        void score4(MemorySegment[] s, long[] o) {
            KERNELS.l2SquaredF32x4(
                    query,
                    queryAt,
                    s[0],
                    o[0],
                    s[1],
                    o[1],
                    s[2],
                    o[2],
                    s[3],
                    o[3],
                    dimensions,
                    some);
        }

        @Override
        void score8(MemorySegment[] s, long[] o) {
            KERNELS.l2SquaredF32x8(query, queryAt, s, o, dimensions, some);
        }

        @Override
        void finish(int[] vecIds, int count, float[] distances) {}
    }

    private static class ProductFloats extends Floats {
        ProductFloats(VectorSlots slots) {
            super(slots);
        }

        @Override
        public float score(int vecId) {
            return -raw(vecId);
        }

        @Override
        final float raw(int vecId) {
            return KERNELS.innerProductF32(query, queryAt, slab(vecId), at(vecId), dimensions);
        }

        @Override
        final void score4(MemorySegment[] s, long[] o) {
            KERNELS.innerProductF32x4(
                    query,
                    queryAt,
                    s[0],
                    o[0],
                    s[1],
                    o[1],
                    s[2],
                    o[2],
                    s[3],
                    o[3],
                    dimensions,
                    some);
        }

        @Override
        final void score8(MemorySegment[] s, long[] o) {
            KERNELS.innerProductF32x8(query, queryAt, s, o, dimensions, some);
        }

        @Override
        void finish(int[] vecIds, int count, float[] distances) {
            for (int i = 0; i < count; i++) {
                distances[i] = -distances[i];
            }
        }
    }

    private static final class CosineFloats extends ProductFloats {
        private final FloatTable inverseNorms;
        private float inverseNorm;

        CosineFloats(VectorSlots slots, FloatTable inverseNorms) {
            super(slots);
            this.inverseNorms = inverseNorms;
        }

        @Override
        public void bindQuery(MemorySegment vector) {
            super.bindQuery(vector);
            float squared = KERNELS.innerProductF32(query, 0, query, 0, dimensions);
            inverseNorm = (float) (1 / Math.sqrt(squared));
        }

        @Override
        public void bindVector(int vecId) {
            super.bindVector(vecId);
            inverseNorm = inverseNorms.get(vecId);
        }

        private float cosine(float product, int vecId) {
            float similarity = product * inverseNorm * inverseNorms.get(vecId);
            return 1 - Math.clamp(similarity, -1f, 1f);
        }

        @Override
        public float score(int vecId) {
            return cosine(raw(vecId), vecId);
        }

        @Override
        void finish(int[] vecIds, int count, float[] distances) {
            for (int i = 0; i < count; i++) {
                distances[i] = cosine(distances[i], vecIds[i]);
            }
        }
    }

    /** Every other pair of metric and kind. */
    private static final class AnySlots implements Scorer {
        private final DistanceFunction function;
        private final VectorSlots slots;
        private final QueryVector query;
        private final float[] four = new float[8];

        AnySlots(DistanceFunction function, VectorSlots slots) {
            this.function = function;
            this.slots = slots;
            this.query = new QueryVector(slots.kind(), slots.dimensions(), Arena.ofAuto());
        }

        @Override
        public void bindQuery(MemorySegment vector) {
            query.setBytes(vector, 0);
        }

        @Override
        public void bindVector(int vecId) {
            query.set(slots, vecId);
        }

        @Override
        public void score(int[] vecIds, int count, float[] distances) {
            int i = 0;
            for (; i + 4 <= count; i += 4) {
                function.rank4(
                        query, slots, vecIds[i], vecIds[i + 1], vecIds[i + 2], vecIds[i + 3], four);
                System.arraycopy(four, 0, distances, i, 4);
            }
            for (; i < count; i++) {
                distances[i] = score(vecIds[i]);
            }
        }

        @Override
        public float score(int vecId) {
            return function.rank(query, slots, vecId);
        }
    }
}
