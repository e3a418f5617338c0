package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of float8. */
public final class DoubleColumn extends Column {
    private final double[] values;

    public DoubleColumn(Type type, int capacity) {
        super(type, Kind.DOUBLE, capacity);
        values = new double[capacity];
    }

    /** The array inside, for kernels; what it holds at a null row is unspecified. */
    public double[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public double value(int row) {
        return values[row];
    }

    public void set(int row, double value) {
        values[row] = value;
        clearNull(row);
    }

    public void append(double value) {
        values[grow()] = value;
    }

    /** Sets rows {@code from} (inclusive) to {@code to} (exclusive) to one value. */
    public void fill(int from, int to, double value) {
        Arrays.fill(values, from, to, value);
        clearNulls(from, to);
    }

    @Override
    public @Nullable Object get(int row) {
        return isNull(row) ? null : (Object) values[row];
    }

    @Override
    protected void setValue(int row, Object value) {
        values[row] = (Double) value;
    }

    @Override
    protected void copyValue(int row, Column from, int fromRow) {
        values[row] = ((DoubleColumn) from).values[fromRow];
    }

    @Override
    protected void copyValues(int row, Column from, int fromRow, int count) {
        System.arraycopy(((DoubleColumn) from).values, fromRow, values, row, count);
    }
}
