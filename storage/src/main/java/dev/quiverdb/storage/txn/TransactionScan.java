package dev.quiverdb.storage.txn;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.storage.RowCursor;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.OwnRows;
import dev.quiverdb.storage.table.Snapshot;
import dev.quiverdb.storage.table.StripeScan;
import dev.quiverdb.storage.txn.WriteSet.Version;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scan: the stripes as the snapshot sees them, overlaid with the transaction's own rows. */
final class TransactionScan implements RowCursor {
    private final SessionTransaction transaction;
    private final TabletView view;
    private final Snapshot snapshot;
    private final int command;
    private final StripeScan scan;
    private final Batch batch;
    private int next;
    private final int end;
    private boolean open = true;

    TransactionScan(
            SessionTransaction transaction,
            TabletView view,
            int[] columnIds,
            int firstStripe,
            int endStripe) {
        this.transaction = transaction;
        this.view = view;
        this.snapshot = transaction.engine.snapshots.keep(transaction.snapshot());
        this.command = transaction.commandId();
        var layout = view.layout();
        scan = new StripeScan(view.tablet, layout, layout.positions(columnIds));
        batch = scan.newBatch();
        next = firstStripe;
        end = Math.min(endStripe, stripes());
    }

    private int stripes() {
        int stripes = view.tablet.stripeCount();
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        if (writes != null) {
            stripes = Math.max(stripes, (int) (writes.lastRow() >> 10) + 1);
        }
        return stripes;
    }

    @Override
    public @Nullable Batch next() {
        while (next < end) {
            int stripe = next++;
            if (scan.read(stripe, snapshot, own(stripe), batch) > 0) {
                return batch;
            }
        }
        return null;
    }

    private @Nullable OwnRows own(int stripe) {
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        if (writes == null) {
            return null;
        }
        List<Version> versions = new ArrayList<>();
        for (var newest : writes.in((long) stripe << 10, (long) (stripe + 1) << 10)) {
            var seen = WriteSet.before(newest, command);
            if (seen != null) {
                versions.add(seen);
            }
        }
        return versions.isEmpty() ? null : new Own(versions);
    }

    private record Own(List<Version> versions) implements OwnRows {
        Own {
            versions = List.copyOf(versions);
        }

        @Override
        public int count() {
            return versions.size();
        }

        @Override
        public int slot(int index) {
            return (int) versions.get(index).rowId & 1023;
        }

        @Override
        public boolean read(int index, Layout layout, int[] positions, @Nullable Object[] out) {
            var version = versions.get(index);
            if (!version.isLive()) {
                return false;
            }
            for (int i = 0; i < positions.length; i++) {
                out[i] = version.value(layout, positions[i]);
            }
            return true;
        }
    }

    @Override
    public long[] rowIds() {
        return scan.rowIds();
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            transaction.engine.snapshots.close(snapshot);
        }
    }
}
