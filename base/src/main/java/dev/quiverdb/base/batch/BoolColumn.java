package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of bool. */
public final class BoolColumn extends Column {
    private final boolean[] values;

    public BoolColumn(Type type, int capacity) {
        super(type, Kind.BOOL, capacity);
        values = new boolean[capacity];
    }

    /** The array inside, for kernels; what it holds at a null row is unspecified. */
    public boolean[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public boolean value(int row) {
        return values[row];
    }

    public void set(int row, boolean value) {
        values[row] = value;
        clearNull(row);
    }

    public void append(boolean value) {
        values[grow()] = value;
    }

    /** Sets rows {@code from} (inclusive) to {@code to} (exclusive) to one value. */
    public void fill(int from, int to, boolean value) {
        Arrays.fill(values, from, to, value);
        clearNulls(from, to);
    }

    @Override
    public @Nullable Object get(int row) {
        return isNull(row) ? null : (Object) values[row];
    }

    @Override
    protected void setValue(int row, Object value) {
        values[row] = (Boolean) value;
    }

    @Override
    protected void copyValue(int row, Column from, int fromRow) {
        values[row] = ((BoolColumn) from).values[fromRow];
    }

    @Override
    protected void copyValues(int row, Column from, int fromRow, int count) {
        System.arraycopy(((BoolColumn) from).values, fromRow, values, row, count);
    }
}
