package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.IndexCursor;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.OrderedIndex;
import dev.quiverdb.storage.access.OrderedIndex.EntryCursor;
import dev.quiverdb.storage.table.RowReader;
import dev.quiverdb.storage.table.Snapshot;
import dev.quiverdb.storage.txn.WriteSet.OwnKey;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A scan in key order: the shared entries merged with the own ones. Each hit counts only if the
 * version of the row that the transaction sees has the very key; thus an entry that is stale, too
 * new, or there twice does no harm.
 */
final class TransactionIndexScan implements IndexCursor {
    private final SessionTransaction transaction;
    private final TabletView view;
    private final IndexKeys keys;
    private final Snapshot snapshot;
    private final int command;
    private final boolean reverse;
    private final EntryCursor shared;
    private final Iterator<OwnKey> own;
    private final RowReader reader;
    private boolean sharedThere;
    private @Nullable OwnKey nextOwn;
    private byte[] lastKey = new byte[0];
    private long lastRowId = -1;
    private boolean open = true;

    TransactionIndexScan(
            SessionTransaction transaction,
            TabletView view,
            IndexKeys keys,
            IndexKeys.Bounds bounds,
            boolean reverse) {
        this.transaction = transaction;
        this.view = view;
        this.keys = keys;
        this.reverse = reverse;
        this.snapshot = transaction.engine.snapshots.keep(transaction.snapshot());
        this.command = transaction.commandId();
        this.reader = new RowReader(view.tablet);
        shared =
                OrderedIndex.entriesOf(
                        view.orderedIndex(keys.spec().indexId()),
                        bounds,
                        reverse,
                        snapshot.quiet());
        own = ownKeys(bounds);
        sharedThere = shared.next();
        nextOwn = own.hasNext() ? own.next() : null;
    }

    private Iterator<OwnKey> ownKeys(IndexKeys.Bounds bounds) {
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        var all = writes == null ? null : writes.keysOrNull(keys.spec().indexId());
        return all == null
                ? Collections.emptyIterator()
                : all.range(bounds.lower(), bounds.upper(), reverse);
    }

    /**
     * Without rows of its own every entry comes once, and most need no key. In one visit, since
     * most rows need nothing but a look at their stripe.
     */
    private int nextShared(long[] rowIds) {
        var store = view.tablet.store();
        int count = 0;
        int visit = store.enterReader();
        try {
            while (sharedThere && count < rowIds.length) {
                long rowId = shared.rowId();
                if (reader.seesQuietly(rowId, snapshot)
                        || PointScan.isSeen(
                                reader, rowId, snapshot, view, keys, shared::key, true)) {
                    rowIds[count++] = rowId;
                }
                sharedThere = shared.next();
            }
        } finally {
            store.exitReader(visit);
        }
        return count;
    }

    @Override
    public int next(long[] rowIds) {
        if (transaction.writes.isEmpty() && transaction.serializable == null) {
            return nextShared(rowIds);
        }
        int count = 0;
        while (count < rowIds.length) {
            byte[] key;
            long rowId;
            boolean fromIndex = false;
            if (nextOwn != null && (!sharedThere || ownFirst(nextOwn))) {
                key = nextOwn.key();
                rowId = nextOwn.rowId();
                nextOwn = own.hasNext() ? own.next() : null;
            } else if (sharedThere) {
                key = shared.key();
                rowId = shared.rowId();
                fromIndex = true;
                sharedThere = shared.next();
            } else {
                break;
            }
            if (rowId == lastRowId && Arrays.equals(key, lastKey)) {
                continue;
            }
            if (isSeen(key, rowId, fromIndex)) {
                lastKey = key;
                lastRowId = rowId;
                rowIds[count++] = rowId;
            }
        }
        return count;
    }

    private boolean ownFirst(OwnKey candidate) {
        int order = Arrays.compareUnsigned(candidate.key(), shared.key());
        if (order == 0) {
            order = Long.compare(candidate.rowId(), shared.rowId());
        }
        return reverse ? order >= 0 : order <= 0;
    }

    private boolean isSeen(byte[] key, long rowId, boolean fromIndex) {
        if (transaction.serializable != null) {
            transaction.engine.serializability.readRow(
                    transaction.serializable, view.tabletId(), rowId);
        }
        var newest = transaction.writes.newest(view.tabletId(), rowId);
        var version = WriteSet.before(newest, command);
        if (version != null) {
            return version.isLive()
                    && PointScan.matches(
                            keys, key, new TabletView.Values(version.layout, version.values));
        }
        return PointScan.isSeen(reader, rowId, snapshot, view, keys, () -> key, fromIndex);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            shared.close();
            transaction.engine.snapshots.close(snapshot);
        }
    }
}
