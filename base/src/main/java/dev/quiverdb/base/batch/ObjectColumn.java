package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of all other types, as the objects that {@link Type} lists. */
public final class ObjectColumn extends Column {
    private final @Nullable Object[] values;

    public ObjectColumn(Type type, int capacity) {
        super(type, Kind.OBJECT, capacity);
        values = new Object[capacity];
    }

    /** The array inside, for kernels; what it holds at a null row is unspecified. */
    public @Nullable Object[] values() {
        return values;
    }

    /** The value of a row that is not null. */
    public Object value(int row) {
        var value = values[row];
        if (value == null) {
            throw new IllegalStateException("row " + row + " is null");
        }
        return value;
    }

    public void append(Object value) {
        values[grow()] = value;
    }

    /** Sets rows {@code from} (inclusive) to {@code to} (exclusive) to one value. */
    public void fill(int from, int to, Object value) {
        Arrays.fill(values, from, to, value);
        clearNulls(from, to);
    }

    @Override
    public @Nullable Object get(int row) {
        return isNull(row) ? null : values[row];
    }

    @Override
    protected void setValue(int row, Object value) {
        values[row] = value;
    }

    @Override
    protected void copyValue(int row, Column from, int fromRow) {
        values[row] = ((ObjectColumn) from).values[fromRow];
    }

    @Override
    protected void copyValues(int row, Column from, int fromRow, int count) {
        System.arraycopy(((ObjectColumn) from).values, fromRow, values, row, count);
    }

    /** Also lets go of the objects. */
    @Override
    public void clear() {
        Arrays.fill(values, 0, size(), null);
        super.clear();
    }
}
