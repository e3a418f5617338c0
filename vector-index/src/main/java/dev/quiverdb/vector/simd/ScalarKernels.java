package dev.quiverdb.vector.simd;

import static dev.quiverdb.vector.simd.Scalars.f16;
import static dev.quiverdb.vector.simd.Scalars.f32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The plain loops: what the vectorised ones must agree with, and what runs where the Vector API is
 * missing.
 */
class ScalarKernels implements Kernels {
    static final ScalarKernels INSTANCE = new ScalarKernels();

    @Override
    public String description() {
        return "scalar";
    }

    @Override
    public float l2SquaredF32(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        float sum = 0;
        for (int i = 0; i < dims; i++) {
            float a = f32(q, qo, i);
            float b = f32(s, so, i);
            sum += (a - b) * (a - b);
        }
        return sum;
    }

    @Override
    public void l2SquaredF32x4(
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
            float[] out) {
        out[0] = l2SquaredF32(q, qo, s0, o0, dims);
        out[1] = l2SquaredF32(q, qo, s1, o1, dims);
        out[2] = l2SquaredF32(q, qo, s2, o2, dims);
        out[3] = l2SquaredF32(q, qo, s3, o3, dims);
    }

    @Override
    public float innerProductF32(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        float sum = 0;
        for (int i = 0; i < dims; i++) {
            float a = f32(q, qo, i);
            float b = f32(s, so, i);
            sum += a * b;
        }
        return sum;
    }

    @Override
    public void innerProductF32x4(
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
            float[] out) {
        out[0] = innerProductF32(q, qo, s0, o0, dims);
        out[1] = innerProductF32(q, qo, s1, o1, dims);
        out[2] = innerProductF32(q, qo, s2, o2, dims);
        out[3] = innerProductF32(q, qo, s3, o3, dims);
    }

