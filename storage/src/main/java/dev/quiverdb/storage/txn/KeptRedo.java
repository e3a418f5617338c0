package dev.quiverdb.storage.txn;

import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.spill.SpillFile;
import org.jspecify.annotations.Nullable;

/**
 * The redo of a prepared transaction, which may wait for days: in memory while it is small, else in
 * a temporary file. Log and checkpoint have it too, so where there is no room it stays in memory.
 */
final class KeptRedo implements AutoCloseable {
    private static final int MEMORY_BYTES_MAX = 64 << 10;

    private final int length;
    private final byte @Nullable [] memory;
    private final @Nullable SpillFile file;

    KeptRedo(byte[] redo, SpillDirectory directory) {
        length = redo.length;
        file = length > MEMORY_BYTES_MAX ? spilled(redo, directory) : null;
        memory = file == null ? redo : null;
    }

    private static @Nullable SpillFile spilled(byte[] redo, SpillDirectory directory) {
        SpillFile made = null;
        try {
            made = directory.newFile();
            made.append(redo, 0, redo.length);
            return made;
        } catch (DiskException full) {
            if (made != null) {
                made.close();
            }
            return null;
        }
    }

    int length() {
        return length;
    }

    /** Whether memory has none of it. */
    boolean isSpilled() {
        return file != null;
    }

    /** All of it. O(bytes). */
    byte[] bytes() {
        if (memory != null || file == null) {
            return memory == null ? new byte[0] : memory;
        }
        byte[] bytes = new byte[length];
        file.read(0, bytes, 0, length);
        return bytes;
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
