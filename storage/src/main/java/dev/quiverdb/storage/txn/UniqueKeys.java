package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.UniqueViolation;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.OrderedIndex;
import dev.quiverdb.storage.table.HiddenStamp;
import dev.quiverdb.storage.table.Snapshot;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The unique keys that a transaction brings, takes and refers to. A key is locked first; then the
 * newest committed state and own writes are looked at, never the snapshot.
 */
final class UniqueKeys {
    private final SessionTransaction transaction;

    /** Another transaction whose bulk load has the key that was looked for last; 0 if none has. */
    private long loaderFound;

    UniqueKeys(SessionTransaction transaction) {
        this.transaction = transaction;
    }

    /** Locks a key if its index is unique, and looks for another row that has it. */
    void check(
            TabletView view,
            int indexNumber,
            byte @Nullable [] key,
            @Nullable Object[] row,
            long self) {
        var keys = view.ordered().get(indexNumber);
        if (key == null || !keys.spec().checksWrites()) {
            return;
        }
        var rowView = new TabletView.Values(view.layout(), row);
        if (keys.isDistinct(rowView)) {
            return;
        }
        long other = conflicting(view, keys, key, self);
        if (other >= 0) {
            var serializable = transaction.serializable;
            if (serializable != null) {
                // That the row was not seen may say more than that it is there.
                var written = new byte[view.ordered().size()] @Nullable [];
                written[indexNumber] = key;
                transaction.engine.serializability.wrote(serializable, view, other, written);
            }
            throw new UniqueViolation(
                    view.tabletId(), keys.spec().indexId(), other, keys.values(rowView));
        }
    }

    /**
     * Locks a unique key and looks for a row other than self that has it in the newest state; waits
     * for those who are about to bring or take it. Returns the row, or -1.
     */
    long conflicting(TabletView view, IndexKeys keys, byte[] key, long self) {
        while (true) {
            int held = transaction.locks.heldCount();
            lock(view, keys, key);
            loaderFound = 0;
            long other = findByKey(view, keys, key, self);
            if (other >= 0 || loaderFound == 0) {
                return other;
            }
            // Not with the key in hand: the loader looks for those who hold keys that it brings.
            transaction.engine.locks.releaseKeyAfter(transaction.locks, held);
            var end = new LockTarget.Load(loaderFound);
            transaction.engine.locks.lockItem(
                    transaction.locks, end, ObjectLockMode.SHARE, WaitPolicy.WAIT);
            transaction.engine.locks.releaseAfter(transaction.locks, held);
        }
    }

    private void lock(TabletView view, IndexKeys keys, byte[] key) {
        if (view.created) {
            return;
        }
        transaction.engine.locks.lockKey(
                transaction.locks, keyTarget(view, keys, key), WaitPolicy.WAIT);
    }

    private static LockTarget.Key keyTarget(TabletView view, IndexKeys keys, byte[] key) {
        return new LockTarget.Key(view.tabletId(), keys.spec().indexId(), key);
    }

    /**
     * Checks that one row at most has a key in an index that does not check writes.
     *
     * @throws UniqueViolation if two rows have it
     */
    void check(TabletView view, int indexId, List<@Nullable Object> key) {
        var keys = view.keys(indexId);
        byte[] bytes = keys.prefix(key);
        long one = conflicting(view, keys, bytes, -1);
        long other = one < 0 ? -1 : conflicting(view, keys, bytes, one);
        if (other >= 0) {
            throw new UniqueViolation(view.tabletId(), indexId, other, key);
        }
    }

    /** A row other than self that has the key in the newest state, or -1. */
    private long findByKey(TabletView view, IndexKeys keys, byte[] key, long self) {
        var index = view.orderedIndex(keys.spec().indexId());
        if (index != null) {
            var store = view.tablet.store();
            long[] rowIds = new long[4];
            int count;
            int visit = store.enterReader();
            try {
                count = index.find(key, Long.MAX_VALUE, rowIds);
                if (count > rowIds.length) {
                    rowIds = new long[count];
                    count = Math.min(count, index.find(key, Long.MAX_VALUE, rowIds));
                }
            } finally {
                store.exitReader(visit);
            }
            for (int i = 0; i < count; i++) {
                if (rowIds[i] != self && latestHasKey(view, keys, rowIds[i], key)) {
                    return rowIds[i];
                }
                noteLoader(view, rowIds[i]);
            }
        }
        var own = transaction.writes.tabletOrNull(view.tabletId());
        var ownKeys = own == null ? null : own.keysOrNull(keys.spec().indexId());
        if (ownKeys != null) {
            for (var entries = ownKeys.of(key); entries.hasNext(); ) {
                var entry = entries.next();
                if (entry.rowId() != self && latestHasKey(view, keys, entry.rowId(), key)) {
                    return entry.rowId();
                }
            }
        }
        return -1;
    }

