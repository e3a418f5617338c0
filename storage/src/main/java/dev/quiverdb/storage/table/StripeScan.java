package dev.quiverdb.storage.table;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.BoolColumn;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.DoubleColumn;
import dev.quiverdb.base.batch.FloatColumn;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.batch.ObjectColumn;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.storage.table.Layout.Form;
import dev.quiverdb.storage.table.Layout.Placed;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Copies whole stripes into batches as a snapshot sees them. In a quiet stripe (everything in it is
 * older than the snapshot) that is one check for 1,024 rows and a copy per column; rows that are
 * newer than the snapshot are read one by one through their history.
 *
 * <p>Belongs to one thread at a time.
 */
public final class StripeScan {
    private static final byte[] NOTHING = {};
    private static final int OPTIMISTIC_TRIES = 3;

    /** Every slot of a stripe. */
    private static final int[] EVERY = new int[Layout.SLOTS];

    static {
        Arrays.setAll(EVERY, slot -> slot);
    }

    /** Larger heaps, and those of which few rows are wanted, are not copied whole. */
    private static final int HEAP_COPY_BYTES_MAX = 512 << 10;

    private static final int HEAP_COPY_ROWS_MIN = 256;

    private final Tablet tablet;
    private final Layout layout;
    private final int[] positions;
    private final RowReader rows;

    /** Slots that are copied column by column; not to be changed where it is {@link #EVERY}. */
    private int[] fast = EVERY;

    private final int[] some = new int[Layout.SLOTS];
    private final int[] slow = new int[Layout.SLOTS];
    private int fastCount;
    private int slowCount;

    /** Row id of the first slot of the stripe read last. */
    private long base;

    private final long[] rowIds = new long[Layout.SLOTS];

    /** The first {@link #fastCount} row ids are not there yet: few ask for them. */
    private boolean idsMissing;

    /** Values that were copied one by one, by column and row. */
    private final byte[] @Nullable [] @Nullable [] heapValues;

    /** References into {@link #heapBlocks}, by column and row, where the heap was copied whole. */
    private final long[] @Nullable [] references;

    /** Whether a column's values are to be had from {@link #references}. */
    private final boolean[] fromBlocks;

    private byte[][] heapBlocks = {};
    private boolean heapCopied;
    private final int[] @Nullable [] vecIds;
    private final @Nullable Object[] values;

    public StripeScan(Tablet tablet, Layout layout, int[] positions) {
        this.tablet = tablet;
        this.layout = layout;
        this.positions = positions.clone();
        this.rows = new RowReader(tablet);
        heapValues = new byte[positions.length][][];
        references = new long[positions.length][];
        fromBlocks = new boolean[positions.length];
        vecIds = new int[positions.length][];
        values = new Object[positions.length];
        for (int i = 0; i < positions.length; i++) {
            var form = layout.column(positions[i]).form();
            if (form == Form.HEAP) {
                heapValues[i] = new byte[Layout.SLOTS][];
                references[i] = new long[Layout.SLOTS];
            } else if (form == Form.VECTOR) {
                vecIds[i] = new int[Layout.SLOTS];
            }
        }
    }

    /** A batch of the columns that this scan reads. */
    public Batch newBatch() {
        var columns = new Column[positions.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = Column.of(layout.column(positions[i]).type());
        }
        return new Batch(0, columns);
    }

    /**
     * Reads one stripe.
     *
     * @param own the reader's own rows there, or null
     * @param out is filled anew
     * @return how many rows there are, at most 1,024
     */
    public int read(int index, Snapshot snapshot, @Nullable OwnRows own, Batch out) {
        int ticket = tablet.store().enterReader();
        try {
            return readInVisit(index, snapshot, own, out);
        } finally {
            tablet.store().exitReader(ticket);
        }
    }

    /** The row ids of the rows read last; valid until the next are read. */
    public long[] rowIds() {
        if (idsMissing) {
            idsMissing = false;
            for (int i = 0; i < fastCount; i++) {
                rowIds[i] = base + fast[i];
            }
        }
        return rowIds;
    }

    private int readInVisit(int index, Snapshot snapshot, @Nullable OwnRows own, Batch out) {
        var stripe = tablet.stripeOrNull(index);
        fastCount = 0;
        slowCount = 0;
        if (stripe != null) {
            copy(stripe, snapshot, own, out);
        } else {
            clear(out);
        }
        base = (long) index << 10;
        idsMissing = true;
        int count = fastCount;
        finishFast(out);
        for (int i = 0; i < slowCount; i++) {
            if (rows.loadInVisit(base + slow[i], snapshot, layout, positions)) {
                for (int c = 0; c < positions.length; c++) {
                    out.column(c).appendObject(rows.valueAt(positions[c]));
                }
                rowIds[count++] = base + slow[i];
            }
        }
        if (own != null) {
            for (int i = 0; i < own.count(); i++) {
                if (own.read(i, layout, positions, values)) {
                    for (int c = 0; c < positions.length; c++) {
                        out.column(c).appendObject(values[c]);
                    }
                    rowIds[count++] = base + own.slot(i);
                }
            }
        }
        out.setRows(count);
        return count;
    }

