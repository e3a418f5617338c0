package dev.quiverdb.vector.quantise;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The tables of one query, cut to small bytes for the shuffles of a fast scan: {@code sum over m of
 * table[m][nibble m] ~ bias + scale * sum of bytes}. One thread; set again for each query.
 */
public final class FastScanTable {
    private final NibbleCodec codec;
    private final MemorySegment memory;
    private final float[] tables;
    private final byte[] bytes;
    private final int byteMax;
    private float bias;
    private float scale;

    /** Room for the tables of a codec. */
    public FastScanTable(NibbleCodec codec, Arena arena) {
        this.codec = codec;
        this.tables = new float[16 * codec.nibbles()];
        this.bytes = new byte[tables.length];
        this.memory = arena.allocate(tables.length, 64);
        // Two entries add up within a byte, and all of them within 16 bits.
        this.byteMax = Math.min(127, 65_535 / codec.nibbles());
    }

    /** Computes the tables for a query that is rotated as the codec's residuals are. */
    public void set(float[] query) {
        codec.tables(query, tables);
        float widest = 0;
        float lowSum = 0;
        for (int at = 0; at < tables.length; at += 16) {
            float low = tables[at];
            float high = low;
            for (int p = 1; p < 16; p++) {
                low = Math.min(low, tables[at + p]);
                high = Math.max(high, tables[at + p]);
            }
            for (int p = 0; p < 16; p++) {
                tables[at + p] -= low;
            }
            lowSum += low;
            widest = Math.max(widest, high - low);
        }
        float inverse = widest > 0 ? byteMax / widest : 0;
        for (int i = 0; i < tables.length; i++) {
            bytes[i] = (byte) (int) (tables[i] * inverse + 0.5f);
        }
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        bias = lowSum;
        scale = widest / byteMax;
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
