package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Visible rows of a table, or of all partitions of one, whose columns equal a key: by an index
 * whose first columns they are, {@code O(log rows)}, or by a scan of all.
 */
final class KeyedRows {
    private KeyedRows() {}

    /**
     * The rows' ids, as {@link RowTargets#of} takes them.
     *
     * @param columns positions in the table's row
     * @param key their values, none null
     */
    static List<Long> find(
            ExecutionContext now,
            Relation relation,
            List<Integer> columns,
            Object[] key,
            Type[] types) {
        return find(
                now,
                relation,
                columns,
                key,
                Arrays.stream(types).map(Relation.KeyCast::none).toList());
    }

    /**
     * The same with a key of other types than the columns are of.
     *
     * @param casts from the columns' types to the key's
     */
    static List<Long> find(
            ExecutionContext now,
            Relation relation,
            List<Integer> columns,
            Object[] key,
            List<Relation.KeyCast> casts) {
        List<Long> rows = new ArrayList<>();
        var family = relation.family();
        var partitioning = family == null ? null : family.partitioning();
        if (family == null || partitioning == null) {
            find(now, relation, 0, columns, key, casts, rows);
            return rows;
        }
        for (int member : leaves(partitioning)) {
            var partition = family.members().get(member);
            find(
                    now,
                    partition.relation(),
                    Family.base(member),
                    columns.stream().map(partition.positions()::get).toList(),
                    key,
                    casts,
                    rows);
        }
        return rows;
    }

    private static List<Integer> leaves(Family.Partitioning partitioning) {
        List<Integer> leaves = new ArrayList<>();
        for (var partition : partitioning.partitions()) {
            var below = partition.below();
            if (below == null) {
                leaves.add(partition.member());
            } else {
                leaves.addAll(leaves(below));
            }
        }
        return leaves;
    }

    private static void find(
            ExecutionContext now,
            Relation relation,
            long base,
            List<Integer> columns,
            Object[] key,
            List<Relation.KeyCast> casts,
            List<Long> rows) {
        var transaction = now.transaction();
        boolean same = casts.stream().allMatch(cast -> cast.function().isEmpty());
        for (var index : relation.indexes()) {
            if (same
                    && index.method().equals("btree")
                    && index.membership() < 0
                    && index.columns().size() >= columns.size()
                    && columns.containsAll(index.columns().subList(0, columns.size()))) {
                var ordered =
                        index.columns().subList(0, columns.size()).stream()
                                .map(column -> key[columns.indexOf(column)])
                                .toArray();
                try (var cursor =
                        transaction.indexScan(
                                relation.tabletId(),
                                index.indexId(),
                                KeyRange.equalTo(ordered),
                                false)) {
                    long[] ids = new long[256];
                    for (int found = cursor.next(ids); found > 0; found = cursor.next(ids)) {
                        for (int i = 0; i < found; i++) {
                            rows.add(base | ids[i]);
                        }
                    }
                }
                return;
            }
        }
        int[] ids =
                columns.stream()
                        .mapToInt(column -> relation.columns().get(column).columnId())
                        .toArray();
        try (var cursor = transaction.scan(relation.tabletId(), ids)) {
            for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
                now.checkCancelled();
                for (int i = 0; i < batch.size(); i++) {
                    if (equal(now, batch, i, key, casts)) {
                        rows.add(base | cursor.rowIds()[batch.row(i)]);
                    }
                }
            }
        }
    }

    private static boolean equal(
            ExecutionContext now,
            Batch batch,
            int row,
            Object[] key,
            List<Relation.KeyCast> casts) {
        for (int i = 0; i < key.length; i++) {
            var value = batch.get(row, i);
            if (value == null || !equal(now, value, key[i], casts.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a value equals one of a key, which it is cast to the type of. */
    static boolean equal(ExecutionContext now, Object value, Object key, Relation.KeyCast cast) {
        if (cast.whole()) {
            return ((Number) value).longValue() == ((Number) key).longValue();
        }
        return cast.to().valuesEqual(KeyCasts.assign(now, cast, value), key);
    }
}
