package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.Disk;

/** Keeps one checkpoint's blocks on disk from being overwritten until it is closed. */
public interface BackupPin extends AutoCloseable {
    Manifest manifest();

    /**
     * Writes a whole block store with only this state into {@code directory} of another disk,
     * durable on return.
     */
    void copyTo(Disk target, String directory);

    @Override
    void close();
}
