package dev.quiverdb.storage.log;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFile;
import dev.quiverdb.storage.key.KeyException;
import dev.quiverdb.storage.key.KeyRing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32C;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * One file of the log. Its name says its number; numbers follow each other without a gap. The
 * remembered positions (one for each 64 KiB) are changed by whoever appends and read by everybody.
 */
final class Segment {
    private static final String SUFFIX = ".log";
    private static final int REMEMBER_EVERY_BYTES = 64 << 10;

    final long number;
    final long firstIndex;
    final long salt;
    final long leaderEpoch;
    final @Nullable SecretKey dataKey;
    final DiskFile file;
    final String describedFile;

    private long[] rememberedIndexes = new long[16];
    private long[] rememberedOffsets = new long[16];
    private int rememberedCount;

    Segment(
            long number,
            long firstIndex,
            long salt,
            long leaderEpoch,
            @Nullable SecretKey dataKey,
            DiskFile file,
            String describedFile) {
        this.number = number;
        this.firstIndex = firstIndex;
        this.salt = salt;
        this.leaderEpoch = leaderEpoch;
        this.dataKey = dataKey;
        this.file = file;
        this.describedFile = describedFile;
    }

    static String fileName(String directory, long number) {
        return directory + "/" + String.format(Locale.ROOT, "%016x", number) + SUFFIX;
    }

    /** The number in a plain file name, or -1 where it is not a segment's. */
    static long numberOf(String plainName) {
        if (plainName.length() != 16 + SUFFIX.length() || !plainName.endsWith(SUFFIX)) {
            return -1;
        }
        try {
            return Long.parseLong(plainName.substring(0, 16), 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    ByteBuffer checksumSeed() {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .putLong(salt)
                .flip();
    }

    /** Byte drawing in {@code README.md}, "Segment". */
    static ByteBuffer header(
            long number,
            int partitionId,
            long firstIndex,
            long salt,
            long leaderEpoch,
            byte @Nullable [] wrappedKey) {
        var header = LogFormat.direct(LogFormat.SEGMENT_HEADER_BYTES);
        header.putLong(0, LogFormat.SEGMENT_MAGIC);
        header.putInt(8, LogFormat.VERSION);
        header.putInt(12, partitionId);
        header.putLong(16, number);
        header.putLong(24, firstIndex);
        header.putLong(32, salt);
        header.putLong(40, leaderEpoch);
        header.putInt(48, wrappedKey == null ? 0 : LogFormat.FLAG_ENCRYPTED);
        if (wrappedKey != null) {
            header.putInt(52, wrappedKey.length);
            header.put(56, wrappedKey);
        }
        header.putInt(LogFormat.SEGMENT_HEADER_USED - 4, headerChecksum(header));
        return header;
    }

    private static int headerChecksum(ByteBuffer header) {
        var crc = new CRC32C();
        crc.update(header.duplicate().limit(LogFormat.SEGMENT_HEADER_USED - 4).position(0));
        return (int) crc.getValue();
    }

    /**
     * Reads and checks a segment's header. The header was durable before the file got its name, so
     * anything wrong is damage.
     */
    static Segment open(
            Disk disk, String directory, long number, int partitionId, @Nullable KeyRing keyRing) {
        var name = fileName(directory, number);
        var described = disk.describe(name);
        var file = disk.open(name, Disk.Open.WRITE);
        try {
            if (file.sizeBytes() < LogFormat.SEGMENT_HEADER_BYTES) {
                throw new LogDamagedException(described, 0, "segment header is cut off");
            }
            var header = LogFormat.direct(LogFormat.SEGMENT_HEADER_USED);
            file.read(0, header);
            if (header.getInt(LogFormat.SEGMENT_HEADER_USED - 4) != headerChecksum(header)
                    || header.getLong(0) != LogFormat.SEGMENT_MAGIC) {
                throw new LogDamagedException(described, 0, "segment header fails its checksum");
            }
            if (header.getInt(8) != LogFormat.VERSION) {
                throw new LogDamagedException(
                        described, 8, "format version " + header.getInt(8) + " is not known");
            }
            if (header.getInt(12) != partitionId || header.getLong(16) != number) {
                throw new LogDamagedException(
                        described,
                        12,
                        "segment "
                                + header.getLong(16)
                                + " of partition "
                                + header.getInt(12)
                                + " under the name of another");
            }
            SecretKey key = null;
            if (header.getInt(48) == LogFormat.FLAG_ENCRYPTED) {
                if (keyRing == null) {
                    throw new KeyException(
                            "commit log file \""
                                    + described
                                    + "\" is encrypted and no key is given",
                            null);
                }
                var wrapped = new byte[header.getInt(52)];
                header.get(56, wrapped);
                key = keyRing.unwrap(wrapped);
            }
            return new Segment(
                    number,
                    header.getLong(24),
                    header.getLong(32),
                    header.getLong(40),
                    key,
                    file,
                    described);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Remembers where an entry stands if the last remembered one is far enough back. */
    synchronized void remember(long index, long offset) {
        if (rememberedCount > 0
                && offset - rememberedOffsets[rememberedCount - 1] < REMEMBER_EVERY_BYTES) {
            return;
        }
        if (rememberedCount == rememberedIndexes.length) {
            rememberedIndexes = Arrays.copyOf(rememberedIndexes, rememberedCount * 2);
            rememberedOffsets = Arrays.copyOf(rememberedOffsets, rememberedCount * 2);
        }
        rememberedIndexes[rememberedCount] = index;
        rememberedOffsets[rememberedCount++] = offset;
    }

    /** Offset of the nearest remembered entry at or before {@code index}. */
    synchronized long offsetBefore(long index) {
        int at = Arrays.binarySearch(rememberedIndexes, 0, rememberedCount, index);
        if (at < 0) {
            at = -at - 2;
        }
        return at < 0 ? LogFormat.SEGMENT_HEADER_BYTES : rememberedOffsets[at];
    }

    void close() {
        file.close();
    }
}
