package dev.quiverdb.storage.txn;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.storage.AdvisoryLocks;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.LockView;
import dev.quiverdb.storage.PreparedTransaction;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.StorageStatistics;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.TabletStatistics;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.block.BlockStoreOptions;
import dev.quiverdb.storage.block.BlockStoreStatistics;
import dev.quiverdb.storage.block.LocalBlockStore;
import dev.quiverdb.storage.log.EntryKind;
import dev.quiverdb.storage.log.LocalCommitLog;
import dev.quiverdb.storage.log.LogClosedException;
import dev.quiverdb.storage.log.LogDamagedException;
import dev.quiverdb.storage.log.LogEntry;
import dev.quiverdb.storage.log.LogOptions;
import dev.quiverdb.storage.log.LogRecord;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.table.History;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.Tablet;
import dev.quiverdb.storage.table.TabletSize;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The storage of one partition: everything behind {@link Storage}. */
public final class Engine implements Storage {
    private static final long EPOCH_2000_MICROS = 946_684_800_000_000L;

    /** Parts of bulk loads that are shown or taken back in one go. */
    private static final int PARTS_PER_SLICE = 8;

    private final StorageOptions options;
    private final BlockStore store;
    private final LocalCommitLog log;
    private final History history;
    private final Map<String, AccessMethod> methods;
    final SnapshotRegistry snapshots = new SnapshotRegistry();
    final LockManager locks;
    final Serializability serializability = new Serializability(snapshots);
    private final Applier applier;
    private final CommitPipeline pipeline;
    private final LoneCommitter loneCommitter = new LoneCommitter();
    final CommitFinisher commitFinisher = new CommitFinisher();
    private final SequenceTable sequences;
    private final CheckpointRecord checkpointRecord;

    /** By gid. */
    private final TreeMap<String, Prepared> prepared = new TreeMap<>();

    private final Set<SessionTransaction> active = ConcurrentHashMap.newKeySet();
    private final AtomicLong nextTransaction = new AtomicLong(1);
    private final AtomicInteger nextTablet = new AtomicInteger(1);
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong aborts = new AtomicLong();
    private final AtomicLong checkpoints = new AtomicLong();
    private final AtomicLong bytesSinceCheckpoint = new AtomicLong();
    private final AtomicBoolean checkpointing = new AtomicBoolean();
    private final ReentrantLock checkpointLatch = new ReentrantLock();
    private BlockStore.@Nullable Checkpoint unfinished;

    /** Transactions whose chunks the log holds, with the entry that must be checkpointed first. */
    private final Map<Long, Long> chunked = new ConcurrentHashMap<>();

    /** Loads that could not be taken back yet, with the end of their ordinals. */
    private final Map<Long, Integer> abandoned = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private Engine(StorageOptions options, Collection<AccessMethod> others) {
        this.options = options;
        methods = new HashMap<>();
        for (var method : others) {
            methods.put(method.name(), method);
        }
        locks = new LockManager(options.clock(), keysMax(options));
        var blocks =
                LocalBlockStore.open(
                        BlockStoreOptions.of(
                                        options.disk(),
                                        options.chance(),
                                        "blocks",
                                        options.cacheBytes())
                                .withKeyRing(options.keyRing())
                                .withForce(options.fsync()));
        store = blocks;
        history = new History(options.historyBytes(), options.spillDirectory());
        applier = new Applier(store, history, methods);
        var found = new ArrayList<Prepared>();
        checkpointRecord =
                CheckpointRecord.read(store, applier, locks, options.spillDirectory(), found);
        for (var one : found) {
            prepared.put(one.gid, one);
        }
        log = openLog(blocks);
        pipeline = new CommitPipeline(log, store, applier, snapshots, history);
        sequences = new SequenceTable(this::logSequence);
        recover();
    }

    /**
     * An owner's locked keys are objects of some 250 bytes; beyond a quarter of its memory bits.
     */
    private static int keysMax(StorageOptions options) {
        return Math.clamp(options.writeSetBytes() / 1024, 1, 1 << 20);
    }

