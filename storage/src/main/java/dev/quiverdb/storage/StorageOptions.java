package dev.quiverdb.storage;

import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.FileDisk;
import dev.quiverdb.storage.key.KeyRing;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a storage is opened.
 *
 * @param disk the directory that is its own; made ready at the first opening
 * @param temporaryDirectory where history and write sets spill to, in files without a name
 * @param cacheBytes memory for blocks
 * @param historyBytes memory for before-images; beyond it they go to a temporary file
 * @param writeSetBytes memory for what one transaction has written, about; beyond it, it goes to a
 *     temporary file
 * @param checkpointLogBytes a checkpoint begins when so much log has been written since the last
 * @param rowsBeforeBulk so many rows of a transaction go to a tablet one by one; then it loads in
 *     bulk
 * @param fsync false gives up durability, for tests and bulk loads
 * @param keyRing where data keys come from; null for a database in the clear. A database is
 *     encrypted from its first opening or never
 * @param logMarkDelayMillis see {@link dev.quiverdb.storage.log.LogOptions}; 0 in simulated worlds,
 *     for what comes later comes from another thread
 */
public record StorageOptions(
        Disk disk,
        Clock clock,
        Chance chance,
        Path temporaryDirectory,
        long cacheBytes,
        long historyBytes,
        long writeSetBytes,
        long checkpointLogBytes,
        int rowsBeforeBulk,
        boolean fsync,
        @Nullable KeyRing keyRing,
        int logMarkDelayMillis) {
    /** Short beside what a system takes to write a page back by itself. */
    private static final int LOG_MARK_DELAY_MILLIS = 20;

    private static final int ROWS_BEFORE_BULK = 2048;

    /**
     * The defaults for a directory: 256 MiB of cache, 64 MiB of history, 64 MiB a write set, a
     * checkpoint every 256 MiB.
     */
    public static StorageOptions in(Path directory) {
        return new StorageOptions(
                new FileDisk(directory),
                Clock.system(),
                Chance.secure(),
                directory,
                256L << 20,
                64L << 20,
                64L << 20,
                256L << 20,
                ROWS_BEFORE_BULK,
                true,
                null,
                LOG_MARK_DELAY_MILLIS);
    }

    /** For simulated worlds. */
    public static StorageOptions in(Disk disk, Clock clock, Chance chance) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                Path.of(System.getProperty("java.io.tmpdir")),
                64L << 20,
                16L << 20,
                16L << 20,
                64L << 20,
                ROWS_BEFORE_BULK,
                true,
                null,
                0);
    }

    /** The directory of temporary files; they are encrypted if the database is. */
    public SpillDirectory spillDirectory() {
        return new SpillDirectory(temporaryDirectory, keyRing);
    }

    public StorageOptions withCacheBytes(long bytes) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                temporaryDirectory,
                bytes,
                historyBytes,
                writeSetBytes,
                checkpointLogBytes,
                rowsBeforeBulk,
                fsync,
                keyRing,
                logMarkDelayMillis);
    }

    public StorageOptions withHistoryBytes(long bytes) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                temporaryDirectory,
                cacheBytes,
                bytes,
                writeSetBytes,
                checkpointLogBytes,
                rowsBeforeBulk,
                fsync,
                keyRing,
                logMarkDelayMillis);
    }

    public StorageOptions withWriteSetBytes(long bytes) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                temporaryDirectory,
                cacheBytes,
                historyBytes,
                bytes,
                checkpointLogBytes,
                rowsBeforeBulk,
                fsync,
                keyRing,
                logMarkDelayMillis);
    }

    public StorageOptions withCheckpointLogBytes(long bytes) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                temporaryDirectory,
                cacheBytes,
                historyBytes,
                writeSetBytes,
                bytes,
                rowsBeforeBulk,
                fsync,
                keyRing,
                logMarkDelayMillis);
    }

    public StorageOptions withRowsBeforeBulk(int rows) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                temporaryDirectory,
                cacheBytes,
                historyBytes,
                writeSetBytes,
                checkpointLogBytes,
                rows,
                fsync,
                keyRing,
                logMarkDelayMillis);
    }

    public StorageOptions withFsync(boolean on) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                temporaryDirectory,
                cacheBytes,
                historyBytes,
                writeSetBytes,
                checkpointLogBytes,
                rowsBeforeBulk,
                on,
                keyRing,
                logMarkDelayMillis);
    }

    public StorageOptions withKeyRing(@Nullable KeyRing keys) {
        return new StorageOptions(
                disk,
                clock,
                chance,
                temporaryDirectory,
                cacheBytes,
                historyBytes,
                writeSetBytes,
                checkpointLogBytes,
                rowsBeforeBulk,
                fsync,
                keys,
                logMarkDelayMillis);
    }
}
