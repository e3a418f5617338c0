package dev.quiverdb.vector.quantise;

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
     * Estimated ranks of four vectors to {@code out[0..3]}; {@code out} has room for eight floats.
     */
    public abstract void estimate4(
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            float[] out);
}