    private LocalCommitLog openLog(LocalBlockStore blocks) {
        try {
            return LocalCommitLog.open(
                    LogOptions.of(options.disk(), options.chance(), "log")
                            .withKeyRing(options.keyRing())
                            .withForce(options.fsync())
                            .withMarkDelayMillis(options.logMarkDelayMillis()),
                    blocks.manifest().logIndex() + 1);
        } catch (LogDamagedException missing) {
            blocks.close();
            // An older root needs entries that were cut when the newer one became durable.
            throw blocks.hasBrokenRoot() && missing.isTooLate()
                    ? blocks.brokenRoot(missing)
                    : missing;
        }
    }

    /**
     * Opens a storage; makes it if the disk is empty.
     *
     * @param methods index methods besides the ordered one
     */
    public static Engine open(StorageOptions options, Collection<AccessMethod> methods) {
        return new Engine(options, methods);
    }

    // ---- recovery -------------------------------------------------------------------------------

    private void recover() {
        long newestCommit = checkpointRecord.newestCommit;
        long newestTransaction = checkpointRecord.nextTransaction - 1;
        long index = store.manifest().logIndex();
        try (var entries = log.read(index + 1)) {
            for (var entry = entries.next(); entry != null; entry = entries.next()) {
                newestCommit = Math.max(newestCommit, entry.commitTimestamp());
                newestTransaction = Math.max(newestTransaction, entry.transactionId());
                replay(entry);
                index = entry.index();
            }
        }
        index = Math.max(index, takeBackUnfinished());
        dropTemporaryTablets();
        for (var one : prepared.values()) {
            var payload = one.payload();
            if (payload != null) {
                applier.forEachInsert(
                        payload, (tablet, rowId) -> tablet.allocator().reserve(rowId));
            }
            var marks = one.marks;
            if (marks != null) {
                one.serializable = serializability.restore(one.transactionId, marks);
            }
        }
        for (var tablet : applier.tablets.values()) {
            tablet.allocator().start(newestCommit);
        }
        nextTransaction.set(newestTransaction + 1);
        nextTablet.set(applier.greatestTabletId + 1);
        sequences.restore(applier.sequences);
        applier.touched.clear();
        pipeline.start(newestCommit, index);
    }

    /**
     * Takes back what unfinished transactions loaded. It is logged, for later entries use the slots
     * again. Returns the index of the last entry, 0 if there is none.
     */
    private long takeBackUnfinished() {
        long index = 0;
        for (long transactionId : applier.hidden.transactions()) {
            if (prepared.values().stream().anyMatch(one -> one.transactionId == transactionId)) {
                continue;
            }
            var record = Redo.takeBack(transactionId, 0);
            index = log.append(LogRecord.of(EntryKind.ABORT, transactionId, 0, record));
            applyRecovered(record.duplicate(), 0);
        }
        if (index > 0) {
            // A checkpoint may say that it holds this entry.
            log.awaitDurable(index);
        }
        return index;
    }

    private void replay(LogEntry entry) {
        switch (entry.kind()) {
            case COMMIT, MUTATION -> applyLogged(entry);
            case PREPARE -> {
                var one = Prepared.read(whole(entry), locks, options.spillDirectory());
                prepared.put(one.gid, one);
            }
            case COMMIT_PREPARED -> {
                var one = endPrepared(entry.transactionId());
                var payload = one.payload();
                if (payload != null) {
                    applyRecovered(payload, entry.commitTimestamp());
                }
                one.redo.close();
            }
            case BULK -> {
                int ticket = store.enterWriter();
                try {
                    applier.hidden.apply(whole(entry), entry.transactionId(), HiddenParts.NOTHING);
                } finally {
                    store.exitWriter(ticket);
                }
            }
            case ABORT -> {
                if (prepared.values().stream()
                        .anyMatch(one -> one.transactionId == entry.transactionId())) {
                    endPrepared(entry.transactionId()).redo.close();
                }
                applyLogged(entry);
            }
            case CHUNK, NOTHING -> {}
        }
    }

