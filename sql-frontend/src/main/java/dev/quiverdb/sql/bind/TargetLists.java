package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import java.util.List;

/** Target lists of SELECT and RETURNING. */
final class TargetLists {
    private TargetLists() {}

    /** The columns that an element stands for: one, or those of a star. */
    static List<ColumnReferences.Expanded> expand(Clause.Target target, ExpressionBinder binder) {
        var expression = target.expression();
        if (expression instanceof Expr.ColumnRef column && column.star()) {
            return new ColumnReferences(binder).expand(column);
        }
        if (expression instanceof Expr.Indirection indirection
                && indirection.steps().getLast() instanceof Expr.Step.Star) {
            return new Indirections(binder).expand(indirection);
        }
        var name = target.name();
        return List.of(
                new ColumnReferences.Expanded(
                        name == null ? QueryNames.of(expression) : name, binder.bind(expression)));
    }
}
