package dev.quiverdb.vector.flat;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.VectorSlots;

/**
 * Compares the query with every admitted vector, four at a time. Exact; {@code O(admitted *
 * dimensions)}. Holds scratch memory for one thread and allocates nothing per search.
 */
public final class FlatScan {
    private static final int BATCH = 64;

    private final DistanceFunction function;
    private final VectorSlots slots;
    private final float[] four = new float[8];
    private final int[] batch = new int[BATCH];
    private final boolean[] admitted = new boolean[BATCH];
    private long distances;

    /** A scan over the slots by a metric. */
    public FlatScan(DistanceFunction function, VectorSlots slots) {
        this.function = function;
        this.slots = slots;
    }

    /** Takes each vector that is within reach. */
    private interface Sink {
        void take(float rank, int vecId);
    }

    /** Receives the results of a range search, in no order. */
    public interface RangeSink {
        void accept(int vecId, float rank);
    }

    /**
     * The nearest admitted vectors with ids below {@code idsEnd} into {@code heap}, which the
     * caller has reset to the number wanted, and sorts.
     */
    public void nearest(QueryVector query, int idsEnd, Admission admission, NearestHeap heap) {
        scan(query, idsEnd, admission, heap::offer);
    }

    /** The nearest among {@code ids[0 .. count - 1]}. */
    public void nearestOf(QueryVector query, int[] ids, int count, NearestHeap heap) {
        compare(query, ids, count, heap::offer);
    }

    /** Ranks of {@code ids[0 .. count - 1]} to {@code ranks}. */
    public void ranks(QueryVector query, int[] ids, int count, float[] ranks) {
        distances += count;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            function.rank4(query, slots, ids[i], ids[i + 1], ids[i + 2], ids[i + 3], four);
            System.arraycopy(four, 0, ranks, i, 4);
        }
        for (; i < count; i++) {
            ranks[i] = function.rank(query, slots, ids[i]);
        }
    }

    /** Every admitted vector whose rank is at most {@code rankMax}. */
    public void within(
            QueryVector query, int idsEnd, Admission admission, float rankMax, RangeSink sink) {
        scan(
                query,
                idsEnd,
                admission,
                (rank, vecId) -> {
                    if (rank <= rankMax) {
                        sink.accept(vecId, rank);
                    }
                });
    }

    /** Distances computed since this was made. */
    public long distances() {
        return distances;
    }

    private void scan(QueryVector query, int idsEnd, Admission admission, Sink sink) {
        int count = 0;
        if (admission instanceof VecIdBitmap bitmap) {
            for (int id = bitmap.next(0); id >= 0 && id < idsEnd; id = bitmap.next(id + 1)) {
                batch[count++] = id;
                if (count == BATCH) {
                    compare(query, batch, count, sink);
                    count = 0;
                }
            }
            compare(query, batch, count, sink);
            return;
        }
        for (int start = 0; start < idsEnd; start += BATCH) {
            int size = Math.min(BATCH, idsEnd - start);
            for (int i = 0; i < size; i++) {
                batch[i] = start + i;
            }
            admission.admitMany(batch, size, admitted);
            count = 0;
            for (int i = 0; i < size; i++) {
                if (admitted[i]) {
                    batch[count++] = start + i;
                }
            }
            compare(query, batch, count, sink);
        }
    }

    private void compare(QueryVector query, int[] ids, int count, Sink sink) {
        distances += count;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            function.rank4(query, slots, ids[i], ids[i + 1], ids[i + 2], ids[i + 3], four);
            for (int j = 0; j < 4; j++) {
                sink.take(four[j], ids[i + j]);
            }
        }
        for (; i < count; i++) {
            sink.take(function.rank(query, slots, ids[i]), ids[i]);
        }
    }
}