    /** Applies an entry with its chunks, piece by piece: it may be larger than memory. */
    private void applyLogged(LogEntry entry) {
        LoggedPieces.read(
                log,
                entry.chunks(),
                entry.payload(),
                piece -> applyRecovered(piece, entry.commitTimestamp()));
    }

    private void applyRecovered(ByteBuffer records, long commit) {
        int ticket = store.enterWriter();
        try {
            applier.apply(records, commit, false, Applier.NONE);
        } finally {
            store.exitWriter(ticket);
        }
    }

    private Prepared endPrepared(long transactionId) {
        for (var one : prepared.values()) {
            if (one.transactionId == transactionId) {
                prepared.remove(one.gid);
                locks.releaseAll(one.locks);
                return one;
            }
        }
        throw new IllegalStateException(
                "the log ends transaction " + transactionId + ", which it did not prepare");
    }

    /** An entry's payload with its chunks before it. */
    private ByteBuffer whole(LogEntry entry) {
        var pieces = new ArrayList<ByteBuffer>(1);
        LoggedPieces.read(log, entry.chunks(), entry.payload(), pieces::add);
        return pieces.size() == 1 ? pieces.getFirst() : ByteBuffer.wrap(join(pieces));
    }

    private void dropTemporaryTablets() {
        int ticket = store.enterWriter();
        try {
            for (var tablet : List.copyOf(applier.tablets.values())) {
                if (tablet.layout().spec().temporary()) {
                    applier.tablets.remove(tablet.tabletId());
                    tablet.drop();
                }
            }
        } finally {
            store.exitWriter(ticket);
        }
    }

    // ---- what transactions ask ------------------------------------------------------------------

    @Nullable Tablet tabletOrNull(int tabletId) {
        return applier.tablets.get(tabletId);
    }

    Collection<Tablet> allTablets() {
        return applier.tablets.values();
    }

    Tablet newTablet(TabletSpec spec) {
        return applier.newTablet(Layout.of(spec), 0);
    }

    AccessMethod method(String name) {
        return applier.method(name);
    }

    void usesTabletId(int tabletId) {
        nextTablet.accumulateAndGet(tabletId + 1, Math::max);
    }

    /** Drops an index that was built for nothing. */
    void discard(AccessIndex index) {
        int ticket = store.enterWriter();
        try {
            index.close();
            index.drop();
        } finally {
            store.exitWriter(ticket);
        }
    }

    void awaitDurable(long logIndex) {
        log.awaitDurable(logIndex);
    }

    WriteSet newWriteSet() {
        return new WriteSet(options.writeSetBytes(), options.spillDirectory());
    }

    void aborted() {
        aborts.incrementAndGet();
    }

    void ended(SessionTransaction transaction) {
        active.remove(transaction);
    }

    // ---- bulk loads -----------------------------------------------------------------------------

    /** Logs rows that a transaction loads, and puts them where only that transaction sees them. */
    void load(long transactionId, boolean logged, ByteBuffer payload, HiddenParts.AtHand atHand) {
        pipeline.bulk(transactionId, logged ? payload.duplicate() : null, payload, atHand);
        if (logged) {
            wrote(payload.remaining());
        }
    }

    /**
     * Takes back what a transaction loaded from an ordinal on; when it returns, nothing of it is
     * there any more.
     */
    void takeBack(long transactionId, int first, int end, boolean logged) {
        var slices = new ArrayList<ByteBuffer>();
        for (int from = end - PARTS_PER_SLICE; from > first; from -= PARTS_PER_SLICE) {
            slices.add(Redo.takeBack(transactionId, from));
        }
        slices.add(Redo.takeBack(transactionId, first));
        var entry =
                new CommitPipeline.Entry(
                        EntryKind.MUTATION,
                        transactionId,
                        List.of(),
                        logged ? Redo.takeBack(transactionId, first) : null,
                        slices,
                        Applier.NONE);
        entry.late = slices.size() > 1;
        pipeline.place(entry, () -> {});
        pipeline.finish(entry);
    }

