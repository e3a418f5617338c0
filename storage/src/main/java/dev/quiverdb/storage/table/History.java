package dev.quiverdb.storage.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Before-images, in the order of commits. A record says what an older version had where the change
 * after it wrote; records of a row are chained from newer to older.
 *
 * <pre>
 * long  stamp of the older version
 * long  address of the next older record, 0 for none
 * byte  1 if the older version was a row, 0 if the slot was free
 * ...   the columns the change wrote (see {@link RowBuffer#writeImage})
 * </pre>
 *
 * <p>Because records are in commit order, pruning drops whole chunks from the old end: a reader
 * needs a record only if it does not see the commit that made it, so a chunk whose newest commit
 * every open snapshot sees is needed by nobody. Beyond a budget the oldest chunks move to a
 * temporary file that has no name.
 *
 * <p>One thread appends; any thread reads; any thread prunes.
 */
public final class History implements AutoCloseable {
    private static final int CHUNK_BYTES = 128 << 10;

    private static final class Chunk {
        final long number;
        final int bytes;
        volatile byte @Nullable [] memory;
        volatile long filePosition = -1;
        int used;
        volatile long newest;

        Chunk(long number, byte[] memory) {
            this.number = number;
            this.bytes = memory.length;
            this.memory = memory;
        }
    }

    private final long memoryBytesMax;
    private final Path directory;
    private volatile Chunk[] chunks = new Chunk[0];
    private volatile long firstNumber = 1;
    private long memoryBytes;
    private long fileBytes;
    private @Nullable FileChannel file;
    private final Deque<long[]> freeFileRanges = new ArrayDeque<>();

    public History(long memoryBytesMax, Path directory) {
        this.memoryBytesMax = memoryBytesMax;
        this.directory = directory;
    }

    /**
     * Appends a record of {@code bytes[from, from + length)}.
     *
     * @param commit timestamp of the change; never falls by more than what is being applied at once
     * @return its address, not 0
     */
    synchronized long append(byte[] bytes, int from, int length, long commit) {
        var all = chunks;
        var last = all.length == 0 ? null : all[all.length - 1];
        byte[] memory = last == null ? null : last.memory;
        if (last == null || memory == null || last.used + 4 + length > memory.length) {
            memory = new byte[Math.max(CHUNK_BYTES, length + 4)];
            last = addChunk(memory);
        }
        int at = last.used;
        memory[at] = (byte) (length >>> 24);
        memory[at + 1] = (byte) (length >>> 16);
        memory[at + 2] = (byte) (length >>> 8);
        memory[at + 3] = (byte) length;
        System.arraycopy(bytes, from, memory, at + 4, length);
        last.used = at + 4 + length;
        last.newest = Math.max(last.newest, commit);
        return last.number << 32 | at;
    }

    private Chunk addChunk(byte[] memory) {
        var all = chunks;
        var chunk = new Chunk(firstNumber + all.length, memory);
        var more = Arrays.copyOf(all, all.length + 1);
        more[all.length] = chunk;
        chunks = more;
        memoryBytes += memory.length;
        for (int i = 0; i < all.length && memoryBytes > memoryBytesMax; i++) {
            spill(all[i]);
        }
        return chunk;
    }

    private void spill(Chunk chunk) {
        var memory = chunk.memory;
        if (memory == null) {
            return;
        }
        try {
            var channel = file;
            if (channel == null) {
                var path = Files.createTempFile(directory, "history", ".tmp");
                channel =
                        FileChannel.open(
                                path,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.DELETE_ON_CLOSE);
                Files.deleteIfExists(path);
                file = channel;
            }
            long position = place(memory.length);
            var buffer = ByteBuffer.wrap(memory);
            long at = position;
            while (buffer.hasRemaining()) {
                at += channel.write(buffer, at);
            }
            chunk.filePosition = position;
            chunk.memory = null;
            memoryBytes -= memory.length;
        } catch (IOException e) {
            throw new UncheckedIOException("could not spill row history to a temporary file", e);
        }
    }

    private long place(int bytes) {
        for (var it = freeFileRanges.iterator(); it.hasNext(); ) {
            var range = it.next();
            if (range[1] >= bytes) {
                it.remove();
                if (range[1] > bytes) {
                    freeFileRanges.add(new long[] {range[0] + bytes, range[1] - bytes});
                }
                return range[0];
            }
        }
        long position = fileBytes;
        fileBytes += bytes;
        return position;
    }

    /** Returns a record. The caller's snapshot must not see the commit that made it. */
    ByteBuffer read(long address) {
        while (true) {
            // The array first: a prune moves the first number after it.
            var all = chunks;
            long number = address >>> 32;
            if (all.length == 0 || number < all[0].number) {
                throw new IllegalStateException("History was pruned under a reader.");
            }
            var chunk = all[(int) (number - all[0].number)];
            int at = (int) address;
            var memory = chunk.memory;
            if (memory != null) {
                int length = ByteBuffer.wrap(memory).getInt(at);
                return ByteBuffer.wrap(memory, at + 4, length).slice();
            }
            try {
                return readFile(chunk, at);
            } catch (IOException e) {
                throw new UncheckedIOException("could not read spilled row history", e);
            }
        }
    }

    private synchronized ByteBuffer readFile(Chunk chunk, int at) throws IOException {
        var channel = file;
        if (channel == null) {
            throw new IllegalStateException("History is closed.");
        }
        var head = ByteBuffer.allocate(4);
        readFully(channel, head, chunk.filePosition + at);
        var record = ByteBuffer.allocate(head.getInt(0));
        readFully(channel, record, chunk.filePosition + at + 4);
        return record.flip();
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long position)
            throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new IOException("temporary file is too short");
            }
            at += count;
        }
    }

    /**
     * Drops what no snapshot needs that sees everything up to {@code horizon}. O(chunks dropped).
     */
    public synchronized void prune(long horizon) {
        var all = chunks;
        int drop = 0;
        while (drop < all.length && all[drop].newest <= horizon) {
            var chunk = all[drop];
            var memory = chunk.memory;
            if (memory != null) {
                memoryBytes -= memory.length;
            } else {
                freeFileRanges.add(new long[] {chunk.filePosition, chunk.bytes});
            }
            drop++;
        }
        if (drop > 0) {
            firstNumber += drop;
            chunks = Arrays.copyOfRange(all, drop, all.length);
            if (Arrays.stream(chunks).noneMatch(chunk -> chunk.memory == null)) {
                freeFileRanges.clear();
                fileBytes = 0;
            }
        }
    }

    /** Bytes in memory and in the temporary file. */
    public synchronized long bytes() {
        return memoryBytes + fileBytes;
    }

    @Override
    public synchronized void close() {
        chunks = new Chunk[0];
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException("could not close temporary file", e);
            }
            file = null;
        }
    }
}
