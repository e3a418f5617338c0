package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The file with the two root slots. An image's root goes to slot (number mod 2), so the other one
 * is never touched.
 */
final class ManifestFile implements AutoCloseable {
    static final String FILE = "manifest";

    private final DiskFile file;
    private final boolean force;

    private ManifestFile(DiskFile file, boolean force) {
        this.file = file;
        this.force = force;
    }

    static String name(String directory) {
        return directory + "/" + FILE;
    }

    /** Makes the file with one root; it has its name only when it is durable. */
    static void create(Disk disk, String directory, Root root) {
        var unfinished = name(directory) + ".new";
        try (var file = disk.open(unfinished, Disk.Open.CREATE)) {
            file.write(0, ByteBuffer.allocateDirect(Root.SLOTS * Root.SLOT_BYTES));
            file.write(offset(root.sequence()), root.encode());
            file.force();
        }
        disk.rename(unfinished, name(directory));
        disk.forceDirectory(directory);
    }

    static ManifestFile open(Disk disk, String directory, boolean force) {
        var file = disk.open(name(directory), Disk.Open.WRITE);
        if (force) {
            disk.forceDirectory(directory);
        }
        return new ManifestFile(file, force);
    }

    private static long offset(long sequence) {
        return sequence % Root.SLOTS * Root.SLOT_BYTES;
    }

    /** Whether something stands in a slot that is not a whole root. */
    boolean isBroken(int slot) {
        var bytes = ByteBuffer.allocateDirect(Root.SLOT_BYTES);
        long at = (long) slot * Root.SLOT_BYTES;
        if (file.sizeBytes() < at + Root.SLOT_BYTES) {
            return true;
        }
        file.read(at, bytes);
        boolean isEmpty = bytes.clear().mismatch(ByteBuffer.allocate(Root.SLOT_BYTES)) < 0;
        return !isEmpty && Root.decode(bytes) == null;
    }

    /** The root in a slot, or null where there is no whole one. */
    @Nullable Root read(int slot) {
        var bytes = ByteBuffer.allocateDirect(Root.SLOT_BYTES);
        long at = (long) slot * Root.SLOT_BYTES;
        if (file.sizeBytes() < at + Root.SLOT_BYTES) {
            return null;
        }
        file.read(at, bytes);
        return Root.decode(bytes.clear());
    }

    /** Durable on return. */
    void publish(Root root) {
        file.write(offset(root.sequence()), root.encode());
        if (force) {
            file.force();
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
