package dev.quiverdb.vector.graph;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Stored vectors that have no place in an index's structure yet, oldest first. Readers take a view
 * and skip what found its place or died since; writers and those who find places share a lock.
 */
public final class Tail {
    private int[] ids = new int[64];
    private int head;
    private int end;
    private int inWork;
    private volatile View view = new View(ids, 0, 0);

    /** The ids at some positions of an array that is only appended to. */
    public static final class View {
        private final int[] ids;
        private final int from;
        private final int to;

        private View(int[] ids, int from, int to) {
            this.ids = ids;
            this.from = from;
            this.to = to;
        }

        public int size() {
            return to - from;
        }

        /** Returns the id at a position from 0; it may be linked or dead by now. */
        public int vecId(int position) {
            return ids[from + position];
        }
    }

    public View view() {
        return view;
    }

    public synchronized void add(int vecId) {
        if (end == ids.length) {
            int live = end - head;
            // Views keep the old array, so this one is never shifted in place.
            ids = Arrays.copyOfRange(ids, head, head + Math.max(64, live * 2));
            inWork -= head;
            head = 0;
            end = live;
        }
        ids[end++] = vecId;
        view = new View(ids, head, end);
    }

    /** Returns the oldest id that nobody links yet, or -1. */
    public synchronized int take() {
        return inWork < end ? ids[inWork++] : -1;
    }

    /** Drops ids from the front that were taken and do not stay. */
    public synchronized void trim(IntPredicate stays) {
        while (head < inWork && !stays.test(ids[head])) {
            head++;
        }
        view = new View(ids, head, end);
    }

    /** Returns how many wait and are not being linked. */
    public synchronized int waiting() {
        return end - inWork;
    }
}
