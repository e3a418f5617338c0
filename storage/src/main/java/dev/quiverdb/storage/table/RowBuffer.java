package dev.quiverdb.storage.table;

import dev.quiverdb.base.batch.BoolColumn;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.DoubleColumn;
import dev.quiverdb.base.batch.FloatColumn;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.batch.ObjectColumn;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.table.Layout.Form;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One row, or some columns of one, in the form in which it travels: numbers as bits, everything
 * else as a slice of bytes. Reused from row to row; belongs to one thread.
 *
 * <p>In the redo and in history a row is written as
 *
 * <pre>
 * bits   one per column of the layout: written by this change          (columns + 7) / 8 bytes
 * bits   one per column of the layout: NULL                            (columns + 7) / 8 bytes
 * then for each written column that is not NULL, in order
 *   BOOL 1 byte, INT and FLOAT 4 bytes, LONG and DOUBLE 8 bytes, all big-endian
 *   HEAP varint length, bytes (Type.encode)
 *   VECTOR in the redo as HEAP; in history 4 bytes, the slot number
 * </pre>
 */
public final class RowBuffer {
    static final byte ABSENT = 0;
    static final byte NULL = 1;
    static final byte PRESENT = 2;

    private Layout layout;
    private byte[] states;

    /** A number's bits; of bytes in the lower half where they begin, in the upper their count. */
    private long[] bits;

    private byte[][] sources;
    private @Nullable ByteWriter scratch;

    public RowBuffer(Layout layout) {
        this.layout = layout;
        int count = layout.columnCount();
        states = new byte[count];
        bits = new long[count];
        sources = new byte[count][];
    }

    /** Empties the buffer and gives it a layout. */
    public void reset(Layout next) {
        layout = next;
        int count = next.columnCount();
        if (states.length < count) {
            states = new byte[count];
            bits = new long[count];
            sources = new byte[count][];
        } else {
            Arrays.fill(states, 0, count, ABSENT);
        }
    }

    Layout layout() {
        return layout;
    }

    byte state(int position) {
        return states[position];
    }

    /** Whether the column is part of the change. */
    public boolean has(int position) {
        return states[position] != ABSENT;
    }

    long bits(int position) {
        return bits[position];
    }

    byte[] source(int position) {
        return sources[position];
    }

    int offset(int position) {
        return (int) bits[position];
    }

    int length(int position) {
        return (int) (bits[position] >>> 32);
    }

    void setNull(int position) {
        states[position] = NULL;
    }

    void setBits(int position, long value) {
        states[position] = PRESENT;
        bits[position] = value;
    }

    void setBytes(int position, byte[] source, int offset, int length) {
        states[position] = PRESENT;
        sources[position] = source;
        bits[position] = (long) length << 32 | offset;
    }

    void setAbsent(int position) {
        states[position] = ABSENT;
    }

    /** Puts a value. It must be of the column's type. */
    void set(int position, @Nullable Object value) {
        if (value == null) {
            setNull(position);
            return;
        }
        var column = layout.column(position);
        switch (column.form()) {
            case BOOL -> setBits(position, (Boolean) value ? 1 : 0);
            case INT, LONG -> setBits(position, ((Number) value).longValue());
            case FLOAT -> setBits(position, Float.floatToRawIntBits((Float) value));
            case DOUBLE -> setBits(position, Double.doubleToRawLongBits((Double) value));
            case HEAP, VECTOR -> {
                byte[] encoded = column.type().encode(value);
                setBytes(position, encoded, 0, encoded.length);
            }
        }
    }

    /** The value; the column must not be absent. */
    public @Nullable Object get(int position) {
        if (states[position] != PRESENT) {
            return null;
        }
        var column = layout.column(position);
        return switch (column.form()) {
            case BOOL, INT, LONG, FLOAT, DOUBLE -> box(column, bits[position]);
            case HEAP, VECTOR ->
                    column.type()
                            .decode(
                                    ByteBuffer.wrap(
                                                    sources[position],
                                                    offset(position),
                                                    length(position))
                                            .slice());
        };
    }

    /** Puts the value of a column that is not a vector behind those of a batch's column. */
    void appendTo(Column target, int position) {
        if (states[position] != PRESENT) {
            target.appendNull();
            return;
        }
        switch (target) {
            case BoolColumn to -> to.append(bits[position] != 0);
            case IntColumn to -> to.append((int) bits[position]);
            case LongColumn to -> to.append(bits[position]);
            case FloatColumn to -> to.append(Float.intBitsToFloat((int) bits[position]));
            case DoubleColumn to -> to.append(Double.longBitsToDouble(bits[position]));
            case ObjectColumn to -> to.appendObject(get(position));
        }
    }

    /** The Java object of a column of fixed form. */
    static Object box(Layout.Placed column, long bits) {
        return switch (column.form()) {
            case BOOL -> bits != 0;
            case INT -> column.isShort() ? (Object) (short) bits : (Object) (int) bits;
            case LONG -> bits;
            case FLOAT -> Float.intBitsToFloat((int) bits);
            case DOUBLE -> Double.longBitsToDouble(bits);
            case HEAP, VECTOR -> throw new IllegalArgumentException("not of fixed form");
        };
    }

