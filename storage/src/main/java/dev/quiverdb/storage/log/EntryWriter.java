package dev.quiverdb.storage.log;

import dev.quiverdb.storage.key.Sealing;
import java.nio.ByteBuffer;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Writes entries as they will stand in a segment, drawn in {@code README.md}. Immutable. */
final class EntryWriter {
    private final long leaderEpoch;
    private final int partitionId;

    EntryWriter(long leaderEpoch, int partitionId) {
        this.leaderEpoch = leaderEpoch;
        this.partitionId = partitionId;
    }

    /** Bytes of an entry in a segment with that data key, null if it has none. */
    static long sizeOnDisk(int clearBytes, @Nullable SecretKey key) {
        return LogFormat.padded(
                LogFormat.ENTRY_HEADER_BYTES
                        + (long) clearBytes
                        + (key == null ? 0 : Sealing.TAG_BYTES));
    }

    /**
     * Puts an entry at the buffer's position, where there is room.
     *
     * @param offset in the segment's file
     * @param durableIndex up to which the log is durable
     */
    void entry(
            ByteBuffer target,
            Segment segment,
            long offset,
            LogRecord record,
            long index,
            long durableIndex) {
        int at = target.position();
        var key = segment.dataKey;
        int clearBytes = record.payload().remaining() + 8 * record.chunks().size();
        int bodyBytes = clearBytes + (key == null ? 0 : Sealing.TAG_BYTES);
        header(target, at, record.kind().code(), index, durableIndex, bodyBytes);
        target.putLong(at + LogFormat.AT_TRANSACTION, record.transactionId());
        target.putLong(at + LogFormat.AT_TIMESTAMP, record.commitTimestamp());
        target.putInt(at + LogFormat.AT_CHUNK_COUNT, record.chunks().size());
        target.position(at + LogFormat.ENTRY_HEADER_BYTES);
        if (key == null) {
            putBody(target, record);
        } else {
            seal(target, at, offset, key, record, clearBytes);
        }
        while ((target.position() & 7) != 0) {
            target.put((byte) 0);
        }
        target.putInt(
                at + LogFormat.AT_CHECKSUM, LogFormat.checksum(segment, target, at, bodyBytes));
    }

    private static void putBody(ByteBuffer target, LogRecord record) {
        for (long chunk : record.chunks()) {
            target.putLong(chunk);
        }
        target.put(record.payload().duplicate());
    }

    /**
     * The nonce is the entry's offset: a segment has its own key, and is appended to by one opening
     * of the log only.
     */
    private static void seal(
            ByteBuffer target,
            int at,
            long offset,
            SecretKey key,
            LogRecord record,
            int clearBytes) {
        var clear = ByteBuffer.allocate(clearBytes).order(target.order());
        putBody(clear, record);
        var nonce = ByteBuffer.allocate(Sealing.NONCE_BYTES).putLong(offset).array();
        target.put(at + LogFormat.AT_NONCE, nonce);
        target.putShort(at + LogFormat.AT_FLAGS, (short) LogFormat.FLAG_ENCRYPTED);
        target.putInt(at + LogFormat.AT_KEY_ID, 1);
        var associated =
                target.slice(at + LogFormat.AT_INDEX, LogFormat.AT_NONCE - LogFormat.AT_INDEX);
        Sealing.seal(key, nonce, associated, clear.flip(), target);
    }

    private void header(
            ByteBuffer target, int at, int kind, long index, long durableIndex, int bodyBytes) {
        target.putInt(at, LogFormat.ENTRY_MAGIC);
        target.put(at + LogFormat.AT_VERSION, (byte) LogFormat.VERSION);
        target.put(at + LogFormat.AT_KIND, (byte) kind);
        target.putShort(at + LogFormat.AT_FLAGS, (short) 0);
        target.putInt(at + LogFormat.AT_BODY_BYTES, bodyBytes);
        target.putLong(at + LogFormat.AT_INDEX, index);
        target.putLong(at + LogFormat.AT_DURABLE, durableIndex);
        target.putLong(at + LogFormat.AT_EPOCH, leaderEpoch);
        target.putInt(at + LogFormat.AT_PARTITION, partitionId);
        target.putInt(at + LogFormat.AT_KEY_ID, 0);
        target.putLong(at + LogFormat.AT_TRANSACTION, 0);
        target.putLong(at + LogFormat.AT_TIMESTAMP, 0);
        target.putInt(at + LogFormat.AT_CHUNK_COUNT, 0);
        target.putLong(at + LogFormat.AT_NONCE, 0);
        target.putInt(at + LogFormat.AT_NONCE + 8, 0);
    }

    /** Puts an entry of the log's own, without a body, at a place of the buffer. */
    void own(
            ByteBuffer target,
            int at,
            Segment segment,
            int kind,
            long nextIndex,
            long durableIndex) {
        header(target, at, kind, nextIndex, durableIndex, 0);
        target.putInt(at + LogFormat.AT_CHECKSUM, LogFormat.checksum(segment, target, at, 0));
    }
}
