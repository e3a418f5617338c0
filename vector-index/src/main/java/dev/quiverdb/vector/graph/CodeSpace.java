package dev.quiverdb.vector.graph;

import dev.quiverdb.base.memory.HugePages;
import dev.quiverdb.vector.quantise.CodeEncoder;
import dev.quiverdb.vector.quantise.CodeQuery;
import dev.quiverdb.vector.quantise.VectorCodec;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Codes of the vectors in slots: what a walk navigates by. Codes lie off-heap at a fixed stride and
 * live as long as anybody refers to them; they are computed when a vector is prepared, which is
 * also how they come back when an index is opened.
 */
public final class CodeSpace implements VectorSpace {
    private static final int SLAB_BYTES = 2 << 20;

    private final VectorCodec codec;
    private final VectorSlots slots;
    private final int stride;
    private final int shift;
    private final int mask;
    private final Arena arena = Arena.ofAuto();
    private final ConcurrentLinkedQueue<CodeEncoder> encoders = new ConcurrentLinkedQueue<>();
    private volatile MemorySegment[] slabs = new MemorySegment[0];

    public CodeSpace(VectorCodec codec, VectorSlots slots) {
        this.codec = codec;
        this.slots = slots;
        this.stride = codec.strideBytes();
        int perSlab = Math.max(1, Integer.highestOneBit(SLAB_BYTES / stride));
        this.shift = Integer.numberOfTrailingZeros(perSlab);
        this.mask = perSlab - 1;
    }

    @Override
    public void prepare(int vecId) {
        int slab = vecId >>> shift;
        if (slab >= slabs.length) {
            grow(slab);
        }
        var encoder = encoders.poll();
        if (encoder == null) {
            encoder = codec.newEncoder(Arena.ofAuto());
        }
        encoder.encode(slots, vecId, slabs[slab], offset(vecId));
        encoders.add(encoder);
    }

    private synchronized void grow(int slab) {
        int have = slabs.length;
        if (slab >= have) {
            var more = Arrays.copyOf(slabs, slab + 1);
            for (int i = have; i <= slab; i++) {
                more[i] = HugePages.allocate(arena, (long) stride << shift);
            }
            slabs = more;
        }
    }

    private long offset(int vecId) {
        return (long) (vecId & mask) * stride;
    }

    @Override
    public Scorer scorer() {
        return new CodeScorer();
    }

    @Override
    public double nanosPerScore() {
        return 4 + 0.12 * codec.readBytes();
    }

    @Override
    public double bytesPerVector() {
        return stride;
    }

    private final class CodeScorer implements Scorer {
        private final QueryVector vector =
                new QueryVector(slots.kind(), slots.dimensions(), Arena.ofAuto());
        private final CodeQuery query = codec.newQuery(Arena.ofAuto());
        private final float[] four = new float[8];
        private int[] doubtful = new int[64];
        private float[] doubts = new float[64];

        /** Kept so that the reads are not optimised away. */
        @SuppressWarnings("UnusedVariable")
        private int touched;

        @Override
        public void bindQuery(MemorySegment bytes) {
            query.set(vector.setBytes(bytes, 0));
        }

        @Override
        public void bindVector(int vecId) {
            query.set(vector.set(slots, vecId));
        }

        @Override
        public void score(int[] vecIds, int count, float[] distances) {
            if (query.refines()) {
                score(vecIds, count, Float.NaN, distances);
                return;
            }
            var codes = slabs;
            touch(codes, vecIds, count);
            int i = 0;
            for (; i + 4 <= count; i += 4) {
                int a = vecIds[i];
                int b = vecIds[i + 1];
                int c = vecIds[i + 2];
                int d = vecIds[i + 3];
                query.estimate4(
                        codes[a >>> shift],
                        offset(a),
                        codes[b >>> shift],
                        offset(b),
                        codes[c >>> shift],
                        offset(c),
                        codes[d >>> shift],
                        offset(d),
                        four);
                System.arraycopy(four, 0, distances, i, 4);
            }
            for (; i < count; i++) {
                distances[i] = query.estimate(codes[vecIds[i] >>> shift], offset(vecIds[i]));
            }
        }

        @Override
        public void score(int[] vecIds, int count, float bound, float[] distances) {
            if (!query.refines()) {
                score(vecIds, count, distances);
                return;
            }
            var codes = slabs;
            touch(codes, vecIds, count);
            if (doubtful.length < count) {
                doubtful = new int[count];
                doubts = new float[count];
            }
            query.coarse(codes, shift, vecIds, count, distances, doubts);
            int[] again = doubtful;
            int againCount = 0;
            for (int i = 0; i < count; i++) {
                // Whether one is doubtful is as good as chance: no branch is better than a guess.
                again[againCount] = i;
                againCount += distances[i] - doubts[i] >= bound ? 0 : 1;
            }
            if (againCount > 0) {
                query.refine(codes, shift, vecIds, again, againCount, distances);
            }
        }

        /**
         * Reads a byte of each code, which brings their cache lines in at the same time: an
         * estimate is too long for the processor to look ahead over several by itself.
         */
        private void touch(MemorySegment[] codes, int[] vecIds, int count) {
            int sum = 0;
            for (int i = 0; i < count; i++) {
                sum += codes[vecIds[i] >>> shift].get(ValueLayout.JAVA_BYTE, offset(vecIds[i]));
            }
            touched = sum;
        }

        @Override
        public float score(int vecId) {
            return query.estimate(slabs[vecId >>> shift], offset(vecId));
        }
    }
}
