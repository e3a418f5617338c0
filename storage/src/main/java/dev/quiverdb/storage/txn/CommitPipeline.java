package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.log.CommitLog;
import dev.quiverdb.storage.log.EntryKind;
import dev.quiverdb.storage.log.LogRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of a commit: a place in the log, durability, apply, publication; in log order, all of
 * them.
 *
 * <p>There is no apply thread. A session that finds its entry durable takes the apply latch,
 * applies every entry up to its own that nobody has applied yet, and publishes them; those whose
 * entries it applied find it done. So a lone commit changes no thread, and many committers share
 * the fsync and the latch.
 */
final class CommitPipeline {
    /** One commit on its way. */
    static final class Entry {
        final EntryKind kind;
        final long transactionId;
        final List<Long> chunks;

        /** What goes to the log; null where nothing does. */
        final @Nullable ByteBuffer payload;

        /** What is applied besides the redo in the log: before it, and after it. */
        private final List<ByteBuffer> before;

        private final List<ByteBuffer> after;

        /** Whether the chunks and the payload are applied as they stand in the log. */
        private final boolean appliesLogged;

        private final int loggedPieces;

        /** Whether it is applied piece by piece, with others between, and published at the end. */
        boolean late;

        /** Whether its turn has come, if it is {@link #late}. */
        boolean begun;

        final Applier.Built built;
        long index;

        /** Whether the payload is not to be applied. */
        boolean unapplied;

        /** What must be durable before this can be applied. */
        long waitFor;

        long commit;
        volatile boolean done;

        /** The prepared transaction that this entry makes or ends. */
        @Nullable Prepared prepared;

        Entry(
                EntryKind kind,
                long transactionId,
                List<Long> chunks,
                @Nullable ByteBuffer payload,
                List<ByteBuffer> pieces,
                Applier.Built built) {
            this.kind = kind;
            this.transactionId = transactionId;
            this.chunks = chunks;
            this.payload = payload;
            this.before = List.copyOf(pieces);
            this.after = List.of();
            this.appliesLogged = false;
            this.loggedPieces = 0;
            this.built = built;
        }

        private Entry(
                long transactionId,
                List<ByteBuffer> shown,
                LoggedPieces logged,
                List<ByteBuffer> temporary,
                Applier.Built built) {
            this.kind = EntryKind.COMMIT;
            this.transactionId = transactionId;
            this.payload = logged.finish();
            this.chunks = List.copyOf(logged.chunks());
            this.before = List.copyOf(shown);
            this.after = List.copyOf(temporary);
            this.appliesLogged = payload != null;
            this.loggedPieces = logged.count();
            this.built = built;
        }

        /** A commit: bulk loads are shown, then the redo is applied, at last temporary tablets. */
        static Entry ofCommit(
                long transactionId,
                List<ByteBuffer> shown,
                LoggedPieces logged,
                List<ByteBuffer> temporary,
                Applier.Built built) {
            return new Entry(transactionId, shown, logged, temporary, built);
        }

        /** Whether it is applied in more than one piece, temporary tablets apart. */
        boolean isLarge() {
            return before.size() + loggedPieces > 1;
        }

        /** Tells of what is applied, whole records in each piece. It must be durable. */
        void forEachPiece(CommitLog log, Consumer<ByteBuffer> consumer) {
            before.forEach(consumer);
            if (appliesLogged && payload != null) {
                if (chunks.isEmpty()) {
                    consumer.accept(payload);
                } else {
                    LoggedPieces.read(log, chunks, payload, consumer);
                }
            }
            after.forEach(consumer);
        }
    }

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
    private static final int ENTRIES_BETWEEN_PRUNES = 64;

    private final CommitLog log;
    private final BlockStore store;
    private final Applier applier;
    private final SnapshotRegistry snapshots;
    private final dev.quiverdb.storage.table.History history;

    /** Held while an entry gets its timestamp and its place. */
    private final ReentrantLock order = new ReentrantLock();

    /** Held while entries are applied. */
    final ReentrantLock applying = new ReentrantLock();

    private final Condition lateDone = applying.newCondition();

