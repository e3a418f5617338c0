package dev.quiverdb.vector.graph;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;

/**
 * The graph's state in blocks: structure of arrays with fixed strides, found from one root block.
 *
 * <pre>
 * root       0 magic "QVH1"   4 m   8 ef_construction   12 entry vecId + 1   16 entry level
 *            20 first directory block   24.. unused
 * directory  0 next directory block   4 entry count   8.. entries of (int region, int block), in the
 *            order in which the regions grew
 * rows       region 0, 2m ints: the neighbours on the ground layer as vecId + 1, ended by 0
 * nodes      region 1, 16 bytes: int first upper row, int in-degree, int flags << 8 | level, int parent:
 *            vecId + 1 of the node whose ground row leads here in the spanning tree, 0 for none
 * owners     region 3, 8 bytes: whatever the user of the graph keeps beside a vecId
 * upper      region 2, m ints: the neighbours on one upper layer; a node of level L owns L rows in
 *            sequence, layer 1 first
 * </pre>
 *
 * <p>A row is changed under its node's lock by single aligned int stores and read without any: a
 * reader may see a mixture of two versions of a row, each int of which was a neighbour at some
 * time. That is enough, as an edge is only a hint. All methods are called between {@link
 * GraphBlocks#enter} and {@link GraphBlocks#exit}.
 */
final class GraphState {
    /** Stored and searchable, whether linked or still in the tail. */
    static final int STORED = 1 << 13;

    /** Rows may point here: linking has begun. */
    static final int PRESENT = 1 << 8;

    /** Linking has ended; the graph finds the vector. */
    static final int LINKED = 1 << 9;

    /** Not to be returned any more. */
    static final int DEAD = 1 << 10;

    /** Dead, and its own row is emptied. */
    static final int CUT = 1 << 11;

    /** Cut, nobody points here, waiting for the last walk that may hold it. */
    static final int QUARANTINED = 1 << 12;

    /**
     * Stored again while its former vector was linked: belongs to the tail, links of it are void.
     */
    static final int AGAIN = 1 << 14;

    /** No new edges start from a node with one of these. */
    static final int LEAVING = DEAD | AGAIN;

    private static final int MAGIC = 0x31485651;
    private static final int ROWS = 0;
    private static final int NODES = 1;
    private static final int UPPER = 2;
    private static final int OWNERS = 3;
    private static final int NODE_BYTES = 16;
    private static final int LEVEL_MAX = 31;
    private static final VarHandle INTS = JAVA_INT.varHandle();

    private final GraphBlocks blocks;
    private final int root;
    private final int m;
    private final int efConstruction;
    private final RecordRegion rows;
    private final RecordRegion nodes;
    private final RecordRegion upper;
    private final RecordRegion owners;
    private final DeadSet dead = new DeadSet();
    private final Object growthLock = new Object();
    private final ArrayDeque<Integer>[] freeUpperRows;
    private int directoryTail;
    private int upperNext = 1;

    /** Where every descent starts; level above, vecId + 1 below, 0 for none. */
    private volatile long entry;

    private volatile int idsMax;

    /** Makes a new empty state in a block that it allocates. */
    static GraphState create(GraphBlocks blocks, int m, int efConstruction) {
        int root = blocks.allocate();
        var segment = blocks.write(root);
        segment.set(JAVA_INT, 0, MAGIC);
        segment.set(JAVA_INT, 4, m);
        segment.set(JAVA_INT, 8, efConstruction);
        return new GraphState(blocks, root);
    }

