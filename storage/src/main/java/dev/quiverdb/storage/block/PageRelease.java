package dev.quiverdb.storage.block;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Places on disk that the newest image needs no more, but a kept root or a backup does. A place
 * that image {@code k} was the first to do without is free when both kept roots are {@code k} or
 * newer and no backup pins an older one. Safe for all threads.
 */
final class PageRelease {
    private final TreeMap<Long, List<Location>> waiting = new TreeMap<>();
    private final TreeMap<Long, Integer> pins = new TreeMap<>();
    private final Consumer<Location> release;
    private long newest;

    PageRelease(long newest, Consumer<Location> release) {
        this.newest = newest;
        this.release = release;
    }

    synchronized void add(Location location, long imageWithout) {
        waiting.computeIfAbsent(imageWithout, _ -> new ArrayList<>()).add(location);
    }

    /** Root {@code sequence} is durable; it and the one before are kept. */
    synchronized void published(long sequence) {
        newest = sequence;
        releaseAll();
    }

    private void releaseAll() {
        long kept = pins.isEmpty() ? newest - 1 : Math.min(newest - 1, pins.firstKey());
        var free = waiting.headMap(kept, true);
        for (Map.Entry<Long, List<Location>> entry : free.entrySet()) {
            entry.getValue().forEach(release);
        }
        free.clear();
    }

    /** Pins the root that is newest at this moment. */
    synchronized Root pin(Supplier<Root> newestRoot) {
        var root = newestRoot.get();
        pins.merge(root.sequence(), 1, Integer::sum);
        return root;
    }

    synchronized void unpin(long sequence) {
        pins.computeIfPresent(sequence, (_, count) -> count == 1 ? null : count - 1);
        releaseAll();
    }
}
