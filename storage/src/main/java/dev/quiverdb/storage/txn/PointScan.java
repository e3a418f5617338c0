package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.IndexCursor;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.table.RowReader;
import dev.quiverdb.storage.table.Snapshot;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of exactly one key: one descent, little allocation. What it found at the beginning is
 * all there is.
 */
final class PointScan implements IndexCursor {
    private static final int[] NOTHING = {};

    private long[] found = new long[2];
    private int count;
    private int next;

    PointScan(
            SessionTransaction transaction,
            TabletView view,
            IndexKeys keys,
            byte[] key,
            boolean reverse) {
        var store = view.tablet.store();
        int visit = store.enterReader();
        try {
            search(transaction, view, keys, key);
        } finally {
            store.exitReader(visit);
        }
        if (reverse) {
            for (int i = 0; i < count / 2; i++) {
                long swapped = found[i];
                found[i] = found[count - 1 - i];
                found[count - 1 - i] = swapped;
            }
        }
    }

    /** See {@link dev.quiverdb.storage.Transaction#fetchByKey}. */
    static long fetch(
            TabletView view,
            int indexId,
            byte[] key,
            Snapshot snapshot,
            int[] columnIds,
            @Nullable Object[] out) {
        var index = view.orderedIndex(indexId);
        if (index == null) {
            return Transaction.ASK_INDEX;
        }
        int[] positions = view.layout().positions(columnIds);
        var rowIds = new long[1];
        var store = view.tablet.store();
        int visit = store.enterReader();
        try {
            return switch (index.find(key, snapshot.quiet(), rowIds)) {
                case 0 -> Transaction.NO_ROW;
                case 1 ->
                        view.reader.fetchUnchanged(
                                        rowIds[0], snapshot, view.layout(), positions, out)
                                ? rowIds[0]
                                : Transaction.ASK_INDEX;
                default -> Transaction.ASK_INDEX;
            };
        } finally {
            store.exitReader(visit);
        }
    }

    private void search(
            SessionTransaction transaction, TabletView view, IndexKeys keys, byte[] key) {
        var snapshot = transaction.snapshot();
        int indexId = keys.spec().indexId();
        var index = view.orderedIndex(indexId);
        if (index != null) {
            count = index.find(key, snapshot.quiet(), found);
            if (count > found.length) {
                // Entries that come meanwhile are of rows that this snapshot does not see.
                found = new long[count + 16];
                count = Math.min(found.length, index.find(key, snapshot.quiet(), found));
            }
        }
        int shared = count;
        addOwn(transaction, view, indexId, key);
        boolean fromIndex = count == shared;
        int seen = 0;
        for (int i = 0; i < count; i++) {
            if (isSeen(transaction, view, snapshot, keys, key, found[i], fromIndex)) {
                found[seen++] = found[i];
            }
        }
        count = seen;
    }

    private void addOwn(SessionTransaction transaction, TabletView view, int indexId, byte[] key) {
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        var own = writes == null ? null : writes.keysOrNull(indexId);
        if (own == null) {
            return;
        }
        int shared = count;
        for (var entries = own.of(key); entries.hasNext(); ) {
            var entry = entries.next();
            boolean known = false;
            for (int i = 0; i < shared && !known; i++) {
                known = found[i] == entry.rowId();
            }
            if (known) {
                continue;
            }
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count++] = entry.rowId();
        }
        Arrays.sort(found, 0, count);
    }

    private static boolean isSeen(
            SessionTransaction transaction,
            TabletView view,
            Snapshot snapshot,
            IndexKeys keys,
            byte[] key,
            long rowId,
            boolean fromIndex) {
        if (transaction.serializable != null) {
            transaction.engine.serializability.readRow(
                    transaction.serializable, view.tabletId(), rowId);
        }
        if (!transaction.writes.isEmpty()) {
            var version =
                    WriteSet.before(
                            transaction.writes.newest(view.tabletId(), rowId),
                            transaction.commandId());
            if (version != null) {
                return version.isLive()
                        && matches(
                                keys, key, new TabletView.Values(version.layout, version.values));
            }
        }
        return (fromIndex && view.reader.seesQuietly(rowId, snapshot))
                || isSeen(view.reader, rowId, snapshot, view, keys, () -> key, fromIndex);
    }

    /**
     * Whether the snapshot sees a committed row with the key. The index gave the entry as one that
     * this snapshot may see; if the row has not changed since the snapshot, then its key has not
     * either, and need not be made again.
     *
     * @param fromIndex false for an own key, which a rollback may have left behind
     */
    static boolean isSeen(
            RowReader reader,
            long rowId,
            Snapshot snapshot,
            TabletView view,
            IndexKeys keys,
            Supplier<byte[]> key,
            boolean fromIndex) {
        if (!reader.load(rowId, snapshot, view.layout(), NOTHING)) {
            return false;
        }
        return (fromIndex && reader.isNewest() && reader.stamp() <= snapshot.quiet())
                || (reader.load(rowId, snapshot, view.layout(), keys.positions())
                        && matches(keys, key.get(), reader));
    }

    static boolean matches(IndexKeys keys, byte[] key, RowView row) {
        return keys.belongs(row) && Arrays.equals(keys.key(row), key);
    }

    @Override
    public int next(long[] rowIds) {
        int n = Math.min(rowIds.length, count - next);
        System.arraycopy(found, next, rowIds, 0, n);
        next += n;
        return n;
    }

    @Override
    public void close() {}
}