    /**
     * As {@link #takeBack}, of everything, for a transaction that ends. Where the disk is full it
     * is put off, and where nothing can be written any more, also if that is found here, the next
     * start does it: the rows stay where nobody sees them or waits for them.
     */
    void abandon(long transactionId, int end, boolean logged) {
        try {
            if (pipeline.failure() == null) {
                takeBack(transactionId, 0, end, logged);
                return;
            }
        } catch (DiskFullException full) {
            // The next checkpoint tries it again.
        } catch (RuntimeException stopped) {
            if (pipeline.failure() == null && !(stopped instanceof LogClosedException)) {
                throw stopped;
            }
        }
        abandoned.put(transactionId, end);
    }

    /** So many rows of a transaction go to a tablet one by one before it loads in bulk. */
    int rowsBeforeBulk() {
        return options.rowsBeforeBulk();
    }

    /**
     * Whether one transaction at most is open or prepared. Who begins later finds what that one has
     * brought into the indexes.
     */
    boolean isAlone() {
        if (active.size() > 1) {
            return false;
        }
        synchronized (prepared) {
            return prepared.isEmpty();
        }
    }

    /** Whether a transaction made the tablet, has loaded into it and not ended. */
    boolean isHidden(int tabletId) {
        return applier.hidden.tablets.containsKey(tabletId);
    }

    /** Whether nobody will ever see what the transaction loaded. */
    boolean isAbandoned(long transactionId) {
        return abandoned.containsKey(transactionId);
    }

    private void takeBackAbandoned() {
        for (var one : Map.copyOf(abandoned).entrySet()) {
            try {
                takeBack(one.getKey(), 0, one.getValue(), true);
            } catch (DiskFullException full) {
                return;
            }
            abandoned.remove(one.getKey());
        }
    }

    // ---- transactions ---------------------------------------------------------------------------

    @Override
    public Transaction begin(IsolationLevel isolation, boolean readOnly, boolean deferrable) {
        if (closed) {
            throw new StorageFailedException(pipeline.failure());
        }
        long id = nextTransaction.getAndIncrement();
        var serializable =
                isolation == IsolationLevel.SERIALIZABLE
                        ? serializability.begin(id, readOnly)
                        : null;
        var transaction =
                new SessionTransaction(this, id, isolation, readOnly, deferrable, serializable);
        active.add(transaction);
        return transaction;
    }

    /** Encodes what a transaction changes: what is logged, and what temporary tablets get. */
    private void encode(SessionTransaction transaction, Redo.Pieces logged, Redo.Pieces temporary) {
        var loads = transaction.loads;
        if (!loads.isEmpty()) {
            Redo.show(
                    transaction.id(),
                    0,
                    Integer.MAX_VALUE,
                    (loads.areLogged() ? logged : temporary).out());
        }
        var definitions = transaction.definitions;
        for (var step : definitions.steps()) {
            Redo.definition(
                    step, (isTemporary(definitions, step.tabletId()) ? temporary : logged).out());
        }
        for (var writes : transaction.writes.tablets()) {
            if (writes.isEmpty() || definitions.isDropped(writes.tabletId)) {
                continue;
            }
            var view = definitions.view(writes.tabletId);
            Redo.rows(writes, view.layout(), view.layout().spec().temporary() ? temporary : logged);
        }
    }

    /**
     * What makes the bulk loads of a transaction visible bit by bit, before the rest is applied.
     */
    private static List<ByteBuffer> shown(SessionTransaction transaction) {
        var shown = new ArrayList<ByteBuffer>(0);
        for (int first = 0; first < transaction.loads.end(); first += PARTS_PER_SLICE) {
            var out = new ByteWriter(17);
            Redo.show(transaction.id(), first, first + PARTS_PER_SLICE, out);
            shown.add(ByteBuffer.wrap(out.array(), 0, out.size()).slice());
        }
        return shown;
    }

