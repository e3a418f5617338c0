package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.storage.RowCursor;
import org.jspecify.annotations.Nullable;

/** All visible rows of a table. */
final class SeqScanOperator extends ScanOperator {
    private @Nullable RowCursor cursor;

    SeqScanOperator(Plan.SeqScan plan, Compiler compiler) {
        super(compiler.frame(), plan, plan.source(), compiler.compileIf(plan.filter()));
    }

    @Override
    void open() {
        close();
        if (!openFixed()) {
            cursor = transaction().scan(tabletId, columnIds);
        }
    }

    @Override
    @Nullable Batch next() {
        var row = fixed;
        if (row != null) {
            return nextFixed(row);
        }
        var rows = cursor;
        if (rows == null) {
            return null;
        }
        while (true) {
            frame.context().checkCancelled();
            var read = rows.next();
            if (read == null) {
                close();
                return null;
            }
            var batch = plain ? read : complete(read, rows.rowIds());
            if (filter(batch)) {
                return batch;
            }
        }
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
    }
}
