package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.catalog.Relation;
import java.util.List;
import org.apache.calcite.rex.RexNode;

/** Expressions that the catalog keeps as text, bound again for whoever evaluates them. */
public final class BoundExpressions {
    private BoundExpressions() {}

    /**
     * Over the live columns of a relation: checks, generated columns, index keys and predicates.
     */
    public static RexNode overTable(BindContext context, Relation relation, String sql) {
        return StoredExpressions.overTable(new State(context, List.of()), relation, sql);
    }

    /** Over nothing: defaults. */
    public static RexNode standalone(BindContext context, String sql) {
        return StoredExpressions.standalone(new State(context, List.of()), sql);
    }
}
