package dev.quiverdb.execute.spill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.storage.key.KeyRings;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeldRowsTest {
    private static final int ROWS = 3000;

    private static Object[] row(int number) {
        return new Object[] {(long) number, number % 7 == 0 ? null : "plain" + number};
    }

    @ParameterizedTest
    @CsvSource({"1000000,false", "20000,false", "20000,true"})
    void rowsAreFoundByNumber(long memoryBytes, boolean encrypted, @TempDir Path directory)
            throws Exception {
        var keys = encrypted ? KeyRings.of(new byte[32], Chance.seeded(1)) : null;
        var codec = new RowCodec(new Type[] {Types.INT8, Types.TEXT});
        try (var held = new HeldRows(codec, memoryBytes, new SpillDirectory(directory, keys))) {
            for (int i = 0; i < ROWS; i++) {
                held.add(row(i));
            }
            assertThat(held.size()).isEqualTo(ROWS);
            for (int i = ROWS - 1; i >= 0; i--) {
                assertThat(held.get(i)).isEqualTo(row(i));
            }
            var chance = new SplittableRandom(5);
            for (int i = 0; i < 500; i++) {
                int number = chance.nextInt(ROWS);
                assertThat(held.get(number)).isEqualTo(row(number));
            }
            assertThat(Files.list(directory)).isEmpty();
            assertThat(isInTheClear(directory)).isEqualTo(memoryBytes < 100_000 && !encrypted);
        }
    }

    /** Whether a file of this process that lost its name in the directory shows a row. */
    private static boolean isInTheClear(Path directory) throws Exception {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            for (var file : open.toList()) {
                if (Files.isSymbolicLink(file)
                        && Files.readSymbolicLink(file).startsWith(directory)
                        && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                                .contains("plain")) {
                    return true;
                }
            }
        }
        return false;
    }
}
