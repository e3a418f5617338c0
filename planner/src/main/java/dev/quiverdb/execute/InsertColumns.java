package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An INSERT whose new rows are columns of its input and constants, and nothing else has a say in
 * them: then a batch of rows is a batch of columns, and no row need be made.
 */
final class InsertColumns {
    private final List<Relation.Column> columns;
    private final List<Expression> values;

    private InsertColumns(List<Relation.Column> columns, List<Expression> values) {
        this.columns = columns;
        this.values = values;
    }

    /** Null where rows must be made one by one. */
    static @Nullable InsertColumns of(Plan.Insert plan) {
        var columns = plan.target().columns();
        if (!plan.checks().isEmpty() || columns.size() != plan.values().size()) {
            return null;
        }
        for (int i = 0; i < columns.size(); i++) {
            var column = columns.get(i);
            var value = plan.values().get(i);
            boolean plain =
                    value instanceof Expression.InputRef || value instanceof Expression.Constant;
            if (!plain
                    || column.hidden()
                    || column.generated() != null
                    || !column.type().actual().equals(value.type().actual())) {
                return null;
            }
        }
        return new InsertColumns(columns, plan.values());
    }

    /** The new rows for those of an input batch, as many; the columns are shared with it. */
    Batch of(Batch input) {
        var made = new Column[columns.size()];
        for (int i = 0; i < made.length; i++) {
            made[i] =
                    switch (values.get(i)) {
                        case Expression.InputRef ref -> input.column(ref.column());
                        case Expression.Constant constant ->
                                repeated(columns.get(i), constant.value(), input.rows());
                        default -> throw new IllegalStateException("not plain: " + values.get(i));
                    };
        }
        var rows = new Batch(input.rows(), made);
        var selection = input.selection();
        if (selection != null) {
            rows.select(selection, input.size());
        }
        return rows;
    }

    private static Column repeated(Relation.Column column, @Nullable Object value, int rows) {
        var repeated = Column.of(column.type(), rows);
        for (int i = 0; i < rows; i++) {
            repeated.appendObject(value);
        }
        return repeated;
    }
}
