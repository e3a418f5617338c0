package dev.quiverdb.base.world;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * An open file of a {@link Disk}: positional, without a cursor, safe for all threads. A write past
 * the end grows the file. Nothing is durable before {@link #force}; after a failed {@code force}
 * nothing is known about any byte written since the last good one.
 */
public interface DiskFile extends AutoCloseable {
    /** The name under which it was opened. */
    String name();

    long sizeBytes();

    /**
     * Fills {@code target} from its position to its limit; fewer bytes in the file is {@link
     * DiskException}.
     */
    void read(long position, ByteBuffer target);

    /** Writes {@code source} from its position to its limit. A failure may leave a part written. */
    void write(long position, ByteBuffer source);

    default void read(long position, MemorySegment target) {
        read(position, target.asByteBuffer());
    }

    default void write(long position, MemorySegment source) {
        write(position, source.asByteBuffer());
    }

    /**
     * Bytes and size are durable on return. A failure is {@link DiskForceException}: never retry,
     * recover.
     */
    void force();

    /** Cuts or grows (with zeros) the file. */
    void truncate(long sizeBytes);

    @Override
    void close();
}
