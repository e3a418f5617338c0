package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of int8, time, timestamp, timestamptz, oid and its kin. */
public final class LongColumn extends Column {
    private final long[] values;

    public LongColumn(Type type, int capacity) {
        super(type, Kind.LONG, capacity);
        values = new long[capacity];
    }

    /** The array inside, for kernels; what it holds at a null row is unspecified. */
    public long[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public long value(int row) {
        return values[row];
    }

    public void set(int row, long value) {
        values[row] = value;
        clearNull(row);
    }

    public void append(long value) {
        values[grow()] = value;
    }

    /** Sets rows {@code from} (inclusive) to {@code to} (exclusive) to one value. */
    public void fill(int from, int to, long value) {
        Arrays.fill(values, from, to, value);
        clearNulls(from, to);
    }

    @Override
    public @Nullable Object get(int row) {
        return isNull(row) ? null : (Object) values[row];
    }

    @Override
    protected void setValue(int row, Object value) {
        values[row] = (Long) value;
    }

    @Override
    protected void copyValue(int row, Column from, int fromRow) {
        values[row] = ((LongColumn) from).values[fromRow];
    }

    @Override
    protected void copyValues(int row, Column from, int fromRow, int count) {
        System.arraycopy(((LongColumn) from).values, fromRow, values, row, count);
    }
}
