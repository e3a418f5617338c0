package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Expr;
import java.util.List;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexVisitorImpl;

/** Expressions that the catalog keeps as text, bound again for whoever evaluates them. */
public final class BoundExpressions {
    private BoundExpressions() {}

    /**
     * Over the live columns of a relation: checks, generated columns, index keys and predicates.
     */
    public static RexNode overTable(BindContext context, Relation relation, String sql) {
        return StoredExpressions.overTable(new State(context, List.of()), relation, sql);
    }

    /**
     * The condition of COPY FROM ... WHERE over the live columns of a table; {@code 42P10} where it
     * reads a generated column.
     */
    public static RexNode copyCondition(BindContext context, Relation table, Expr condition) {
        var state = new State(context, List.of());
        var scope = StoredExpressions.tableScope(state, table, table.name());
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.COPY_WHERE)
                        .bindBoolean(condition, "WHERE");
        var columns = table.liveColumns();
        value.accept(
                new RexVisitorImpl<Void>(true) {
                    @Override
                    public Void visitInputRef(RexInputRef reference) {
                        forbidGenerated(columns.get(reference.getIndex()));
                        return null;
                    }
                });
        return value;
    }

    private static void forbidGenerated(Column column) {
        if (column.isGenerated()) {
            throw new SqlException(
                            SqlState.INVALID_COLUMN_REFERENCE,
                            "generated columns are not supported in COPY FROM WHERE conditions")
                    .withDetail("Column \"" + column.name() + "\" is a generated column.");
        }
    }

    /** Over nothing: defaults. */
    public static RexNode standalone(BindContext context, String sql) {
        return StoredExpressions.standalone(new State(context, List.of()), sql);
    }
}
