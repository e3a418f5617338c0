package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.expression.SetExpressions;
import dev.quiverdb.plan.Plan;
import org.jspecify.annotations.Nullable;

/** Filter, projection, and projection with set-returning functions. */
final class RowOperators {
    static final class FilterOperator extends Operator {
        private final Operator input;
        private final Evaluator condition;
        private int[] selected = new int[16];

        FilterOperator(Plan.Filter plan, Operator input, Compiler compiler) {
            super(compiler.frame(), input.types);
            this.input = input;
            condition = compiler.compile(plan.condition());
        }

        @Override
        void open() {
            input.open();
        }

        @Override
        @Nullable Batch next() {
            for (var batch = input.next(); batch != null; batch = input.next()) {
                if (selected.length < batch.size()) {
                    selected = new int[Batch.ROWS_MAX];
                }
                int kept = condition.select(batch, rows(batch), batch.size(), selected);
                if (kept > 0) {
                    if (kept == batch.size()) {
                        return batch;
                    }
                    var filtered = new Batch(batch.rows(), batch.columns());
                    filtered.select(selected, kept);
                    return filtered;
                }
            }
            return null;
        }

        @Override
        public void close() {
            input.close();
        }
    }

    static final class ProjectOperator extends Operator {
        private final Operator input;
        private final Evaluator[] expressions;

        ProjectOperator(Plan.Project plan, Operator input, Compiler compiler) {
            super(compiler.frame(), plan);
            this.input = input;
            expressions = compiler.compileAll(plan.expressions());
        }

        @Override
        void open() {
            input.open();
        }

        @Override
        @Nullable Batch next() {
            var batch = input.next();
            if (batch == null) {
                return null;
            }
            var columns = new Column[expressions.length];
            int[] rows = rows(batch);
            for (int i = 0; i < columns.length; i++) {
                columns[i] = expressions[i].column(batch, rows, batch.size());
            }
            var out = new Batch(batch.rows(), columns);
            var selection = batch.selection();
            if (selection != null) {
                out.select(selection, batch.size());
            }
            return out;
        }

        @Override
        public void close() {
            input.close();
        }
    }

    /** Each input row gives as many rows as its longest set; shorter sets are padded with NULL. */
    static final class ProjectSetOperator extends Operator {
        private final Operator input;
        private final RowReader reader;
        private final SetExpressions expressions;
        private final BatchBuilder builder;
        private final Row.OfArray row = new Row.OfArray();
        private boolean active;

        ProjectSetOperator(Plan.ProjectSet plan, Operator input, Compiler compiler) {
            super(compiler.frame(), plan);
            this.input = input;
            reader = new RowReader(input);
            expressions = new SetExpressions(plan.expressions(), compiler);
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            input.open();
            reader.reset();
            builder.reset();
            active = false;
        }

        @Override
        @Nullable Batch next() {
            while (!builder.full()) {
                if (!active) {
                    frame.context().checkCancelled();
                    var next = reader.next();
                    if (next == null) {
                        break;
                    }
                    expressions.begin(row.set(next));
                    active = true;
                }
                var values = expressions.next(row);
                if (values == null) {
                    active = false;
                } else {
                    builder.add(values);
                }
            }
            return builder.take();
        }

        @Override
        public void close() {
            input.close();
        }
    }

    private RowOperators() {}
}
