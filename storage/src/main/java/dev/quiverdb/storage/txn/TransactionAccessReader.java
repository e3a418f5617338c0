package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.table.HiddenStamp;
import dev.quiverdb.storage.table.RowReader;
import dev.quiverdb.storage.table.Snapshot;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a search through an access method may see. */
final class TransactionAccessReader implements AccessReader {
    private final SessionTransaction transaction;
    private final TabletView view;
    private final Snapshot snapshot;
    private final int command;
    private final RowReader reader;

    TransactionAccessReader(
            SessionTransaction transaction, TabletView view, Snapshot snapshot, int command) {
        this.transaction = transaction;
        this.view = view;
        this.snapshot = snapshot;
        this.command = command;
        this.reader = new RowReader(view.tablet);
    }

    private boolean isOwn(long rowId) {
        return WriteSet.before(transaction.writes.newest(view.tabletId(), rowId), command) != null;
    }

    @Override
    public void visible(int columnId, int[] vecIds, long[] rowIds, int count, boolean[] visible) {
        var layout = view.layout();
        reader.seen(rowIds, vecIds, count, snapshot, layout, layout.position(columnId), visible);
        if (transaction.writes.tabletOrNull(view.tabletId()) != null) {
            for (int i = 0; i < count; i++) {
                visible[i] = visible[i] && !isOwn(rowIds[i]);
            }
        }
    }

    @Override
    public void vecIds(int columnId, long[] rowIds, int count, int[] vecIds) {
        var layout = view.layout();
        reader.vecIds(rowIds, count, snapshot, layout, layout.position(columnId), vecIds);
        if (transaction.writes.tabletOrNull(view.tabletId()) != null) {
            for (int i = 0; i < count; i++) {
                if (vecIds[i] >= 0 && isOwn(rowIds[i])) {
                    vecIds[i] = -1;
                }
            }
        }
    }

    @Override
    public boolean visible(long rowId) {
        return !isOwn(rowId)
                && reader.load(rowId, snapshot, view.layout(), new int[0])
                && !HiddenStamp.is(reader.stamp());
    }

    @Override
    public @Nullable Object value(long rowId, int columnId) {
        int position = view.layout().position(columnId);
        return reader.load(rowId, snapshot, view.layout(), new int[] {position})
                ? reader.valueAt(position)
                : null;
    }

    @Override
    public void ownRows(int columnId, Consumer<OwnRow> consumer) {
        int position = view.layout().position(columnId);
        transaction.loads.forEach(
                view.tabletId(),
                command,
                (stripe, first, rows) -> loadedRows(stripe, first, rows, position, consumer));
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        if (writes == null) {
            return;
        }
        writes.forEach(newest -> {
            var version = WriteSet.before(newest, command);
            if (version != null && version.isLive()) {
                consumer.accept(new OwnRow(version.rowId, version.value(view.layout(), position)));
            }
        });
    }

    private void loadedRows(
            int stripe, int first, int rows, int position, Consumer<OwnRow> consumer) {
        int[] positions = {position};
        for (int slot = first; slot < first + rows; slot++) {
            long rowId = (long) stripe << 10 | slot;
            if (!isOwn(rowId) && reader.load(rowId, snapshot, view.layout(), positions)) {
                consumer.accept(new OwnRow(rowId, reader.valueAt(position)));
            }
        }
    }
}
