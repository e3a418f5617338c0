package dev.quiverdb.pgwire.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.pgwire.codec.BackendWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way out of a connection. Messages gather in a {@link BackendWriter} and leave when asked or
 * when there is {@link #CHUNK_BYTES} of them; a thread that may block waits while the socket is
 * full, so a slow client costs at most two chunks and the socket's own buffer.
 */
final class Outlet {
    static final int CHUNK_BYTES = 32 << 10;

    private final Channel channel;
    private final BackendWriter writer = new BackendWriter();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition writable = lock.newCondition();

    /** Writes of workers that the socket has not taken yet. */
    private final AtomicInteger underway = new AtomicInteger();

    private final ChannelFutureListener arrived = _ -> underway.decrementAndGet();

    Outlet(Channel channel) {
        this.channel = channel;
    }

    BackendWriter writer() {
        return writer;
    }

    /**
     * Whether what the event loop sends now would leave at once and in order. To be asked by the
     * event loop.
     */
    boolean isClear() {
        return underway.get() == 0 && channel.isWritable();
    }

    /** Sends what is there if it is much. */
    void flushIfLarge() {
        if (writer.sizeBytes() >= CHUNK_BYTES) {
            flush();
        }
    }

    /** Sends what is there; off the event loop it first waits for room. */
    void flush() {
        if (writer.sizeBytes() == 0) {
            return;
        }
        boolean worker = !channel.eventLoop().inEventLoop();
        if (worker) {
            awaitRoom();
        }
        ByteBuf out = channel.alloc().buffer(writer.sizeBytes());
        out.writeBytes(writer.array(), 0, writer.sizeBytes());
        writer.clear();
        if (worker) {
            underway.incrementAndGet();
            channel.writeAndFlush(out).addListener(arrived);
        } else {
            channel.writeAndFlush(out, channel.voidPromise());
        }
    }

    private void awaitRoom() {
        if (channel.isWritable()) {
            return;
        }
        lock.lock();
        try {
            while (!channel.isWritable()) {
                if (!channel.isActive()) {
                    throw gone();
                }
                writable.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw gone();
        } finally {
            lock.unlock();
        }
    }

    /** The event loop tells that there is room, or that the connection is gone. */
    void signal() {
        lock.lock();
        try {
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static SqlException gone() {
        return new SqlException(SqlState.CONNECTION_FAILURE, "connection to client lost");
    }
}
