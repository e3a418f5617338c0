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
     * Whether there is {@link #coarse}, which reads less of a code than {@link #estimate} does, so
     * that most codes need no more. {@link #refine} of all of them makes it the whole estimate.
     */
    public boolean refines() {
        return false;
    }

    /**
     * Estimated ranks of many codes by the beginning of each: that of {@code ids[i]} goes to {@code
     * ranks[i]}. Codes lie in slabs of {@code 2^shift} each.
     *
     * @param doubts receives how far above its true rank an estimate may well lie
     */
    public void coarse(
            MemorySegment[] slabs, int shift, int[] ids, int count, float[] ranks, float[] doubts) {
        throw new UnsupportedOperationException("these codes are read whole");
    }

    /**
     * Estimated ranks by the whole of those codes of the last {@link #coarse} whose estimates were
     * not enough.
     *
     * @param places where in {@code ids} and {@code ranks} those stand
     */
    public void refine(
            MemorySegment[] slabs, int shift, int[] ids, int[] places, int count, float[] ranks) {
        throw new UnsupportedOperationException("these codes are read whole");
    }
}
