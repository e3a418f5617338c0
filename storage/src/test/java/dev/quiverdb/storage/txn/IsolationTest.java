package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.UniqueViolation;
import dev.quiverdb.storage.WaitPolicy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The classic anomalies, told with two or three sessions. */
@Timeout(60)
final class IsolationTest {
    private static final int ACCOUNTS = 1;
    private static final int[] BALANCE = {2};

    private final StorageOptions options =
            StorageOptions.in(new SimulatedDisk(), Clock.system(), Chance.seeded(1))
                    .withCacheBytes(4 << 20);

    private Storage storage;

    @BeforeEach
    void twoAccounts() {
        storage = Storage.open(options);
        var setup = begin(IsolationLevel.READ_COMMITTED);
        setup.createTablet(
                TabletSpec.of(
                        ACCOUNTS,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "balance", Types.INT8)),
                        List.of(IndexSpec.btree(1, true, 1))));
        setup.insert(ACCOUNTS, new Object[] {1L, 100L});
        setup.insert(ACCOUNTS, new Object[] {2L, 100L});
        setup.commit();
    }

    @AfterEach
    void close() {
        storage.close();
    }

    private Transaction begin(IsolationLevel level) {
        var transaction = storage.begin(level);
        transaction.beginStatement();
        return transaction;
    }

    private static long row(Transaction transaction, long id) {
        transaction.beginStatement();
        long[] ids = new long[1];
        try (var scan = transaction.indexScan(ACCOUNTS, 1, KeyRange.equalTo(id), false)) {
            return scan.next(ids) == 0 ? -1 : ids[0];
        }
    }

    private static long read(Transaction transaction, long id) {
        @Nullable Object[] out = new Object[1];
        long row = row(transaction, id);
        return row >= 0 && transaction.fetch(ACCOUNTS, row, BALANCE, out)
                ? (Long) Objects.requireNonNull(out[0])
                : -1;
    }

    private static long latest(Transaction transaction, long row) {
        @Nullable Object[] out = new Object[1];
        assertThat(transaction.fetchLatest(ACCOUNTS, row, BALANCE, out)).isTrue();
        return (Long) Objects.requireNonNull(out[0]);
    }

    private static LockOutcome write(Transaction transaction, long id, long balance) {
        return transaction.update(ACCOUNTS, row(transaction, id), BALANCE, new Object[] {balance});
    }

    /** What another session does, which may have to wait. */
    private static <T> FutureTask<T> meanwhile(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private void untilSomebodyWaits() throws InterruptedException {
        while (storage.locks().stream().allMatch(lock -> lock.granted())) {
            Thread.sleep(1);
        }
    }

    private static void assertState(SqlState state, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SqlException.class, e -> assertThat(e.state()).isEqualTo(state));
    }

    @Test
    void nobodySeesWhatIsNotCommitted() {
        var writer = begin(IsolationLevel.READ_COMMITTED);
        write(writer, 1, 50);
        var reader = begin(IsolationLevel.READ_COMMITTED);
        assertThat(read(reader, 1)).isEqualTo(100);
        writer.commit();
        assertThat(read(reader, 1)).isEqualTo(50);
        reader.commit();
    }

    @Test
    void aKeyThatWasRolledBackToASavepointFindsNothing() {
        var writer = begin(IsolationLevel.READ_COMMITTED);
        var savepoint = writer.savepoint();
        assertThat(writer.update(ACCOUNTS, row(writer, 1), new int[] {1}, new Object[] {9L}))
                .isEqualTo(LockOutcome.DONE);
        assertThat(row(writer, 9)).isNotNegative();
        writer.rollbackTo(savepoint);
        assertThat(row(writer, 9)).isEqualTo(-1);
        long[] ids = new long[3];
        try (var scan = writer.indexScan(ACCOUNTS, 1, KeyRange.ALL, true)) {
            assertThat(scan.next(ids)).isEqualTo(2);
        }
        writer.rollback();
    }

    @Test
    void aRepeatableReadSeesOneStateOfTheWorld() {
        var reader = begin(IsolationLevel.REPEATABLE_READ);
        assertThat(read(reader, 1)).isEqualTo(100);
        var writer = begin(IsolationLevel.READ_COMMITTED);
        write(writer, 1, 50);
        writer.delete(ACCOUNTS, row(writer, 2));
        writer.commit();
        assertThat(read(reader, 1)).isEqualTo(100);
        assertThat(read(reader, 2)).isEqualTo(100);
        reader.commit();
    }

    @Test
    void aLockWaitUnderReadCommittedEndsWithTheNewVersionToBeLookedAt() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        write(first, 1, 70);
        var second = begin(IsolationLevel.READ_COMMITTED);
        long row = row(second, 1);
        var outcome = meanwhile(() -> second.update(ACCOUNTS, row, BALANCE, new Object[] {0L}));
        untilSomebodyWaits();
        first.commit();
        assertThat(outcome.get()).isEqualTo(LockOutcome.UPDATED);
        long newest = latest(second, row);
        assertThat(newest).isEqualTo(70);
        assertThat(second.update(ACCOUNTS, row, BALANCE, new Object[] {newest - 30}))
                .isEqualTo(LockOutcome.DONE);
        second.commit();
        var reader = begin(IsolationLevel.READ_COMMITTED);
        assertThat(read(reader, 1)).isEqualTo(40);
        reader.commit();
    }

    @Test
    void aLockWaitOnARowThatGoesAwayEndsWithDeleted() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        first.delete(ACCOUNTS, row(first, 1));
        var second = begin(IsolationLevel.READ_COMMITTED);
        long row = row(second, 1);
        var outcome = meanwhile(() -> second.delete(ACCOUNTS, row));
        untilSomebodyWaits();
        first.commit();
        assertThat(outcome.get()).isEqualTo(LockOutcome.DELETED);
        second.rollback();
    }

    @Test
    void aRollbackLetsTheWaiterGoOnAsIfNothingHadBeen() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        write(first, 1, 70);
        var second = begin(IsolationLevel.REPEATABLE_READ);
        long row = row(second, 1);
        var outcome = meanwhile(() -> second.update(ACCOUNTS, row, BALANCE, new Object[] {0L}));
        untilSomebodyWaits();
        first.rollback();
        assertThat(outcome.get()).isEqualTo(LockOutcome.DONE);
        second.commit();
    }

    @Test
    void aLostUpdateIsRefusedUnderRepeatableRead() {
        var first = begin(IsolationLevel.REPEATABLE_READ);
        var second = begin(IsolationLevel.REPEATABLE_READ);
        long one = read(first, 1);
        long two = read(second, 1);
        write(first, 1, one + 10);
        first.commit();
        assertThatThrownBy(() -> write(second, 1, two + 20))
                .isInstanceOfSatisfying(
                        SqlException.class,
                        e -> {
                            assertThat(e.state()).isEqualTo(SqlState.T_R_SERIALIZATION_FAILURE);
                            assertThat(e.message())
                                    .isEqualTo(
                                            "could not serialize access due to concurrent update");
                        });
        second.rollback();
    }

    @Test
    void writeSkewPassesRepeatableReadAndFailsSerializable() {
        assertThat(writeSkew(IsolationLevel.REPEATABLE_READ)).isTrue();
        assertThat(writeSkew(IsolationLevel.SERIALIZABLE)).isFalse();
    }

    /** Both read both accounts; each empties its own. */
    private boolean writeSkew(IsolationLevel level) {
        var first = begin(level);
        var second = begin(level);
        try {
            read(first, 1);
            read(first, 2);
            read(second, 1);
            read(second, 2);
            write(first, 1, level.name().length());
            write(second, 2, level.name().length());
            first.commit();
            second.commit();
            return true;
        } catch (SqlException failure) {
            assertThat(failure.state()).isEqualTo(SqlState.T_R_SERIALIZATION_FAILURE);
            assertThat(failure.message())
                    .isEqualTo(
                            "could not serialize access due to read/write dependencies among"
                                    + " transactions");
            first.rollback();
            second.rollback();
            return false;
        }
    }

    @Test
    void writeSkewWithAPreparedTransactionIsFoundAfterARestart() {
        var first = begin(IsolationLevel.SERIALIZABLE);
        read(first, 1);
        read(first, 2);
        write(first, 1, -50);
        first.prepare("first", "somebody");
        for (boolean orderly : new boolean[] {true, false}) {
            if (orderly) {
                storage.close();
            } else {
                ((Engine) storage).crash();
                ((SimulatedDisk) options.disk()).killProcess();
            }
            storage = Storage.open(options);
            assertState(
                    SqlState.T_R_SERIALIZATION_FAILURE,
                    () -> {
                        var second = begin(IsolationLevel.SERIALIZABLE);
                        try {
                            read(second, 1);
                            read(second, 2);
                            write(second, 2, -50);
                            second.commit();
                        } finally {
                            second.rollback();
                        }
                    });
        }
        storage.commitPrepared("first");
        var second = begin(IsolationLevel.SERIALIZABLE);
        assertThat(read(second, 1)).isEqualTo(-50);
        write(second, 2, -50);
        second.commit();
    }

    @Test
    void aPhantomIsFoundByItsKey() {
        var first = begin(IsolationLevel.SERIALIZABLE);
        var second = begin(IsolationLevel.SERIALIZABLE);
        assertThat(read(first, 10)).isEqualTo(-1);
        assertThat(read(second, 11)).isEqualTo(-1);
        first.insert(ACCOUNTS, new Object[] {11L, 1L});
        second.insert(ACCOUNTS, new Object[] {10L, 1L});
        assertState(
                SqlState.T_R_SERIALIZATION_FAILURE,
                () -> {
                    first.commit();
                    second.commit();
                });
        first.rollback();
        second.rollback();
    }

    @Test
    void aReadOnlyTransactionCanMakeAHistoryUnserializable() {
        // Fekete, O'Neil, O'Neil: A Read-Only Transaction Anomaly Under Snapshot Isolation (2004).
        var withdrawal = begin(IsolationLevel.SERIALIZABLE);
        read(withdrawal, 1);
        read(withdrawal, 2);
        var deposit = begin(IsolationLevel.SERIALIZABLE);
        write(deposit, 2, 120);
        deposit.commit();
        var report = storage.begin(IsolationLevel.SERIALIZABLE, true, false);
        report.beginStatement();
        read(report, 1);
        read(report, 2);
        report.commit();
        assertState(
                SqlState.T_R_SERIALIZATION_FAILURE,
                () -> {
                    write(withdrawal, 1, -11);
                    withdrawal.commit();
                });
        withdrawal.rollback();
    }

    @Test
    void withoutTheReportTheSameHistoryPasses() {
        var withdrawal = begin(IsolationLevel.SERIALIZABLE);
        read(withdrawal, 1);
        read(withdrawal, 2);
        var deposit = begin(IsolationLevel.SERIALIZABLE);
        write(deposit, 2, 120);
        deposit.commit();
        write(withdrawal, 1, -11);
        withdrawal.commit();
        var reader = begin(IsolationLevel.SERIALIZABLE);
        assertThat(read(reader, 1)).isEqualTo(-11);
        reader.commit();
    }

    @Test
    void aCircleOfWaitsEndsWithOneVictim() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        first.setProcess(101);
        var second = begin(IsolationLevel.READ_COMMITTED);
        second.setProcess(102);
        write(first, 1, 1);
        write(second, 2, 2);
        long two = row(first, 2);
        var waits = meanwhile(() -> first.update(ACCOUNTS, two, BALANCE, new Object[] {3L}));
        untilSomebodyWaits();
        assertThatThrownBy(() -> write(second, 1, 4))
                .isInstanceOfSatisfying(
                        SqlException.class,
                        e -> {
                            assertThat(e.state()).isEqualTo(SqlState.T_R_DEADLOCK_DETECTED);
                            assertThat(e.message()).isEqualTo("deadlock detected");
                            assertThat(e.detail())
                                    .matches(
                                            "Process 102 waits for ShareLock on transaction \\d+;"
                                                    + " blocked by process 101\\.\n"
                                                    + "Process 101 waits for ShareLock on transaction"
                                                    + " \\d+; blocked by process 102\\.");
                        });
        second.rollback();
        assertThat(waits.get()).isEqualTo(LockOutcome.DONE);
        first.commit();
        assertThat(storage.statistics().deadlocks()).isEqualTo(1);
    }

    @Test
    void anInsertWaitsForTheOtherHolderOfItsKey() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        first.insert(ACCOUNTS, new Object[] {5L, 1L});
        var second = begin(IsolationLevel.READ_COMMITTED);
        var insert = meanwhile(() -> second.insert(ACCOUNTS, new Object[] {5L, 2L}));
        Thread.sleep(20);
        assertThat(insert.isDone()).isFalse();
        first.commit();
        assertThatThrownBy(insert::get).hasCauseInstanceOf(UniqueViolation.class);
        second.rollback();
    }

    @Test
    void anInsertGoesOnWhenTheOtherHolderOfItsKeyGivesUp() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        first.insert(ACCOUNTS, new Object[] {5L, 1L});
        var second = begin(IsolationLevel.READ_COMMITTED);
        var insert = meanwhile(() -> second.insert(ACCOUNTS, new Object[] {5L, 2L}));
        first.rollback();
        assertThat(insert.get()).isGreaterThanOrEqualTo(0);
        second.commit();
        var reader = begin(IsolationLevel.READ_COMMITTED);
        assertThat(read(reader, 5)).isEqualTo(2);
        reader.commit();
    }

    @Test
    void onConflictWaitsAndAnswersTheRowThatWon() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        long row = first.insert(ACCOUNTS, new Object[] {5L, 1L});
        var second = begin(IsolationLevel.READ_COMMITTED);
        var insert =
                meanwhile(() ->
                        second.insertOrConflict(ACCOUNTS, new Object[] {5L, 2L}, new int[] {1}));
        Thread.sleep(20);
        first.commit();
        assertThat(insert.get().inserted()).isFalse();
        assertThat(insert.get().rowId()).isEqualTo(row);
        assertThat(second.lockRow(ACCOUNTS, row, LockStrength.UPDATE, WaitPolicy.WAIT))
                .isEqualTo(LockOutcome.UPDATED);
        assertThat(latest(second, row)).isEqualTo(1);
        second.commit();
    }

    @Test
    void onConflictUnderRepeatableReadFailsOverARowItDoesNotSee() {
        var first = begin(IsolationLevel.REPEATABLE_READ);
        read(first, 1);
        var second = begin(IsolationLevel.READ_COMMITTED);
        second.insert(ACCOUNTS, new Object[] {5L, 1L});
        second.commit();
        assertState(
                SqlState.T_R_SERIALIZATION_FAILURE,
                () -> first.insertOrConflict(ACCOUNTS, new Object[] {5L, 2L}, new int[] {1}));
        first.rollback();
    }

    @Test
    void aReferenceHoldsItsRowAgainstDeletesButNotAgainstOtherUpdates() {
        var child = begin(IsolationLevel.READ_COMMITTED);
        assertThat(child.findByKeyLatest(ACCOUNTS, 1, new Object[] {1L}, LockStrength.KEY_SHARE))
                .isGreaterThanOrEqualTo(0);
        assertThat(child.findByKeyLatest(ACCOUNTS, 1, new Object[] {9L}, LockStrength.KEY_SHARE))
                .isEqualTo(-1);
        var updater = begin(IsolationLevel.READ_COMMITTED);
        assertThat(write(updater, 1, 5)).isEqualTo(LockOutcome.DONE);
        updater.commit();
        var deleter = begin(IsolationLevel.READ_COMMITTED);
        deleter.setLockTimeout(20);
        long row = row(deleter, 1);
        assertState(SqlState.LOCK_NOT_AVAILABLE, () -> deleter.delete(ACCOUNTS, row));
        deleter.rollback();
        child.commit();
    }

    @Test
    void skipLockedAndNowaitDoNotWait() {
        var holder = begin(IsolationLevel.READ_COMMITTED);
        long row = row(holder, 1);
        holder.lockRow(ACCOUNTS, row, LockStrength.UPDATE, WaitPolicy.WAIT);
        var other = begin(IsolationLevel.READ_COMMITTED);
        assertThat(other.lockRow(ACCOUNTS, row, LockStrength.SHARE, WaitPolicy.NOWAIT))
                .isEqualTo(LockOutcome.WOULD_BLOCK);
        assertThat(other.lockRow(ACCOUNTS, row, LockStrength.SHARE, WaitPolicy.SKIP_LOCKED))
                .isEqualTo(LockOutcome.WOULD_BLOCK);
        var savepoint = other.savepoint();
        other.lockRow(ACCOUNTS, row(other, 2), LockStrength.UPDATE, WaitPolicy.WAIT);
        assertThat(holder.lockRow(ACCOUNTS, row(holder, 2), LockStrength.UPDATE, WaitPolicy.NOWAIT))
                .isEqualTo(LockOutcome.WOULD_BLOCK);
        other.rollbackTo(savepoint);
        assertThat(holder.lockRow(ACCOUNTS, row(holder, 2), LockStrength.UPDATE, WaitPolicy.NOWAIT))
                .isEqualTo(LockOutcome.DONE);
        holder.commit();
        other.commit();
    }

    @Test
    void aStatementDoesNotSeeItsOwnRows() {
        var writer = begin(IsolationLevel.READ_COMMITTED);
        int copied = 0;
        try (var scan = writer.scan(ACCOUNTS, new int[] {1, 2})) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    long id = (Long) Objects.requireNonNull(batch.get(i, 0));
                    writer.insert(ACCOUNTS, new Object[] {id + 10, 0L});
                    copied++;
                }
            }
        }
        assertThat(copied).isEqualTo(2);
        writer.nextCommand();
        assertThat(read(writer, 12)).isEqualTo(0);
        writer.commit();
    }

    @Test
    void aWaitCanBeCancelled() throws Exception {
        var holder = begin(IsolationLevel.READ_COMMITTED);
        write(holder, 1, 1);
        var waiter = begin(IsolationLevel.READ_COMMITTED);
        long row = row(waiter, 1);
        var delete = meanwhile(() -> waiter.delete(ACCOUNTS, row));
        untilSomebodyWaits();
        waiter.cancel();
        assertThatThrownBy(delete::get)
                .cause()
                .hasMessage("canceling statement due to user request");
        waiter.rollback();
        holder.commit();
    }

    @Test
    void relationLocksFollowTheConflictTable() {
        var reader = begin(IsolationLevel.READ_COMMITTED);
        reader.lockObject(1259, 16500, ObjectLockMode.ACCESS_SHARE, WaitPolicy.WAIT);
        var writer = begin(IsolationLevel.READ_COMMITTED);
        for (var mode : ObjectLockMode.values()) {
            var outcome = writer.lockObject(1259, 16500, mode, WaitPolicy.NOWAIT);
            assertThat(outcome)
                    .isEqualTo(
                            mode == ObjectLockMode.ACCESS_EXCLUSIVE
                                    ? LockOutcome.WOULD_BLOCK
                                    : LockOutcome.DONE);
        }
        reader.commit();
        writer.commit();
    }

    @Test
    void advisoryLocksOfASessionOutliveItsTransactions() {
        try (var session = storage.advisoryLocks();
                var other = storage.advisoryLocks()) {
            var first = begin(IsolationLevel.READ_COMMITTED);
            session.lock(first, 7, false, false, false);
            session.lock(first, 7, false, false, false);
            session.lock(first, 8, false, false, true);
            var second = begin(IsolationLevel.READ_COMMITTED);
            assertThat(other.tryLock(second, 7, false, true, false)).isFalse();
            assertThat(other.tryLock(second, 8, false, true, false)).isFalse();
            first.commit();
            assertThat(other.tryLock(second, 8, false, true, false)).isTrue();
            assertThat(other.tryLock(second, 7, false, true, false)).isFalse();
            assertThat(session.unlock(7, false, false)).isTrue();
            assertThat(other.tryLock(second, 7, false, true, false)).isFalse();
            assertThat(session.unlock(7, false, false)).isTrue();
            assertThat(session.unlock(7, false, false)).isFalse();
            assertThat(other.tryLock(second, 7, false, true, false)).isTrue();
            second.commit();
        }
    }
}
