package dev.quiverdb.execute.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.storage.key.KeyRings;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagedRowsTest {
    private static final int ROWS = 30_000;

    private static Object[] row(int number) {
        return new Object[] {(long) number, number % 7 == 0 ? null : "t".repeat(number % 90)};
    }

    @ParameterizedTest
    @CsvSource({"100000000,false", "20000,false", "20000,true"})
    void rowsAreFoundByNumberAlsoAfterOthersBeforeThem(
            long memoryBytes, boolean encrypted, @TempDir Path directory) throws Exception {
        var keys = encrypted ? KeyRings.of(new byte[32], Chance.seeded(1)) : null;
        var codec = new RowCodec(new Type[] {Types.INT8, Types.TEXT});
        try (var rows = new PagedRows(codec, memoryBytes, new SpillDirectory(directory, keys))) {
            for (int count : new int[] {10, ROWS, 3, ROWS / 2}) {
                rows.clear();
                for (int i = 0; i < count; i++) {
                    rows.add(row(i));
                }
                assertThat(rows.size()).isEqualTo(count);
                assertThat(rows.spilled()).isEqualTo(count > 10 && memoryBytes < 1_000_000);
                for (int i = 0; i < count; i++) {
                    assertThat(rows.get(i)).isEqualTo(row(i));
                    int behind = Math.max(0, i - 1000);
                    assertThat(rows.get(behind)).isEqualTo(row(behind));
                }
                var chance = new SplittableRandom(5);
                for (int i = 0; i < 300; i++) {
                    int number = chance.nextInt(count);
                    assertThat(rows.get(number)).isEqualTo(row(number));
                }
                assertThatThrownBy(() -> rows.get(count))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThat(Files.list(directory)).isEmpty();
        }
    }
}
