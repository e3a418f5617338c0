package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of int2, int4 or date; int2 is boxed as Short. */
public final class IntColumn extends Column {
    private final int[] values;
    private final boolean isShort;

    public IntColumn(Type type, int capacity) {
        super(type, Kind.INT, capacity);
        values = new int[capacity];
        isShort = type.actual().oid() == Oids.INT2;
    }

    /** The array inside, for kernels; what it holds at a null row is unspecified. */
    public int[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public int value(int row) {
        return values[row];
    }

    public void set(int row, int value) {
        values[row] = value;
        clearNull(row);
    }

    public void append(int value) {
        values[grow()] = value;
    }

    /** Sets rows {@code from} (inclusive) to {@code to} (exclusive) to one value. */
    public void fill(int from, int to, int value) {
        Arrays.fill(values, from, to, value);
        clearNulls(from, to);
    }

    @Override
    public @Nullable Object get(int row) {
        return isNull(row) ? null : box(values[row]);
    }

    private Object box(int value) {
        return isShort ? (Object) (short) value : (Object) value;
    }

    @Override
    protected void setValue(int row, Object value) {
        values[row] = ((Number) value).intValue();
    }

    @Override
    protected void copyValue(int row, Column from, int fromRow) {
        values[row] = ((IntColumn) from).values[fromRow];
    }

    @Override
    protected void copyValues(int row, Column from, int fromRow, int count) {
        System.arraycopy(((IntColumn) from).values, fromRow, values, row, count);
    }
}
