package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.DiskFile;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.storage.key.Sealing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The data file: checks, encrypts and places single blocks. A location's pages are written once and
 * not again before nothing refers to them. Safe for all threads.
 */
final class BlockFile implements AutoCloseable {
    private final DiskFile file;
    private final String describedFile;
    private final @Nullable SecretKey key;
    private final long storeId;

    /**
     * A nonce is a random start and a counter from a random start: it does not repeat within an
     * opening, and over openings only if two random 96-bit starts lie within each other's count of
     * writes.
     */
    private final int noncePrefix;

    private final AtomicLong nonceCounter;
    private final ConcurrentLinkedDeque<ByteBuffer> buffers = new ConcurrentLinkedDeque<>();
    final AtomicLong reads = new AtomicLong();
    final AtomicLong writes = new AtomicLong();

    BlockFile(
            Disk disk,
            String name,
            DiskFile file,
            Chance chance,
            @Nullable SecretKey key,
            long storeId) {
        this.file = file;
        this.describedFile = disk.describe(name);
        this.key = key;
        this.storeId = storeId;
        this.noncePrefix = (int) chance.nextLong();
        this.nonceCounter = new AtomicLong(chance.nextLong());
    }

    private ByteBuffer borrow() {
        var idle = buffers.pollFirst();
        return idle == null
                ? ByteBuffer.allocateDirect(BlockStore.BLOCK_BYTES_MAX + Sealing.TAG_BYTES)
                : idle.clear();
    }

    private ByteBuffer associated(long blockId) {
        return ByteBuffer.allocate(16).putLong(storeId).putLong(blockId).flip();
    }

    /**
     * Writes whole pages to free space; the space is given back when that fails.
     *
     * @throws DiskFullException when the file cannot grow
     */
    Location write(PageSpace space, long blockId, ByteBuffer content, long image) {
        return write(space, blockId, content, content.remaining() / BlockStore.PAGE_BYTES, image);
    }

    private Location write(
            PageSpace space, long blockId, ByteBuffer content, int blockPages, long image) {
        int bytes = content.remaining();
        int pages = bytes / BlockStore.PAGE_BYTES;
        assert pages * BlockStore.PAGE_BYTES == bytes : "block of " + bytes + " bytes";
        var seal = new byte[Location.SEAL_BYTES];
        ByteBuffer borrowed = null;
        var stored = content;
        if (key != null) {
            var nonce =
                    ByteBuffer.wrap(seal, 0, Sealing.NONCE_BYTES)
                            .putInt(noncePrefix)
                            .putLong(nonceCounter.getAndIncrement());
            borrowed = borrow();
            Sealing.seal(
                    key,
                    Arrays.copyOf(nonce.array(), Sealing.NONCE_BYTES),
                    associated(blockId),
                    content.duplicate(),
                    borrowed);
            borrowed.get(bytes, seal, Sealing.NONCE_BYTES, Sealing.TAG_BYTES);
            stored = borrowed.position(0).limit(bytes);
        }
        var crc = new CRC32C();
        crc.update(stored.duplicate());
        long page = space.allocate(pages);
        try {
            file.write(page * BlockStore.PAGE_BYTES, stored.duplicate());
        } catch (DiskException e) {
            space.free(page, pages);
            throw e;
        } finally {
            if (borrowed != null) {
                buffers.offerFirst(borrowed);
            }
        }
        writes.incrementAndGet();
        return new Location(page, pages, blockPages, (int) crc.getValue(), seal, image);
    }

    /** Writes a block as above, but for the pages of zeros at its end. */
    Location write(PageSpace space, long blockId, MemorySegment content, long image) {
        int blockPages = (int) (content.byteSize() / BlockStore.PAGE_BYTES);
        var used = content.asSlice(0, usedBytes(content));
        return write(space, blockId, used.asByteBuffer(), blockPages, image);
    }

    /** Whole pages, at least one, behind which there are only zeros. */
    private static long usedBytes(MemorySegment content) {
        long end = content.byteSize();
        while (end > Long.BYTES && content.get(ValueLayout.JAVA_LONG, end - Long.BYTES) == 0) {
            end -= Long.BYTES;
        }
        return (end + BlockStore.PAGE_BYTES - 1) / BlockStore.PAGE_BYTES * BlockStore.PAGE_BYTES;
    }

    /** Reads, checks and decrypts into {@code target}, which has the block's size. */
    void read(long blockId, Location location, MemorySegment target) {
        assert target.byteSize() == location.blockBytes()
                : "block " + blockId + " has another size";
        int stored = location.storedBytes();
        read(blockId, location, target.asSlice(0, stored).asByteBuffer());
        target.asSlice(stored).fill((byte) 0);
    }

    /** As above, without the zeros that are not stored. */
    void read(long blockId, Location location, ByteBuffer target) {
        int bytes = location.storedBytes();
        assert target.remaining() == bytes : "block " + blockId + " has " + bytes + " bytes";
        reads.incrementAndGet();
        long offset = location.page * BlockStore.PAGE_BYTES;
        if (key == null) {
            readStored(blockId, location, offset, target);
            return;
        }
        var borrowed = borrow();
        try {
            borrowed.limit(bytes);
            readStored(blockId, location, offset, borrowed);
            borrowed.limit(bytes + Sealing.TAG_BYTES);
            borrowed.put(bytes, location.seal, Sealing.NONCE_BYTES, Sealing.TAG_BYTES);
            borrowed.position(0);
            var nonce = Arrays.copyOf(location.seal, Sealing.NONCE_BYTES);
            if (!Sealing.open(key, nonce, associated(blockId), borrowed, target)) {
                throw new BlockDamagedException(
                        blockId, describedFile, offset, "it fails its authentication");
            }
        } finally {
            buffers.offerFirst(borrowed);
        }
    }

    private void readStored(long blockId, Location location, long offset, ByteBuffer target) {
        int from = target.position();
        if (offset + target.remaining() > file.sizeBytes()) {
            throw new BlockDamagedException(
                    blockId, describedFile, offset, "the file ends before it");
        }
        file.read(offset, target.duplicate());
        var crc = new CRC32C();
        crc.update(target.duplicate().position(from));
        if ((int) crc.getValue() != location.checksum) {
            throw new BlockDamagedException(
                    blockId, describedFile, offset, "it fails its checksum");
        }
    }

    /** The stored bytes as they are, after a check of the checksum. */
    void readRaw(long blockId, Location location, ByteBuffer target) {
        readStored(blockId, location, location.page * BlockStore.PAGE_BYTES, target);
    }

    /** For damage found in what a good block says. */
    BlockDamagedException damaged(long blockId, Location location, String what) {
        return new BlockDamagedException(
                blockId, describedFile, location.page * BlockStore.PAGE_BYTES, what);
    }

    static ByteBuffer node() {
        return ByteBuffer.allocateDirect(TableLeaf.BLOCKS * Location.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    long sizeBytes() {
        return file.sizeBytes();
    }

    void force() {
        file.force();
    }

    @Override
    public void close() {
        file.close();
    }
}
