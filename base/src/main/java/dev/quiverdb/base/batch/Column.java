package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One column of a batch: a primitive array and a bitmap of nulls (bit {@code row & 63} of word
 * {@code row >> 6}). Rows are filled either by {@code append} or by {@code setSize} and {@code
 * set}. Not thread-safe.
 */
public abstract sealed class Column
        permits BoolColumn, IntColumn, LongColumn, FloatColumn, DoubleColumn, ObjectColumn {
    private final Type type;
    private final int capacity;
    private final long[] nulls;
    private boolean anyNull;
    private int size;

    protected Column(Type type, Kind kind, int capacity) {
        if (type.kind() != kind) {
            throw new IllegalArgumentException(type + " is " + type.kind() + ", not " + kind);
        }
        this.type = type;
        this.capacity = capacity;
        this.nulls = new long[(capacity + 63) >> 6];
    }

    /** An empty column of the class that the type's kind asks for. */
    public static Column of(Type type, int capacity) {
        return switch (type.kind()) {
            case BOOL -> new BoolColumn(type, capacity);
            case INT -> new IntColumn(type, capacity);
            case LONG -> new LongColumn(type, capacity);
            case FLOAT -> new FloatColumn(type, capacity);
            case DOUBLE -> new DoubleColumn(type, capacity);
            case OBJECT -> new ObjectColumn(type, capacity);
        };
    }

    public static Column of(Type type) {
        return of(type, Batch.ROWS_MAX);
    }

    public final Type type() {
        return type;
    }

    public final int capacity() {
        return capacity;
    }

    /** Rows filled. */
    public final int size() {
        return size;
    }

    /** Declares how many rows are filled, for writers that set rows in place. */
    public final void setSize(int size) {
        if (size > capacity) {
            throw new IndexOutOfBoundsException(size + " rows in a column of " + capacity);
        }
        this.size = size;
    }

    /** False only if no row is null, so that a kernel can skip the bitmap. */
    public final boolean hasNulls() {
        return anyNull;
    }

    /** The bitmap inside; a kernel that sets a bit in it calls {@link #markNulls}. */
    public final long[] nullWords() {
        return nulls;
    }

    /** To be called after bits were set in {@link #nullWords}. */
    public final void markNulls() {
        anyNull = true;
    }

    public final boolean isNull(int row) {
        return anyNull && (nulls[row >> 6] & 1L << row) != 0;
    }

    public final void setNull(int row) {
        nulls[row >> 6] |= 1L << row;
        anyNull = true;
    }

    protected final void clearNull(int row) {
        if (anyNull) {
            nulls[row >> 6] &= ~(1L << row);
        }
    }

    protected final void clearNulls(int from, int to) {
        for (int row = from; anyNull && row < to; row++) {
            clearNull(row);
        }
    }

    public final void appendNull() {
        setNull(grow());
    }

    /** Boxed, or null. */
    public abstract @Nullable Object get(int row);

    public final void set(int row, @Nullable Object value) {
        if (value == null) {
            setNull(row);
        } else {
            setValue(row, value);
            clearNull(row);
        }
    }

    public final void appendObject(@Nullable Object value) {
        set(grow(), value);
    }

    /** Copies one row of a column of the same kind. */
    public final void copyRow(int row, Column from, int fromRow) {
        if (from.isNull(fromRow)) {
            setNull(row);
        } else {
            copyValue(row, from, fromRow);
            clearNull(row);
        }
    }

    public final void appendFrom(Column from, int fromRow) {
        copyRow(grow(), from, fromRow);
    }

    /** Copies all rows behind those of another column of the same kind. */
    public final void copyTo(Column target) {
        copyTo(target, 0, size);
    }

    /**
     * Copies rows {@code from} (inclusive) to {@code to} (exclusive) behind those of another
     * column.
     */
    public final void copyTo(Column target, int from, int to) {
        int start = target.size;
        target.setSize(start + to - from);
        target.copyValues(start, this, from, to - from);
        for (int row = from; row < to; row++) {
            if (isNull(row)) {
                target.setNull(start + row - from);
            } else {
                target.clearNull(start + row - from);
            }
        }
    }

    /** Copies the rows of a selection behind those of another column. */
    public final void copyTo(Column target, int[] selection, int count) {
        for (int i = 0; i < count; i++) {
            target.appendFrom(this, selection[i]);
        }
    }

    /** Empties the column for its next use. */
    public void clear() {
        if (anyNull) {
            Arrays.fill(nulls, 0);
            anyNull = false;
        }
        size = 0;
    }

    /** Takes one more row, not null, and answers its number. */
    protected final int grow() {
        if (size == capacity) {
            throw new IndexOutOfBoundsException("column of " + capacity + " rows is full");
        }
        clearNull(size);
        return size++;
    }

    protected abstract void setValue(int row, Object value);

    protected abstract void copyValue(int row, Column from, int fromRow);

    protected abstract void copyValues(int row, Column from, int fromRow, int count);

    @Override
    public String toString() {
        var text = new StringBuilder(type.toString()).append('[');
        for (int row = 0; row < size; row++) {
            text.append(row > 0 ? ", " : "").append(get(row));
        }
        return text.append(']').toString();
    }
}
