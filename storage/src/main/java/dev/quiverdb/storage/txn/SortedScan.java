package dev.quiverdb.storage.txn;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.storage.IndexCursor;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.txn.WriteSet.OwnKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What an index scan answers to a snapshot that is older than the index: the whole tablet, in key
 * order.
 */
final class SortedScan implements IndexCursor {
    private final ArrayList<OwnKey> rows = new ArrayList<>();
    private int next;

    SortedScan(
            SessionTransaction transaction,
            TabletView view,
            IndexKeys keys,
            IndexKeys.Bounds bounds,
            boolean reverse) {
        int[] ids =
                Arrays.stream(keys.positions())
                        .map(position -> view.layout().spec().columns().get(position).columnId())
                        .toArray();
        try (var scan = new TransactionScan(transaction, view, ids, 0, Integer.MAX_VALUE)) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                collect(batch, scan.rowIds(), ids, keys, bounds);
            }
        }
        Comparator<OwnKey> order = Comparator.naturalOrder();
        rows.sort(reverse ? order.reversed() : order);
    }

    private void collect(
            Batch batch, long[] rowIds, int[] ids, IndexKeys keys, IndexKeys.Bounds bounds) {
        for (int i = 0; i < batch.size(); i++) {
            int number = i;
            var row =
                    new RowView() {
                        @Override
                        public @Nullable Object value(int columnId) {
                            for (int c = 0; c < ids.length; c++) {
                                if (ids[c] == columnId) {
                                    return batch.get(number, c);
                                }
                            }
                            throw new IllegalArgumentException("column " + columnId);
                        }

                        @Override
                        public int vecId(int columnId) {
                            return -1;
                        }
                    };
            if (!keys.belongs(row)) {
                continue;
            }
            byte[] key = keys.key(row);
            if (bounds.contain(key)) {
                rows.add(new OwnKey(key, rowIds[i]));
            }
        }
    }

    @Override
    public int next(long[] rowIds) {
        int count = 0;
        while (count < rowIds.length && next < rows.size()) {
            rowIds[count++] = rows.get(next++).rowId();
        }
        return count;
    }

    @Override
    public void close() {}
}
