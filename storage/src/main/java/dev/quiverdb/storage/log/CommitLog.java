package dev.quiverdb.storage.log;

import org.jspecify.annotations.Nullable;

/**
 * The redo log of one partition. {@link #append} gives an entry its place; {@link #awaitDurable}
 * returns when it cannot be lost any more. One fsync serves everybody who waits, and the thread
 * that waits first does it, so a lone commit changes no thread.
 *
 * <p>Safe for all threads. Any disk failure but a full disk at {@code append} closes the log: every
 * later call throws {@link LogClosedException} with the first cause, and the fate of what was not
 * yet durable is known only after recovery.
 */
public interface CommitLog extends AutoCloseable {
    /** Largest payload of one entry; a larger write set goes in chunks. */
    int PAYLOAD_BYTES_MAX = 4 << 20;

    /** Above this a write set should be logged in chunks of about this size. */
    int CHUNK_BYTES = 1 << 20;

    /**
     * Places one entry at the end and copies its payload. Not durable yet. Cost: one copy, no I/O
     * (it waits where more than the log's buffer is waiting for the disk).
     *
     * @return the entry's log index
     * @throws dev.quiverdb.base.world.DiskFullException when no segment can be made for it; nothing
     *     was placed
     */
    long append(LogRecord record);

    /**
     * Returns when every entry up to {@code index} is durable. Must not be called under a lock that
     * appenders need.
     */
    void awaitDurable(long index);

    /** Every entry up to this one is durable. */
    long durableIndex();

    /** The index of the newest entry placed; one below {@link #firstIndex} in an empty log. */
    long lastIndex();

    /** The oldest entry that can still be read. */
    long firstIndex();

    /**
     * Entries in order from {@code fromIndex}, as far as they were durable when the cursor was
     * opened.
     *
     * @throws IllegalArgumentException when {@code fromIndex} is cut or lies past {@code
     *     durableIndex() + 1}
     */
    LogCursor read(long fromIndex);

    /**
     * One durable entry, such as a chunk that a commit names. Cost: one read of the entry and of
     * what lies between it and the nearest remembered position.
     */
    LogEntry readAt(long index);

    /**
     * Forbids cutting at or above the oldest chunk of the transaction until {@link #release}.
     * Appending a {@link EntryKind#CHUNK} does this by itself; recovery calls it for prepared
     * transactions.
     */
    void hold(long transactionId, long index);

    /** The transaction's chunks are applied and checkpointed, or it ended without effect. */
    void release(long transactionId);

    /**
     * Entries below {@code index} are needed no more. Whole segments below it and below everything
     * held are recycled.
     */
    void cut(long index);

    /** Bytes in segments that hold entries. */
    long sizeBytes();

    /** The failure that closed the log, or null while it works. */
    @Nullable Throwable failure();

    /** Makes everything placed durable, then ends. After a failure it only frees what it holds. */
    @Override
    void close();

    /** Entries one after the other; one thread. */
    interface LogCursor extends AutoCloseable {
        /** The next entry, or null at the end. */
        @Nullable LogEntry next();

        @Override
        void close();
    }
}
