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
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits for whom: strengths of row locks, queues, and what prepared transactions swear. */
@Timeout(60)
final class LockingTest {
    private static final int PARENTS = 1;
    private static final int NUMBERS = 2;
    private static final int[] ID = {1};
    private static final int[] NAME = {2};

    private Storage storage;

    @BeforeEach
    void oneParent() {
        storage =
                Storage.open(
                        StorageOptions.in(new SimulatedDisk(), Clock.system(), Chance.seeded(1))
                                .withCacheBytes(4 << 20));
        var setup = begin(IsolationLevel.READ_COMMITTED);
        for (int tablet : new int[] {PARENTS, NUMBERS}) {
            setup.createTablet(
                    TabletSpec.of(
                            tablet,
                            List.of(
                                    ColumnSpec.of(1, "id", Types.INT8),
                                    ColumnSpec.of(2, "name", Types.INT8)),
                            List.of(IndexSpec.btree(1, true, 1))));
        }
        setup.insert(PARENTS, new Object[] {1L, 100L});
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

    private static long row(Transaction transaction) {
        transaction.beginStatement();
        long[] ids = new long[1];
        try (var scan = transaction.indexScan(PARENTS, 1, KeyRange.equalTo(1L), false)) {
            assertThat(scan.next(ids)).isEqualTo(1);
        }
        return ids[0];
    }

    private static <T> FutureTask<T> meanwhile(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private void untilBlocked(long process) throws InterruptedException {
        while (storage.blockers(process).isEmpty()) {
            Thread.sleep(1);
        }
    }

    private LockOutcome tryLock(Transaction transaction, long row, LockStrength strength) {
        return transaction.lockRow(PARENTS, row, strength, WaitPolicy.NOWAIT);
    }

    @Test
    void aDeleteAfterAnOwnUpdateLocksTheKeyAgainstReferences() {
        var first = begin(IsolationLevel.READ_COMMITTED);
        long row = row(first);
        assertThat(first.update(PARENTS, row, NAME, new Object[] {7L})).isEqualTo(LockOutcome.DONE);
        var second = begin(IsolationLevel.READ_COMMITTED);
        assertThat(tryLock(second, row, LockStrength.KEY_SHARE)).isEqualTo(LockOutcome.DONE);
        second.rollback();
        first.beginStatement();
        assertThat(first.delete(PARENTS, row)).isEqualTo(LockOutcome.DONE);
        var third = begin(IsolationLevel.READ_COMMITTED);
        assertThat(tryLock(third, row, LockStrength.KEY_SHARE)).isEqualTo(LockOutcome.WOULD_BLOCK);
        third.rollback();
        first.rollback();
    }

    @Test
    void aDeleteAfterAnOwnUpdateWaitsForReferencesThatCameBetween() throws Exception {
        var first = begin(IsolationLevel.READ_COMMITTED);
        first.setProcess(1);
        long row = row(first);
        first.update(PARENTS, row, NAME, new Object[] {7L});
        var second = begin(IsolationLevel.READ_COMMITTED);
        second.setProcess(2);
        assertThat(second.findByKeyLatest(PARENTS, 1, new Object[] {1L}, LockStrength.KEY_SHARE))
                .isEqualTo(row);
        first.beginStatement();
        var deleted = meanwhile(() -> first.delete(PARENTS, row));
        untilBlocked(1);
        assertThat(storage.blockers(1)).containsExactly(2L);
        second.commit();
        assertThat(deleted.get()).isEqualTo(LockOutcome.DONE);
        first.rollback();
    }

    @Test
    void aKeySetToWhatItIsKeepsReferencesFree() {
        var first = begin(IsolationLevel.READ_COMMITTED);
        long row = row(first);
        first.update(PARENTS, row, new int[] {1, 2}, new Object[] {1L, 7L});
        var second = begin(IsolationLevel.READ_COMMITTED);
        assertThat(tryLock(second, row, LockStrength.KEY_SHARE)).isEqualTo(LockOutcome.DONE);
        second.rollback();
        first.beginStatement();
        first.update(PARENTS, row, ID, new Object[] {2L});
        var third = begin(IsolationLevel.READ_COMMITTED);
        assertThat(tryLock(third, row, LockStrength.KEY_SHARE)).isEqualTo(LockOutcome.WOULD_BLOCK);
        third.rollback();
        first.rollback();
    }

    @Test
    void aKeyShareOfAnOldSnapshotMindsChangedKeysOnly() {
        var reader = begin(IsolationLevel.REPEATABLE_READ);
        long row = row(reader);
        var writer = begin(IsolationLevel.READ_COMMITTED);
        writer.update(PARENTS, row, NAME, new Object[] {7L});
        writer.commit();
        assertThat(tryLock(reader, row, LockStrength.KEY_SHARE)).isEqualTo(LockOutcome.DONE);
        assertThatThrownBy(() -> tryLock(reader, row, LockStrength.SHARE))
                .isInstanceOfSatisfying(
                        SqlException.class,
                        e -> assertThat(e.state()).isEqualTo(SqlState.T_R_SERIALIZATION_FAILURE));
        reader.rollback();
    }

    /**
     * Two hold one table each; two strangers stand in the queues of both. Each of the two wants to
     * share the other's table: only the order of the queues makes a circle.
     */
    @Test
    void aCircleOfQueuesAloneOpensWithoutAVictim() throws Exception {
        var one = begin(IsolationLevel.READ_COMMITTED);
        var two = begin(IsolationLevel.READ_COMMITTED);
        var strangerOne = begin(IsolationLevel.READ_COMMITTED);
        var strangerTwo = begin(IsolationLevel.READ_COMMITTED);
        one.setProcess(1);
        two.setProcess(2);
        strangerOne.setProcess(3);
        strangerTwo.setProcess(4);
        lockTable(one, 1, ObjectLockMode.ACCESS_SHARE);
        lockTable(two, 2, ObjectLockMode.ACCESS_SHARE);
        var third = meanwhile(() -> lockTable(strangerOne, 1, ObjectLockMode.ACCESS_EXCLUSIVE));
        untilBlocked(3);
        var fourth = meanwhile(() -> lockTable(strangerTwo, 2, ObjectLockMode.ACCESS_EXCLUSIVE));
        untilBlocked(4);
        var oneWants = meanwhile(() -> lockTable(one, 2, ObjectLockMode.ACCESS_SHARE));
        untilBlocked(1);
        assertThat(storage.blockers(1)).containsExactly(4L);
        var twoWants = meanwhile(() -> lockTable(two, 1, ObjectLockMode.ACCESS_SHARE));
        assertThat(oneWants.get()).isEqualTo(LockOutcome.DONE);
        one.commit();
        assertThat(third.get()).isEqualTo(LockOutcome.DONE);
        strangerOne.commit();
        assertThat(twoWants.get()).isEqualTo(LockOutcome.DONE);
        two.commit();
        assertThat(fourth.get()).isEqualTo(LockOutcome.DONE);
        strangerTwo.commit();
        assertThat(storage.statistics().deadlocks()).isZero();
    }

    private static LockOutcome lockTable(Transaction transaction, long id, ObjectLockMode mode) {
        return transaction.lockObject(1259, id, mode, WaitPolicy.WAIT);
    }

    private static void scan(Transaction transaction, int tablet) {
        transaction.beginStatement();
        try (var rows = transaction.scan(tablet, ID)) {
            while (rows.next() != null) {
                // All of it is read.
            }
        }
    }

    /** T1 reads what T2 writes, T2 reads what T3 writes, and T3 has sworn to commit. */
    @Test
    void aPreparedTransactionCountsAsTheFirstToCommit() {
        var one = begin(IsolationLevel.SERIALIZABLE);
        var two = begin(IsolationLevel.SERIALIZABLE);
        var three = begin(IsolationLevel.SERIALIZABLE);
        one.insert(PARENTS, new Object[] {10L, null});
        scan(one, NUMBERS);
        two.insert(NUMBERS, new Object[] {2L, null});
        three.insert(PARENTS, new Object[] {11L, null});
        one.prepare("one", "somebody");
        three.prepare("three", "somebody");
        assertThatThrownBy(() -> scan(two, PARENTS))
                .isInstanceOfSatisfying(
                        SqlException.class,
                        e -> assertThat(e.state()).isEqualTo(SqlState.T_R_SERIALIZATION_FAILURE));
        two.rollback();
        storage.commitPrepared("three");
        storage.commitPrepared("one");
    }

    @Test
    void aDuplicateThatWasReadForAbsentIsASerializationFailure() {
        var one = begin(IsolationLevel.SERIALIZABLE);
        var two = begin(IsolationLevel.SERIALIZABLE);
        scan(one, NUMBERS);
        scan(two, NUMBERS);
        one.insert(NUMBERS, new Object[] {42L, null});
        one.commit();
        assertThatThrownBy(() -> two.insert(NUMBERS, new @Nullable Object[] {42L, null}))
                .isInstanceOfSatisfying(
                        SqlException.class,
                        e -> assertThat(e.state()).isEqualTo(SqlState.T_R_SERIALIZATION_FAILURE))
                .isNotInstanceOf(UniqueViolation.class);
        two.rollback();
    }

    /** Whether it is cancelled or granted first: it goes on, and leaves nothing behind. */
    @Test
    void aWaiterGoesOnThatIsCancelledAsItsLockIsGranted() throws Exception {
        for (int round = 0; round < 3000; round++) {
            var first = begin(IsolationLevel.READ_COMMITTED);
            long row = row(first);
            assertThat(first.lockRow(PARENTS, row, LockStrength.UPDATE, WaitPolicy.WAIT))
                    .isEqualTo(LockOutcome.DONE);
            var second = begin(IsolationLevel.READ_COMMITTED);
            second.setProcess(2);
            var locked =
                    meanwhile(() -> {
                        try {
                            return second.lockRow(
                                    PARENTS, row, LockStrength.UPDATE, WaitPolicy.WAIT);
                        } catch (SqlException cancelled) {
                            assertThat(cancelled.state()).isEqualTo(SqlState.QUERY_CANCELED);
                            return LockOutcome.WOULD_BLOCK;
                        } finally {
                            second.rollback();
                        }
                    });
            untilBlocked(2);
            var cancelling = meanwhile(() -> cancel(second));
            first.rollback();
            cancelling.get();
            assertThat(locked.get()).isIn(LockOutcome.DONE, LockOutcome.WOULD_BLOCK);
        }
    }

    private static boolean cancel(Transaction transaction) {
        transaction.cancel();
        return true;
    }
}
