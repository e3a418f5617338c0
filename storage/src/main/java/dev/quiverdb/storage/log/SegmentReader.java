package dev.quiverdb.storage.log;

import dev.quiverdb.storage.key.Sealing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Steps through the entries of one segment; one thread. Reads ahead in large pieces. */
final class SegmentReader {
    private static final int WINDOW_BYTES = 128 << 10;

    private final Segment segment;
    private final long limit;
    private ByteBuffer window = LogFormat.direct(WINDOW_BYTES);
    private long windowStart;
    private int windowBytes;

    /** Offset in the file of the entry in hand, after {@link #load}. */
    private long offset;

    /** Where the entry in hand begins in {@link #window}. */
    private int at;

    SegmentReader(Segment segment, long offset) {
        this.segment = segment;
        this.limit = segment.file.sizeBytes();
        this.offset = offset;
    }

    long offset() {
        return offset;
    }

    long limit() {
        return limit;
    }

    /**
     * Makes {@code bytes} bytes from {@code from} readable at {@link #at}; false past the file's
     * end.
     */
    private boolean ensure(long from, int bytes) {
        if (from + bytes > limit) {
            return false;
        }
        if (from < windowStart || from + bytes > windowStart + windowBytes) {
            if (bytes > window.capacity()) {
                window = LogFormat.direct(Math.max(bytes, window.capacity() * 2));
            }
            int wanted = (int) Math.min(window.capacity(), limit - from);
            window.clear().limit(wanted);
            segment.file.read(from, window);
            window.clear();
            windowStart = from;
            windowBytes = wanted;
        }
        at = (int) (from - windowStart);
        return true;
    }

    /**
     * Loads what stands at {@code from} and says whether it is a whole entry of this segment. Cost:
     * a checksum over the entry.
     */
    boolean load(long from) {
        offset = from;
        if (!ensure(from, LogFormat.ENTRY_HEADER_BYTES)
                || window.getInt(at) != LogFormat.ENTRY_MAGIC
                || window.get(at + LogFormat.AT_VERSION) != LogFormat.VERSION
                || !LogFormat.isKnownKind(kind())) {
            return false;
        }
        int body = bodyBytes();
        return body >= 0
                && body <= LogFormat.BODY_BYTES_MAX
                && ensure(from, LogFormat.ENTRY_HEADER_BYTES + body)
                && window.getInt(at + LogFormat.AT_CHECKSUM)
                        == LogFormat.checksum(segment, window, at, body);
    }

    /**
     * The next place at or after {@code from} (a multiple of 8) where an entry could begin, or -1.
     */
    long findMagic(long from) {
        for (long p = from; ensure(p, 8); p += 8) {
            int end = windowBytes - 8;
            for (int i = at; i <= end; i += 8, p += 8) {
                if (window.getInt(i) == LogFormat.ENTRY_MAGIC) {
                    return p;
                }
            }
            p -= 8;
        }
        return -1;
    }

    int kind() {
        return window.get(at + LogFormat.AT_KIND) & 0xFF;
    }

    int bodyBytes() {
        return window.getInt(at + LogFormat.AT_BODY_BYTES);
    }

    long index() {
        return window.getLong(at + LogFormat.AT_INDEX);
    }

    long durableIndex() {
        return window.getLong(at + LogFormat.AT_DURABLE);
    }

    long leaderEpoch() {
        return window.getLong(at + LogFormat.AT_EPOCH);
    }

    long nextOffset() {
        return offset + LogFormat.padded(LogFormat.ENTRY_HEADER_BYTES + (long) bodyBytes());
    }

    /** The entry in hand, decrypted and copied out. */
    LogEntry entry() {
        int body = bodyBytes();
        var bytes = bodyInClear(body);
        int chunkCount = window.getInt(at + LogFormat.AT_CHUNK_COUNT);
        List<Long> chunks = new ArrayList<>(chunkCount);
        for (int i = 0; i < chunkCount; i++) {
            chunks.add(bytes.getLong());
        }
        return new LogEntry(
                index(),
                EntryKind.ofCode(kind()),
                leaderEpoch(),
                window.getInt(at + LogFormat.AT_PARTITION),
                window.getLong(at + LogFormat.AT_TRANSACTION),
                window.getLong(at + LogFormat.AT_TIMESTAMP),
                chunks,
                bytes.slice().asReadOnlyBuffer());
    }

    private ByteBuffer bodyInClear(int body) {
        var stored = window.slice(at + LogFormat.ENTRY_HEADER_BYTES, body);
        boolean encrypted =
                (window.getShort(at + LogFormat.AT_FLAGS) & LogFormat.FLAG_ENCRYPTED) != 0;
        if (!encrypted) {
            return ByteBuffer.allocate(body).put(stored).flip().order(ByteOrder.LITTLE_ENDIAN);
        }
        @Nullable SecretKey key = segment.dataKey;
        if (key == null) {
            throw new LogDamagedException(
                    segment.describedFile, offset, "an encrypted entry in a segment without a key");
        }
        var nonce = new byte[Sealing.NONCE_BYTES];
        window.get(at + LogFormat.AT_NONCE, nonce);
        var clear = ByteBuffer.allocate(body - Sealing.TAG_BYTES);
        var associated =
                window.slice(at + LogFormat.AT_INDEX, LogFormat.AT_NONCE - LogFormat.AT_INDEX);
        if (!Sealing.open(key, nonce, associated, stored, clear)) {
            throw new LogDamagedException(
                    segment.describedFile, offset, "the entry fails its authentication");
        }
        return clear.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
}