    private static boolean isTemporary(DefinitionLog definitions, int tabletId) {
        return definitions.anyView(tabletId).layout().spec().temporary();
    }

    private static Applier.Built built(SessionTransaction transaction) {
        var steps = transaction.definitions.steps();
        return (tabletId, indexId) -> {
            for (var step : steps) {
                if (step instanceof Definition.CreateIndex(int id, var spec, var index)
                        && id == tabletId
                        && spec.indexId() == indexId) {
                    return index;
                }
            }
            return null;
        };
    }

    /**
     * A commit that has its place in the log.
     *
     * @param bytes what it logged
     */
    record Placed(CommitPipeline.Entry entry, long bytes) {}

    /**
     * Gives a commit its place; null where there is nothing to write, and nothing left to do.
     *
     * @throws RuntimeException if it may not commit, or the disk is full: nothing has happened then
     */
    @Nullable Placed place(SessionTransaction transaction) {
        var serializable = transaction.serializable;
        if (transaction.writes.isEmpty()
                && transaction.definitions.isEmpty()
                && transaction.loads.isEmpty()) {
            if (serializable != null) {
                serializability.commit(serializable, snapshots.published());
                serializability.published(serializable);
            }
            return null;
        }
        transaction.loads.giveBackUnused();
        var pieces = chunksOf(transaction.id());
        long bytes;
        CommitPipeline.Entry entry;
        try {
            var logged = new Redo.Pieces(pieces);
            var temporary = new ArrayList<ByteBuffer>(0);
            var volatileRedo = new Redo.Pieces(temporary::add);
            encode(transaction, logged, volatileRedo);
            bytes = logged.finish();
            volatileRedo.finish();
            entry =
                    CommitPipeline.Entry.ofCommit(
                            transaction.id(),
                            shown(transaction),
                            pieces,
                            temporary,
                            built(transaction));
            entry.late = transaction.definitions.isEmpty() && entry.isLarge();
            pipeline.place(
                    entry,
                    () -> {
                        if (serializable != null) {
                            serializability.commit(serializable, pipeline.lastCommit() + 1);
                        }
                    });
        } catch (RuntimeException cause) {
            forgetChunks(transaction.id());
            throw cause;
        }
        chunked.computeIfPresent(transaction.id(), (_, _) -> entry.index);
        return new Placed(entry, bytes);
    }

    /** Waits until a placed commit is durable and everybody sees it. */
    void finish(SessionTransaction transaction, Placed placed) {
        var serializable = transaction.serializable;
        long began = options.clock().nanoTime();
        pipeline.finish(placed.entry);
        loneCommitter.committed(transaction.locks.process, options.clock().nanoTime() - began);
        if (serializable != null) {
            serializability.published(serializable);
        }
        giveBackUnused(transaction);
        commits.incrementAndGet();
        wrote(placed.bytes);
    }

    @Override
    public boolean commitsAlone(long processId, long nanosMax) {
        return loneCommitter.is(processId, nanosMax);
    }

    private LoggedPieces chunksOf(long transactionId) {
        return new LoggedPieces(
                log, transactionId, () -> chunked.put(transactionId, Long.MAX_VALUE));
    }

    /** Chunks that no commit entry names keep nothing from being cut. */
    private void forgetChunks(long transactionId) {
        if (chunked.remove(transactionId) != null) {
            log.release(transactionId);
        }
    }

    /** Rows inserted and deleted again were never anybody's. */
    private void giveBackUnused(SessionTransaction transaction) {
        if (!transaction.writes.hasUnused()) {
            return;
        }
        for (var writes : transaction.writes.tablets()) {
            var tablet = tabletOrNull(writes.tabletId);
            if (tablet != null) {
                writes.forEach(version -> {
                    if (!version.isLive() && version.bornHere()) {
                        tablet.allocator().giveBack(version.rowId);
                    }
                });
            }
        }
    }

