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
import org.jspecify.annotations.Nullable;

/**
 * Copies some slots of one quiet stripe behind the rows of a batch, column by column: what {@link
 * StripeScan} is for whole stripes. One check for all of them instead of one for each.
 *
 * <p>Belongs to one thread at a time.
 */
final class SlotRun {
    private final Tablet tablet;
    private int[] slots = new int[16];

    /** Values of the heap, one behind the other, and where each begins; -1 for an own array. */
    private byte[] heap = {};

    private int heapUsed;

    /** By column and row. */
    private int[][] starts = {};

    private int[][] lengths = {};
    private byte[][] @Nullable [] large = {};

    SlotRun(Tablet tablet) {
        this.tablet = tablet;
    }

    /**
     * Copies rows that lie in one stripe, in a visit.
     *
     * @param rows how many rows the batch has
     * @param kept receives from {@code rows} on the indexes of ids with a live row
     * @return how many those are, or -1 if the stripe is not quiet and nothing was done
     */
    int append(
            long[] ids,
            int from,
            int to,
            Snapshot snapshot,
            Layout layout,
            int[] positions,
            Batch out,
            int rows,
            int[] kept) {
        var stripe = tablet.stripeOrNull((int) (ids[from] >>> 10));
        if (stripe == null) {
            return 0;
        }
        long sequence = stripe.lock.tryOptimisticRead();
        if (sequence == 0 || stripe.newest > snapshot.quiet()) {
            return -1;
        }
        prepare(positions.length, to - from);
        int count;
        try {
            count = select(stripe.head(), ids, from, to, rows, kept);
            for (int i = 0; i < positions.length; i++) {
                copy(stripe, layout.column(positions[i]), i, count, out.column(i), rows);
            }
        } catch (IndexOutOfBoundsException
                | IllegalArgumentException
                | NegativeArraySizeException e) {
            // Torn numbers; if they are not torn, the stripe is damaged.
            if (stripe.lock.validate(sequence)) {
                throw e;
            }
            return -1;
        }
        if (!stripe.lock.validate(sequence)) {
            return -1;
        }
        for (int i = 0; i < positions.length; i++) {
            var column = layout.column(positions[i]);
            if (out.column(i) instanceof ObjectColumn target) {
                decode(column, i, count, target, rows);
            }
            out.column(i).setSize(rows + count);
        }
        return count;
    }

    private void prepare(int columns, int count) {
        if (slots.length < count) {
            slots = new int[Layout.SLOTS];
        }
        if (starts.length < columns) {
            starts = new int[columns][0];
            lengths = new int[columns][0];
            large = new byte[columns][0][];
        }
        heapUsed = 0;
    }

    private int select(MemorySegment head, long[] ids, int from, int to, int rows, int[] kept) {
        int count = 0;
        for (int i = from; i < to; i++) {
            int slot = (int) ids[i] & Layout.SLOTS - 1;
            if (Stripe.isLive(head, slot)) {
                slots[count] = slot;
                kept[rows + count++] = i;
            }
        }
        return count;
    }

    private void copy(Stripe stripe, Placed column, int index, int count, Column target, int rows) {
        // What a run that failed has left there.
        for (int i = rows; target.hasNulls() && i < rows + count; i++) {
            target.nullWords()[i >> 6] &= ~(1L << i);
        }
        var memory = stripe.segment(column);
        if (memory == null) {
            var missing = column.form() == Form.VECTOR ? null : column.spec().missingValue();
            for (int i = 0; i < count; i++) {
                target.set(rows + i, missing);
            }
            if (target instanceof ObjectColumn) {
                // There is nothing to decode.
                prepareHeap(index, count);
                Arrays.fill(lengths[index], 0, count, -1);
            }
            return;
        }
        copyNulls(memory, column.nulls(), count, target, rows);
        long at = column.values();
        switch (target) {
            case BoolColumn to -> {
                boolean[] array = to.values();
                for (int i = 0; i < count; i++) {
                    array[rows + i] = memory.get(Bytes.BYTE, at + slots[i]) != 0;
                }
            }
            case IntColumn to -> {
                int[] array = to.values();
                for (int i = 0; i < count; i++) {
                    array[rows + i] = memory.get(Bytes.INT, at + 4L * slots[i]);
                }
            }
            case LongColumn to -> {
                long[] array = to.values();
                for (int i = 0; i < count; i++) {
                    array[rows + i] = memory.get(Bytes.LONG, at + 8L * slots[i]);
                }
            }
            case FloatColumn to -> {
                float[] array = to.values();
                for (int i = 0; i < count; i++) {
                    array[rows + i] = memory.get(Bytes.FLOAT, at + 4L * slots[i]);
                }
            }
            case DoubleColumn to -> {
                double[] array = to.values();
                for (int i = 0; i < count; i++) {
                    array[rows + i] = memory.get(Bytes.DOUBLE, at + 8L * slots[i]);
                }
            }
            case ObjectColumn _ -> {
                prepareHeap(index, count);
                if (column.form() == Form.VECTOR) {
                    copyVecIds(memory, at, index, count, target, rows);
                } else {
                    copyHeap(stripe, memory, at, index, count, target, rows);
                }
            }
        }
    }

