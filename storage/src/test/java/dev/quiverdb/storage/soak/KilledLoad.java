package dev.quiverdb.storage.soak;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.testing.Ledger;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.WaitPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The process that is killed. Each of its threads writes batches of its own and moves money between
 * accounts of all. Before the end of a transaction is asked for, a line on the standard output says
 * what it changes, and when the answer is there another line says so:
 *
 * <pre>
 * ready;
 * 3 intends|batch 17=5 rows of version 1|counter 3=8;
 * 3 done;
 * 3 failed;
 * </pre>
 */
final class KilledLoad implements Runnable {
    private static final int BATCHES_MAX = 12;

    /** Beyond the budget of a write set. */
    private static final int LARGE_ROWS = 1200;

    /** Beyond what one entry of the log may have. */
    private static final int HUGE_ROWS = 8000;

    private static final long CHECKPOINT_MILLIS = 300;

    private record Known(long rows, long version) {}

    private final Storage storage;
    private final long worker;
    private final SplittableRandom random;
    private final Map<Long, Known> batches = new TreeMap<>();
    private final List<String> prepared = new ArrayList<>();
    private long counter;
    private long nextBatch;

    private KilledLoad(Storage storage, long worker, SplittableRandom random, long round) {
        this.storage = storage;
        this.worker = worker;
        this.random = random;
        this.nextBatch = (round * SoakTables.WORKERS + worker) * 1_000_000;
        read();
    }

    /** Arguments: directory, whether it is encrypted, seed, number of the round. */
    public static void main(String[] arguments) {
        var random = new SplittableRandom(Long.parseLong(arguments[2]));
        var storage =
                Storage.open(
                        SoakTables.options(
                                Path.of(arguments[0]), Boolean.parseBoolean(arguments[1])));
        if (storage.tablet(SoakTables.ITEMS) == null) {
            SoakTables.create(storage);
        }
        List<Runnable> loads = new ArrayList<>();
        for (long worker = 0; worker < SoakTables.WORKERS; worker++) {
            loads.add(
                    new KilledLoad(storage, worker, random.split(), Long.parseLong(arguments[3])));
        }
        loads.add(() -> checkpointForEver(storage));
        say("ready");
        for (var load : loads) {
            Thread.ofPlatform()
                    .start(() -> {
                        try {
                            load.run();
                        } catch (Throwable failure) {
                            failure.printStackTrace();
                            Runtime.getRuntime().halt(3);
                        }
                    });
        }
    }

