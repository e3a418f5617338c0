package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.execute.expression.Calls;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.RowCursor;
import dev.quiverdb.storage.WouldWaitException;
import dev.quiverdb.vector.access.RowFilter;
import dev.quiverdb.vector.access.VectorCursor;
import dev.quiverdb.vector.access.VectorEffort;
import dev.quiverdb.vector.access.VectorSearchRequest;
import dev.quiverdb.vector.access.VectorSearchStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Nearest rows first. Exact: every row that passes the filter is measured, the best k are kept in a
 * heap. By index: the index names candidates, the filter runs inside its search, and what comes
 * back is measured by the operator's own function and put in order. Where the index has fewer rows
 * than asked for (it holds no NULLs), the exact way answers: k rows come whenever k qualify, unless
 * the user set the search a bound or wants no sequential scan.
 */
final class VectorSearchOperator extends ScanOperator {
    private static final class Hit {
        final double distance;
        final long number;
        final @Nullable Object[] row;

        Hit(double distance, long number, @Nullable Object[] row) {
            this.distance = distance;
            this.number = number;
            this.row = row;
        }
    }

    private final Plan.VectorSearch plan;
    private final Evaluator query;
    private final @Nullable Evaluator limit;
    private final Calls.Invocation distance;
    private final @Nullable MatchingRows matching;
    private final BatchBuilder builder;
    private final int vectorColumn;
    private final boolean vectorListed;

    /** Whether the index's own distances put the rows in order. */
    private final boolean ranked;

    private static final int STREAM_ROWS = 64;

    /** So many rows are found and read in little time. */
    private static final int PROMPT_ROWS_MAX = 100;

    /** What a search of lists tests, as the effort of a walk that tests as many. */
    private static final int LISTS_EFFORT = 100;

    /** From this many rows on a search by index is cut into pages, as its buffers are. */
    private static final long WANTED_MAX = 1 << 20;

    private @Nullable Iterator<Hit> hits;
    private @Nullable AccessCursor stream;
    private final Set<Long> streamed = new HashSet<>();
    private long measured;
    private boolean bounded;
    private @Nullable VectorSearchStatistics statistics;
    private String way = "";

    VectorSearchOperator(Plan.VectorSearch plan, Compiler compiler) {
        super(compiler.frame(), plan, plan.source(), compiler.compileIf(plan.filter()));
        this.plan = plan;
        query = compiler.compile(plan.query());
        limit = compiler.compileIf(plan.limit());
        distance =
                Compiler.bind(
                        plan.distance(),
                        new CallContext(compiler.frame().context(), plan.distance(), -1, false));
        assert (plan.filter() == null) == (plan.matching() == null) : plan;
        matching = plan.matching() == null ? null : new MatchingRows(plan.matching(), compiler);
        builder = new BatchBuilder(types);
        ranked =
                !plan.withDistance()
                        && plan.index() != null
                        && plan.index().method().equals("hnsw");
        vectorListed = plan.source().positions().contains(plan.column());
        vectorColumn = plan.source().positions().indexOf(plan.column());
    }

    @Override
    void open() {
        close();
        openFixed();
        builder.reset();
        measured = 0;
        statistics = null;
        bounded = false;
    }

    /** The first hits; all of them where the number wanted is known. */
    private Iterator<Hit> start() {
        var index = plan.index();
        var target = query.value(Row.NONE);
        long wanted = wanted();
        if (matching != null) {
            matching.open(false);
        }
        if (index == null
                || plan.mode() == Plan.VectorMode.EXACT
                || wanted == 0
                || !transaction().hasAccess(tabletId, index.indexId())) {
            way = "exact";
            if (matching != null && wanted > 0) {
                matching.byIndex(Long.MAX_VALUE);
            }
            return exact(Set.of());
        }
        if (target == null || !isMeasured(target, target)) {
            // All distances are NULL or NaN: no order, and nothing to look for.
            way = "exact";
            return exact(Set.of());
        }
        way = "index";
        var effort = new SearchEffort(frame.context().session(), index.method());
        bounded = effort.bounded() || plan.mode() == Plan.VectorMode.INDEX_ONLY;
        if (matching != null) {
            matching.open(!bounded);
        }
        var kept = effort.of(index);
        if (!(wanted <= PROMPT_ROWS_MAX && kept.isSmall())) {
            mustWait();
        }
        if (plan.limit() != null && wanted > WANTED_MAX) {
            stream = access(index, target, STREAM_ROWS, kept);
            return Collections.emptyIterator();
        }
        int page = plan.limit() == null ? Batch.ROWS_MAX : (int) wanted;
        var found = new ArrayList<Hit>();
        try (var cursor = access(index, target, page, kept)) {
            long[] rowIds = new long[Math.min(page, Batch.ROWS_MAX)];
            double[] distances = new double[rowIds.length];
            while (found.size() < wanted) {
                int count = cursor.next(rowIds, distances);
                if (count == 0) {
                    break;
                }
                gather(rowIds, distances, count, target, found);
                frame.context().checkCancelled();
            }
            statistics = cursor instanceof VectorCursor search ? search.statistics() : null;
        }
        if (found.size() < wanted && !bounded && !foundAll(found.size())) {
            way = "index, then exact";
            return exact(Set.of());
        }
        var first = sorted(found);
        return first.subList(0, (int) Math.min(wanted, first.size())).iterator();
    }

