package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.NativeMemory;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.MemorySegment;

/**
 * A query prepared for estimating ranks from codes. One thread at a time; set again for each query.
 */
public abstract class CodeQuery {

    /** Prepares for a query: once per search. */
    public abstract void set(QueryVector query);

    /** Estimated rank of the vector whose code lies at {@code offset}. */
    public abstract float estimate(MemorySegment codes, long offset);

    /**
     * Estimated ranks of many: that of the code at the address {@code codes[i]} goes to {@code
     * ranks[i]}. {@link VectorCodec#slackBytes} behind a code may be read, to no effect.
     */
    public void estimate(long[] codes, int count, float[] ranks) {
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            estimateFour(codes, i, ranks);
        }
        for (; i < count; i++) {
            ranks[i] = estimate(NativeMemory.ALL, codes[i]);
        }
    }

    /** Estimated ranks of the codes at {@code codes[at .. at + 3]}. */
    void estimateFour(long[] codes, int at, float[] ranks) {
        for (int i = at; i < at + 4; i++) {
            ranks[i] = estimate(NativeMemory.ALL, codes[i]);
        }
    }
}
