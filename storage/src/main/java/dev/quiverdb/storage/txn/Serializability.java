package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.table.Snapshot;
import org.jspecify.annotations.Nullable;

/** Serializable isolation. */
final class Serializability {
    private final SnapshotRegistry snapshots;

    Serializability(SnapshotRegistry snapshots) {
        this.snapshots = snapshots;
    }

    Serializable begin(long transactionId, boolean readOnly) {
        return new Serializable(transactionId);
    }

    void commit(Serializable transaction, long commit) {}

    void published(Serializable transaction) {}

    Snapshot takeSnapshot(Serializable reader, boolean readOnly, boolean deferrable) {
        return snapshots.take();
    }

    void readTablet(Serializable reader, int tabletId) {}

    void readRow(Serializable reader, int tabletId, long rowId) {}

    void readRange(Serializable reader, int tabletId, int indexId, IndexKeys.Bounds bounds) {}

    void wrote(Serializable writer, TabletView view, long rowId, byte[] @Nullable [] keys) {}

    void aborted(Serializable transaction) {}
}
