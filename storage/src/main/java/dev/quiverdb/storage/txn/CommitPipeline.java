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
import java.util.concurrent.locks.ReentrantLock;
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

        /** What is applied: the payload with its chunks. */
        final @Nullable ByteBuffer logged;

        /** Changes to temporary tablets. */
        final @Nullable ByteBuffer temporary;

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
                @Nullable ByteBuffer logged,
                @Nullable ByteBuffer temporary,
                Applier.Built built) {
            this.kind = kind;
            this.transactionId = transactionId;
            this.chunks = chunks;
            this.payload = payload;
            this.logged = logged;
            this.temporary = temporary;
            this.built = built;
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
                while (!entry.done) {
                    applyNext();
                }
                maybePrune();
            } finally {
                applying.unlock();
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
        int ticket = store.enterWriter();
        try {
            if (head.logged != null && !head.unapplied) {
                applier.apply(head.logged.duplicate(), head.commit, true, head.built);
            }
            if (head.temporary != null) {
                applier.apply(head.temporary.duplicate(), head.commit, true, head.built);
            }
        } catch (Throwable cause) {
            failed(cause);
            throw cause;
        } finally {
            store.exitWriter(ticket);
        }
        if (head.index > 0) {
            appliedIndex = head.index;
        }
        snapshots.publish(head.commit);
        if (head.kind == EntryKind.PREPARE && head.prepared != null) {
            head.prepared.isMade = true;
        }
        queue.removeFirst();
        head.done = true;
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
        var entry = new Entry(EntryKind.MUTATION, 0, List.of(), record, record, null, Applier.NONE);
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
