package dev.quiverdb.storage.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A real file system that can be full: a tmpfs of some megabytes. The system lets the administrator
 * alone make one; for others the test is skipped and says so.
 */
final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 64 << 10;

    final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    static SmallDisk mount(Path on, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(on);
        String refused;
        try {
            refused = run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", on);
        } catch (IOException noMount) {
            refused = noMount.getMessage();
        }
        if (!refused.isEmpty()) {
            return abort("skipped, a tmpfs cannot be mounted here: " + refused);
        }
        return new SmallDisk(on);
    }

    private static String run(Object... command) throws IOException, InterruptedException {
        var words = new String[command.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = command[i].toString();
        }
        var process = new ProcessBuilder(words).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return process.exitValue() == 0 ? "" : words[0] + " ended with an error: " + said.strip();
    }

    private Path ballast() {
        return root.resolve("ballast");
    }

    /** Takes away all room but so much, with a file of its own. */
    void leave(long bytes) throws IOException {
        try (var file = new RandomAccessFile(ballast().toFile(), "rw")) {
            file.seek(file.length());
            for (long free = freeBytes(); free > bytes; free = freeBytes()) {
                file.write(new byte[(int) Math.min(BLOCK, free - bytes)]);
            }
        }
    }

    /** Gives back what {@link #leave} took. */
    void makeRoom() throws IOException {
        Files.deleteIfExists(ballast());
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(root).getUsableSpace();
    }

    @Override
    public void close() throws IOException {
        try {
            var refused = run("umount", "-l", root);
            assertThat(refused).isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
