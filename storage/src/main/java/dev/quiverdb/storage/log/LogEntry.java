package dev.quiverdb.storage.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry as it stands in the log.
 *
 * @param index 1 for the first entry of a log, each following one is one more
 * @param leaderEpoch term of the leader that appended it; never falls from entry to entry
 * @param payload read-only, decrypted, of this entry alone
 */
public record LogEntry(
        long index,
        EntryKind kind,
        long leaderEpoch,
        int partitionId,
        long transactionId,
        long commitTimestamp,
        List<Long> chunks,
        ByteBuffer payload) {
    public LogEntry {
        chunks = List.copyOf(chunks);
    }
}
