package dev.quiverdb.storage.btree;

import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.spill.SpillPlace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An ordered index in blocks: unsigned byte keys of any length up to {@link #keyBytesMax} to row
 * ids, ordered by (key, row id); a key may stand with many row ids. It holds the newest state; what
 * was deleted lately stays in an overlay for snapshots that are older. A hit is a candidate: the
 * caller checks the row against its snapshot.
 *
 * <p>The number of the root's block is the tree's name and never changes.
 *
 * <p><b>Threads.</b> One writer at a time, in a writer's visit of the store. Any number of readers,
 * which take no locks: they look at nodes optimistically (a version in each node says whether what
 * was read is of one state) and begin again at the root where the tree changed under them. {@link
 * #range} and {@link #find} make their own visits.
 */
public final class BTree {
    /** A good size for nodes. */
    public static final int NODE_BYTES = 16 << 10;

    /** Levels that no tree reaches. */
    private static final int LEVELS_MAX = 32;

    private final BlockStore store;
    private final long rootId;
    private final int nodeBytes;
    private final Overlay overlay;

    private BTree(BlockStore store, long rootId, int nodeBytes, SpillPlace spill) {
        this.store = store;
        this.rootId = rootId;
        this.nodeBytes = nodeBytes;
        this.overlay = new Overlay(spill);
    }

    /** Makes an empty tree, in a writer's visit. Nodes of 4 KiB to 64 KiB. @return its name */
    public static long create(BlockStore store, int nodeBytes) {
        if (nodeBytes < 4096 || nodeBytes > 65536) {
            throw new IllegalArgumentException("nodes of " + nodeBytes + " bytes");
        }
        long rootId = store.allocate(nodeBytes);
        new NodeImage(0, Fence.NONE, Fence.NONE, List.of(), 0).encode(store.write(rootId));
        return rootId;
    }

    /** A tree by its name. One object for a tree, since it owns the overlay. */
    public static BTree open(BlockStore store, long rootId) {
        return open(store, rootId, SpillPlace.ofSystem());
    }

    /**
     * A tree by its name.
     *
     * @param spill where the overlay goes when it is too much for memory
     */
    public static BTree open(BlockStore store, long rootId, SpillPlace spill) {
        return new BTree(store, rootId, store.sizeOf(rootId), spill);
    }

    /** Builds a tree from entries in ascending order. */
    public static BTreeBuilder build(BlockStore store, int nodeBytes) {
        return new BTreeBuilder(store, nodeBytes);
    }

    public long rootId() {
        return rootId;
    }

    /** Longest key that fits. */
    public int keyBytesMax() {
        return keyBytesMax(nodeBytes);
    }

    /**
     * Longest key that fits into nodes of a size: a node holds two fences and at least four
     * entries.
     */
    public static int keyBytesMax(int nodeBytes) {
        return nodeBytes / 6 - 48;
    }

    // ---- finding ----

    /**
     * Row ids of exactly {@code key} that snapshot {@code snapshot} may see ({@code
     * Long.MAX_VALUE}: of the newest state), ascending. Cost: one descent, no allocation for up to
     * {@code target.length} hits.
     *
     * @return how many there are; where that is more than {@code target.length}, the rest is not
     *     stored
     */
    public int find(byte[] key, long snapshot, long[] target) {
        int visit = store.enterReader();
        try {
            return findInVisit(key, snapshot, target);
        } finally {
            store.exitReader(visit);
        }
    }

    /** As {@link #find}, in a reader's visit of the caller. */
    public int findInVisit(byte[] key, long snapshot, long[] target) {
        int found = findInTree(key, target);
        return overlay.isEmpty() ? found : findWithOverlay(key, snapshot, target);
    }

    private int findWithOverlay(byte[] key, long snapshot, long[] target) {
        int count = 0;
        try (var cursor = range(KeyBounds.equalTo(key), false, snapshot)) {
            while (cursor.next()) {
                if (count < target.length) {
                    target[count] = cursor.rowId();
                }
                count++;
            }
        }
        return count;
    }

    private int findInTree(byte[] key, long[] target) {
        var restarts = new Restarts();
        long rowId = 0;
        int found = 0;
        while (true) {
            var leaf = leafFor(key, rowId, false, restarts);
            long version = Node.version(leaf);
            int taken = 0;
            boolean more;
            Fence high;
            try {
                if (!isLeafFor(leaf, key, rowId, false)) {
                    restarts.again();
                    continue;
                }
                int at = Node.lowerBound(leaf, key, rowId);
                int count = Node.count(leaf);
                while (at < count && Node.hasKey(leaf, at, key)) {
                    if (found + taken < target.length) {
                        target[found + taken] = Node.rowId(leaf, at);
                    }
                    taken++;
                    at++;
                }
                more = at == count;
                high = more ? Node.high(leaf) : Fence.NONE;
            } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
                restarts.torn(leaf, version, e);
                continue;
            }
            if (!Node.isUnchanged(leaf, version)) {
                restarts.again();
                continue;
            }
            found += taken;
            if (!more || high.isNone() || !Arrays.equals(high.key, key)) {
                return found;
            }
            rowId = high.rowId;
        }
    }

    static boolean isLeafFor(MemorySegment node, byte[] key, long rowId, boolean before) {
        return Node.type(node) == Node.LEAF
                && (before ? Node.coversBefore(node, key, rowId) : Node.covers(node, key, rowId));
    }

    /**
     * The leaf that covered a place a moment ago, in a reader's visit; the caller checks it again.
     */
    MemorySegment leafFor(byte[] key, long rowId, boolean before, Restarts restarts) {
        while (true) {
            var node = store.read(rootId);
            while (true) {
                long version = Node.version(node);
                long childId;
                try {
                    int type = Node.type(node);
                    if (type == Node.LEAF) {
                        return node;
                    }
                    if (type != Node.INNER) {
                        break;
                    }
                    childId = Node.child(node, Node.childIndex(node, key, rowId, before));
                } catch (IndexOutOfBoundsException e) {
                    restarts.torn(node, version, e);
                    break;
                }
                if (!Node.isUnchanged(node, version)) {
                    break;
                }
                try {
                    node = store.read(childId);
                } catch (IllegalArgumentException e) {
                    // The child was merged away after the parent was read.
                    restarts.torn(node, version, e);
                    break;
                }
            }
            restarts.again();
        }
    }

    /**
     * The last leaf of the tree, in a reader's visit; the caller checks that it has no high fence.
     */
    MemorySegment lastLeaf(Restarts restarts) {
        while (true) {
            var node = store.read(rootId);
            while (true) {
                long version = Node.version(node);
                long childId;
                try {
                    int type = Node.type(node);
                    if (type == Node.LEAF) {
                        return node;
                    }
                    if (type != Node.INNER) {
                        break;
                    }
                    childId = Node.child(node, Node.count(node) - 1);
                } catch (IndexOutOfBoundsException e) {
                    restarts.torn(node, version, e);
                    break;
                }
                if (!Node.isUnchanged(node, version)) {
                    break;
                }
                try {
                    node = store.read(childId);
                } catch (IllegalArgumentException e) {
                    restarts.torn(node, version, e);
                    break;
                }
            }
            restarts.again();
        }
    }

    /**
     * The entries in a range that {@code snapshot} may see ({@code Long.MAX_VALUE}: the newest
     * state), in order or against it. Stays right while the writer goes on: an entry that is there
     * all the time comes exactly once, one that comes or goes meanwhile may or may not come.
     */
    public BTreeCursor range(KeyBounds bounds, boolean reverse, long snapshot) {
        return new BTreeCursor(this, bounds, reverse, snapshot);
    }

    BlockStore store() {
        return store;
    }

    int nodeBytes() {
        return nodeBytes;
    }

    Overlay overlay() {
        return overlay;
    }

    // ---- changing ----

    /** From the root to the parent of the node in hand. */
    private static final class Path {
        final long[] ids = new long[LEVELS_MAX];
        final int[] indexes = new int[LEVELS_MAX];
        int depth;

        void push(long id, int index) {
            ids[depth] = id;
            indexes[depth++] = index;
        }
    }

    private long descend(byte[] key, long rowId, Path path) {
        long id = rootId;
        while (true) {
            var node = store.read(id);
            if (Node.type(node) == Node.LEAF) {
                assert Node.covers(node, key, rowId) : "descent missed its leaf";
                return id;
            }
            int index = Node.childIndex(node, key, rowId, false);
            path.push(id, index);
            id = Node.child(node, index);
        }
    }

    /**
     * Adds an entry, in a writer's visit.
     *
     * @param timestamp when it was committed
     * @return false where it is there already
     * @throws IllegalArgumentException when the key is longer than {@link #keyBytesMax}
     */
    public boolean insert(byte[] key, long rowId, long timestamp) {
        if (key.length > keyBytesMax()) {
            throw new IllegalArgumentException(
                    "key of " + key.length + " bytes, at most " + keyBytesMax() + " fit");
        }
        var path = new Path();
        long id = descend(key, rowId, path);
        var seen = store.read(id);
        int index = Node.lowerBound(seen, key, rowId);
        if (index < Node.count(seen) && Node.isEntry(seen, index, key, rowId)) {
            return false;
        }
        var node = store.write(id);
        if (!insertInto(node, index, key, rowId, 0, timestamp)) {
            var image = NodeImage.of(node);
            image.entries.add(index, new NodeImage.Entry(key.clone(), rowId, 0));
            split(path, id, withNewestChange(image, timestamp), index);
        }
        return true;
    }

    /**
     * Adds the entry {@code from} of a run and those after it that go into the same leaf, in a
     * writer's visit; marks as doubtful those beside which there is another entry with the same
     * key. One descent.
     *
     * @param timestamp as for {@link #insert}; for entries that are not committed yet, one that no
     *     snapshot reaches
     * @return the first entry not added; more than {@code from}
     */
    public int insertNext(KeyRun run, int from, long timestamp) {
        var path = new Path();
        long id = descend(run.key(from), run.rowId(from), path);
        var node = store.write(id);
        int next = from;
        int index = 0;
        while (next < run.size()) {
            byte[] key = run.key(next);
            long rowId = run.rowId(next);
            if (key.length > keyBytesMax()) {
                throw new IllegalArgumentException("key of " + key.length + " bytes");
            }
            if (next > from && !Node.isBelowHigh(node, key, rowId)) {
                return next;
            }
            index = Node.lowerBound(node, key, rowId, index);
            if (Node.isBeside(node, index, key)) {
                run.doubt(next);
            }
            if (!insertInto(node, index, key, rowId, 0, timestamp)) {
                // The leaf is full. Beyond the split the run goes on with a descent of its own.
                insert(key, rowId, timestamp);
                return next + 1;
            }
            next++;
        }
        return next;
    }

    private static NodeImage withNewestChange(NodeImage image, long timestamp) {
        return new NodeImage(
                image.level,
                image.low,
                image.high,
                image.entries,
                Math.max(image.newestChange, timestamp));
    }

    /** Whether the entry fitted, if need be after packing. */
    private static boolean insertInto(
            MemorySegment node, int index, byte[] key, long rowId, long child, long timestamp) {
        int needed = Node.SLOT_BYTES + Node.entryBytes(node, key.length - Node.prefixBytes(node));
        if (Node.freeBytes(node) < needed) {
            if (Node.freeBytes(node) + Node.garbageBytes(node) < needed) {
                return false;
            }
            NodeImage.of(node).encode(node);
        }
        Node.beginChange(node);
        Node.insert(node, index, key, rowId, child);
        Node.setNewestChange(node, timestamp);
        Node.endChange(node);
        return true;
    }

    /** Stores an image that may not fit into its node: as it is, or as two nodes. */
    private void split(Path path, long id, NodeImage image, int changedIndex) {
        if (image.sizeBytes() <= nodeBytes) {
            image.encode(store.write(id));
            return;
        }
        boolean appending = image.high.isNone() && changedIndex == image.entries.size() - 1;
        int at = image.splitPoint(appending, nodeBytes);
        var left = image.left(at);
        var right = image.right(at);
        long rightId = store.allocate(nodeBytes);
        // The right half is whole before anybody can be led to it.
        right.encode(store.write(rightId));
        if (id == rootId) {
            long leftId = store.allocate(nodeBytes);
            left.encode(store.write(leftId));
            var children =
                    List.of(
                            new NodeImage.Entry(new byte[0], 0, leftId),
                            new NodeImage.Entry(right.low.key, right.low.rowId, rightId));
            new NodeImage(image.level + 1, Fence.NONE, Fence.NONE, children, image.newestChange)
                    .encode(store.write(rootId));
            return;
        }
        left.encode(store.write(id));
        path.depth--;
        long parentId = path.ids[path.depth];
        int index = path.indexes[path.depth] + 1;
        var parent = store.write(parentId);
        if (!insertInto(parent, index, right.low.key, right.low.rowId, rightId, 0)) {
            var parentImage = NodeImage.of(parent);
            parentImage.entries.add(
                    index, new NodeImage.Entry(right.low.key, right.low.rowId, rightId));
            split(path, parentId, parentImage, index);
        }
    }

    /**
     * Removes an entry, in a writer's visit. Snapshots below {@code timestamp} go on seeing it
     * until {@link #prune} says that there are none.
     *
     * @param timestamp when the removal was committed
     * @return false where it is not there
     */
    public boolean delete(byte[] key, long rowId, long timestamp) {
        return remove(key, rowId, timestamp, true);
    }

    /**
     * As {@link #delete}, for an entry that no snapshot ever saw, such as one of an aborted load.
     */
    public boolean deleteUnseen(byte[] key, long rowId, long timestamp) {
        return remove(key, rowId, timestamp, false);
    }

    private boolean remove(byte[] key, long rowId, long timestamp, boolean seenBySnapshots) {
        var path = new Path();
        long id = descend(key, rowId, path);
        var seen = store.read(id);
        int index = Node.lowerBound(seen, key, rowId);
        if (index == Node.count(seen) || !Node.isEntry(seen, index, key, rowId)) {
            return false;
        }
        if (seenBySnapshots) {
            // Before the tree forgets it: readers look at the tree first.
            overlay.add(key.clone(), rowId, timestamp);
        }
        var node = store.write(id);
        Node.beginChange(node);
        Node.remove(node, index);
        Node.setNewestChange(node, timestamp);
        Node.endChange(node);
        shrink(path, id, node);
        return true;
    }

    /** Merges a node that has become small with a neighbour under the same parent. */
    private void shrink(Path path, long id, MemorySegment node) {
        if (id == rootId) {
            flattenRoot(node);
            return;
        }
        if (Node.usedBytes(node) > nodeBytes / 4 && Node.count(node) > 0) {
            return;
        }
        path.depth--;
        long parentId = path.ids[path.depth];
        int index = path.indexes[path.depth];
        var parent = store.read(parentId);
        boolean merged =
                (index + 1 < Node.count(parent) && merge(parentId, index))
                        || (index > 0 && merge(parentId, index - 1));
        if (merged) {
            shrink(path, parentId, store.write(parentId));
        }
    }

    /**
     * Merges child {@code index + 1} of a node into child {@code index} if one node holds both with
     * room to spare.
     */
    private boolean merge(long parentId, int index) {
        var parent = store.read(parentId);
        long leftId = Node.child(parent, index);
        long rightId = Node.child(parent, index + 1);
        var left = NodeImage.of(store.read(leftId));
        var right = NodeImage.of(store.read(rightId));
        List<NodeImage.Entry> entries = new ArrayList<>(left.entries);
        entries.addAll(right.entries);
        var both =
                new NodeImage(
                        left.level,
                        left.low,
                        right.high,
                        entries,
                        Math.max(left.newestChange, right.newestChange));
        boolean oneIsEmpty = left.entries.isEmpty() || right.entries.isEmpty();
        if (both.sizeBytes() > (oneIsEmpty ? nodeBytes : nodeBytes * 3 / 4)) {
            return false;
        }
        both.encode(store.write(leftId));
        var changed = store.write(parentId);
        Node.beginChange(changed);
        Node.remove(changed, index + 1);
        Node.endChange(changed);
        kill(rightId);
        return true;
    }

    private void kill(long id) {
        var node = store.write(id);
        Node.beginChange(node);
        node.set(ValueLayout.JAVA_BYTE, Node.AT_TYPE, (byte) Node.DEAD);
        Node.endChange(node);
        store.free(id);
    }

    /** An inner root with one child takes the child's place. */
    private void flattenRoot(MemorySegment start) {
        var root = start;
        while (Node.type(root) == Node.INNER && Node.count(root) == 1) {
            long childId = Node.child(root, 0);
            NodeImage.of(store.read(childId)).encode(root);
            kill(childId);
            root = store.write(rootId);
        }
    }

    /**
     * No snapshot below {@code oldest} is open any more: the overlay forgets what only those saw.
     * Any thread.
     */
    public void prune(long oldest) {
        overlay.prune(oldest);
    }

    /**
     * Size of its nodes; approximate while a writer is at work. Any thread, in no visit. Cost:
     * reads the nodes above the leaves.
     */
    public long bytes() {
        return new BTreeSize(store).nodes(rootId) * nodeBytes;
    }

    /** Memory that the overlay holds. */
    public long overlayBytes() {
        return overlay.sizeBytes();
    }

    /** Gives all blocks back, in a writer's visit; the tree is gone. */
    public void drop() {
        drop(rootId);
    }

    private void drop(long id) {
        var node = store.read(id);
        if (Node.type(node) == Node.INNER) {
            for (int i = 0; i < Node.count(node); i++) {
                drop(Node.child(node, i));
            }
        }
        store.free(id);
    }

    /**
     * Looks at every node, with no writer at work, in a visit.
     *
     * @return what is wrong with the tree; nothing if all is well
     */
    public List<String> check() {
        return new BTreeCheck(store, nodeBytes).run(rootId);
    }
}
