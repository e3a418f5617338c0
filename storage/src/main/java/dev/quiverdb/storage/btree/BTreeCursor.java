package dev.quiverdb.storage.btree;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Steps through a range, leaf by leaf: a leaf is copied in a short visit, so the cursor holds
 * nothing of the store between steps and may be kept for as long as its snapshot lives. One thread.
 */
public final class BTreeCursor implements AutoCloseable {
    private final BTree tree;
    private final Fence first;
    private final Fence end;
    private final boolean reverse;
    private final long snapshot;
    private final byte[] bytes;
    private final MemorySegment copy;

    /** Where the next leaf begins (ends, in reverse). */
    private Fence boundary;

    private boolean lastLeafLoaded;

    /**
     * Entries of the copy that lie in the range: from {@link #position} (exclusive in reverse) to
     * {@link #limit}.
     */
    private int position;

    private int start;
    private int limit;
    private List<Overlay.Place> extra = List.of();
    private int extraPosition;
    private long timestamp;

    private byte[] key = new byte[0];
    private long rowId;

    /** The entry in hand is number this in the copy, or -1 where it is from the overlay. */
    private int current = -1;

    BTreeCursor(BTree tree, KeyBounds bounds, boolean reverse, long snapshot) {
        this.tree = tree;
        this.first = bounds.first();
        this.end = bounds.end();
        this.reverse = reverse;
        this.snapshot = snapshot;
        this.bytes = new byte[tree.nodeBytes()];
        this.copy = MemorySegment.ofArray(bytes);
        this.boundary = reverse ? end : first;
        this.lastLeafLoaded =
                !first.isNone() && !end.isNone() && first.compareTo(end.key, end.rowId) >= 0;
    }

    /** Moves to the next entry; false when there is none. */
    public boolean next() {
        while (true) {
            boolean inTree = position < limit;
            boolean inOverlay = extraPosition < extra.size();
            if (inTree && inOverlay) {
                stepMerged();
                return true;
            }
            if (inTree) {
                takeFromTree();
                return true;
            }
            if (inOverlay) {
                takeFromOverlay();
                return true;
            }
            if (lastLeafLoaded) {
                return false;
            }
            loadLeaf();
        }
    }

    private int treeIndex() {
        // Positions count from where the scan comes, so both directions step alike.
        return reverse ? limit - 1 - (position - start) : position;
    }

    private void takeFromTree() {
        current = treeIndex();
        rowId = Node.rowId(copy, current);
        position++;
    }

    private void takeFromOverlay() {
        var place = extra.get(reverse ? extra.size() - 1 - extraPosition : extraPosition);
        extraPosition++;
        current = -1;
        key = place.key;
        rowId = place.rowId;
    }

    private void stepMerged() {
        int index = treeIndex();
        var place = extra.get(reverse ? extra.size() - 1 - extraPosition : extraPosition);
        int order =
                Fence.compare(
                        Node.key(copy, index), Node.rowId(copy, index), place.key, place.rowId);
        if (order == 0) {
            // Deleted and inserted again: one hit is enough.
            extraPosition++;
            takeFromTree();
        } else if ((order < 0) != reverse) {
            takeFromTree();
        } else {
            takeFromOverlay();
        }
    }

    private void loadLeaf() {
        var store = tree.store();
        int visit = store.enterReader();
        try {
            var restarts = new Restarts();
            while (!copyLeaf(restarts)) {
                restarts.again();
            }
        } finally {
            store.exitReader(visit);
        }
        var low = Node.low(copy);
        var high = Node.high(copy);
        // A merge may have given the leaf entries from before the boundary, which were seen
        // already.
        var from = reverse ? first : boundary;
        var to = reverse ? boundary : end;
        boolean startsInside =
                from.isNone() || (!low.isNone() && low.compareTo(from.key, from.rowId) >= 0);
        boolean endsInside =
                to.isNone() || (!high.isNone() && high.compareTo(to.key, to.rowId) <= 0);
        start = startsInside ? 0 : Node.lowerBound(copy, from.key, from.rowId);
        position = start;
        limit =
                Math.max(
                        start,
                        endsInside ? Node.count(copy) : Node.lowerBound(copy, to.key, to.rowId));
        timestamp = Node.newestChange(copy);
        extra =
                tree.overlay().isEmpty()
                        ? List.of()
                        : tree.overlay()
                                .visible(
                                        startsInside ? low : from,
                                        endsInside ? high : to,
                                        snapshot);
        extraPosition = 0;
        if (reverse) {
            boundary = low;
            lastLeafLoaded = low.isNone() || isAtFirst(low);
        } else {
            boundary = high;
            lastLeafLoaded = high.isNone() || isAtEnd(high);
        }
    }

    private boolean isAtFirst(Fence low) {
        return !first.isNone() && first.compareTo(low.key, low.rowId) >= 0;
    }

    private boolean isAtEnd(Fence high) {
        return !end.isNone() && end.compareTo(high.key, high.rowId) <= 0;
    }

    /** Copies the leaf at the boundary; false where it changed meanwhile. */
    private boolean copyLeaf(Restarts restarts) {
        MemorySegment leaf;
        if (boundary.isNone()) {
            leaf =
                    reverse
                            ? tree.lastLeaf(restarts)
                            : tree.leafFor(boundary.key, boundary.rowId, false, restarts);
        } else {
            leaf = tree.leafFor(boundary.key, boundary.rowId, reverse, restarts);
        }
        long version = Node.version(leaf);
        MemorySegment.copy(leaf, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
        if (!Node.isUnchanged(leaf, version)) {
            return false;
        }
        if (boundary.isNone()) {
            return Node.type(copy) == Node.LEAF
                    && (reverse ? Node.high(copy).isNone() : Node.low(copy).isNone());
        }
        return BTree.isLeafFor(copy, boundary.key, boundary.rowId, reverse);
    }

    /** The key of the entry in hand; a new array each time. */
    public byte[] key() {
        return current >= 0 ? Node.key(copy, current) : Arrays.copyOf(key, key.length);
    }

    public long rowId() {
        return rowId;
    }

    /**
     * Row ids alone, many at a time; not to be mixed with {@link #key}.
     *
     * @return how many were stored; 0 at the end
     */
    public int nextRowIds(long[] target) {
        int stored = 0;
        while (stored < target.length && next()) {
            target[stored++] = rowId;
        }
        return stored;
    }

    /** Timestamp of the newest change in the leaf that the entry in hand came from. */
    public long leafTimestamp() {
        return timestamp;
    }

    @Override
    public void close() {
        lastLeafLoaded = true;
        position = limit;
        extraPosition = extra.size();
    }
}
