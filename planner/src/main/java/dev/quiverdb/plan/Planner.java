package dev.quiverdb.plan;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.bind.Binder;
import dev.quiverdb.sql.bind.BoundExpressions;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.rewrite.SecuredStatement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The door of this room: from a secured statement to a plan that can run. Stateless. */
public final class Planner {
    private Planner() {}

    /** Plans a query or a change of rows. */
    public static Planned plan(SecuredStatement statement, PlanContext context) {
        var translator = new RelTranslator(context);
        var plan = ColumnPruner.prune(translator.translate(statement.rows().rel()));
        return new Planned(plan, translator.failed(), translator.valuesMatter());
    }

    /** A lone expression without columns, such as an argument of EXECUTE, as a plan of one row. */
    public static Plan expression(Expr expression, @Nullable Type target, PlanContext context) {
        var node = Binder.expression(expression, context.bind(), target);
        var value = new RelTranslator(context).translateAll(List.of(node)).getFirst();
        return oneRow(value);
    }

    /** One row of one value. */
    public static Plan oneRow(Expression value) {
        return new Plan.Values(
                List.of(List.of(value)),
                List.of(new OutputColumn("value", value.type(), value.typmod())),
                RelTranslator.rows(1));
    }

    /** The table as statements that change it see it. */
    public static Relation relation(dev.quiverdb.sql.catalog.Relation table, PlanContext context) {
        return new RelTranslator(context).facts(table);
    }

    /** Puts a query's rows, which have the table's visible columns, into the table. */
    public static Plan insert(Relation table, Plan query) {
        List<Expression> values = new ArrayList<>();
        for (int i = 0; i < table.visibleColumns(); i++) {
            var column = table.columns().get(i);
            values.add(new Expression.InputRef(i, column.type(), column.typmod()));
        }
        return new Plan.Insert(table, query, values, null, List.of(), null, query.estimate());
    }

    /**
     * The same insertion of those rows only that meet the condition of COPY FROM ... WHERE, which
     * is asked of the values that are to be stored, defaults among them.
     */
    public static Plan.Insert filtered(
            Plan.Insert insert,
            dev.quiverdb.sql.catalog.Relation table,
            Expr condition,
            PlanContext context) {
        var bound = BoundExpressions.copyCondition(context.bind(), table, condition);
        var test = new RelTranslator(context).translateAll(List.of(bound)).getFirst();
        List<OutputColumn> outputs = new ArrayList<>();
        List<Expression> kept = new ArrayList<>();
        for (int i = 0; i < insert.values().size(); i++) {
            var value = insert.values().get(i);
            outputs.add(new OutputColumn("", value.type(), value.typmod()));
            kept.add(new Expression.InputRef(i, value.type(), value.typmod()));
        }
        var rows =
                new Plan.Project(
                        insert.input(), insert.values(), outputs, insert.input().estimate());
        return new Plan.Insert(
                insert.target(),
                new Plan.Filter(rows, test, rows.estimate()),
                kept,
                insert.onConflict(),
                insert.checks(),
                insert.returning(),
                insert.estimate());
    }

    /**
     * All rows of a table with each column computed anew.
     *
     * @param columns for each new column SQL text over the table's live columns
     */
    public static Plan rewrite(
            dev.quiverdb.sql.catalog.Relation table, List<String> columns, PlanContext context) {
        var translator = new RelTranslator(context);
        var source = allColumns(translator.facts(table), false);
        List<Expression> values = new ArrayList<>();
        List<OutputColumn> outputs = new ArrayList<>();
        for (var sql : columns) {
            var node = BoundExpressions.overTable(context.bind(), table, sql);
            var value = translator.translateAll(List.of(node)).getFirst();
            values.add(value);
            outputs.add(new OutputColumn("", value.type(), value.typmod()));
        }
        return ColumnPruner.prune(new Plan.Project(source, values, outputs, source.estimate()));
    }

    /**
     * For all rows of a table the values of hidden columns, then the row id.
     *
     * @param hidden positions in the table row
     */
    public static Plan hiddenValues(Relation table, List<Integer> hidden) {
        var source = allColumns(table, true);
        List<Expression> values = new ArrayList<>();
        List<OutputColumn> outputs = new ArrayList<>();
        for (int position : hidden) {
            var column = table.columns().get(position);
            var value = column.generated();
            if (value == null) {
                throw new IllegalStateException("column " + position + " is not computed");
            }
            values.add(value);
            outputs.add(new OutputColumn("", column.type(), column.typmod()));
        }
        values.add(new Expression.InputRef(table.visibleColumns(), Types.INT8, -1));
        outputs.add(new OutputColumn("", Types.INT8, -1));
        return ColumnPruner.prune(new Plan.Project(source, values, outputs, source.estimate()));
    }

    private static Plan.SeqScan allColumns(Relation table, boolean withRowId) {
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < table.visibleColumns(); i++) {
            positions.add(i);
        }
        if (withRowId) {
            positions.add(Plan.ROW_ID);
        }
        return new Plan.SeqScan(
                new Plan.TableSource(table, table.name(), positions, -1), null, Estimate.UNKNOWN);
    }
}
