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

    /**
     * Whether {@link #coarse} reads less of a code than {@link #estimate} does, so that most codes
     * need no more.
     */
    public boolean refines() {
        return false;
    }

    /** Estimated rank by the beginning of a code. */
    public float coarse(MemorySegment codes, long offset) {
        return estimate(codes, offset);
    }

    /** How far above its true rank a coarse estimate may well lie. */
    public float doubt(MemorySegment codes, long offset) {
        return 0;
    }

    /** Estimated rank by the whole of a code whose coarse estimate was not enough. */
    public float refine(MemorySegment codes, long offset) {
        return estimate(codes, offset);
    }
}
