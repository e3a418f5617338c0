package dev.quiverdb.vector.simd;

import java.lang.foreign.MemorySegment;

/**
 * The loops on {@code jdk.incubator.vector}. Bit counts stay with the scalar twin where a scalar
 * {@code popcnt} per word is the fastest there is, as without AVX-512. Loaded only where the module
 * is present.
 */
final class VectorApiKernels extends ScalarKernels {

    @Override
    public String description() {
        return ChosenSpecies.FLOAT.vectorBitSize() + "-bit";
    }

    @Override
    public float l2SquaredF32(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return Float32Loops.l2Squared(q, qo, s, so, dims);
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
        Float32Loops.l2Squaredx4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public float innerProductF32(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return Float32Loops.innerProduct(q, qo, s, so, dims);
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
        Float32Loops.innerProductx4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public void l2SquaredF32x8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        Float32Loops.l2Squaredx8(q, qo, s, o, dims, out);
    }

    @Override
    public void innerProductF32x8(
            MemorySegment q, long qo, MemorySegment[] s, long[] o, int dims, float[] out) {
        Float32Loops.innerProductx8(q, qo, s, o, dims, out);
    }

    @Override
    public float l1F32(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return Float32Loops.l1(q, qo, s, so, dims);
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
        Float32Loops.l1x4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public void innerProductAndNormF32(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out) {
        Float32Loops.innerProductAndNorm(q, qo, s, so, dims, out);
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
        Float32Loops.innerProductAndNormx4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public float l2SquaredF16(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return Float16Loops.l2Squared(q, qo, s, so, dims);
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
        Float16Loops.l2Squaredx4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public float innerProductF16(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return Float16Loops.innerProduct(q, qo, s, so, dims);
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
        Float16Loops.innerProductx4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public float l1F16(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return Float16Loops.l1(q, qo, s, so, dims);
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
        Float16Loops.l1x4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public void innerProductAndNormF16(
            MemorySegment q, long qo, MemorySegment s, long so, int dims, float[] out) {
        Float16Loops.innerProductAndNorm(q, qo, s, so, dims, out);
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
        Float16Loops.innerProductAndNormx4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
    }

    @Override
    public int l2SquaredI8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return ByteLoops.l2Squared(q, qo, s, so, dims);
    }

    @Override
    public int innerProductI8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return ByteLoops.innerProduct(q, qo, s, so, dims);
    }

    @Override
    public int l1I8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return ByteLoops.l1(q, qo, s, so, dims);
    }

    @Override
    public float innerProductU8(MemorySegment q, long qo, MemorySegment s, long so, int dims) {
        return ByteLoops.innerProductU8(q, qo, s, so, dims);
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
        ByteLoops.innerProductU8x4(q, qo, s0, o0, s1, o1, s2, o2, s3, o3, dims, out);
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
        if (ChosenSpecies.SHUFFLE_BITS == 512) {
            ShuffleLoops.scan512(table, to, block, bo, columns, out, at);
        } else if (ChosenSpecies.SHUFFLE_BITS == 256) {
            ShuffleLoops.scan256(table, to, block, bo, columns, out, at);
        } else {
            ShuffleLoops.scan128(table, to, block, bo, columns, out, at);
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
        return FastScanLoops.ranks(sums, at, factors, fo, base, bias, scale, bound, ranks);
    }

    @Override
    public void addScaled(MemorySegment y, long yo, float a, MemorySegment x, long xo, int dims) {
        TransformLoops.addScaled(y, yo, a, x, xo, dims);
    }

    @Override
    public void hadamard(float[] x, int at, int length) {
        TransformLoops.hadamard(x, at, length);
    }

    @Override
    public void spread(float[] x, int length, float[] into) {
        TransformLoops.spread(x, length, into);
    }

    @Override
    public void fastScanTable(
            float[] tables, int tableCount, int byteMax, float[] lows, byte[] bytes, float[] into) {
        if (ChosenSpecies.FLOAT.vectorBitSize() < 256) {
            // A register of bytes would be wider than what is written.
            super.fastScanTable(tables, tableCount, byteMax, lows, bytes, into);
        } else {
            FastScanLoops.table(tables, tableCount, byteMax, lows, bytes, into);
        }
    }

    @Override
    public void pointProducts(
            float[] query, float[] points, int from, int end, float[] tables, int at) {
        FastScanLoops.pointProducts(query, points, from, end, tables, at);
    }

    @Override
    public int bitPlanes(long[] planes, int words, MemorySegment code, long co) {
        return ChosenSpecies.COUNTS_REGISTERS && BitPlaneLoops.fits(words, code, co)
                ? BitPlaneLoops.product(planes, words, code, co)
                : super.bitPlanes(planes, words, code, co);
    }

    @Override
    public void bitPlanes(
            long[] planes, int words, long[] codes, long at, int count, int[] products) {
        if (ChosenSpecies.COUNTS_REGISTERS && words <= 8) {
            BitPlaneLoops.products(planes, codes, at, count, products);
        } else {
            super.bitPlanes(planes, words, codes, at, count, products);
        }
    }

    @Override
    public void twoBitPlanes(
            long[] planes,
            int words,
            long[] codes,
            long high,
            long low,
            int count,
            int[] products) {
        if (ChosenSpecies.COUNTS_REGISTERS && words <= 8) {
            BitPlaneLoops.twoBitProducts(planes, codes, high, low, count, products);
        } else {
            super.twoBitPlanes(planes, words, codes, high, low, count, products);
        }
    }
}
