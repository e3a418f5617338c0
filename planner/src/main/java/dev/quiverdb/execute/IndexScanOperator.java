package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.storage.IndexCursor;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.Transaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ranges of a btree index, in its order. Reads few rows first and more with every call. */
final class IndexScanOperator extends ScanOperator {
    private static final int FIRST_ROWS = 16;

    private final Plan.IndexScan plan;
    private final Evaluator[] equal;
    private final @Nullable Evaluator lower;
    private final @Nullable Evaluator upper;
    private List<KeyRange> ranges = List.of();
    private int nextRange;
    private @Nullable IndexCursor cursor;
    private long[] rowIds = {};
    private int[] kept = {};
    private int chunk = FIRST_ROWS;

    IndexScanOperator(Plan.IndexScan plan, Compiler compiler) {
        super(compiler.frame(), plan, plan.source(), compiler.compileIf(plan.filter()));
        this.plan = plan;
        equal = compiler.compileAll(plan.equal().stream().map(Plan.IndexKey::value).toList());
        lower = compiler.compileIf(plan.lower());
        upper = compiler.compileIf(plan.upper());
    }

    @Override
    void open() {
        close();
        nextRange = 0;
        chunk = FIRST_ROWS;
        boolean isFixed = openFixed();
        ranges = ranges();
        if (isFixed && !hasKeyInRange(fixed)) {
            ranges = List.of();
        }
    }

    /** Whether the row of a re-evaluation is still one that this scan would find. */
    private boolean hasKeyInRange(Frame.@Nullable FixedRow row) {
        if (row == null || row.rowId() < 0) {
            return false;
        }
        var index = plan.index();
        var positions = new ArrayList<>(index.columns());
        if (index.membership() >= 0) {
            positions.add(index.membership());
        }
        var columns = plan.source().relation().columns();
        int[] ids = positions.stream().mapToInt(p -> columns.get(p).columnId()).toArray();
        @Nullable Object[] key = new @Nullable Object[ids.length];
        if (!fetch(row, ids, key)
                || (index.membership() >= 0 && !Boolean.TRUE.equals(key[ids.length - 1]))) {
            return false;
        }
        var types = index.columns().stream().map(p -> columns.get(p).type()).toList();
        return ranges.stream().anyMatch(range -> contains(range, key, types));
    }

    private static boolean contains(KeyRange range, @Nullable Object[] key, List<Type> types) {
        int at = 0;
        for (var wanted : range.prefix()) {
            var value = key[at];
            boolean same =
                    wanted == null || value == null
                            ? wanted == value
                            : types.get(at).compare(value, wanted) == 0;
            if (!same) {
                return false;
            }
            at++;
        }
        var lower = range.lower();
        var upper = range.upper();
        if (lower == null && upper == null) {
            return range.nulls() || key[at] != null;
        }
        var value = key[at];
        return value != null
                && (lower == null || admits(lower, types.get(at).compare(value, lower.value())))
                && (upper == null || admits(upper, types.get(at).compare(upper.value(), value)));
    }

    private static boolean admits(KeyRange.Bound bound, int order) {
        return order > 0 || (order == 0 && bound.inclusive());
    }

    private List<KeyRange> ranges() {
        KeyRange.Bound from = null;
        KeyRange.Bound to = null;
        if (lower != null) {
            var value = lower.value(Row.NONE);
            if (value == null) {
                return List.of();
            }
            from = new KeyRange.Bound(value, plan.lowerInclusive());
        }
        if (upper != null) {
            var value = upper.value(Row.NONE);
            if (value == null) {
                return List.of();
            }
            to = new KeyRange.Bound(value, plan.upperInclusive());
        }
        List<List<@Nullable Object>> prefixes = new ArrayList<>();
        prefixes.add(List.of());
        for (int i = 0; i < equal.length; i++) {
            var value = equal[i].value(Row.NONE);
            if (value == null) {
                return List.of();
            }
            List<Object> values =
                    plan.equal().get(i).anyElement()
                            ? distinct((PgArray) value)
                            : List.<Object>of(value);
            var longer = new ArrayList<List<@Nullable Object>>();
            for (var prefix : prefixes) {
                for (var element : values) {
                    var extended = new ArrayList<@Nullable Object>(prefix);
                    extended.add(element);
                    longer.add(extended);
                }
            }
            prefixes = longer;
        }
        var result = new ArrayList<KeyRange>(prefixes.size());
        for (var prefix : prefixes) {
            if (plan.isNull()) {
                var withNull = new ArrayList<@Nullable Object>(prefix);
                withNull.add(null);
                prefix = withNull;
            }
            result.add(
                    from == null && to == null
                            ? KeyRange.equalTo(prefix.toArray())
                            : KeyRange.between(prefix, from, to));
        }
        if (plan.backward()) {
            Collections.reverse(result);
        }
        return result;
    }

