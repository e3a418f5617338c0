package dev.quiverdb.storage.block;

import java.util.BitSet;

/**
 * Which pages of the data file are in use. Page 0 always is, so that 0 can mean nowhere. Searches
 * go on from where the last one ended. Safe for all threads.
 */
final class PageSpace {
    private final BitSet used = new BitSet();
    private int cursor = 1;
    private long usedPages = 1;

    PageSpace() {
        used.set(0);
    }

    /** Whether all of the pages were free; they are used now. */
    synchronized boolean claim(long page, int pages) {
        int from = Math.toIntExact(page);
        int next = used.nextSetBit(from);
        boolean free = next < 0 || next >= from + pages;
        for (int p = from; p < from + pages; p++) {
            if (!used.get(p)) {
                used.set(p);
                usedPages++;
            }
        }
        return free;
    }

    /** The first of {@code pages} free pages in a row, used from now on. */
    synchronized long allocate(int pages) {
        int found = search(cursor, used.length(), pages);
        if (found < 0) {
            found = search(1, Math.min(cursor + pages, used.length()), pages);
        }
        if (found < 0) {
            found = endOfUse();
        }
        used.set(found, found + pages);
        usedPages += pages;
        cursor = found + pages;
        return found;
    }

    private int endOfUse() {
        return Math.max(1, used.length());
    }

    private int search(int from, int to, int pages) {
        int at = used.nextClearBit(from);
        while (at < to) {
            int end = used.nextSetBit(at);
            if (end < 0 || end - at >= pages) {
                return at;
            }
            at = used.nextClearBit(end);
        }
        return -1;
    }

    synchronized void free(long page, int pages) {
        int from = Math.toIntExact(page);
        assert used.nextClearBit(from) >= from + pages : "pages freed twice";
        used.clear(from, from + pages);
        usedPages -= pages;
    }

    synchronized long usedPages() {
        return usedPages;
    }

    /** Pages up to the last one in use. */
    synchronized long length() {
        return used.length();
    }
}