    private static void clear(Batch out) {
        for (var column : out.columns()) {
            column.clear();
        }
    }

    private void copy(Stripe stripe, Snapshot snapshot, @Nullable OwnRows own, Batch out) {
        StampedLock lock = stripe.lock;
        for (int i = 0; i < OPTIMISTIC_TRIES; i++) {
            long sequence = lock.tryOptimisticRead();
            if (sequence == 0) {
                Thread.onSpinWait();
                continue;
            }
            try {
                copyOnce(stripe, snapshot, own, out);
            } catch (IndexOutOfBoundsException
                    | IllegalArgumentException
                    | NegativeArraySizeException e) {
                if (lock.validate(sequence)) {
                    throw e;
                }
                continue;
            }
            if (lock.validate(sequence)) {
                return;
            }
        }
        long held = lock.readLock();
        try {
            copyOnce(stripe, snapshot, own, out);
        } finally {
            lock.unlockRead(held);
        }
    }

    private void copyOnce(Stripe stripe, Snapshot snapshot, @Nullable OwnRows own, Batch out) {
        clear(out);
        select(stripe, snapshot, own);
        heapCopied = false;
        for (int i = 0; i < positions.length; i++) {
            var column = layout.column(positions[i]);
            var target = out.column(i);
            target.setSize(fastCount);
            fromBlocks[i] = false;
            var memory = stripe.segment(column);
            if (memory == null) {
                fillMissing(column, target);
            } else {
                gather(stripe, column, memory, i, target);
            }
        }
    }

    private void select(Stripe stripe, Snapshot snapshot, @Nullable OwnRows own) {
        fastCount = 0;
        slowCount = 0;
        boolean quiet = stripe.newest <= snapshot.quiet();
        var head = stripe.head();
        if (quiet && own == null && isFull(head)) {
            fast = EVERY;
            fastCount = Layout.SLOTS;
            return;
        }
        fast = some;
        int ownIndex = 0;
        int ownCount = own == null ? 0 : own.count();
        int nextOwn = own != null && ownCount > 0 ? own.slot(0) : Layout.SLOTS;
        for (int word = 0; word < Layout.SLOTS / 64; word++) {
            long liveBits = head.get(Bytes.LONG, StripeHeader.LIVE + 8L * word);
            if (quiet && nextOwn >= (word + 1) * 64) {
                if (liveBits == -1L) {
                    for (int slot = word * 64; slot < word * 64 + 64; slot++) {
                        fast[fastCount++] = slot;
                    }
                } else {
                    for (long rest = liveBits; rest != 0; rest &= rest - 1) {
                        fast[fastCount++] = word * 64 + Long.numberOfTrailingZeros(rest);
                    }
                }
                continue;
            }
            for (int slot = word * 64; slot < word * 64 + 64; slot++) {
                if (slot == nextOwn && own != null) {
                    ownIndex++;
                    nextOwn = ownIndex < ownCount ? own.slot(ownIndex) : Layout.SLOTS;
                    continue;
                }
                boolean live = (liveBits >>> (slot & 63) & 1) != 0;
                if (quiet || snapshot.sees(Stripe.stamp(head, slot))) {
                    if (live) {
                        fast[fastCount++] = slot;
                    }
                } else {
                    slow[slowCount++] = slot;
                }
            }
        }
    }

    private static boolean isFull(MemorySegment head) {
        long all = -1;
        for (int word = 0; word < Layout.SLOTS / 64; word++) {
            all &= head.get(Bytes.LONG, StripeHeader.LIVE + 8L * word);
        }
        return all == -1;
    }

    /** Whether the heap was, or now is, copied whole. */
    private boolean copyHeap(Stripe stripe) {
        if (!heapCopied && fastCount >= HEAP_COPY_ROWS_MIN) {
            var copies = stripe.copyHeapBlocks(heapBlocks, HEAP_COPY_BYTES_MAX);
            if (copies != null) {
                heapBlocks = copies;
                heapCopied = true;
            }
        }
        return heapCopied;
    }

    private void fillMissing(Placed column, Column target) {
        var missing = column.spec().missingValue();
        for (int row = 0; row < fastCount; row++) {
            target.set(row, column.form() == Form.VECTOR ? null : missing);
        }
        var heap = indexOf(column) < 0 ? null : heapValues[indexOf(column)];
        if (heap != null) {
            // Already decoded.
            Arrays.fill(heap, 0, fastCount, null);
        }
        int at = indexOf(column);
        var ids = at < 0 ? null : vecIds[at];
        if (ids != null) {
            Arrays.fill(ids, 0, fastCount, -1);
        }
    }

