package dev.quiverdb.storage.table;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.BoolColumn;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.DoubleColumn;
import dev.quiverdb.base.batch.FloatColumn;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.batch.ObjectColumn;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.table.Layout.Form;
import dev.quiverdb.storage.table.Layout.Placed;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * New rows for slots of one stripe that lie side by side, column by column, as a bulk load logs
 * them. Numbers in columns are little-endian, as they will stand in the stripe:
 *
 * <pre>
 * column*  in the layout's order
 *   byte   0 all rows NULL and nothing follows, 1 no row NULL, 2 null bits follow
 *   bits   one per row, for 2                                        (rows + 7) / 8 bytes
 *   BOOL   1 byte, INT and FLOAT 4, LONG and DOUBLE 8 for each row, 0 for NULL
 *   HEAP   int for each row, its length (0 for NULL); then the values (Type.encode)
 *   VECTOR the values of the rows that are not NULL, all of one length (Type.encode)
 * </pre>
 *
 * <p>Immutable once read; belongs to one thread.
 */
public final class StripePart {
    private static final byte ALL_NULL = 0;
    private static final byte NO_NULL = 1;
    private static final byte SOME_NULL = 2;

    private final Layout layout;
    private final int stripe;
    private final int first;
    private final int count;
    private final byte[] source;
    private final MemorySegment memory;
    private final byte[] kinds;

    /** Where null bits and values of each column begin. */
    private final int[] nulls;

    private final int[] values;

    /** Where each value of a HEAP or VECTOR column begins. */
    private final int[][] starts;

    private final int[][] lengths;

    private StripePart(Layout layout, int stripe, int first, int count, ByteBuffer in) {
        this.layout = layout;
        this.stripe = stripe;
        this.first = first;
        this.count = count;
        source = in.array();
        memory = MemorySegment.ofArray(source);
        int columns = layout.columnCount();
        kinds = new byte[columns];
        nulls = new int[columns];
        values = new int[columns];
        starts = new int[columns][];
        lengths = new int[columns][];
        int at = in.arrayOffset() + in.position();
        for (int i = 0; i < columns; i++) {
            at = readColumn(i, at);
        }
        in.position(at - in.arrayOffset());
    }

    // ---- writing --------------------------------------------------------------------------------

    /** Writes the rows {@code [from, to)} of a batch whose columns are the layout's. */
    public static void write(Layout layout, Batch rows, int from, int to, ByteWriter out) {
        for (int i = 0; i < layout.columnCount(); i++) {
            writeColumn(layout.column(i), rows, rows.column(i), from, to, out);
        }
    }

    private static void writeColumn(
            Placed column, Batch rows, Column values, int from, int to, ByteWriter out) {
        int count = to - from;
        int nullCount = 0;
        if (values.hasNulls()) {
            for (int i = from; i < to; i++) {
                nullCount += values.isNull(rows.row(i)) ? 1 : 0;
            }
        }
        if (nullCount == count) {
            out.putByte(ALL_NULL);
            return;
        }
        out.putByte(nullCount == 0 ? NO_NULL : SOME_NULL);
        if (nullCount > 0) {
            int at = out.reserve((count + 7) / 8);
            byte[] bytes = out.array();
            Arrays.fill(bytes, at, out.size(), (byte) 0);
            for (int i = 0; i < count; i++) {
                if (values.isNull(rows.row(from + i))) {
                    bytes[at + (i >> 3)] |= (byte) (1 << (i & 7));
                }
            }
        }
        switch (column.form()) {
            case HEAP -> writeHeap(column, rows, values, from, to, out);
            case VECTOR -> writeVectors(column, rows, values, from, to, out);
            case BOOL, INT, LONG, FLOAT, DOUBLE -> writeFixed(column, rows, values, from, to, out);
        }
    }

    private static void writeFixed(
            Placed column, Batch rows, Column values, int from, int to, ByteWriter out) {
        int width = column.form().width;
        int at = out.reserve((to - from) * width);
        var memory = MemorySegment.ofArray(out.array());
        boolean plain = rows.selection() == null && !values.hasNulls();
        switch (values) {
            case BoolColumn of -> {
                byte[] bytes = out.array();
                for (int i = from; i < to; i++) {
                    int row = rows.row(i);
                    bytes[at + i - from] = (byte) (!of.isNull(row) && of.value(row) ? 1 : 0);
                }
            }
            case IntColumn of -> {
                if (plain) {
                    MemorySegment.copy(of.values(), from, memory, Bytes.INT, at, to - from);
                    return;
                }
                for (int i = from; i < to; i++) {
                    int row = rows.row(i);
                    memory.set(Bytes.INT, at + 4L * (i - from), of.isNull(row) ? 0 : of.value(row));
                }
            }
            case LongColumn of -> {
                if (plain) {
                    MemorySegment.copy(of.values(), from, memory, Bytes.LONG, at, to - from);
                    return;
                }
                for (int i = from; i < to; i++) {
                    int row = rows.row(i);
                    memory.set(
                            Bytes.LONG, at + 8L * (i - from), of.isNull(row) ? 0 : of.value(row));
                }
            }
            case FloatColumn of -> {
                for (int i = from; i < to; i++) {
                    int row = rows.row(i);
                    int bits = of.isNull(row) ? 0 : Float.floatToRawIntBits(of.value(row));
                    memory.set(Bytes.INT, at + 4L * (i - from), bits);
                }
            }
            case DoubleColumn of -> {
                for (int i = from; i < to; i++) {
                    int row = rows.row(i);
                    long bits = of.isNull(row) ? 0 : Double.doubleToRawLongBits(of.value(row));
                    memory.set(Bytes.LONG, at + 8L * (i - from), bits);
                }
            }
            case ObjectColumn _ ->
                    throw new IllegalArgumentException("objects for column " + column);
        }
    }

