package dev.quiverdb.server.session;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * statement_timeout of one session. One task waits for the session, however many statements begin
 * and end meanwhile; when it wakes, it looks whether the statement of that moment is over its time.
 */
final class StatementTimer {
    private final ScheduledExecutorService scheduler;
    private final Runnable cancel;

    /** 0 while no statement with a limit runs. */
    private long deadlineNanos;

    /** When the waiting task wakes; 0 if none waits. */
    private long wakesNanos;

    /**
     * @param cancel ends the running statement; called on the scheduler's thread
     */
    StatementTimer(ScheduledExecutorService scheduler, Runnable cancel) {
        this.scheduler = scheduler;
        this.cancel = cancel;
    }

    synchronized void begins(int timeoutMillis) {
        long now = System.nanoTime();
        deadlineNanos = nonZero(now + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
        if (wakesNanos == 0 || deadlineNanos - wakesNanos < 0) {
            wake(now);
        }
    }

    synchronized void ends() {
        deadlineNanos = 0;
    }

    private void wake(long now) {
        long wakes = deadlineNanos;
        wakesNanos = wakes;
        scheduler.schedule(() -> awake(wakes), Math.max(0, wakes - now), TimeUnit.NANOSECONDS);
    }

    private synchronized void awake(long wakes) {
        if (wakes != wakesNanos) {
            // A statement with a nearer end has set another task.
            return;
        }
        wakesNanos = 0;
        if (deadlineNanos == 0) {
            return;
        }
        long now = System.nanoTime();
        if (deadlineNanos - now <= 0) {
            deadlineNanos = 0;
            cancel.run();
        } else {
            wake(now);
        }
    }

    private static long nonZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }
}
