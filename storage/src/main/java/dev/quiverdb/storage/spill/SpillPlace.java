package dev.quiverdb.storage.spill;

import java.nio.file.Path;

/**
 * Where something spills to, and when.
 *
 * @param directory where temporary files are made
 * @param memoryBytes what may stay in memory, about
 */
public record SpillPlace(SpillDirectory directory, long memoryBytes) {
    private static final long MEMORY_BYTES = 16 << 20;

    /** The system's directory for temporary files, beyond 16 MiB. */
    public static SpillPlace ofSystem() {
        return new SpillPlace(
                SpillDirectory.inTheClear(Path.of(System.getProperty("java.io.tmpdir"))),
                MEMORY_BYTES);
    }
}
