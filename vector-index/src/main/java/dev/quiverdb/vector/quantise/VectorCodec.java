package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Metric;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Turns vectors into codes of a fixed stride from which the rank of a vector for a query can be
 * estimated. Codecs are immutable; any thread may use one. Encoders and queries hold scratch memory
 * and belong to one thread each.
 */
public sealed interface VectorCodec permits RabitqCodec, ScalarCodec, HalfCodec {

    Metric metric();

    int dimensions();

    /** Bytes from one code to the next: a multiple of 64, so that codes lie on cache lines. */
    int strideBytes();

    /** How far behind the last code there must be memory, of whatever content. */
    default int slackBytes() {
        return 0;
    }

    /** An encoder with scratch memory from {@code arena}. */
    CodeEncoder newEncoder(Arena arena);

    /** A query with scratch memory from {@code arena}. */
    CodeQuery newQuery(Arena arena);

    /** The codec as bytes; {@link #ofBytes} makes an equal one. */
    byte[] toBytes();

    /** The codec that {@link #toBytes} wrote; the first byte tells the kind. */
    static VectorCodec ofBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte kind = in.get();
        return switch (kind) {
            case RabitqCodec.KIND -> RabitqCodec.read(in);
            case ScalarCodec.KIND -> ScalarCodec.read(in);
            case HalfCodec.KIND -> HalfCodec.read(in);
            default -> throw new IllegalArgumentException("unknown codec kind " + kind);
        };
    }
}
