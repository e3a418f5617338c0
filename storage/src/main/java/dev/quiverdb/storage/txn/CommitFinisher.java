package dev.quiverdb.storage.txn;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends commits that nobody waits for: one thread, in the order in which they took their places. The
 * first of those that have gathered forces the log for all of them. The thread begins with the
 * first commit and ends when this is closed. Thread-safe.
 */
final class CommitFinisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommitFinisher.class);

    private final ConcurrentLinkedQueue<Runnable> placed = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private volatile boolean sleeps;
    private volatile boolean closed;

    /** Has a placed commit ended. Does not wait. */
    void add(Runnable end) {
        placed.add(end);
        var worker = thread.get();
        if (worker == null) {
            begin();
        } else if (sleeps) {
            LockSupport.unpark(worker);
        }
        if (closed) {
            // Nobody may be there any more; each is taken once.
            endAll();
        }
    }

    private void begin() {
        var worker = Thread.ofPlatform().daemon().name("commit finisher").unstarted(this::run);
        if (thread.compareAndSet(null, worker)) {
            worker.start();
        }
    }

    private void run() {
        while (true) {
            endAll();
            if (closed) {
                return;
            }
            sleeps = true;
            // Whoever adds from now on wakes it.
            if (placed.isEmpty() && !closed) {
                LockSupport.park(this);
            }
            sleeps = false;
        }
    }

    private void endAll() {
        for (var end = placed.poll(); end != null; end = placed.poll()) {
            try {
                end.run();
            } catch (RuntimeException | Error failure) {
                LOG.error("the end of a commit could not be told", failure);
            }
        }
    }

    /** Returns when all that were placed have ended. */
    @Override
    public void close() {
        closed = true;
        var worker = thread.get();
        if (worker != null && worker != Thread.currentThread()) {
            LockSupport.unpark(worker);
            boolean interrupted = false;
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        endAll();
    }
}
