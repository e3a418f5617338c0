package dev.quiverdb.storage.txn;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.AccessRequest;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.IndexCursor;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.InsertOutcome;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.RowCursor;
import dev.quiverdb.storage.Savepoint;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.table.HiddenStamp;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.RowReader;
import dev.quiverdb.storage.table.Snapshot;
import dev.quiverdb.storage.txn.WriteSet.Kind;
import dev.quiverdb.storage.txn.WriteSet.OwnKey;
import dev.quiverdb.storage.txn.WriteSet.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The one kind of {@link Transaction}. What it may see and lock it asks of the {@link Engine}. */
final class SessionTransaction implements Transaction {
    /** Savepoints remember how far the lists had grown. */
    record Mark(
            int depth,
            int writes,
            int loads,
            int locks,
            int manyKeys,
            int definitions,
            SessionTransaction of)
            implements Savepoint {}

    final Engine engine;
    private final long id;
    private final IsolationLevel isolation;
    private final boolean deferrable;
    private boolean readOnly;
    final LockOwner locks;
    final WriteSet writes;
    final BulkLoads loads = new BulkLoads(this);
    final UniqueKeys uniqueKeys = new UniqueKeys(this);
    final DefinitionLog definitions;
    final @Nullable Serializable serializable;
    private final List<Mark> savepoints = new ArrayList<>(0);
    private @Nullable Snapshot snapshot;

    /** The snapshot with what this transaction loaded by commands before {@link #seenBefore}. */
    private @Nullable Snapshot seen;

    private @Nullable Snapshot seenOf;
    private int seenBefore;
    private int command;

    /** The highest command so far: nested statements leave it above {@link #command}. */
    private int lastCommand;

    private boolean open = true;
    private long commitWaitsFor;

