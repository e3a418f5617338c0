package dev.quiverdb.storage.log;

import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.storage.key.KeyRing;
import org.jspecify.annotations.Nullable;

/**
 * How a log is kept.
 *
 * @param directory on {@code disk}; made when missing
 * @param segmentBytes size to which a segment is filled, at least 64 KiB; a larger entry gets a
 *     larger segment
 * @param keyRing wraps the data keys of encrypted segments; null: written in the clear
 * @param force false skips fsync: a crash of the machine then loses commits
 * @param markDelayMillis how long nothing must have been flushed before the mark is written that
 *     tells damage from a torn tail; 0: by the committer itself, right after the flush, and the log
 *     uses no thread of its own
 */
public record LogOptions(
        Disk disk,
        Chance chance,
        String directory,
        int partitionId,
        int segmentBytes,
        @Nullable KeyRing keyRing,
        boolean force,
        int markDelayMillis) {
    public LogOptions {
        if (segmentBytes < 64 << 10) {
            throw new IllegalArgumentException("segment of " + segmentBytes + " bytes");
        }
    }

    public static LogOptions of(Disk disk, Chance chance, String directory) {
        return new LogOptions(disk, chance, directory, 0, 64 << 20, null, true, 0);
    }

    public LogOptions withSegmentBytes(int bytes) {
        return new LogOptions(
                disk, chance, directory, partitionId, bytes, keyRing, force, markDelayMillis);
    }

    public LogOptions withKeyRing(@Nullable KeyRing keys) {
        return new LogOptions(
                disk, chance, directory, partitionId, segmentBytes, keys, force, markDelayMillis);
    }

    public LogOptions withForce(boolean forced) {
        return new LogOptions(
                disk,
                chance,
                directory,
                partitionId,
                segmentBytes,
                keyRing,
                forced,
                markDelayMillis);
    }

    public LogOptions withMarkDelayMillis(int millis) {
        return new LogOptions(
                disk, chance, directory, partitionId, segmentBytes, keyRing, force, millis);
    }
}
