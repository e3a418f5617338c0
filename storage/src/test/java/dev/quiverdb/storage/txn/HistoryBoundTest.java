package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Before-images, and where they are kept, do not pile up under updates. */
final class HistoryBoundTest {
    private static final int TABLET = 1;
    private static final int ROWS = 3_000;
    private static final int HISTORY_BYTES = 512 << 10;
    private static final String TEXT = "some text ".repeat(20);

    private static StorageOptions options(Path directory) {
        return StorageOptions.in(directory).withFsync(false).withHistoryBytes(HISTORY_BYTES);
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
                                ColumnSpec.of(2, "number", Types.INT8),
                                ColumnSpec.of(3, "text", Types.TEXT)),
                        List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2))));
        for (long id = 0; id < ROWS; id++) {
            transaction.insert(TABLET, new Object[] {id, 0L, TEXT + 0});
        }
        transaction.commit();
    }

    /** Gives every row a number, some rows a transaction. */
    private static void update(Storage storage, long number) {
        for (long from = 0; from < ROWS; from += 100) {
            var transaction = begin(storage, IsolationLevel.READ_COMMITTED);
            // The first rows have the first row ids.
            for (long rowId = from; rowId < from + 100; rowId++) {
                assertThat(
                                transaction.update(
                                        TABLET,
                                        rowId,
                                        new int[] {2, 3},
                                        new Object[] {number, TEXT + number}))
                        .isEqualTo(LockOutcome.DONE);
            }
            transaction.commit();
        }
    }

    private static void seesOnly(Transaction transaction, long number) {
        int count = 0;
        try (var scan = transaction.scan(TABLET, new int[] {2, 3})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    assertThat(rows.get(i, 0)).isEqualTo(number);
                    assertThat(rows.get(i, 1)).isEqualTo(TEXT + number);
                    count++;
                }
            }
        }
        assertThat(count).isEqualTo(ROWS);
    }

    /** Commits that let the engine prune, in another table's stead. */
    private static void letPrune(Storage storage) {
        storage.checkpoint();
    }

    @Test
    void historyUnderUpdatesStaysWithinWhatAMovingSnapshotNeeds(@TempDir Path directory) {
        try (var storage = Storage.open(options(directory))) {
            load(storage);
            long greatest = 0;
            for (long round = 1; round <= 12; round++) {
                // An old snapshot is always open, but never the same for long.
                var reader = begin(storage, IsolationLevel.REPEATABLE_READ);
                seesOnly(reader, round - 1);
                update(storage, round);
                seesOnly(reader, round - 1);
                long bytes = storage.statistics().historyBytes();
                assertThat(bytes).as("before-images of a round").isPositive();
                // As much as one round leaves, and the file with what it is filled up to.
                if (round <= 2) {
                    greatest = Math.max(greatest, bytes);
                } else {
                    assertThat(bytes).isLessThanOrEqualTo(greatest + HISTORY_BYTES);
                }
                reader.commit();
                letPrune(storage);
            }
            assertThat(storage.statistics().historyBytes()).isLessThanOrEqualTo(HISTORY_BYTES);
        }
    }

    @Test
    void addressesOfBeforeImagesAreForgottenWhenNobodyNeedsThem(@TempDir Path directory) {
        try (var storage = (Engine) Storage.open(options(directory))) {
            load(storage);
            var tablet = Objects.requireNonNull(storage.tabletOrNull(TABLET));
            var reader = begin(storage, IsolationLevel.REPEATABLE_READ);
            seesOnly(reader, 0);
            update(storage, 1);
            letPrune(storage);
            assertThat(tablet.stripesWithHistory()).isEqualTo(tablet.stripeCount());
            seesOnly(reader, 0);
            reader.commit();
            letPrune(storage);
            assertThat(tablet.stripesWithHistory()).isZero();
            var other = begin(storage, IsolationLevel.REPEATABLE_READ);
            seesOnly(other, 1);
            other.commit();
        }
    }
}
