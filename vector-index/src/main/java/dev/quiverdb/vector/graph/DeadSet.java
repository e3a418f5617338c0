package dev.quiverdb.vector.graph;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One bit for each vecId that walks may meet but must not return: small enough to stay in the
 * nearest cache, where the node records do not. Any thread may call it.
 */
final class DeadSet {
    private static final int SHIFT = 12;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private volatile long[][] chunks = new long[0][];

    boolean contains(int vecId) {
        var table = chunks;
        int word = vecId >>> 6;
        int chunk = word >>> SHIFT;
        return chunk < table.length && (table[chunk][word & ((1 << SHIFT) - 1)] >>> vecId & 1) != 0;
    }

    void add(int vecId) {
        int word = vecId >>> 6;
        int chunk = word >>> SHIFT;
        if (chunk >= chunks.length) {
            grow(chunk);
        }
        WORDS.getAndBitwiseOr(chunks[chunk], word & ((1 << SHIFT) - 1), 1L << vecId);
    }

    void remove(int vecId) {
        int word = vecId >>> 6;
        int chunk = word >>> SHIFT;
        if (chunk < chunks.length) {
            WORDS.getAndBitwiseAnd(chunks[chunk], word & ((1 << SHIFT) - 1), ~(1L << vecId));
        }
    }

    private synchronized void grow(int chunk) {
        int have = chunks.length;
        if (chunk >= have) {
            var more = Arrays.copyOf(chunks, chunk + 1);
            for (int i = have; i <= chunk; i++) {
                more[i] = new long[1 << SHIFT];
            }
            chunks = more;
        }
    }
}