    private void wrote(long bytes) {
        if (bytesSinceCheckpoint.addAndGet(bytes + 64) > options.checkpointLogBytes()
                && checkpointing.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("checkpoint").start(this::checkpointInBackground);
        }
    }

    // ---- prepared transactions ------------------------------------------------------------------

    void prepare(SessionTransaction transaction, String gid, String owner) {
        transaction.loads.giveBackUnused();
        var redo = new ArrayList<ByteBuffer>();
        var temporary = new ArrayList<ByteBuffer>(0);
        var logged = new Redo.Pieces(redo::add);
        var volatileRedo = new Redo.Pieces(temporary::add);
        encode(transaction, logged, volatileRedo);
        logged.finish();
        volatileRedo.finish();
        if (!temporary.isEmpty() || transaction.loads.anyTemporary()) {
            throw SqlException.notSupported(
                    "cannot PREPARE a transaction that has operated on temporary objects");
        }
        long micros = options.clock().epochMicros() - EPOCH_2000_MICROS;
        var one =
                new Prepared(
                        gid,
                        owner,
                        transaction.id(),
                        micros,
                        transaction.locks,
                        new KeptRedo(join(redo), options.spillDirectory()),
                        built(transaction));
        if (transaction.serializable != null) {
            one.marks = serializability.marksOf(transaction.serializable);
        }
        synchronized (prepared) {
            if (prepared.putIfAbsent(gid, one) != null) {
                throw new SqlException(
                        SqlState.DUPLICATE_OBJECT,
                        "transaction identifier \"" + gid + "\" is already in use");
            }
        }
        try {
            var out = new ByteWriter();
            one.write(out);
            var pieces = chunksOf(transaction.id());
            pieces.accept(ByteBuffer.wrap(out.array(), 0, out.size()).slice());
            var entry =
                    new CommitPipeline.Entry(
                            EntryKind.PREPARE,
                            transaction.id(),
                            pieces.chunks(),
                            pieces.finish(),
                            List.of(),
                            Applier.NONE);
            entry.prepared = one;
            pipeline.placeUnapplied(
                    entry,
                    () -> {
                        if (transaction.serializable != null) {
                            serializability.prepare(
                                    transaction.serializable, pipeline.lastCommit() + 1);
                        }
                    });
            pipeline.finish(entry);
        } catch (Throwable cause) {
            synchronized (prepared) {
                prepared.remove(gid);
            }
            one.redo.close();
            forgetChunks(transaction.id());
            throw cause;
        }
        one.serializable = transaction.serializable;
        transaction.leaveLocks();
    }

