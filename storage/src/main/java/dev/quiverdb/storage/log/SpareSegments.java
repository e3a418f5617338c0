package dev.quiverdb.storage.log;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;

/**
 * Files waiting to become segments, mostly old segments: their space is there already, so a flush
 * into one changes no metadata and cannot meet a full disk. Guarded by the log's lock.
 */
final class SpareSegments {
    static final String PREFIX = "spare-";

    /** More than this many are removed. */
    private static final int KEPT_MAX = 4;

    /** As many as commits filled between the last two cuts. */
    private int kept = KEPT_MAX;

    private static final int ZEROS_BYTES = 64 << 10;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ZEROS_BYTES);

    private final Disk disk;
    private final String directory;
    private final ArrayDeque<String> names = new ArrayDeque<>();

    SpareSegments(Disk disk, String directory, Collection<String> found) {
        this.disk = disk;
        this.directory = directory;
        for (var name : found) {
            add(name);
        }
    }

    private void add(String name) {
        if (names.size() < kept) {
            names.add(name);
        } else {
            disk.delete(name);
        }
    }

    /**
     * Takes an old segment's file, which must be closed. The removal of its old name is durable on
     * return.
     */
    void recycle(long number) {
        var spare = directory + "/" + PREFIX + Long.toHexString(number);
        disk.rename(Segment.fileName(directory, number), spare);
        disk.forceDirectory(directory);
        add(spare);
    }

    /**
     * Says how many spares commits are likely to need until this is said again; removes what is
     * more.
     */
    void keep(int count) {
        kept = Math.clamp(count, 0, KEPT_MAX);
        while (names.size() > kept) {
            disk.delete(names.removeLast());
        }
    }

    /**
     * The name of a file for segment {@code number} with at least {@code sizeBytes} bytes of space.
     */
    String take(long number, long sizeBytes) {
        var name =
                names.isEmpty()
                        ? directory + "/" + PREFIX + Long.toHexString(number)
                        : names.peek();
        try (var file = disk.open(name, Disk.Open.CREATE)) {
            grow(file, file.sizeBytes(), sizeBytes);
        }
        names.poll();
        return name;
    }

    /** Fills with zeros from {@code from} up to {@code to}; not forced. */
    static void grow(DiskFile file, long from, long to) {
        for (long at = from; at < to; ) {
            int n = (int) Math.min(ZEROS_BYTES, to - at);
            file.write(at, ZEROS.slice(0, n));
            at += n;
        }
    }
}
