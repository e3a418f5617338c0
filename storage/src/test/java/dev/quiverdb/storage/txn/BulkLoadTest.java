package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.UniqueViolation;
import dev.quiverdb.storage.WaitPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bulk loads: hidden until the commit, gone after an abort, and in everybody's way meanwhile. */
final class BulkLoadTest {
    private static final int TABLET = 1;
    private static final int PRIMARY = 1;
    private static final int BY_TEXT = 2;

    private SimulatedDisk disk = new SimulatedDisk();
    private Engine storage = open();

    private Engine open() {
        return (Engine)
                Storage.open(
                        StorageOptions.in(disk, Clock.system(), Chance.seeded(7))
                                .withRowsBeforeBulk(0));
    }

    @AfterEach
    void close() {
        storage.close();
    }

    private static TabletSpec spec(int tabletId) {
        return TabletSpec.of(
                tabletId,
                List.of(
                        ColumnSpec.of(1, "id", Types.INT8),
                        ColumnSpec.of(2, "text", Types.TEXT),
                        ColumnSpec.of(3, "vector", Types.VECTOR, 4)),
                List.of(IndexSpec.btree(PRIMARY, true, 1), IndexSpec.btree(BY_TEXT, false, 2)));
    }

    private Transaction begin(IsolationLevel level) {
        var transaction = storage.begin(level);
        transaction.beginStatement();
        return transaction;
    }

    private Transaction begin() {
        return begin(IsolationLevel.READ_COMMITTED);
    }

    private void create() {
        var transaction = begin();
        transaction.createTablet(spec(TABLET));
        transaction.commit();
    }

    private static @Nullable Object[] row(long id) {
        return new @Nullable Object[] {
            id,
            id % 7 == 0 ? null : "text" + id % 100,
            id % 5 == 0 ? null : Vector.of(id, id + 1, id + 2, id + 3)
        };
    }

    private static void load(Transaction transaction, int tabletId, long from, long to) {
        load(transaction, tabletId, from, to, BulkLoadTest::row);
    }

    private static void load(
            Transaction transaction,
            int tabletId,
            long from,
            long to,
            LongFunction<@Nullable Object[]> rows) {
        for (long first = from; first < to; first += 500) {
            var columns =
                    transaction.tablet(tabletId).columns().stream()
                            .map(column -> Column.of(column.type()))
                            .toArray(Column[]::new);
            int count = (int) Math.min(500, to - first);
            for (int i = 0; i < count; i++) {
                var row = rows.apply(first + i);
                for (int c = 0; c < columns.length; c++) {
                    columns[c].appendObject(row[c]);
                }
            }
            transaction.insertBatch(tabletId, new Batch(count, columns));
        }
    }

