package dev.quiverdb.vector.graph;

import dev.quiverdb.base.memory.HugePages;
import dev.quiverdb.vector.quantise.CodeEncoder;
import dev.quiverdb.vector.quantise.CodeQuery;
import dev.quiverdb.vector.quantise.VectorCodec;
import dev.quiverdb.vector.simd.NativeMemory;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Codes of the vectors in slots: what a walk navigates by. Codes lie off-heap at a fixed stride and
 * live as long as anybody refers to them; they are computed when a vector is prepared, which is
 * also how they come back when an index is opened.
 */
public final class CodeSpace implements VectorSpace {
    private static final int SLAB_BYTES = HugePages.BYTES;
    private static final MemorySegment ALL = NativeMemory.ALL;

    private final VectorCodec codec;
    private final VectorSlots slots;
    private final int stride;
    private final int shift;
    private final int mask;
    private final Arena arena = Arena.ofAuto();
    private final ConcurrentLinkedQueue<CodeEncoder> encoders = new ConcurrentLinkedQueue<>();
    private volatile MemorySegment[] slabs = new MemorySegment[0];

    /** The addresses of the slabs. */
    private volatile long[] addresses = new long[0];

    public CodeSpace(VectorCodec codec, VectorSlots slots) {
        this.codec = codec;
        this.slots = slots;
        this.stride = codec.strideBytes();
        // The least power of two that fills a huge page.
        int perSlab = 2 * Integer.highestOneBit((SLAB_BYTES - 1) / stride);
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
            long[] starts = Arrays.copyOf(addresses, slab + 1);
            for (int i = have; i <= slab; i++) {
                more[i] = HugePages.allocate(arena, ((long) stride << shift) + codec.slackBytes());
                starts[i] = more[i].address();
            }
            addresses = starts;
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
        return 4 + 0.05 * stride;
    }

    @Override
    public double bytesPerVector() {
        return stride;
    }

    private final class CodeScorer implements Scorer {
        private final QueryVector vector =
                new QueryVector(slots.kind(), slots.dimensions(), Arena.ofAuto());
        private final CodeQuery query = codec.newQuery(Arena.ofAuto());
        private long[] codes = new long[64];

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
            if (codes.length < count) {
                codes = new long[count];
            }
            try {
                find(vecIds, count);
                query.estimate(codes, count, distances);
            } finally {
                // The codes are read by their addresses alone.
                Reference.reachabilityFence(arena);
            }
        }

        /**
         * Finds the codes and reads of each the first and the last line, which brings them in at
         * the same time: an estimate is too long for the processor to look ahead over several by
         * itself.
         */
        private void find(int[] vecIds, int count) {
            long[] starts = addresses;
            long[] into = codes;
            int last = stride - 1;
            int sum = 0;
            for (int i = 0; i < count; i++) {
                long at = starts[vecIds[i] >>> shift] + offset(vecIds[i]);
                into[i] = at;
                sum +=
                        ALL.get(ValueLayout.JAVA_BYTE, at)
                                + ALL.get(ValueLayout.JAVA_BYTE, at + last);
            }
            touched = sum;
        }

        @Override
        public float score(int vecId) {
            return query.estimate(slabs[vecId >>> shift], offset(vecId));
        }
    }
}
