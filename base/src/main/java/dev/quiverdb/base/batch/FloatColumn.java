package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of float4. */
public final class FloatColumn extends Column {
    private final float[] values;

    public FloatColumn(Type type, int capacity) {
        super(type, Kind.FLOAT, capacity);
        values = new float[capacity];
    }

    /** The array inside, for kernels; what it holds at a null row is unspecified. */
    public float[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public float value(int row) {
        return values[row];
    }

    public void set(int row, float value) {
        values[row] = value;
        clearNull(row);
    }

    public void append(float value) {
        values[grow()] = value;
    }

    /** Sets rows {@code from} (inclusive) to {@code to} (exclusive) to one value. */
    public void fill(int from, int to, float value) {
        Arrays.fill(values, from, to, value);
        clearNulls(from, to);
    }

    @Override
    public @Nullable Object get(int row) {
        return isNull(row) ? null : (Object) values[row];
    }

    @Override
    protected void setValue(int row, Object value) {
        values[row] = (Float) value;
    }

    @Override
    protected void copyValue(int row, Column from, int fromRow) {
        values[row] = ((FloatColumn) from).values[fromRow];
    }

    @Override
    protected void copyValues(int row, Column from, int fromRow, int count) {
        System.arraycopy(((FloatColumn) from).values, fromRow, values, row, count);
    }
}
