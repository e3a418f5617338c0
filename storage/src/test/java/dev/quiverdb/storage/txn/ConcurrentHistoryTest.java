package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.testing.Randomised;
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
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.storage.txn.ListAppendChecker.Anomaly;
import dev.quiverdb.storage.txn.ListAppendChecker.Done;
import dev.quiverdb.storage.txn.ListAppendChecker.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Random transactions on several threads, judged by what they read. */
final class ConcurrentHistoryTest {
    private static final int TABLET = 1;
    private static final int KEYS = 5;
    private static final int[] LIST = {2};

    @Randomised(runs = 20)
    void readCommittedReadsOnlyWhatIsCommittedAndFinal(SplittableRandom random)
            throws InterruptedException {
        assertThat(run(IsolationLevel.READ_COMMITTED, random))
                .doesNotContain(
                        Anomaly.G0,
                        Anomaly.G1A,
                        Anomaly.G1B,
                        Anomaly.G1C,
                        Anomaly.INCOMPATIBLE_ORDER);
    }

    @Randomised(runs = 20)
    void repeatableReadHasNothingButWriteSkew(SplittableRandom random) throws InterruptedException {
        assertThat(run(IsolationLevel.REPEATABLE_READ, random))
                .doesNotContain(
                        Anomaly.G0,
                        Anomaly.G1A,
                        Anomaly.G1B,
                        Anomaly.G1C,
                        Anomaly.G_SINGLE,
                        Anomaly.LOST_UPDATE,
                        Anomaly.INCOMPATIBLE_ORDER);
    }

    @Randomised(runs = 40)
    void serializableHasNoAnomaly(SplittableRandom random) throws InterruptedException {
        assertThat(run(IsolationLevel.SERIALIZABLE, random)).isEmpty();
    }

    @Randomised(runs = 12)
    void serializableHasNoAnomalyOverCrashes(SplittableRandom random) throws InterruptedException {
        assertThat(runOverCrashes(IsolationLevel.SERIALIZABLE, random)).isEmpty();
    }

    @Randomised(runs = 12)
    void repeatableReadHasNothingButWriteSkewOverCrashes(SplittableRandom random)
            throws InterruptedException {
        assertThat(runOverCrashes(IsolationLevel.REPEATABLE_READ, random))
                .isSubsetOf(Anomaly.G2_ITEM);
    }

    @Randomised(runs = 12)
    void readCommittedReadsOnlyWhatIsCommittedAndFinalOverCrashes(SplittableRandom random)
            throws InterruptedException {
        assertThat(runOverCrashes(IsolationLevel.READ_COMMITTED, random))
                .doesNotContain(
                        Anomaly.G0,
                        Anomaly.G1A,
                        Anomaly.G1B,
                        Anomaly.G1C,
                        Anomaly.INCOMPATIBLE_ORDER);
    }

    /**
     * The power is cut while all threads are busy, three times, and what recovery finds goes on as
     * one history. A transaction that heard no answer has committed if its values are there, and
     * then all of them are.
     */
    private java.util.Set<Anomaly> runOverCrashes(IsolationLevel level, SplittableRandom random)
            throws InterruptedException {
        var disk = new SimulatedDisk();
        for (int life = 0; life < 4; life++) {
            var storage =
                    Storage.open(
                            StorageOptions.in(disk, Clock.system(), Chance.seeded(life))
                                    .withCacheBytes(4 << 20)
                                    .withCheckpointLogBytes(4 << 10));
            if (life == 0) {
                setUp(storage);
            }
            settle(storage);
            if (life < 3) {
                dying = true;
                disk.cutPowerAt(disk.events() + 10 + random.nextInt(120));
            }
            runThreads(storage, level, random);
            if (life < 3) {
                ((Engine) storage).crash();
                disk = disk.crash(random);
                dying = false;
            } else {
                settle(storage);
                storage.close();
            }
        }
        assertThat(failures).isEmpty();
        return ListAppendChecker.check(history);
    }

    /**
     * Finds out what became of those who heard no answer, and that all others' values are there.
     */
    private void settle(Storage storage) {
        var reader = storage.begin(IsolationLevel.REPEATABLE_READ);
        reader.beginStatement();
        var steps = new ArrayList<Step>();
        var there = new HashSet<Integer>();
        for (int key = 0; key < KEYS; key++) {
            var values = list(reader, key);
            there.addAll(values);
            steps.add(new Step(key, 0, values));
        }
        reader.commit();
        for (var done : unanswered) {
            var own = appended(done);
            boolean committed = there.containsAll(own);
            assertThat(committed || Collections.disjoint(there, own)).as("torn: %s", done).isTrue();
            // Who only read and heard nothing counts for nothing.
            history.add(new Done(done.id(), committed && !own.isEmpty(), done.steps()));
        }
        unanswered.clear();
        for (var done : history) {
            if (done.committed()) {
                assertThat(there).as("what was acknowledged").containsAll(appended(done));
            }
        }
        history.add(new Done(nextId.getAndIncrement(), true, steps));
    }

