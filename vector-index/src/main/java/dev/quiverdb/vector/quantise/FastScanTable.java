package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The tables of one query, cut to small bytes for the shuffles of a fast scan: {@code sum over m of
 * table[m][nibble m] ~ bias + scale * sum of bytes}. One thread; set again for each query.
 */
public final class FastScanTable {
    private static final Kernels KERNELS = Kernels.active();

    private final NibbleCodec codec;
    private final MemorySegment memory;
    private final float[] tables;
    private final byte[] bytes;
    private final float[] lows;
    private final float[] biasAndScale = new float[2];
    private final int byteMax;
    private float bias;
    private float scale;

    /** Room for the tables of a codec. */
    public FastScanTable(NibbleCodec codec, Arena arena) {
        this.codec = codec;
        this.tables = new float[16 * codec.nibbles()];
        this.bytes = new byte[tables.length];
        this.lows = new float[codec.nibbles()];
        this.memory = arena.allocate(tables.length, 64);
        // Two entries add up within a byte, and all of them within 16 bits.
        this.byteMax = Math.min(127, 65_535 / codec.nibbles());
    }

    /** Computes the tables for a query that is rotated as the codec's residuals are. */
    public void set(float[] query) {
        codec.tables(query, tables);
        KERNELS.fastScanTable(tables, codec.nibbles(), byteMax, lows, bytes, biasAndScale);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        bias = biasAndScale[0];
        scale = biasAndScale[1];
    }

    /** The bytes: 16 a nibble. */
    public MemorySegment memory() {
        return memory;
    }

    public float bias() {
        return bias;
    }

    public float scale() {
        return scale;
    }
}
