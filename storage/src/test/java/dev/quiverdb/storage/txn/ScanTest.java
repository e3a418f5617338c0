package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole stripes read at once beside rows read one by one and beside a map. */
@Timeout(120)
final class ScanTest {
    private static final int TABLET = 1;
    private static final int[] ALL = {1, 2, 3, 4, 5};
    private static final List<Type> TYPES =
            List.of(Types.INT8, Types.TEXT, Types.TEXT, Types.INT4, Types.NUMERIC);

    private static TabletSpec spec() {
        var columns = new ArrayList<ColumnSpec>();
        for (int i = 0; i < TYPES.size(); i++) {
            columns.add(ColumnSpec.of(i + 1, "c" + i, TYPES.get(i)));
        }
        return TabletSpec.of(TABLET, columns, List.of());
    }

    private static Storage open(Path directory) {
        var storage =
                Storage.open(
                        StorageOptions.in(directory).withCacheBytes(16 << 20).withFsync(false));
        var creation = storage.begin(IsolationLevel.READ_COMMITTED);
        creation.beginStatement();
        creation.createTablet(spec());
        creation.commit();
        return storage;
    }

    private static @Nullable String text(SplittableRandom random) {
        return switch (random.nextInt(12)) {
            case 0 -> null;
            case 1 -> "";
            case 2 -> "häuser \uD83D\uDC1D " + random.nextInt();
            case 3 -> random.nextInt(8) == 0 ? "x".repeat(random.nextInt(2001, 90_000)) : "y";
            default -> "t".repeat(random.nextInt(1, 120));
        };
    }

    private static @Nullable Object[] row(SplittableRandom random) {
        return new @Nullable Object[] {
            random.nextLong(),
            text(random),
            text(random),
            random.nextInt(5) == 0 ? null : (Object) random.nextInt(),
            random.nextInt(5) == 0
                    ? null
                    : dev.quiverdb.base.type.Numeric.of(random.nextLong(1_000_000))
        };
    }

