package dev.quiverdb.base.batch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Up to {@value #ROWS_MAX} rows by columns, with an optional selection: ascending numbers of the
 * rows that count. Readers go {@code for (int i = 0; i < batch.size(); i++) { int row =
 * batch.row(i); ... }}. A batch belongs to the cursor that gave it, until that cursor's next call.
 */
public final class Batch {
    public static final int ROWS_MAX = 1024;

    private final Column[] columns;
    private int rows;
    private int @Nullable [] selection;
    private int selected;

    /** Takes the columns over; all have at least this many rows. */
    public Batch(int rows, Column... columns) {
        this.columns = columns;
        this.rows = rows;
    }

    public Batch(int rows, List<? extends Column> columns) {
        this(rows, columns.toArray(Column[]::new));
    }

    public int columnCount() {
        return columns.length;
    }

    public Column column(int index) {
        return columns[index];
    }

    /** The array inside; replacing a column in it changes this batch. */
    public Column[] columns() {
        return columns;
    }

    /** Physical rows, selected or not. */
    public int rows() {
        return rows;
    }

    /** Also drops the selection. */
    public void setRows(int rows) {
        this.rows = rows;
        this.selection = null;
    }

    /** Rows that count. */
    public int size() {
        return selection == null ? rows : selected;
    }

    /** The physical row of the i-th row that counts. */
    public int row(int i) {
        return selection == null ? i : selection[i];
    }

    /**
     * The selection, or null if all rows count; only the first {@link #size} entries mean
     * something.
     */
    public int @Nullable [] selection() {
        return selection;
    }

    /** Takes the array over. */
    public void select(int[] newSelection, int count) {
        selection = newSelection;
        selected = count;
    }

    public void selectAll() {
        selection = null;
    }

    /** Boxed value of the i-th row that counts, or null. */
    public @Nullable Object get(int i, int column) {
        return columns[column].get(row(i));
    }
}
