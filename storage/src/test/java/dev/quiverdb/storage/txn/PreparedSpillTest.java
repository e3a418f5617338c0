package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.spill.OpenFiles;
import dev.quiverdb.storage.spill.SpillDamagedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a prepared transaction will do does not lie in memory until somebody ends it. */
final class PreparedSpillTest {
    private static final int TABLET = 1;
    private static final int ROWS = 2000;
    private static final String TEXT = "some text ".repeat(30);

    private static Transaction begin(Storage storage) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        return transaction;
    }

    private static void prepare(Storage storage, String gid, long from) {
        var transaction = begin(storage);
        for (long id = from; id < from + ROWS; id++) {
            transaction.insert(TABLET, new Object[] {id, TEXT + id});
        }
        transaction.prepare(gid, "owner");
    }

    private static int rows(Storage storage) {
        int count = 0;
        var transaction = begin(storage);
        try (var scan = transaction.scan(TABLET, new int[] {1, 2})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    assertThat(rows.get(i, 1))
                            .isEqualTo(TEXT + Objects.requireNonNull(rows.get(i, 0)));
                    count++;
                }
            }
        }
        transaction.commit();
        return count;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itsRedoWaitsInAFile(boolean encrypted, @TempDir Path directory) throws IOException {
        var options = Unforced.in(directory, encrypted);
        try (var storage = (Engine) Storage.open(options)) {
            var transaction = begin(storage);
            transaction.createTablet(
                    TabletSpec.of(
                            TABLET,
                            List.of(
                                    ColumnSpec.of(1, "id", Types.INT8),
                                    ColumnSpec.of(2, "text", Types.TEXT)),
                            List.of(IndexSpec.btree(1, true, 1))));
            transaction.commit();
            for (int i = 0; i < 4; i++) {
                prepare(storage, "gid" + i, i * 10_000L);
            }
            assertThat(OpenFiles.unnamedUnder(directory)).hasSize(4);
            assertThat(storage.preparedInMemory()).isZero();
            storage.commitPrepared("gid0");
            storage.rollbackPrepared("gid1");
            assertThat(OpenFiles.unnamedUnder(directory)).hasSize(2);
            assertThat(rows(storage)).isEqualTo(ROWS);
            storage.checkpoint();
            storage.crash();
        }
        // From the checkpoint, and what comes after it from the log.
        try (var storage = (Engine) Storage.open(options)) {
            assertThat(storage.preparedInMemory()).isZero();
            storage.commitPrepared("gid2");
            prepare(storage, "gid4", 40_000);
            storage.crash();
        }
        try (var storage = (Engine) Storage.open(options)) {
            assertThat(storage.preparedInMemory()).isZero();
            assertThat(rows(storage)).isEqualTo(2 * ROWS);
            damage(directory);
            assertThatThrownBy(() -> storage.commitPrepared("gid3"))
                    .isInstanceOf(SpillDamagedException.class);
            assertThat(storage.preparedTransactions()).hasSize(2);
            damage(directory);
            storage.commitPrepared("gid3");
            storage.commitPrepared("gid4");
            assertThat(rows(storage)).isEqualTo(4 * ROWS);
        }
    }

    /** Flips a bit in each temporary file. */
    private static void damage(Path directory) throws IOException {
        for (var file : OpenFiles.unnamedUnder(directory)) {
            try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
                long at = 3 * 4096 + 100;
                if (raw.length() > at) {
                    raw.seek(at);
                    int was = raw.read();
                    raw.seek(at);
                    raw.write(was ^ 8);
                }
            }
        }
    }
}