    /** Entries that are half applied, and parts of bulk loads logged but not applied. */
    private int lateEntries;

    /** Those who wait until nothing is half applied; bulk loads let them go first. */
    private int waitingForLate;

    private final ConcurrentLinkedDeque<Entry> queue = new ConcurrentLinkedDeque<>();
    private long lastCommit;
    private long appliedIndex;
    private int entriesSincePrune;
    private long lastHorizon = -1;
    private volatile @Nullable Throwable failure;

    CommitPipeline(
            CommitLog log,
            BlockStore store,
            Applier applier,
            SnapshotRegistry snapshots,
            dev.quiverdb.storage.table.History history) {
        this.log = log;
        this.store = store;
        this.applier = applier;
        this.snapshots = snapshots;
        this.history = history;
    }

    /** After recovery. */
    void start(long newestCommit, long newestIndex) {
        lastCommit = newestCommit;
        appliedIndex = newestIndex;
        snapshots.publish(newestCommit);
    }

    long appliedIndex() {
        return appliedIndex;
    }

    long lastCommit() {
        return lastCommit;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    void failed(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        applying.lock();
        try {
            lateDone.signalAll();
        } finally {
            applying.unlock();
        }
    }

    void checkWorks() {
        var cause = failure;
        if (cause != null) {
            throw new StorageFailedException(cause);
        }
    }

    /**
     * Checks something while no entry can get a place, and then places this one.
     *
     * @throws RuntimeException what the check throws, or a full disk: nothing has happened then
     */
    void place(Entry entry, Runnable check) {
        checkWorks();
        order.lock();
        try {
            check.run();
            entry.commit = lastCommit + 1;
            if (entry.payload != null) {
                entry.index =
                        log.append(
                                new LogRecord(
                                        entry.kind,
                                        entry.transactionId,
                                        entry.commit,
                                        entry.chunks,
                                        entry.payload));
            }
            entry.waitFor = log.lastIndex();
            lastCommit = entry.commit;
            queue.addLast(entry);
        } finally {
            order.unlock();
        }
    }

    /** As {@link #place}, for an entry whose payload is for recovery only. */
    void placeUnapplied(Entry entry, Runnable check) {
        entry.unapplied = true;
        place(entry, check);
    }

    /**
     * The transactions that are prepared after the newest applied entry: those ended by an entry
     * that is not applied yet are still prepared, those made by such an entry are not.
     */
    List<Prepared> preparedNow(Map<String, Prepared> prepared) {
        var now = new ArrayList<Prepared>();
        synchronized (prepared) {
            for (var one : prepared.values()) {
                if (one.isMade) {
                    now.add(one);
                }
            }
        }
        for (var entry : queue) {
            var one = entry.prepared;
            if (one != null && entry.kind != EntryKind.PREPARE) {
                now.add(one);
            }
        }
        return now;
    }

    /** Waits until a placed entry is durable, applied and published. */
    void finish(Entry entry) {
        try {
            if (entry.waitFor > log.durableIndex()) {
                log.awaitDurable(entry.waitFor);
            }
            applying.lock();
            try {
                checkWorks();
                while (!entry.done && !entry.begun) {
                    applyNext();
                }
                maybePrune();
            } finally {
                applying.unlock();
            }
            if (entry.begun) {
                applyLate(entry);
            }
        } catch (Throwable cause) {
            failed(cause);
            throw cause;
        }
    }

    /** Applies everything that is durable; with the latch held. */
    void drain() {
        while (true) {
            var head = queue.peekFirst();
            if (head == null || head.waitFor > log.durableIndex()) {
                return;
            }
            applyNext();
        }
    }

    private void applyNext() {
        var head = queue.peekFirst();
        if (head == null) {
            throw new IllegalStateException("A placed entry is not in the queue.");
        }
        if (head.late) {
            snapshots.beginLate(head.commit);
            lateEntries++;
            head.begun = true;
        } else if (!head.unapplied) {
            head.forEachPiece(log, piece -> applyPiece(head, piece));
        }
        if (head.index > 0) {
            appliedIndex = head.index;
        }
        if (!head.late) {
            snapshots.publish(head.commit);
        }
        if (head.kind == EntryKind.PREPARE && head.prepared != null) {
            head.prepared.isMade = true;
        }
        queue.removeFirst();
        head.done = !head.late;
    }

    private void applyPiece(Entry entry, ByteBuffer piece) {
        int ticket = store.enterWriter();
        try {
            applier.apply(piece.duplicate(), entry.commit, true, entry.built);
        } catch (Throwable cause) {
            failed(cause);
            throw cause;
        } finally {
            store.exitWriter(ticket);
        }
    }

    /** Applies an entry whose turn has come in slices; small entries go between them. */
    private void applyLate(Entry entry) {
        entry.forEachPiece(
                log,
                piece -> {
                    applying.lock();
                    try {
                        applyPiece(entry, piece);
                    } finally {
                        applying.unlock();
                    }
                });
        applying.lock();
        try {
            snapshots.publishLate(entry.commit);
            lateEntries--;
            entry.done = true;
            lateDone.signalAll();
        } finally {
            applying.unlock();
        }
    }

    /** Waits until nothing is half applied; with the latch held. */
    void awaitLate() {
        waitingForLate++;
        try {
            while (lateEntries > 0) {
                checkWorks();
                lateDone.awaitUninterruptibly();
            }
        } finally {
            waitingForLate--;
            lateDone.signalAll();
        }
    }

    /**
     * Logs a bulk entry and applies it at once. It overtakes entries before it, which it has
     * nothing in common with: nobody but its transaction sees what it does, and it takes free
     * slots. No checkpoint comes between log and apply, so one at an index below the entry's may
     * have it already; replay passes it over then.
     *
     * @param logged null where nothing is logged
     */
    void bulk(
            long transactionId,
            @Nullable ByteBuffer logged,
            ByteBuffer payload,
            HiddenParts.AtHand atHand) {
        applying.lock();
        try {
            checkWorks();
            while (waitingForLate > 0) {
                lateDone.awaitUninterruptibly();
                checkWorks();
            }
            lateEntries++;
        } finally {
            applying.unlock();
        }
        try {
            if (logged != null) {
                log.append(LogRecord.of(EntryKind.BULK, transactionId, 0, logged));
            }
        } catch (Throwable cause) {
            applying.lock();
            try {
                bulkDone();
            } finally {
                applying.unlock();
            }
            throw cause;
        }
        applying.lock();
        try {
            checkWorks();
            int ticket = store.enterWriter();
            try {
                applier.hidden.apply(payload, transactionId, atHand);
            } finally {
                store.exitWriter(ticket);
            }
        } catch (Throwable cause) {
            failed(cause);
            throw cause;
        } finally {
            bulkDone();
            applying.unlock();
        }
    }

    private void bulkDone() {
        lateEntries--;
        lateDone.signalAll();
    }

    private void maybePrune() {
        if (++entriesSincePrune >= ENTRIES_BETWEEN_PRUNES) {
            prune();
        }
    }

    /** Lets go of what no snapshot needs; with the latch held. */
    void prune() {
        entriesSincePrune = 0;
        long horizon = snapshots.horizon();
        if (horizon == lastHorizon) {
            return;
        }
        lastHorizon = horizon;
        history.prune(horizon);
        int ticket = store.enterWriter();
        try {
            for (var tablet : new ArrayList<>(applier.touched)) {
                tablet.prune(horizon);
            }
            if (horizon == snapshots.published()) {
                applier.touched.clear();
            }
        } finally {
            store.exitWriter(ticket);
        }
    }

    /** Logs a change outside of transactions; does not wait for the disk. */
    long mutation(ByteBuffer record) {
        var entry =
                new Entry(EntryKind.MUTATION, 0, List.of(), record, List.of(record), Applier.NONE);
        place(entry, () -> {});
        return entry.index;
    }

    /** Whether anything was placed that is not yet applied. */
    boolean isIdle() {
        return queue.isEmpty();
    }

    static ByteBuffer nothing() {
        return EMPTY.duplicate();
    }
}
