package dev.quiverdb.storage.spill;

import dev.quiverdb.storage.key.KeyRing;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where temporary files are made.
 *
 * @param keys where their keys come from; null if what is spilled may be in the clear. A key serves
 *     one file and stands nowhere but in memory
 */
public record SpillDirectory(Path path, @Nullable KeyRing keys) {
    /** A directory whose files are in the clear. */
    public static SpillDirectory inTheClear(Path path) {
        return new SpillDirectory(path, null);
    }

    /** Makes an empty file. See {@link SpillFile#create}. */
    public SpillFile newFile() {
        return SpillFile.create(this);
    }
}
