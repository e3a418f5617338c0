package dev.quiverdb.storage.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Bytes of a segment and of an entry; {@code README.md} beside this file draws them. All numbers
 * are little-endian.
 */
final class LogFormat {
    static final long SEGMENT_MAGIC = 0x3130_474F_4C56_5155L; // "UQVLOG01" read backwards
    static final int VERSION = 1;
    static final int SEGMENT_HEADER_BYTES = 4096;
    static final int SEGMENT_HEADER_USED = 512;

    static final int ENTRY_MAGIC = 0x454C5651; // "QVLE"
    static final int ENTRY_HEADER_BYTES = 80;
    static final int FLAG_ENCRYPTED = 1;

    /** Kinds that only the log itself writes. */
    static final int KIND_SEGMENT_END = 200;

    static final int KIND_MARK = 201;

    static final int AT_VERSION = 4;
    static final int AT_KIND = 5;
    static final int AT_FLAGS = 6;
    static final int AT_BODY_BYTES = 8;
    static final int AT_CHECKSUM = 12;
    static final int AT_INDEX = 16;
    static final int AT_DURABLE = 24;
    static final int AT_EPOCH = 32;
    static final int AT_PARTITION = 40;
    static final int AT_KEY_ID = 44;
    static final int AT_TRANSACTION = 48;
    static final int AT_TIMESTAMP = 56;
    static final int AT_CHUNK_COUNT = 64;
    static final int AT_NONCE = 68;

    /** Largest stored body: payload, chunk list of 1 TiB of chunks, tag. */
    static final int BODY_BYTES_MAX = CommitLog.PAYLOAD_BYTES_MAX + (8 << 20) + 16;

    private LogFormat() {}

    static long padded(long bytes) {
        return (bytes + 7) & ~7L;
    }

    static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The checksum of the entry at {@code at}: segment number and salt, then the header but for the
     * checksum itself, then the body. The number makes what an earlier use of a recycled file left
     * invalid; the salt keeps stored data from ever posing as an entry.
     */
    static int checksum(Segment segment, ByteBuffer buffer, int at, int bodyBytes) {
        var crc = new CRC32C();
        crc.update(segment.checksumSeed());
        var view = buffer.duplicate();
        view.limit(at + AT_CHECKSUM).position(at);
        crc.update(view);
        view.limit(at + ENTRY_HEADER_BYTES + bodyBytes).position(at + AT_CHECKSUM + 4);
        crc.update(view);
        return (int) crc.getValue();
    }

    static boolean isKnownKind(int kind) {
        return EntryKind.isKnown(kind) || kind == KIND_SEGMENT_END || kind == KIND_MARK;
    }
}
