package dev.quiverdb.storage.spill;

import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.FileDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A temporary file that loses its name as soon as it is open, so that the system takes it back with
 * the process. Safe for all threads, one call at a time; unlike a channel it does not close when a
 * thread that uses it is interrupted.
 */
public final class SpillFile implements AutoCloseable {
    private final String described;
    private final RandomAccessFile file;
    private long end;

    private SpillFile(String described, RandomAccessFile file) {
        this.described = described;
        this.file = file;
    }

    /**
     * Makes an empty file.
     *
     * @throws DiskException when there is no room, or the directory cannot be written to
     */
    public static SpillFile create(Path directory) {
        try {
            Files.createDirectories(directory);
            var path = Files.createTempFile(directory, "spill", ".tmp");
            try {
                return new SpillFile(path.toString(), new RandomAccessFile(path.toFile(), "rw"));
            } finally {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw FileDisk.failure(directory.toString(), "could not make a temporary file in", e);
        }
    }

    /** Fills a part of an array from a position. */
    public synchronized void read(long position, byte[] target, int from, int length) {
        try {
            file.seek(position);
            file.readFully(target, from, length);
        } catch (IOException e) {
            throw FileDisk.failure(described, "could not read temporary file", e);
        }
    }

    /** Writes a part of an array at a position. */
    public synchronized void write(long position, byte[] source, int from, int length) {
        try {
            file.seek(position);
            file.write(source, from, length);
        } catch (IOException e) {
            throw FileDisk.failure(described, "could not write temporary file", e);
        }
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
            end = 0;
        } catch (IOException e) {
            throw FileDisk.failure(described, "could not truncate temporary file", e);
        }
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
