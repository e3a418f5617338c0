package dev.quiverdb.base.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class FileDiskTest {
    private final Path directory;

    FileDiskTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void forcedFileHoldsWhatWasWrittenAlsoByAnInterruptedThread() throws Exception {
        var disk = new FileDisk(directory);
        try (var file = disk.open("a", Disk.Open.CREATE_NEW)) {
            file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            Thread.currentThread().interrupt();
            file.force();
            assertThat(Thread.interrupted()).isTrue();
            file.write(3, ByteBuffer.wrap(new byte[] {4}));
            file.force();
        }
        assertThat(Files.readAllBytes(directory.resolve("a"))).containsExactly(1, 2, 3, 4);
    }

    @Test
    void closedFileIsNotForced() {
        var disk = new FileDisk(directory);
        var file = disk.open("a", Disk.Open.CREATE_NEW);
        file.close();
        // The next file gets the number of the one that was closed.
        try (var next = disk.open("b", Disk.Open.CREATE_NEW)) {
            assertThatThrownBy(file::force).isInstanceOf(DiskForceException.class);
            next.force();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatTheSystemSaysOfAForceThatFailsIsTold() {
        var pipe = DataSync.open(Path.of("/dev/null"));
        assertThat(pipe).isNotNull();
        assertThatThrownBy(pipe::force).hasMessage("Invalid argument");
        pipe.close();
    }
}