    /** Whether no more rows than these can pass the filter. */
    private boolean foundAll(int count) {
        var known = matching == null ? null : matching.found();
        return known != null && known.size() == count;
    }

    private boolean isMeasured(@Nullable Object a, @Nullable Object b) {
        var value = distance.apply(new @Nullable Object[] {a, b});
        return value != null && !Double.isNaN(((Number) value).doubleValue());
    }

    private AccessCursor access(
            Relation.Index index, Object target, int wanted, VectorEffort kept) {
        var request = new VectorSearchRequest(target, wanted, kept, filter(wanted, kept));
        return transaction().accessScan(tabletId, index.indexId(), request);
    }

    private @Nullable RowFilter filter(int wanted, VectorEffort effort) {
        var rows = matching;
        if (rows == null) {
            return null;
        }
        var few =
                rows.few(
                        switch (effort) {
                            case VectorEffort.Graph graph ->
                                    Math.max(wanted, graph.parameters().efSearch());
                            case VectorEffort.Lists _ -> Math.max(wanted, LISTS_EFFORT);
                        });
        return few == null ? rows : few;
    }

    private static List<Hit> sorted(List<Hit> found) {
        found.sort((a, b) -> {
            int order = Double.compare(a.distance, b.distance);
            return order != 0 ? order : Long.compare(a.number, b.number);
        });
        return found;
    }

    /** The next page of a search without a known end; then the rows that no index holds. */
    private @Nullable Iterator<Hit> nextStreamed() {
        var cursor = stream;
        var target = query.value(Row.NONE);
        if (cursor == null || target == null) {
            return null;
        }
        frame.context().checkCancelled();
        long[] rowIds = new long[STREAM_ROWS];
        double[] distances = new double[STREAM_ROWS];
        int count = cursor.next(rowIds, distances);
        if (count == 0) {
            cursor.close();
            stream = null;
            return bounded ? null : exact(streamed);
        }
        for (int i = 0; i < count; i++) {
            streamed.add(rowIds[i]);
        }
        var found = new ArrayList<Hit>();
        gather(rowIds, distances, count, target, found);
        return sorted(found).iterator();
    }

    /**
     * Reads rows, drops those that do not pass, and measures the rest; where the index has done so
     * and nobody wants the number, its distances are as good and the vectors need not be read.
     */
    private void gather(
            long[] rowIds, double[] distances, int count, Object target, List<Hit> found) {
        boolean reads = !ranked && !vectorListed;
        int[] ids = reads ? withVector() : columnIds;
        var read = reads ? batchWithVector(count) : emptyBatch(count);
        int[] kept = new int[count];
        int rows = transaction().fetchMany(tabletId, rowIds, count, ids, read, kept);
        long[] keptIds = new long[rows];
        for (int i = 0; i < rows; i++) {
            keptIds[i] = rowIds[kept[i]];
        }
        var batch = complete(read, keptIds);
        if (rows == 0 || !filter(batch)) {
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            int row = batch.row(i);
            if (ranked) {
                found.add(new Hit(distances[kept[row]], found.size(), row(batch, i, null)));
                continue;
            }
            var vectors = reads ? read.column(columnIds.length) : batch.column(vectorColumn);
            var value = distance.apply(new @Nullable Object[] {vectors.get(row), target});
            measured++;
            double d = value == null ? Double.NaN : ((Number) value).doubleValue();
            found.add(new Hit(d, found.size(), row(batch, i, value == null ? null : d)));
        }
    }

    private int[] withVector() {
        int[] ids = Arrays.copyOf(columnIds, columnIds.length + 1);
        ids[columnIds.length] = source.relation().columns().get(plan.column()).columnId();
        return ids;
    }

    private long wanted() {
        return LimitOperators.limit(limit);
    }

    /** What follows takes long. */
    private void mustWait() {
        if (!transaction().waits()) {
            throw new WouldWaitException();
        }
    }

    private Iterator<Hit> exact(Set<Long> without) {
        mustWait();
        var target = query.value(Row.NONE);
        long wanted = wanted();
        var heap =
                new PriorityQueue<Hit>((a, b) -> {
                    int order = Double.compare(b.distance, a.distance);
                    return order != 0 ? order : Long.compare(b.number, a.number);
                });
        List<Hit> unmeasured = new ArrayList<>();
        if (wanted > 0) {
            try (RowCursor cursor = scan()) {
                scan(cursor, target, wanted, without, heap, unmeasured);
            }
        }
        var sorted = new ArrayList<>(heap);
        sorted.sort((a, b) -> {
            int order = Double.compare(a.distance, b.distance);
            return order != 0 ? order : Long.compare(a.number, b.number);
        });
        for (var hit : unmeasured) {
            if (sorted.size() >= wanted) {
                break;
            }
            sorted.add(hit);
        }
        return sorted.iterator();
    }