    private static Map<Long, List<@Nullable Object>> scan(Transaction transaction) {
        var found = new TreeMap<Long, List<@Nullable Object>>();
        try (var cursor = transaction.scan(TABLET, ALL)) {
            for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    @Nullable Object[] values = new @Nullable Object[ALL.length];
                    for (int c = 0; c < values.length; c++) {
                        values[c] = batch.get(i, c);
                    }
                    found.put(cursor.rowIds()[i], Arrays.asList(values));
                }
            }
        }
        return found;
    }

    private static Map<Long, List<@Nullable Object>> fetchMany(
            Transaction transaction, List<Long> rowIds) {
        var found = new TreeMap<Long, List<@Nullable Object>>();
        int[] kept = new int[Batch.ROWS_MAX];
        for (int from = 0; from < rowIds.size(); from += Batch.ROWS_MAX) {
            int to = Math.min(rowIds.size(), from + Batch.ROWS_MAX);
            long[] ids = rowIds.subList(from, to).stream().mapToLong(Long::longValue).toArray();
            var batch = new Batch(0, TYPES.stream().map(Column::of).toArray(Column[]::new));
            int rows = transaction.fetchMany(TABLET, ids, ids.length, ALL, batch, kept);
            for (int i = 0; i < rows; i++) {
                @Nullable Object[] values = new @Nullable Object[ALL.length];
                for (int c = 0; c < values.length; c++) {
                    values[c] = batch.get(i, c);
                }
                found.put(ids[kept[i]], Arrays.asList(values));
            }
        }
        return found;
    }

    /** What a snapshot has to give, kept while others write. */
    private record Reader(Transaction transaction, Map<Long, List<@Nullable Object>> expected) {}

    @Test
    void everySnapshotScansWhatWasCommittedWhenItWasTaken(@TempDir Path directory) {
        long seed = Long.getLong("seed", 29);
        var random = new SplittableRandom(seed);
        try (var storage = open(directory)) {
            var model = new TreeMap<Long, List<@Nullable Object>>();
            var readers = new ArrayList<Reader>();
            for (int round = 0; round < 40; round++) {
                write(storage, random, model, round == 0 ? 1500 : random.nextInt(300));
                if (random.nextInt(3) == 0) {
                    var reader = storage.begin(IsolationLevel.REPEATABLE_READ, true, false);
                    reader.beginStatement();
                    readers.add(new Reader(reader, new TreeMap<>(model)));
                }
                var now = storage.begin(IsolationLevel.READ_COMMITTED, true, false);
                now.beginStatement();
                check(now, model, seed);
                now.commit();
                if (!readers.isEmpty()) {
                    var reader = readers.get(random.nextInt(readers.size()));
                    check(reader.transaction, reader.expected, seed);
                    if (random.nextInt(4) == 0) {
                        readers.remove(reader);
                        reader.transaction.commit();
                    }
                }
            }
            readers.forEach(reader -> reader.transaction.commit());
        }
    }

    private static void check(
            Transaction transaction, Map<Long, List<@Nullable Object>> expected, long seed) {
        assertSame("scan", scan(transaction), expected, seed);
        // Row ids that are free now, or were then, are asked for as well.
        var ids = new ArrayList<Long>();
        for (long id = 0; id < 16_384; id++) {
            ids.add(id);
        }
        assertSame("fetch", fetchMany(transaction, ids), expected, seed);
        assertSame("fetch of runs", fetchMany(transaction, runs(ids, seed)), expected, seed);
    }

    /** The same in another order, in which some stay side by side. */
    private static List<Long> runs(List<Long> ids, long seed) {
        var random = new Random(seed + ids.size());
        var pieces = new ArrayList<List<Long>>();
        for (int from = 0; from < ids.size(); ) {
            int to = Math.min(ids.size(), from + 1 + random.nextInt(random.nextInt(1, 60)));
            pieces.add(ids.subList(from, to));
            from = to;
        }
        Collections.shuffle(pieces, random);
        var mixed = new ArrayList<Long>();
        pieces.forEach(mixed::addAll);
        return mixed;
    }

    private static void assertSame(
            String what,
            Map<Long, List<@Nullable Object>> found,
            Map<Long, List<@Nullable Object>> expected,
            long seed) {
        assertThat(found.keySet())
                .as("rows of %s, replay with -Dseed=%d", what, seed)
                .isEqualTo(expected.keySet());
        expected.forEach((id, row) ->
                assertThat(found.get(id))
                        .as("row %d of %s, replay with -Dseed=%d", id, what, seed)
                        .isEqualTo(row));
    }

    private static void write(
            Storage storage,
            SplittableRandom random,
            Map<Long, List<@Nullable Object>> model,
            int changes) {
        var writer = storage.begin(IsolationLevel.READ_COMMITTED);
        writer.beginStatement();
        boolean kept = model.isEmpty() || random.nextInt(6) > 0;
        var after = new TreeMap<>(model);
        for (int i = 0; i < changes; i++) {
            writer.nextCommand();
            var row = row(random);
            Long victim = after.isEmpty() ? null : victim(after, random);
            int what = model.isEmpty() ? 0 : random.nextInt(3);
            if (victim == null || (what == 0 && after.size() < 2000)) {
                after.put(writer.insert(TABLET, row), Arrays.asList(row));
            } else if (what == 1) {
                writer.delete(TABLET, victim);
                after.remove(victim);
            } else {
                var next = new ArrayList<>(after.get(victim));
                next.set(1, row[1]);
                next.set(4, row[4]);
                writer.update(TABLET, victim, new int[] {2, 5}, new Object[] {row[1], row[4]});
                after.put(victim, next);
            }
        }
        if (kept) {
            writer.commit();
            model.clear();
            model.putAll(after);
        } else {
            writer.rollback();
        }
    }

    private static Long victim(
            TreeMap<Long, List<@Nullable Object>> rows, SplittableRandom random) {
        var from = rows.ceilingKey(random.nextLong(rows.lastKey() + 1));
        return from == null ? rows.firstKey() : from;
    }

    /** Both texts of a row are always written together, so a reader that sees two has torn one. */
    @Test
    void scansBesideWritersSeeWholeRows(@TempDir Path directory) throws InterruptedException {
        var failures = Collections.synchronizedList(new ArrayList<Throwable>());
        var over = new AtomicBoolean();
        var scans = new AtomicLong();
        try (var storage = open(directory)) {
            var setUp = storage.begin(IsolationLevel.READ_COMMITTED);
            setUp.beginStatement();
            var ids = new long[1000];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = setUp.insert(TABLET, new Object[] {(long) i, "0", "0", 0, null});
            }
            setUp.commit();
            var writer = Thread.ofPlatform().start(() -> update(storage, ids, over, failures));
            var reader =
                    Thread.ofPlatform()
                            .start(() -> readWhole(storage, ids.length, over, scans, failures));
            long end = System.nanoTime() + 2_000_000_000L;
            while (System.nanoTime() < end && failures.isEmpty()) {
                Thread.sleep(20);
            }
            over.set(true);
            writer.join();
            reader.join();
        }
        assertThat(failures).isEmpty();
        assertThat(scans.get()).isGreaterThan(5);
    }

    private static void update(
            Storage storage, long[] ids, AtomicBoolean over, List<Throwable> failures) {
        var random = new SplittableRandom(3);
        try {
            while (!over.get()) {
                var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
                transaction.beginStatement();
                var text = Integer.toString(random.nextInt()).repeat(random.nextInt(1, 30));
                for (int i = 0; i < 5; i++) {
                    long id = ids[random.nextInt(ids.length)];
                    transaction.nextCommand();
                    transaction.update(TABLET, id, new int[] {2, 3}, new Object[] {text, text});
                }
                transaction.commit();
            }
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }

    private static void readWhole(
            Storage storage,
            int rows,
            AtomicBoolean over,
            AtomicLong scans,
            List<Throwable> failures) {
        try {
            while (!over.get()) {
                var transaction = storage.begin(IsolationLevel.READ_COMMITTED, true, false);
                transaction.beginStatement();
                var found = scan(transaction);
                transaction.commit();
                assertThat(found).hasSize(rows);
                for (var row : found.values()) {
                    assertThat(row.get(1)).isEqualTo(row.get(2));
                }
                scans.incrementAndGet();
            }
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }
}
