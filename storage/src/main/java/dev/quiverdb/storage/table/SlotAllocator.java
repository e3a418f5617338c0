package dev.quiverdb.storage.table;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Hands out row ids. A slot is given again only when every open snapshot sees that its row is gone,
 * so that no row id that somebody holds can come to mean another row. Thread-safe.
 */
public final class SlotAllocator {
    private record Freed(long rowId, long commit) {}

    private final Tablet tablet;
    private final ArrayDeque<Freed> waiting = new ArrayDeque<>();
    private long[] free = new long[16];
    private int freeCount;
    private long next;
    private int nextToSearch;
    private int searchEnd;
    private long startStamp;

    /** Row ids of prepared transactions that recovery found. */
    private final Set<Long> reserved = new HashSet<>();

    SlotAllocator(Tablet tablet) {
        this.tablet = tablet;
    }

    /**
     * Begins anew: what is free is found stripe by stripe, as it is wanted.
     *
     * @param newest commits up to here are applied
     */
    public synchronized void start(long newest) {
        startStamp = newest;
        next = (long) tablet.stripeCount() << 10;
        for (long rowId : reserved) {
            next = Math.max(next, rowId + 1);
        }
        nextToSearch = 0;
        searchEnd = tablet.stripeCount();
        freeCount = 0;
        waiting.clear();
    }

    /** Keeps a row id from being handed out. */
    public synchronized void reserve(long rowId) {
        reserved.add(rowId);
    }

    /** Returns a row id that nobody uses. */
    public synchronized long allocate() {
        while (freeCount == 0 && nextToSearch < searchEnd) {
            search(nextToSearch++);
        }
        return freeCount > 0 ? free[--freeCount] : next++;
    }

    private void search(int index) {
        int ticket = tablet.store().enterReader();
        try {
            if (tablet.liveCount(index) == Layout.SLOTS) {
                return;
            }
            var stripe = tablet.stripeOrNull(index);
            if (stripe == null) {
                return;
            }
            var head = stripe.head();
            for (int slot = Layout.SLOTS - 1; slot >= 0; slot--) {
                long rowId = (long) index << 10 | slot;
                // Rows deleted since the start come by way of freed().
                if (!Stripe.isLive(head, slot)
                        && Stripe.stamp(head, slot) <= startStamp
                        && !reserved.contains(rowId)) {
                    push(rowId);
                }
            }
        } finally {
            tablet.store().exitReader(ticket);
        }
    }

    private void push(long rowId) {
        if (freeCount == free.length) {
            free = java.util.Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = rowId;
    }

    /** Takes back a row id whose row never came to be. */
    public synchronized void giveBack(long rowId) {
        long stripe = rowId >> 10;
        if (reserved.remove(rowId) && stripe >= nextToSearch && stripe < searchEnd) {
            // The search will find it.
            return;
        }
        push(rowId);
    }

    /** A commit deleted the row. */
    synchronized void freed(long rowId, long commit) {
        waiting.add(new Freed(rowId, commit));
    }

    synchronized void prune(long horizon) {
        while (!waiting.isEmpty() && waiting.getFirst().commit() <= horizon) {
            push(waiting.removeFirst().rowId());
        }
    }
}