    private RowCursor scan() {
        int[] ids = vectorListed ? columnIds : withVector();
        var known = matching == null ? null : matching.found();
        return known == null
                ? transaction().scan(tabletId, ids)
                : new RowSetCursor(transaction(), tabletId, ids, this::batchWithVector, known);
    }

    /** Empty columns for fetchMany, the vector's among them. */
    private Batch batchWithVector(int capacity) {
        var batch = emptyBatch(capacity);
        if (vectorListed) {
            return batch;
        }
        var columns = new ArrayList<>(Arrays.asList(batch.columns()));
        columns.add(Column.of(source.relation().columns().get(plan.column()).type(), capacity));
        return new Batch(0, columns);
    }

    private void scan(
            RowCursor cursor,
            @Nullable Object target,
            long wanted,
            Set<Long> without,
            PriorityQueue<Hit> heap,
            List<Hit> unmeasured) {
        long number = 0;
        for (var read = cursor.next(); read != null; read = cursor.next()) {
            frame.context().checkCancelled();
            var batch = complete(read, cursor.rowIds());
            if (!filter(batch)) {
                continue;
            }
            var vectors = vectorListed ? batch.column(vectorColumn) : read.column(columnIds.length);
            for (int i = 0; i < batch.size(); i++) {
                int row = batch.row(i);
                if (!without.isEmpty() && without.contains(cursor.rowIds()[row])) {
                    continue;
                }
                var vector = vectors.get(row);
                if (plan.mode() == Plan.VectorMode.INDEX_ONLY && !isMeasured(vector, vector)) {
                    continue;
                }
                var value = distance.apply(new @Nullable Object[] {vector, target});
                measured++;
                number++;
                if (value == null) {
                    if (unmeasured.size() < wanted) {
                        unmeasured.add(new Hit(Double.NaN, number, row(batch, i, null)));
                    }
                    continue;
                }
                double d = ((Number) value).doubleValue();
                if (heap.size() >= wanted) {
                    if (Double.compare(d, heap.element().distance) >= 0) {
                        continue;
                    }
                    heap.remove();
                }
                heap.add(new Hit(d, number, row(batch, i, d)));
            }
        }
    }

    private @Nullable Object[] row(Batch batch, int i, @Nullable Double d) {
        int columns = plan.source().positions().size();
        @Nullable Object[] values = new @Nullable Object[types.length];
        int row = batch.row(i);
        for (int column = 0; column < columns; column++) {
            values[column] = batch.column(column).get(row);
        }
        if (plan.withDistance()) {
            values[columns] = d;
        }
        return values;
    }

    @Override
    @Nullable Batch next() {
        var row = fixed;
        if (row != null) {
            return fixedWithDistance(nextFixed(row));
        }
        var found = hits;
        if (found == null) {
            found = start();
            hits = found;
        }
        while (!builder.full()) {
            if (found.hasNext()) {
                builder.add(found.next().row);
                continue;
            }
            var more = builder.isEmpty() ? nextStreamed() : null;
            if (more == null) {
                break;
            }
            found = more;
            hits = found;
        }
        return builder.take();
    }

    private @Nullable Batch fixedWithDistance(@Nullable Batch batch) {
        if (batch == null) {
            return null;
        }
        Double d = null;
        if (plan.withDistance() && vectorListed) {
            var value =
                    distance.apply(
                            new Object[] {batch.get(0, vectorColumn), query.value(Row.NONE)});
            d = value == null ? null : ((Number) value).doubleValue();
        }
        builder.add(row(batch, 0, d));
        return builder.take();
    }

    @Override
    List<Map.Entry<String, String>> details() {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        lines.add(Map.entry("Searched", way));
        lines.add(Map.entry("Distances", Long.toString(measured)));
        var rows = matching == null ? null : matching.description();
        if (rows != null) {
            lines.add(Map.entry("Matching Rows", rows));
        }
        var known = statistics;
        if (known != null) {
            lines.add(Map.entry("Search Mode", known.mode()));
            lines.add(Map.entry("Index Visits", Long.toString(known.visits())));
            lines.add(Map.entry("Index Distances", Long.toString(known.distances())));
            lines.add(Map.entry("Reranked", Long.toString(known.reranked())));
            if (known.waiting() > 0) {
                lines.add(Map.entry("Not Yet Linked", Long.toString(known.waiting())));
            }
            if (known.tested() > 0 && matching != null && rows == null) {
                lines.add(
                        Map.entry(
                                "Passed",
                                "%d of %d tested".formatted(known.passed(), known.tested())));
            }
        }
        return lines;
    }

    @Override
    public void close() {
        hits = null;
        streamed.clear();
        if (stream != null) {
            stream.close();
            stream = null;
        }
        if (matching != null) {
            matching.close();
        }
    }
}
