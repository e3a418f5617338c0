package dev.quiverdb.storage.btree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Entries that are in the tree no more but that older snapshots still see. In memory only: no
 * snapshot survives a crash. Written by the tree's writer, read by everybody.
 */
final class Overlay {
    /** Roughly what an entry costs beside its key. */
    private static final int ENTRY_BYTES = 120;

    /** A place in order. Owns its array, which is not changed. */
    static final class Place implements Comparable<Place> {
        final byte[] key;
        final long rowId;

        Place(byte[] key, long rowId) {
            this.key = key;
            this.rowId = rowId;
        }

        @Override
        public int compareTo(Place other) {
            return Fence.compare(key, rowId, other.key, other.rowId);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Place place && compareTo(place) == 0;
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(key) + Long.hashCode(rowId);
        }
    }

    private record Removal(Place place, long timestamp) {}

    /** Place to the timestamp of its newest removal: snapshots below it see the entry. */
    private final ConcurrentSkipListMap<Place, Long> removed = new ConcurrentSkipListMap<>();

    /** In the order of removal. Guarded by itself. */
    private final ArrayDeque<Removal> order = new ArrayDeque<>();

    private final AtomicLong bytes = new AtomicLong();

    void add(byte[] key, long rowId, long timestamp) {
        var place = new Place(key, rowId);
        removed.merge(place, timestamp, Math::max);
        synchronized (order) {
            order.add(new Removal(place, timestamp));
        }
        bytes.addAndGet(key.length + ENTRY_BYTES);
    }

    /** Forgets what no snapshot at or above {@code oldest} needs. */
    void prune(long oldest) {
        synchronized (order) {
            for (var first = order.peek();
                    first != null && first.timestamp <= oldest;
                    first = order.peek()) {
                order.poll();
                bytes.addAndGet(-(first.place.key.length + ENTRY_BYTES));
                removed.remove(first.place, first.timestamp);
            }
        }
    }

    boolean isEmpty() {
        return removed.isEmpty();
    }

    long sizeBytes() {
        return bytes.get();
    }

    /**
     * What a snapshot sees beside the tree from {@code first} up to but without {@code end}, in
     * order.
     */
    List<Place> visible(Fence first, Fence end, long snapshot) {
        ConcurrentNavigableMap<Place, Long> range = removed;
        if (!first.isNone()) {
            range = range.tailMap(new Place(first.key, first.rowId), true);
        }
        if (!end.isNone()) {
            if (!first.isNone() && first.compareTo(end.key, end.rowId) >= 0) {
                return List.of();
            }
            range = range.headMap(new Place(end.key, end.rowId), false);
        }
        List<Place> found = new ArrayList<>();
        range.forEach((place, timestamp) -> {
            if (timestamp > snapshot) {
                found.add(place);
            }
        });
        return found;
    }
}