    private static List<Long> ids(Transaction transaction, int tabletId) {
        var ids = new ArrayList<Long>();
        try (var scan = transaction.scan(tabletId, new int[] {1, 2, 3})) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    long id = (Long) Objects.requireNonNull(batch.get(i, 0));
                    ids.add(id);
                    assertThat(batch.get(i, 1)).isEqualTo(row(id)[1]);
                    assertThat(batch.get(i, 2)).isEqualTo(row(id)[2]);
                }
            }
        }
        ids.sort(null);
        return ids;
    }

    private static List<Long> range(long from, long to) {
        return java.util.stream.LongStream.range(from, to).boxed().toList();
    }

    private static long rowId(Transaction transaction, long id) {
        long[] found = new long[2];
        try (var cursor = transaction.indexScan(TABLET, PRIMARY, KeyRange.equalTo(id), false)) {
            int count = cursor.next(found);
            assertThat(count).isLessThan(2);
            return count == 0 ? -1 : found[0];
        }
    }

    private static int entries(Transaction transaction, int indexId) {
        int count = 0;
        long[] found = new long[100];
        try (var cursor = transaction.indexScan(TABLET, indexId, KeyRange.ALL, false)) {
            for (int n = cursor.next(found); n > 0; n = cursor.next(found)) {
                count += n;
            }
        }
        return count;
    }

    private List<Long> committed() {
        var transaction = begin();
        try {
            return ids(transaction, TABLET);
        } finally {
            transaction.rollback();
        }
    }

    private void crash() {
        storage.crash();
        disk = disk.crash(new SplittableRandom(3));
        storage = open();
    }

    private void check() {
        for (var tablet : storage.allTablets()) {
            for (var index : tablet.indexes()) {
                assertThat(index.index().check()).isEmpty();
            }
        }
    }

    private long entriesInIndex() {
        var tablet = Objects.requireNonNull(storage.tabletOrNull(TABLET));
        var index = Objects.requireNonNull(tablet.index(PRIMARY));
        long count = 0;
        var bounds = new dev.quiverdb.storage.access.IndexKeys.Bounds(null, null);
        try (var cursor =
                ((dev.quiverdb.storage.access.OrderedIndex) index.index())
                        .entries(bounds, false, Long.MAX_VALUE)) {
            while (cursor.next()) {
                count++;
            }
        }
        return count;
    }

    @Test
    void rowsAreHiddenUntilTheCommitAndSeenByNewSnapshotsAfterIt() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 3000);

        var reader = begin(IsolationLevel.REPEATABLE_READ);
        assertThat(ids(reader, TABLET)).isEmpty();
        assertThat(rowId(reader, 17)).isEqualTo(-1);
        assertThat(entriesInIndex()).isEqualTo(3000);
        assertThat(storage.statistics(TABLET).liveRows()).isZero();

        loader.commit();
        assertThat(ids(reader, TABLET)).isEmpty();
        assertThat(entries(reader, BY_TEXT)).isZero();
        reader.rollback();
        assertThat(committed()).isEqualTo(range(0, 3000));
        assertThat(storage.statistics(TABLET).liveRows()).isEqualTo(3000);
        var later = begin();
        assertThat(entries(later, BY_TEXT)).isEqualTo(3000);
        later.rollback();
        check();
    }

    @Test
    void theLoaderSeesWhatItsEarlierCommandsLoaded() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 2000);
        assertThat(ids(loader, TABLET)).isEmpty();
        assertThat(rowId(loader, 5)).isEqualTo(-1);

        loader.beginStatement();
        assertThat(ids(loader, TABLET)).isEqualTo(range(0, 2000));
        assertThat(rowId(loader, 5)).isNotNegative();
        assertThat(loader.stamp(TABLET, rowId(loader, 5))).isEqualTo(-loader.id());
        try (var before = loader.scan(TABLET, new int[] {1})) {
            load(loader, TABLET, 2000, 4000);
            int seen = 0;
            for (var batch = before.next(); batch != null; batch = before.next()) {
                seen += batch.size();
            }
            assertThat(seen).isEqualTo(2000);
        }
        loader.commit();
        assertThat(committed()).isEqualTo(range(0, 4000));
    }

    @Test
    void theLoaderChangesAndDeletesItsRows() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 2000);
        long fresh = storage.allTablets().iterator().next().stripeCount();
        assertThat(fresh).isPositive();
        loader.beginStatement();
        long row = rowId(loader, 10);
        assertThat(loader.update(TABLET, row, new int[] {1}, new Object[] {5000L}))
                .isEqualTo(LockOutcome.DONE);
        assertThat(loader.update(TABLET, row, new int[] {1}, new Object[] {5001L}))
                .isEqualTo(LockOutcome.SELF_MODIFIED);
        assertThat(loader.delete(TABLET, rowId(loader, 11))).isEqualTo(LockOutcome.DONE);
        load(loader, TABLET, 2000, 2500);
        loader.beginStatement();
        assertThat(rowId(loader, 10)).isEqualTo(-1);
        assertThat(rowId(loader, 5000)).isEqualTo(row);
        // The keys are free again.
        loader.insert(TABLET, row(11));
        loader.commit();
        var reader = begin();
        assertThat(rowId(reader, 5000)).isEqualTo(row);
        assertThat(rowId(reader, 10)).isEqualTo(-1);
        assertThat(rowId(reader, 11)).isNotNegative();
        assertThat(entries(reader, PRIMARY)).isEqualTo(2500);
        reader.rollback();
        check();
        crash();
        reader = begin();
        assertThat(entries(reader, PRIMARY)).isEqualTo(2500);
        assertThat(rowId(reader, 5000)).isEqualTo(row);
        reader.rollback();
    }

    @Test
    void rowsLoadedByTheCurrentCommandCannotBeChangedByIt() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 500);
        long rowId = 0;
        assertThat(loader.update(TABLET, rowId, new int[] {2}, new Object[] {"new"}))
                .isEqualTo(LockOutcome.SELF_MODIFIED);
        assertThat(loader.delete(TABLET, rowId)).isEqualTo(LockOutcome.SELF_MODIFIED);
        assertThat(loader.lockRow(TABLET, rowId, LockStrength.UPDATE, WaitPolicy.NOWAIT))
                .isEqualTo(LockOutcome.SELF_MODIFIED);
        loader.rollback();
    }

    @Test
    void anAbortTakesRowsAndEntriesAway() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 5000);
        loader.rollback();
        assertThat(committed()).isEmpty();
        assertThat(entriesInIndex()).isZero();
        int stripes = storage.statistics(TABLET).stripes();

        // Its slots are used again, and recovery does the same in the same order.
        loader = begin();
        load(loader, TABLET, 100, 5100);
        loader.commit();
        assertThat(storage.statistics(TABLET).stripes()).isEqualTo(stripes);
        assertThat(committed()).isEqualTo(range(100, 5100));
        crash();
        assertThat(committed()).isEqualTo(range(100, 5100));
        check();
    }

    @Test
    void aSavepointTakesBackWhatWasLoadedSince() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 1500);
        var savepoint = loader.savepoint();
        loader.beginStatement();
        load(loader, TABLET, 1500, 4000);
        loader.rollbackTo(savepoint);
        loader.beginStatement();
        assertThat(ids(loader, TABLET)).isEqualTo(range(0, 1500));
        // The keys are free, also for those who load them.
        load(loader, TABLET, 1500, 2500);
        loader.commit();
        assertThat(committed()).isEqualTo(range(0, 2500));
        crash();
        assertThat(committed()).isEqualTo(range(0, 2500));
        check();
    }

    @Test
    void aCrashWithoutACommitTakesThemAwayWithOrWithoutACheckpoint() {
        create();
        for (boolean checkpoint : new boolean[] {false, true}) {
            var loader = begin();
            load(loader, TABLET, 0, 3000);
            // Makes the load durable.
            var other = begin();
            other.insert(TABLET, row(checkpoint ? 10_001 : 10_000));
            other.commit();
            if (checkpoint) {
                storage.checkpoint();
                load(loader, TABLET, 3000, 4000);
                other = begin();
                other.insert(TABLET, row(10_002));
                other.commit();
            }
            crash();
            assertThat(committed()).isEqualTo(range(10_000, checkpoint ? 10_003 : 10_001));
            assertThat(entriesInIndex()).isEqualTo(checkpoint ? 3 : 1);
        }
        // What recovery gave free is used, and a second recovery agrees.
        var loader = begin();
        load(loader, TABLET, 0, 2000);
        loader.commit();
        crash();
        var expected = new ArrayList<>(range(0, 2000));
        expected.addAll(range(10_000, 10_003));
        assertThat(committed()).isEqualTo(expected);
        check();
    }

    @Test
    void aCommitAfterACheckpointShowsWhatTheCheckpointHolds() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 3000);
        storage.checkpoint();
        load(loader, TABLET, 3000, 4000);
        loader.commit();
        crash();
        assertThat(committed()).isEqualTo(range(0, 4000));
        assertThat(storage.statistics(TABLET).liveRows()).isEqualTo(4000);
        check();
    }

    @Test
    void aPreparedLoadSurvivesARestartAndEndsEitherWay() {
        create();
        for (boolean commit : new boolean[] {false, true}) {
            var loader = begin();
            load(loader, TABLET, 0, 3000);
            loader.prepare("gid", "somebody");
            if (commit) {
                storage.checkpoint();
            }
            crash();
            assertThat(committed()).isEmpty();
            var other = begin();
            other.setLockTimeout(10);
            assertThatThrownBy(() -> other.insert(TABLET, row(5)))
                    .isInstanceOfSatisfying(
                            SqlException.class,
                            e -> assertThat(e.state()).isEqualTo(SqlState.LOCK_NOT_AVAILABLE));
            other.rollback();
            if (commit) {
                storage.commitPrepared("gid");
            } else {
                storage.rollbackPrepared("gid");
            }
            var expected = commit ? range(0, 3000) : List.<Long>of();
            assertThat(committed()).isEqualTo(expected);
            crash();
            assertThat(committed()).isEqualTo(expected);
            check();
        }
    }

    @Test
    void duplicatesWithinABatchAcrossBatchesAndWithCommittedRowsAreFound() {
        create();
        var first = begin();
        first.insert(TABLET, row(77));
        first.commit();
        LongFunction<@Nullable Object[]> twice = i -> row(i / 2);
        for (LongFunction<@Nullable Object[]> rows :
                List.<LongFunction<@Nullable Object[]>>of(
                        twice, i -> row(i % 600 + 1000), BulkLoadTest::row)) {
            var loader = begin();
            assertThatThrownBy(() -> load(loader, TABLET, 0, 1000, rows))
                    .isInstanceOf(UniqueViolation.class);
            loader.rollback();
            assertThat(committed()).containsExactly(77L);
        }
        assertThat(entriesInIndex()).isEqualTo(1);
    }

    @Test
    void duplicatesOfOwnRowsThatCameOneByOneAreFound() {
        create();
        var loader = begin();
        loader.insert(TABLET, row(77));
        assertThatThrownBy(() -> load(loader, TABLET, 0, 500)).isInstanceOf(UniqueViolation.class);
        loader.rollback();
        assertThat(entriesInIndex()).isZero();
    }

    /** What another thread does, and whether it is done. */
    private static CompletableFuture<@Nullable Void> start(Runnable what) {
        return CompletableFuture.runAsync(what, Thread.ofPlatform()::start).thenApply(_ -> null);
    }

    private static void assertWaits(CompletableFuture<@Nullable Void> other) {
        assertThatThrownBy(() -> other.get(100, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void whoInsertsALoadedKeyWaitsForTheEndOfTheLoad() throws Exception {
        create();
        for (boolean commit : new boolean[] {true, false}) {
            var loader = begin();
            load(loader, TABLET, commit ? 0 : 2000, commit ? 1000 : 3000);
            var inserter = begin();
            var waits = start(() -> inserter.insert(TABLET, row(commit ? 500 : 2500)));
            assertWaits(waits);
            if (commit) {
                loader.commit();
                assertThatThrownBy(() -> waits.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(UniqueViolation.class);
                inserter.rollback();
            } else {
                loader.rollback();
                waits.get(10, TimeUnit.SECONDS);
                inserter.commit();
            }
        }
        var expected = new ArrayList<>(range(0, 1000));
        expected.add(2500L);
        assertThat(committed()).isEqualTo(expected);
    }

    @Test
    void aLoadWaitsForWhoInsertsOneOfItsKeys() throws Exception {
        create();
        var inserter = begin();
        inserter.insert(TABLET, row(500));
        var loader = begin();
        var waits = start(() -> load(loader, TABLET, 0, 1000));
        assertWaits(waits);
        inserter.rollback();
        waits.get(10, TimeUnit.SECONDS);
        loader.commit();
        assertThat(committed()).isEqualTo(range(0, 1000));

        var second = begin();
        second.insert(TABLET, row(1500));
        var late = begin();
        var fails = start(() -> load(late, TABLET, 1000, 2000));
        assertWaits(fails);
        second.commit();
        assertThatThrownBy(() -> fails.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(UniqueViolation.class);
        late.rollback();
        var expected = new ArrayList<>(range(0, 1000));
        expected.add(1500L);
        assertThat(committed()).isEqualTo(expected);
    }

    @Test
    void oneOfTwoLoadsOfAKeyWaitsForTheOther() throws Exception {
        create();
        var one = begin();
        load(one, TABLET, 0, 1000);
        var two = begin();
        var waits = start(() -> load(two, TABLET, 900, 1900));
        assertWaits(waits);
        one.rollback();
        waits.get(10, TimeUnit.SECONDS);
        two.commit();
        assertThat(committed()).isEqualTo(range(900, 1900));
    }

    @Test
    void twoLoadsThatWantEachOthersKeysAreADeadlock() throws Exception {
        create();
        var one = begin();
        load(one, TABLET, 0, 1000);
        var two = begin();
        load(two, TABLET, 2000, 3000);
        var waits = start(() -> load(two, TABLET, 500, 600));
        assertWaits(waits);
        assertThatThrownBy(() -> load(one, TABLET, 2500, 2600))
                .isInstanceOfSatisfying(
                        SqlException.class,
                        e -> assertThat(e.state()).isEqualTo(SqlState.T_R_DEADLOCK_DETECTED));
        one.rollback();
        waits.get(10, TimeUnit.SECONDS);
        two.commit();
        var expected = new ArrayList<>(range(500, 600));
        expected.addAll(range(2000, 3000));
        assertThat(committed()).isEqualTo(expected);
    }

    @Test
    void referencesDoNotFindOthersHiddenRows() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 1000);
        var other = begin();
        assertThat(
                        other.findByKeyLatest(
                                TABLET, PRIMARY, new Object[] {5L}, LockStrength.KEY_SHARE))
                .isEqualTo(-1);
        assertThat(
                        loader.findByKeyLatest(
                                TABLET, PRIMARY, new Object[] {5L}, LockStrength.KEY_SHARE))
                .isNotNegative();
        other.rollback();
        loader.commit();
    }

    @Test
    void aTableMadeAndLoadedInOneTransactionComesAndGoesWithIt() {
        for (boolean commit : new boolean[] {false, true}) {
            var loader = begin();
            loader.createTablet(spec(TABLET));
            loader.nextCommand();
            load(loader, TABLET, 0, 3000);
            loader.nextCommand();
            assertThat(ids(loader, TABLET)).isEqualTo(range(0, 3000));
            assertThat(rowId(loader, 5)).isNotNegative();
            loader.createIndex(TABLET, IndexSpec.btree(9, true, 1), BuildProgress.SILENT);
            loader.nextCommand();
            loader.insert(TABLET, row(3000));
            assertThat(storage.tablet(TABLET)).isNull();
            storage.checkpoint();
            if (commit) {
                loader.commit();
                assertThat(committed()).isEqualTo(range(0, 3001));
            } else {
                loader.rollback();
            }
            crash();
            if (!commit) {
                assertThat(storage.tablet(TABLET)).isNull();
            }
        }
        assertThat(committed()).isEqualTo(range(0, 3001));
        assertThat(Objects.requireNonNull(storage.tablet(TABLET)).indexes()).hasSize(3);
        var writer = begin();
        writer.insert(TABLET, row(3001));
        load(writer, TABLET, 3002, 5000);
        writer.commit();
        assertThat(committed()).isEqualTo(range(0, 5000));
        check();
    }

    @Test
    void aTableMadeAfterASavepointIsGoneWithItsRows() {
        var loader = begin();
        var savepoint = loader.savepoint();
        loader.createTablet(spec(TABLET));
        var inner = loader.savepoint();
        load(loader, TABLET, 0, 2000);
        loader.rollbackTo(inner);
        load(loader, TABLET, 0, 1000);
        loader.nextCommand();
        assertThat(ids(loader, TABLET)).isEqualTo(range(0, 1000));
        loader.rollbackTo(savepoint);
        loader.createTablet(spec(TABLET));
        load(loader, TABLET, 0, 700);
        loader.commit();
        assertThat(committed()).isEqualTo(range(0, 700));
        crash();
        assertThat(committed()).isEqualTo(range(0, 700));
    }

    @Test
    void aLargeTableMadeRowByRowKeepsItsSlotsApartFromLaterOnes() {
        var loader = begin();
        loader.createTablet(spec(TABLET));
        for (long id = 0; id < 20_000; id++) {
            loader.insert(
                    TABLET, new @Nullable Object[] {id, "x".repeat(100), Vector.of(1, 2, 3, 4)});
        }
        loader.commit();
        var writer = begin();
        for (long id = 20_000; id < 20_100; id++) {
            writer.insert(TABLET, row(id));
        }
        writer.commit();
        var reader = begin();
        assertThat(entries(reader, PRIMARY)).isEqualTo(20_100);
        reader.rollback();
    }

    @Test
    void valuesTooLargeForAPartGoOneByOne() {
        create();
        var loader = begin();
        LongFunction<@Nullable Object[]> rows =
                i -> new @Nullable Object[] {i, i == 100 ? null : "z".repeat(30_000), null};
        var dropping = storage.begin(IsolationLevel.READ_COMMITTED);
        dropping.beginStatement();
        dropping.dropIndex(TABLET, BY_TEXT);
        dropping.commit();
        loader.beginStatement();
        load(loader, TABLET, 0, 300, rows);
        load(
                loader,
                TABLET,
                300,
                400,
                i -> new @Nullable Object[] {i, i == 350 ? "y".repeat(5 << 20) : "s", null});
        loader.commit();
        crash();
        var reader = begin();
        assertThat(entries(reader, PRIMARY)).isEqualTo(400);
        @Nullable Object[] out = new Object[1];
        assertThat(reader.fetch(TABLET, rowId(reader, 350), new int[] {2}, out)).isTrue();
        assertThat((String) Objects.requireNonNull(out[0])).hasSize(5 << 20);
        reader.rollback();
    }

    @Test
    void anIndexMadeAfterALoadInTheSameTransactionHasItsRows() {
        create();
        var first = begin();
        first.insert(TABLET, row(9_000));
        first.commit();
        var loader = begin();
        load(loader, TABLET, 0, 2000);
        loader.nextCommand();
        loader.createIndex(TABLET, IndexSpec.btree(9, false, 2, 1), BuildProgress.SILENT);
        loader.nextCommand();
        assertThat(entries(loader, 9)).isEqualTo(2001);
        load(loader, TABLET, 2000, 2500);
        loader.nextCommand();
        assertThat(entries(loader, 9)).isEqualTo(2501);
        loader.commit();
        var reader = begin();
        assertThat(entries(reader, 9)).isEqualTo(2501);
        reader.rollback();
        crash();
        reader = begin();
        assertThat(entries(reader, 9)).isEqualTo(2501);
        reader.rollback();
        check();
    }

    @Test
    void aLoadIsRolledBackWhereTheLogFailsMeanwhile() {
        create();
        var loader = begin();
        load(loader, TABLET, 0, 20_000);
        disk.failForceAt(disk.forces() + 1, 3);
        loader.rollback();
        assertThat(disk.forceHasFailed()).isTrue();
        assertThat(loader.isOpen()).isFalse();
        assertThatThrownBy(
                        () -> {
                            var next = begin();
                            next.insert(TABLET, row(1));
                            next.commit();
                        })
                .isInstanceOf(RuntimeException.class);
        disk = disk.crash(new SplittableRandom(3));
        storage = open();
        var reader = begin();
        assertThat(ids(reader, TABLET)).isEmpty();
        reader.rollback();
        check();
    }
}