    // ---- redo -----------------------------------------------------------------------------------

    /**
     * Writes a row of a layout.
     *
     * @param written which columns belong to the change; null for all
     */
    public static void writeRedo(
            Layout layout,
            @Nullable Object[] values,
            boolean @Nullable [] written,
            ByteWriter out) {
        int count = layout.columnCount();
        int maskBytes = (count + 7) / 8;
        int at = out.reserve(2 * maskBytes);
        byte[] array = out.array();
        Arrays.fill(array, at, at + 2 * maskBytes, (byte) 0);
        for (int i = 0; i < count; i++) {
            if (written == null || written[i]) {
                array[at + (i >> 3)] |= (byte) (1 << (i & 7));
                if (values[i] == null) {
                    array[at + maskBytes + (i >> 3)] |= (byte) (1 << (i & 7));
                }
            }
        }
        ByteWriter scratch = null;
        for (int i = 0; i < count; i++) {
            var value = values[i];
            if (value == null || (written != null && !written[i])) {
                continue;
            }
            var column = layout.column(i);
            switch (column.form()) {
                case BOOL -> out.putByte((Boolean) value ? 1 : 0);
                case INT -> out.putInt(((Number) value).intValue());
                case LONG -> out.putLong(((Number) value).longValue());
                case FLOAT -> out.putInt(Float.floatToRawIntBits((Float) value));
                case DOUBLE -> out.putLong(Double.doubleToRawLongBits((Double) value));
                case HEAP, VECTOR -> {
                    if (scratch == null) {
                        scratch = new ByteWriter(128);
                    }
                    scratch.reset();
                    column.type().encode(value, scratch);
                    out.putVarInt(scratch.size());
                    out.putBytes(scratch.array(), 0, scratch.size());
                }
            }
        }
    }

    /** Reads a row written by {@link #writeRedo}; slices refer to the array behind {@code in}. */
    public void readRedo(Layout of, ByteBuffer in) {
        read(of, in, false);
    }

    private void read(Layout of, ByteBuffer in, boolean history) {
        reset(of);
        int count = of.columnCount();
        int maskBytes = (count + 7) / 8;
        int masks = in.position();
        in.position(masks + 2 * maskBytes);
        for (int i = 0; i < count; i++) {
            int bit = 1 << (i & 7);
            if ((in.get(masks + (i >> 3)) & bit) == 0) {
                continue;
            }
            if ((in.get(masks + maskBytes + (i >> 3)) & bit) != 0) {
                setNull(i);
                continue;
            }
            switch (of.column(i).form()) {
                case BOOL -> setBits(i, in.get());
                case INT, FLOAT -> setBits(i, in.getInt());
                case LONG, DOUBLE -> setBits(i, in.getLong());
                case HEAP -> readBytes(i, in);
                case VECTOR -> {
                    if (history) {
                        setBits(i, in.getInt());
                    } else {
                        readBytes(i, in);
                    }
                }
            }
        }
    }

    private void readBytes(int position, ByteBuffer in) {
        int length = readVarInt(in);
        setBytes(position, in.array(), in.arrayOffset() + in.position(), length);
        in.position(in.position() + length);
    }

    /** Reads what {@link ByteWriter#putVarInt} wrote: seven bits a byte, low ones first. */
    public static int readVarInt(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    // ---- history --------------------------------------------------------------------------------

    /**
     * Writes the columns as a before-image; vectors as slot numbers, which {@link #setBits} put.
     */
    void writeImage(ByteWriter out) {
        int count = layout.columnCount();
        int maskBytes = (count + 7) / 8;
        int at = out.reserve(2 * maskBytes);
        Arrays.fill(out.array(), at, at + 2 * maskBytes, (byte) 0);
        for (int i = 0; i < count; i++) {
            if (states[i] == ABSENT) {
                continue;
            }
            out.array()[at + (i >> 3)] |= (byte) (1 << (i & 7));
            if (states[i] == NULL) {
                out.array()[at + maskBytes + (i >> 3)] |= (byte) (1 << (i & 7));
                continue;
            }
            switch (layout.column(i).form()) {
                case BOOL -> out.putByte((int) bits[i]);
                case INT, FLOAT, VECTOR -> out.putInt((int) bits[i]);
                case LONG, DOUBLE -> out.putLong(bits[i]);
                case HEAP -> {
                    out.putVarInt(length(i));
                    out.putBytes(sources[i], offset(i), length(i));
                }
            }
        }
    }

    /** Reads what {@link #writeImage} wrote. */
    void readImage(Layout of, ByteBuffer in) {
        read(of, in, true);
    }

    /** Puts bytes that nobody else uses. */
    void setCopied(int position, byte[] copy) {
        setBytes(position, copy, 0, copy.length);
    }

    ByteWriter scratch() {
        var known = scratch;
        if (known == null) {
            known = new ByteWriter(256);
            scratch = known;
        }
        return known;
    }

    static boolean isFixed(Form form) {
        return form != Form.HEAP && form != Form.VECTOR;
    }
}
