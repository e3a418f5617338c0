package dev.quiverdb.sql.bind;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/** Conditions of row-level security policies over a table's live columns. */
public final class PolicyConditions {
    private PolicyConditions() {}

    /**
     * A condition over a relation's rows.
     *
     * @param accesses what its subqueries do with other relations
     */
    public record Condition(RexNode node, List<RelationAccess> accesses) {
        public Condition {
            accesses = List.copyOf(accesses);
        }
    }

    /** (any permissive) AND all restrictive; false where there is no permissive one. */
    public static Condition combine(
            BindContext context,
            Numbering numbering,
            Relation relation,
            List<String> permissive,
            List<String> restrictive) {
        var stored =
                new SearchPath(context.searchPath().schemas(), 0, context.searchPath().temporary());
        var state = new State(context.with(stored), List.of(), numbering);
        if (permissive.isEmpty()) {
            return new Condition(PgOperator.constant(false, Types.get(Oids.BOOL), -1), List.of());
        }
        var scope = StoredExpressions.tableScope(state, relation, relation.name());
        var binder = new ExpressionBinder(state, scope, ExpressionKind.POLICY);
        var any = new ArrayList<RexNode>();
        for (var text : permissive) {
            any.add(bound(state, scope, text));
        }
        var all = new ArrayList<RexNode>();
        all.add(binder.combine(SqlStdOperatorTable.OR, any));
        for (var text : restrictive) {
            all.add(bound(state, scope, text));
        }
        return new Condition(
                binder.combine(SqlStdOperatorTable.AND, all),
                state.accesses.stream().map(AccessMarks::done).toList());
    }

    private static RexNode bound(State state, Scope scope, String text) {
        return state.coercion.toBoolean(
                StoredExpressions.inScope(state, scope, text), "POLICY", -1);
    }

    /** Both conditions; one alone where they are equal. */
    public static RexNode both(BindContext context, RexNode left, RexNode right) {
        if (left.equals(right)) {
            return left;
        }
        var state = new State(context, List.of());
        return state.rex.makeCall(PgType.bool(), SqlStdOperatorTable.AND, List.of(left, right));
    }
}