    private static List<Integer> appended(Done done) {
        return done.steps().stream().filter(step -> step.read() == null).map(Step::value).toList();
    }

    private final List<Done> unanswered = Collections.synchronizedList(new ArrayList<>());

    /** Whether the power may go at any moment. */
    private volatile boolean dying;

    private final List<Done> history = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger nextId = new AtomicInteger();
    private final AtomicInteger nextValue = new AtomicInteger();
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

    private java.util.Set<Anomaly> run(IsolationLevel level, SplittableRandom random)
            throws InterruptedException {
        var options =
                StorageOptions.in(new SimulatedDisk(), Clock.system(), Chance.seeded(1))
                        .withCacheBytes(4 << 20);
        try (var storage = Storage.open(options)) {
            setUp(storage);
            runThreads(storage, level, random);
            var reader = storage.begin(IsolationLevel.REPEATABLE_READ);
            reader.beginStatement();
            var steps = new ArrayList<Step>();
            for (int key = 0; key < KEYS; key++) {
                steps.add(new Step(key, 0, list(reader, key)));
            }
            reader.commit();
            history.add(new Done(nextId.getAndIncrement(), true, steps));
        }
        assertThat(failures).isEmpty();
        assertThat(history.stream().filter(Done::committed).count()).isGreaterThan(30);
        return ListAppendChecker.check(history);
    }

    private void runThreads(Storage storage, IsolationLevel level, SplittableRandom random)
            throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            var own = random.split();
            threads.add(Thread.ofPlatform().start(() -> work(storage, level, own)));
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    private static void setUp(Storage storage) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        transaction.createTablet(
                TabletSpec.of(
                        TABLET,
                        List.of(
                                ColumnSpec.of(1, "key", Types.INT4),
                                ColumnSpec.of(2, "list", Types.TEXT)),
                        List.of(IndexSpec.btree(1, true, 1))));
        for (int key = 0; key < KEYS; key++) {
            transaction.insert(TABLET, new Object[] {key, ""});
        }
        transaction.commit();
    }

    private void work(Storage storage, IsolationLevel level, SplittableRandom random) {
        for (int i = 0; i < 30; i++) {
            int id = nextId.getAndIncrement();
            var steps = new ArrayList<Step>();
            boolean committed = false;
            boolean committing = false;
            Transaction transaction;
            try {
                transaction = storage.begin(level);
            } catch (StorageFailedException dead) {
                return;
            }
            try {
                for (int n = 1 + random.nextInt(4); n > 0; n--) {
                    transaction.beginStatement();
                    int key = random.nextInt(KEYS);
                    if (random.nextBoolean()) {
                        steps.add(new Step(key, 0, list(transaction, key)));
                    } else {
                        int value = nextValue.incrementAndGet();
                        append(transaction, key, value);
                        steps.add(Step.append(key, value));
                    }
                }
                if (random.nextInt(10) == 0) {
                    transaction.rollback();
                } else {
                    committing = true;
                    Commits.commit(transaction, random.nextBoolean());
                    committed = true;
                }
            } catch (SqlException expected) {
                transaction.rollback();
            } catch (RuntimeException | Error failure) {
                if (!dying || failure instanceof AssertionError) {
                    failures.add(failure);
                } else if (committing) {
                    unanswered.add(new Done(id, false, steps));
                } else {
                    history.add(new Done(id, false, steps));
                }
                rollBack(transaction);
                return;
            }
            history.add(new Done(id, committed, steps));
        }
    }

    /** Lets go of its locks, for which others may wait, in a storage that may be dead. */
    private static void rollBack(Transaction transaction) {
        try {
            transaction.rollback();
        } catch (RuntimeException dead) {
            assertThat(transaction.isOpen()).isFalse();
        }
    }

    private static long row(Transaction transaction, int key) {
        long[] ids = new long[1];
        try (var scan = transaction.indexScan(TABLET, 1, KeyRange.equalTo(key), false)) {
            assertThat(scan.next(ids)).isEqualTo(1);
        }
        return ids[0];
    }

    private static List<Integer> list(Transaction transaction, int key) {
        @Nullable Object[] out = new Object[1];
        assertThat(transaction.fetch(TABLET, row(transaction, key), LIST, out)).isTrue();
        return parse((String) Objects.requireNonNull(out[0]));
    }

    private static List<Integer> parse(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
    }

    private static void append(Transaction transaction, int key, int value) {
        long row = row(transaction, key);
        var outcome = transaction.lockRow(TABLET, row, LockStrength.UPDATE, WaitPolicy.WAIT);
        assertThat(outcome).isIn(LockOutcome.DONE, LockOutcome.UPDATED);
        @Nullable Object[] out = new Object[1];
        transaction.fetchLatest(TABLET, row, LIST, out);
        var text = (String) Objects.requireNonNull(out[0]);
        assertThat(
                        transaction.update(
                                TABLET,
                                row,
                                LIST,
                                new Object[] {text.isEmpty() ? "" + value : text + "," + value}))
                .isEqualTo(LockOutcome.DONE);
    }
}
