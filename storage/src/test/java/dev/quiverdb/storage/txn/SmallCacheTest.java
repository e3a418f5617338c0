package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database of several times the cache it is given: everything works, and the bound holds. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class SmallCacheTest {
    private static final int TABLET = 1;
    private static final int CACHE_BYTES = 8 << 20;

    /**
     * What the visits open at once may hold beyond the cache: of each thread a stripe of some 700
     * KiB, or all the blocks that a commit of four rows changes.
     */
    private static final int VISITS_BYTES = 6 << 20;

    private static final int ROWS = 60_000;
    private static final int WRITERS = 3;
    private static final int[] ALL = {1, 2, 3, 4};

    /** The version of each row; -1 for one that is deleted. */
    private final int[] versions = new int[ROWS];

    private static Object[] row(long id, int version) {
        var text = ("row " + id + " version " + version + " ").repeat(30);
        return new Object[] {
            id, (long) version, id % 500 == 0 ? text.repeat(5) : text, Vector.of(id, version, 3, 4)
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDatabaseFourTimesItsCacheWorksAndRecovers(boolean encrypted, @TempDir Path directory)
            throws Exception {
        var options =
                Unforced.in(directory, encrypted)
                        .withCacheBytes(CACHE_BYTES)
                        .withCheckpointLogBytes(8 << 20);
        try (var storage = (Engine) Storage.open(options)) {
            load(storage);
            assertThat(storage.blockStatistics().usedBytes())
                    .as("bytes of the database")
                    .isGreaterThan(4 * CACHE_BYTES);
            judge(storage);
            changeWhileOthersScan(storage);
            judge(storage);
            boundHolds(storage);
            storage.crash();
        }
        try (var storage = (Engine) Storage.open(options)) {
            boundHolds(storage);
            judge(storage);
            changeWhileOthersScan(storage);
            judge(storage);
            boundHolds(storage);
        }
        try (var storage = (Engine) Storage.open(options)) {
            judge(storage);
            boundHolds(storage);
        }
    }

    private static void boundHolds(Engine storage) {
        var blocks = storage.blockStatistics();
        assertThat(blocks.cachePeakBytes())
                .as("the most memory that frames ever took")
                .isLessThanOrEqualTo(CACHE_BYTES + VISITS_BYTES);

        assertThat(blocks.cacheBytes()).isLessThanOrEqualTo(blocks.cachePeakBytes());
        assertThat(blocks.evictions()).isPositive();
    }

    private static Transaction begin(Storage storage, IsolationLevel level) {
        var transaction = storage.begin(level);
        transaction.beginStatement();
        return transaction;
    }

    private static void load(Storage storage) {
        var transaction = begin(storage, IsolationLevel.READ_COMMITTED);
        transaction.createTablet(
                TabletSpec.of(
                        TABLET,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "version", Types.INT8),
                                ColumnSpec.of(3, "text", Types.TEXT),
                                ColumnSpec.of(4, "vector", Types.VECTOR, 4)),
                        List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2, 1))));
        transaction.commit();
        transaction = begin(storage, IsolationLevel.READ_COMMITTED);
        for (int from = 0; from < ROWS; from += 250) {
            var columns =
                    transaction.tablet(TABLET).columns().stream()
                            .map(column -> Column.of(column.type()))
                            .toArray(Column[]::new);
            for (int id = from; id < from + 250; id++) {
                var row = row(id, 0);
                for (int c = 0; c < columns.length; c++) {
                    columns[c].appendObject(row[c]);
                }
            }
            transaction.insertBatch(TABLET, new Batch(250, columns));
        }
        transaction.commit();
    }

    /** Each writer has rows of its own; readers meanwhile see whole rows, and each once. */
    private void changeWhileOthersScan(Storage storage)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            var running = new ArrayList<Future<?>>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                running.add(threads.submit(() -> change(storage, number)));
            }
            for (int reader = 0; reader < 2; reader++) {
                running.add(
                        threads.submit(() -> {
                            for (int i = 0; i < 3; i++) {
                                scanWhole(storage);
                            }
                        }));
            }
            running.add(threads.submit(storage::checkpoint));
            for (var one : running) {
                one.get();
            }
        }
    }

    private void change(Storage storage, int writer) {
        var random = new SplittableRandom(writer);
        for (int commit = 0; commit < 300; commit++) {
            var transaction = begin(storage, IsolationLevel.READ_COMMITTED);
            for (int i = 0; i < 4; i++) {
                int id = random.nextInt(ROWS / WRITERS) * WRITERS + writer;
                if (versions[id] < 0) {
                    continue;
                }
                long rowId = rowOf(transaction, id);
                LockOutcome outcome;
                if (random.nextInt(10) == 0) {
                    versions[id] = -1;
                    outcome = transaction.delete(TABLET, rowId);
                } else {
                    versions[id]++;
                    var row = row(id, versions[id]);
                    outcome =
                            transaction.update(
                                    TABLET,
                                    rowId,
                                    new int[] {2, 3, 4},
                                    Arrays.copyOfRange(row, 1, 4));
                }
                assertThat(outcome).isEqualTo(LockOutcome.DONE);
                transaction.nextCommand();
            }
            transaction.commit();
        }
    }

    private static long rowOf(Transaction transaction, long id) {
        long[] found = new long[1];
        try (var scan = transaction.indexScan(TABLET, 1, KeyRange.equalTo(id), false)) {
            return scan.next(found) == 0 ? -1 : found[0];
        }
    }

    private static void scanWhole(Storage storage) {
        var transaction = begin(storage, IsolationLevel.REPEATABLE_READ);
        var seen = new boolean[ROWS];
        try (var scan = transaction.scan(TABLET, ALL)) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    int id = ((Long) Objects.requireNonNull(rows.get(i, 0))).intValue();
                    int version = ((Long) Objects.requireNonNull(rows.get(i, 1))).intValue();
                    var expected = row(id, version);
                    for (int c = 0; c < expected.length; c++) {
                        assertThat(rows.get(i, c)).isEqualTo(expected[c]);
                    }
                    assertThat(seen[id]).isFalse();
                    seen[id] = true;
                }
            }
        }
        transaction.commit();
    }

    private void judge(Storage storage) {
        scanWhole(storage);
        var transaction = begin(storage, IsolationLevel.REPEATABLE_READ);
        int alive = 0;
        @Nullable Object[] out = new Object[4];
        for (int id = 0; id < ROWS; id++) {
            alive += versions[id] < 0 ? 0 : 1;
            if (id % 7 == 0) {
                long rowId = rowOf(transaction, id);
                assertThat(rowId >= 0).isEqualTo(versions[id] >= 0);
                if (rowId >= 0) {
                    assertThat(transaction.fetch(TABLET, rowId, ALL, out)).isTrue();
                    assertThat(out).isEqualTo(row(id, versions[id]));
                }
            }
        }
        int byIndex = 0;
        long[] found = new long[512];
        try (var scan = transaction.indexScan(TABLET, 2, KeyRange.ALL, true)) {
            for (int n = scan.next(found); n > 0; n = scan.next(found)) {
                byIndex += n;
            }
        }
        assertThat(byIndex).isEqualTo(alive);
        for (int index = 1; index <= 2; index++) {
            assertThat(transaction.accessCheck(TABLET, index)).isEmpty();
        }
        transaction.commit();
    }
}
