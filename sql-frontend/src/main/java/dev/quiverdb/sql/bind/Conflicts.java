package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.RangeVar;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Binds ON CONFLICT and infers its arbiter indexes. */
final class Conflicts {
    private final State state;
    private final Relation relation;
    private final DmlBinder.Changed changed;
    private final RangeVar variable;
    private final @Nullable Scope common;
    private final AccessMarks access;

    Conflicts(
            State state,
            DmlBinder.Changed changed,
            AccessMarks access,
            RangeVar variable,
            @Nullable Scope common) {
        this.state = state;
        this.changed = changed;
        relation = changed.table();
        this.access = access;
        this.variable = variable;
        this.common = common;
    }

    PgRel.OnConflict bind(Dml.OnConflict clause, Scope outer) {
        boolean nothing = clause.action() == Dml.ConflictAction.NOTHING;
        var arbiters = arbiters(clause);
        if (nothing) {
            return new PgRel.OnConflict(true, arbiters, List.of(), null, List.of());
        }
        var scope = new Scope(state, null, outer == null ? common : outer);
        var alias = variable.alias();
        changed.shown(
                scope,
                DmlBinder.addTarget(
                        scope, relation, alias == null ? relation.name() : alias.name(), alias),
                alias);
        int excluded = scope.types.size();
        scope.mark(0, excluded, access);
        var item = StoredExpressions.addTable(state, scope, relation, "excluded");
        var view = changed.view();
        if (view != null) {
            scope.namespace.set(scope.namespace.indexOf(item), view.over(item, "excluded"));
        }
        scope.mark(excluded, scope.types.size() - excluded, access);
        access.require('w');
        if (changed.view() != null) {
            changed.view().require('w');
        }
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var binder = new ExpressionBinder(state, scope, ExpressionKind.UPDATE_SOURCE);
        var assignments =
                new Assignments(state, relation, access, view)
                        .update(clause.assignments(), binder, 0);
        var where = clause.where();
        RexNode condition =
                where == null ? null : binder.as(ExpressionKind.WHERE).bindBoolean(where, "WHERE");
        return new PgRel.OnConflict(false, arbiters, assignments, condition, changed.checks());
    }

    private List<Integer> arbiters(Dml.OnConflict clause) {
        var constraintName = clause.constraint();
        if (constraintName != null) {
            for (var constraint : state.catalog.constraints(relation.oid())) {
                if (constraint.name().equals(constraintName)) {
                    if (constraint.kind() != 'p' && constraint.kind() != 'u') {
                        throw new SqlException(
                                SqlState.WRONG_OBJECT_TYPE,
                                "constraint in ON CONFLICT clause has no associated index");
                    }
                    state.use(constraint);
                    constraint.columns().forEach(access::selectNumber);
                    return List.of(constraint.index());
                }
            }
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "constraint \""
                            + constraintName
                            + "\" for table \""
                            + relation.name()
                            + "\" does not exist");
        }
        if (clause.inferElements().isEmpty()) {
            if (clause.action() == Dml.ConflictAction.UPDATE) {
                throw Errors.at(
                                clause,
                                SqlState.SYNTAX_ERROR,
                                "ON CONFLICT DO UPDATE requires inference specification or constraint name")
                        .withHint("For example, ON CONFLICT (column_name).");
            }
            return List.of();
        }
        return infer(clause);
    }

    private List<Integer> infer(Dml.OnConflict clause) {
        var columns = new HashSet<Integer>();
        var expressions = new HashSet<RexNode>();
        var alias = variable.alias();
        var scope =
                StoredExpressions.tableScope(
                        state, relation, alias == null ? relation.name() : alias.name());
        scope.mark(0, scope.types.size(), access);
        var view = changed.view();
        if (view != null) {
            var item = scope.namespace.getFirst();
            scope.namespace.set(0, view.over(item, item.alias));
        }
        var binder = new ExpressionBinder(state, scope, ExpressionKind.INDEX_EXPRESSION);
        for (var element : clause.inferElements()) {
            var name = element.column();
            var expression = element.expression();
            if (name != null) {
                var through = view == null ? null : view.column(name);
                var column =
                        view == null
                                ? relation.column(name)
                                : through == null || through.base() == 0
                                        ? null
                                        : relation.column(through.base());
                if (column == null) {
                    throw Errors.at(
                            element,
                            SqlState.UNDEFINED_COLUMN,
                            "column \"" + name + "\" does not exist");
                }
                columns.add(column.number());
                access.selectNumber(column.number());
            } else if (expression != null) {
                expressions.add(PlainCasts.of(binder.bind(expression)));
            }
        }
        var where = clause.inferWhere();
        Set<RexNode> given =
                where == null
                        ? Set.of()
                        : parts(
                                binder.as(ExpressionKind.INDEX_PREDICATE)
                                        .bindBoolean(where, "WHERE"));
        var found = new ArrayList<Integer>();
        for (var index : state.catalog.indexes(relation.oid())) {
            var part = index.index();
            if (part != null && part.unique() && matches(part, columns, expressions, given)) {
                found.add(index.oid());
                state.use(index);
            }
        }
        if (found.isEmpty()) {
            throw new SqlException(
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "there is no unique or exclusion constraint matching the ON CONFLICT specification");
        }
        return found;
    }

    private static Set<RexNode> parts(RexNode condition) {
        return Set.copyOf(RelOptUtil.conjunctions(PlainCasts.of(condition)));
    }

    /**
     * Whether an index tells the rows apart that the columns and expressions do, of all rows that
     * meet what is given.
     */
    private boolean matches(
            Relation.Index index,
            Set<Integer> columns,
            Set<RexNode> expressions,
            Set<RexNode> given) {
        var keyColumns = new HashSet<Integer>();
        var keyExpressions = new HashSet<RexNode>();
        for (var key : index.keys().subList(0, index.keyCount())) {
            var text = key.expression();
            if (text == null) {
                keyColumns.add(key.column());
            } else {
                keyExpressions.add(
                        PlainCasts.of(StoredExpressions.overTable(state, relation, text)));
            }
        }
        var condition = index.predicate();
        if (condition != null
                && !given.containsAll(
                        parts(StoredExpressions.overTable(state, relation, condition)))) {
            return false;
        }
        return keyColumns.equals(columns) && keyExpressions.equals(expressions);
    }
}
