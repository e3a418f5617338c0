package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.quantise.FastScanLayout;
import dev.quiverdb.vector.quantise.FastScanTable;
import dev.quiverdb.vector.quantise.NibbleCodec;
import dev.quiverdb.vector.quantise.ProductBytes;
import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** What stands in coded lists: nibbles, scanned by shuffles, or bytes, looked up one by one. */
sealed interface ListCodec {

    /** Bytes of a code. */
    int columns();

    /**
     * Writes a code as {@code 2 * columns} nibbles, low ones first; returns the factor that makes
     * the estimate unbiased.
     */
    float encode(float[] residual, byte[] nibbles);

    /** Tables of one searching thread. */
    Table newTable(Arena arena);

    byte[] toBytes();

    static ListCodec ofBytes(byte[] bytes) {
        return ProductBytes.isIn(bytes)
                ? new Bytes(ProductBytes.ofBytes(bytes))
                : new Nibbles(NibbleCodec.ofBytes(bytes));
    }

    /** Tables of one query. */
    interface Table {
        void set(float[] query);

        /**
         * Estimates the ranks of a block's 32 entries.
         *
         * @return bit i is set where the rank is below {@code bound}
         */
        int ranks(
                MemorySegment slab,
                long offset,
                FastScanLayout layout,
                float base,
                float bound,
                float[] ranks);
    }

    /** Four bits a sub-space, or RaBitQ's one bit a dimension. */
    record Nibbles(NibbleCodec codec) implements ListCodec {
        @Override
        public int columns() {
            return codec.nibbles() / 2;
        }

        @Override
        public float encode(float[] residual, byte[] nibbles) {
            return codec.encode(residual, nibbles);
        }

        @Override
        public Table newTable(Arena arena) {
            return new NibbleTable(new FastScanTable(codec, arena));
        }

        @Override
        public byte[] toBytes() {
            return codec.toBytes();
        }
    }

    /** Eight bits a sub-space. */
    record Bytes(ProductBytes codec) implements ListCodec {
        @Override
        public int columns() {
            return codec.parts();
        }

        @Override
        public float encode(float[] residual, byte[] nibbles) {
            byte[] code = new byte[codec.parts()];
            float factor = codec.encode(residual, code);
            for (int m = 0; m < code.length; m++) {
                nibbles[2 * m] = (byte) (code[m] & 15);
                nibbles[2 * m + 1] = (byte) (code[m] >>> 4 & 15);
            }
            return factor;
        }

        @Override
        public Table newTable(Arena arena) {
            return new ByteTable(codec);
        }

        @Override
        public byte[] toBytes() {
            return codec.toBytes();
        }
    }

    /** Tables cut to bytes for shuffles. */
    final class NibbleTable implements Table {
        private static final Kernels KERNELS = Kernels.active();

        private final FastScanTable table;
        private final short[] sums = new short[FastScanLayout.BLOCK];

        NibbleTable(FastScanTable table) {
            this.table = table;
        }

        @Override
        public void set(float[] query) {
            table.set(query);
        }

        @Override
        public int ranks(
                MemorySegment slab,
                long offset,
                FastScanLayout layout,
                float base,
                float bound,
                float[] ranks) {
            KERNELS.fastScan(table.memory(), 0, slab, offset, layout.columns(), sums, 0);
            return KERNELS.fastScanRanks(
                    sums,
                    0,
                    slab,
                    offset + layout.factorsAt(),
                    base,
                    table.bias(),
                    table.scale(),
                    bound,
                    ranks);
        }
    }

    /** Tables of 256 floats a sub-space. */
    final class ByteTable implements Table {
        private static final ValueLayout.OfFloat FLOAT =
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final ProductBytes codec;
        private final float[] tables;
        private final byte[] codes;
        private final float[] sums = new float[FastScanLayout.BLOCK];

        ByteTable(ProductBytes codec) {
            this.codec = codec;
            this.tables = new float[ProductBytes.POINTS * codec.parts()];
            this.codes = new byte[FastScanLayout.BLOCK * codec.parts()];
        }

        @Override
        public void set(float[] query) {
            codec.tables(query, tables);
        }

        @Override
        public int ranks(
                MemorySegment slab,
                long offset,
                FastScanLayout layout,
                float base,
                float bound,
                float[] ranks) {
            MemorySegment.copy(slab, ValueLayout.JAVA_BYTE, offset, codes, 0, codes.length);
            Arrays.fill(sums, 0);
            for (int m = 0; m < codec.parts(); m++) {
                int table = ProductBytes.POINTS * m;
                int column = FastScanLayout.BLOCK * m;
                for (int i = 0; i < FastScanLayout.BLOCK; i++) {
                    sums[i] += tables[table + (codes[column + i] & 0xff)];
                }
            }
            int below = 0;
            long factors = offset + layout.factorsAt();
            for (int i = 0; i < FastScanLayout.BLOCK; i++) {
                float add = slab.get(FLOAT, factors + 4L * i);
                float mul = slab.get(FLOAT, factors + 4L * (FastScanLayout.BLOCK + i));
                ranks[i] = base + add + mul * sums[Kernels.fastScanPosition(i)];
                below |= ranks[i] < bound ? 1 << i : 0;
            }
            return below;
        }
    }
}
