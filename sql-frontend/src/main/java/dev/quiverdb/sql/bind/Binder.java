package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.IntoClause;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import dev.quiverdb.sql.parse.Utility;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * The door of this room: gives a statement's names and types their meaning. Stateless; one call is
 * one thread's.
 */
public final class Binder {
    private Binder() {}

    /**
     * Binds a statement.
     *
     * @param parameterTypes OIDs of {@code $1...} as the client gave them; 0 where it leaves it to
     *     us
     * @throws SqlException in PostgreSQL's words, with a position that counts UTF-16 units from 1
     *     in the text that was parsed
     */
    public static BoundStatement bind(
            Command command, BindContext context, List<Integer> parameterTypes) {
        return switch (command) {
            case Query query -> query(query, context, parameterTypes);
            case Dml dml -> dml(dml, context, parameterTypes);
            case Ddl ddl -> new BoundStatement.Utility(ddl);
            case Utility utility -> new BoundStatement.Utility(utility);
        };
    }

    private static BoundStatement query(
            Query query, BindContext context, List<Integer> parameterTypes) {
        var state = new State(context, parameterTypes);
        var bound = new QueryBinder(state, null, null).bind(query);
        return rows(
                BoundStatement.Kind.SELECT,
                state,
                bound,
                into(query),
                !locksOrModifies(bound.rel()));
    }

    /**
     * The query of a cursor: behind its columns stand the row id and the tableoid of each of {@code
     * tracked}.
     *
     * @param tracked OIDs of tables, whose rows WHERE CURRENT OF may name
     */
    public record CursorQuery(BoundStatement.Rows rows, List<Integer> tracked) {
        public CursorQuery {
            tracked = List.copyOf(tracked);
        }
    }

    /** Binds the query of DECLARE CURSOR. */
    public static CursorQuery cursor(
            Query query, BindContext context, List<Integer> parameterTypes) {
        var state = new State(context, parameterTypes);
        QueryBinder.forbidInto(query);
        state.tracksRows = true;
        var bound = new QueryBinder(state, null, null).bind(query);
        var rows =
                rows(BoundStatement.Kind.SELECT, state, bound, null, !locksOrModifies(bound.rel()));
        return new CursorQuery(rows, state.tracked);
    }

    private static @Nullable IntoClause into(Query query) {
        return switch (query.body()) {
            case QueryBody.Select select -> select.into();
            case QueryBody.SetOperation operation -> into(operation.left());
            case QueryBody.Values ignored -> null;
        };
    }

    /**
     * CALL: the procedure's OUT arguments as one row. As the procedure runs where its row is read,
     * the row is to be read even where it has no columns.
     */
    public static BoundStatement.Rows call(
            Utility.Call call, BindContext context, List<Integer> parameterTypes) {
        var state = new State(context, parameterTypes);
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var binder = new ExpressionBinder(state, scope, ExpressionKind.CALL_ARGUMENT);
        var made = new FunctionCalls(binder).procedure(call.call());
        var names = OutColumns.names(made.function());
        var types = OutColumns.types(state, made.function(), made.argumentTypes());
        var rel =
                new PgRel.FunctionScan(
                        state.cluster,
                        state.row(names, types),
                        List.of(made.call()),
                        List.of(names.size()),
                        false,
                        made.function().name());
        var offsets = names.stream().map(name -> -1).toList();
        return rows(
                BoundStatement.Kind.SELECT,
                state,
                new BoundQuery(rel, names, types, offsets),
                null,
                false);
    }

    private static boolean locksOrModifies(RelNode rel) {
        if (rel instanceof PgRel.Modify || rel instanceof PgRel.LockRows) {
            return true;
        }
        return rel.getInputs().stream().anyMatch(Binder::locksOrModifies);
    }

    private static BoundStatement dml(Dml dml, BindContext context, List<Integer> parameterTypes) {
        var state = new State(context, parameterTypes);
        var bound = new DmlBinder(state, null).bindWith(dml);
        return rows(kind(dml), state, bound, null, false);
    }

