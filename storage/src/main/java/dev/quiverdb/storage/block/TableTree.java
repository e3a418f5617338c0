package dev.quiverdb.storage.block;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Where the nodes of the block table are stored. Level 0 are the leaves; a node of a level above
 * holds the locations of 512 nodes below. Touched only when a store is opened and by the one
 * checkpoint that runs.
 */
final class TableTree {
    static final int FAN_OUT = TableLeaf.BLOCKS;

    private final List<Location[]> levels = new ArrayList<>();

    /** Receives the entries of leaves as they are read. */
    interface LeafReader {
        void leaf(int number, ByteBuffer node);
    }

    /** The number under which a table node is known to encryption and in messages. */
    static long nodeId(int level, int number) {
        return -(((long) level << 40) + number + 1);
    }

    int levels() {
        return levels.size();
    }

    /** The top node's place. */
    Location top() {
        return levels.isEmpty() ? Location.NONE : levels.getLast()[0];
    }

    /** Reads a whole table from its root down. */
    static TableTree read(BlockFile file, Root root, LeafReader leaves) {
        var tree = new TableTree();
        for (int i = 0; i < root.tableLevels(); i++) {
            tree.levels.add(new Location[] {Location.NONE});
        }
        if (root.tableLevels() > 0) {
            tree.readNode(file, root.tableLevels() - 1, 0, root.table(), leaves);
        }
        return tree;
    }

    private void readNode(
            BlockFile file, int level, int number, Location location, LeafReader leaves) {
        set(level, number, location);
        var node = BlockFile.node();
        file.read(nodeId(level, number), location, node);
        node.rewind();
        if (level == 0) {
            leaves.leaf(number, node);
            return;
        }
        for (int i = 0; i < FAN_OUT; i++) {
            var child = Location.decode(node);
            if (child.isSomewhere()) {
                readNode(file, level - 1, number * FAN_OUT + i, child, leaves);
            }
        }
    }

    private void set(int level, int number, Location location) {
        var places = levels.get(level);
        if (number >= places.length) {
            int old = places.length;
            places = Arrays.copyOf(places, Math.max(number + 1, old * 2));
            Arrays.fill(places, old, places.length, Location.NONE);
            levels.set(level, places);
        }
        places[number] = location;
    }

    void forEachLocation(Consumer<Location> action) {
        for (var level : levels) {
            for (var location : level) {
                if (location.isSomewhere()) {
                    action.accept(location);
                }
            }
        }
    }

    /** Fills a node with the entries of a leaf. */
    interface LeafWriter {
        void leaf(int number, ByteBuffer node);
    }

    /**
     * Writes the changed leaves and everything above them to free space. After a failure it may be
     * called again with the same leaves.
     *
     * @param replaced receives what the image refers to no more
     */
    void write(
            BlockFile file,
            PageSpace space,
            long image,
            NavigableSet<Integer> changedLeaves,
            int leafCount,
            LeafWriter leaves,
            Consumer<Location> replaced) {
        NavigableSet<Integer> changed = changedLeaves;
        int count = leafCount;
        for (int level = 0; ; level++) {
            if (level == levels.size()) {
                levels.add(new Location[] {Location.NONE});
            }
            if (level > 0) {
                // A level that is new holds all that is below it, changed or not.
                for (int i = 0; i < count; i++) {
                    if (!at(level, i).isSomewhere()) {
                        changed.add(i);
                    }
                }
            }
            NavigableSet<Integer> above = new TreeSet<>();
            for (int number : changed) {
                var node = BlockFile.node();
                if (level == 0) {
                    leaves.leaf(number, node);
                } else {
                    encodeChildren(level - 1, number, node);
                }
                var written = file.write(space, nodeId(level, number), node.clear(), image);
                var old = at(level, number);
                set(level, number, written);
                if (old.isSomewhere()) {
                    replaced.accept(old);
                }
                above.add(number / FAN_OUT);
            }
            if (count <= 1) {
                return;
            }
            count = (count + FAN_OUT - 1) / FAN_OUT;
            changed = above;
        }
    }

    private Location at(int level, int number) {
        var places = levels.get(level);
        return number < places.length ? places[number] : Location.NONE;
    }

    private void encodeChildren(int level, int number, ByteBuffer node) {
        for (int i = 0; i < FAN_OUT; i++) {
            at(level, number * FAN_OUT + i).encode(node);
        }
    }
}