    private void noteLoader(TabletView view, long rowId) {
        view.reader.load(rowId, Snapshot.LATEST, view.layout(), new int[0]);
        long stamp = view.reader.stamp();
        if (HiddenStamp.is(stamp)
                && HiddenStamp.transaction(stamp) != transaction.id()
                && !transaction.engine.isAbandoned(HiddenStamp.transaction(stamp))) {
            loaderFound = HiddenStamp.transaction(stamp);
        }
    }

    private boolean latestHasKey(TabletView view, IndexKeys keys, long rowId, byte[] key) {
        var row = transaction.latest(view, rowId);
        if (row == null) {
            return false;
        }
        var rowView = new TabletView.Values(view.layout(), row);
        return keys.belongs(rowView) && Arrays.equals(keys.key(rowView), key);
    }

    /** Whether two states of a row differ in a key that others may refer to. */
    static boolean differ(TabletView view, @Nullable Object[] old, @Nullable Object[] row) {
        var oldRow = new TabletView.Values(view.layout(), old);
        var newRow = new TabletView.Values(view.layout(), row);
        for (var keys : view.ordered()) {
            if (keys.spec().checksWrites()
                    && keys.spec().membershipColumn().isEmpty()
                    && !Arrays.equals(keys.key(oldRow), keys.key(newRow))) {
                return true;
            }
        }
        return false;
    }

    /** Locks a key that its row is about to lose. */
    void lockOld(TabletView view, int indexNumber, byte @Nullable [] key) {
        var keys = view.ordered().get(indexNumber);
        if (key != null && keys.spec().checksWrites()) {
            lock(view, keys, key);
        }
    }

    /** Whether one of the columns is in a key that others may refer to. */
    static boolean mayBeIn(TabletView view, int[] columnIds) {
        for (var keys : view.ordered()) {
            if (!keys.spec().checksWrites() || keys.spec().membershipColumn().isPresent()) {
                continue;
            }
            for (var key : keys.spec().keys()) {
                for (int columnId : columnIds) {
                    if (key.columnId() == columnId) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** See {@link dev.quiverdb.storage.Transaction#findByKeyLatest}. */
    long findAndLock(TabletView view, int indexId, Object[] key, LockStrength strength) {
        var keys = view.keys(indexId);
        byte[] prefix = keys.prefix(Arrays.asList(key));
        var bounds = new IndexKeys.Bounds(prefix, IndexKeys.after(prefix));
        var index = view.orderedIndex(indexId);
        try (var entries = OrderedIndex.entriesOf(index, bounds, false, Long.MAX_VALUE)) {
            while (entries.next()) {
                long rowId = entries.rowId();
                if (latestHasPrefix(view, keys, rowId, prefix)
                        && lockLatest(view, rowId, strength)
                        && latestHasPrefix(view, keys, rowId, prefix)) {
                    return rowId;
                }
            }
        }
        var own = transaction.writes.tabletOrNull(view.tabletId());
        var ownKeys = own == null ? null : own.keysOrNull(indexId);
        if (ownKeys != null) {
            for (var entries = ownKeys.range(bounds.lower(), bounds.upper(), false);
                    entries.hasNext(); ) {
                var entry = entries.next();
                if (latestHasPrefix(view, keys, entry.rowId(), prefix)) {
                    return entry.rowId();
                }
            }
        }
        return -1;
    }

    private boolean lockLatest(TabletView view, long rowId, LockStrength strength) {
        return transaction.writes.newest(view.tabletId(), rowId) != null
                || transaction.engine.locks.lockRow(
                        transaction.locks, view.tabletId(), rowId, strength, WaitPolicy.WAIT);
    }

    private boolean latestHasPrefix(TabletView view, IndexKeys keys, long rowId, byte[] prefix) {
        var row = transaction.latest(view, rowId);
        if (row == null) {
            return false;
        }
        var rowView = new TabletView.Values(view.layout(), row);
        return keys.belongs(rowView) && startsWith(keys.key(rowView), prefix);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
