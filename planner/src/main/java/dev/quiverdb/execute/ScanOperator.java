package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.storage.Transaction;
import org.jspecify.annotations.Nullable;

/** What all scans of a table share: columns, the filter, the fixed row of a re-evaluation. */
abstract class ScanOperator extends Operator {
    final Plan.TableSource source;
    final int tabletId;

    /** Storage's column ids of the real columns, in the order of the source. */
    final int[] columnIds;

    private final int[] positions;

    /** Whether storage gives every column. */
    final boolean plain;

    private final @Nullable Evaluator filter;
    private int[] selected = {};
    private boolean fixedDone;
    Frame.@Nullable FixedRow fixed;
    long filteredRows;

    ScanOperator(Frame frame, Plan plan, Plan.TableSource source, @Nullable Evaluator filter) {
        super(frame, plan);
        this.source = source;
        this.filter = filter;
        tabletId = source.relation().tabletId();
        positions = source.positions().stream().mapToInt(Integer::intValue).toArray();
        int real = 0;
        for (int position : positions) {
            real += position >= 0 ? 1 : 0;
        }
        columnIds = new int[real];
        int next = 0;
        for (int position : positions) {
            if (position >= 0) {
                columnIds[next++] = source.relation().columns().get(position).columnId();
            }
        }
        plain = real == positions.length;
    }

    final Transaction transaction() {
        return frame.context().transaction();
    }

    /** To be called first by open; true if a re-evaluation fixes this scan to one row. */
    final boolean openFixed() {
        fixed = frame.fixedRow(source.markId());
        fixedDone = false;
        return fixed != null;
    }

    final @Nullable Batch nextFixed(Frame.FixedRow row) {
        if (fixedDone || row.rowId() < 0 || Family.member(row.rowId()) != source.member()) {
            return null;
        }
        fixedDone = true;
        long local = Family.local(row.rowId());
        @Nullable Object[] values = new @Nullable Object[columnIds.length];
        return fetch(row, columnIds, values) ? single(local, values) : null;
    }

    /** The row of a re-evaluation as it is to be seen; false if it is gone. */
    final boolean fetch(Frame.FixedRow row, int[] ids, @Nullable Object[] values) {
        long local = Family.local(row.rowId());
        return row.latest()
                ? transaction().fetchLatest(tabletId, local, ids, values)
                : transaction().fetch(tabletId, local, ids, values);
    }

    /** A batch of one row; null if the filter drops it. */
    final @Nullable Batch single(long rowId, @Nullable Object[] values) {
        var columns = new Column[positions.length];
        int next = 0;
        for (int i = 0; i < columns.length; i++) {
            columns[i] = Column.of(types[i], 1);
            columns[i].appendObject(
                    positions[i] >= 0
                            ? values[next++]
                            : positions[i] == Plan.ROW_ID
                                    ? (Object) (rowId | Family.base(source.member()))
                                    : tableOid());
        }
        var batch = new Batch(1, columns);
        return filter(batch) ? batch : null;
    }

    private Object tableOid() {
        return Integer.toUnsignedLong(source.relation().oid());
    }

    /** Adds the pseudo columns to what storage gave. */
    final Batch complete(Batch read, long[] rowIds) {
        if (plain) {
            return read;
        }
        var columns = new Column[positions.length];
        int next = 0;
        for (int i = 0; i < columns.length; i++) {
            if (positions[i] >= 0) {
                columns[i] = read.column(next++);
                continue;
            }
            var column = new LongColumn(types[i], Math.max(read.rows(), 1));
            if (positions[i] == Plan.ROW_ID) {
                System.arraycopy(rowIds, 0, column.values(), 0, read.rows());
                addBase(column.values(), read.rows());
            } else {
                java.util.Arrays.fill(column.values(), 0, read.rows(), (Long) tableOid());
            }
            column.setSize(read.rows());
            columns[i] = column;
        }
        var batch = new Batch(read.rows(), columns);
        var selection = read.selection();
        if (selection != null) {
            batch.select(selection, read.size());
        }
        return batch;
    }

    private void addBase(long[] rowIds, int count) {
        long base = Family.base(source.member());
        for (int i = 0; base != 0 && i < count; i++) {
            rowIds[i] |= base;
        }
    }

    /** Selects the rows that pass; false if none does. */
    final boolean filter(Batch batch) {
        var condition = filter;
        if (condition == null) {
            return batch.size() > 0;
        }
        int before = batch.size();
        if (selected.length < before) {
            selected = new int[before <= 16 ? 16 : Batch.ROWS_MAX];
        }
        int kept = condition.select(batch, rows(batch), before, selected);
        filteredRows += before - kept;
        if (kept < before) {
            batch.select(selected, kept);
        }
        return kept > 0;
    }

    /**
     * Reads rows and tells which pass the filter.
     *
     * @param count at most 1,024
     * @param passed receives where in {@code rowIds} those stand
     * @return how many those are
     */
    final int passing(long[] rowIds, int count, int[] passed) {
        var read = emptyBatch(count);
        int rows = transaction().fetchMany(tabletId, rowIds, count, columnIds, read, passed);
        long[] keptIds = new long[rows];
        for (int i = 0; i < rows; i++) {
            keptIds[i] = rowIds[passed[i]];
        }
        var batch = complete(read, keptIds);
        if (rows == 0 || !filter(batch)) {
            return 0;
        }
        for (int i = 0; i < batch.size(); i++) {
            // Read before it is written: row i of those that pass is none before the i-th.
            passed[i] = passed[batch.row(i)];
        }
        return batch.size();
    }

    /** Empty columns for fetchMany. */
    final Batch emptyBatch(int capacity) {
        var columns = new Column[columnIds.length];
        int next = 0;
        for (int position : positions) {
            if (position >= 0) {
                columns[next++] =
                        Column.of(source.relation().columns().get(position).type(), capacity);
            }
        }
        return new Batch(0, columns);
    }

    boolean hasFilter() {
        return filter != null;
    }
}
