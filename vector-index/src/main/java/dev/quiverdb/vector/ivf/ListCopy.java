package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.quantise.FastScanLayout;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * The entries of one list as they were at one moment. A list is copied under the index's lock and
 * looked at outside it, since a filter may take its time and writers must not wait for it. Scratch
 * of one thread.
 */
final class ListCopy {
    int[] ids = new int[256];

    /** Estimated ranks; only {@link #coded} sets them. */
    float[] ranks = new float[256];

    /** Entries that were copied. */
    int count;

    /** Entries that the list had. */
    int length;

    private final int[] blockIds = new int[FastScanLayout.BLOCK];
    private final float[] blockRanks = new float[FastScanLayout.BLOCK];

    /** Copies the ids of a list; nothing where it is gone. */
    void flat(IvfIndex index, int number) {
        long stamp = index.lock.readLock();
        try {
            begin(index, number);
            for (int b = 0; FastScanLayout.BLOCK * b < length; b++) {
                int block = index.lists[number].blocks[b];
                index.layout.ids(index.pool.slab(block), index.pool.offset(block), blockIds);
                int size = Math.min(FastScanLayout.BLOCK, length - FastScanLayout.BLOCK * b);
                System.arraycopy(blockIds, 0, ids, count, size);
                count += size;
            }
        } finally {
            index.lock.unlockRead(stamp);
        }
    }

    /** Copies those entries of a list whose estimated rank is below a bound. */
    void coded(IvfIndex index, int number, float base, ListCodec.Table table, float bound) {
        long stamp = index.lock.readLock();
        try {
            begin(index, number);
            FastScanLayout layout = index.layout;
            for (int b = 0; FastScanLayout.BLOCK * b < length; b++) {
                int block = index.lists[number].blocks[b];
                MemorySegment slab = index.pool.slab(block);
                long offset = index.pool.offset(block);
                int below = table.ranks(slab, offset, layout, base, bound, blockRanks);
                int left = length - FastScanLayout.BLOCK * b;
                if (left < FastScanLayout.BLOCK) {
                    below &= (1 << left) - 1;
                }
                for (; below != 0; below &= below - 1) {
                    int place = Integer.numberOfTrailingZeros(below);
                    ids[count] = layout.id(slab, offset, place);
                    ranks[count++] = blockRanks[place];
                }
            }
        } finally {
            index.lock.unlockRead(stamp);
        }
    }

    private void begin(IvfIndex index, int number) {
        count = 0;
        length =
                number < index.centroids.end() && index.centroids.isLive(number)
                        ? index.lists[number].count
                        : 0;
        if (ids.length < length) {
            ids = new int[length + (length >>> 1)];
            ranks = new float[ids.length];
        }
    }

    /** Drops the entries that are in a set. */
    void removeAll(BitSet set) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (!set.get(ids[i])) {
                ids[kept] = ids[i];
                ranks[kept++] = ranks[i];
            }
        }
        count = kept;
    }
}
