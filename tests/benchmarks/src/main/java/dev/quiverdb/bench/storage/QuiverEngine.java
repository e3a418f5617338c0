package dev.quiverdb.bench.storage;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.batch.ObjectColumn;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The whole storage engine: transactions, snapshots, a table and its primary key. */
final class QuiverEngine implements RowEngine {
    private static final int TABLET = 1;
    private static final int INDEX = 1;
    private static final int VECTORS = 2;
    private static final int[] TEXT = {2};
    private static final int[] BOTH = {1, 2};
    private static final int[] KEY = {1};

    /** No checkpoint by itself, so that each measure has its own. */
    private static final long LOG_BYTES_MAX = 4L << 30;

    private final Storage storage;

    QuiverEngine(Path directory, long cacheBytes) {
        storage =
                Storage.open(
                        StorageOptions.in(directory)
                                .withCacheBytes(cacheBytes)
                                .withCheckpointLogBytes(LOG_BYTES_MAX));
        if (storage.tablet(TABLET) == null) {
            var creation = storage.begin(IsolationLevel.READ_COMMITTED);
            creation.beginStatement();
            creation.createTablet(
                    TabletSpec.of(
                            TABLET,
                            List.of(
                                    ColumnSpec.of(1, "id", Types.INT8),
                                    ColumnSpec.of(2, "text", Types.TEXT)),
                            List.of(IndexSpec.btree(INDEX, true, 1))));
            creation.commit();
        }
    }

    @Override
    public String name() {
        return "QuiverDB";
    }

    @Override
    public void load(long count, LongFunction<Long> order, LongFunction<String> text) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        for (long from = 0; from < count; from += Batch.ROWS_MAX) {
            var keys = new LongColumn(Types.INT8, Batch.ROWS_MAX);
            var texts = new ObjectColumn(Types.TEXT, Batch.ROWS_MAX);
            int rows = (int) Math.min(Batch.ROWS_MAX, count - from);
            for (int i = 0; i < rows; i++) {
                long key = order.apply(from + i);
                keys.append(key);
                texts.append(text.apply(key));
            }
            transaction.insertBatch(TABLET, new Batch(rows, keys, texts));
        }
        transaction.commit();
    }

    @Override
    public void loadVectors(long count, LongFunction<float[]> vector) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        transaction.createTablet(
                TabletSpec.of(
                        VECTORS,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "v", Types.VECTOR, vector.apply(0).length)),
                        List.of(IndexSpec.btree(INDEX, true, 1))));
        for (long from = 0; from < count; from += Batch.ROWS_MAX) {
            var keys = new LongColumn(Types.INT8, Batch.ROWS_MAX);
            var vectors = new ObjectColumn(Types.VECTOR, Batch.ROWS_MAX);
            int rows = (int) Math.min(Batch.ROWS_MAX, count - from);
            for (int i = 0; i < rows; i++) {
                keys.append(from + i);
                vectors.append(Vector.wrap(vector.apply(from + i)));
            }
            transaction.insertBatch(VECTORS, new Batch(rows, keys, vectors));
        }
        transaction.commit();
    }

    private static long rowId(Transaction transaction, long key) {
        var rows = new long[1];
        try (var cursor = transaction.indexScan(TABLET, INDEX, KeyRange.equalTo(key), false)) {
            return cursor.next(rows) == 0 ? -1 : rows[0];
        }
    }

    @Override
    public int read(long key) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED, true, false);
        try {
            transaction.beginStatement();
            var row = new @Nullable Object[1];
            long found = transaction.fetchByKey(TABLET, INDEX, List.of(key), TEXT, row);
            if (found == Transaction.ASK_INDEX) {
                found = rowId(transaction, key);
                found = found >= 0 && transaction.fetch(TABLET, found, TEXT, row) ? found : -1;
            }
            return found >= 0 && row[0] instanceof String text ? text.length() : -1;
        } finally {
            transaction.commit();
        }
    }

    @Override
    public void update(long key, String text) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        long rowId = rowId(transaction, key);
        transaction.update(TABLET, rowId, TEXT, new @Nullable Object[] {text});
        transaction.commit();
    }

    @Override
    public void updateRange(long from, long to, LongFunction<String> text) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        for (long key = from; key < to; key++) {
            transaction.update(
                    TABLET,
                    rowId(transaction, key),
                    TEXT,
                    new @Nullable Object[] {text.apply(key)});
        }
        transaction.commit();
    }

    @Override
    public long countKeys(long low, long high) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED, true, false);
        long found = 0;
        try {
            transaction.beginStatement();
            try (var cursor = transaction.scan(TABLET, KEY)) {
                for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
                    found += count((LongColumn) batch.column(0), batch.rows(), low, high);
                }
            }
        } finally {
            transaction.commit();
        }
        return found;
    }

    private static int count(LongColumn column, int rows, long low, long high) {
        int found = 0;
        long[] keys = column.values();
        for (int i = 0; i < rows; i++) {
            found += keys[i] >= low && keys[i] < high ? 1 : 0;
        }
        return found;
    }

    @Override
    public long scan() {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED, true, false);
        long rows = 0;
        try {
            transaction.beginStatement();
            try (var cursor = transaction.scan(TABLET, BOTH)) {
                for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
                    rows += batch.size();
                }
            }
        } finally {
            transaction.commit();
        }
        return rows;
    }

    @Override
    public void checkpoint() {
        storage.checkpoint();
    }

    @Override
    public void close() {
        storage.close();
    }
}
