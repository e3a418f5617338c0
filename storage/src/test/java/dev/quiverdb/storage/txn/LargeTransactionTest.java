package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that write many times what memory is given to them. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class LargeTransactionTest {
    private static final int TABLET = 1;
    private static final int[] ALL = {1, 2, 3};

    private static TabletSpec spec() {
        return TabletSpec.of(
                TABLET,
                List.of(
                        ColumnSpec.of(1, "id", Types.INT8),
                        ColumnSpec.of(2, "number", Types.INT8),
                        ColumnSpec.of(3, "name", Types.TEXT)),
                List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2)));
    }

    /** Opens a storage and puts rows with ids from 0 into it. */
    private static Storage load(StorageOptions options, int rows) {
        var storage = Storage.open(options);
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        transaction.createTablet(spec());
        transaction.commit();
        transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        for (int from = 0; from < rows; from += 1024) {
            var columns =
                    new Column[] {
                        Column.of(Types.INT8), Column.of(Types.INT8), Column.of(Types.TEXT)
                    };
            int count = Math.min(1024, rows - from);
            for (long id = from; id < from + count; id++) {
                columns[0].appendObject(id);
                columns[1].appendObject(id);
                columns[2].appendObject("row " + id);
            }
            transaction.insertBatch(TABLET, new Batch(count, columns));
        }
        transaction.commit();
        return storage;
    }

    /** The rows that a transaction sees, by id: number and name. */
    private static TreeMap<Long, List<Object>> scan(Transaction transaction) {
        var rows = new TreeMap<Long, List<Object>>();
        try (var scan = transaction.scan(TABLET, ALL)) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    rows.put(
                            (Long) Objects.requireNonNull(batch.get(i, 0)),
                            List.of(
                                    Objects.requireNonNull(batch.get(i, 1)),
                                    Objects.requireNonNull(batch.get(i, 2))));
                }
            }
        }
        return rows;
    }

    private static long rowOf(Transaction transaction, long id) {
        var found = new long[2];
        try (var scan = transaction.indexScan(TABLET, 1, KeyRange.equalTo(id), false)) {
            return scan.next(found) == 0 ? -1 : found[0];
        }
    }

    /** Ids in the order of their numbers, by the second index. */
    private static long countByNumber(Transaction transaction) {
        long count = 0;
        var found = new long[512];
        try (var scan = transaction.indexScan(TABLET, 2, KeyRange.ALL, count % 2 == 0)) {
            for (int n = scan.next(found); n > 0; n = scan.next(found)) {
                count += n;
            }
        }
        return count;
    }

    @Randomised(runs = 3)
    void whatSpillsIsSeenTakenBackAndCommittedLikeTheRest(SplittableRandom random)
            throws IOException {
        int rows = 6_000;
        var directory = Files.createTempDirectory("large");
        // The writes below take some hundred times as much.
        var options =
                StorageOptions.in(directory)
                        .withFsync(false)
                        .withCacheBytes(8 << 20)
                        .withWriteSetBytes(20_000 + random.nextInt(100_000));
        var expected = new TreeMap<Long, List<Object>>();
        try (var storage = load(options, rows)) {
            for (long id = 0; id < rows; id++) {
                expected.put(id, List.of(id, "row " + id));
            }
            for (int round = 0; round < 3; round++) {
                var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
                var before = new TreeMap<>(expected);
                write(transaction, expected, random);
                assertThat(scan(transaction)).isEqualTo(expected);
                var saved = new TreeMap<>(expected);
                var savepoint = transaction.savepoint();
                write(transaction, expected, random);
                if (random.nextBoolean()) {
                    transaction.rollbackTo(savepoint);
                    expected = saved;
                    assertThat(scan(transaction)).isEqualTo(expected);
                }
                write(transaction, expected, random);
                assertThat(scan(transaction)).isEqualTo(expected);
                assertThat(countByNumber(transaction)).isEqualTo(expected.size());
                if (random.nextInt(3) == 0) {
                    transaction.rollback();
                    expected = before;
                } else {
                    transaction.commit();
                }
            }
            ((Engine) storage).crash();
        }
        try (var storage = Storage.open(options)) {
            var reader = storage.begin(IsolationLevel.READ_COMMITTED);
            reader.beginStatement();
            assertThat(scan(reader)).isEqualTo(expected);
            assertThat(countByNumber(reader)).isEqualTo(expected.size());
            reader.commit();
            for (var index :
                    Objects.requireNonNull(((Engine) storage).tabletOrNull(TABLET)).indexes()) {
                assertThat(index.index().check()).isEmpty();
            }
        }
        delete(directory);
    }

    private static void write(
            Transaction transaction,
            TreeMap<Long, List<Object>> expected,
            SplittableRandom random) {
        transaction.beginStatement();
        var ids = List.copyOf(expected.keySet());
        for (int i = 0; i < 1500; i++) {
            // In order mostly, as statements go over a table.
            long id =
                    ids.get(
                            random.nextInt(4) == 0
                                    ? random.nextInt(ids.size())
                                    : i * 4 % ids.size());
            long rowId = rowOf(transaction, id);
            if (rowId < 0) {
                continue;
            }
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (transaction.delete(TABLET, rowId) == LockOutcome.DONE) {
                        expected.remove(id);
                    }
                }
                case 1 -> {
                    long fresh = 1_000_000 + random.nextLong(1L << 40);
                    transaction.insert(TABLET, new Object[] {fresh, -fresh, "new"});
                    expected.put(fresh, List.of(-fresh, "new"));
                }
                default -> {
                    long number = random.nextLong(1000);
                    var name = "x".repeat(random.nextInt(60));
                    var outcome =
                            transaction.update(
                                    TABLET, rowId, new int[] {2, 3}, new Object[] {number, name});
                    if (outcome == LockOutcome.DONE) {
                        expected.put(id, List.of(number, name));
                    }
                }
            }
            if (random.nextInt(50) == 0) {
                transaction.nextCommand();
            }
        }
        transaction.nextCommand();
    }

    static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted((one, other) -> other.compareTo(one))
                    .forEach(path -> {
                        try {
                            Files.delete(path);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }

    @Test
    void aTransactionLargerThanTheHeapCommitsAndIsRecovered(@TempDir Path directory)
            throws Exception {
        for (var step : List.of("load", "update", "judge updated", "delete", "judge empty")) {
            var child =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-ea",
                                    "-Xmx" + Child.HEAP_MEBIBYTES + "m",
                                    "-XX:+UseSerialGC",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Child.class.getName(),
                                    directory.toString(),
                                    step)
                            .inheritIO()
                            .start();
            assertThat(child.waitFor()).as(step).isZero();
        }
    }

    /** A process with little memory. It ends without closing, so that the next one recovers. */
    static final class Child {
        static final int HEAP_MEBIBYTES = 64;
        private static final int ROWS = 400_000;

        private Child() {}

        public static void main(String[] arguments) {
            var options =
                    StorageOptions.in(Path.of(arguments[0]))
                            .withFsync(false)
                            .withCacheBytes(32 << 20)
                            .withHistoryBytes(2 << 20)
                            .withWriteSetBytes(4 << 20)
                            .withCheckpointLogBytes(16 << 20);
            if (arguments[1].equals("load")) {
                load(options, ROWS).close();
                return;
            }
            var storage = Storage.open(options);
            var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
            transaction.beginStatement();
            switch (arguments[1]) {
                case "update" ->
                        forEach(
                                transaction,
                                (rowId, id) ->
                                        transaction.update(
                                                TABLET,
                                                rowId,
                                                new int[] {2, 3},
                                                new Object[] {-id, "a longer name than before"}));
                case "delete" ->
                        forEach(transaction, (rowId, _) -> transaction.delete(TABLET, rowId));
                default -> {
                    int[] count = new int[1];
                    forEach(
                            transaction,
                            (_, id) -> {
                                count[0]++;
                                return LockOutcome.DONE;
                            });
                    int expected = arguments[1].equals("judge empty") ? 0 : ROWS;
                    if (count[0] != expected || countByNumber(transaction) != expected) {
                        System.exit(3);
                    }
                }
            }
            transaction.commit();
            Runtime.getRuntime().halt(0);
        }

        private interface Change {
            LockOutcome apply(long rowId, long id);
        }

        private static void forEach(Transaction transaction, Change change) {
            try (var scan = transaction.scan(TABLET, new int[] {1})) {
                for (var batch = scan.next(); batch != null; batch = scan.next()) {
                    for (int i = 0; i < batch.size(); i++) {
                        long id = (Long) Objects.requireNonNull(batch.get(i, 0));
                        if (change.apply(scan.rowIds()[i], id) != LockOutcome.DONE) {
                            throw new IllegalStateException("row " + id + " was not written");
                        }
                    }
                }
            }
        }
    }
}
