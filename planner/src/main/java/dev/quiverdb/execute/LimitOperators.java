package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** LIMIT, OFFSET, WITH TIES, and the first rows of an order. */
final class LimitOperators {
    /** The value of LIMIT; {@link Long#MAX_VALUE} for NULL or none. */
    static long limit(@Nullable Evaluator evaluator) {
        var value = evaluator == null ? null : evaluator.value(Row.NONE);
        if (value == null) {
            return Long.MAX_VALUE;
        }
        if ((Long) value < 0) {
            throw new SqlException(
                    SqlState.INVALID_ROW_COUNT_IN_LIMIT_CLAUSE, "LIMIT must not be negative");
        }
        return (Long) value;
    }

    static long offset(@Nullable Evaluator evaluator) {
        var value = evaluator == null ? null : evaluator.value(Row.NONE);
        if (value == null) {
            return 0;
        }
        if ((Long) value < 0) {
            throw new SqlException(
                    SqlState.INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE,
                    "OFFSET must not be negative");
        }
        return (Long) value;
    }

    static final class LimitOperator extends Operator {
        private final Operator input;
        private final @Nullable Evaluator limit;
        private final @Nullable Evaluator offset;
        private final @Nullable RowOrder ties;
        private final Row.OfBatch row = new Row.OfBatch();
        private long left;
        private long skip;
        private boolean withinTies;
        private @Nullable Object @Nullable [] lastKeys;
        private boolean done;

        LimitOperator(Plan.Limit plan, Operator input, Compiler compiler) {
            super(compiler.frame(), input.types);
            this.input = input;
            limit = compiler.compileIf(plan.limit());
            offset = compiler.compileIf(plan.offset());
            ties = plan.tieKeys().isEmpty() ? null : new RowOrder(plan.tieKeys(), compiler);
        }

        @Override
        void open() {
            skip = offset(offset);
            left = limit(limit);
            withinTies = false;
            lastKeys = null;
            done = left == 0;
            // PostgreSQL does not touch the input of LIMIT 0 either.
            if (!done) {
                input.open();
            }
        }

        @Override
        @Nullable Batch next() {
            while (!done) {
                var batch = input.next();
                if (batch == null) {
                    done = true;
                    return null;
                }
                int size = batch.size();
                int from = (int) Math.min(skip, size);
                skip -= from;
                int to = from;
                if (!withinTies) {
                    to = (int) Math.min(size, from + Math.min(left, size));
                    left = left == Long.MAX_VALUE ? left : left - (to - from);
                }
                if (left == 0 && ties != null && to > from && !withinTies) {
                    withinTies = true;
                    lastKeys = ties.keys(row.set(batch, batch.row(to - 1)));
                }
                if (withinTies && ties != null && lastKeys != null) {
                    while (to < size
                            && ties.compare(ties.keys(row.set(batch, batch.row(to))), lastKeys)
                                    == 0) {
                        to++;
                    }
                    done = to < size;
                } else {
                    done = left == 0;
                }
                if (to > from) {
                    return slice(batch, from, to);
                }
            }
            return null;
        }

        private static Batch slice(Batch batch, int from, int to) {
            if (from == 0 && to == batch.size()) {
                return batch;
            }
            int[] rows = new int[to - from];
            for (int i = from; i < to; i++) {
                rows[i - from] = batch.row(i);
            }
            var out = new Batch(batch.rows(), batch.columns());
            out.select(rows, rows.length);
            return out;
        }

        @Override
        public void close() {
            input.close();
        }
    }

    /** Keeps the best rows in a heap. */
    static final class TopNOperator extends Operator {
        private static final class Kept {
            final @Nullable Object[] keys;
            final long number;
            final @Nullable Object[] row;

            Kept(@Nullable Object[] keys, long number, @Nullable Object[] row) {
                this.keys = keys;
                this.number = number;
                this.row = row;
            }
        }

        private final Operator input;
        private final RowOrder order;
        private final Evaluator limit;
        private final @Nullable Evaluator offset;
        private final BatchBuilder builder;
        private @Nullable List<Kept> sorted;
        private int next;

        TopNOperator(Plan.TopN plan, Operator input, Compiler compiler) {
            super(compiler.frame(), input.types);
            this.input = input;
            order = new RowOrder(plan.keys(), compiler);
            limit = compiler.compile(plan.limit());
            offset = compiler.compileIf(plan.offset());
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            sorted = null;
            next = 0;
            builder.reset();
            input.open();
        }

        private int compare(Kept a, Kept b) {
            int byKey = order.compare(a.keys, b.keys);
            return byKey != 0 ? byKey : Long.compare(a.number, b.number);
        }

        private List<Kept> run() {
            long skip = offset(offset);
            long wanted = limit(limit);
            wanted = wanted == Long.MAX_VALUE ? wanted : wanted + skip;
            var heap = new PriorityQueue<Kept>((a, b) -> compare(b, a));
            var row = new Row.OfBatch();
            long number = 0;
            for (var batch = wanted == 0 ? null : input.next();
                    batch != null;
                    batch = input.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    var keys = order.keys(row.set(batch, batch.row(i)));
                    if (heap.size() >= wanted) {
                        if (order.compare(keys, heap.element().keys) >= 0) {
                            continue;
                        }
                        heap.remove();
                    }
                    heap.add(new Kept(keys, number++, RowReader.copy(batch, i)));
                }
            }
            input.close();
            var result = new ArrayList<>(heap);
            result.sort(this::compare);
            return result;
        }

        @Override
        @Nullable Batch next() {
            var rows = sorted;
            if (rows == null) {
                rows = run();
                sorted = rows;
            }
            while (next < rows.size() && !builder.full()) {
                builder.add(rows.get(next++).row);
            }
            return builder.take();
        }

        @Override
        List<Map.Entry<String, String>> details() {
            return List.of(Map.entry("Sort Method", "top-N heapsort  Memory: 25kB"));
        }

        @Override
        public void close() {
            sorted = null;
            input.close();
        }
    }

    private LimitOperators() {}
}
