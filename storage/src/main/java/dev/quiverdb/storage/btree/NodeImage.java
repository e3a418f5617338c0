package dev.quiverdb.storage.btree;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A node taken apart, to be split, merged, packed or built. Used by the one writer. */
final class NodeImage {
    /**
     * An entry with its whole key; {@code child} is 0 in a leaf. Owns its array, which is not
     * changed.
     */
    static final class Entry {
        final byte[] key;
        final long rowId;
        final long child;

        Entry(byte[] key, long rowId, long child) {
            this.key = key;
            this.rowId = rowId;
            this.child = child;
        }
    }

    final int level;
    final Fence low;
    final Fence high;
    final List<Entry> entries;
    final long newestChange;

    NodeImage(int level, Fence low, Fence high, List<Entry> entries, long newestChange) {
        this.level = level;
        this.low = low;
        this.high = high;
        this.entries = entries;
        this.newestChange = newestChange;
    }

    static NodeImage of(MemorySegment node) {
        int count = Node.count(node);
        List<Entry> entries = new ArrayList<>(count + 1);
        boolean inner = Node.type(node) == Node.INNER;
        for (int i = 0; i < count; i++) {
            entries.add(
                    new Entry(
                            Node.key(node, i),
                            Node.rowId(node, i),
                            inner ? Node.child(node, i) : 0));
        }
        var low = Node.low(node);
        if (inner && count > 0) {
            entries.set(0, new Entry(low.key, low.rowId, entries.getFirst().child));
        }
        return new NodeImage(
                Node.level(node), low, Node.high(node), entries, Node.newestChange(node));
    }

    private int prefixBytes() {
        if (low.isNone() || high.isNone()) {
            return 0;
        }
        int common = Arrays.mismatch(low.key, high.key);
        return common < 0 ? low.key.length : common;
    }

    private int overhead() {
        return Node.SLOT_BYTES + (level == 0 ? 8 : 16);
    }

    /** An inner node's first entry stands for its low fence and keeps no key. */
    private int keyBytes(int index, int prefix) {
        return level > 0 && index == 0 ? 0 : entries.get(index).key.length - prefix;
    }

    /** Bytes that the encoded node takes. */
    int sizeBytes() {
        int prefix = prefixBytes();
        int size = Node.HEADER_BYTES + low.key.length + high.key.length;
        for (int i = 0; i < entries.size(); i++) {
            size += keyBytes(i, prefix) + overhead();
        }
        return size;
    }

    /** The half before {@code at}; its high fence is where {@link #right} begins. */
    NodeImage left(int at) {
        return new NodeImage(level, low, border(at), entries.subList(0, at), newestChange);
    }

    NodeImage right(int at) {
        return new NodeImage(
                level, border(at), high, entries.subList(at, entries.size()), newestChange);
    }

    /**
     * Separators above the leaves are kept as they are: they were cut short when they were made.
     */
    private Fence border(int at) {
        var right = entries.get(at);
        return level > 0
                ? new Fence(right.key, right.rowId)
                : Fence.between(entries.get(at - 1).key, right.key, right.rowId);
    }

    /** Where to split so that the larger half is smallest; at the very end if {@code appending}. */
    int splitPoint(boolean appending, int nodeBytes) {
        int last = entries.size() - 1;
        if (appending && left(last).sizeBytes() <= nodeBytes) {
            return last;
        }
        long total = 0;
        for (var entry : entries) {
            total += entry.key.length + overhead();
        }
        int best = 1;
        long bestLarger = Long.MAX_VALUE;
        long before = 0;
        for (int at = 1; at <= last; at++) {
            before += entries.get(at - 1).key.length + overhead();
            long larger = Math.max(before, total - before);
            if (larger < bestLarger) {
                best = at;
                bestLarger = larger;
            }
        }
        return best;
    }

    /** Writes the node; its version goes on from what the memory holds. */
    void encode(MemorySegment node) {
        Node.beginChange(node);
        int size = (int) node.byteSize();
        int prefix = prefixBytes();
        node.set(ValueLayout.JAVA_BYTE, Node.AT_TYPE, (byte) (level == 0 ? Node.LEAF : Node.INNER));
        node.set(ValueLayout.JAVA_BYTE, Node.AT_LEVEL, (byte) level);
        node.set(Node.SHORT, Node.AT_PREFIX, (short) prefix);
        node.set(Node.INT, Node.AT_COUNT, 0);
        node.set(Node.INT, Node.AT_GARBAGE, 0);
        node.set(Node.LONG, Node.AT_NEWEST, newestChange);
        int heap = putFence(node, size, high, Node.AT_HIGH, Node.AT_HIGH_BYTES, Node.AT_HIGH_ROW);
        heap = putFence(node, heap, low, Node.AT_LOW, Node.AT_LOW_BYTES, Node.AT_LOW_ROW);
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            int suffix = keyBytes(i, prefix);
            heap -= suffix + (level == 0 ? 8 : 16);
            MemorySegment.copy(
                    entry.key,
                    entry.key.length - suffix,
                    node,
                    ValueLayout.JAVA_BYTE,
                    heap,
                    suffix);
            node.set(Node.LONG, heap + (long) suffix, entry.rowId);
            if (level > 0) {
                node.set(Node.LONG, heap + suffix + 8L, entry.child);
            }
            long slot = Node.HEADER_BYTES + (long) i * Node.SLOT_BYTES;
            node.set(Node.LONG, slot, suffix == 0 ? 0 : Node.head(entry.key, prefix));
            node.set(Node.INT, slot + 8, heap);
            node.set(Node.INT, slot + 12, suffix);
        }
        assert heap >= Node.HEADER_BYTES + entries.size() * Node.SLOT_BYTES : "node is too full";
        node.set(Node.INT, Node.AT_HEAP, heap);
        node.set(Node.INT, Node.AT_COUNT, entries.size());
        Node.endChange(node);
    }

    private static int putFence(
            MemorySegment node, int heap, Fence fence, int at, int atBytes, int atRow) {
        int start = heap - fence.key.length;
        MemorySegment.copy(fence.key, 0, node, ValueLayout.JAVA_BYTE, start, fence.key.length);
        node.set(Node.INT, at, start);
        node.set(Node.SHORT, atBytes, (short) (fence.isNone() ? Node.UNBOUNDED : fence.key.length));
        node.set(Node.LONG, atRow, fence.rowId);
        return start;
    }
}
