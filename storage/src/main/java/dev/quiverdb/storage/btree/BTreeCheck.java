package dev.quiverdb.storage.btree;

import dev.quiverdb.storage.block.BlockStore;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Walks a quiet tree and says what does not hold. */
final class BTreeCheck {
    private final BlockStore store;
    private final int nodeBytes;
    private final List<String> wrong = new ArrayList<>();

    BTreeCheck(BlockStore store, int nodeBytes) {
        this.store = store;
        this.nodeBytes = nodeBytes;
    }

    List<String> run(long rootId) {
        var root = store.read(rootId);
        node(rootId, Node.level(root), Fence.NONE, Fence.NONE);
        return wrong;
    }

    private void require(boolean holds, long id, String rule) {
        if (!holds) {
            wrong.add("block " + id + ": " + rule);
        }
    }

    private static boolean isSame(Fence a, Fence b) {
        return a.isNone() ? b.isNone() : !b.isNone() && a.compareTo(b.key, b.rowId) == 0;
    }

    private void node(long id, int level, Fence low, Fence high) {
        if (store.sizeOf(id) != nodeBytes) {
            wrong.add("block " + id + ": it has another size");
            return;
        }
        MemorySegment node = store.read(id);
        int count = Node.count(node);
        require((Node.version(node) & 1) == 0, id, "a change is not finished");
        require(Node.level(node) == level, id, "it is not at level " + level);
        require(Node.type(node) == (level == 0 ? Node.LEAF : Node.INNER), id, "wrong type");
        require(isSame(Node.low(node), low), id, "its low fence is not its parent's separator");
        require(isSame(Node.high(node), high), id, "its high fence is not its parent's separator");
        require(level == 0 || count > 0, id, "an inner node without children");
        require(Node.freeBytes(node) >= 0, id, "slots and entries overlap");
        var image = NodeImage.of(node);
        require(image.sizeBytes() <= nodeBytes, id, "it is too full");
        for (int i = level == 0 ? 0 : 1; i < count; i++) {
            var entry = image.entries.get(i);
            require(
                    Node.covers(node, entry.key, entry.rowId),
                    id,
                    "entry " + i + " is outside of the fences");
            if (i > (level == 0 ? 0 : 1)) {
                var before = image.entries.get(i - 1);
                require(
                        Fence.compare(before.key, before.rowId, entry.key, entry.rowId) < 0,
                        id,
                        "entry " + i + " is out of order");
            }
        }
        if (level > 0) {
            for (int i = 0; i < count; i++) {
                var childLow = i == 0 ? low : fenceOf(image.entries.get(i));
                var childHigh = i + 1 < count ? fenceOf(image.entries.get(i + 1)) : high;
                node(image.entries.get(i).child, level - 1, childLow, childHigh);
            }
        }
    }

    private static Fence fenceOf(NodeImage.Entry entry) {
        return new Fence(entry.key, entry.rowId);
    }
}
