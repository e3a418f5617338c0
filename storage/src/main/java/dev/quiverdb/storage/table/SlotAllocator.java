package dev.quiverdb.storage.table;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hands out row ids. A slot is given again only when every open snapshot sees that its row is gone,
 * so that no row id that somebody holds can come to mean another row. Thread-safe.
 */
public final class SlotAllocator {
    /** So few slots are kept as row ids. */
    private static final int FEW = 8;

    /** Slots of a stripe whose rows a commit deleted: mostly a run, as statements go over rows. */
    private static final class Freed {
        final int stripe;
        final long commit;
        private final int first;
        private int end;

        /** Slots that do not continue the run; null if there are none. */
        private @Nullable BitSet others;

        Freed(long rowId, long commit) {
            this.stripe = (int) (rowId >> 10);
            this.commit = commit;
            this.first = slotOf(rowId);
            this.end = first + 1;
        }

        void add(int slot) {
            if (slot == end && others == null) {
                end++;
                return;
            }
            var more = others;
            if (more == null) {
                more = new BitSet(Layout.SLOTS);
                others = more;
            }
            more.set(slot);
        }

        int count() {
            return end - first + (others == null ? 0 : others.cardinality());
        }

        BitSet slots() {
            var all = new BitSet(Layout.SLOTS);
            all.set(first, end);
            if (others != null) {
                all.or(others);
            }
            return all;
        }
    }

    private final Tablet tablet;

    /** What commits deleted and some snapshot may still see, in the order of commits. */
    private final ArrayDeque<Freed> waiting = new ArrayDeque<>();

    /** Of those, what nobody sees any more, until it is wanted. */
    private final ArrayDeque<Freed> deleted = new ArrayDeque<>();

    private long[] free = new long[16];
    private int freeCount;

    /** Stripes without a row, for bulk loads first. */
    private int[] emptyStripes = new int[4];

    private int emptyCount;

    /** Slots that bulk loads gave back, by stripe, until one is whole or they are wanted. */
    private final TreeMap<Integer, BitSet> pieces = new TreeMap<>();

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
        emptyCount = 0;
        pieces.clear();
        waiting.clear();
        deleted.clear();
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
        if (freeCount == 0 && !deleted.isEmpty()) {
            var freed = deleted.removeFirst();
            pushAll(freed.stripe, freed.slots());
        } else if (freeCount == 0 && !pieces.isEmpty()) {
            var piece = pieces.pollFirstEntry();
            pushAll(piece.getKey(), piece.getValue());
        } else if (freeCount == 0 && emptyCount > 0) {
            var all = new BitSet(Layout.SLOTS);
            all.set(0, Layout.SLOTS);
            pushAll(emptyStripes[--emptyCount], all);
        }
        return freeCount > 0 ? free[--freeCount] : next++;
    }

    /** Returns a stripe in which nobody uses a slot; all of them are the caller's. */
    public synchronized int allocateStripe() {
        if (emptyCount > 0) {
            return emptyStripes[--emptyCount];
        }
        while ((next & (Layout.SLOTS - 1)) != 0) {
            push(next++);
        }
        int stripe = (int) (next >>> 10);
        next += Layout.SLOTS;
        return stripe;
    }

    /** Takes back slots of a stripe whose rows never came to be. */
    public synchronized void giveBack(int stripe, int first, int count) {
        if (stripe >= nextToSearch && stripe < searchEnd) {
            // The search will find them.
            return;
        }
        var slots = pieces.computeIfAbsent(stripe, _ -> new BitSet(Layout.SLOTS));
        slots.set(first, first + count);
        if (slots.cardinality() == Layout.SLOTS) {
            pieces.remove(stripe);
            pushStripe(stripe);
        }
    }

    private void pushAll(int stripe, BitSet slots) {
        for (int slot = slots.length() - 1; slot >= 0; slot = slots.previousSetBit(slot - 1)) {
            push((long) stripe << 10 | slot);
        }
    }

    private void pushStripe(int stripe) {
        if (emptyCount == emptyStripes.length) {
            emptyStripes = Arrays.copyOf(emptyStripes, emptyCount * 2);
        }
        emptyStripes[emptyCount++] = stripe;
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
            free = Arrays.copyOf(free, freeCount * 2);
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
        var last = waiting.peekLast();
        if (last != null && last.commit == commit && last.stripe == (int) (rowId >> 10)) {
            last.add(slotOf(rowId));
        } else {
            waiting.add(new Freed(rowId, commit));
        }
    }

    private static int slotOf(long rowId) {
        return (int) rowId & (Layout.SLOTS - 1);
    }

    synchronized void prune(long horizon) {
        while (!waiting.isEmpty() && waiting.getFirst().commit <= horizon) {
            var freed = waiting.removeFirst();
            if (freed.count() <= FEW) {
                pushAll(freed.stripe, freed.slots());
            } else {
                deleted.add(freed);
            }
        }
    }

    /** Objects and numbers kept for free slots: what memory is taken, about. */
    public synchronized long kept() {
        return (long) waiting.size() + deleted.size() + freeCount + pieces.size() + emptyCount;
    }
}
