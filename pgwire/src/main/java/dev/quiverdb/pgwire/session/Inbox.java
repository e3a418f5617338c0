package dev.quiverdb.pgwire.session;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were read and not yet answered, in order. The event loop puts, one worker takes.
 * What waits is bounded: at {@link #BYTES_MAX} the connection is told to stop reading, below half
 * of it to go on. It is told so in the order in which it happens, under the inbox's lock: told by
 * whom put or took, each for himself, the last word could be to stop while nothing waits any more.
 */
final class Inbox {
    static final long BYTES_MAX = 4L << 20;

    /** Reads on or not; must not wait, and must not call the inbox. */
    interface Reading {
        void goOn(boolean reads);
    }

    private final Reading reading;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<Object> messages = new ArrayDeque<>();
    private long bytes;
    private boolean stopped;
    private boolean workerBusy;
    private boolean ended;
    private volatile boolean idle = true;

    Inbox(Reading reading) {
        this.reading = reading;
    }

    /**
     * Whether nothing waits and no worker is at it. As only the event loop puts messages and makes
     * workers, it may rely on the answer until it does so itself.
     */
    boolean isIdle() {
        return idle;
    }

    /** Adds a message. */
    void put(Object message, int sizeBytes) {
        lock.lock();
        try {
            idle = false;
            messages.add(message);
            bytes += sizeBytes;
            arrived.signal();
            if (bytes >= BYTES_MAX && !stopped) {
                stopped = true;
                reading.goOn(false);
            }
        } finally {
            lock.unlock();
        }
    }

    /** No message will come any more. */
    void end() {
        lock.lock();
        try {
            ended = true;
            idle = false;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes the caller the worker if there is something to do and nobody does it. */
    boolean claim() {
        lock.lock();
        try {
            if (workerBusy || (messages.isEmpty() && !ended)) {
                return false;
            }
            workerBusy = true;
            idle = false;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets messages wait until {@link #letGo}, as if a worker were busy. By the event loop, while
     * the inbox is idle.
     */
    void hold() {
        lock.lock();
        try {
            workerBusy = true;
            idle = false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #hold}. */
    void letGo() {
        lock.lock();
        try {
            workerBusy = false;
            idle = messages.isEmpty() && !ended;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the first message out, which {@link #peek} has shown to the event loop. */
    void dropFirst() {
        lock.lock();
        try {
            messages.remove();
            idle = messages.isEmpty() && !workerBusy && !ended;
        } finally {
            lock.unlock();
        }
    }

    /** The next message for the worker without taking it, null if there is none. */
    @Nullable Object peek() {
        lock.lock();
        try {
            return messages.peek();
        } finally {
            lock.unlock();
        }
    }

    /** The next message; null gives the worker's role back, as there is none. */
    @Nullable Object pollOrRelease() {
        lock.lock();
        try {
            var message = messages.poll();
            if (message == null) {
                workerBusy = false;
                idle = !ended;
            }
            return message;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next message, for COPY; null if the connection has ended. */
    @Nullable Object take() throws InterruptedException {
        lock.lock();
        try {
            while (messages.isEmpty()) {
                if (ended) {
                    return null;
                }
                arrived.await();
            }
            return messages.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Tells that a message was dealt with. */
    void release(int sizeBytes) {
        lock.lock();
        try {
            bytes -= sizeBytes;
            if (stopped && bytes < BYTES_MAX / 2) {
                stopped = false;
                reading.goOn(true);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean hasEnded() {
        lock.lock();
        try {
            return ended && messages.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
