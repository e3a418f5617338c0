package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.UniqueViolation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commits that their thread does not wait for. */
@Timeout(120)
final class AsyncCommitTest {
    private static final int TABLET = 1;
    private static final int COUNT = 200;

    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

    private static Storage open(SimulatedDisk disk) {
        return Storage.open(
                StorageOptions.in(disk, Clock.system(), Chance.seeded(1)).withCacheBytes(4 << 20));
    }

    private static void createTable(Storage storage) {
        var transaction = begin(storage);
        transaction.createTablet(
                TabletSpec.of(
                        TABLET,
                        List.of(ColumnSpec.of(1, "id", Types.INT8)),
                        List.of(IndexSpec.btree(1, true, 1))));
        transaction.commit();
    }

    private static Transaction begin(Storage storage) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        return transaction;
    }

    private static HashSet<Long> ids(Storage storage) {
        var reader = begin(storage);
        var found = new HashSet<Long>();
        try (var scan = reader.scan(TABLET, new int[] {1})) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    found.add((Long) batch.get(i, 0));
                }
            }
        }
        reader.commit();
        return found;
    }

    @Test
    void whatHasEndedIsSeenAndSurvivesACrash() throws InterruptedException {
        var disk = new SimulatedDisk();
        var storage = open(disk);
        createTable(storage);
        var ended = new CountDownLatch(COUNT);
        for (long id = 0; id < COUNT; id++) {
            long own = id;
            var transaction = begin(storage);
            transaction.insert(TABLET, new Object[] {own});
            transaction.commitAsync(failure -> {
                if (failure != null) {
                    failures.add(failure);
                } else if (!ids(storage).contains(own)) {
                    failures.add(new AssertionError(own + " is not seen"));
                }
                ended.countDown();
            });
        }
        ended.await();
        assertThat(failures).isEmpty();
        ((Engine) storage).crash();
        try (var again = open(disk.crash(new SplittableRandom(1)))) {
            assertThat(ids(again)).hasSize(COUNT);
        }
    }

    @Test
    void closingWaitsForThem() {
        var disk = new SimulatedDisk();
        var storage = open(disk);
        createTable(storage);
        var ended = Collections.synchronizedList(new ArrayList<Long>());
        for (long id = 0; id < COUNT; id++) {
            long own = id;
            var transaction = begin(storage);
            transaction.insert(TABLET, new Object[] {own});
            transaction.commitAsync(failure -> {
                if (failure == null) {
                    ended.add(own);
                }
            });
        }
        storage.close();
        assertThat(ended).hasSize(COUNT);
        try (var again = open(disk)) {
            assertThat(ids(again)).hasSize(COUNT);
        }
    }

    @Test
    void nothingWrittenEndsAtOnceAndKeysStayTaken() throws InterruptedException {
        var storage = open(new SimulatedDisk());
        createTable(storage);
        var ended = new CountDownLatch(2);
        begin(storage)
                .commitAsync(failure -> {
                    assertThat(failure).isNull();
                    ended.countDown();
                });
        assertThat(ended.getCount()).isEqualTo(1);
        var first = begin(storage);
        first.insert(TABLET, new Object[] {1L});
        first.commitAsync(_ -> ended.countDown());
        var second = begin(storage);
        // Waits until the first has ended, or finds it there.
        assertThatThrownBy(() -> second.insert(TABLET, new Object[] {1L}))
                .isInstanceOf(UniqueViolation.class);
        second.rollback();
        ended.await();
        storage.close();
    }

    @Test
    void failureOfTheDiskIsTold() throws InterruptedException {
        var disk = new SimulatedDisk();
        var storage = open(disk);
        createTable(storage);
        disk.cutPowerAt(disk.events() + 1);
        var told = new CountDownLatch(1);
        var transaction = begin(storage);
        transaction.insert(TABLET, new Object[] {1L});
        try {
            transaction.commitAsync(failure -> {
                if (failure != null) {
                    failures.add(failure);
                }
                told.countDown();
            });
        } catch (RuntimeException failure) {
            failures.add(failure);
            told.countDown();
        }
        told.await();
        assertThat(failures).hasSize(1);
        assertThat(transaction.isOpen()).isFalse();
        ((Engine) storage).crash();
    }
}
