package dev.quiverdb.storage.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.storage.key.KeyRings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A temporary file keeps what was put where, notices damage, and keeps its content to itself. */
final class SpillFileTest {
    private static final Path SYSTEM = Path.of(System.getProperty("java.io.tmpdir"));

    private static SpillDirectory in(Path directory, boolean encrypted) {
        return new SpillDirectory(
                directory, encrypted ? KeyRings.of(new byte[32], Chance.secure()) : null);
    }

    @Randomised(runs = 60)
    void whatIsReadIsWhatWasWrittenThere(SplittableRandom random) {
        int size = 200_000;
        byte[] model = new byte[size];
        boolean[] written = new boolean[size];
        int end = 0;
        try (var file = in(SYSTEM, random.nextBoolean()).newFile()) {
            for (int step = 0; step < 150; step++) {
                byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 60 : 30_000)];
                random.nextBytes(bytes);
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        if (end + bytes.length > size) {
                            file.clear();
                            Arrays.fill(written, false);
                            end = 0;
                        }
                        assertThat(file.append(bytes, 0, bytes.length)).isEqualTo(end);
                        keep(model, written, end, bytes);
                        end += bytes.length;
                    }
                    case 3 -> {
                        int at = random.nextInt(size - bytes.length);
                        file.write(at, bytes, 0, bytes.length);
                        keep(model, written, at, bytes);
                    }
                    default -> {
                        int from = random.nextInt(size);
                        int to = from;
                        while (to < size && written[to] && to - from < 40_000) {
                            to++;
                        }
                        byte[] read = new byte[to - from + 2];
                        file.read(from, read, 1, to - from);
                        assertThat(Arrays.copyOfRange(read, 1, to - from + 1))
                                .isEqualTo(Arrays.copyOfRange(model, from, to));
                    }
                }
            }
        }
    }

    private static void keep(byte[] model, boolean[] written, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, model, at, bytes.length);
        Arrays.fill(written, at, at + bytes.length, true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFlippedBitIsNoticedWhereverItIs(boolean encrypted, @TempDir Path directory)
            throws IOException {
        byte[] content = new byte[50_000];
        new SplittableRandom(4).nextBytes(content);
        try (var file = in(directory, encrypted).newFile()) {
            file.append(content, 0, content.length);
            // Another page is the one in memory now.
            file.write(200_000, content, 0, 10);
            byte[] read = new byte[content.length];
            try (var raw =
                    new RandomAccessFile(
                            OpenFiles.unnamedUnder(directory).getFirst().toFile(), "rw")) {
                for (long at = 3; at < 12 * 4096; at += 997) {
                    if (at % 4096 >= 4076 && (!encrypted || at % 4096 >= 4092)) {
                        // Nothing stands there.
                        continue;
                    }
                    flip(raw, at);
                    long page = at / 4096;
                    if (encrypted || at % 4096 < 4 || at % 4096 >= 12) {
                        assertThatThrownBy(() -> file.read(0, read, 0, read.length))
                                .isInstanceOf(SpillDamagedException.class)
                                .hasMessageContaining(file.described())
                                .hasMessageContaining("page " + page);
                    }
                    flip(raw, at);
                }
            }
            file.read(0, read, 0, read.length);
            assertThat(read).isEqualTo(content);
        }
    }

    private static void flip(RandomAccessFile file, long at) throws IOException {
        file.seek(at);
        int was = file.read();
        file.seek(at);
        file.write(was ^ 16);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyOfAnEncryptedDatabaseTheContentCannotBeRead(boolean encrypted, @TempDir Path directory)
            throws IOException {
        byte[] secret =
                "a secret that nobody may read ".repeat(2000).getBytes(StandardCharsets.UTF_8);
        try (var file = in(directory, encrypted).newFile()) {
            file.append(secret, 0, secret.length);
            file.write(0, secret, 0, secret.length);
            try (var raw =
                    new RandomAccessFile(
                            OpenFiles.unnamedUnder(directory).getFirst().toFile(), "r")) {
                byte[] bytes = new byte[(int) raw.length()];
                raw.readFully(bytes);
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1).contains("a secret that"))
                        .isEqualTo(!encrypted);
            }
        }
    }

    @Test
    void whatWasNeverWrittenIsNotRead(@TempDir Path directory) {
        try (var file = in(directory, false).newFile()) {
            file.append(new byte[100], 0, 100);
            assertThatThrownBy(() -> file.read(10_000, new byte[10], 0, 10))
                    .isInstanceOf(DiskException.class);
        }
    }
}
