package dev.quiverdb.storage.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a caller gives to the log. The log adds index, leader epoch and partition.
 *
 * @param transactionId global transaction id, 0 where there is none
 * @param commitTimestamp when it becomes visible, 0 where it does not
 * @param chunks log indexes of the {@link EntryKind#CHUNK} entries that hold the rest of the write
 *     set, ascending
 * @param payload read from position to limit before {@code append} returns; its position stays
 */
public record LogRecord(
        EntryKind kind,
        long transactionId,
        long commitTimestamp,
        List<Long> chunks,
        ByteBuffer payload) {
    public LogRecord {
        chunks = List.copyOf(chunks);
    }

    public static LogRecord of(
            EntryKind kind, long transactionId, long commitTimestamp, ByteBuffer payload) {
        return new LogRecord(kind, transactionId, commitTimestamp, List.of(), payload);
    }
}