    /** Finds a state by its root block, reading every node record once. */
    static GraphState open(GraphBlocks blocks, int root) {
        return new GraphState(blocks, root);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private GraphState(GraphBlocks blocks, int root) {
        this.blocks = blocks;
        this.root = root;
        var segment = blocks.read(root);
        if (segment.get(JAVA_INT, 0) != MAGIC) {
            throw new IllegalStateException("block " + root + " is not the root of a graph");
        }
        this.m = segment.get(JAVA_INT, 4);
        this.efConstruction = segment.get(JAVA_INT, 8);
        this.rows = new RecordRegion(blocks, ROWS, 2 * m * Integer.BYTES, this::recordGrowth);
        this.nodes = new RecordRegion(blocks, NODES, NODE_BYTES, this::recordGrowth);
        this.upper = new RecordRegion(blocks, UPPER, m * Integer.BYTES, this::recordGrowth);
        this.owners = new RecordRegion(blocks, OWNERS, Long.BYTES, this::recordGrowth);
        this.freeUpperRows = new ArrayDeque[LEVEL_MAX + 1];
        for (int level = 0; level <= LEVEL_MAX; level++) {
            freeUpperRows[level] = new ArrayDeque<>();
        }
        readDirectory();
        int entryId = segment.get(JAVA_INT, 12);
        this.entry = entryId == 0 ? 0 : (long) segment.get(JAVA_INT, 16) << 32 | entryId;
        scanNodes();
    }

    private void readDirectory() {
        for (int block = blocks.read(root).get(JAVA_INT, 20); block != 0; ) {
            var segment = blocks.read(block);
            directoryTail = block;
            int count = segment.get(JAVA_INT, 4);
            for (int i = 0; i < count; i++) {
                int region = segment.get(JAVA_INT, 8 + 8L * i);
                int taken = segment.get(JAVA_INT, 12 + 8L * i);
                region(region).adopt(taken);
            }
            block = segment.get(JAVA_INT, 0);
        }
    }

    private RecordRegion region(int id) {
        return switch (id) {
            case ROWS -> rows;
            case NODES -> nodes;
            case UPPER -> upper;
            case OWNERS -> owners;
            default -> throw new IllegalStateException("a graph has no region " + id);
        };
    }

    private void scanNodes() {
        int end = Math.min(nodes.capacity(), rows.capacity());
        for (int id = 0; id < end; id++) {
            int flags = flags(id);
            if (flags != 0) {
                idsMax = id + 1;
                if ((flags & DEAD) != 0) {
                    dead.add(id);
                }
                int level = flags & 0xff;
                if (level > 0) {
                    upperNext = Math.max(upperNext, upperRow(id, 1) + level);
                }
            }
        }
    }

    private void recordGrowth(int region, int taken) {
        synchronized (growthLock) {
            int room = (blocks.blockBytes() - 8) / 8;
            int count = directoryTail == 0 ? room : blocks.read(directoryTail).get(JAVA_INT, 4);
            if (count == room) {
                int next = blocks.allocate();
                if (directoryTail == 0) {
                    blocks.write(root).set(JAVA_INT, 20, next);
                } else {
                    blocks.write(directoryTail).set(JAVA_INT, 0, next);
                }
                directoryTail = next;
                count = 0;
            }
            var segment = blocks.write(directoryTail);
            segment.set(JAVA_INT, 8 + 8L * count, region);
            segment.set(JAVA_INT, 12 + 8L * count, taken);
            segment.set(JAVA_INT, 4, count + 1);
        }
    }

    int root() {
        return root;
    }

    int m() {
        return m;
    }

    int efConstruction() {
        return efConstruction;
    }

    /** Returns a bound above every vecId ever present. */
    int idsMax() {
        return idsMax;
    }

    long blockBytes() {
        long count =
                2L
                        + rows.blockCount()
                        + nodes.blockCount()
                        + upper.blockCount()
                        + owners.blockCount();
        return count * blocks.blockBytes();
    }

    /** Keeps a number beside a vecId; 0 where none was set. */
    void setOwner(int vecId, long owner) {
        owners.ensure(vecId);
        owners.write(vecId).set(JAVA_LONG, owners.offset(vecId), owner);
    }

    long owner(int vecId) {
        return vecId < owners.capacity()
                ? owners.read(vecId).get(JAVA_LONG, owners.offset(vecId))
                : 0;
    }

    /** Gives all blocks back; the state must not be used any more. */
    void drop() {
        for (int block = blocks.read(root).get(JAVA_INT, 20); block != 0; ) {
            var segment = blocks.read(block);
            int count = segment.get(JAVA_INT, 4);
            for (int i = 0; i < count; i++) {
                blocks.free(segment.get(JAVA_INT, 12 + 8L * i));
            }
            int next = segment.get(JAVA_INT, 0);
            blocks.free(block);
            block = next;
        }
        blocks.free(root);
    }

    /** Returns the room for neighbours on a layer. */
    int rowRoom(int layer) {
        return layer == 0 ? 2 * m : m;
    }

    // Entry point. Changed under the graph's entry lock.

    int entryId() {
        return (int) entry - 1;
    }

    int entryLevel() {
        return (int) (entry >>> 32);
    }

    /** Returns level and vecId in one consistent long; 0 for an empty graph. */
    long entry() {
        return entry;
    }

    void setEntry(int vecId, int level) {
        var segment = blocks.write(root);
        segment.set(JAVA_INT, 12, vecId + 1);
        segment.set(JAVA_INT, 16, level);
        entry = vecId < 0 ? 0 : (long) level << 32 | (vecId + 1);
    }

    // Node records.

    /**
     * Gives a vecId empty rows on layers 0 to {@code level} and marks it STORED. Where it has a
     * record from a dead vector, whose level was the same, it keeps its rows' places and the count
     * of those who point to it.
     */
    void admit(int vecId, int level) {
        rows.ensure(vecId);
        nodes.ensure(vecId);
        synchronized (growthLock) {
            if (vecId >= idsMax) {
                idsMax = vecId + 1;
            }
        }
        clearRow(vecId, 0);
        var node = nodes.write(vecId);
        long at = nodes.offset(vecId);
        if (flags(vecId) == 0) {
            node.set(JAVA_INT, at, level == 0 ? 0 : takeUpperRows(level));
            INTS.setVolatile(node, at + 4, 0);
        }
        for (int layer = 1; layer <= level; layer++) {
            clearUpperRow(node.get(JAVA_INT, at) + layer - 1);
        }
        dead.remove(vecId);
        INTS.setVolatile(node, at + 12, 0);
        INTS.setVolatile(node, at + 8, STORED | level);
    }

    /** Frees a node's record and rows. Nothing may refer to it any more. */
    void release(int vecId) {
        int level = level(vecId);
        if (level > 0) {
            synchronized (growthLock) {
                freeUpperRows[level].add(upperRow(vecId, 1));
            }
        }
        INTS.setVolatile(nodes.write(vecId), nodes.offset(vecId) + 8, 0);
    }

    private int takeUpperRows(int level) {
        int first;
        synchronized (growthLock) {
            Integer reused = freeUpperRows[level].poll();
            if (reused != null) {
                return reused;
            }
            first = upperNext;
            upperNext += level;
        }
        upper.ensure(first + level - 1);
        return first;
    }

    int flags(int vecId) {
        return vecId >= nodes.capacity()
                ? 0
                : (int) INTS.getVolatile(nodes.read(vecId), nodes.offset(vecId) + 8);
    }

    /** Sets a flag; returns the flags before. */
    int addFlag(int vecId, int flag) {
        if (flag == DEAD) {
            dead.add(vecId);
        }
        return (int) INTS.getAndBitwiseOr(nodes.write(vecId), nodes.offset(vecId) + 8, flag);
    }

    /** Returns whether a vector that a row points to must not be returned. */
    boolean isDead(int vecId) {
        return dead.contains(vecId);
    }

    /** Makes a dead vector one that is there again, with a mark. */
    void revive(int vecId, int mark) {
        INTS.getAndBitwiseOr(nodes.write(vecId), nodes.offset(vecId) + 8, mark);
        removeFlag(vecId, DEAD);
        dead.remove(vecId);
    }

    void removeFlag(int vecId, int flag) {
        INTS.getAndBitwiseAnd(nodes.write(vecId), nodes.offset(vecId) + 8, ~flag);
    }

    /**
     * Returns whether a node is in the graph, linked or about to be, and has none of some flags.
     */
    boolean isPresent(int vecId, int refused) {
        return (flags(vecId) & (PRESENT | refused)) == PRESENT;
    }

    /** Returns whether a vector may be returned by a search of the graph. */
    boolean isLive(int vecId) {
        return (flags(vecId) & (LINKED | DEAD)) == LINKED;
    }

    /** Returns whether a vector is in the exact tail. */
    boolean isTail(int vecId) {
        return (flags(vecId) & (STORED | LINKED | DEAD)) == STORED;
    }

    /** Returns whether a vector is stored and not dead. */
    boolean isStored(int vecId) {
        return (flags(vecId) & (STORED | DEAD)) == STORED;
    }

    int level(int vecId) {
        return flags(vecId) & 0xff;
    }

    int inDegree(int vecId) {
        return (int) INTS.getVolatile(nodes.read(vecId), nodes.offset(vecId) + 4);
    }

    void addInDegree(int vecId, int change) {
        INTS.getAndAdd(nodes.write(vecId), nodes.offset(vecId) + 4, change);
    }

    /** Returns the node by whose row the spanning tree reaches this one, or -1. */
    int parent(int vecId) {
        return (int) INTS.getVolatile(nodes.read(vecId), nodes.offset(vecId) + 12) - 1;
    }

    void setParent(int vecId, int parent) {
        INTS.setVolatile(nodes.write(vecId), nodes.offset(vecId) + 12, parent + 1);
    }

    /** Returns whether the spanning tree reaches a node. */
    boolean isAttached(int vecId) {
        return parent(vecId) >= 0 || entryId() == vecId;
    }

    private int upperRow(int vecId, int layer) {
        return nodes.read(vecId).get(JAVA_INT, nodes.offset(vecId)) + layer - 1;
    }

    // Rows.

    /** Copies a row's neighbours into {@code into}; returns how many they are. */
    int neighbours(int vecId, int layer, int[] into) {
        MemorySegment block;
        long at;
        int room;
        if (layer == 0) {
            block = rows.read(vecId);
            at = rows.offset(vecId);
            room = 2 * m;
        } else if (level(vecId) < layer) {
            return 0;
        } else {
            int row = upperRow(vecId, layer);
            block = upper.read(row);
            at = upper.offset(row);
            room = m;
        }
        int count = 0;
        while (count < room) {
            int target = block.get(JAVA_INT, at + 4L * count);
            if (target == 0) {
                break;
            }
            into[count++] = target - 1;
        }
        return count;
    }

    /** Reads two ints of a ground row, which brings all of it near. */
    int touchRow(int vecId) {
        var block = rows.read(vecId);
        long at = rows.offset(vecId);
        return block.get(JAVA_INT, at) + block.get(JAVA_INT, at + 4L * m);
    }

    /** Writes a whole row. The caller holds the node's lock and keeps the in-degrees. */
    void setNeighbours(int vecId, int layer, int[] from, int count) {
        MemorySegment block;
        long at;
        if (layer == 0) {
            block = rows.write(vecId);
            at = rows.offset(vecId);
        } else {
            int row = upperRow(vecId, layer);
            block = upper.write(row);
            at = upper.offset(row);
        }
        for (int i = 0; i < count; i++) {
            block.set(JAVA_INT, at + 4L * i, from[i] + 1);
        }
        for (int i = count; i < rowRoom(layer); i++) {
            block.set(JAVA_INT, at + 4L * i, 0);
        }
    }

    private void clearRow(int vecId, int layer) {
        setNeighbours(vecId, layer, new int[0], 0);
    }

    private void clearUpperRow(int row) {
        upper.write(row).asSlice(upper.offset(row), 4L * m).fill((byte) 0);
    }
}
