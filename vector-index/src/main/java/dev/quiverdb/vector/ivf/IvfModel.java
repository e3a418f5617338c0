package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.quantise.DenseRotation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a build learned beside the centroids, and what no change of the index changes. As bytes,
 * little-endian:
 *
 * <pre>
 *   int32 splitAbove, int32 dimensions, floats: the centre of the centroids' codes
 *   int32 + bytes      the codec of the lists; no bytes for flat ones
 *   int32 + bytes      the learned rotation; no bytes without one
 * </pre>
 */
final class IvfModel {
    final int splitAbove;
    final float[] centre;
    final @Nullable ListCodec codec;
    final @Nullable DenseRotation learned;

    IvfModel(
            int splitAbove,
            float[] centre,
            @Nullable ListCodec codec,
            @Nullable DenseRotation learned) {
        this.splitAbove = splitAbove;
        this.centre = centre;
        this.codec = codec;
        this.learned = learned;
    }

    byte[] toBytes() {
        byte[] codecBytes = codec == null ? new byte[0] : codec.toBytes();
        byte[] rotationBytes = learned == null ? new byte[0] : learned.toBytes();
        ByteBuffer out =
                ByteBuffer.allocate(
                                16 + 4 * centre.length + codecBytes.length + rotationBytes.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(splitAbove).putInt(centre.length);
        for (float x : centre) {
            out.putFloat(x);
        }
        out.putInt(codecBytes.length).put(codecBytes);
        out.putInt(rotationBytes.length).put(rotationBytes);
        return out.array();
    }

    static IvfModel ofBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int splitAbove = in.getInt();
        float[] centre = new float[in.getInt()];
        for (int i = 0; i < centre.length; i++) {
            centre[i] = in.getFloat();
        }
        byte[] codecBytes = new byte[in.getInt()];
        in.get(codecBytes);
        byte[] rotationBytes = new byte[in.getInt()];
        in.get(rotationBytes);
        return new IvfModel(
                splitAbove,
                centre,
                codecBytes.length == 0 ? null : ListCodec.ofBytes(codecBytes),
                rotationBytes.length == 0 ? null : DenseRotation.ofBytes(rotationBytes));
    }
}
