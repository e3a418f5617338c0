package dev.quiverdb.vector.quantise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * RaBitQ codes as nibbles: a nibble holds the levels of four dimensions at one bit, two at two
 * bits, one at four. Needs no training; the residuals are rotated randomly before. See {@link
 * RabitqCodec} for the estimate and its source.
 *
 * @param dimensions a multiple of 8
 * @param bits 1, 2 or 4 a dimension
 */
public record RabitqNibbles(int dimensions, int bits) implements NibbleCodec {
    static final byte KIND = 1;

    public RabitqNibbles {
        if ((bits != 1 && bits != 2 && bits != 4) || dimensions % 8 != 0) {
            throw new IllegalArgumentException(dimensions + " dimensions at " + bits + " bits");
        }
    }

    @Override
    public int nibbles() {
        return dimensions * bits / 4;
    }

    @Override
    public float encode(float[] residual, byte[] nibbles) {
        byte[] levels = new byte[dimensions];
        double norm = 0;
        for (float x : residual) {
            norm += (double) x * x;
        }
        double aligned = Levels.choose(residual, bits, levels);
        int perNibble = 4 / bits;
        for (int m = 0; m < nibbles(); m++) {
            int nibble = 0;
            for (int j = 0; j < perNibble; j++) {
                nibble |= levels[m * perNibble + j] << (j * bits);
            }
            nibbles[m] = (byte) nibble;
        }
        return aligned > 0 ? (float) (norm / aligned) : 0;
    }

    @Override
    public void tables(float[] query, float[] tables) {
        if (bits == 1) {
            oneBitTables(query, tables);
            return;
        }
        int perNibble = 4 / bits;
        int levelCount = 1 << bits;
        float middle = (levelCount - 1) * 0.5f;
        for (int m = 0; m < nibbles(); m++) {
            int filled = 1;
            int at = 16 * m;
            tables[at] = 0;
            for (int j = 0; j < perNibble; j++) {
                float x = query[m * perNibble + j];
                for (int level = levelCount - 1; level >= 0; level--) {
                    float product = x * (level - middle);
                    for (int i = 0; i < filled; i++) {
                        tables[at + level * filled + i] = tables[at + i] + product;
                    }
                }
                filled *= levelCount;
            }
        }
    }

    /** As {@link #tables}, without loops inside: sixteen sums of two pairs. */
    private void oneBitTables(float[] query, float[] tables) {
        for (int m = 0; m < dimensions / 4; m++) {
            float a = 0.5f * query[4 * m];
            float b = 0.5f * query[4 * m + 1];
            float c = 0.5f * query[4 * m + 2];
            float d = 0.5f * query[4 * m + 3];
            float plus = a + b;
            float minus = a - b;
            int at = 16 * m;
            fourSums(tables, at, plus, minus, -c - d);
            fourSums(tables, at + 4, plus, minus, c - d);
            fourSums(tables, at + 8, plus, minus, d - c);
            fourSums(tables, at + 12, plus, minus, c + d);
        }
    }

    private static void fourSums(float[] tables, int at, float plus, float minus, float high) {
        tables[at] = high - plus;
        tables[at + 1] = high + minus;
        tables[at + 2] = high - minus;
        tables[at + 3] = high + plus;
    }

    @Override
    public byte[] toBytes() {
        return ByteBuffer.allocate(6)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(KIND)
                .putInt(dimensions)
                .put((byte) bits)
                .array();
    }
}
