package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Slots of deleted rows are used again, and cost little memory until then. */
final class FreeSlotsTest {
    private static final int TABLET = 1;

    private static Engine open() {
        var storage =
                (Engine)
                        Storage.open(
                                StorageOptions.in(
                                        new SimulatedDisk(), Clock.system(), Chance.seeded(7)));
        var transaction = begin(storage);
        transaction.createTablet(
                TabletSpec.of(TABLET, List.of(ColumnSpec.of(1, "id", Types.INT8)), List.of()));
        transaction.commit();
        return storage;
    }

    private static Transaction begin(Storage storage) {
        var transaction = storage.begin(IsolationLevel.REPEATABLE_READ);
        transaction.beginStatement();
        return transaction;
    }

    private static void load(Storage storage, int rows) {
        var transaction = begin(storage);
        for (int from = 0; from < rows; from += 1000) {
            var ids = Column.of(Types.INT8);
            for (long id = from; id < from + 1000; id++) {
                ids.appendObject(id);
            }
            transaction.insertBatch(TABLET, new Batch(1000, new Column[] {ids}));
        }
        transaction.commit();
    }

    private static int deleteAll(Storage storage) {
        int count = 0;
        var transaction = begin(storage);
        try (var scan = transaction.scan(TABLET, new int[] {1})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    assertThat(transaction.delete(TABLET, scan.rowIds()[i]))
                            .isEqualTo(LockOutcome.DONE);
                    count++;
                }
            }
        }
        transaction.commit();
        return count;
    }

    @Test
    void aLargeDeleteKeepsLittleForEachStripeAndItsSlotsAreUsedAgain() {
        try (var storage = open()) {
            int rows = 100_000;
            load(storage, rows);
            var tablet = Objects.requireNonNull(storage.tabletOrNull(TABLET));
            int stripes = tablet.stripeCount();
            var reader = begin(storage);
            assertThat(deleteAll(storage)).isEqualTo(rows);
            // While somebody sees the rows, and then.
            assertThat(tablet.allocator().kept()).isLessThan(10L * stripes);
            reader.commit();
            storage.checkpoint();
            assertThat(tablet.allocator().kept()).isLessThan(10L * stripes);
            var transaction = begin(storage);
            for (long id = 0; id < rows; id++) {
                transaction.insert(TABLET, new Object[] {id});
            }
            transaction.commit();
            assertThat(tablet.stripeCount()).isLessThanOrEqualTo(stripes + 1);
            assertThat(deleteAll(storage)).isEqualTo(rows);
        }
    }

    @Randomised(runs = 30)
    void noSlotIsGivenToTwoRows(SplittableRandom random) {
        try (var storage = open()) {
            Map<Long, Long> alive = new HashMap<>();
            for (int round = 0; round < 30; round++) {
                var reader = begin(storage);
                var transaction = begin(storage);
                var before = new HashMap<>(alive);
                for (int i = random.nextInt(1500); i > 0; i--) {
                    long id = random.nextLong();
                    long rowId = transaction.insert(TABLET, new Object[] {id});
                    assertThat(alive.put(rowId, id)).as("row %d", rowId).isNull();
                }
                boolean run = random.nextBoolean();
                long from = random.nextLong(4000);
                for (long rowId : before.keySet()) {
                    if (run ? rowId >= from && rowId < from + 1000 : random.nextInt(5) == 0) {
                        transaction.delete(TABLET, rowId);
                        alive.remove(rowId);
                    }
                }
                if (random.nextInt(4) == 0) {
                    transaction.rollback();
                    alive = before;
                } else {
                    transaction.commit();
                }
                if (random.nextBoolean()) {
                    storage.checkpoint();
                }
                reader.commit();
                Map<Long, Long> found = new HashMap<>();
                var judge = begin(storage);
                try (var scan = judge.scan(TABLET, new int[] {1})) {
                    for (var rows = scan.next(); rows != null; rows = scan.next()) {
                        for (int i = 0; i < rows.size(); i++) {
                            found.put(
                                    scan.rowIds()[i],
                                    (Long) Objects.requireNonNull(rows.get(i, 0)));
                        }
                    }
                }
                judge.commit();
                assertThat(found).isEqualTo(alive);
            }
        }
    }
}