    static BoundStatement.Kind kind(Dml dml) {
        return switch (dml) {
            case Dml.Insert ignored -> BoundStatement.Kind.INSERT;
            case Dml.Update ignored -> BoundStatement.Kind.UPDATE;
            case Dml.Delete ignored -> BoundStatement.Kind.DELETE;
            case Dml.Merge ignored -> BoundStatement.Kind.MERGE;
        };
    }

    /** A statement of a function's body. */
    static BoundStatement.Rows rows(BoundStatement.Kind kind, State state, BoundQuery bound) {
        return rows(
                kind,
                state,
                bound,
                null,
                kind == BoundStatement.Kind.SELECT && !locksOrModifies(bound.rel()));
    }

    private static BoundStatement.Rows rows(
            BoundStatement.Kind kind,
            State state,
            BoundQuery bound,
            @Nullable IntoClause into,
            boolean readOnly) {
        var outputs = new ArrayList<BoundStatement.Output>();
        for (int i = 0; i < bound.names().size(); i++) {
            var type = bound.types().get(i);
            var origin = origin(bound.rel(), i);
            outputs.add(
                    new BoundStatement.Output(
                            bound.names().get(i),
                            type.type(),
                            type.typmod(),
                            origin == null ? 0 : origin.relation,
                            origin == null ? 0 : origin.column));
        }
        return new BoundStatement.Rows(
                kind,
                bound.rel(),
                outputs,
                state.parameters.resolved(),
                state.uses,
                state.accesses.stream().map(AccessMarks::done).toList(),
                state.numbering,
                into,
                readOnly);
    }

    private record Origin(int relation, int column) {}

    /** The table column that a result column is, for RowDescription. */
    private static @Nullable Origin origin(RelNode rel, int column) {
        return switch (rel) {
            case LogicalProject project ->
                    project.getProjects().get(column) instanceof RexInputRef reference
                            ? origin(project.getInput(), reference.getIndex())
                            : null;
            case LogicalFilter filter -> origin(filter.getInput(), column);
            case org.apache.calcite.rel.core.Join join -> {
                int left = join.getLeft().getRowType().getFieldCount();
                yield column < left
                        ? origin(join.getLeft(), column)
                        : origin(join.getRight(), column - left);
            }
            case PgRel.Scan scan -> {
                var columns = scan.relation().liveColumns();
                yield column < columns.size()
                        ? new Origin(scan.relation().oid(), columns.get(column).number())
                        : null;
            }
            case PgRel.Sort sort -> origin(sort.input(), column);
            case PgRel.Limit limit -> origin(limit.input(), column);
            case PgRel.Distinct distinct -> origin(distinct.input(), column);
            case PgRel.LockRows lock -> origin(lock.input(), column);
            case PgRel.Barrier barrier -> origin(barrier.input(), column);
            case PgRel.With with -> origin(with.body(), column);
            case PgRel.ProjectSet project ->
                    project.expressions().get(column) instanceof RexInputRef reference
                            ? origin(project.input(), reference.getIndex())
                            : null;
            case PgRel.GroupBy group ->
                    column < group.keys().size()
                                    && group.keys().get(column) instanceof RexInputRef reference
                            ? origin(group.input(), reference.getIndex())
                            : null;
            default -> null;
        };
    }

    /**
     * A lone expression without columns, as EXECUTE's arguments, converted to a type if one is
     * given.
     */
    public static RexNode expression(Expr expression, BindContext context, @Nullable Type target) {
        var state = new State(context, List.of());
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.EXECUTE_PARAMETER)
                        .bind(expression);
        if (target == null) {
            return state.coercion.unknownToText(value);
        }
        var made =
                state.coercion.coerce(
                        value,
                        PgType.of(target, -1),
                        Coercion.Context.ASSIGNMENT,
                        dev.quiverdb.sql.algebra.Form.Syntax.IMPLICIT_CAST,
                        expression.offset());
        if (made == null) {
            throw Errors.at(
                            expression,
                            SqlState.DATATYPE_MISMATCH,
                            "parameter of type "
                                    + Coercion.type(value).formatType(-1)
                                    + " cannot be coerced to the expected type "
                                    + target.formatType(-1))
                    .withHint("You will need to rewrite or cast the expression.");
        }
        return made;
    }
}
