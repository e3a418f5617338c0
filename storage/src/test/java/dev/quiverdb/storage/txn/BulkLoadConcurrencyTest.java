package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.UniqueViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Threads that load, insert, change their mind and take checkpoints over the same keys, beside
 * readers: a load is there whole or not at all, and no key twice.
 */
final class BulkLoadConcurrencyTest {
    private static final int TABLET = 1;
    private static final int ROUNDS = 25;
    private static final int KEYS = 4000;
    private static final int LOAD_ROWS = 200;

    @Test
    void aLoadIsSeenWholeOrNotAtAllAndNoKeyComesTwice() throws Exception {
        try (var storage =
                (Engine)
                        Storage.open(
                                StorageOptions.in(
                                                new SimulatedDisk(),
                                                Clock.system(),
                                                Chance.seeded(5))
                                        .withRowsBeforeBulk(0))) {
            var creation = storage.begin(IsolationLevel.READ_COMMITTED);
            creation.beginStatement();
            creation.createTablet(
                    TabletSpec.of(
                            TABLET,
                            List.of(
                                    ColumnSpec.of(1, "id", Types.INT8),
                                    ColumnSpec.of(2, "load", Types.INT8)),
                            List.of(IndexSpec.btree(1, true, 1))));
            creation.commit();
            var writersLeft = new CountDownLatch(3);
            try (var threads = Executors.newCachedThreadPool()) {
                var all = new ArrayList<Future<?>>();
                for (int seed = 0; seed < 3; seed++) {
                    var random = new SplittableRandom(seed);
                    all.add(
                            threads.submit(() -> {
                                try {
                                    for (int round = 0; round < ROUNDS; round++) {
                                        write(storage, random);
                                    }
                                } finally {
                                    writersLeft.countDown();
                                }
                            }));
                }
                all.add(
                        threads.submit(() -> {
                            while (!writersLeft.await(1, TimeUnit.MILLISECONDS)) {
                                look(storage);
                            }
                            return null;
                        }));
                all.add(
                        threads.submit(() -> {
                            while (!writersLeft.await(20, TimeUnit.MILLISECONDS)) {
                                storage.checkpoint();
                            }
                            return null;
                        }));
                for (var one : all) {
                    one.get(60, TimeUnit.SECONDS);
                }
            }
            look(storage);
        }
    }

    private static void write(Storage storage, SplittableRandom random) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        try {
            transaction.beginStatement();
            long load = transaction.id();
            if (random.nextInt(4) == 0) {
                transaction.insert(TABLET, new Object[] {random.nextLong(KEYS), -1L});
            } else {
                // Keys of several loads meet.
                long first = random.nextLong(KEYS / LOAD_ROWS) * LOAD_ROWS / 2;
                var ids = new LongColumn(Types.INT8, LOAD_ROWS);
                var loads = new LongColumn(Types.INT8, LOAD_ROWS);
                for (int i = 0; i < LOAD_ROWS; i++) {
                    ids.append(first + (i * 77L) % LOAD_ROWS);
                    loads.append(load);
                }
                transaction.insertBatch(TABLET, new Batch(LOAD_ROWS, ids, loads));
            }
            if (random.nextInt(3) == 0) {
                transaction.rollback();
            } else {
                transaction.commit();
            }
        } catch (UniqueViolation found) {
            deleteSome(storage, transaction, random);
        } catch (SqlException deadlock) {
            assertThat(deadlock.state()).isEqualTo(SqlState.T_R_DEADLOCK_DETECTED);
            transaction.rollback();
        }
    }

    /** Makes room again: everything of one load, in one transaction. */
    private static void deleteSome(Storage storage, Transaction failed, SplittableRandom random) {
        failed.rollback();
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        try {
            var byLoad = new HashMap<Long, List<Long>>();
            rows(transaction, byLoad);
            var loads = new ArrayList<>(byLoad.keySet());
            loads.sort(null);
            if (!loads.isEmpty()) {
                var load = loads.get(random.nextInt(loads.size()));
                for (long rowId : byLoad.getOrDefault(load, List.of())) {
                    transaction.delete(TABLET, rowId);
                }
            }
            transaction.commit();
        } catch (SqlException deadlock) {
            assertThat(deadlock.state()).isEqualTo(SqlState.T_R_DEADLOCK_DETECTED);
            transaction.rollback();
        }
    }

    private static Set<Long> rows(Transaction transaction, Map<Long, List<Long>> byLoad) {
        var ids = new HashSet<Long>();
        try (var scan = transaction.scan(TABLET, new int[] {1, 2})) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    long id = ((LongColumn) batch.column(0)).value(batch.row(i));
                    long load = ((LongColumn) batch.column(1)).value(batch.row(i));
                    assertThat(ids.add(id)).as("key %d once", id).isTrue();
                    byLoad.computeIfAbsent(load, _ -> new ArrayList<>()).add(scan.rowIds()[i]);
                }
            }
        }
        return ids;
    }

    private static void look(Storage storage) {
        var transaction = storage.begin(IsolationLevel.REPEATABLE_READ);
        transaction.beginStatement();
        try {
            var byLoad = new HashMap<Long, List<Long>>();
            var ids = rows(transaction, byLoad);
            byLoad.forEach((load, rows) -> {
                if (load >= 0) {
                    assertThat(rows).as("load %d", load).hasSize(LOAD_ROWS);
                }
            });
            int entries = 0;
            long[] found = new long[64];
            try (var cursor = transaction.indexScan(TABLET, 1, KeyRange.ALL, false)) {
                for (int n = cursor.next(found); n > 0; n = cursor.next(found)) {
                    entries += n;
                }
            }
            assertThat(entries).isEqualTo(ids.size());
        } finally {
            transaction.rollback();
        }
    }
}