    SessionTransaction(
            Engine engine,
            long id,
            IsolationLevel isolation,
            boolean readOnly,
            boolean deferrable,
            @Nullable Serializable serializable) {
        this.engine = engine;
        this.id = id;
        this.isolation = isolation;
        this.readOnly = readOnly;
        this.deferrable = deferrable;
        this.serializable = serializable;
        this.locks = new LockOwner(id, new LockOwner.Session());
        this.writes = engine.newWriteSet();
        this.definitions = new DefinitionLog(engine);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    /** The object's own would be made anew for each transaction, which costs more than a read. */
    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    @Override
    public IsolationLevel isolation() {
        return isolation;
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public void setReadOnly() {
        readOnly = true;
        if (serializable != null && snapshot == null) {
            serializable.readOnly = true;
        }
    }

    @Override
    public void setProcess(long processId) {
        locks.process = processId;
    }

    @Override
    public void setLockTimeout(long millis) {
        locks.lockTimeoutMillis = millis;
    }

    @Override
    public void setWaits(boolean waits) {
        locks.waits = waits;
    }

    @Override
    public boolean waits() {
        return locks.waits;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void cancel() {
        locks.cancel();
    }

    @Override
    public void clearCancel() {
        locks.clearCancel();
    }

    /** The commit must not return before this log entry is durable. */
    void commitWaitsFor(long logIndex) {
        commitWaitsFor = Math.max(commitWaitsFor, logIndex);
    }

    private void checkOpen() {
        if (!open) {
            throw SqlException.internal("transaction " + id + " has ended");
        }
    }

    private void checkWritable() {
        checkOpen();
        if (readOnly) {
            throw new SqlException(
                    SqlState.READ_ONLY_SQL_TRANSACTION,
                    "cannot execute a write in a read-only transaction");
        }
    }

    // ---- commands -------------------------------------------------------------------------------

    @Override
    public void beginStatement() {
        checkOpen();
        if (!writes.isEmpty() || !definitions.isEmpty() || !loads.isEmpty()) {
            nextCommand();
        }
        if (snapshot == null) {
            takeSnapshot();
        } else if (!isolation.usesTransactionSnapshot()) {
            engine.snapshots.close(snapshot);
            snapshot = engine.snapshots.take();
        }
        definitions.forgetViews();
    }

    private void takeSnapshot() {
        if (serializable == null) {
            snapshot = engine.snapshots.take();
        } else {
            snapshot = engine.serializability.takeSnapshot(serializable, locks, deferrable);
        }
    }

    @Override
    public void nextCommand() {
        lastCommand++;
        command = lastCommand;
    }

    @Override
    public Nested nest() {
        var outerSnapshot = engine.snapshots.keep(snapshot());
        int outerCommand = command;
        return () -> {
            var now = snapshot;
            if (open && now != null) {
                engine.snapshots.close(now);
                snapshot = outerSnapshot;
                command = outerCommand;
            }
        };
    }

    @Override
    public Nested nestNewest() {
        var nested = nest();
        engine.snapshots.close(Objects.requireNonNull(snapshot));
        snapshot = engine.snapshots.take();
        definitions.forgetViews();
        return nested;
    }

    @Override
    public int commandId() {
        return command;
    }

    /** What the current command sees of committed rows, and of rows loaded in bulk. */
    @SuppressWarnings("ReferenceEquality") // The very snapshot that was widened.
    Snapshot snapshot() {
        checkOpen();
        if (snapshot == null) {
            takeSnapshot();
        }
        var taken = Objects.requireNonNull(snapshot);
        if (loads.isEmpty()) {
            return taken;
        }
        var widened = seen;
        if (widened == null || seenOf != taken || seenBefore != command) {
            widened = taken.withOwn(id, command);
            seen = widened;
            seenOf = taken;
            seenBefore = command;
        }
        return widened;
    }

    /** The newest committed state, and all that this transaction loaded. */
    Snapshot latest() {
        return loads.isEmpty() ? Snapshot.LATEST : Snapshot.LATEST.withOwn(id, Integer.MAX_VALUE);
    }

    TabletView view(int tabletId) {
        checkOpen();
        return definitions.view(tabletId);
    }

    // ---- reading --------------------------------------------------------------------------------

    @Override
    public TabletSpec tablet(int tabletId) {
        return view(tabletId).layout().spec();
    }

    @Override
    public List<TabletSpec> tablets() {
        return definitions.tablets();
    }

    @Override
    public RowCursor scan(int tabletId, int[] columnIds) {
        return scan(tabletId, columnIds, 0, Integer.MAX_VALUE);
    }

    @Override
    public RowCursor scan(int tabletId, int[] columnIds, int firstStripe, int endStripe) {
        var view = view(tabletId);
        if (serializable != null) {
            engine.serializability.readTablet(serializable, tabletId);
        }
        return new TransactionScan(this, view, columnIds, firstStripe, endStripe);
    }

    @Override
    public boolean fetch(int tabletId, long rowId, int[] columnIds, @Nullable Object[] out) {
        var view = view(tabletId);
        if (serializable != null) {
            engine.serializability.readRow(serializable, tabletId, rowId);
        }
        return fetch(view, view.reader, rowId, columnIds, out, snapshot(), command);
    }

    boolean fetch(
            TabletView view,
            RowReader reader,
            long rowId,
            int[] columnIds,
            @Nullable Object[] out,
            Snapshot seen,
            int before) {
        var layout = view.layout();
        if (!writes.isEmpty()) {
            var own = WriteSet.before(writes.newest(view.tabletId(), rowId), before);
            if (own != null) {
                if (!own.isLive()) {
                    return false;
                }
                for (int i = 0; i < columnIds.length; i++) {
                    out[i] = own.value(layout, layout.position(columnIds[i]));
                }
                return true;
            }
        }
        int[] positions = layout.positions(columnIds);
        return reader.fetch(rowId, seen, layout, positions, out);
    }

    @Override
    public int fetchMany(
            int tabletId, long[] rowIds, int count, int[] columnIds, Batch out, int[] kept) {
        for (var column : out.columns()) {
            column.clear();
        }
        int rows = 0;
        if (serializable == null && writes.isEmpty()) {
            var view = view(tabletId);
            var layout = view.layout();
            int[] positions = layout.positions(columnIds);
            rows = view.reader.fetchMany(rowIds, count, snapshot(), layout, positions, out, kept);
            out.setRows(rows);
            return rows;
        }
        @Nullable Object[] row = new Object[columnIds.length];
        for (int i = 0; i < count; i++) {
            if (fetch(tabletId, rowIds[i], columnIds, row)) {
                for (int c = 0; c < row.length; c++) {
                    out.column(c).appendObject(row[c]);
                }
                kept[rows++] = i;
            }
        }
        out.setRows(rows);
        return rows;
    }

    @Override
    public long fetchByKey(
            int tabletId,
            int indexId,
            List<@Nullable Object> key,
            int[] columnIds,
            @Nullable Object[] out) {
        var view = view(tabletId);
        var index = view.tablet.index(indexId);
        if (serializable != null
                || !writes.isEmpty()
                || index == null
                || index.created() > snapshot().quiet()) {
            return ASK_INDEX;
        }
        byte[] bytes = view.keys(indexId).prefix(key);
        return PointScan.fetch(view, indexId, bytes, snapshot(), columnIds, out);
    }

    @Override
    public IndexCursor indexScan(int tabletId, int indexId, KeyRange range, boolean reverse) {
        var view = view(tabletId);
        var keys = view.keys(indexId);
        var index = view.tablet.index(indexId);
        // An index that was made after this snapshot lacks what was deleted before it.
        boolean tooNew = index != null && index.created() > snapshot().quiet();
        boolean point = range.prefix().size() == keys.spec().keys().size();
        if (point && !tooNew && serializable == null) {
            return new PointScan(this, view, keys, keys.prefix(range.prefix()), reverse);
        }
        var bounds = keys.bounds(range);
        if (serializable != null) {
            engine.serializability.readRange(serializable, tabletId, indexId, bounds);
        }
        if (tooNew) {
            return new SortedScan(this, view, keys, bounds, reverse);
        }
        return point
                ? new PointScan(this, view, keys, keys.prefix(range.prefix()), reverse)
                : new TransactionIndexScan(this, view, keys, bounds, reverse);
    }

    @Override
    public boolean hasAccess(int tabletId, int indexId) {
        return view(tabletId).index(indexId) != null;
    }

    @Override
    public AccessCursor accessScan(int tabletId, int indexId, AccessRequest request) {
        var view = view(tabletId);
        if (serializable != null) {
            engine.serializability.readTablet(serializable, tabletId);
        }
        return access(view, indexId)
                .search(request, new TransactionAccessReader(this, view, snapshot(), command));
    }

    @Override
    public List<String> accessCheck(int tabletId, int indexId) {
        return access(view(tabletId), indexId).check();
    }

    private static AccessIndex access(TabletView view, int indexId) {
        var index = view.index(indexId);
        if (index == null) {
            throw SqlException.notSupported(
                    "an index cannot be searched in the transaction that created its table");
        }
        return index;
    }

    @Override
    public long stamp(int tabletId, long rowId) {
        var view = view(tabletId);
        var own = WriteSet.before(writes.newest(tabletId, rowId), command);
        if (own != null) {
            return own.isLive() ? -id : 0;
        }
        if (!view.reader.load(rowId, snapshot(), view.layout(), new int[0])) {
            return 0;
        }
        return HiddenStamp.is(view.reader.stamp()) ? -id : view.reader.stamp();
    }

    @Override
    public boolean fetchLatest(int tabletId, long rowId, int[] columnIds, @Nullable Object[] out) {
        var view = view(tabletId);
        return fetch(view, view.reader, rowId, columnIds, out, latest(), Integer.MAX_VALUE);
    }

    /** The whole newest row, own or committed; null if there is none. */
    @Nullable Object @Nullable [] latest(TabletView view, long rowId) {
        @Nullable Object[] values = new Object[view.layout().columnCount()];
        return fetchLatest(view.tabletId(), rowId, view.layout().spec().columnIds(), values)
                ? values
                : null;
    }

    // ---- inserting ------------------------------------------------------------------------------

    @Override
    public long insert(int tabletId, @Nullable Object[] values) {
        checkWritable();
        var view = view(tabletId);
        var row = checkRow(view, values);
        var keys = keysOf(view, row);
        for (int i = 0; i < keys.length; i++) {
            uniqueKeys.check(view, i, keys[i], row, -1);
        }
        return insertChecked(view, row, keys);
    }

    private @Nullable Object[] checkRow(TabletView view, @Nullable Object[] values) {
        var layout = view.layout();
        if (values.length != layout.columnCount()) {
            throw SqlException.internal(
                    values.length + " values for " + layout.columnCount() + " columns");
        }
        for (int i = 0; i < values.length; i++) {
            if (!layout.fits(i, values[i])) {
                throw SqlException.internal("value does not fit column " + i);
            }
        }
        return values.clone();
    }

    /** The keys of a row by ordered index; null where the index does not have the row. */
    private byte[] @Nullable [] keysOf(TabletView view, @Nullable Object[] row) {
        var ordered = view.ordered();
        var keys = new byte[ordered.size()] @Nullable [];
        var rowView = new TabletView.Values(view.layout(), row);
        for (var guard : view.guards(engine::method)) {
            guard.check(rowView);
        }
        for (int i = 0; i < keys.length; i++) {
            keys[i] = ordered.get(i).belongs(rowView) ? ordered.get(i).checkedKey(rowView) : null;
        }
        return keys;
    }

    private long insertChecked(TabletView view, @Nullable Object[] row, byte[] @Nullable [] keys) {
        long rowId = view.tablet.allocator().allocate();
        var version = new Version(rowId, command, Kind.INSERT, view.layout(), row, null, null);
        writes.add(view.tabletId(), version);
        addOwnKeys(view, rowId, keys);
        if (serializable != null) {
            engine.serializability.wrote(serializable, view, rowId, keys);
        }
        return rowId;
    }

    private void addOwnKeys(TabletView view, long rowId, byte[] @Nullable [] keys) {
        var own = writes.tablet(view.tabletId());
        for (int i = 0; i < keys.length; i++) {
            var key = keys[i];
            if (key != null) {
                own.addKey(view.ordered().get(i).spec().indexId(), new OwnKey(key, rowId));
            }
        }
    }

    /** The command that loaded the row in bulk, if this transaction did; else -1. */
    private int loadedBy(TabletView view, long rowId) {
        if (!loads.mayHave(view.tabletId())) {
            return -1;
        }
        view.reader.load(rowId, latest(), view.layout(), new int[0]);
        long stamp = view.reader.stamp();
        return HiddenStamp.is(stamp) && HiddenStamp.transaction(stamp) == id
                ? HiddenStamp.command(stamp)
                : -1;
    }

    @Override
    public InsertOutcome insertOrConflict(
            int tabletId, @Nullable Object[] values, int[] arbiterIndexIds) {
        checkWritable();
        var view = view(tabletId);
        var row = checkRow(view, values);
        var keys = keysOf(view, row);
        var rowView = new TabletView.Values(view.layout(), row);
        for (int i = 0; i < keys.length; i++) {
            var key = keys[i];
            var spec = view.ordered().get(i).spec();
            if (key == null
                    || !spec.checksWrites()
                    || !isArbiter(spec.indexId(), arbiterIndexIds)
                    || view.ordered().get(i).isDistinct(rowView)) {
                continue;
            }
            long other = uniqueKeys.conflicting(view, view.ordered().get(i), key, -1);
            if (other >= 0) {
                checkConflictIsSeen(view, other);
                if (serializable != null) {
                    engine.serializability.readRow(serializable, tabletId, other);
                }
                return new InsertOutcome(false, other, spec.indexId());
            }
        }
        for (int i = 0; i < keys.length; i++) {
            uniqueKeys.check(view, i, keys[i], row, -1);
        }
        return new InsertOutcome(true, insertChecked(view, row, keys), -1);
    }

    private static boolean isArbiter(int indexId, int[] arbiters) {
        return arbiters.length == 0 || Arrays.stream(arbiters).anyMatch(id -> id == indexId);
    }

    private void checkConflictIsSeen(TabletView view, long rowId) {
        if (!isolation.usesTransactionSnapshot()
                || writes.newest(view.tabletId(), rowId) != null
                || loadedBy(view, rowId) >= 0) {
            return;
        }
        if (!view.reader.load(rowId, snapshot(), view.layout(), new int[0])) {
            throw concurrentUpdate();
        }
    }

    @Override
    public void insertBatch(int tabletId, Batch rows) {
        checkWritable();
        if (loads.insert(view(tabletId), rows)) {
            return;
        }
        for (int i = 0; i < rows.size(); i++) {
            insertRow(tabletId, rows, i);
        }
    }

    void insertRow(int tabletId, Batch rows, int number) {
        @Nullable Object[] row = new Object[rows.columnCount()];
        for (int c = 0; c < row.length; c++) {
            row[c] = rows.get(number, c);
        }
        insert(tabletId, row);
    }

    // ---- updating -------------------------------------------------------------------------------

    private static SqlException concurrentUpdate() {
        return new SqlException(
                SqlState.T_R_SERIALIZATION_FAILURE,
                "could not serialize access due to concurrent update");
    }

    private static SqlException concurrentDelete() {
        return new SqlException(
                SqlState.T_R_SERIALIZATION_FAILURE,
                "could not serialize access due to concurrent delete");
    }

    @Override
    public LockOutcome lockRow(int tabletId, long rowId, LockStrength strength, WaitPolicy policy) {
        checkOpen();
        var view = view(tabletId);
        var own = writes.newest(tabletId, rowId);
        if (own != null) {
            if (!own.isLive() || own.command >= command) {
                return LockOutcome.SELF_MODIFIED;
            }
            return lockOwn(view, own, strength, policy)
                    ? LockOutcome.DONE
                    : LockOutcome.WOULD_BLOCK;
        }
        int loaded = loadedBy(view, rowId);
        if (loaded >= 0) {
            return loaded >= command ? LockOutcome.SELF_MODIFIED : LockOutcome.DONE;
        }
        return lockCommitted(view, rowId, strength, policy, false);
    }

    /**
     * Strengthens the lock on a row that this transaction has written: an update that leaves the
     * keys alone lets others lock them.
     */
    private boolean lockOwn(
            TabletView view, Version own, LockStrength strength, WaitPolicy policy) {
        return own.bornHere()
                || engine.locks.lockRow(locks, view.tabletId(), own.rowId, strength, policy);
    }

    private LockOutcome lockCommitted(
            TabletView view,
            long rowId,
            LockStrength strength,
            WaitPolicy policy,
            boolean forWrite) {
        boolean held = engine.locks.holdsRow(locks, view.tabletId(), rowId, strength);
        if (held) {
            return view.reader.load(rowId, Snapshot.LATEST, view.layout(), new int[0])
                    ? LockOutcome.DONE
                    : LockOutcome.DELETED;
        }
        if (!engine.locks.lockRow(locks, view.tabletId(), rowId, strength, policy)) {
            return LockOutcome.WOULD_BLOCK;
        }
        boolean live = view.reader.load(rowId, Snapshot.LATEST, view.layout(), new int[0]);
        if (live && snapshot().sees(view.reader.stamp())) {
            return LockOutcome.DONE;
        }
        if (live && strength == LockStrength.KEY_SHARE && !forWrite && keepsKeys(view, rowId)) {
            // Who locks the key does not mind what else changed.
            return LockOutcome.DONE;
        }
        if (isolation.usesTransactionSnapshot()) {
            throw live || !forWrite ? concurrentUpdate() : concurrentDelete();
        }
        return live ? LockOutcome.UPDATED : LockOutcome.DELETED;
    }

    /** Whether the newest row has the unique keys of the one that the snapshot sees. */
    private boolean keepsKeys(TabletView view, long rowId) {
        var layout = view.layout();
        @Nullable Object[] seen = new Object[layout.columnCount()];
        int[] columns = layout.spec().columnIds();
        if (!fetch(view, view.reader, rowId, columns, seen, snapshot(), command)) {
            return false;
        }
        var newest = latest(view, rowId);
        return newest != null && !UniqueKeys.differ(view, seen, newest);
    }

    @Override
    public LockOutcome update(
            int tabletId, long rowId, int[] columnIds, @Nullable Object[] values) {
        checkWritable();
        var view = view(tabletId);
        var layout = view.layout();
        var own = writes.newest(tabletId, rowId);
        if (own != null) {
            if (!own.isLive() || own.command >= command) {
                return LockOutcome.SELF_MODIFIED;
            }
            lockOwn(view, own, strengthOf(view, rowId, columnIds, values), WaitPolicy.WAIT);
        } else {
            var strength = strengthOf(view, rowId, columnIds, values);
            var outcome = lockToWrite(view, rowId, strength);
            if (outcome != LockOutcome.DONE) {
                return outcome;
            }
        }
        var old = latest(view, rowId);
        if (old == null) {
            return LockOutcome.DELETED;
        }
        @Nullable Object[] row = old.clone();
        boolean[] changed = own == null ? new boolean[row.length] : changedOf(own, layout);
        for (int i = 0; i < columnIds.length; i++) {
            int position = layout.position(columnIds[i]);
            if (!layout.fits(position, values[i])) {
                throw SqlException.internal("value does not fit column " + columnIds[i]);
            }
            row[position] = values[i];
            if (changed != null) {
                changed[position] = true;
            }
        }
        var oldKeys = keysOf(view, old);
        var newKeys = keysOf(view, row);
        for (int i = 0; i < newKeys.length; i++) {
            if (Arrays.equals(oldKeys[i], newKeys[i])) {
                newKeys[i] = null;
                oldKeys[i] = null;
                continue;
            }
            uniqueKeys.lockOld(view, i, oldKeys[i]);
            uniqueKeys.check(view, i, newKeys[i], row, rowId);
        }
        // The kind stays INSERT for a row born here, by its oldest version.
        writes.add(tabletId, new Version(rowId, command, Kind.UPDATE, layout, row, changed, own));
        addOwnKeys(view, rowId, newKeys);
        if (serializable != null) {
            engine.serializability.wrote(serializable, view, rowId, newKeys);
            engine.serializability.wrote(serializable, view, rowId, oldKeys);
        }
        return LockOutcome.DONE;
    }

    /** Locks a row that has no own version; one that was loaded in bulk is nobody else's. */
    private LockOutcome lockToWrite(TabletView view, long rowId, LockStrength strength) {
        int loaded = loadedBy(view, rowId);
        if (loaded < 0) {
            return lockCommitted(view, rowId, strength, WaitPolicy.WAIT, true);
        }
        return loaded >= command ? LockOutcome.SELF_MODIFIED : LockOutcome.DONE;
    }

    private static boolean @Nullable [] changedOf(Version own, Layout layout) {
        var changed = own.changed;
        if (changed == null) {
            return null;
        }
        boolean[] mask = new boolean[layout.columnCount()];
        for (int i = 0; i < mask.length; i++) {
            int there = own.layout.positionOrMinusOne(layout.spec().columns().get(i).columnId());
            mask[i] = there >= 0 && changed[there];
        }
        return mask;
    }

    /**
     * How an update must lock its row. A key column that gets the value it has is no change; should
     * somebody else change it before the lock is ours, the lock says that the row is another one.
     */
    private LockStrength strengthOf(
            TabletView view, long rowId, int[] columnIds, @Nullable Object[] values) {
        if (!UniqueKeys.mayBeIn(view, columnIds)) {
            return LockStrength.NO_KEY_UPDATE;
        }
        var old = latest(view, rowId);
        if (old == null) {
            return LockStrength.UPDATE;
        }
        var row = old.clone();
        for (int i = 0; i < columnIds.length; i++) {
            int position = view.layout().position(columnIds[i]);
            if (!view.layout().fits(position, values[i])) {
                return LockStrength.UPDATE;
            }
            row[position] = values[i];
        }
        return UniqueKeys.differ(view, old, row) ? LockStrength.UPDATE : LockStrength.NO_KEY_UPDATE;
    }

    @Override
    public LockOutcome delete(int tabletId, long rowId) {
        checkWritable();
        var view = view(tabletId);
        var own = writes.newest(tabletId, rowId);
        if (own != null) {
            if (!own.isLive() || own.command >= command) {
                return LockOutcome.SELF_MODIFIED;
            }
            lockOwn(view, own, LockStrength.UPDATE, WaitPolicy.WAIT);
        } else {
            var outcome = lockToWrite(view, rowId, LockStrength.UPDATE);
            if (outcome != LockOutcome.DONE) {
                return outcome;
            }
        }
        var old = latest(view, rowId);
        if (old == null) {
            return LockOutcome.DELETED;
        }
        var oldKeys = keysOf(view, old);
        for (int i = 0; i < oldKeys.length; i++) {
            uniqueKeys.lockOld(view, i, oldKeys[i]);
        }
        writes.add(
                tabletId,
                new Version(
                        rowId, command, Kind.DELETE, view.layout(), Version.NO_VALUES, null, own));
        if (serializable != null) {
            engine.serializability.wrote(serializable, view, rowId, oldKeys);
        }
        return LockOutcome.DONE;
    }

    @Override
    public void checkUnique(int tabletId, int indexId, List<@Nullable Object> key) {
        uniqueKeys.check(view(tabletId), indexId, key);
    }

    @Override
    public long findByKeyLatest(int tabletId, int indexId, Object[] key, LockStrength strength) {
        return uniqueKeys.findAndLock(view(tabletId), indexId, key, strength);
    }

    // ---- savepoints -----------------------------------------------------------------------------

    @Override
    public Savepoint savepoint() {
        checkOpen();
        var mark =
                new Mark(
                        savepoints.size(),
                        writes.size(),
                        loads.end(),
                        locks.heldCount(),
                        engine.locks.manyCount(locks),
                        definitions.size(),
                        this);
        savepoints.add(mark);
        return mark;
    }

    private Mark live(Savepoint savepoint) {
        var mark = (Mark) savepoint;
        if (mark.depth() >= savepoints.size() || !savepoints.get(mark.depth()).equals(mark)) {
            throw SqlException.internal("savepoint is gone");
        }
        return mark;
    }

    @Override
    public void rollbackTo(Savepoint savepoint) {
        var mark = live(savepoint);
        savepoints.subList(mark.depth() + 1, savepoints.size()).clear();
        writes.truncate(mark.writes(), this::undone);
        loads.truncate(mark.loads());
        definitions.truncate(mark.definitions());
        engine.locks.releaseAfter(locks, mark.locks(), mark.manyKeys());
    }

    private void undone(int tabletId, long rowId) {
        var tablet = definitions.tabletOrNull(tabletId);
        if (tablet != null) {
            tablet.allocator().giveBack(rowId);
        }
    }

    @Override
    public void release(Savepoint savepoint) {
        var mark = live(savepoint);
        savepoints.subList(mark.depth(), savepoints.size()).clear();
    }

    // ---- objects and definition -----------------------------------------------------------------

    @Override
    public LockOutcome lockObject(
            long classId, long objectId, ObjectLockMode mode, WaitPolicy policy) {
        checkOpen();
        return engine.locks.lockItem(locks, new LockTarget.Item(classId, objectId), mode, policy)
                ? LockOutcome.DONE
                : LockOutcome.WOULD_BLOCK;
    }

    @Override
    public void createTablet(TabletSpec spec) {
        checkWritable();
        definitions.createTablet(spec);
    }

    @Override
    public void dropTablet(int tabletId) {
        checkWritable();
        definitions.dropTablet(tabletId);
    }

    @Override
    public void alterTablet(TabletSpec spec) {
        checkWritable();
        definitions.alterTablet(spec);
    }

    @Override
    public void createIndex(int tabletId, IndexSpec index, BuildProgress progress) {
        checkWritable();
        definitions.createIndex(this, tabletId, index, progress);
    }

    @Override
    public void dropIndex(int tabletId, int indexId) {
        checkWritable();
        definitions.dropIndex(tabletId, indexId);
    }

    // ---- the end --------------------------------------------------------------------------------

    @Override
    public void commit() {
        checkOpen();
        try {
            var placed = engine.place(this);
            if (placed != null) {
                engine.finish(this, placed);
            }
        } catch (Throwable cause) {
            rollback();
            throw cause;
        }
        if (commitWaitsFor > 0) {
            engine.awaitDurable(commitWaitsFor);
        }
        end();
    }

    @Override
    public void commitAsync(Consumer<@Nullable Throwable> ended) {
        checkOpen();
        Engine.Placed placed;
        try {
            placed = engine.place(this);
        } catch (Throwable cause) {
            rollback();
            throw cause;
        }
        if (placed == null && commitWaitsFor == 0) {
            end();
            ended.accept(null);
        } else {
            engine.commitFinisher.add(() -> ended.accept(finishPlaced(placed)));
        }
    }

    /** What is left of a commit that has its place; returns why it failed, null if it did not. */
    private @Nullable Throwable finishPlaced(Engine.@Nullable Placed placed) {
        try {
            if (placed != null) {
                engine.finish(this, placed);
            }
            if (commitWaitsFor > 0) {
                engine.awaitDurable(commitWaitsFor);
            }
            end();
            return null;
        } catch (Throwable cause) {
            rollback();
            return cause;
        }
    }

    @Override
    public void rollback() {
        if (!open) {
            return;
        }
        writes.truncate(0, this::undone);
        try {
            loads.abandon();
            definitions.truncate(0);
        } finally {
            if (serializable != null) {
                engine.serializability.aborted(serializable);
            }
            engine.aborted();
            end();
        }
    }

    /** Lets go of locks and snapshot. */
    void end() {
        open = false;
        engine.locks.releaseAll(locks);
        if (snapshot != null) {
            engine.snapshots.close(snapshot);
            snapshot = null;
        }
        writes.close();
        engine.ended(this);
    }

    /** The locks belong to a prepared transaction from now on. */
    void leaveLocks() {
        open = false;
        if (snapshot != null) {
            engine.snapshots.close(snapshot);
            snapshot = null;
        }
        writes.close();
        engine.ended(this);
    }

    @Override
    public void prepare(String gid, String owner) {
        checkOpen();
        try {
            engine.prepare(this, gid, owner);
        } catch (Throwable cause) {
            rollback();
            throw cause;
        }
    }
}