    private static void writeHeap(
            Placed column, Batch rows, Column values, int from, int to, ByteWriter out) {
        int lengthsAt = out.reserve(4 * (to - from));
        for (int i = from; i < to; i++) {
            int row = rows.row(i);
            int start = out.size();
            if (!values.isNull(row)) {
                column.type().encode(((ObjectColumn) values).value(row), out);
            }
            MemorySegment.ofArray(out.array())
                    .set(Bytes.INT, lengthsAt + 4L * (i - from), out.size() - start);
        }
    }

    private static void writeVectors(
            Placed column, Batch rows, Column values, int from, int to, ByteWriter out) {
        int bytes = Stripe.vectorPrefix(column) + column.slotBytes();
        for (int i = from; i < to; i++) {
            int row = rows.row(i);
            if (!values.isNull(row)) {
                int start = out.size();
                column.type().encode(((ObjectColumn) values).value(row), out);
                assert out.size() - start == bytes : "vector of a wrong size";
            }
        }
    }

    // ---- reading --------------------------------------------------------------------------------

    /**
     * Reads what {@link #write} wrote. What it reads stays in the array behind the buffer.
     *
     * @param first the slot of the first row
     */
    public static StripePart read(Layout layout, int stripe, int first, int count, ByteBuffer in) {
        return new StripePart(layout, stripe, first, count, in);
    }

    private int readColumn(int position, int start) {
        int at = start;
        kinds[position] = source[at++];
        if (kinds[position] == ALL_NULL) {
            return at;
        }
        if (kinds[position] == SOME_NULL) {
            nulls[position] = at;
            at += (count + 7) / 8;
        }
        var column = layout.column(position);
        if (column.form() != Form.HEAP && column.form() != Form.VECTOR) {
            values[position] = at;
            return at + count * column.form().width;
        }
        int[] begins = new int[count];
        int[] sizes = new int[count];
        boolean heap = column.form() == Form.HEAP;
        int next = heap ? at + 4 * count : at;
        int bytes = Stripe.vectorPrefix(column) + column.slotBytes();
        for (int i = 0; i < count; i++) {
            begins[i] = next;
            if (heap) {
                sizes[i] = memory.get(Bytes.INT, at + 4L * i);
            } else {
                sizes[i] = isNull(position, i) ? 0 : bytes;
            }
            next += sizes[i];
        }
        starts[position] = begins;
        lengths[position] = sizes;
        return next;
    }

    Layout layout() {
        return layout;
    }

    public int stripe() {
        return stripe;
    }

    public int first() {
        return first;
    }

    public int count() {
        return count;
    }

    public long rowId(int row) {
        return (long) stripe << 10 | (first + row);
    }

    boolean isAllNull(int position) {
        return kinds[position] == ALL_NULL;
    }

    boolean hasNulls(int position) {
        return kinds[position] != NO_NULL;
    }

    boolean isNull(int position, int row) {
        return switch (kinds[position]) {
            case ALL_NULL -> true;
            case NO_NULL -> false;
            default -> (source[nulls[position] + (row >> 3)] & 1 << (row & 7)) != 0;
        };
    }

    byte[] source() {
        return source;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Where the values of a column of fixed width begin in {@link #memory}. */
    int values(int position) {
        return values[position];
    }

    int start(int position, int row) {
        return starts[position][row];
    }

    int length(int position, int row) {
        return lengths[position][row];
    }

    /** Loads one column of a row; a vector as its bytes. */
    void load(int position, int row, RowBuffer out) {
        if (isNull(position, row)) {
            out.setNull(position);
            return;
        }
        long at = values[position];
        switch (layout.column(position).form()) {
            case BOOL -> out.setBits(position, memory.get(Bytes.BYTE, at + row));
            case INT, FLOAT -> out.setBits(position, memory.get(Bytes.INT, at + 4L * row));
            case LONG, DOUBLE -> out.setBits(position, memory.get(Bytes.LONG, at + 8L * row));
            case HEAP, VECTOR ->
                    out.setBytes(position, source, starts[position][row], lengths[position][row]);
        }
    }
}
