package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/** Collects rows into batches. The first batch is small, so that one row costs little. */
final class BatchBuilder {
    private static final int FIRST_ROWS = 16;

    private final Type[] types;
    private Column[] columns = {};
    private int capacity = FIRST_ROWS;
    private int rows;
    private boolean taken = true;

    BatchBuilder(Type[] types) {
        this.types = types;
    }

    private void prepare() {
        if (columns.length != types.length || (rows >= capacity && capacity < Batch.ROWS_MAX)) {
            if (rows >= capacity) {
                capacity = Batch.ROWS_MAX;
            }
            columns = new Column[types.length];
            for (int i = 0; i < columns.length; i++) {
                columns[i] = Column.of(types[i], capacity);
            }
        } else {
            for (var column : columns) {
                column.clear();
            }
        }
        rows = 0;
        taken = false;
    }

    void add(@Nullable Object[] row) {
        if (taken) {
            prepare();
        }
        for (int i = 0; i < columns.length; i++) {
            columns[i].appendObject(row[i]);
        }
        rows++;
    }

    void add(@Nullable Object[] left, @Nullable Object[] right) {
        if (taken) {
            prepare();
        }
        for (int i = 0; i < left.length; i++) {
            columns[i].appendObject(left[i]);
        }
        for (int i = 0; i < right.length; i++) {
            columns[left.length + i].appendObject(right[i]);
        }
        rows++;
    }

    boolean full() {
        return !taken && rows >= capacity;
    }

    boolean isEmpty() {
        return taken || rows == 0;
    }

    /** The rows so far, or null if there are none. The next add begins a new batch. */
    @Nullable Batch take() {
        if (isEmpty()) {
            return null;
        }
        taken = true;
        return new Batch(rows, columns);
    }

    /** Forgets rows not taken. */
    void reset() {
        taken = true;
    }
}
