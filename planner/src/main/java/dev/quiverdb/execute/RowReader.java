package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.execute.spill.RowSource;
import org.jspecify.annotations.Nullable;

/** Reads an operator row by row; each row is a fresh array. */
final class RowReader implements RowSource {
    private final Operator input;
    private @Nullable Batch batch;
    private int index;

    RowReader(Operator input) {
        this.input = input;
    }

    /** To be called after the input was opened. */
    void reset() {
        batch = null;
        index = 0;
    }

    @Override
    public @Nullable Object @Nullable [] next() {
        var current = batch;
        while (current == null || index >= current.size()) {
            current = input.next();
            batch = current;
            index = 0;
            if (current == null) {
                return null;
            }
        }
        return copy(current, index++);
    }

    /** The i-th row that counts. */
    static @Nullable Object[] copy(Batch batch, int i) {
        return copyPhysical(batch, batch.row(i));
    }

    static @Nullable Object[] copyPhysical(Batch batch, int row) {
        @Nullable Object[] values = new @Nullable Object[batch.columnCount()];
        for (int column = 0; column < values.length; column++) {
            values[column] = batch.column(column).get(row);
        }
        return values;
    }

    @Override
    public void close() {
        input.close();
    }
}
