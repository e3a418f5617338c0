package dev.quiverdb.plan;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.algebra.PgRel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * INSERT, UPDATE, DELETE and MERGE. The algebra's rows of a table are its live columns, the row id
 * and tableoid; the executor's hold hidden columns too, and neither tableoid nor always the row id,
 * so expressions over table rows are moved.
 */
final class ModifyTranslator {
    private final RelTranslator rels;
    private final ExpressionTranslator expressions;
    private final TableFacts tables;

    ModifyTranslator(RelTranslator rels, ExpressionTranslator expressions, TableFacts tables) {
        this.rels = rels;
        this.expressions = expressions;
        this.tables = tables;
    }

    Plan.RowMark mark(PgRel.RowLock lock) {
        return new Plan.RowMark(
                lock.scan(),
                tables.of(lock.relation()),
                lock.rowIdColumn(),
                Plan.RowLock.valueOf(lock.strength().name()),
                Plan.LockWait.valueOf(lock.waiting().name()));
    }

    Plan modify(PgRel.Modify modify) {
        var target = tables.target(modify.target());
        var input = rels.translate(modify.input());
        var checks = checks(modify.checks());
        var returning = returning(modify, target);
        var estimate = input.estimate();
        return switch (modify.command()) {
            case INSERT ->
                    new Plan.Insert(
                            target,
                            input,
                            expressions.translate(modify.values()),
                            onConflict(modify.onConflict(), target),
                            checks,
                            returning,
                            estimate);
            case UPDATE ->
                    new Plan.Update(
                            target,
                            input,
                            marks(modify, target, Plan.RowLock.NO_KEY_UPDATE),
                            assignments(modify.assignments()),
                            checks,
                            returning,
                            estimate);
            case DELETE ->
                    new Plan.Delete(
                            target,
                            input,
                            marks(modify, target, Plan.RowLock.UPDATE),
                            returning,
                            estimate);
            case MERGE ->
                    new Plan.Merge(
                            target,
                            input,
                            marks(modify, target, Plan.RowLock.UPDATE),
                            modify.actions().stream().map(this::action).toList(),
                            checks,
                            returning,
                            estimate);
        };
    }

    /** The target's mark, then those of the other tables, whose rows must stay the same. */
    private List<Plan.RowMark> marks(PgRel.Modify modify, Relation target, Plan.RowLock strength) {
        List<Plan.RowMark> marks = new ArrayList<>();
        marks.add(
                new Plan.RowMark(
                        modify.scan(),
                        target,
                        modify.rowIdColumn(),
                        strength,
                        Plan.LockWait.BLOCK));
        for (var other : modify.marks()) {
            marks.add(
                    new Plan.RowMark(
                            other.scan(),
                            tables.of(other.relation()),
                            other.rowIdColumn(),
                            Plan.RowLock.REFERENCE,
                            Plan.LockWait.BLOCK));
        }
        return marks;
    }

    private List<Plan.Assignment> assignments(List<PgRel.Assignment> assignments) {
        return assignments.stream()
                .map(a -> new Plan.Assignment(a.position(), expressions.translate(a.value())))
                .toList();
    }

    private List<Plan.WithCheck> checks(List<PgRel.WithCheck> checks) {
        return checks.stream()
                .map(c ->
                        new Plan.WithCheck(
                                Plan.CheckKind.valueOf(c.kind().name()),
                                c.name(),
                                expressions.translate(c.condition())))
                .toList();
    }

    private Plan.MergeAction action(PgRel.MergeAction action) {
        return new Plan.MergeAction(
                action.matched(),
                expressions.translateOrNull(action.condition()),
                switch (action.command()) {
                    case 'i' -> Plan.MergeCommand.INSERT;
                    case 'u' -> Plan.MergeCommand.UPDATE;
                    case 'd' -> Plan.MergeCommand.DELETE;
                    default -> Plan.MergeCommand.NOTHING;
                },
                expressions.translate(action.values()),
                assignments(action.assignments()),
                checks(action.checks()));
    }

    private Plan.@Nullable OnConflict onConflict(
            PgRel.@Nullable OnConflict conflict, Relation target) {
        if (conflict == null) {
            return null;
        }
        var arbiters =
                target.indexes().stream()
                        .filter(i -> conflict.arbiters().contains(i.oid()))
                        .toList();
        int live = target.visibleColumns();
        int all = target.columns().size();
        var assignments =
                conflict.assignments().stream()
                        .map(a ->
                                new Plan.Assignment(
                                        a.position(),
                                        both(expressions.translate(a.value()), target, live, all)))
                        .toList();
        var condition = conflict.condition();
        return new Plan.OnConflict(
                conflict.nothing() ? Plan.ConflictAction.NOTHING : Plan.ConflictAction.UPDATE,
                arbiters,
                assignments,
                condition == null
                        ? null
                        : both(expressions.translate(condition), target, live, all),
                checks(conflict.checks()));
    }

    /** From [live, row id, tableoid, excluded live] to [table row, excluded table row]. */
    private static Expression both(Expression expression, Relation target, int live, int all) {
        return withoutTableOid(
                expression,
                target,
                live + 1,
                column -> {
                    if (column < live) {
                        return column;
                    }
                    if (column == live) {
                        throw dev.quiverdb.base.error.SqlException.notSupported(
                                "ctid in ON CONFLICT DO UPDATE is not supported");
                    }
                    return column - live - 2 + all;
                });
    }

    /** An expression with its columns at other places. */
    static Expression moved(Expression expression, java.util.function.IntUnaryOperator position) {
        return dev.quiverdb.execute.expression.Rewriter.rewrite(
                expression,
                part ->
                        part instanceof Expression.InputRef(int column, var type, int typmod)
                                ? new Expression.InputRef(position.applyAsInt(column), type, typmod)
                                : null);
    }

    private static Expression withoutTableOid(
            Expression expression,
            Relation target,
            int tableOidColumn,
            java.util.function.IntUnaryOperator position) {
        return dev.quiverdb.execute.expression.Rewriter.rewrite(
                expression,
                part -> {
                    if (!(part instanceof Expression.InputRef(int column, var type, int typmod))) {
                        return null;
                    }
                    return column == tableOidColumn
                            ? new Expression.Constant(
                                    Integer.toUnsignedLong(target.oid()), Types.get(Oids.OID), -1)
                            : new Expression.InputRef(position.applyAsInt(column), type, typmod);
                });
    }

    /** From [live, row id, tableoid, input] to [table row, row id, tableoid, input]. */
    private Plan.@Nullable Returning returning(PgRel.Modify modify, Relation target) {
        var returning = modify.returning();
        if (returning == null) {
            return null;
        }
        int live = target.visibleColumns();
        int all = target.columns().size();
        var moved =
                expressions.translate(returning.expressions()).stream()
                        .map(e -> moved(e, column -> column < live ? column : column - live + all))
                        .toList();
        return new Plan.Returning(moved, RelTranslator.outputs(modify.getRowType()));
    }
}
