package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Plan;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Nodes that read no table: VALUES, one empty row, catalog relations. */
final class LeafOperators {
    static final class ValuesOperator extends Operator {
        private final Evaluator[][] rows;
        private final BatchBuilder builder;
        private int next;

        ValuesOperator(Plan.Values plan, Compiler compiler) {
            super(compiler.frame(), plan);
            rows = plan.rows().stream().map(compiler::compileAll).toArray(Evaluator[][]::new);
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            next = 0;
            builder.reset();
        }

        @Override
        @Nullable Batch next() {
            while (next < rows.length && !builder.full()) {
                var expressions = rows[next++];
                @Nullable Object[] values = new @Nullable Object[expressions.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = expressions[i].value(Row.NONE);
                }
                builder.add(values);
            }
            return builder.take();
        }

        @Override
        public void close() {}
    }

    static final class ResultOperator extends Operator {
        private final @Nullable Operator input;
        private final @Nullable Evaluator condition;
        private final Column[] none;
        private boolean done;

        ResultOperator(Plan.Result plan, @Nullable Operator input, Compiler compiler) {
            super(compiler.frame(), plan);
            this.input = input;
            condition = compiler.compileIf(plan.condition());
            none = new Column[0];
            assert input != null || types.length == 0 || plan.condition() != null
                    : "rows out of nothing";
        }

        @Override
        void open() {
            done = condition != null && !condition.isTrue(Row.NONE);
            if (!done && input != null) {
                input.open();
            }
        }

        @Override
        @Nullable Batch next() {
            if (done) {
                return null;
            }
            if (input != null) {
                return input.next();
            }
            done = true;
            return new Batch(1, none);
        }

        @Override
        public void close() {
            if (input != null) {
                input.close();
            }
        }
    }

    static final class VirtualScanOperator extends Operator {
        private final Plan.VirtualScan plan;
        private final @Nullable Evaluator filter;
        private final BatchBuilder builder;
        private final Row.OfArray row = new Row.OfArray();
        private @Nullable Iterator<@Nullable Object[]> rows;
        private @Nullable BatchSource given;

        VirtualScanOperator(Plan.VirtualScan plan, Compiler compiler) {
            super(compiler.frame(), plan);
            this.plan = plan;
            filter = compiler.compileIf(plan.filter());
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            given = frame.context().givenRows(plan);
            rows = given != null ? null : frame.context().virtualRows(plan);
            builder.reset();
        }

        @Override
        @Nullable Batch next() {
            var batches = given;
            if (batches != null) {
                frame.context().checkCancelled();
                return batches.next();
            }
            var source = rows;
            if (source == null) {
                return null;
            }
            frame.context().checkCancelled();
            var positions = plan.positions();
            while (!builder.full() && source.hasNext()) {
                var all = source.next();
                @Nullable Object[] values = new @Nullable Object[positions.size()];
                for (int i = 0; i < values.length; i++) {
                    int position = positions.get(i);
                    values[i] =
                            position == Plan.TABLE_OID
                                    ? (Object) Integer.toUnsignedLong(plan.relationOid())
                                    : all[position];
                }
                if (filter == null || filter.isTrue(row.set(values))) {
                    builder.add(values);
                }
            }
            return builder.take();
        }

        @Override
        public void close() {
            rows = null;
            given = null;
        }
    }

    private LeafOperators() {}
}