    private int indexOf(Placed column) {
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] == column.position()) {
                return i;
            }
        }
        return -1;
    }

    private void gather(
            Stripe stripe, Placed column, MemorySegment memory, int index, Column target) {
        boolean anyNull = gatherNulls(memory, column.nulls(), target);
        long at = column.values();
        switch (target) {
            case BoolColumn to -> {
                boolean[] array = to.values();
                for (int i = 0; i < fastCount; i++) {
                    array[i] = memory.get(Bytes.BYTE, at + fast[i]) != 0;
                }
            }
            case IntColumn to -> gatherInts(memory, at, to.values());
            case LongColumn to -> gatherLongs(memory, at, to.values());
            case FloatColumn to -> {
                float[] array = to.values();
                for (int i = 0; i < fastCount; i++) {
                    array[i] = memory.get(Bytes.FLOAT, at + 4L * fast[i]);
                }
            }
            case DoubleColumn to -> {
                double[] array = to.values();
                for (int i = 0; i < fastCount; i++) {
                    array[i] = memory.get(Bytes.DOUBLE, at + 8L * fast[i]);
                }
            }
            case ObjectColumn _ -> {
                var ids = vecIds[index];
                var heap = heapValues[index];
                var refer = references[index];
                if (heap != null && refer != null && copyHeap(stripe)) {
                    fromBlocks[index] = true;
                    for (int i = 0; i < fastCount; i++) {
                        long reference = memory.get(Bytes.LONG, at + 8L * fast[i]);
                        refer[i] = reference;
                        boolean isLarge = reference < 0 && !(anyNull && target.isNull(i));
                        heap[i] = isLarge ? stripe.copyHeap(reference) : null;
                    }
                    return;
                }
                for (int i = 0; i < fastCount; i++) {
                    boolean isNull = anyNull && target.isNull(i);
                    if (ids != null) {
                        ids[i] = isNull ? -1 : memory.get(Bytes.INT, at + 4L * fast[i]);
                    } else if (heap != null) {
                        heap[i] =
                                isNull
                                        ? null
                                        : stripe.copyHeap(
                                                memory.get(Bytes.LONG, at + 8L * fast[i]));
                    }
                }
            }
        }
    }

    private boolean gatherNulls(MemorySegment memory, int nulls, Column target) {
        boolean any = false;
        for (int word = 0; word < Layout.SLOTS / 64 && !any; word++) {
            any = memory.get(Bytes.LONG, nulls + 8L * word) != 0;
        }
        if (!any) {
            return false;
        }
        for (int i = 0; i < fastCount; i++) {
            if (Bytes.bit(memory, nulls, fast[i])) {
                target.setNull(i);
            }
        }
        return true;
    }

    private void gatherInts(MemorySegment memory, long at, int[] to) {
        if (fastCount == Layout.SLOTS) {
            MemorySegment.copy(memory, Bytes.INT, at, to, 0, fastCount);
            return;
        }
        for (int i = 0; i < fastCount; i++) {
            to[i] = memory.get(Bytes.INT, at + 4L * fast[i]);
        }
    }

    private void gatherLongs(MemorySegment memory, long at, long[] to) {
        if (fastCount == Layout.SLOTS) {
            MemorySegment.copy(memory, Bytes.LONG, at, to, 0, fastCount);
            return;
        }
        for (int i = 0; i < fastCount; i++) {
            to[i] = memory.get(Bytes.LONG, at + 8L * fast[i]);
        }
    }

    /** Makes objects of values that lie in the copied blocks; large ones are elsewhere. */
    private void decode(Placed column, long[] refer, ObjectColumn target) {
        @Nullable Object[] objects = target.values();
        boolean isText = column.type().actual().oid() == Oids.TEXT;
        boolean anyNull = target.hasNulls();
        for (int i = 0; i < fastCount; i++) {
            long reference = refer[i];
            if (reference < 0 || (anyNull && target.isNull(i))) {
                continue;
            }
            int length = Stripe.length(reference);
            byte[] block = length == 0 ? NOTHING : heapBlocks[Stripe.block(reference)];
            int offset = length == 0 ? 0 : Stripe.offset(reference);
            objects[i] =
                    isText
                            ? new String(block, offset, length, StandardCharsets.UTF_8)
                            : column.type().decode(ByteBuffer.wrap(block, offset, length).slice());
        }
    }

    /** Makes objects of the bytes that were copied under the sequence check. */
    private void finishFast(Batch out) {
        for (int c = 0; c < positions.length; c++) {
            if (!(out.column(c) instanceof ObjectColumn target)) {
                continue;
            }
            var column = layout.column(positions[c]);
            var heap = heapValues[c];
            var ids = vecIds[c];
            @Nullable Object[] objects = target.values();
            var refer = references[c];
            if (refer != null && fromBlocks[c]) {
                decode(column, refer, target);
            }
            for (int i = 0; i < fastCount; i++) {
                if (heap != null) {
                    byte[] bytes = heap[i];
                    if (bytes != null) {
                        objects[i] = column.type().decode(ByteBuffer.wrap(bytes));
                        heap[i] = null;
                    }
                } else if (ids != null && ids[i] >= 0) {
                    objects[i] = tablet.vector(column, ids[i]);
                }
            }
        }
    }
}
