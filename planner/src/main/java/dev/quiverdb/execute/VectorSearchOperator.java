package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.execute.expression.Calls;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.storage.RowCursor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Nearest rows first. Exact: every row that passes the filter is measured, the best k are kept in a
 * heap.
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
    private final BatchBuilder builder;
    private final int vectorColumn;
    private final boolean vectorListed;
    private @Nullable Iterator<Hit> hits;
    private long measured;

    VectorSearchOperator(Plan.VectorSearch plan, Compiler compiler) {
        super(compiler.frame(), plan, plan.source(), compiler.compileIf(plan.filter()));
        this.plan = plan;
        query = compiler.compile(plan.query());
        limit = compiler.compileIf(plan.limit());
        distance =
                Compiler.bind(
                        plan.distance(),
                        new CallContext(compiler.frame().context(), plan.distance(), -1, false));
        builder = new BatchBuilder(types);
        vectorListed = plan.source().positions().contains(plan.column());
        vectorColumn = plan.source().positions().indexOf(plan.column());
    }

    @Override
    void open() {
        close();
        openFixed();
        builder.reset();
        measured = 0;
    }

    private long wanted() {
        return LimitOperators.limit(limit);
    }

    private Iterator<Hit> exact() {
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
                scan(cursor, target, wanted, heap, unmeasured);
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
        if (vectorListed) {
            return transaction().scan(tabletId, columnIds);
        }
        int[] withVector = java.util.Arrays.copyOf(columnIds, columnIds.length + 1);
        withVector[columnIds.length] = source.relation().columns().get(plan.column()).columnId();
        return transaction().scan(tabletId, withVector);
    }

    private void scan(
            RowCursor cursor,
            @Nullable Object target,
            long wanted,
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
                var value = distance.apply(new Object[] {vectors.get(row), target});
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
            found = exact();
            hits = found;
        }
        while (found.hasNext() && !builder.full()) {
            builder.add(found.next().row);
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
    List<java.util.Map.Entry<String, String>> details() {
        return List.of(java.util.Map.entry("Distances", Long.toString(measured)));
    }

    @Override
    public void close() {
        hits = null;
    }
}
