package dev.quiverdb.vector.ivf;

import org.jspecify.annotations.Nullable;

/**
 * Writes entries: the code of a projected vector less its list's centroid, and its factors. One
 * thread.
 */
final class EntryEncoder {
    private final IvfIndex index;
    private final float[] residual;
    private final float[] centroid;
    private final byte[] nibbles;

    EntryEncoder(IvfIndex index) {
        this.index = index;
        this.residual = new float[index.dimensions];
        this.centroid = new float[index.dimensions];
        this.nibbles = new byte[index.codec == null ? 0 : 2 * index.codec.columns()];
    }

    void write(Projector vector, int list, int block, int place, int vecId) {
        float add = 0;
        float mul = 0;
        @Nullable ListCodec codec = index.codec;
        if (codec != null) {
            float[] values = vector.values();
            index.centroids.points().get(list, centroid);
            for (int d = 0; d < residual.length; d++) {
                residual[d] = values[d] - centroid[d];
            }
            float factor = codec.encode(residual, nibbles);
            boolean euclidean = index.options.euclidean();
            add = euclidean ? (float) vector.squaredNorm() : 0;
            mul = euclidean ? -2 * factor : -factor;
        }
        index.layout.set(
                index.pool.slab(block), index.pool.offset(block), place, nibbles, add, mul, vecId);
    }
}
