package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.storage.RowCursor;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.vector.access.RowSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The rows of a set, read as a scan reads those of a table. */
final class RowSetCursor implements RowCursor {
    private final Transaction transaction;
    private final int tabletId;
    private final int[] columnIds;
    private final RowSet rows;
    private final Batch batch;
    private final long[] asked = new long[Batch.ROWS_MAX];
    private final long[] rowIds = new long[Batch.ROWS_MAX];
    private final int[] kept = new int[Batch.ROWS_MAX];
    private int next;

    /**
     * @param columns makes an empty batch of the columns, for so many rows
     */
    RowSetCursor(
            Transaction transaction,
            int tabletId,
            int[] columnIds,
            IntFunction<Batch> columns,
            RowSet rows) {
        this.transaction = transaction;
        this.tabletId = tabletId;
        this.columnIds = columnIds;
        this.rows = rows;
        batch = columns.apply(Math.min(Batch.ROWS_MAX, Math.max(1, rows.size())));
    }

    @Override
    public @Nullable Batch next() {
        while (next < rows.size()) {
            int count = rows.copy(next, asked);
            next += count;
            batch.selectAll();
            int found = transaction.fetchMany(tabletId, asked, count, columnIds, batch, kept);
            if (found > 0) {
                for (int i = 0; i < found; i++) {
                    rowIds[i] = asked[kept[i]];
                }
                return batch;
            }
        }
        return null;
    }

    @Override
    public long[] rowIds() {
        return rowIds;
    }

    @Override
    public void close() {}
}
