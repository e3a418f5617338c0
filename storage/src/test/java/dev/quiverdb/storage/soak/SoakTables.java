package dev.quiverdb.storage.soak;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.key.KeyRings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The tables that the killed process writes to. A batch is a row of {@link #BATCHES} and as many
 * rows of {@link #ITEMS} as that says, all in one version, and all that stands in an item follows
 * from its batch, its row and that version.
 */
final class SoakTables {
    static final int ACCOUNTS = 1;
    static final int COUNTERS = 2;
    static final int BATCHES = 3;
    static final int ITEMS = 4;
    static final int ACCOUNT_COUNT = 40;
    static final long BALANCE = 1000;
    static final int WORKERS = 6;
    static final int[] ITEM_COLUMNS = {1, 2, 3, 4, 5, 6};
    private static final int LONG_TEXT = 2500;
    private static final int TEXT = 200;

    private SoakTables() {}

    /** A small cache, small budgets: everything that can spill does. */
    static StorageOptions options(Path directory, boolean encrypted) {
        var options =
                StorageOptions.in(directory)
                        .withCacheBytes(8 << 20)
                        .withHistoryBytes(1 << 20)
                        .withWriteSetBytes(128 << 10)
                        .withCheckpointLogBytes(2 << 20)
                        .withRowsBeforeBulk(300);
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 7);
        return encrypted ? options.withKeyRing(KeyRings.of(key, Chance.secure())) : options;
    }

    static void create(Storage storage) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        transaction.createTablet(
                TabletSpec.of(
                        ACCOUNTS,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "balance", Types.INT8)),
                        List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2))));
        transaction.createTablet(
                TabletSpec.of(
                        COUNTERS,
                        List.of(
                                ColumnSpec.of(1, "worker", Types.INT8),
                                ColumnSpec.of(2, "value", Types.INT8)),
                        List.of(IndexSpec.btree(1, true, 1))));
        transaction.createTablet(
                TabletSpec.of(
                        BATCHES,
                        List.of(
                                ColumnSpec.of(1, "batch", Types.INT8),
                                ColumnSpec.of(2, "worker", Types.INT8),
                                ColumnSpec.of(3, "rows", Types.INT8),
                                ColumnSpec.of(4, "version", Types.INT8)),
                        List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2, 4))));
        transaction.createTablet(
                TabletSpec.of(
                        ITEMS,
                        List.of(
                                ColumnSpec.of(1, "batch", Types.INT8),
                                ColumnSpec.of(2, "row", Types.INT8),
                                ColumnSpec.of(3, "version", Types.INT8),
                                ColumnSpec.of(4, "tag", Types.TEXT),
                                ColumnSpec.of(5, "text", Types.TEXT),
                                ColumnSpec.of(6, "vector", Types.VECTOR, 4)),
                        List.of(
                                IndexSpec.btree(1, true, 1, 2),
                                IndexSpec.btree(2, true, 4),
                                IndexSpec.btree(3, false, 3, 2))));
        for (long id = 0; id < ACCOUNT_COUNT; id++) {
            transaction.insert(ACCOUNTS, new Object[] {id, BALANCE});
        }
        for (long worker = 0; worker < WORKERS; worker++) {
            transaction.insert(COUNTERS, new Object[] {worker, 0L});
        }
        transaction.commit();
    }

    /** An item as it must be. */
    static Object[] item(long batch, long row, long version) {
        long mix = (batch * 31 + row) * 0x9E3779B97F4A7C15L + version;
        mix ^= mix >>> 29;
        int length = (int) (mix & 63) == 0 ? LONG_TEXT : (int) (mix >>> 8 & 0xff) % TEXT;
        var letter = String.valueOf((char) ('a' + (mix >>> 20 & 15)));
        return new Object[] {
            batch,
            row,
            version,
            batch + "/" + row + "/" + version,
            letter.repeat(length),
            Vector.of(row, version, mix & 1023, batch % 1000)
        };
    }

    /** What a {@code Ledger} calls a batch. */
    static String batch(long number) {
        return "batch " + number;
    }

    /** The state of a batch there. */
    static String state(long rows, long version) {
        return rows + " rows of version " + version;
    }

    static long rowOf(Transaction transaction, int tablet, Object key) {
        long[] found = new long[1];
        try (var scan = transaction.indexScan(tablet, 1, KeyRange.equalTo(key), false)) {
            if (scan.next(found) == 0) {
                throw new IllegalStateException("no row " + key + " in tablet " + tablet);
            }
            return found[0];
        }
    }
}
