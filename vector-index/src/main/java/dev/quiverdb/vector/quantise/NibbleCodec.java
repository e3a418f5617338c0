package dev.quiverdb.vector.quantise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Turns residuals into 4-bit numbers ("nibbles"), each standing for one of 16 points of a few
 * dimensions. The inner product of a query with a residual is estimated as {@code factor * sum over
 * m of table[m][nibble m]}, which {@link FastScanTable} and a shuffle per nibble compute for 32
 * vectors at a time. Immutable; any thread may use one.
 */
public sealed interface NibbleCodec permits RabitqNibbles, ProductNibbles {

    /** Dimensions of the residuals. */
    int dimensions();

    /** Nibbles of a code: an even number. */
    int nibbles();

    /**
     * Writes the code of {@code residual} to {@code nibbles[0 .. nibbles() - 1]}.
     *
     * @return the factor that makes the estimate unbiased
     */
    float encode(float[] residual, byte[] nibbles);

    /**
     * Inner products of {@code query} with the 16 points of every nibble, to {@code tables[16 * m +
     * point]}.
     */
    void tables(float[] query, float[] tables);

    /** The codec as bytes; {@link #ofBytes} makes an equal one. */
    byte[] toBytes();

    /** The codec that {@link #toBytes} wrote. */
    static NibbleCodec ofBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte kind = in.get();
        return switch (kind) {
            case RabitqNibbles.KIND -> new RabitqNibbles(in.getInt(), in.get());
            case ProductNibbles.KIND -> ProductNibbles.read(in);
            default -> throw new IllegalArgumentException("unknown codec kind " + kind);
        };
    }
}
