package dev.quiverdb.vector.simd;

import java.lang.foreign.MemorySegment;

/**
 * Distance loops over native memory. Offsets and sizes are bytes, {@code dims} counts elements.
 * Queries of float kinds are always fp32; documents are fp32 ({@code F32}) or halves ({@code F16}).
 * The forms ending in {@code x4} read four documents against one pass over the query and write four
 * results to {@code out[0..3]}. All loops accept any {@code dims}; multiples of the lane count
 * avoid the scalar tail, and as slots are padded with zeros a caller may round {@code dims} up when
 * the query is padded too.
 *
 * <p>Keep the result of {@link #active()} in a {@code static final} field, so that the calls are
 * compiled as direct ones.
 */
public interface Kernels {
    /** How far {@link #bitPlanes} of many reads beyond a plane, in bytes. */
    int BIT_PLANE_SLACK = 56;

    /** The loops for this machine: Vector API where present, the scalar twins elsewhere. */
    static Kernels active() {
        return KernelChoice.ACTIVE;
    }

    /** The plain loops, for comparison. */
    static Kernels scalar() {
        return ScalarKernels.INSTANCE;
    }

    /** What was chosen, for the log and EXPLAIN: "scalar" or the vector width in bits. */
    String description();

    float l2SquaredF32(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    float innerProductF32(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    float l1F32(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    /**
     * Cosine similarity's inputs: the inner product to {@code out[0]}, the document's squared norm
     * to {@code out[1]}.
     */
    void innerProductAndNormF32(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out);

    void l2SquaredF32x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    void innerProductF32x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    /**
     * Eight documents, at {@code o[i]} of {@code s[i]}, against one pass over the query; results to
     * {@code out[0..7]}. So many lines come from memory at once that documents out of cache take a
     * fifth less time than four at a time.
     */
    void l2SquaredF32x8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out);

    /** As {@link #l2SquaredF32x8}. */
    void innerProductF32x8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out);

    void l1F32x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    /** Inner products to {@code out[0..3]}, the documents' squared norms to {@code out[4..7]}. */
    void innerProductAndNormF32x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    float l2SquaredF16(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    float innerProductF16(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    float l1F16(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    void innerProductAndNormF16(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out);

    void l2SquaredF16x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    void innerProductF16x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    void l1F16x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    void innerProductAndNormF16x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    /** Squared Euclidean distance of signed bytes; exact while {@code dims < 33,000}. */
    int l2SquaredI8(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    int innerProductI8(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    int l1I8(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    /** Inner product of an fp32 query with unsigned bytes (scalar-quantised codes). */
    float innerProductU8(MemorySegment q, long qo, MemorySegment s, long so, int dims);

    /** Inner products of an fp32 query with four vectors of unsigned bytes. */
    void innerProductU8x4(
            MemorySegment q,
            long qo,
            MemorySegment s0,
            long o0,
            MemorySegment s1,
            long o1,
            MemorySegment s2,
            long o2,
            MemorySegment s3,
            long o3,
            int dims,
            float[] out);

    /** Number of differing bits. */
    int hamming(MemorySegment q, long qo, MemorySegment s, long so, int sizeBytes);

    /** Number of bits set in both. */
    int intersection(MemorySegment q, long qo, MemorySegment s, long so, int sizeBytes);

    /** Number of bits set. */
    int bitCount(MemorySegment s, long so, int sizeBytes);

    /**
     * {@code sum over p of 2^p * |plane_p AND code|}: the inner product of a bit code of {@code
     * words} 64-bit words with a query of small integers, cut into four bit planes. The planes are
     * in blocks of eight words, {@code planes[32 * (w / 8) + 8 * p + w % 8]} is word {@code w} of
     * plane {@code p}, and words beyond the code are 0. The planes are on the heap (an array's
     * bounds are checked once), codes off-heap as everywhere.
     */
    int bitPlanes(long[] planes, int words, MemorySegment code, long co);

    /**
     * {@link #bitPlanes} of many codes by their addresses: that of the code at {@code codes[i]}
     * goes to {@code products[i]}. Up to {@link #BIT_PLANE_SLACK} bytes behind a plane may be read,
     * to no effect.
     *
     * @param at where in a code the plane lies
     */
    default void bitPlanes(
            long[] planes, int words, long[] codes, long at, int count, int[] products) {
        for (int i = 0; i < count; i++) {
            products[i] = bitPlanes(planes, words, NativeMemory.ALL, codes[i] + at);
        }
    }

    /**
     * As {@link #bitPlanes(long[], int, long[], long, int, int[])} for codes of two bits a
     * dimension: twice the product of the plane at {@code high} and that of the plane at {@code
     * low}.
     */
    default void twoBitPlanes(
            long[] planes,
            int words,
            long[] codes,
            long high,
            long low,
            int count,
            int[] products) {
        for (int i = 0; i < count; i++) {
            products[i] =
                    2 * bitPlanes(planes, words, NativeMemory.ALL, codes[i] + high)
                            + bitPlanes(planes, words, NativeMemory.ALL, codes[i] + low);
        }
    }

    /** How many longs the planes of a query for {@link #bitPlanes} take. */
    static int bitPlaneLongs(int words) {
        return 32 * ((words + 7) / 8);
    }

    /**
     * Fast scan of one block of 32 vectors: {@code columns} columns of 32 bytes each. Byte {@link
     * #fastScanPosition}{@code (v)} of a column holds two 4-bit codes of vector {@code v}, low
     * nibble first. The table has 32 bytes a column: 16 entries for the low nibble, 16 for the high
     * one, each at most 127. Sums (at most 65,535 in all, the caller's choice of scale) go to
     * {@code out[at .. at + 31]} as unsigned shorts.
     *
     * <p>Source: André, Kermarrec, Le Scouarnec: Cache locality is not enough (VLDB 2015), sections
     * 4 and 5.
     */
    void fastScan(
            MemorySegment table,
            long to,
            MemorySegment block,
            long bo,
            int columns,
            short[] out,
            int at);

    /**
     * Where the byte of vector {@code v} (0..31) lies in a column: the first 16 vectors on even
     * positions, the others on odd ones.
     */
    static int fastScanPosition(int v) {
        return (2 * v & 31) | v >>> 4;
    }

    /**
     * Turns the sums of one block into ranks: {@code ranks[i] = base + add[i] + mul[i] * (bias +
     * scale * sums[i])} with {@code add} (32 floats) at {@code fo} and {@code mul} (32 floats)
     * behind it.
     *
     * @return bit i is set where the rank is below {@code bound}
     */
    int fastScanRanks(
            short[] sums,
            int at,
            MemorySegment factors,
            long fo,
            float base,
            float bias,
            float scale,
            float bound,
            float[] ranks);

    /**
     * Inner products with 16 points: {@code tables[at + p] = sum over d in [from, end) of query[d]
     * * points[16 * d + p]}.
     */
    void pointProducts(float[] query, float[] points, int from, int end, float[] tables, int at);

    /**
     * Cuts tables of 16 floats to bytes: from each table its least entry is taken away, then all
     * are scaled alike so that the widest table ends at {@code byteMax}.
     *
     * @param lows scratch, one float a table
     * @param bytes receives 16 bytes a table
     * @param into receives the sum of the least entries, and the width of one step
     */
    void fastScanTable(
            float[] tables, int tableCount, int byteMax, float[] lows, byte[] bytes, float[] into);

    /** {@code y += a * x} over fp32. */
    void addScaled(MemorySegment y, long yo, float a, MemorySegment x, long xo, int dims);

    /**
     * Walsh-Hadamard transform in place over {@code length} (a power of two) values on the heap,
     * without scaling.
     */
    void hadamard(float[] x, int at, int length);

    /**
     * Looks at values on the heap, {@code length} of them, a multiple of 64: the least and the
     * greatest, their sum and the sum of their squares go to {@code into[0..3]}.
     */
    void spread(float[] x, int length, float[] into);
}
