package dev.quiverdb.storage;

import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.storage.access.BtreeMethod;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.txn.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A database's storage: one commit log, one block store, the tablets in them, and the transactions
 * over those. Thread-safe.
 *
 * <p>It opens by itself, from a directory: what tablets there are, their columns and indexes it
 * knows from its own records, without the catalog that lives in one of its tablets.
 */
public interface Storage extends AutoCloseable {
    /** Opens a storage, recovering it first; an empty disk becomes a new one. */
    static Storage open(StorageOptions options) {
        return open(options, List.of());
    }

    /**
     * Opens a storage with further index methods. Registered they must be before opening, for
     * recovery needs them.
     */
    static Storage open(StorageOptions options, List<AccessMethod> methods) {
        var all = new ArrayList<AccessMethod>();
        all.add(new BtreeMethod());
        all.addAll(methods);
        return Engine.open(options, all);
    }

    /**
     * Begins a transaction. It takes its snapshot at the first {@link Transaction#beginStatement}.
     */
    default Transaction begin(IsolationLevel isolation) {
        return begin(isolation, false, false);
    }

    /**
     * Begins a transaction.
     *
     * @param deferrable a serializable read-only transaction waits for a snapshot that no
     *     serialization failure can touch
     */
    Transaction begin(IsolationLevel isolation, boolean readOnly, boolean deferrable);

    /**
     * Whether the last commits were all of this session (see {@link Transaction#setProcess}) and
     * took {@code nanosMax} or less, half of them at least, so that its next one will hardly share
     * a flush of the log with another. A guess that costs nothing.
     */
    boolean commitsAlone(long processId, long nanosMax);

    /** The newest committed spec of a tablet; null if there is none. */
    @Nullable TabletSpec tablet(int tabletId);

    /** The newest committed specs of all tablets, by id. */
    List<TabletSpec> tablets();

    /** Draws a tablet id never used before. */
    int newTabletId();

    /** A tablet's size; zeros for a tablet that is not yet committed. O(1). */
    TabletStatistics statistics(int tabletId);

    /**
     * Size of a tablet's rows and of their large values, indexes left out; approximate while it
     * changes, 0 where it is not yet committed. Cost: looks at every stripe, and may read its first
     * block.
     */
    long tableBytes(int tabletId);

    /**
     * Size of an index; approximate while it changes, 0 where it is not yet committed. Cost: a
     * hundredth of reading it, or less.
     */
    long indexBytes(int tabletId, int indexId);

    StorageStatistics statistics();

    Sequences sequences();

    /** Advisory locks for a new session. */
    AdvisoryLocks advisoryLocks();

    /** COMMIT PREPARED. */
    void commitPrepared(String gid);

    /** ROLLBACK PREPARED. */
    void rollbackPrepared(String gid);

    /** All prepared transactions; they survive a restart. */
    List<PreparedTransaction> preparedTransactions();

    /** Object and row locks held and waited for: pg_locks. */
    List<LockView> locks();

    /** The processes whose locks a process waits for, keys included: pg_blocking_pids. O(locks). */
    Set<Long> blockers(long processId);

    /** The processes for whose end a deferrable snapshot waits: pg_safe_snapshot_blocking_pids. */
    Set<Long> safeSnapshotBlockers(long processId);

    /** Where temporary files are made of what this storage has; encrypted if it is. */
    SpillDirectory spillDirectory();

    /** Takes a checkpoint now and waits for it. Reads and writes go on. */
    void checkpoint();

    /**
     * Rolls back every open transaction that is not prepared, takes a checkpoint and closes. After
     * a fatal error of the machine it only closes; opening again recovers.
     */
    @Override
    void close();
}
