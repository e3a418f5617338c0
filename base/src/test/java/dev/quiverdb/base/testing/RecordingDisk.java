package dev.quiverdb.base.testing;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A disk that notes what is read of it, to learn what lies where. Safe for all threads. */
public final class RecordingDisk implements Disk {
    /** What one call read. */
    public record Read(String file, long offset, int length) {}

    private final Disk disk;
    private final List<Read> reads = new ArrayList<>();

    public RecordingDisk(Disk disk) {
        this.disk = disk;
    }

    /** What was read since the last call. */
    public synchronized List<Read> takeReads() {
        var taken = List.copyOf(reads);
        reads.clear();
        return taken;
    }

    private synchronized void note(Read read) {
        reads.add(read);
    }

    @Override
    public DiskFile open(String name, Open how) {
        var file = disk.open(name, how);
        return new DiskFile() {
            @Override
            public String name() {
                return file.name();
            }

            @Override
            public long sizeBytes() {
                return file.sizeBytes();
            }

            @Override
            public void read(long position, ByteBuffer target) {
                note(new Read(name, position, target.remaining()));
                file.read(position, target);
            }

            @Override
            public void write(long position, ByteBuffer source) {
                file.write(position, source);
            }

            @Override
            public void force() {
                file.force();
            }

            @Override
            public void truncate(long sizeBytes) {
                file.truncate(sizeBytes);
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    @Override
    public boolean exists(String name) {
        return disk.exists(name);
    }

    @Override
    public void createDirectory(String name) {
        disk.createDirectory(name);
    }

    @Override
    public void delete(String name) {
        disk.delete(name);
    }

    @Override
    public void rename(String from, String to) {
        disk.rename(from, to);
    }

    @Override
    public List<String> list(String directory) {
        return disk.list(directory);
    }

    @Override
    public void forceDirectory(String directory) {
        disk.forceDirectory(directory);
    }

    @Override
    public Lock lock(String name) {
        return disk.lock(name);
    }

    @Override
    public long freeBytes() {
        return disk.freeBytes();
    }

    @Override
    public String describe(String name) {
        return disk.describe(name);
    }
}
