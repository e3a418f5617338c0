package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Parser;
import dev.quiverdb.sql.parse.Query;
import java.util.ArrayList;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;

/** Puts the query of a view where the view is named. */
final class Views {
    static final int NESTING_MAX = 100;

    private static final ScopedValue<Integer> DEPTH = ScopedValue.newInstance();

    private final State state;

    Views(State state) {
        this.state = state;
    }

    /** The tree of a view's query. */
    static Query query(Relation view) {
        var part = view.view();
        if (part == null) {
            throw SqlException.internal(view.name() + " is no view");
        }
        if (Parser.parse(part.query()).getFirst().node() instanceof Query query) {
            return query;
        }
        throw SqlException.internal("view " + view.name() + " is no query");
    }

    /** The rows of a view: its query bound under the names that its creator saw, as its owner. */
    RelNode expand(Relation view) {
        int depth = DEPTH.isBound() ? DEPTH.get() : 0;
        if (depth > NESTING_MAX) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "infinite recursion detected in rules for relation \"" + view.name() + "\"");
        }
        return ScopedValue.where(DEPTH, depth + 1).call(() -> bind(view));
    }

    private RelNode bind(Relation view) {
        var part = view.view();
        if (part == null) {
            throw SqlException.internal(view.name() + " is no view");
        }
        var path = new SearchPath(part.searchPath(), 0, state.context.searchPath().temporary());
        boolean invoker = "true".equals(view.options().get("security_invoker"));
        var context = state.context.with(path);
        var inner = state.within(context.withRole(invoker ? state.user : view.owner()));
        BoundQuery bound;
        try {
            bound = new QueryBinder(inner, null, null).bind(query(view));
        } catch (SqlException error) {
            throw error.withPosition(0);
        }
        var columns = view.liveColumns();
        var values = new ArrayList<RexNode>();
        var names = new ArrayList<String>();
        for (int i = 0; i < columns.size(); i++) {
            values.add(new RexInputRef(i, bound.types().get(i)));
            names.add(columns.get(i).name());
        }
        RelNode rel = bound.rel();
        if ("true".equals(view.options().get("security_barrier"))) {
            rel =
                    new PgRel.Barrier(
                            rel,
                            dev.quiverdb.sql.algebra.PgOperator.constant(
                                    true, PgType.bool().type(), -1));
        }
        return QueryBinder.project(state, rel, values, names);
    }
}
