package dev.quiverdb.execute.expression;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.BoolColumn;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression, bound to one execution. It answers for one row or for the selected rows of
 * a batch; kernels override the latter. Only the rows asked for are evaluated, so an error shows
 * only where PostgreSQL would meet it. Used by one thread.
 */
public abstract class Evaluator {
    private final Type type;
    private final Row.OfBatch cursor = new Row.OfBatch();
    private @Nullable Column result;

    protected Evaluator(Type type) {
        this.type = type;
    }

    public final Type type() {
        return type;
    }

    /** The value for one row; null is SQL's NULL. */
    public abstract @Nullable Object value(Row row);

    /** Whether the value is true, not false and not NULL. */
    public boolean isTrue(Row row) {
        return Boolean.TRUE.equals(value(row));
    }

    /**
     * Values for some rows of a batch.
     *
     * @param rows physical rows
     * @return a column whose entries at those rows are valid until the next call; it may be a
     *     column of the batch
     */
    public Column column(Batch batch, int[] rows, int count) {
        var out = output(batch.rows());
        for (int i = 0; i < count; i++) {
            int row = rows[i];
            out.set(row, value(cursor.set(batch, row)));
        }
        return out;
    }

    /**
     * Keeps the rows where the value is true. {@code rows} and {@code out} may be the same array.
     */
    public int select(Batch batch, int[] rows, int count, int[] out) {
        if (type.kind() != Kind.BOOL) {
            throw new IllegalStateException("not a condition: " + type);
        }
        var column = (BoolColumn) column(batch, rows, count);
        int kept = 0;
        boolean[] values = column.values();
        if (column.hasNulls()) {
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                if (!column.isNull(row) && values[row]) {
                    out[kept++] = row;
                }
            }
        } else {
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                if (values[row]) {
                    out[kept++] = row;
                }
            }
        }
        return kept;
    }

    /** The reused result column, emptied, with room for the rows of a batch. */
    protected final Column output(int rows) {
        var column = result;
        if (column == null || column.capacity() < rows) {
            column = Column.of(type, rows <= 16 ? 16 : Math.max(rows, Batch.ROWS_MAX));
            result = column;
        } else {
            column.clear();
        }
        column.setSize(rows);
        return column;
    }
}