    @Override
    public void l2SquaredF32x8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        for (int i = 0; i < 8; i++) {
            out[i] = l2SquaredF32(q, qo, s[i], o[i], dims);
        }
    }

    @Override
    public void innerProductF32x8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        for (int i = 0; i < 8; i++) {
            out[i] = innerProductF32(q, qo, s[i], o[i], dims);
        }
    }

    @Override
    public float l1F32(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        float sum = 0;
        for (int i = 0; i < dims; i++) {
            float a = f32(q, qo, i);
            float b = f32(s, so, i);
            sum += Math.abs(a - b);
        }
        return sum;
    }

    @Override
    public void l1F32x4(
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
            float[] out) {
        out[0] = l1F32(q, qo, s0, o0, dims);
        out[1] = l1F32(q, qo, s1, o1, dims);
        out[2] = l1F32(q, qo, s2, o2, dims);
        out[3] = l1F32(q, qo, s3, o3, dims);
    }

    @Override
    public void innerProductAndNormF32(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out) {
        Arrays.fill(out, 0, 2, 0);
        addInnerProductAndNormF32(q, qo, s, so, dims, out, 0, 1);
    }

    /** Adds to both places of {@code out}. */
    static void addInnerProductAndNormF32(
            MemorySegment q,
            long qo,
            MemorySegment s,
            long so,
            int dims,
            float[] out,
            int productAt,
            int normAt) {
        float product = 0;
        float norm = 0;
        for (int i = 0; i < dims; i++) {
            float b = f32(s, so, i);
            product += f32(q, qo, i) * b;
            norm += b * b;
        }
        out[productAt] += product;
        out[normAt] += norm;
    }

    @Override
    public void innerProductAndNormF32x4(
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
            float[] out) {
        Arrays.fill(out, 0, 8, 0);
        addInnerProductAndNormF32(q, qo, s0, o0, dims, out, 0, 4);
        addInnerProductAndNormF32(q, qo, s1, o1, dims, out, 1, 5);
        addInnerProductAndNormF32(q, qo, s2, o2, dims, out, 2, 6);
        addInnerProductAndNormF32(q, qo, s3, o3, dims, out, 3, 7);
    }

    @Override
    public float l2SquaredF16(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        float sum = 0;
        for (int i = 0; i < dims; i++) {
            float a = f32(q, qo, i);
            float b = f16(s, so, i);
            sum += (a - b) * (a - b);
        }
        return sum;
    }

    @Override
    public void l2SquaredF16x4(
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
            float[] out) {
        out[0] = l2SquaredF16(q, qo, s0, o0, dims);
        out[1] = l2SquaredF16(q, qo, s1, o1, dims);
        out[2] = l2SquaredF16(q, qo, s2, o2, dims);
        out[3] = l2SquaredF16(q, qo, s3, o3, dims);
    }

    @Override
    public float innerProductF16(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        float sum = 0;
        for (int i = 0; i < dims; i++) {
            float a = f32(q, qo, i);
            float b = f16(s, so, i);
            sum += a * b;
        }
        return sum;
    }

    @Override
    public void innerProductF16x4(
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
            float[] out) {
        out[0] = innerProductF16(q, qo, s0, o0, dims);
        out[1] = innerProductF16(q, qo, s1, o1, dims);
        out[2] = innerProductF16(q, qo, s2, o2, dims);
        out[3] = innerProductF16(q, qo, s3, o3, dims);
    }

    @Override
    public float l1F16(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        float sum = 0;
        for (int i = 0; i < dims; i++) {
            float a = f32(q, qo, i);
            float b = f16(s, so, i);
            sum += Math.abs(a - b);
        }
        return sum;
    }

    @Override
    public void l1F16x4(
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
            float[] out) {
        out[0] = l1F16(q, qo, s0, o0, dims);
        out[1] = l1F16(q, qo, s1, o1, dims);
        out[2] = l1F16(q, qo, s2, o2, dims);
        out[3] = l1F16(q, qo, s3, o3, dims);
    }

    @Override
    public void innerProductAndNormF16(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out) {
        Arrays.fill(out, 0, 2, 0);
        addInnerProductAndNormF16(q, qo, s, so, dims, out, 0, 1);
    }

    /** Adds to both places of {@code out}. */
    static void addInnerProductAndNormF16(
            MemorySegment q,
            long qo,
            MemorySegment s,
            long so,
            int dims,
            float[] out,
            int productAt,
            int normAt) {
        float product = 0;
        float norm = 0;
        for (int i = 0; i < dims; i++) {
            float b = f16(s, so, i);
            product += f32(q, qo, i) * b;
            norm += b * b;
        }
        out[productAt] += product;
        out[normAt] += norm;
    }

    @Override
    public void innerProductAndNormF16x4(
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
            float[] out) {
        Arrays.fill(out, 0, 8, 0);
        addInnerProductAndNormF16(q, qo, s0, o0, dims, out, 0, 4);
        addInnerProductAndNormF16(q, qo, s1, o1, dims, out, 1, 5);
        addInnerProductAndNormF16(q, qo, s2, o2, dims, out, 2, 6);
        addInnerProductAndNormF16(q, qo, s3, o3, dims, out, 3, 7);
    }

    @Override
    public int l2SquaredI8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        int sum = 0;
        for (int i = 0; i < dims; i++) {
            int difference =
                    q.get(ValueLayout.JAVA_BYTE, qo + i) - s.get(ValueLayout.JAVA_BYTE, so + i);
            sum += difference * difference;
        }
        return sum;
    }

    @Override
    public int innerProductI8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        int sum = 0;
        for (int i = 0; i < dims; i++) {
            sum += q.get(ValueLayout.JAVA_BYTE, qo + i) * s.get(ValueLayout.JAVA_BYTE, so + i);
        }
        return sum;
    }

    @Override
    public int l1I8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        int sum = 0;
        for (int i = 0; i < dims; i++) {
            sum +=
                    Math.abs(
                            q.get(ValueLayout.JAVA_BYTE, qo + i)
                                    - s.get(ValueLayout.JAVA_BYTE, so + i));
        }
        return sum;
    }

    @Override
    public float innerProductU8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        float sum = 0;
        for (int i = 0; i < dims; i++) {
            sum += f32(q, qo, i) * (s.get(ValueLayout.JAVA_BYTE, so + i) & 0xFF);
        }
        return sum;
    }

    @Override
    public void innerProductU8x4(
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
            float[] out) {
        out[0] = innerProductU8(q, qo, s0, o0, dims);
        out[1] = innerProductU8(q, qo, s1, o1, dims);
        out[2] = innerProductU8(q, qo, s2, o2, dims);
        out[3] = innerProductU8(q, qo, s3, o3, dims);
    }

    @Override
    public int hamming(MemorySegment q, long qo, MemorySegment s, long so, int sizeBytes) {
        int count = 0;
        int i = 0;
        for (; i + 8 <= sizeBytes; i += 8) {
            count += Long.bitCount(Scalars.word(q, qo + i) ^ Scalars.word(s, so + i));
        }
        for (; i < sizeBytes; i++) {
            count +=
                    Integer.bitCount(
                            (q.get(ValueLayout.JAVA_BYTE, qo + i)
                                            ^ s.get(ValueLayout.JAVA_BYTE, so + i))
                                    & 0xFF);
        }
        return count;
    }

    @Override
    public int intersection(MemorySegment q, long qo, MemorySegment s, long so, int sizeBytes) {
        int count = 0;
        int i = 0;
        for (; i + 8 <= sizeBytes; i += 8) {
            count += Long.bitCount(Scalars.word(q, qo + i) & Scalars.word(s, so + i));
        }
        for (; i < sizeBytes; i++) {
            count +=
                    Integer.bitCount(
                            q.get(ValueLayout.JAVA_BYTE, qo + i)
                                    & s.get(ValueLayout.JAVA_BYTE, so + i)
                                    & 0xFF);
        }
        return count;
    }

    @Override
    public int bitCount(MemorySegment s, long so, int sizeBytes) {
        int count = 0;
        int i = 0;
        for (; i + 8 <= sizeBytes; i += 8) {
            count += Long.bitCount(Scalars.word(s, so + i));
        }
        for (; i < sizeBytes; i++) {
            count += Integer.bitCount(s.get(ValueLayout.JAVA_BYTE, so + i) & 0xFF);
        }
        return count;
    }

    @Override
    public int bitPlanes(long[] planes, int words, MemorySegment code, long co) {
        int sum = 0;
        int w = 0;
        if (words == 6) {
            return bitPlanesOfSix(planes, code, co);
        }
        for (; w < words; w++) {
            long word = Scalars.word(code, co + 8L * w);
            int at = 32 * (w >> 3) + (w & 7);
            sum +=
                    Long.bitCount(planes[at] & word)
                            + (Long.bitCount(planes[at + 8] & word) << 1)
                            + (Long.bitCount(planes[at + 16] & word) << 2)
                            + (Long.bitCount(planes[at + 24] & word) << 3);
        }
        return sum;
    }

    /** Six words (384 bits) without a loop: a loop this short costs more than its work. */
    private static int bitPlanesOfSix(long[] p, MemorySegment code, long co) {
        long w0 = Scalars.word(code, co);
        long w1 = Scalars.word(code, co + 8);
        long w2 = Scalars.word(code, co + 16);
        long w3 = Scalars.word(code, co + 24);
        long w4 = Scalars.word(code, co + 32);
        long w5 = Scalars.word(code, co + 40);
        int c0 =
                Long.bitCount(p[0] & w0)
                        + Long.bitCount(p[1] & w1)
                        + Long.bitCount(p[2] & w2)
                        + Long.bitCount(p[3] & w3)
                        + Long.bitCount(p[4] & w4)
                        + Long.bitCount(p[5] & w5);
        int c1 =
                Long.bitCount(p[8] & w0)
                        + Long.bitCount(p[9] & w1)
                        + Long.bitCount(p[10] & w2)
                        + Long.bitCount(p[11] & w3)
                        + Long.bitCount(p[12] & w4)
                        + Long.bitCount(p[13] & w5);
        int c2 =
                Long.bitCount(p[16] & w0)
                        + Long.bitCount(p[17] & w1)
                        + Long.bitCount(p[18] & w2)
                        + Long.bitCount(p[19] & w3)
                        + Long.bitCount(p[20] & w4)
                        + Long.bitCount(p[21] & w5);
        int c3 =
                Long.bitCount(p[24] & w0)
                        + Long.bitCount(p[25] & w1)
                        + Long.bitCount(p[26] & w2)
                        + Long.bitCount(p[27] & w3)
                        + Long.bitCount(p[28] & w4)
                        + Long.bitCount(p[29] & w5);
        return c0 + (c1 << 1) + (c2 << 2) + (c3 << 3);
    }

    @Override
    public void fastScan(
            MemorySegment table,
            long to,
            MemorySegment block,
            long bo,
            int columns,
            short[] out,
            int at) {
        for (int v = 0; v < 32; v++) {
            int sum = 0;
            for (int c = 0; c < columns; c++) {
                int code =
                        block.get(ValueLayout.JAVA_BYTE, bo + 32L * c + Kernels.fastScanPosition(v))
                                & 0xFF;
                sum += table.get(ValueLayout.JAVA_BYTE, to + 32L * c + (code & 15));
                sum += table.get(ValueLayout.JAVA_BYTE, to + 32L * c + 16 + (code >>> 4));
            }
            out[at + v] = (short) sum;
        }
    }

    @Override
    public int fastScanRanks(
            short[] sums,
            int at,
            MemorySegment factors,
            long fo,
            float base,
            float bias,
            float scale,
            float bound,
            float[] ranks) {
        int below = 0;
        for (int v = 0; v < 32; v++) {
            float rank =
                    base
                            + f32(factors, fo, v)
                            + f32(factors, fo + 128, v) * (bias + scale * (sums[at + v] & 0xFFFF));
            ranks[v] = rank;
            if (rank < bound) {
                below |= 1 << v;
            }
        }
        return below;
    }

    @Override
    public void addScaled(MemorySegment y, long yo, float a, MemorySegment x, long xo, int dims) {
        for (int i = 0; i < dims; i++) {
            y.set(Scalars.FLOAT, yo + 4L * i, f32(y, yo, i) + a * f32(x, xo, i));
        }
    }

    @Override
    public void hadamard(float[] x, int at, int length) {
        for (int half = 1; half < length; half <<= 1) {
            for (int start = at; start < at + length; start += 2 * half) {
                for (int i = start; i < start + half; i++) {
                    float a = x[i];
                    float b = x[i + half];
                    x[i] = a + b;
                    x[i + half] = a - b;
                }
            }
        }
    }

    @Override
    public void spread(float[] x, int length, float[] into) {
        float low = x[0];
        float high = low;
        float sum = 0;
        float squares = 0;
        for (int i = 0; i < length; i++) {
            low = Math.min(low, x[i]);
            high = Math.max(high, x[i]);
            sum += x[i];
            squares += x[i] * x[i];
        }
        into[0] = low;
        into[1] = high;
        into[2] = sum;
        into[3] = squares;
    }

    @Override
    public void fastScanTable(
            float[] tables, int tableCount, int byteMax, float[] lows, byte[] bytes, float[] into) {
        float widest = 0;
        float lowSum = 0;
        for (int table = 0; table < tableCount; table++) {
            float low = tables[16 * table];
            float high = low;
            for (int p = 1; p < 16; p++) {
                low = Math.min(low, tables[16 * table + p]);
                high = Math.max(high, tables[16 * table + p]);
            }
            lows[table] = low;
            lowSum += low;
            widest = Math.max(widest, high - low);
        }
        float inverse = widest > 0 ? byteMax / widest : 0;
        for (int i = 0; i < 16 * tableCount; i++) {
            bytes[i] = (byte) (int) ((tables[i] - lows[i >>> 4]) * inverse + 0.5f);
        }
        into[0] = lowSum;
        into[1] = widest / byteMax;
    }

    @Override
    public void pointProducts(
            float[] query, float[] points, int from, int end, float[] tables, int at) {
        for (int p = 0; p < 16; p++) {
            float sum = 0;
            for (int d = from; d < end; d++) {
                sum += query[d] * points[16 * d + p];
            }
            tables[at + p] = sum;
        }
    }
}
