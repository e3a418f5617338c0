package dev.quiverdb.storage.table;

import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.spill.SpillFile;
import dev.quiverdb.storage.spill.SpillPlace;
import java.nio.ByteBuffer;
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
    private final SpillDirectory directory;
    private volatile Chunk[] chunks = new Chunk[0];
    private volatile long firstNumber = 1;
    private long memoryBytes;
    private long fileBytes;
    private @Nullable SpillFile file;

    /** Chunks before it are in the file. */
    private long nextToSpill = 1;

    private boolean closed;
    private final Deque<long[]> freeFileRanges = new ArrayDeque<>();

    public History(long memoryBytesMax, SpillDirectory directory) {
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
        if (memoryBytes > memoryBytesMax) {
            spill(all);
        }
        return chunk;
    }

    private void spill(Chunk[] all) {
        try {
            nextToSpill = Math.max(nextToSpill, firstNumber);
            while (memoryBytes > memoryBytesMax && nextToSpill < firstNumber + all.length) {
                spill(all[(int) (nextToSpill - firstNumber)]);
                nextToSpill++;
            }
        } catch (DiskException full) {
            // It stays in memory; the next chunk tries again. Apply must not fail.
        }
    }

    private void spill(Chunk chunk) {
        var memory = chunk.memory;
        if (memory == null) {
            return;
        }
        var target = file;
        if (target == null) {
            target = directory.newFile();
            file = target;
        }
        long position = place(memory.length);
        try {
            target.write(position, memory, 0, memory.length);
        } catch (DiskException failure) {
            freeFileRanges.add(new long[] {position, memory.length});
            throw failure;
        }
        chunk.filePosition = position;
        chunk.memory = null;
        memoryBytes -= memory.length;
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
            return readFile(chunk, at);
        }
    }

    private synchronized ByteBuffer readFile(Chunk chunk, int at) {
        var source = file;
        if (source == null || closed) {
            throw new IllegalStateException("History is closed.");
        }
        byte[] head = new byte[4];
        source.read(chunk.filePosition + at, head, 0, 4);
        byte[] record = new byte[ByteBuffer.wrap(head).getInt()];
        source.read(chunk.filePosition + at + 4, record, 0, record.length);
        return ByteBuffer.wrap(record);
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
                if (file != null) {
                    file.clear();
                }
            }
        }
    }

    /** Bytes in memory and in the temporary file. */
    public synchronized long bytes() {
        return memoryBytes + fileBytes;
    }

    /** Where other things spill to that only open snapshots need, and an eighth of the memory. */
    SpillPlace spill() {
        return new SpillPlace(directory, memoryBytesMax / 8);
    }

    @Override
    public synchronized void close() {
        chunks = new Chunk[0];
        closed = true;
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
