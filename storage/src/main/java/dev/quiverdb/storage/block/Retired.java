package dev.quiverdb.storage.block;

import java.util.ArrayDeque;

/**
 * Things that visits may still hold, given back when every visit that began before their retirement
 * is over. Safe for all threads.
 */
final class Retired {
    private record Item(long epoch, Runnable release) {}

    private final ArrayDeque<Item> waiting = new ArrayDeque<>();

    synchronized void add(long epoch, Runnable release) {
        waiting.add(new Item(epoch, release));
    }

    /** Releases what was retired before {@code oldestVisit}. */
    synchronized void release(long oldestVisit) {
        for (var item = waiting.peek();
                item != null && item.epoch < oldestVisit;
                item = waiting.peek()) {
            waiting.poll();
            item.release.run();
        }
    }
}
