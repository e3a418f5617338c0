package dev.quiverdb.storage.spill;

import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.FileDisk;
import dev.quiverdb.storage.key.Sealing;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * A temporary file that loses its name as soon as it is open, so that the system takes it back with
 * the process. What is read was checked; in an encrypted database the file is encrypted, under a
 * key of its own that only memory has. Safe for all threads, one call at a time; unlike a channel
 * it does not close when a thread that uses it is interrupted.
 *
 * <p>Positions are those of the content. It lies in pages of 4,096 bytes:
 *
 * <pre>
 * 0    12  nonce, a count of the pages written; if not encrypted
 *          CRC32C of page number and content (4), and zeros
 * 12   n   content, 4,064 bytes
 * 4076 16  AES-256-GCM tag, with the page number as associated data; zeros if not encrypted
 * 4092 4   zeros
 * </pre>
 *
 * <p>The last page of which a part was written stays in memory until it is another one's turn, so
 * appending writes each page once.
 */
public final class SpillFile implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;
    private static final int CONTENT = Sealing.NONCE_BYTES;
    private static final int CONTENT_BYTES = 4064;

    /** Pages in one call of the system. */
    private static final int PAGES_AT_ONCE = 16;

    private final String described;
    private final RandomAccessFile file;
    private final @Nullable SecretKey key;
    private final byte[] buffer = new byte[PAGES_AT_ONCE * PAGE_BYTES];

    /** How many pages were written: no nonce comes twice. */
    private long nonces;

    /** What was appended ends here. */
    private long end;

    /** Pages from here on were never written. */
    private long pages;

    /** The number of the page in memory, or -1. */
    private long openPage = -1;

    private final byte[] open = new byte[CONTENT_BYTES];

    /** Whether the file has an older one, or none. */
    private boolean openIsNewer;

    private SpillFile(Path directory, @Nullable SecretKey key) {
        this.key = key;
        try {
            Files.createDirectories(directory);
            var path = Files.createTempFile(directory, "spill", ".tmp");
            try {
                described = path.toString();
                file = new RandomAccessFile(path.toFile(), "rw");
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw FileDisk.failure(directory.toString(), "could not make a temporary file in", e);
        }
    }

    /**
     * Makes an empty file.
     *
     * @throws DiskException when there is no room, or the directory cannot be written to
     */
    public static SpillFile create(SpillDirectory directory) {
        var keys = directory.keys();
        return new SpillFile(directory.path(), keys == null ? null : keys.newDataKey());
    }

    /**
     * Fills a part of an array from a position.
     *
     * @throws SpillDamagedException if a page is not what was written
     */
    public synchronized void read(long position, byte[] target, int from, int length) {
        try {
            long at = position;
            int to = from;
            int left = length;
            while (left > 0) {
                long page = at / CONTENT_BYTES;
                int offset = (int) (at % CONTENT_BYTES);
                int count = 1;
                if (page != openPage) {
                    count = pagesToRead(page, offset + left);
                    load(page, count);
                }
                for (int i = 0; i < count; i++) {
                    int n = Math.min(left, CONTENT_BYTES - offset);
                    if (page == openPage) {
                        System.arraycopy(open, offset, target, to, n);
                    } else {
                        verify(page + i, i * PAGE_BYTES);
                        System.arraycopy(buffer, i * PAGE_BYTES + CONTENT + offset, target, to, n);
                    }
                    at += n;
                    to += n;
                    left -= n;
                    offset = 0;
                }
            }
        } catch (IOException e) {
            throw FileDisk.failure(described, "could not read temporary file", e);
        }
    }

    /** How many pages from a page on are read in one call, without the one in memory. */
    private int pagesToRead(long page, long bytes) {
        long count = Math.min(PAGES_AT_ONCE, (bytes + CONTENT_BYTES - 1) / CONTENT_BYTES);
        return (int) (openPage > page ? Math.min(count, openPage - page) : count);
    }

    private void load(long page, int count) throws IOException {
        file.seek(page * PAGE_BYTES);
        file.readFully(buffer, 0, count * PAGE_BYTES);
    }

    /** Checks a page in the buffer and makes its content clear. */
    private void verify(long page, int at) {
        if (key == null) {
            if (ByteBuffer.wrap(buffer).getInt(at) != checksum(page, at)) {
                throw new SpillDamagedException(described, page);
            }
            return;
        }
        byte[] nonce = Arrays.copyOfRange(buffer, at, at + CONTENT);
        var sealed =
                ByteBuffer.wrap(buffer, at + CONTENT, CONTENT_BYTES + Sealing.TAG_BYTES).slice();
        byte[] clear = new byte[CONTENT_BYTES];
        if (!Sealing.open(key, nonce, associated(page), sealed, ByteBuffer.wrap(clear))) {
            throw new SpillDamagedException(described, page);
        }
        System.arraycopy(clear, 0, buffer, at + CONTENT, CONTENT_BYTES);
    }

    private static ByteBuffer associated(long page) {
        return ByteBuffer.allocate(Long.BYTES).putLong(0, page);
    }

    private int checksum(long page, int at) {
        var crc = new CRC32C();
        crc.update(associated(page));
        crc.update(buffer, at + CONTENT, CONTENT_BYTES);
        return (int) crc.getValue();
    }

    /** Writes a part of an array at a position. */
    public synchronized void write(long position, byte[] source, int from, int length) {
        try {
            long at = position;
            int next = from;
            int left = length;
            while (left > 0) {
                long page = at / CONTENT_BYTES;
                int offset = (int) (at % CONTENT_BYTES);
                int n;
                if (offset == 0 && left >= CONTENT_BYTES) {
                    int count = Math.min(PAGES_AT_ONCE, left / CONTENT_BYTES);
                    n = count * CONTENT_BYTES;
                    writeWhole(page, count, source, next);
                } else {
                    n = Math.min(left, CONTENT_BYTES - offset);
                    open(page);
                    System.arraycopy(source, next, open, offset, n);
                    openIsNewer = true;
                }
                at += n;
                next += n;
                left -= n;
            }
        } catch (IOException e) {
            throw FileDisk.failure(described, "could not write temporary file", e);
        }
    }

    private void writeWhole(long page, int count, byte[] source, int from) throws IOException {
        for (int i = 0; i < count; i++) {
            seal(page + i, source, from + i * CONTENT_BYTES, i * PAGE_BYTES);
        }
        file.seek(page * PAGE_BYTES);
        file.write(buffer, 0, count * PAGE_BYTES);
        pages = Math.max(pages, page + count);
        if (openPage >= page && openPage < page + count) {
            openPage = -1;
            openIsNewer = false;
        }
    }

    /** Puts a page's content into the buffer as it stands in the file. */
    private void seal(long page, byte[] content, int from, int at) {
        Arrays.fill(buffer, at, at + PAGE_BYTES, (byte) 0);
        if (key == null) {
            System.arraycopy(content, from, buffer, at + CONTENT, CONTENT_BYTES);
            ByteBuffer.wrap(buffer).putInt(at, checksum(page, at));
            return;
        }
        var nonce = ByteBuffer.allocate(Sealing.NONCE_BYTES).putLong(4, ++nonces).array();
        System.arraycopy(nonce, 0, buffer, at, nonce.length);
        var clear = ByteBuffer.wrap(content, from, CONTENT_BYTES).slice();
        var sealed =
                ByteBuffer.wrap(buffer, at + CONTENT, CONTENT_BYTES + Sealing.TAG_BYTES).slice();
        Sealing.seal(key, nonce, associated(page), clear, sealed);
    }

    /** Makes a page the one in memory. */
    private void open(long page) throws IOException {
        if (page == openPage) {
            return;
        }
        if (openIsNewer) {
            seal(openPage, open, 0, 0);
            file.seek(openPage * PAGE_BYTES);
            file.write(buffer, 0, PAGE_BYTES);
            pages = Math.max(pages, openPage + 1);
            openIsNewer = false;
        }
        openPage = -1;
        if (page < pages) {
            load(page, 1);
        }
        if (page < pages && !isBlank()) {
            verify(page, 0);
            System.arraycopy(buffer, CONTENT, open, 0, CONTENT_BYTES);
        } else {
            Arrays.fill(open, (byte) 0);
        }
        openPage = page;
    }

    /** Whether the page in the buffer is one that writers have passed over so far. */
    private boolean isBlank() {
        for (int i = 0; i < PAGE_BYTES; i++) {
            if (buffer[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Writes a part of an array behind all that was appended before. Returns its position. */
    public synchronized long append(byte[] source, int from, int length) {
        long position = end;
        write(position, source, from, length);
        end += length;
        return position;
    }

    /** Cuts the file to nothing. */
    public synchronized void clear() {
        try {
            file.setLength(0);
        } catch (IOException e) {
            throw FileDisk.failure(described, "could not truncate temporary file", e);
        }
        end = 0;
        pages = 0;
        openPage = -1;
        openIsNewer = false;
    }

    /** The file as messages name it; it has no name any more. */
    public String described() {
        return described;
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw FileDisk.failure(described, "could not close temporary file", e);
        }
    }
}
