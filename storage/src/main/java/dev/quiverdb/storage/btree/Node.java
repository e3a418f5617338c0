package dev.quiverdb.storage.btree;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A node in a block's memory, drawn byte by byte in {@code README.md}. Readers look while the
 * writer changes: they take {@link #version}, read whatever comes, and believe it only if {@link
 * #isUnchanged}. So nothing here may loop or index beyond the segment's own bounds check, whatever
 * the bytes are.
 */
final class Node {
    static final int HEADER_BYTES = 64;
    static final int SLOT_BYTES = 16;

    static final int LEAF = 1;
    static final int INNER = 2;

    /** Merged away; whoever comes here begins again at the root. */
    static final int DEAD = 3;

    /** How often a search guesses before it halves. */
    private static final int GUESSES = 2;

    /** So many entries are looked at together where the sought one is guessed: two cache lines. */
    private static final int WINDOW = 8;

    private static final int SLOTS_PER_LINE = 64 / SLOT_BYTES;

    /** Length of a fence that is no bound. */
    static final int UNBOUNDED = 0xFFFF;

    static final int AT_VERSION = 0;
    static final int AT_TYPE = 8;
    static final int AT_LEVEL = 9;
    static final int AT_PREFIX = 10;
    static final int AT_COUNT = 12;
    static final int AT_HEAP = 16;
    static final int AT_GARBAGE = 20;
    static final int AT_NEWEST = 24;
    static final int AT_LOW_ROW = 32;
    static final int AT_HIGH_ROW = 40;
    static final int AT_LOW = 48;
    static final int AT_HIGH = 52;
    static final int AT_LOW_BYTES = 56;
    static final int AT_HIGH_BYTES = 58;

    static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong BIG_LONG_IN_NODE =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle BIG_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle VERSION =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private Node() {}

    // ---- the sequence check ----

    /** Odd while the writer is in it. */
    static long version(MemorySegment node) {
        return (long) VERSION.getAcquire(node, (long) AT_VERSION);
    }

    /** Whether everything read since {@link #version} gave {@code seen} (even) was of one state. */
    static boolean isUnchanged(MemorySegment node, long seen) {
        VarHandle.loadLoadFence();
        return (seen & 1) == 0 && (long) VERSION.getOpaque(node, (long) AT_VERSION) == seen;
    }

    static void beginChange(MemorySegment node) {
        long version = node.get(LONG, AT_VERSION);
        assert (version & 1) == 0 : "two writers";
        VERSION.setOpaque(node, (long) AT_VERSION, version + 1);
        VarHandle.storeStoreFence();
    }

    static void endChange(MemorySegment node) {
        VERSION.setRelease(node, (long) AT_VERSION, node.get(LONG, AT_VERSION) + 1);
    }

    // ---- fields ----

    static int type(MemorySegment node) {
        return node.get(ValueLayout.JAVA_BYTE, AT_TYPE);
    }

    static int level(MemorySegment node) {
        return node.get(ValueLayout.JAVA_BYTE, AT_LEVEL);
    }

    static int count(MemorySegment node) {
        return node.get(INT, AT_COUNT);
    }

    static int prefixBytes(MemorySegment node) {
        return node.get(SHORT, AT_PREFIX) & 0xFFFF;
    }

    static long newestChange(MemorySegment node) {
        return node.get(LONG, AT_NEWEST);
    }

    static int lowBytes(MemorySegment node) {
        return node.get(SHORT, AT_LOW_BYTES) & 0xFFFF;
    }

    static int highBytes(MemorySegment node) {
        return node.get(SHORT, AT_HIGH_BYTES) & 0xFFFF;
    }

    private static long slot(int index) {
        return HEADER_BYTES + (long) index * SLOT_BYTES;
    }

    private static long entryOffset(MemorySegment node, int index) {
        return node.get(INT, slot(index) + 8);
    }

    private static int suffixBytes(MemorySegment node, int index) {
        return node.get(INT, slot(index) + 12);
    }

    static long rowId(MemorySegment node, int index) {
        return node.get(LONG, entryOffset(node, index) + suffixBytes(node, index));
    }

    static long child(MemorySegment node, int index) {
        return node.get(LONG, entryOffset(node, index) + suffixBytes(node, index) + 8);
    }

    /** The whole key of an entry. */
    static byte[] key(MemorySegment node, int index) {
        int prefix = prefixBytes(node);
        int suffix = suffixBytes(node, index);
        var key = new byte[prefix + suffix];
        MemorySegment.copy(node, ValueLayout.JAVA_BYTE, node.get(INT, AT_LOW), key, 0, prefix);
        MemorySegment.copy(
                node, ValueLayout.JAVA_BYTE, entryOffset(node, index), key, prefix, suffix);
        return key;
    }

    static Fence low(MemorySegment node) {
        return fence(node, lowBytes(node), AT_LOW, AT_LOW_ROW);
    }

    static Fence high(MemorySegment node) {
        return fence(node, highBytes(node), AT_HIGH, AT_HIGH_ROW);
    }

    private static Fence fence(MemorySegment node, int bytes, int atOffset, int atRow) {
        if (bytes == UNBOUNDED) {
            return Fence.NONE;
        }
        var key = new byte[bytes];
        MemorySegment.copy(node, ValueLayout.JAVA_BYTE, node.get(INT, atOffset), key, 0, bytes);
        return new Fence(key, node.get(LONG, atRow));
    }

    // ---- comparing ----

    /**
     * The first eight bytes from {@code from}, zeros beyond the end, as a number that sorts like
     * them.
     */
    static long head(byte[] key, int from) {
        int n = key.length - from;
        if (n >= 8) {
            return (long) BIG_LONG.get(key, from);
        }
        long head = 0;
        for (int i = 0; i < n; i++) {
            head |= (key[from + i] & 0xFFL) << (56 - 8 * i);
        }
        return head;
    }

    /** A stored key (without prefix) and row id against a sought one. */
    private static int compare(
            MemorySegment node, int index, long head, byte[] key, int prefix, long rowId) {
        long stored = node.get(LONG, slot(index));
        if (stored != head) {
            return Long.compareUnsigned(stored, head);
        }
        int suffix = suffixBytes(node, index);
        long offset = entryOffset(node, index);
        int sought = key.length - prefix;
        int common = Math.min(suffix, sought);
        for (int i = 8; i < common; i++) {
            int a = node.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFF;
            int b = key[prefix + i] & 0xFF;
            if (a != b) {
                return a - b;
            }
        }
        if (suffix != sought) {
            return suffix - sought;
        }
        return Long.compareUnsigned(node.get(LONG, offset + suffix), rowId);
    }

    private static int compareFence(
            MemorySegment node, int bytes, int atOffset, int atRow, byte[] key, long rowId) {
        long offset = node.get(INT, atOffset);
        int common = Math.min(bytes, key.length);
        int i = 0;
        for (; i + 8 <= common; i += 8) {
            long a = node.get(BIG_LONG_IN_NODE, offset + i);
            long b = (long) BIG_LONG.get(key, i);
            if (a != b) {
                return Long.compareUnsigned(a, b);
            }
        }
        for (; i < common; i++) {
            int a = node.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFF;
            int b = key[i] & 0xFF;
            if (a != b) {
                return a - b;
            }
        }
        if (bytes != key.length) {
            return bytes - key.length;
        }
        return Long.compareUnsigned(node.get(LONG, atRow), rowId);
    }

    /** Whether low <= (key, rowId) < high. */
    static boolean covers(MemorySegment node, byte[] key, long rowId) {
        int low = lowBytes(node);
        int high = highBytes(node);
        return (low == UNBOUNDED || compareFence(node, low, AT_LOW, AT_LOW_ROW, key, rowId) <= 0)
                && (high == UNBOUNDED
                        || compareFence(node, high, AT_HIGH, AT_HIGH_ROW, key, rowId) > 0);
    }

    /** Whether low < (key, rowId) <= high. */
    static boolean coversBefore(MemorySegment node, byte[] key, long rowId) {
        int low = lowBytes(node);
        int high = highBytes(node);
        return (low == UNBOUNDED || compareFence(node, low, AT_LOW, AT_LOW_ROW, key, rowId) < 0)
                && (high == UNBOUNDED
                        || compareFence(node, high, AT_HIGH, AT_HIGH_ROW, key, rowId) >= 0);
    }

    /** Whether (key, rowId) < high. */
    static boolean isBelowHigh(MemorySegment node, byte[] key, long rowId) {
        int high = highBytes(node);
        return high == UNBOUNDED || compareFence(node, high, AT_HIGH, AT_HIGH_ROW, key, rowId) > 0;
    }

    /** As {@link #lowerBound}, where the entry is known not to lie before {@code from}. */
    static int lowerBound(MemorySegment node, byte[] key, long rowId, int from) {
        return search(node, key, rowId, from);
    }

    /**
     * Whether an entry next to the place has the key, or perhaps one in the leaf next to this one.
     */
    static boolean isBeside(MemorySegment leaf, int index, byte[] key) {
        int count = count(leaf);
        int prefix = Math.min(prefixBytes(leaf), key.length);
        long head = head(key, prefix);
        if (index > 0 && leaf.get(LONG, slot(index - 1)) == head && hasKey(leaf, index - 1, key)) {
            return true;
        }
        if (index < count && leaf.get(LONG, slot(index)) == head && hasKey(leaf, index, key)) {
            return true;
        }
        return (index == 0 && isFenceKey(leaf, lowBytes(leaf), AT_LOW, key))
                || (index == count && isFenceKey(leaf, highBytes(leaf), AT_HIGH, key));
    }

    private static boolean isFenceKey(MemorySegment node, int bytes, int atOffset, byte[] key) {
        if (bytes != key.length || bytes == UNBOUNDED) {
            return false;
        }
        long offset = node.get(INT, atOffset);
        // Neighbours differ at the end.
        for (int i = bytes - 1; i >= 0; i--) {
            if (node.get(ValueLayout.JAVA_BYTE, offset + i) != key[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The first entry not below (key, rowId), which the node covers; {@code count} if there is
     * none.
     */
    static int lowerBound(MemorySegment node, byte[] key, long rowId) {
        return search(node, key, rowId, 0);
    }

    /**
     * The child to go to: the last whose separator is not above (key, rowId), and below it if
     * {@code before}.
     */
    static int childIndex(MemorySegment node, byte[] key, long rowId, boolean before) {
        // The first child's separator is the node's own low fence, and not looked at.
        int first = before ? search(node, key, rowId, 1) : searchAfter(node, key, rowId);
        return first - 1;
    }

    private static int search(MemorySegment node, byte[] key, long rowId, int from) {
        return search(node, key, rowId, from, 0);
    }

    /** The first entry from 1 on that is above (key, rowId). */
    private static int searchAfter(MemorySegment node, byte[] key, long rowId) {
        return search(node, key, rowId, 1, 1);
    }

    /**
     * The first entry from {@code from} on that compares with (key, rowId) as {@code least} or
     * above it.
     */
    private static int search(MemorySegment node, byte[] key, long rowId, int from, int least) {
        int prefix = Math.min(prefixBytes(node), key.length);
        long head = head(key, prefix);
        int low = from;
        int high = count(node);
        // Keys that came in order or at random lie about where their value says, and each look at
        // another part of a node is likely to miss the cache.
        for (int guesses = 0; guesses < GUESSES && high - low > 2 * WINDOW; guesses++) {
            int middle = guess(node, head, low, high) - WINDOW / 2;
            int window = Math.clamp(middle & -SLOTS_PER_LINE, low, high - WINDOW);
            int below = headsBelow(node, window, head);
            if (below == WINDOW) {
                low = window + WINDOW;
            } else {
                high = window + below;
                if (below > 0) {
                    low = high;
                }
            }
        }
        long sought = head ^ Long.MIN_VALUE;
        while (high - low > 2 * WINDOW) {
            int middle = (low + high) >>> 1;
            if ((node.get(LONG, slot(middle)) ^ Long.MIN_VALUE) < sought) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int below = 0;
        for (int i = low; i < high; i++) {
            below += (node.get(LONG, slot(i)) ^ Long.MIN_VALUE) < sought ? 1 : 0;
        }
        low += below;
        return afterEqualHeads(node, low, head, key, prefix, rowId, least);
    }

    /**
     * How many of the entries of a window have a smaller head. The looks at them do not wait for
     * each other, and nothing has to be predicted.
     */
    private static int headsBelow(MemorySegment node, int window, long head) {
        long sought = head ^ Long.MIN_VALUE;
        int below = 0;
        for (int i = 0; i < WINDOW; i++) {
            below += (node.get(LONG, slot(window + i)) ^ Long.MIN_VALUE) < sought ? 1 : 0;
        }
        return below;
    }

    /** Where the search ends that begins at the first entry whose head is not smaller. */
    private static int afterEqualHeads(
            MemorySegment node,
            int first,
            long head,
            byte[] key,
            int prefix,
            long rowId,
            int least) {
        int count = count(node);
        int low = first;
        int high = first;
        for (int step = 1; high < count; step *= 2) {
            if (compare(node, high, head, key, prefix, rowId) >= least) {
                break;
            }
            low = high + 1;
            high = Math.min(count, high + step);
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(node, middle, head, key, prefix, rowId) < least) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Where the head would stand if those of {@code [low, high)} were evenly spaced. */
    private static int guess(MemorySegment node, long head, int low, int high) {
        long first = node.get(LONG, slot(low));
        double span = distance(first, node.get(LONG, slot(high - 1)));
        double share = span > 0 ? distance(first, head) / span : 0.5;
        // What is torn may be anything, also not a number.
        return low + Math.clamp((int) (share * (high - 1 - low)), 0, high - 1 - low);
    }

    /** From one unsigned number up to another; negative if the other is smaller. */
    private static double distance(long from, long to) {
        long difference = to - from;
        if (Long.compareUnsigned(to, from) < 0) {
            return -1;
        }
        // Half of it fits a signed number.
        return (difference >>> 1) * 2.0;
    }

    /** Whether entry {@code index}, which is there, is (key, rowId). */
    static boolean isEntry(MemorySegment node, int index, byte[] key, long rowId) {
        int prefix = prefixBytes(node);
        return compare(node, index, head(key, prefix), key, prefix, rowId) == 0;
    }

    /** Whether entry {@code index}, which is there, has the key, with whatever row id. */
    static boolean hasKey(MemorySegment node, int index, byte[] key) {
        int prefix = Math.min(prefixBytes(node), key.length);
        int suffix = key.length - prefix;
        if (node.get(LONG, slot(index)) != head(key, prefix)
                || suffixBytes(node, index) != suffix) {
            return false;
        }
        // The head holds the first eight bytes.
        long offset = entryOffset(node, index);
        for (int i = 8; i < suffix; i++) {
            if (node.get(ValueLayout.JAVA_BYTE, offset + i) != key[prefix + i]) {
                return false;
            }
        }
        return true;
    }

    // ---- changing; the one writer, between beginChange and endChange ----

    static int entryBytes(MemorySegment node, int suffixBytes) {
        return suffixBytes + (type(node) == LEAF ? 8 : 16);
    }

    static int freeBytes(MemorySegment node) {
        return node.get(INT, AT_HEAP) - HEADER_BYTES - count(node) * SLOT_BYTES;
    }

    static int garbageBytes(MemorySegment node) {
        return node.get(INT, AT_GARBAGE);
    }

    /** Bytes of slots, live entries and fences. */
    static int usedBytes(MemorySegment node) {
        int heap = (int) node.byteSize() - node.get(INT, AT_HEAP) - garbageBytes(node);
        return heap + count(node) * SLOT_BYTES;
    }

    /** Puts an entry before the present entry {@code index}. There is room. */
    static void insert(MemorySegment node, int index, byte[] key, long rowId, long child) {
        int prefix = prefixBytes(node);
        int suffix = key.length - prefix;
        int bytes = entryBytes(node, suffix);
        int count = count(node);
        int heap = node.get(INT, AT_HEAP) - bytes;
        assert heap >= slot(count + 1) : "no room";
        MemorySegment.copy(key, prefix, node, ValueLayout.JAVA_BYTE, heap, suffix);
        node.set(LONG, heap + (long) suffix, rowId);
        if (type(node) == INNER) {
            node.set(LONG, heap + suffix + 8L, child);
        }
        MemorySegment.copy(
                node, slot(index), node, slot(index + 1), (long) (count - index) * SLOT_BYTES);
        node.set(LONG, slot(index), head(key, prefix));
        node.set(INT, slot(index) + 8, heap);
        node.set(INT, slot(index) + 12, suffix);
        node.set(INT, AT_HEAP, heap);
        node.set(INT, AT_COUNT, count + 1);
    }

    static void remove(MemorySegment node, int index) {
        int count = count(node);
        int bytes = entryBytes(node, suffixBytes(node, index));
        MemorySegment.copy(
                node, slot(index + 1), node, slot(index), (long) (count - index - 1) * SLOT_BYTES);
        node.set(INT, AT_COUNT, count - 1);
        node.set(INT, AT_GARBAGE, garbageBytes(node) + bytes);
    }

    static void setNewestChange(MemorySegment node, long timestamp) {
        node.set(LONG, AT_NEWEST, Math.max(timestamp, newestChange(node)));
    }
}
