package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.log.CommitLog;
import dev.quiverdb.storage.log.EntryKind;
import dev.quiverdb.storage.log.LogRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The redo of one transaction on its way into the log and back: what does not fit into its entry
 * goes to the log piece by piece, as chunks, and is read from there when it is applied, so that
 * memory holds one piece. A piece above two chunks' size takes several chunks; each but the last is
 * of exactly that size, by which a reader knows that the piece goes on.
 */
final class LoggedPieces implements Consumer<ByteBuffer> {
    private static final int PART_BYTES = 2 * CommitLog.CHUNK_BYTES;

    private final CommitLog log;
    private final long transactionId;
    private final Runnable first;
    private final List<Long> chunks = new ArrayList<>(0);
    private @Nullable ByteBuffer pending;
    private int count;

    /**
     * Nothing yet.
     *
     * @param first called before the first chunk is logged
     */
    LoggedPieces(CommitLog log, long transactionId, Runnable first) {
        this.log = log;
        this.transactionId = transactionId;
        this.first = first;
    }

    @Override
    public void accept(ByteBuffer piece) {
        var before = pending;
        if (before != null) {
            append(before, 0);
        }
        pending = piece;
        count++;
    }

    int count() {
        return count;
    }

    List<Long> chunks() {
        return chunks;
    }

    /** Logs all but what the entry itself carries, which is returned; null if there was nothing. */
    @Nullable ByteBuffer finish() {
        var last = pending;
        if (last == null) {
            return null;
        }
        int rest = append(last, CommitLog.CHUNK_BYTES);
        return last.slice(rest, last.limit() - rest);
    }

    /** Logs a piece but for at most {@code keep} bytes. Returns where the rest begins. */
    private int append(ByteBuffer piece, int keep) {
        int at = 0;
        while (piece.limit() - at > keep) {
            if (chunks.isEmpty()) {
                first.run();
            }
            int length = Math.min(piece.limit() - at, PART_BYTES);
            var part = piece.slice(at, length);
            chunks.add(log.append(LogRecord.of(EntryKind.CHUNK, transactionId, 0, part)));
            at += length;
        }
        return at;
    }

    /**
     * Tells of the pieces of a durable entry, in order, each in an array of its own.
     *
     * @param last what the entry itself carries
     */
    static void read(
            CommitLog log, List<Long> chunks, ByteBuffer last, Consumer<ByteBuffer> consumer) {
        var joined = new ByteWriter(256);
        if (!chunks.isEmpty()) {
            try (var entries = log.read(chunks.getFirst())) {
                for (long chunk : chunks) {
                    var entry = entries.next();
                    while (entry != null && entry.index() < chunk) {
                        entry = entries.next();
                    }
                    if (entry == null) {
                        throw new IllegalStateException("chunk " + chunk + " is not in the log");
                    }
                    boolean goesOn = entry.payload().remaining() == PART_BYTES;
                    append(entry.payload(), joined);
                    if (!goesOn) {
                        consumer.accept(taken(joined));
                        joined = new ByteWriter(256);
                    }
                }
            }
        }
        append(last, joined);
        if (joined.size() > 0) {
            consumer.accept(taken(joined));
        }
    }

    private static ByteBuffer taken(ByteWriter bytes) {
        return ByteBuffer.wrap(bytes.array(), 0, bytes.size()).slice();
    }

    private static void append(ByteBuffer payload, ByteWriter out) {
        int length = payload.remaining();
        int at = out.reserve(length);
        payload.duplicate().get(out.array(), at, length);
    }
}
