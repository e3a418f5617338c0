package dev.quiverdb.bench.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Vectors for engines that keep bytes. */
final class VectorBytes {
    private VectorBytes() {}

    static byte[] of(float[] vector) {
        var bytes = ByteBuffer.allocate(vector.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }
}
