package dev.quiverdb.vector.graph;

import java.util.Arrays;

/**
 * A binary min-heap of longs that grows and never shrinks. Store {@code ~value} to have the largest
 * on top. For one thread.
 */
final class LongHeap {
    private long[] items;
    private int size;

    LongHeap(int capacity) {
        items = new long[capacity + 1];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
    }

    /** Returns the least value; the heap must not be empty. */
    long peek() {
        assert size > 0 : "peek into an empty heap";
        return items[1];
    }

    /** Returns the value at an inner position; in no useful order, for walking over all. */
    long at(int index) {
        return items[index + 1];
    }

    void push(long value) {
        if (++size == items.length) {
            items = Arrays.copyOf(items, items.length * 2);
        }
        int hole = size;
        var heap = items;
        while (hole > 1) {
            int parent = hole >>> 1;
            long above = heap[parent];
            if (above <= value) {
                break;
            }
            heap[hole] = above;
            hole = parent;
        }
        heap[hole] = value;
    }

    long pop() {
        long top = peek();
        long last = items[size--];
        if (size > 0) {
            sink(last);
        }
        return top;
    }

    /** Replaces the least value by another and sifts it down. */
    void replaceTop(long value) {
        sink(value);
    }

    private void sink(long value) {
        var heap = items;
        int hole = 1;
        int end = size;
        int child = 2;
        while (child < end) {
            long left = heap[child];
            long right = heap[child + 1];
            // Which is less is as good as chance: no branch is better than a guess.
            child += right < left ? 1 : 0;
            long least = Math.min(left, right);
            if (least >= value) {
                break;
            }
            heap[hole] = least;
            hole = child;
            child = hole << 1;
        }
        if (child == end && heap[child] < value) {
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = value;
    }
}
