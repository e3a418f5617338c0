package dev.quiverdb.vector.graph;

import java.util.Arrays;

/** A float for each vecId, growing by chunks that never move. Written once before it is read. */
final class FloatTable {
    private static final int SHIFT = 14;

    private volatile float[][] chunks = new float[0][];

    void set(int vecId, float value) {
        int chunk = vecId >>> SHIFT;
        if (chunk >= chunks.length) {
            grow(chunk);
        }
        chunks[chunk][vecId & ((1 << SHIFT) - 1)] = value;
    }

    private synchronized void grow(int chunk) {
        int have = chunks.length;
        if (chunk >= have) {
            float[][] more = Arrays.copyOf(chunks, chunk + 1);
            for (int i = have; i <= chunk; i++) {
                more[i] = new float[1 << SHIFT];
            }
            chunks = more;
        }
    }

    float get(int vecId) {
        return chunks[vecId >>> SHIFT][vecId & ((1 << SHIFT) - 1)];
    }
}
