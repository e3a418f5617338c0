package dev.quiverdb.storage.txn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who holds locks: a transaction, or a session for its advisory locks. The list of what it took, in
 * order, serves savepoints and the end. Used by one thread at a time, except {@link #cancel}.
 */
final class LockOwner {
    private static final int[] NOTHING = {};

    /** The number that deadlock details and pg_locks show as the transaction. */
    final long id;

    /** The number that deadlock details show as the process. */
    volatile long process;

    /** Owners of one session do not block each other. */
    private volatile Session session;

    /** 0 for ever. */
    volatile long lockTimeoutMillis;

    /** Whether it may wait at all. Of the owner's thread. */
    boolean waits = true;

    private volatile boolean cancelled;
    private volatile @Nullable Thread waitingThread;

    /** The one lock it waits for; guarded by all lock partitions together. */
    volatile @Nullable LockWaiter waiting;

    /** Unique keys that it took one by one. */
    int keysTaken;

    /** Further unique keys; null until they are many. */
    volatile @Nullable KeyHashes manyKeys;

    /** How many locks it held when keys became many. */
    int manySince;

    /** Whether the unique key that was asked for last is among the many since then only. */
    boolean newestIsOfMany;

    private final List<LockResource> resources = new ArrayList<>();
    private int[] whats = NOTHING;

    LockOwner(long id, Session session) {
        this.id = id;
        this.process = id;
        this.session = session;
    }

    /** An identity that owners share; nothing more. */
    static final class Session {}

    /** From now on this owner is one of that session. */
    void joins(Session other) {
        session = other;
    }

    boolean sameSession(LockOwner other) {
        return other == this || other.session == session;
    }

    void cancel() {
        cancelled = true;
        var thread = waitingThread;
        if (thread != null) {
            java.util.concurrent.locks.LockSupport.unpark(thread);
        }
    }

    boolean cancelled() {
        return cancelled;
    }

    void clearCancel() {
        cancelled = false;
    }

    void waitsIn(@Nullable Thread thread) {
        waitingThread = thread;
    }

    int heldCount() {
        return resources.size();
    }

    void took(LockResource resource, int what) {
        int at = resources.size();
        if (at == whats.length) {
            whats = Arrays.copyOf(whats, Math.max(4, at * 2));
        }
        whats[at] = what;
        resources.add(resource);
    }

    LockResource heldResource(int index) {
        return resources.get(index);
    }

    int heldWhat(int index) {
        return whats[index];
    }

    void forget(int from) {
        resources.subList(from, resources.size()).clear();
    }

    void forgetOne(int index) {
        resources.remove(index);
        System.arraycopy(whats, index + 1, whats, index, resources.size() - index);
    }
}
