package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Binds MERGE, after parse_merge.c: the source left-joined to the target, and what to do with each
 * row.
 */
final class MergeBinder {
    private final State state;
    private final Scope outer;
    private final DmlBinder dml;

    MergeBinder(State state, Scope outer, DmlBinder dml) {
        this.state = state;
        this.outer = outer;
        this.dml = dml;
    }

    BoundQuery bind(Dml.Merge merge) {
        var with = merge.with();
        if (with != null && with.recursive()) {
            throw SqlException.notSupported("WITH RECURSIVE is not supported for MERGE statement");
        }
        var relation = dml.target(merge.relation(), "merge into");
        var scope = new Scope(state, null, outer);
        var from = new FromBinder(state, scope);
        var source = from.bindAfter(null, List.of(merge.source()));
        if (source == null) {
            throw SqlException.internal("MERGE has a source");
        }
        var target = from.target(relation, merge.relation());
        var items = new ArrayList<>(source.items());
        items.addAll(target.items());
        scope.namespace = items;
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var binder = new ExpressionBinder(state, scope, ExpressionKind.ON);
        var on = binder.bindBoolean(merge.on(), "JOIN/ON");
        boolean inserts = merge.whens().stream().anyMatch(when -> !when.matched());
        var rel =
                LogicalJoin.create(
                        source.rel(),
                        target.rel(),
                        List.of(),
                        on,
                        Set.of(),
                        inserts ? JoinRelType.LEFT : JoinRelType.INNER);
        var actions = new ArrayList<PgRel.MergeAction>();
        boolean matchedDone = false;
        boolean missingDone = false;
        for (var when : merge.whens()) {
            boolean done = when.matched() ? matchedDone : missingDone;
            if (done) {
                throw new SqlException(
                        SqlState.SYNTAX_ERROR,
                        "unreachable WHEN clause specified after unconditional WHEN clause");
            }
            if (when.condition() == null) {
                matchedDone |= when.matched();
                missingDone |= !when.matched();
            }
            scope.namespace = when.matched() ? items : new ArrayList<>(source.items());
            actions.add(action(when, relation, target.access(), scope, target.start()));
        }
        var item = target.items().getFirst();
        return dml.finish(
                relation,
                PgRel.Modify.Command.MERGE,
                rel,
                item.scan,
                item.start + item.columns.size(),
                List.of(),
                List.of(),
                null,
                actions,
                List.of(),
                null,
                DmlBinder.marks(source.items()));
    }

    private PgRel.MergeAction action(
            Dml.MergeWhen when,
            Relation relation,
            AccessMarks access,
            Scope scope,
            int targetStart) {
        switch (when.action()) {
            case INSERT -> access.require('a');
            case UPDATE -> access.require('w');
            case DELETE -> access.require('d');
            case NOTHING -> {
                // Asks for nothing.
            }
        }
        var binder = new ExpressionBinder(state, scope, ExpressionKind.MERGE_WHEN);
        var test = when.condition();
        RexNode condition = test == null ? null : binder.bindBoolean(test, "WHEN");
        var values = binder.as(ExpressionKind.INSERT_VALUES);
        return switch (when.action()) {
            case NOTHING ->
                    new PgRel.MergeAction(when.matched(), condition, 'n', List.of(), List.of());
            case DELETE ->
                    new PgRel.MergeAction(when.matched(), condition, 'd', List.of(), List.of());
            case UPDATE ->
                    new PgRel.MergeAction(
                            when.matched(),
                            condition,
                            'u',
                            List.of(),
                            new Assignments(state, relation, access)
                                    .update(
                                            when.assignments(),
                                            binder.as(ExpressionKind.UPDATE_SOURCE),
                                            targetStart));
            case INSERT ->
                    new PgRel.MergeAction(
                            when.matched(),
                            condition,
                            'i',
                            insert(when, relation, access, values),
                            List.of());
        };
    }

    private List<RexNode> insert(
            Dml.MergeWhen when, Relation relation, AccessMarks access, ExpressionBinder binder) {
        var assignments = new Assignments(state, relation, access);
        var columns = assignments.insertColumns(when.columns());
        var slots = new ArrayList<@Nullable RexNode>();
        for (int i = 0; i < relation.liveColumns().size(); i++) {
            slots.add(null);
        }
        if (when.values().size() > columns.size()) {
            throw Errors.at(
                    when.values().get(columns.size()),
                    SqlState.SYNTAX_ERROR,
                    "INSERT has more expressions than target columns");
        }
        if (!when.columns().isEmpty() && when.values().size() < columns.size()) {
            throw Errors.at(
                    when.columns().get(when.values().size()),
                    SqlState.SYNTAX_ERROR,
                    "INSERT has more target columns than expressions");
        }
        for (int i = 0; i < when.values().size(); i++) {
            var expression = when.values().get(i);
            RexNode value =
                    expression instanceof Expr.Default
                            ? PgOperator.call(new Form.Default(), state.unknown())
                            : binder.bind(expression);
            columns.get(i)
                    .put(
                            slots,
                            assignments.insertValue(
                                    columns.get(i), value, when.overriding(), expression.offset()),
                            assignments);
        }
        var complete = new ArrayList<RexNode>();
        var live = relation.liveColumns();
        for (int i = 0; i < live.size(); i++) {
            var value = slots.get(i);
            complete.add(value == null ? assignments.defaultValue(live.get(i)) : value);
        }
        return complete;
    }
}
