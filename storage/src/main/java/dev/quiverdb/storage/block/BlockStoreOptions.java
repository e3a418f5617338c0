package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.storage.key.KeyRing;
import org.jspecify.annotations.Nullable;

/**
 * How a block store is kept.
 *
 * @param directory on {@code disk}; made when missing
 * @param cacheBytes memory for frames, at least 1 MiB; exceeded only by what open visits hold
 * @param keyRing wraps the data key; null: written in the clear. A store keeps the way it was made
 * @param force false skips fsync
 */
public record BlockStoreOptions(
        Disk disk,
        Chance chance,
        String directory,
        long cacheBytes,
        @Nullable KeyRing keyRing,
        boolean force) {
    public BlockStoreOptions {
        if (cacheBytes < 1 << 20) {
            throw new IllegalArgumentException("cache of " + cacheBytes + " bytes");
        }
    }

    public static BlockStoreOptions of(
            Disk disk, Chance chance, String directory, long cacheBytes) {
        return new BlockStoreOptions(disk, chance, directory, cacheBytes, null, true);
    }

    public BlockStoreOptions withKeyRing(@Nullable KeyRing keys) {
        return new BlockStoreOptions(disk, chance, directory, cacheBytes, keys, force);
    }

    public BlockStoreOptions withForce(boolean forced) {
        return new BlockStoreOptions(disk, chance, directory, cacheBytes, keyRing, forced);
    }
}