    private void copyNulls(MemorySegment memory, int nulls, int count, Column target, int rows) {
        boolean any = false;
        for (int word = 0; word < Layout.SLOTS / 64 && !any; word++) {
            any = memory.get(Bytes.LONG, nulls + 8L * word) != 0;
        }
        if (!any) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (Bytes.bit(memory, nulls, slots[i])) {
                target.setNull(rows + i);
            }
        }
    }

    private void prepareHeap(int index, int count) {
        if (starts[index].length < count) {
            int capacity = count <= 64 ? 64 : Layout.SLOTS;
            starts[index] = new int[capacity];
            lengths[index] = new int[capacity];
            large[index] = new byte[capacity][];
        }
    }

    /** Slots of vectors stand where values of the heap have their starts. */
    private void copyVecIds(
            MemorySegment memory, long at, int index, int count, Column target, int rows) {
        for (int i = 0; i < count; i++) {
            boolean isNull = target.isNull(rows + i);
            lengths[index][i] = isNull ? -1 : 0;
            starts[index][i] = isNull ? 0 : memory.get(Bytes.INT, at + 4L * slots[i]);
        }
    }

    private void copyHeap(
            Stripe stripe,
            MemorySegment memory,
            long at,
            int index,
            int count,
            Column target,
            int rows) {
        int[] begins = starts[index];
        int[] sizes = lengths[index];
        for (int i = 0; i < count; i++) {
            if (target.isNull(rows + i)) {
                sizes[i] = -1;
                continue;
            }
            long reference = memory.get(Bytes.LONG, at + 8L * slots[i]);
            if (reference < 0) {
                byte[] bytes = stripe.copyHeap(reference);
                large[index][i] = bytes;
                begins[i] = -1;
                sizes[i] = bytes.length;
                continue;
            }
            int length = Stripe.length(reference);
            if (heap.length - heapUsed < length) {
                heap = Arrays.copyOf(heap, Math.max(2 * heap.length, heapUsed + length + 1024));
            }
            if (length > 0) {
                stripe.copyHeap(reference, heap, heapUsed);
            }
            begins[i] = heapUsed;
            sizes[i] = length;
            heapUsed += length;
        }
    }

    /** Makes objects of the bytes that were copied under the sequence check. */
    private void decode(Placed column, int index, int count, ObjectColumn target, int rows) {
        @Nullable Object[] objects = target.values();
        boolean isText = column.type().actual().oid() == Oids.TEXT;
        boolean isVector = column.form() == Form.VECTOR;
        for (int i = 0; i < count; i++) {
            int length = lengths[index][i];
            int start = starts[index][i];
            if (length < 0) {
                continue;
            }
            if (isVector) {
                objects[rows + i] = tablet.vector(column, start);
                continue;
            }
            byte[] bytes = heap;
            if (start < 0) {
                bytes = large[index][i];
                large[index][i] = null;
                start = 0;
            }
            objects[rows + i] =
                    isText
                            ? new String(bytes, start, length, StandardCharsets.UTF_8)
                            : column.type().decode(ByteBuffer.wrap(bytes, start, length).slice());
        }
    }
}