    /** The elements in order, NULLs and repetitions dropped. */
    private static List<Object> distinct(PgArray array) {
        Type type = array.elementType();
        var values = new ArrayList<Object>();
        for (var element : array.unsafeElements()) {
            if (element != null) {
                values.add(element);
            }
        }
        values.sort(type::compare);
        var distinct = new ArrayList<Object>(values.size());
        for (var value : values) {
            if (distinct.isEmpty() || type.compare(distinct.getLast(), value) != 0) {
                distinct.add(value);
            }
        }
        return distinct;
    }

    @Override
    @Nullable Batch next() {
        var row = fixed;
        if (row != null) {
            return ranges.isEmpty() ? null : nextFixed(row);
        }
        while (true) {
            frame.context().checkCancelled();
            var current = cursor;
            if (current == null) {
                if (nextRange >= ranges.size()) {
                    return null;
                }
                var range = ranges.get(nextRange++);
                if (range.prefix().size() == plan.index().columns().size()) {
                    @Nullable Object[] values = new @Nullable Object[columnIds.length];
                    long rowId = byKey(range, values);
                    var batch = rowId >= 0 ? single(rowId, values) : null;
                    if (batch != null) {
                        return batch;
                    }
                    if (rowId != Transaction.ASK_INDEX) {
                        continue;
                    }
                }
                current = nextRange(range);
                cursor = current;
            }
            if (rowIds.length != chunk) {
                rowIds = new long[chunk];
                kept = new int[chunk];
            }
            int found = current.next(rowIds);
            if (found == 0) {
                current.close();
                cursor = null;
                continue;
            }
            var batch = found == 1 ? one() : many(found);
            if (found == chunk) {
                chunk = Math.min(Batch.ROWS_MAX, chunk * 4);
            }
            if (batch != null) {
                return batch;
            }
        }
    }

    String indexName() {
        return plan.index().name();
    }

    /**
     * After {@link #open}: the next row ids without reading rows, where nothing but the range
     * decides.
     *
     * @return how many; 0 at the end
     */
    int nextIds(long[] into) {
        assert !hasFilter() : "rows have to be read";
        frame.context().checkCancelled();
        while (true) {
            var current = cursor;
            if (current == null) {
                if (nextRange >= ranges.size()) {
                    return 0;
                }
                current = nextRange(ranges.get(nextRange++));
                cursor = current;
            }
            int found = current.next(into);
            if (found > 0) {
                return found;
            }
            current.close();
            cursor = null;
        }
    }

    private IndexCursor nextRange(KeyRange range) {
        return transaction().indexScan(tabletId, plan.index().indexId(), range, plan.backward());
    }

    private long byKey(KeyRange range, @Nullable Object[] values) {
        return transaction()
                .fetchByKey(tabletId, plan.index().indexId(), range.prefix(), columnIds, values);
    }

    private @Nullable Batch one() {
        @Nullable Object[] values = new @Nullable Object[columnIds.length];
        return transaction().fetch(tabletId, rowIds[0], columnIds, values)
                ? single(rowIds[0], values)
                : null;
    }

    private @Nullable Batch many(int found) {
        var read = emptyBatch(found);
        int rows = transaction().fetchMany(tabletId, rowIds, found, columnIds, read, kept);
        if (rows == 0) {
            return null;
        }
        for (int i = 0; i < rows; i++) {
            rowIds[i] = rowIds[kept[i]];
        }
        var batch = complete(read, rowIds);
        return filter(batch) ? batch : null;
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
    }
}
