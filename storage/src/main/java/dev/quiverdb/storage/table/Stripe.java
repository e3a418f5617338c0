package dev.quiverdb.storage.table;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.table.Layout.Form;
import dev.quiverdb.storage.table.Layout.Placed;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * 1,024 row slots: where their blocks are, and how one slot is read and written. What is on disk is
 * drawn at {@link StripeHeader}; this object caches the header's directory and carries what only
 * memory needs: the sequence lock and the heads of the history chains.
 *
 * <p>The methods that write are for the applying thread, inside a writer's visit and this stripe's
 * write lock. The {@code copy} methods are for readers inside a visit, under {@link #lock}'s
 * optimistic stamp: what they return means nothing until the stamp is validated, and they may throw
 * an unchecked exception when it is not valid.
 *
 * <p>A heap reference is a long: bits 0-23 length, 24-43 offset in the heap block, 44-62 index of
 * the heap block, 63 set if the place holds (long first overflow block, int length) instead of the
 * value.
 */
final class Stripe {
    private static final int INLINE_BYTES_MAX = 2000;
    private static final int HEAP_BLOCK_BYTES_LEAST = 4 << 10;
    private static final int HEAP_BLOCK_BYTES_MAX = 64 << 10;
    private static final int OVERFLOW_ENTRY_BYTES = 12;
    private static final byte[] EMPTY = new byte[0];

    final StampedLock lock = new StampedLock();
    private final BlockStore store;
    private final long headBlock;

    /** Block of each segment, 0 where there is none. Replaced, never changed. */
    private volatile long[] segments;

    private volatile long[] heap;
    private int heapUsed;
    private int heapCapacity;

    /** Bytes of a load's values that will follow; 0 when they come one by one. */
    private long heapExpected;

    private int garbage;

    /** Bytes of all heap blocks. */
    private long heapTotal;

    private long externalDirectory;

    /** Commit timestamp of the newest change to any slot. */
    volatile long newest;

    private int live;

    /** Address of the newest before-image by slot; null while there is none. */
    volatile long @Nullable [] heads;

    private Stripe(BlockStore store, long headBlock, long[] segments, long[] heap) {
        this.store = store;
        this.headBlock = headBlock;
        this.segments = segments;
        this.heap = heap;
    }

    /** Makes an empty stripe, in a writer's visit. */
    static Stripe create(BlockStore store, Layout layout) {
        long head = store.allocate(layout.segmentBytes(0));
        var stripe = new Stripe(store, head, new long[] {head}, new long[0]);
        var memory = store.write(head);
        memory.set(Bytes.LONG, 0, StripeHeader.MAGIC);
        stripe.saveDirectory();
        return stripe;
    }

    /** Finds a stripe by its first block, in a visit. */
    static Stripe open(BlockStore store, long headBlock) {
        var memory = store.read(headBlock);
        if (memory.get(Bytes.LONG, 0) != StripeHeader.MAGIC) {
            throw new IllegalStateException("block " + headBlock + " is not a stripe");
        }
        long external = memory.get(Bytes.LONG, StripeHeader.EXTERNAL);
        var directory = external == 0 ? memory : store.read(external);
        int base = external == 0 ? StripeHeader.DIRECTORY : 0;
        var segments = new long[memory.get(Bytes.INT, StripeHeader.SEGMENTS)];
        var heap = new long[memory.get(Bytes.INT, StripeHeader.HEAPS)];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = directory.get(Bytes.LONG, base + 8L * i);
        }
        for (int i = 0; i < heap.length; i++) {
            heap[i] = directory.get(Bytes.LONG, base + 8L * (segments.length + i));
        }
        var stripe = new Stripe(store, headBlock, segments, heap);
        stripe.externalDirectory = external;
        stripe.newest = memory.get(Bytes.LONG, StripeHeader.NEWEST);
        stripe.live = memory.get(Bytes.INT, StripeHeader.LIVE_COUNT);
        stripe.garbage = memory.get(Bytes.INT, StripeHeader.GARBAGE);
        stripe.heapUsed = memory.get(Bytes.INT, StripeHeader.HEAP_USED);
        for (long block : heap) {
            stripe.heapCapacity = store.sizeOf(block);
            stripe.heapTotal += stripe.heapCapacity;
        }
        return stripe;
    }

    long headBlock() {
        return headBlock;
    }

    int liveCount() {
        return live;
    }

    // ---- reading --------------------------------------------------------------------------------

    MemorySegment head() {
        return store.read(headBlock);
    }

    static boolean isLive(MemorySegment head, int slot) {
        return Bytes.bit(head, StripeHeader.LIVE, slot);
    }

    static long stamp(MemorySegment head, int slot) {
        return head.get(Bytes.LONG, StripeHeader.STAMPS + 8L * slot);
    }

    long historyOf(int slot) {
        var all = heads;
        return all == null ? 0 : all[slot];
    }

    /** The memory of a column's segment, or null if this stripe does not have it yet. */
    @Nullable MemorySegment segment(Placed column) {
        var all = segments;
        int index = column.segment();
        return index < all.length && all[index] != 0 ? store.read(all[index]) : null;
    }

    /** The vector slot of a row; -1 for NULL. */
    int vecId(Placed column, int slot) {
        var memory = segment(column);
        return memory == null || Bytes.bit(memory, column.nulls(), slot)
                ? -1
                : memory.get(Bytes.INT, column.values() + 4L * slot);
    }

    /** Copies one column of one slot; vectors as their slot number. */
    void copy(Placed column, int slot, RowBuffer out) {
        int position = column.position();
        var memory = segment(column);
        if (memory == null) {
            out.set(position, column.spec().missingValue());
            return;
        }
        if (Bytes.bit(memory, column.nulls(), slot)) {
            out.setNull(position);
            return;
        }
        int at = column.values();
        switch (column.form()) {
            case BOOL -> out.setBits(position, memory.get(Bytes.BYTE, at + slot));
            case INT, FLOAT, VECTOR -> out.setBits(position, memory.get(Bytes.INT, at + 4L * slot));
            case LONG, DOUBLE -> out.setBits(position, memory.get(Bytes.LONG, at + 8L * slot));
            case HEAP -> out.setCopied(position, copyHeap(memory.get(Bytes.LONG, at + 8L * slot)));
        }
    }

    /**
     * Copies the whole heap, one array for each block, into arrays from an earlier call where they
     * fit. Null where it has more than so many bytes.
     */
    byte @Nullable [][] copyHeapBlocks(byte[][] reused, int bytesMax) {
        var blocks = heap;
        var copies = reused.length >= blocks.length ? reused : Arrays.copyOf(reused, blocks.length);
        int total = 0;
        for (int i = 0; i < blocks.length; i++) {
            var memory = store.read(blocks[i]);
            int bytes = (int) memory.byteSize();
            total += bytes;
            if (total > bytesMax) {
                return null;
            }
            if (copies[i] == null || copies[i].length < bytes) {
                copies[i] = new byte[bytes];
            }
            MemorySegment.copy(memory, Bytes.BYTE, 0, copies[i], 0, bytes);
        }
        return copies;
    }

    /** Bytes of a heap reference's value. */
    static int length(long reference) {
        return (int) reference & 0xff_ffff;
    }

    /** Where a heap reference's value begins in its block. */
    static int offset(long reference) {
        return (int) (reference >>> 24) & 0xf_ffff;
    }

    /** Which block of the heap a reference means. */
    static int block(long reference) {
        return (int) (reference >>> 44) & 0x7_ffff;
    }

    /** Copies a value of the heap. */
    byte[] copyHeap(long reference) {
        int length = length(reference);
        if (length == 0) {
            return EMPTY;
        }
        var memory = store.read(heap[block(reference)]);
        int offset = offset(reference);
        if (reference < 0) {
            return Overflow.read(
                    store, memory.get(Bytes.LONG, offset), memory.get(Bytes.INT, offset + 8L));
        }
        byte[] value = new byte[length];
        MemorySegment.copy(memory, Bytes.BYTE, offset, value, 0, length);
        return value;
    }

    /** Copies a value of the heap that is not out of line to a place in an array. */
    void copyHeap(long reference, byte[] target, int at) {
        var memory = store.read(heap[block(reference)]);
        MemorySegment.copy(memory, Bytes.BYTE, offset(reference), target, at, length(reference));
    }

    /**
     * Size of its blocks, in a visit. A block that a writer gives back meanwhile counts as nothing.
     */
    long blockBytes() {
        long bytes = sizeOf(externalDirectory);
        for (long block : segments) {
            bytes += sizeOf(block);
        }
        for (long block : heap) {
            bytes += sizeOf(block);
        }
        return bytes;
    }

    private long sizeOf(long block) {
        try {
            return block == 0 ? 0 : store.sizeOf(block);
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    /**
     * Bytes of a value out of line by its reference, in a visit; 0 where a writer has taken the
     * reference away meanwhile.
     */
    int largeLength(long reference) {
        var blocks = heap;
        int index = block(reference);
        int at = offset(reference) + 8;
        if (index >= blocks.length) {
            return 0;
        }
        try {
            var memory = store.read(blocks[index]);
            return at + 4 > memory.byteSize() ? 0 : Math.max(0, memory.get(Bytes.INT, at));
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    // ---- writing --------------------------------------------------------------------------------

    /** Sets a slot's liveness and stamp. */
    void mark(int slot, boolean isLive, long commit) {
        var head = store.write(headBlock);
        boolean was = isLive(head, slot);
        if (was != isLive) {
            Bytes.setBit(head, StripeHeader.LIVE, slot, isLive);
            live += isLive ? 1 : -1;
            head.set(Bytes.INT, StripeHeader.LIVE_COUNT, live);
        }
        head.set(Bytes.LONG, StripeHeader.STAMPS + 8L * slot, commit);
        if (commit > newest) {
            newest = commit;
            head.set(Bytes.LONG, StripeHeader.NEWEST, commit);
        }
    }

    /** Whether slots have older versions that somebody may need. */
    boolean hasHistory() {
        return heads != null;
    }

    /** Forgets older versions if everybody who sees commits up to the horizon sees the newest. */
    boolean forgetHistory(long horizon) {
        if (newest > horizon) {
            return false;
        }
        heads = null;
        return true;
    }

    void setHistory(int slot, long address) {
        var all = heads;
        if (all == null) {
            if (address == 0) {
                return;
            }
            all = new long[Layout.SLOTS];
            heads = all;
        }
        all[slot] = address;
    }

    /** Writes one column of one slot; a vector must be there as its slot number. */
    void write(Layout layout, Placed column, int slot, RowBuffer row) {
        int position = column.position();
        var memory = segmentToWrite(layout, column.segment());
        int at = column.values();
        boolean isNull = row.state(position) == RowBuffer.NULL;
        if (column.form() == Form.HEAP && !Bytes.bit(memory, column.nulls(), slot)) {
            freeHeap(memory.get(Bytes.LONG, at + 8L * slot));
        }
        Bytes.setBit(memory, column.nulls(), slot, isNull);
        switch (column.form()) {
            case BOOL -> memory.set(Bytes.BYTE, at + slot, isNull ? 0 : (byte) row.bits(position));
            case INT, FLOAT, VECTOR ->
                    memory.set(Bytes.INT, at + 4L * slot, isNull ? 0 : (int) row.bits(position));
            case LONG, DOUBLE ->
                    memory.set(Bytes.LONG, at + 8L * slot, isNull ? 0 : row.bits(position));
            case HEAP -> {
                long reference =
                        isNull
                                ? 0
                                : writeHeap(
                                        row.source(position),
                                        row.offset(position),
                                        row.length(position));
                memory.set(Bytes.LONG, at + 8L * slot, reference);
            }
        }
    }

    // ---- bulk loads -----------------------------------------------------------------------------

    /**
     * Writes rows into free slots, which are live at once under a hidden stamp.
     *
     * @param vecIds slot numbers by column and row, where the column is one of vectors
     */
    void writePart(StripePart part, int[] @Nullable [] vecIds, long stamp) {
        var layout = part.layout();
        int first = part.first();
        int count = part.count();
        heapExpected = heapBytes(part);
        for (int i = 0; i < layout.columnCount(); i++) {
            var column = layout.column(i);
            var memory = segmentToWrite(layout, column.segment());
            for (int row = 0; row < count; row++) {
                Bytes.setBit(memory, column.nulls(), first + row, part.isNull(i, row));
            }
            long at = column.values() + (long) first * column.form().width;
            switch (column.form()) {
                case BOOL, INT, LONG, FLOAT, DOUBLE -> {
                    long bytes = (long) count * column.form().width;
                    if (part.isAllNull(i)) {
                        memory.asSlice(at, bytes).fill((byte) 0);
                    } else {
                        MemorySegment.copy(part.memory(), part.values(i), memory, at, bytes);
                    }
                }
                case VECTOR -> {
                    int[] ids = vecIds[i];
                    for (int row = 0; row < count; row++) {
                        memory.set(Bytes.INT, at + 4L * row, ids == null ? 0 : ids[row]);
                    }
                }
                case HEAP -> {
                    for (int row = 0; row < count; row++) {
                        // What was in the slot before is gone from the heap since it was cleared.
                        long reference =
                                part.isNull(i, row)
                                        ? 0
                                        : writeHeap(
                                                part.source(),
                                                part.start(i, row),
                                                part.length(i, row));
                        memory.set(Bytes.LONG, at + 8L * row, reference);
                    }
                }
            }
        }
        heapExpected = 0;
        var head = store.write(headBlock);
        var histories = heads;
        for (int slot = first; slot < first + count; slot++) {
            assert !isLive(head, slot) : "slot " + slot + " of a part is taken";
            Bytes.setBit(head, StripeHeader.LIVE, slot, true);
            head.set(Bytes.LONG, StripeHeader.STAMPS + 8L * slot, stamp);
            if (histories != null) {
                histories[slot] = 0;
            }
        }
        live += count;
        newest = Math.max(newest, stamp);
        head.set(Bytes.INT, StripeHeader.LIVE_COUNT, live);
        head.set(Bytes.LONG, StripeHeader.NEWEST, newest);
    }

    /** What a part's values take in the heap. */
    private static long heapBytes(StripePart part) {
        var layout = part.layout();
        long bytes = 0;
        for (int i = 0; i < layout.columnCount(); i++) {
            if (layout.column(i).form() != Form.HEAP || part.isAllNull(i)) {
                continue;
            }
            for (int row = 0; row < part.count(); row++) {
                int length = part.length(i, row);
                bytes += length <= INLINE_BYTES_MAX ? length : OVERFLOW_ENTRY_BYTES;
            }
        }
        return bytes;
    }

    /** Whether a transaction loaded the slot's row and has not ended. */
    static boolean isHiddenBy(MemorySegment head, int slot, long transactionId) {
        long stamp = stamp(head, slot);
        return HiddenStamp.is(stamp) && HiddenStamp.transaction(stamp) == transactionId;
    }

    /** Gives the rows that a transaction loaded its timestamp. Returns how many there are. */
    int unhide(int first, int count, long transactionId, long commit) {
        var head = store.write(headBlock);
        int found = 0;
        for (int slot = first; slot < first + count; slot++) {
            if (isHiddenBy(head, slot, transactionId)) {
                head.set(Bytes.LONG, StripeHeader.STAMPS + 8L * slot, commit);
                found++;
            }
        }
        findNewest(head);
        return found;
    }

    /** Makes the slot of a row free that a transaction loaded and takes back. */
    void removeHidden(Layout layout, int slot) {
        clear(layout, slot);
        var head = store.write(headBlock);
        Bytes.setBit(head, StripeHeader.LIVE, slot, false);
        head.set(Bytes.LONG, StripeHeader.STAMPS + 8L * slot, 0);
        live--;
        head.set(Bytes.INT, StripeHeader.LIVE_COUNT, live);
    }

    /** The newest change, after stamps have become smaller. */
    void findNewest(MemorySegment head) {
        long greatest = 0;
        for (int slot = 0; slot < Layout.SLOTS; slot++) {
            greatest = Math.max(greatest, stamp(head, slot));
        }
        newest = greatest;
        head.set(Bytes.LONG, StripeHeader.NEWEST, greatest);
    }

    MemorySegment headToWrite() {
        return store.write(headBlock);
    }

    /** Lets the heap values of a slot go that is no row any more. */
    void clear(Layout layout, int slot) {
        for (int i = 0; i < layout.columnCount(); i++) {
            var column = layout.column(i);
            if (column.form() != Form.HEAP || segment(column) == null) {
                continue;
            }
            var memory = segmentToWrite(layout, column.segment());
            if (!Bytes.bit(memory, column.nulls(), slot)) {
                freeHeap(memory.get(Bytes.LONG, column.values() + 8L * slot));
                memory.set(Bytes.LONG, column.values() + 8L * slot, 0);
            }
        }
    }

    private MemorySegment segmentToWrite(Layout layout, int index) {
        var all = segments;
        if (index < all.length && all[index] != 0) {
            return store.write(all[index]);
        }
        long block = store.allocate(layout.segmentBytes(index));
        all = Arrays.copyOf(all, Math.max(all.length, index + 1));
        all[index] = block;
        var memory = store.write(block);
        for (int i = 0; i < layout.columnCount(); i++) {
            var column = layout.column(i);
            if (column.segment() == index) {
                fillMissing(layout, column, memory);
            }
        }
        segments = all;
        saveDirectory();
        return memory;
    }

    /** Gives the rows that are there the value of a column that came later. */
    private void fillMissing(Layout layout, Placed column, MemorySegment memory) {
        var missing = new RowBuffer(layout);
        missing.set(column.position(), column.spec().missingValue());
        int position = column.position();
        boolean isNull = missing.state(position) == RowBuffer.NULL;
        for (int slot = 0; slot < Layout.SLOTS; slot++) {
            Bytes.setBit(memory, column.nulls(), slot, isNull);
            if (isNull) {
                continue;
            }
            switch (column.form()) {
                case BOOL ->
                        memory.set(
                                Bytes.BYTE, column.values() + slot, (byte) missing.bits(position));
                case INT, FLOAT ->
                        memory.set(
                                Bytes.INT,
                                column.values() + 4L * slot,
                                (int) missing.bits(position));
                case LONG, DOUBLE ->
                        memory.set(Bytes.LONG, column.values() + 8L * slot, missing.bits(position));
                case HEAP ->
                        memory.set(
                                Bytes.LONG,
                                column.values() + 8L * slot,
                                isLive(head(), slot)
                                        ? writeHeap(
                                                missing.source(position),
                                                missing.offset(position),
                                                missing.length(position))
                                        : 0);
                case VECTOR -> throw new IllegalStateException("missing vectors are kept as NULL");
            }
        }
    }

    private long writeHeap(byte[] source, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (length <= INLINE_BYTES_MAX) {
            long reference = allocateHeap(length);
            var memory = store.write(heap[(int) (reference >>> 44)]);
            MemorySegment.copy(
                    source, offset, memory, Bytes.BYTE, reference >>> 24 & 0xf_ffff, length);
            return reference;
        }
        long first = Overflow.write(store, source, offset, length);
        long reference = allocateHeap(OVERFLOW_ENTRY_BYTES);
        var memory = store.write(heap[(int) (reference >>> 44)]);
        long at = reference >>> 24 & 0xf_ffff;
        memory.set(Bytes.LONG, at, first);
        memory.set(Bytes.INT, at + 8, length);
        return reference | Long.MIN_VALUE;
    }

    private long allocateHeap(int length) {
        var blocks = heap;
        if (blocks.length == 0 || heapUsed + length > heapCapacity) {
            if (blocks.length > 0) {
                garbage += heapCapacity - heapUsed;
            }
            heapCapacity = heapBlockBytes();
            heapTotal += heapCapacity;
            blocks = Arrays.copyOf(blocks, blocks.length + 1);
            blocks[blocks.length - 1] = store.allocate(heapCapacity);
            heap = blocks;
            heapUsed = 0;
            saveDirectory();
        }
        long reference = (long) (blocks.length - 1) << 44 | (long) heapUsed << 24 | length;
        heapUsed += length;
        heapExpected = Math.max(0, heapExpected - length);
        store.write(headBlock).set(Bytes.INT, StripeHeader.HEAP_USED, heapUsed);
        return reference;
    }

    /**
     * What a load brings at once gets blocks as large as will be full; where rows come one by one,
     * each block is larger than the one before.
     */
    private int heapBlockBytes() {
        if (heapExpected > 0) {
            long bytes = Long.highestOneBit(heapExpected);
            return Math.clamp(bytes, HEAP_BLOCK_BYTES_LEAST, HEAP_BLOCK_BYTES_MAX);
        }
        return heap.length == 0
                ? HEAP_BLOCK_BYTES_LEAST
                : Math.min(HEAP_BLOCK_BYTES_MAX, heapCapacity * 2);
    }

    private void freeHeap(long reference) {
        int length = (int) reference & 0xff_ffff;
        if (length == 0) {
            return;
        }
        if (reference < 0) {
            var memory = store.read(heap[(int) (reference >>> 44) & 0x7_ffff]);
            Overflow.free(store, memory.get(Bytes.LONG, (int) (reference >>> 24) & 0xf_ffff));
        }
        garbage += length;
        store.write(headBlock).set(Bytes.INT, StripeHeader.GARBAGE, garbage);
    }

    /**
     * Writes the heap anew if more than half of it is garbage. O(heap), amortised O(1) per byte.
     */
    void compactHeap(Layout layout) {
        if (garbage < 16 << 10 || garbage * 2L < heapTotal) {
            return;
        }
        var old = heap;
        var memories = new MemorySegment[old.length];
        for (int i = 0; i < old.length; i++) {
            memories[i] = store.read(old[i]);
        }
        heapExpected = Math.max(0, heapTotal - garbage - (heapCapacity - heapUsed));
        heap = new long[0];
        heapUsed = 0;
        heapCapacity = 0;
        heapTotal = 0;
        garbage = 0;
        for (int i = 0; i < layout.columnCount(); i++) {
            var column = layout.column(i);
            if (column.form() != Form.HEAP || segment(column) == null) {
                continue;
            }
            var memory = segmentToWrite(layout, column.segment());
            for (int slot = 0; slot < Layout.SLOTS; slot++) {
                long at = column.values() + 8L * slot;
                long reference = memory.get(Bytes.LONG, at);
                int length = length(reference);
                if (Bytes.bit(memory, column.nulls(), slot) || length == 0) {
                    continue;
                }
                long place = allocateHeap(length);
                MemorySegment.copy(
                        memories[block(reference)],
                        offset(reference),
                        store.write(heap[block(place)]),
                        offset(place),
                        length);
                memory.set(Bytes.LONG, at, place | (reference & Long.MIN_VALUE));
            }
        }
        heapExpected = 0;
        saveDirectory();
        for (long block : old) {
            store.free(block);
        }
    }

    /** Gives every block back. */
    void drop(Layout layout) {
        for (int i = 0; i < layout.columnCount(); i++) {
            var column = layout.column(i);
            var memory = column.form() == Form.HEAP ? segment(column) : null;
            for (int slot = 0; memory != null && slot < Layout.SLOTS; slot++) {
                long reference = memory.get(Bytes.LONG, column.values() + 8L * slot);
                if (reference < 0 && !Bytes.bit(memory, column.nulls(), slot)) {
                    freeHeap(reference);
                }
            }
        }
        for (long block : heap) {
            store.free(block);
        }
        if (externalDirectory != 0) {
            store.free(externalDirectory);
        }
        for (long block : segments) {
            if (block != 0) {
                store.free(block);
            }
        }
    }

    private void saveDirectory() {
        var head = store.write(headBlock);
        var segmentBlocks = segments;
        var heapBlocks = heap;
        int entries = segmentBlocks.length + heapBlocks.length;
        MemorySegment directory = head;
        int base = StripeHeader.DIRECTORY;
        if (entries > StripeHeader.DIRECTORY_ENTRIES) {
            if (externalDirectory == 0 || store.sizeOf(externalDirectory) < entries * 8) {
                if (externalDirectory != 0) {
                    store.free(externalDirectory);
                }
                int bytes = Math.max(4096, Integer.highestOneBit(entries * 8 - 1) << 1);
                externalDirectory = store.allocate(bytes);
            }
            directory = store.write(externalDirectory);
            base = 0;
        } else if (externalDirectory != 0) {
            store.free(externalDirectory);
            externalDirectory = 0;
        }
        for (int i = 0; i < segmentBlocks.length; i++) {
            directory.set(Bytes.LONG, base + 8L * i, segmentBlocks[i]);
        }
        for (int i = 0; i < heapBlocks.length; i++) {
            directory.set(Bytes.LONG, base + 8L * (segmentBlocks.length + i), heapBlocks[i]);
        }
        head.set(Bytes.LONG, StripeHeader.EXTERNAL, externalDirectory);
        head.set(Bytes.INT, StripeHeader.SEGMENTS, segmentBlocks.length);
        head.set(Bytes.INT, StripeHeader.HEAPS, heapBlocks.length);
        head.set(Bytes.INT, StripeHeader.HEAP_USED, heapUsed);
        head.set(Bytes.INT, StripeHeader.GARBAGE, garbage);
    }

    /** Bytes before the bits of a stored value: a bit string's length modulo eight. */
    static int vectorPrefix(Placed column) {
        return column.type().actual().oid() == Oids.BIT ? 1 : 0;
    }
}
