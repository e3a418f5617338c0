package dev.quiverdb.vector.graph;

import java.util.Arrays;

/**
 * Stored vectors that are not linked yet, oldest first. Readers take a view and skip what was
 * linked or died since; writers and linkers share a lock.
 */
final class Tail {
    private int[] ids = new int[64];
    private int head;
    private int end;
    private int inWork;
    private volatile View view = new View(ids, 0, 0);

    /** The ids at some positions of an array that is only appended to. */
    static final class View {
        private final int[] ids;
        private final int from;
        private final int to;

        private View(int[] ids, int from, int to) {
            this.ids = ids;
            this.from = from;
            this.to = to;
        }

        int size() {
            return to - from;
        }

        /** Returns the id at a position from 0; it may be linked or dead by now. */
        int vecId(int position) {
            return ids[from + position];
        }
    }

    View view() {
        return view;
    }

    synchronized void add(int vecId) {
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

    /** Returns the oldest id that nobody links yet, or -1.. */
    synchronized int take() {
        return inWork < end ? ids[inWork++] : -1;
    }

    /** Drops ids from the front that no longer belong here. */
    synchronized void trim(GraphState state) {
        while (head < inWork && !state.isTail(ids[head])) {
            head++;
        }
        view = new View(ids, head, end);
    }

    /** Returns how many wait and are not being linked. */
    synchronized int waiting() {
        return end - inWork;
    }
}
