package dev.quiverdb.storage;

import dev.quiverdb.base.batch.Batch;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A transaction: what it reads, what it writes, what it locks. Used by one thread at a time; only
 * {@link #cancel} may be called from another.
 *
 * <p>Writes are private until {@link #commit}. A read sees the snapshot plus this transaction's own
 * commands <em>before</em> the current one, so {@code INSERT INTO t SELECT * FROM t} ends. After an
 * exception the transaction is still usable once rolled back to a savepoint (or as a whole); that a
 * failed transaction refuses further statements (25P02) is the session's business.
 *
 * <p>Row values are the Java objects that {@link dev.quiverdb.base.type.Type} names; SQL NULL is
 * null.
 */
public interface Transaction {
    /** The transaction's number; ascending, unique within this storage, never 0. */
    long id();

    IsolationLevel isolation();

    boolean isReadOnly();

    /** Makes a transaction read-only; allowed at any time. */
    void setReadOnly();

    /**
     * Names the session in pg_locks and in deadlock details; without it, the transaction's id does.
     */
    void setProcess(long processId);

    /** Milliseconds a lock wait may last before 55P03; 0, the default, for ever. */
    void setLockTimeout(long millis);

    /**
     * Whether it may wait for locks; the default. Where it may not, a lock that is not to be had at
     * once ends the call with {@link WouldWaitException}. Commits wait for the disk either way.
     */
    void setWaits(boolean waits);

    /**
     * Whether it may wait. What takes long for another reason than a lock asks for this, and throws
     * {@link WouldWaitException} where it may not.
     */
    boolean waits();

    // ---- commands -------------------------------------------------------------------------------

    /**
     * Begins a statement: READ COMMITTED takes a new snapshot, the other levels take theirs at the
     * first call; always the next command begins.
     */
    void beginStatement();

    /** Begins the next command within a statement: own earlier writes become visible. */
    void nextCommand();

    /**
     * Begins statements within the running one, as a function's. When they end, the running
     * statement goes on with its own snapshot and command: what they wrote is not visible to it.
     *
     * @return what ends them
     */
    Nested nest();

    /**
     * As {@link #nest}, with a snapshot of now at every isolation level: what referential checks
     * must see, though the transaction itself does not.
     */
    Nested nestNewest();

    /** Statements within a statement; see {@link #nest}. */
    interface Nested extends AutoCloseable {
        @Override
        void close();
    }

    /** The current command's number, from 0. */
    int commandId();

    // ---- reading --------------------------------------------------------------------------------

    /** The tablet as this transaction sees it, its own DDL included. */
    TabletSpec tablet(int tabletId);

    /** Scans a tablet. Column ids are in the order wanted; the empty array counts rows. */
    RowCursor scan(int tabletId, int[] columnIds);

    /**
     * Scans stripes {@code [firstStripe, endStripe)}, for parallel scans and sampling; see {@link
     * Storage#statistics(int)}. Row {@code id} lies in stripe {@code id / 1024}. Cursors made by
     * one thread may be used by several, one thread each, while this transaction writes nothing.
     */
    RowCursor scan(int tabletId, int[] columnIds, int firstStripe, int endStripe);

    /**
     * Reads one row.
     *
     * @param out receives the columns at 0, 1...
     * @return whether the row is visible
     */
    boolean fetch(int tabletId, long rowId, int[] columnIds, @Nullable Object[] out);

    /**
     * Reads rows in the order given, at most 1,024, leaving out those not visible.
     *
     * @param out is made anew: its columns must be of the types of {@code columnIds}
     * @param kept receives for each row of {@code out} its index in {@code rowIds}
     * @return how many rows {@code out} has
     */
    int fetchMany(int tabletId, long[] rowIds, int count, int[] columnIds, Batch out, int[] kept);

    /** Of {@link #fetchByKey}: no row has the key. */
    long NO_ROW = -1;

    /** Of {@link #fetchByKey}: it takes an {@link #indexScan} to find out. */
    long ASK_INDEX = -2;

    /**
     * Finds the row that has a key in an ordered index and reads it, in one go, where one row at
     * most has the key and neither it nor this transaction changed anything since the snapshot.
     *
     * @param key one value per key column; a null value stands for IS NULL
     * @param out receives the columns at 0, 1...
     * @return the row's id, {@link #NO_ROW}, or {@link #ASK_INDEX} where it is not so simple
     */
    long fetchByKey(
            int tabletId,
            int indexId,
            List<@Nullable Object> key,
            int[] columnIds,
            @Nullable Object[] out);

    /** Row ids by key. */
    IndexCursor indexScan(int tabletId, int indexId, KeyRange range, boolean reverse);

    /**
     * Whether {@link #accessScan} can be asked: not where this transaction made the table, whose
     * rows no index has before the commit.
     */
    boolean hasAccess(int tabletId, int indexId);

    /** Row ids by distance, through a registered access method. */
    AccessCursor accessScan(int tabletId, int indexId, AccessRequest request);

    /**
     * Walks an index whole and names what is wrong inside; nothing if all is well. Who asks keeps
     * others from writing to the table meanwhile.
     */
    List<String> accessCheck(int tabletId, int indexId);

    /**
     * The stamp of the version this transaction sees: the commit timestamp of its writer, or this
     * transaction's negated id for an own write; 0 if no version is visible. Serves xmin.
     */
    long stamp(int tabletId, long rowId);

    // ---- writing --------------------------------------------------------------------------------

    /**
     * Inserts a row. Waits for others that hold a same unique key.
     *
     * @param values one per column of the tablet's spec, in its order
     * @return the row id
     * @throws UniqueViolation if the key exists in the newest committed state or among own rows
     */
    long insert(int tabletId, @Nullable Object[] values);

    /**
     * INSERT ... ON CONFLICT: as {@link #insert}, but a conflict in an arbiter index is answered,
     * not thrown. Above READ COMMITTED a conflicting row that the snapshot does not see is a 40001.
     *
     * @param arbiterIndexIds the unique indexes to look at; empty for all
     */
    InsertOutcome insertOrConflict(int tabletId, @Nullable Object[] values, int[] arbiterIndexIds);

    /**
     * Inserts many rows; the bulk path. The columns of the batch are those of the tablet's spec.
     *
     * @throws UniqueViolation as {@link #insert}; some rows are then inserted: roll back
     */
    void insertBatch(int tabletId, Batch rows);

    /**
     * Updates some columns of a row. Locks the row first, in strength UPDATE if a column of a
     * unique index is among them and NO_KEY_UPDATE otherwise, unless this transaction holds that
     * lock already.
     *
     * @return DONE, UPDATED, DELETED or SELF_MODIFIED
     * @throws UniqueViolation as {@link #insert}
     * @throws dev.quiverdb.base.error.SqlException 40001 above READ COMMITTED if the row changed
     *     since the snapshot
     */
    LockOutcome update(int tabletId, long rowId, int[] columnIds, @Nullable Object[] values);

    /** Deletes a row; otherwise as {@link #update}, with lock strength UPDATE. */
    LockOutcome delete(int tabletId, long rowId);

    /** Locks a row. See {@link LockOutcome}. */
    LockOutcome lockRow(int tabletId, long rowId, LockStrength strength, WaitPolicy policy);

    /**
     * Reads the newest committed version or, where it exists, the own one (of all commands),
     * whatever the snapshot. For re-evaluation after {@link LockOutcome#UPDATED} and for ON
     * CONFLICT.
     */
    boolean fetchLatest(int tabletId, long rowId, int[] columnIds, @Nullable Object[] out);

    /**
     * Finds a row by its whole unique key (or prefix) in the newest committed state and own writes,
     * and locks it: referential checks. Waits for whoever is deleting or changing it, and for
     * whoever inserts it. The first match where the key is not unique.
     *
     * @param key one value per leading key column, none null
     * @return the row id, or -1
     */
    long findByKeyLatest(int tabletId, int indexId, Object[] key, LockStrength strength);

    /**
     * Checks that one row at most has a key in a unique index that does not check writes, in the
     * newest committed state and own writes. Waits for others who check the same key, and keeps
     * them waiting until this transaction ends.
     *
     * @param key one value per key column
     * @throws UniqueViolation if two rows have the key
     */
    void checkUnique(int tabletId, int indexId, List<@Nullable Object> key);

    // ---- savepoints -----------------------------------------------------------------------------

    Savepoint savepoint();

    /** Undoes what was written and locked since; the savepoint stays. Later savepoints are gone. */
    void rollbackTo(Savepoint savepoint);

    /** Forgets a savepoint and later ones, keeping what was done. */
    void release(Savepoint savepoint);

    // ---- locks on objects -----------------------------------------------------------------------

    /**
     * Locks an object until the end of the transaction.
     *
     * @return DONE or WOULD_BLOCK
     */
    LockOutcome lockObject(long classId, long objectId, ObjectLockMode mode, WaitPolicy policy);

    // ---- definition -----------------------------------------------------------------------------

    /** Creates a tablet with its indexes; seen by others after commit. */
    void createTablet(TabletSpec spec);

    /** Drops a tablet at commit. The caller holds ACCESS EXCLUSIVE on the table. */
    void dropTablet(int tabletId);

    /**
     * Adds columns (with their missing value) and drops columns: the spec's indexes stay as they
     * are. The caller holds ACCESS EXCLUSIVE. Costs nothing per row.
     */
    void alterTablet(TabletSpec spec);

    /**
     * Builds an index over the existing rows. The caller holds SHARE on the table.
     *
     * @throws UniqueViolation if two rows have the same key
     */
    void createIndex(int tabletId, IndexSpec index, BuildProgress progress);

    /** Drops an index at commit. The caller holds ACCESS EXCLUSIVE. */
    void dropIndex(int tabletId, int indexId);

    /** Returns the tablets as this transaction sees them. */
    List<TabletSpec> tablets();

    // ---- the end --------------------------------------------------------------------------------

    /**
     * Commits: when it returns, the transaction is durable and seen by every later snapshot. If it
     * throws, the transaction is rolled back.
     *
     * @throws dev.quiverdb.base.error.SqlException 40001 if a serializable transaction must give
     *     way
     */
    void commit();

    /**
     * Begins to commit: takes a place in the log and returns. A thread of the storage's own waits
     * for the disk, for all that commit this way together, and does what {@link #commit} does then;
     * at last it calls {@code ended}, with null if all went well and otherwise with what {@link
     * #commit} would have thrown, the transaction being rolled back. It must not wait. Until then
     * the transaction is nobody's; where nothing was written, {@code ended} is called at once.
     *
     * @throws RuntimeException as {@link #commit}, before a place is taken; rolled back
     */
    void commitAsync(Consumer<@Nullable Throwable> ended);

    /** Drops everything written and every lock. Harmless after the end. */
    void rollback();

    /** PREPARE TRANSACTION: durable with its locks, waits for {@link Storage#commitPrepared}. */
    void prepare(String gid, String owner);

    boolean isOpen();

    /** From any thread: the wait going on, or else the next one, ends with 57014. */
    void cancel();

    /** From the using thread: forgets a {@link #cancel} that came too late. */
    void clearCancel();
}
