package dev.quiverdb.storage.btree;

import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.storage.spill.SortedRuns;
import dev.quiverdb.storage.spill.SpillFile;
import dev.quiverdb.storage.spill.SpillPlace;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are in the tree no more but that older snapshots still see. No snapshot survives a
 * crash, so nothing of it is durable. Written by the tree's writer, read by everybody.
 *
 * <p>What is too much for memory goes to sorted runs in a temporary file, each entry with the time
 * of its removal. Runs are kept in generations, and a generation goes when no snapshot needs its
 * newest entry. Where the disk is full, everything stays in memory.
 */
final class Overlay {
    private static final int SPILLS_OF_A_GENERATION = 64;

    /** Runs that go together. */
    private static final class Generation {
        final SortedRuns runs;
        int spills;
        volatile long newest;

        Generation(SpillFile file) {
            runs = new SortedRuns(() -> file);
        }
    }

    /** Roughly what an entry costs beside its key. */
    private static final int ENTRY_BYTES = 120;

    private static final byte[] NOTHING = {};

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
    private final SpillPlace place;

    /** The newest last. */
    private final List<Generation> generations = new CopyOnWriteArrayList<>();

    /** Held by those who read the file, against its being cut. */
    private final ReentrantReadWriteLock fileLock = new ReentrantReadWriteLock();

    private @Nullable SpillFile file;
    private long spillAt;

    Overlay(SpillPlace place) {
        this.place = place;
        this.spillAt = place.memoryBytes();
    }

    void add(byte[] key, long rowId, long timestamp) {
        var place = new Place(key, rowId);
        removed.merge(place, timestamp, Math::max);
        synchronized (order) {
            order.add(new Removal(place, timestamp));
        }
        if (bytes.addAndGet(key.length + ENTRY_BYTES) > spillAt) {
            spill();
        }
    }

    private void spill() {
        synchronized (order) {
            try {
                var known = file;
                if (known == null) {
                    known = place.directory().newFile();
                    file = known;
                }
                if (generations.isEmpty()
                        || generations.getLast().spills == SPILLS_OF_A_GENERATION) {
                    generations.add(new Generation(known));
                }
                var generation = generations.getLast();
                long newest = generation.newest;
                for (var timestamp : removed.values()) {
                    newest = Math.max(newest, timestamp);
                }
                generation.newest = newest;
                generation.runs.add(entries(), removed.size());
                generation.spills++;
                // Only now: who looks into memory and then into the file misses nothing.
                removed.clear();
                order.clear();
                bytes.set(0);
                spillAt = place.memoryBytes();
            } catch (DiskException full) {
                spillAt = bytes.get() + place.memoryBytes();
            }
        }
    }

    private Iterator<SortedRuns.Entry> entries() {
        var all = removed.entrySet().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public SortedRuns.Entry next() {
                var one = all.next();
                return new SortedRuns.Entry(
                        one.getKey().key,
                        one.getKey().rowId,
                        ByteBuffer.allocate(8).putLong(one.getValue()).array());
            }
        };
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
            if (!generations.isEmpty()) {
                pruneFile(oldest);
            }
        }
    }

    private void pruneFile(long oldest) {
        generations.removeIf(generation -> generation.newest <= oldest);
        var known = file;
        if (generations.isEmpty() && known != null) {
            fileLock.writeLock().lock();
            try {
                known.clear();
            } finally {
                fileLock.writeLock().unlock();
            }
        }
    }

    boolean isEmpty() {
        // In this order: see spill.
        return removed.isEmpty() && generations.isEmpty();
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
        return generations.isEmpty() ? found : withSpilled(found, first, end, snapshot);
    }

    private List<Place> withSpilled(List<Place> found, Fence first, Fence end, long snapshot) {
        var all = new TreeSet<>(found);
        var from = first.isNone() ? null : new SortedRuns.Entry(first.key, first.rowId, NOTHING);
        var to = end.isNone() ? null : new SortedRuns.Entry(end.key, end.rowId, NOTHING);
        fileLock.readLock().lock();
        try {
            for (var generation : generations) {
                if (generation.newest <= snapshot) {
                    continue;
                }
                var entries = generation.runs.range(from, to, false);
                while (entries.hasNext()) {
                    var entry = entries.next();
                    if (ByteBuffer.wrap(entry.payload()).getLong() > snapshot) {
                        all.add(new Place(entry.key(), entry.rowId()));
                    }
                }
            }
        } finally {
            fileLock.readLock().unlock();
        }
        return new ArrayList<>(all);
    }
}
