package dev.quiverdb.storage.txn;

import dev.quiverdb.base.world.Chance;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.key.KeyRing;
import dev.quiverdb.storage.key.KeyRings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What tests on a real disk begin with: no force, in the clear or encrypted under one key. */
final class Unforced {
    private Unforced() {}

    static StorageOptions in(Path directory, boolean encrypted) {
        return StorageOptions.in(directory).withFsync(false).withKeyRing(keys(encrypted));
    }

    /** The same key each time; null for a database in the clear. */
    static @Nullable KeyRing keys(boolean encrypted) {
        return encrypted ? KeyRings.of(new byte[32], Chance.secure()) : null;
    }
}
