package dev.quiverdb.storage.spill;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files of this process that have no name any more, as Linux shows them under /proc. */
public final class OpenFiles {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private OpenFiles() {}

    /** Paths through which files can be opened that were made under a directory and unlinked. */
    public static List<Path> unnamedUnder(Path directory) throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "skipped, there is no " + DESCRIPTORS);
        List<Path> found = new ArrayList<>();
        try (var all = Files.list(DESCRIPTORS)) {
            for (var one : all.toList()) {
                String target;
                try {
                    target = Files.readSymbolicLink(one).toString();
                } catch (IOException closedMeanwhile) {
                    continue;
                }
                if (target.startsWith(directory.toRealPath() + "/")
                        && target.endsWith(" (deleted)")) {
                    found.add(one);
                }
            }
        }
        return found;
    }
}
