package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.spill.OpenFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A marker that is planted in everything a database holds is found in none of its files, nor in the
 * temporary ones, which have no name any more; and in all of them where nothing is encrypted.
 */
final class EncryptedAtRestTest {
    private static final int TABLET = 1;
    private static final int ROWS = 3000;
    private static final String MARKER = "PLANTED-MARKER-";

    private static Transaction begin(Storage storage, IsolationLevel level) {
        var transaction = storage.begin(level);
        transaction.beginStatement();
        return transaction;
    }

    private static Object[] row(long id, String what) {
        return new Object[] {
            id, MARKER + what + id, (MARKER + what).repeat(id % 10 == 0 ? 300 : 5)
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsInTheClear(boolean encrypted, @TempDir Path directory) throws IOException {
        var options =
                Unforced.in(directory, encrypted)
                        .withHistoryBytes(256 << 10)
                        .withWriteSetBytes(64 << 10)
                        .withRowsBeforeBulk(0);
        try (var storage = Storage.open(options)) {
            load(storage);
            storage.checkpoint();
            // Before-images and removed keys, for a reader who needs them.
            var reader = begin(storage, IsolationLevel.REPEATABLE_READ);
            change(storage);
            // A write set that memory does not hold.
            var large = begin(storage, IsolationLevel.READ_COMMITTED);
            for (long id = 100_000; id < 102_000; id++) {
                large.insert(TABLET, row(id, "large"));
            }
            var prepared = begin(storage, IsolationLevel.READ_COMMITTED);
            prepared.insert(TABLET, row(200_000, "prepared"));
            prepared.prepare("gid", "owner");
            var named = filesWithMarker(namedUnder(directory));
            var unnamed = filesWithMarker(OpenFiles.unnamedUnder(directory));
            if (encrypted) {
                assertThat(named).isEmpty();
                assertThat(unnamed).isEmpty();
            } else {
                assertThat(named).anyMatch(name -> name.endsWith(".log"));
                assertThat(named).anyMatch(name -> name.endsWith("blocks"));
                // History, write set and overlay of an index have one each at least.
                assertThat(unnamed).hasSizeGreaterThanOrEqualTo(3);
            }
            assertThat(OpenFiles.unnamedUnder(directory)).hasSizeGreaterThanOrEqualTo(3);
            large.rollback();
            reader.commit();
            storage.rollbackPrepared("gid");
        }
        assertThat(filesWithMarker(namedUnder(directory)).isEmpty()).isEqualTo(encrypted);
    }

    private static void load(Storage storage) {
        var transaction = begin(storage, IsolationLevel.READ_COMMITTED);
        transaction.createTablet(
                TabletSpec.of(
                        TABLET,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "name", Types.TEXT),
                                ColumnSpec.of(3, "text", Types.TEXT)),
                        List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2))));
        transaction.commit();
        transaction = begin(storage, IsolationLevel.READ_COMMITTED);
        for (long from = 0; from < ROWS; from += 1000) {
            var columns =
                    new Column[] {
                        Column.of(Types.INT8), Column.of(Types.TEXT), Column.of(Types.TEXT)
                    };
            for (long id = from; id < from + 1000; id++) {
                var row = row(id, "bulk");
                for (int c = 0; c < 3; c++) {
                    columns[c].appendObject(row[c]);
                }
            }
            transaction.insertBatch(TABLET, new Batch(1000, columns));
        }
        transaction.commit();
    }

    private static void change(Storage storage) {
        var transaction = begin(storage, IsolationLevel.READ_COMMITTED);
        try (var scan = transaction.scan(TABLET, new int[] {1})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    var row = row((Long) Objects.requireNonNull(rows.get(i, 0)), "updated");
                    assertThat(
                                    transaction.update(
                                            TABLET,
                                            scan.rowIds()[i],
                                            new int[] {2, 3},
                                            new Object[] {row[1], row[2]}))
                            .isEqualTo(LockOutcome.DONE);
                }
            }
        }
        transaction.commit();
    }

    private static List<Path> namedUnder(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static List<String> filesWithMarker(List<Path> files) throws IOException {
        var found = new TreeSet<String>();
        for (var file : files) {
            var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            if (text.contains(MARKER)) {
                found.add(file.toString());
            }
        }
        return new ArrayList<>(found);
    }
}
