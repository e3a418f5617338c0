package dev.quiverdb.storage.btree;

import dev.quiverdb.storage.block.BlockStore;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a tree bottom up from entries in ascending order. One thread, in a writer's visit at each
 * call; between calls the visit may end, for only keys are kept, no memory of the store. The blocks
 * of a build that is not finished belong to nobody: {@link #abandon} gives them back.
 */
public final class BTreeBuilder {
    /** Leaves are filled to this share, to have room for what comes. */
    private static final int FILL_PERCENT = 90;

    private final BlockStore store;
    private final int nodeBytes;
    private final List<Level> levels = new ArrayList<>();
    private final List<Long> allocated = new ArrayList<>();
    private long timestamp;

    BTreeBuilder(BlockStore store, int nodeBytes) {
        this.store = store;
        this.nodeBytes = nodeBytes;
    }

    /** The entries for the node being filled at one level. */
    private static final class Level {
        Fence low = Fence.NONE;
        List<NodeImage.Entry> entries = new ArrayList<>();
        int bytes;
    }

    /**
     * Adds the next entry.
     *
     * @throws IllegalArgumentException when it is not above the one before, or too long
     */
    public void add(byte[] key, long rowId) {
        if (key.length > BTree.keyBytesMax(nodeBytes)) {
            throw new IllegalArgumentException("key of " + key.length + " bytes");
        }
        var leaves = level(0);
        if (!leaves.entries.isEmpty()) {
            var last = leaves.entries.getLast();
            if (Fence.compare(last.key, last.rowId, key, rowId) >= 0) {
                throw new IllegalArgumentException("entries are not in ascending order");
            }
        }
        add(0, new NodeImage.Entry(key.clone(), rowId, 0));
    }

    private Level level(int number) {
        while (levels.size() <= number) {
            levels.add(new Level());
        }
        return levels.get(number);
    }

    private void add(int number, NodeImage.Entry entry) {
        var level = level(number);
        int bytes = entry.key.length + Node.SLOT_BYTES + (number == 0 ? 8 : 16);
        int room = nodeBytes - Node.HEADER_BYTES - level.low.key.length - entry.key.length;
        // Counted without the prefix that the fences will save: so what is here always fits.
        if (!level.entries.isEmpty() && level.bytes + bytes > room * FILL_PERCENT / 100) {
            close(number, entry);
        }
        level.entries.add(entry);
        level.bytes += bytes;
    }

    /** Writes the node being filled, whose high fence lies before {@code following}. */
    private void close(int number, NodeImage.Entry following) {
        var level = level(number);
        var last = level.entries.getLast();
        var high =
                number == 0
                        ? Fence.between(last.key, following.key, following.rowId)
                        : new Fence(following.key, following.rowId);
        emit(number, level, high);
        level.low = high;
        level.entries = new ArrayList<>();
        level.bytes = 0;
    }

    private void emit(int number, Level level, Fence high) {
        long id = store.allocate(nodeBytes);
        allocated.add(id);
        new NodeImage(number, level.low, high, level.entries, timestamp).encode(store.write(id));
        add(number + 1, new NodeImage.Entry(level.low.key, level.low.rowId, id));
    }

    /** What the leaves say of their newest change; called before the first entry. */
    public BTreeBuilder at(long commitTimestamp) {
        timestamp = commitTimestamp;
        return this;
    }

    /** Writes what is left. @return the tree's name */
    public long finish() {
        for (int number = 0; ; number++) {
            var level = level(number);
            boolean root = number == levels.size() - 1;
            if (root) {
                long id = store.allocate(nodeBytes);
                new NodeImage(number, Fence.NONE, Fence.NONE, level.entries, timestamp)
                        .encode(store.write(id));
                allocated.add(id);
                return id;
            }
            emit(number, level, Fence.NONE);
        }
    }

    /** Gives back everything that was built. */
    public void abandon() {
        allocated.forEach(store::free);
        allocated.clear();
    }
}
