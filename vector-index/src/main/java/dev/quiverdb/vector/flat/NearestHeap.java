package dev.quiverdb.vector.flat;

import java.util.Arrays;

/**
 * Keeps the {@code capacity} nearest of what is offered, in one {@code long} each (rank above,
 * vecId below), so nothing is allocated while searching. Ties go to the smaller vecId, hence the
 * outcome does not depend on the order of offers. One thread.
 */
public final class NearestHeap {
    private long[] keys = new long[16];
    private int capacity;
    private int count;
    private boolean sorted;

    /** Empties the heap and sets how many it keeps. */
    public void reset(int capacityNow) {
        capacity = capacityNow;
        count = 0;
        sorted = false;
        if (keys.length < capacityNow) {
            keys = new long[Math.min(capacityNow, 1024)];
        }
    }

    /**
     * Rank above which (or at which, with a greater id) nothing enters; infinite until the heap is
     * full.
     */
    public float bound() {
        return count < capacity || capacity == 0 ? Float.POSITIVE_INFINITY : rankOf(keys[0]);
    }

    public int count() {
        return count;
    }

    /** Offers a vector. {@code O(log capacity)} if it enters, else one comparison. */
    public void offer(float rank, int vecId) {
        long key = key(rank, vecId);
        if (count < capacity) {
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, Math.min(capacity, 2 * count));
            }
            siftUp(key);
        } else if (capacity > 0 && key < keys[0]) {
            siftDown(key);
        }
    }

    private void siftUp(long key) {
        int at = count++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (keys[parent] >= key) {
                break;
            }
            keys[at] = keys[parent];
            at = parent;
        }
        keys[at] = key;
    }

    private void siftDown(long key) {
        int at = 0;
        int half = count >>> 1;
        while (at < half) {
            int child = 2 * at + 1;
            if (child + 1 < count && keys[child + 1] > keys[child]) {
                child++;
            }
            if (keys[child] <= key) {
                break;
            }
            keys[at] = keys[child];
            at = child;
        }
        keys[at] = key;
    }

    /** Orders what is kept, nearest first; offers are over until the next reset. */
    public void sort() {
        Arrays.sort(keys, 0, count);
        sorted = true;
    }

    /** The vecId at a place, in order after {@link #sort}. */
    public int vecId(int place) {
        return (int) keys[place];
    }

    /** The rank at a place, in order after {@link #sort}. */
    public float rank(int place) {
        return rankOf(keys[place]);
    }

    /** The kept vecIds, nearest first. */
    public int[] toVecIds() {
        assert sorted : "sort before reading in order";
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) keys[i];
        }
        return ids;
    }

    private static long key(float rank, int vecId) {
        int bits = Float.floatToRawIntBits(rank);
        int ordered = bits ^ ((bits >> 31) & 0x7FFFFFFF);
        return ((long) ordered << 32) | (vecId & 0xFFFFFFFFL);
    }

    private static float rankOf(long key) {
        int ordered = (int) (key >> 32);
        return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7FFFFFFF));
    }
}
