package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.error.SqlException;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Money moves between accounts on several threads while others count it; the cache is smaller than
 * the data, checkpoints come often, and history has to spill. The sum never changes, in any
 * snapshot, by scan or by index, and after opening again.
 */
@Timeout(120)
final class BankTest {
    private static final int ACCOUNTS = 1;
    private static final int COUNT = 20_000;
    private static final long EACH = 1000;

    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong transfers = new AtomicLong();
    private final AtomicLong counts = new AtomicLong();

    @Test
    void moneyIsNeitherMadeNorLost(@TempDir Path directory) throws InterruptedException {
        var options =
                StorageOptions.in(directory)
                        .withCacheBytes(2 << 20)
                        .withHistoryBytes(256 << 10)
                        .withCheckpointLogBytes(512 << 10)
                        .withFsync(false);
        try (var storage = Storage.open(options)) {
            setUp(storage);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 3; i++) {
                var random = new SplittableRandom(i);
                threads.add(Thread.ofPlatform().start(() -> guarded(() -> move(storage, random))));
            }
            threads.add(Thread.ofPlatform().start(() -> guarded(() -> count(storage))));
            threads.add(Thread.ofPlatform().start(() -> guarded(() -> count(storage))));
            long end = System.nanoTime() + 3_000_000_000L;
            while ((System.nanoTime() < end || counts.get() < 3 || transfers.get() < 101)
                    && failures.isEmpty()) {
                Thread.sleep(20);
            }
            over.set(true);
            for (var thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(transfers.get()).isGreaterThan(100);
            assertThat(counts.get()).isGreaterThan(2);
        }
        try (var storage = Storage.open(options)) {
            var reader = storage.begin(IsolationLevel.REPEATABLE_READ);
            reader.beginStatement();
            assertThat(sum(reader)).isEqualTo(COUNT * EACH);
            reader.commit();
        }
    }

    private static void setUp(Storage storage) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        transaction.createTablet(
                TabletSpec.of(
                        ACCOUNTS,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "balance", Types.INT8),
                                ColumnSpec.of(3, "owner", Types.TEXT)),
                        List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2))));
        var padding = "x".repeat(300);
        for (long id = 0; id < COUNT; id++) {
            transaction.insert(ACCOUNTS, new Object[] {id, EACH, padding + id});
        }
        transaction.commit();
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }

    private void move(Storage storage, SplittableRandom random) {
        while (!over.get() && failures.isEmpty()) {
            var transaction = storage.begin(IsolationLevel.REPEATABLE_READ);
            try {
                transaction.beginStatement();
                long amount = random.nextLong(10);
                add(transaction, random.nextLong(COUNT), -amount);
                transaction.nextCommand();
                add(transaction, random.nextLong(COUNT), amount);
                Commits.commit(transaction, random.nextBoolean());
                transfers.incrementAndGet();
            } catch (SqlException expected) {
                transaction.rollback();
            }
        }
    }

    private static void add(Transaction transaction, long id, long amount) {
        long[] rows = new long[1];
        try (var scan = transaction.indexScan(ACCOUNTS, 1, KeyRange.equalTo(id), false)) {
            assertThat(scan.next(rows)).isEqualTo(1);
        }
        @Nullable Object[] out = new Object[2];
        assertThat(transaction.fetch(ACCOUNTS, rows[0], new int[] {2, 3}, out)).isTrue();
        assertThat((String) out[1]).endsWith("x" + id);
        long balance = (Long) Objects.requireNonNull(out[0]);
        assertThat(
                        transaction.update(
                                ACCOUNTS,
                                rows[0],
                                new int[] {2, 3},
                                new Object[] {balance + amount, "x".repeat(300) + id}))
                .isEqualTo(LockOutcome.DONE);
    }

    private void count(Storage storage) {
        while (!over.get() && failures.isEmpty()) {
            var transaction = storage.begin(IsolationLevel.REPEATABLE_READ);
            transaction.beginStatement();
            assertThat(sum(transaction)).isEqualTo(COUNT * EACH);
            assertThat(sumByIndex(transaction)).isEqualTo(COUNT * EACH);
            transaction.commit();
            counts.incrementAndGet();
        }
    }

    private static long sum(Transaction transaction) {
        long sum = 0;
        long rows = 0;
        try (var scan = transaction.scan(ACCOUNTS, new int[] {1, 2, 3})) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    sum += (Long) Objects.requireNonNull(batch.get(i, 1));
                    assertThat((String) batch.get(i, 2)).endsWith("x" + batch.get(i, 0));
                    rows++;
                }
            }
        }
        assertThat(rows).isEqualTo(COUNT);
        return sum;
    }

    private static long sumByIndex(Transaction transaction) {
        long sum = 0;
        long[] ids = new long[500];
        @Nullable Object[] out = new Object[1];
        try (var scan = transaction.indexScan(ACCOUNTS, 2, KeyRange.ALL, true)) {
            for (int n = scan.next(ids); n > 0; n = scan.next(ids)) {
                for (int i = 0; i < n; i++) {
                    assertThat(transaction.fetch(ACCOUNTS, ids[i], new int[] {2}, out)).isTrue();
                    sum += (Long) Objects.requireNonNull(out[0]);
                }
            }
        }
        return sum;
    }
}