    private static void checkpointForEver(Storage storage) {
        try {
            while (true) {
                Thread.sleep(CHECKPOINT_MILLIS);
                storage.checkpoint();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized void say(String line) {
        System.out.print(line + ";\n");
        System.out.flush();
    }

    /** What this worker has in the storage. */
    private void read() {
        var transaction = begin(IsolationLevel.READ_COMMITTED);
        try (var scan = transaction.scan(SoakTables.BATCHES, new int[] {1, 2, 3, 4})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    if (number(rows, i, 1) == worker) {
                        batches.put(
                                number(rows, i, 0),
                                new Known(number(rows, i, 2), number(rows, i, 3)));
                    }
                }
            }
        }
        counter = value(transaction, SoakTables.COUNTERS, worker);
        transaction.commit();
        for (var one : storage.preparedTransactions()) {
            if (one.gid().startsWith(worker + "-")) {
                prepared.add(one.gid());
            }
        }
    }

    static long number(Batch rows, int row, int column) {
        return (Long) Objects.requireNonNull(rows.get(row, column));
    }

    private static long value(Transaction transaction, int tablet, long key) {
        @Nullable Object[] out = new Object[1];
        if (!transaction.fetchLatest(
                tablet, SoakTables.rowOf(transaction, tablet, key), new int[] {2}, out)) {
            throw new IllegalStateException("row " + key + " of tablet " + tablet + " is gone");
        }
        return (Long) Objects.requireNonNull(out[0]);
    }

    private Transaction begin(IsolationLevel level) {
        var transaction = storage.begin(level);
        transaction.beginStatement();
        return transaction;
    }

    @Override
    public void run() {
        while (true) {
            var level = IsolationLevel.values()[random.nextInt(IsolationLevel.values().length)];
            var transaction = begin(level);
            try {
                step(transaction);
            } catch (SqlException e) {
                if (!e.state().code().startsWith("40")) {
                    throw e;
                }
                // A deadlock or a conflict.
                transaction.rollback();
                say(worker + " failed");
            }
        }
    }

    private void step(Transaction transaction) {
        int kind = random.nextInt(100);
        if (batches.size() > BATCHES_MAX) {
            kind = 45 + random.nextInt(10);
        }
        if (kind < 30) {
            commitBatch(transaction, insertSome(transaction, 1 + random.nextInt(8)));
        } else if (kind < 45) {
            rewrite(transaction);
        } else if (kind < 55) {
            delete(transaction);
        } else if (kind < 75) {
            transfer(transaction);
        } else if (kind < 81) {
            commitBatch(transaction, insertSome(transaction, many()));
        } else if (kind < 87) {
            commitBatch(transaction, load(transaction, many()));
        } else if (kind < 92) {
            savepoints(transaction);
        } else if (kind < 96) {
            takeBack(transaction);
        } else {
            prepared(transaction);
        }
    }

    // ---- the ends -------------------------------------------------------------------------------

    private interface End {
        void run();
    }

    private void end(End end, Map<String, String> change) {
        var line = new StringBuilder().append(worker).append(" intends");
        change.forEach((thing, state) -> line.append('|').append(thing).append('=').append(state));
        say(line.toString());
        end.run();
        say(worker + " done");
    }

    private void commitBatch(Transaction transaction, long rows) {
        long number = nextBatch++;
        transaction.insert(SoakTables.BATCHES, new Object[] {number, worker, rows, 1L});
        end(transaction::commit, Map.of(SoakTables.batch(number), SoakTables.state(rows, 1)));
        batches.put(number, new Known(rows, 1));
    }

    // ---- what they end --------------------------------------------------------------------------

    private int many() {
        return random.nextInt(5) == 0 ? HUGE_ROWS : LARGE_ROWS + random.nextInt(LARGE_ROWS);
    }

    /** Rows of the next batch, one by one. Returns how many. */
    private long insertSome(Transaction transaction, int count) {
        insert(transaction, 0, count);
        return count;
    }

    private void insert(Transaction transaction, int from, int to) {
        for (int row = from; row < to; row++) {
            transaction.insert(SoakTables.ITEMS, SoakTables.item(nextBatch, row, 1));
        }
    }

    /** Rows of the next batch, in bulk. Returns how many. */
    private long load(Transaction transaction, int count) {
        for (int from = 0; from < count; from += 1000) {
            var columns =
                    transaction.tablet(SoakTables.ITEMS).columns().stream()
                            .map(column -> Column.of(column.type()))
                            .toArray(Column[]::new);
            int size = Math.min(1000, count - from);
            for (int row = from; row < from + size; row++) {
                var item = SoakTables.item(nextBatch, row, 1);
                for (int c = 0; c < columns.length; c++) {
                    columns[c].appendObject(item[c]);
                }
            }
            transaction.insertBatch(SoakTables.ITEMS, new Batch(size, columns));
        }
        return count;
    }

    /** A batch of this worker, a small one mostly; null if there is none. */
    private @Nullable Long any() {
        boolean small = random.nextInt(4) > 0;
        var numbers =
                batches.entrySet().stream()
                        .filter(one -> !small || one.getValue().rows < LARGE_ROWS)
                        .map(Map.Entry::getKey)
                        .toList();
        return numbers.isEmpty() ? null : numbers.get(random.nextInt(numbers.size()));
    }

    private static long[] itemsOf(Transaction transaction, long batch, int expected) {
        long[] rows = new long[expected + 1];
        int count = 0;
        long[] some = new long[512];
        try (var scan =
                transaction.indexScan(SoakTables.ITEMS, 1, KeyRange.equalTo(batch), false)) {
            for (int n = scan.next(some); n > 0; n = scan.next(some)) {
                if (count + n > expected) {
                    throw new IllegalStateException("batch " + batch + " has too many rows");
                }
                System.arraycopy(some, 0, rows, count, n);
                count += n;
            }
        }
        if (count != expected) {
            throw new IllegalStateException("batch " + batch + " has " + count + " rows");
        }
        return Arrays.copyOf(rows, count);
    }

    private static void done(LockOutcome outcome) {
        if (outcome != LockOutcome.DONE) {
            throw new IllegalStateException("a row that only this thread writes is " + outcome);
        }
    }

    /** Gives all rows of a batch their next version. */
    private void rewrite(Transaction transaction) {
        var number = any();
        if (number == null) {
            transaction.rollback();
            return;
        }
        var known = Objects.requireNonNull(batches.get(number));
        long version = known.version + 1;
        for (long rowId : itemsOf(transaction, number, (int) known.rows)) {
            @Nullable Object[] row = new Object[1];
            transaction.fetch(SoakTables.ITEMS, rowId, new int[] {2}, row);
            var item = SoakTables.item(number, (Long) Objects.requireNonNull(row[0]), version);
            done(
                    transaction.update(
                            SoakTables.ITEMS,
                            rowId,
                            new int[] {3, 4, 5, 6},
                            Arrays.copyOfRange(item, 2, 6)));
        }
        done(
                transaction.update(
                        SoakTables.BATCHES,
                        SoakTables.rowOf(transaction, SoakTables.BATCHES, number),
                        new int[] {4},
                        new Object[] {version}));
        end(
                transaction::commit,
                Map.of(SoakTables.batch(number), SoakTables.state(known.rows, version)));
        batches.put(number, new Known(known.rows, version));
    }

    private void deleteRows(Transaction transaction, long number) {
        int rows = (int) Objects.requireNonNull(batches.get(number)).rows;
        for (long rowId : itemsOf(transaction, number, rows)) {
            done(transaction.delete(SoakTables.ITEMS, rowId));
        }
        done(
                transaction.delete(
                        SoakTables.BATCHES,
                        SoakTables.rowOf(transaction, SoakTables.BATCHES, number)));
    }

    private void delete(Transaction transaction) {
        var number = any();
        if (number == null) {
            transaction.rollback();
            return;
        }
        deleteRows(transaction, number);
        end(transaction::commit, Map.of(SoakTables.batch(number), Ledger.NOTHING));
        batches.remove(number);
    }

    private static void add(Transaction transaction, int tablet, long key, long amount) {
        long rowId = SoakTables.rowOf(transaction, tablet, key);
        transaction.lockRow(tablet, rowId, LockStrength.NO_KEY_UPDATE, WaitPolicy.WAIT);
        long value = value(transaction, tablet, key);
        done(transaction.update(tablet, rowId, new int[] {2}, new Object[] {value + amount}));
    }

    /** Moves money between two to five accounts, and counts that. */
    private void transfer(Transaction transaction) {
        long sum = 0;
        for (int other = 1 + random.nextInt(4); other > 0; other--) {
            long amount = random.nextLong(100);
            add(
                    transaction,
                    SoakTables.ACCOUNTS,
                    random.nextLong(SoakTables.ACCOUNT_COUNT),
                    amount);
            transaction.nextCommand();
            sum += amount;
        }
        add(transaction, SoakTables.ACCOUNTS, random.nextLong(SoakTables.ACCOUNT_COUNT), -sum);
        add(transaction, SoakTables.COUNTERS, worker, 1);
        end(transaction::commit, Map.of("counter " + worker, String.valueOf(counter + 1)));
        counter++;
    }

    /** What stands between savepoint and rollback must not be there. */
    private void savepoints(Transaction transaction) {
        boolean large = random.nextInt(3) == 0;
        int first = large ? LARGE_ROWS : 1 + random.nextInt(5);
        insert(transaction, 0, first);
        for (int i = random.nextInt(3); i >= 0; i--) {
            var savepoint = transaction.savepoint();
            var victim = any();
            if (victim != null && random.nextBoolean()) {
                deleteRows(transaction, victim);
            }
            if (random.nextBoolean()) {
                long real = nextBatch;
                nextBatch += 500_000;
                load(transaction, large ? LARGE_ROWS : 500);
                nextBatch = real;
            } else {
                insert(transaction, first, first + (large ? LARGE_ROWS : 3));
            }
            transaction.nextCommand();
            transaction.rollbackTo(savepoint);
        }
        int second = first + 1 + random.nextInt(5);
        insert(transaction, first, second);
        commitBatch(transaction, second);
    }

    /** A transaction that ends by rollback: no ledger ever hears of it. */
    private void takeBack(Transaction transaction) {
        var victim = any();
        if (victim != null && random.nextBoolean()) {
            deleteRows(transaction, victim);
        }
        if (random.nextBoolean()) {
            load(transaction, LARGE_ROWS);
        } else {
            insert(transaction, 0, 1 + random.nextInt(LARGE_ROWS));
        }
        nextBatch++;
        transaction.rollback();
    }

    private void prepared(Transaction transaction) {
        if (prepared.size() > 1 || !prepared.isEmpty() && random.nextBoolean()) {
            transaction.rollback();
            endPrepared();
            return;
        }
        long number = nextBatch;
        int rows = random.nextInt(4) == 0 ? LARGE_ROWS : 1 + random.nextInt(5);
        boolean bulk = rows == LARGE_ROWS && random.nextBoolean();
        long count = bulk ? load(transaction, rows) : insertSome(transaction, rows);
        nextBatch++;
        transaction.insert(SoakTables.BATCHES, new Object[] {number, worker, count, 1L});
        var gid = worker + "-" + number + "-" + count;
        end(() -> transaction.prepare(gid, "soak"), Map.of("prepared " + gid, "there"));
        prepared.add(gid);
    }

    private void endPrepared() {
        var gid = prepared.getFirst();
        var parts = gid.split("-", 0);
        long number = Long.parseLong(parts[1]);
        long rows = Long.parseLong(parts[2]);
        Map<String, String> change = new TreeMap<>(Map.of("prepared " + gid, Ledger.NOTHING));
        if (random.nextInt(3) > 0) {
            change.put(SoakTables.batch(number), SoakTables.state(rows, 1));
            end(() -> storage.commitPrepared(gid), change);
            batches.put(number, new Known(rows, 1));
        } else {
            end(() -> storage.rollbackPrepared(gid), change);
        }
        prepared.removeFirst();
    }
}