    private static byte[] join(List<ByteBuffer> pieces) {
        var out = new ByteWriter();
        for (var piece : pieces) {
            out.putBytes(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
        }
        return out.toBytes();
    }

    private Prepared takePrepared(String gid) {
        synchronized (prepared) {
            var one = prepared.remove(gid);
            if (one == null) {
                throw new SqlException(
                        SqlState.UNDEFINED_OBJECT,
                        "prepared transaction with identifier \"" + gid + "\" does not exist");
            }
            return one;
        }
    }

    @Override
    public void commitPrepared(String gid) {
        finishPrepared(EntryKind.COMMIT_PREPARED, gid);
        commits.incrementAndGet();
    }

    @Override
    public void rollbackPrepared(String gid) {
        finishPrepared(EntryKind.ABORT, gid);
        aborts.incrementAndGet();
    }

    private void finishPrepared(EntryKind kind, String gid) {
        // The checkpoint must not see the transaction neither prepared nor ended.
        Prepared one;
        CommitPipeline.Entry entry;
        pipeline.applying.lock();
        try {
            one = takePrepared(gid);
            boolean commit = kind == EntryKind.COMMIT_PREPARED;
            var record =
                    !commit && applier.hidden.has(one.transactionId)
                            ? Redo.takeBack(one.transactionId, 0)
                            : CommitPipeline.nothing();
            entry =
                    new CommitPipeline.Entry(
                            kind,
                            one.transactionId,
                            List.of(),
                            record,
                            commit ? piecesOf(one) : List.of(record),
                            one.built);
            entry.prepared = one;
            try {
                pipeline.place(entry, () -> commitSerializable(one, commit));
            } catch (DiskFullException full) {
                // Nothing has happened: it is still prepared.
                if (one.serializable != null) {
                    serializability.notCommitted(one.serializable);
                }
                synchronized (prepared) {
                    prepared.put(gid, one);
                }
                throw full;
            }
        } finally {
            pipeline.applying.unlock();
        }
        pipeline.finish(entry);
        if (kind == EntryKind.ABORT) {
            var payload = one.payload();
            if (payload != null) {
                applier.forEachInsert(
                        payload, (tablet, rowId) -> tablet.allocator().giveBack(rowId));
            }
        }
        if (one.serializable != null && kind == EntryKind.ABORT) {
            serializability.aborted(one.serializable);
        } else if (one.serializable != null) {
            serializability.published(one.serializable);
        }
        one.redo.close();
        locks.releaseAll(one.locks);
    }

    /** Its redo; where that cannot be read it stays prepared, and a restart has it from the log. */
    private List<ByteBuffer> piecesOf(Prepared one) {
        try {
            return one.pieces();
        } catch (RuntimeException unread) {
            synchronized (prepared) {
                prepared.put(one.gid, one);
            }
            throw unread;
        }
    }

    private void commitSerializable(Prepared one, boolean commit) {
        if (one.serializable != null && commit) {
            serializability.commit(one.serializable, pipeline.lastCommit() + 1);
        }
    }

    @Override
    public List<PreparedTransaction> preparedTransactions() {
        synchronized (prepared) {
            return prepared.values().stream()
                    .map(one ->
                            new PreparedTransaction(
                                    one.gid, one.transactionId, one.preparedMicros, one.owner))
                    .toList();
        }
    }

    // ---- checkpoints ----------------------------------------------------------------------------

    private void checkpointInBackground() {
        try {
            checkpoint();
        } catch (DiskFullException full) {
            // The log keeps what the checkpoint could not write; the next one tries again.
            bytesSinceCheckpoint.set(options.checkpointLogBytes() / 2);
        } catch (RuntimeException cause) {
            pipeline.failed(cause);
        } finally {
            checkpointing.set(false);
        }
    }

    @Override
    public void checkpoint() {
        checkpointLatch.lock();
        try {
            var earlier = unfinished;
            if (earlier != null) {
                complete(earlier);
            }
            BlockStore.Checkpoint frozen;
            pipeline.applying.lock();
            try {
                pipeline.checkWorks();
                pipeline.drain();
                pipeline.awaitLate();
                pipeline.prune();
                bytesSinceCheckpoint.set(0);
                frozen = freeze();
            } finally {
                pipeline.applying.unlock();
            }
            unfinished = frozen;
            complete(frozen);
        } catch (DiskFullException full) {
            throw full;
        } catch (RuntimeException cause) {
            // What is on disk is not known: nobody may be told any more that he has committed.
            pipeline.failed(cause);
            throw cause;
        } finally {
            checkpointLatch.unlock();
        }
    }

    private BlockStore.Checkpoint freeze() {
        checkpointRecord.newestCommit = snapshots.published();
        checkpointRecord.nextTransaction = nextTransaction.get();
        ByteBuffer payload;
        int ticket = store.enterWriter();
        try {
            payload = checkpointRecord.write(store, applier, pipeline.preparedNow(prepared));
        } finally {
            store.exitWriter(ticket);
        }
        return store.freeze(pipeline.appliedIndex(), payload);
    }

    private void complete(BlockStore.Checkpoint frozen) {
        frozen.complete();
        unfinished = null;
        checkpoints.incrementAndGet();
        chunked.forEach((transactionId, index) -> {
            if (index <= frozen.logIndex()) {
                log.release(transactionId);
                chunked.remove(transactionId);
            }
        });
        log.cut(frozen.logIndex() + 1);
        takeBackAbandoned();
    }

    // ---- the rest of the door -------------------------------------------------------------------

    private long logSequence(ByteWriter record) {
        return pipeline.mutation(ByteBuffer.wrap(record.array(), 0, record.size()).slice());
    }

    @Override
    public @Nullable TabletSpec tablet(int tabletId) {
        var tablet = tabletOrNull(tabletId);
        return tablet == null ? null : tablet.layout().spec();
    }

    @Override
    public List<TabletSpec> tablets() {
        return allTablets().stream().map(tablet -> tablet.layout().spec()).toList();
    }

    @Override
    public int newTabletId() {
        return nextTablet.getAndIncrement();
    }

    @Override
    public TabletStatistics statistics(int tabletId) {
        var tablet = tabletOrNull(tabletId);
        return tablet == null
                ? new TabletStatistics(0, 0, 0, 0)
                : new TabletStatistics(
                        tablet.liveRows(), tablet.stripeCount(), tablet.bytes(), tablet.changes());
    }

    @Override
    public long tableBytes(int tabletId) {
        var tablet = tabletOrNull(tabletId);
        return tablet == null ? 0 : new TabletSize(tablet).bytes();
    }

    @Override
    public long indexBytes(int tabletId, int indexId) {
        var tablet = tabletOrNull(tabletId);
        var found = tablet == null ? null : tablet.index(indexId);
        return found == null ? 0 : found.index().bytes();
    }

    @Override
    public StorageStatistics statistics() {
        return new StorageStatistics(
                commits.get(),
                aborts.get(),
                active.size() + prepared.size(),
                history.bytes(),
                bytesSinceCheckpoint.get(),
                checkpoints.get(),
                locks.deadlocks());
    }

    @Override
    public SpillDirectory spillDirectory() {
        return options.spillDirectory();
    }

    /** Bytes of redo that prepared transactions keep in memory. */
    long preparedInMemory() {
        synchronized (prepared) {
            return prepared.values().stream()
                    .filter(one -> !one.redo.isSpilled())
                    .mapToLong(one -> one.redo.length())
                    .sum();
        }
    }

    BlockStoreStatistics blockStatistics() {
        return store.statistics();
    }

    @Override
    public Sequences sequences() {
        return sequences;
    }

    @Override
    public AdvisoryLocks advisoryLocks() {
        return new SessionAdvisoryLocks(this, nextTransaction.getAndIncrement());
    }

    @Override
    public Set<Long> blockers(long processId) {
        return locks.blockersOf(processId);
    }

    @Override
    public Set<Long> safeSnapshotBlockers(long processId) {
        return serializability.safeSnapshotBlockers(processId);
    }

    @Override
    public List<LockView> locks() {
        return locks.views();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            commitFinisher.close();
            for (var transaction : active) {
                transaction.cancel();
            }
            if (pipeline.failure() == null) {
                settleSequences();
                log.awaitDurable(log.lastIndex());
                checkpointIfThereIsRoom();
            }
        } finally {
            pipeline.failed(new StorageFailedException(null));
            for (var tablet : allTablets()) {
                for (var index : tablet.indexes()) {
                    index.index().close();
                }
            }
            log.close();
            store.close();
            history.close();
            closePrepared();
        }
    }

    private void checkpointIfThereIsRoom() {
        try {
            checkpoint();
        } catch (DiskFullException full) {
            // The log has everything: the next opening replays it.
        }
    }

    private void settleSequences() {
        try {
            sequences.settle();
        } catch (DiskFullException full) {
            // As after a crash, some values are skipped.
        }
    }

    /** Stops as a crash would, for tests: nothing is written any more. */
    public void crash() {
        closed = true;
        pipeline.failed(new StorageFailedException(null));
        log.abandon();
        commitFinisher.close();
        for (var tablet : allTablets()) {
            for (var index : tablet.indexes()) {
                index.index().close();
            }
        }
        history.close();
        closePrepared();
    }

    private void closePrepared() {
        synchronized (prepared) {
            prepared.values().forEach(one -> one.redo.close());
        }
    }
}
