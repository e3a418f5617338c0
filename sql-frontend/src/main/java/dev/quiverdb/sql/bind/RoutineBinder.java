package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.Parser;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Binds the statements of functions written in SQL and fits the last one's columns to the declared
 * result, after functions.c.
 */
public final class RoutineBinder {
    /** What the columns of the last statement are. */
    public enum Shape {
        /** Nothing is returned. */
        VOID,
        /** The one column is the value, which may be a row. */
        VALUE,
        /** The columns are the fields of the value. */
        FIELDS
    }

    /**
     * A statement of a body, bound.
     *
     * @param shape what its columns are, where its rows are the function's result; else null
     */
    public record Bound(BoundStatement statement, @Nullable Shape shape) {}

    private final Function function;
    private final List<Type> arguments;
    private final BindContext context;

    /**
     * @param arguments types of the actual arguments
     */
    public RoutineBinder(Function function, List<Type> arguments, BindContext context) {
        this.function = function;
        this.arguments = List.copyOf(arguments);
        this.context =
                function.sqlBody() == null
                        ? context
                        : context.with(
                                new SearchPath(
                                        function.bodyPath(), 0, context.searchPath().temporary()));
    }

    /** The statements of a body; syntax errors are the caller's to word. */
    public static List<Command> statements(Function function) {
        var body = function.sqlBody();
        if (body == null) {
            return Parser.parse(function.source()).stream()
                    .map(statement -> statement.node())
                    .toList();
        }
        var text = "CREATE FUNCTION f() " + body;
        if (Parser.parse(text).getFirst().node() instanceof ObjectDdl.CreateFunction create
                && create.body() != null) {
            return statements(create.body());
        }
        throw SqlException.internal("body of " + function.name() + " is none");
    }

    /** The statements of a body in standard SQL's form; RETURN x is SELECT x. */
    public static List<Command> statements(ObjectDdl.FunctionBody body) {
        var commands = new ArrayList<Command>(body.statements());
        var value = body.returns();
        if (value != null) {
            commands.add(select(value));
        }
        return commands;
    }

    private static Query select(Expr value) {
        var target = new Clause.Target(value.span(), value, null);
        var select =
                new QueryBody.Select(
                        value.span(),
                        false,
                        List.of(),
                        List.of(target),
                        null,
                        List.of(),
                        null,
                        false,
                        List.of(),
                        null,
                        List.of());
        return new Query(value.span(), null, select, List.of(), null, null, false, List.of());
    }

    /** Arguments as parameters of the statement. */
    private record ByParameter(Function function) implements RoutineNames {
        @Override
        public @Nullable RexNode argument(State state, int index, int offset) {
            return index < state.parameters.count() ? state.parameters.at(index, offset) : null;
        }
    }

    private State state() {
        var state = new State(context, arguments.stream().map(Type::oid).toList());
        state.routine = new ByParameter(function);
        return state;
    }

    /**
     * Binds one statement.
     *
     * @param last whether its rows are the function's result
     */
    public Bound bind(Command command, boolean last) {
        var state = state();
        BoundQuery bound;
        BoundStatement.Kind kind;
        switch (command) {
            case Query query -> {
                QueryBinder.forbidInto(query);
                bound = new QueryBinder(state, null, null).bind(query);
                kind = BoundStatement.Kind.SELECT;
            }
            case Dml dml -> {
                bound = new DmlBinder(state, null).bindWith(dml);
                kind = Binder.kind(dml);
            }
            default -> {
                return new Bound(new BoundStatement.Utility(command), null);
            }
        }
        Shape shape = null;
        if (last) {
            var fitted = fit(state, bound);
            bound = fitted.query;
            shape = fitted.shape;
        }
        return new Bound(Binder.rows(kind, state, bound), shape);
    }

    /** A body's last query with the columns of the declared result. */
    record Fitted(BoundQuery query, Shape shape) {}

    Fitted fit(State state, BoundQuery bound) {
        return new Result(state).fit(bound);
    }

    /** The context in which names of the body mean what they meant when it was made. */
    BindContext context() {
        return context;
    }

    /** 42P13 where the body's last statement is none that could return the result. */
    public void requireResult(@Nullable Command last) {
        if (function.resultType() == Oids.VOID || function.kind() == 'p' && outCount() == 0) {
            return;
        }
        boolean returns =
                last instanceof Query
                        || last instanceof Dml.Insert insert && !insert.returning().isEmpty()
                        || last instanceof Dml.Update update && !update.returning().isEmpty()
                        || last instanceof Dml.Delete delete && !delete.returning().isEmpty();
        if (!returns) {
            throw mismatch()
                    .withDetail(
                            "Function's final statement must be SELECT or INSERT/UPDATE/DELETE"
                                    + " RETURNING.");
        }
    }

    private int outCount() {
        return OutColumns.count(function);
    }

    private SqlException mismatch() {
        return new SqlException(
                SqlState.INVALID_FUNCTION_DEFINITION,
                "return type mismatch in function declared to return "
                        + context.catalog().type(function.resultType()).formatType(-1));
    }

    /** check_sql_fn_retval. */
    private final class Result {
        private final State state;

        Result(State state) {
            this.state = state;
        }

        private Type declared() {
            var result = state.type(function.resultType());
            var types = new ArrayList<Type>();
            function.argumentTypes().forEach(oid -> types.add(state.type(oid)));
            return result.form() == Type.Form.PSEUDO && arguments.size() == types.size()
                    ? new Polymorphism(state).solve(arguments, types, result).result()
                    : result;
        }

        Fitted fit(BoundQuery bound) {
            var result = declared();
            if (result.oid() == Oids.VOID || function.kind() == 'p' && outCount() == 0) {
                return new Fitted(bound, Shape.VOID);
            }
            var actual = result.actual();
            boolean record = result.oid() == Oids.RECORD;
            if (!record && actual.form() != Type.Form.COMPOSITE) {
                if (bound.types().size() != 1) {
                    throw mismatch().withDetail("Final statement must return exactly one column.");
                }
                var value = converted(bound, 0, result, -1);
                if (value == null) {
                    throw mismatch()
                            .withDetail(
                                    "Actual return type is "
                                            + bound.types().getFirst().type().formatType(-1)
                                            + ".");
                }
                return new Fitted(projected(bound, List.of(value)), Shape.VALUE);
            }
            if (bound.types().size() == 1
                    && outCount() != 1
                    && (record
                            ? bound.types().getFirst().type().oid() == Oids.RECORD
                                    && outCount() == 0
                            : converted(bound, 0, result, -1) != null)) {
                var value = record ? column(bound, 0) : converted(bound, 0, result, -1);
                if (value != null) {
                    return new Fitted(projected(bound, List.of(value)), Shape.VALUE);
                }
            }
            return fields(bound, result, record);
        }

        private Fitted fields(BoundQuery bound, Type result, boolean record) {
            var wanted = new ArrayList<PgType>();
            if (!record) {
                for (var field : result.actual().fields()) {
                    wanted.add(PgType.of(field.type(), field.typmod()));
                }
            } else if (outCount() > 0) {
                wanted.addAll(OutColumns.types(state, function, arguments));
            } else {
                return new Fitted(bound, Shape.FIELDS);
            }
            var values = new ArrayList<RexNode>();
            for (int i = 0; i < bound.types().size(); i++) {
                if (i >= wanted.size()) {
                    throw mismatch().withDetail("Final statement returns too many columns.");
                }
                var type = wanted.get(i);
                var value = converted(bound, i, type.type(), type.typmod());
                if (value == null) {
                    throw mismatch()
                            .withDetail(
                                    "Final statement returns "
                                            + bound.types().get(i).type().formatType(-1)
                                            + " instead of "
                                            + type.type().formatType(-1)
                                            + " at column "
                                            + (i + 1)
                                            + ".");
                }
                values.add(value);
            }
            if (bound.types().size() < wanted.size()) {
                throw mismatch().withDetail("Final statement returns too few columns.");
            }
            return new Fitted(projected(bound, values), Shape.FIELDS);
        }

        private RexNode column(BoundQuery bound, int index) {
            return new RexInputRef(index, bound.types().get(index));
        }

        private @Nullable RexNode converted(BoundQuery bound, int index, Type type, int typmod) {
            var column = column(bound, index);
            if (type.oid() == Coercion.type(column).oid() && typmod == -1) {
                return column;
            }
            return state.coercion.coerce(
                    column,
                    PgType.of(type, typmod),
                    Coercion.Context.ASSIGNMENT,
                    Form.Syntax.IMPLICIT_CAST,
                    -1);
        }

        private BoundQuery projected(BoundQuery bound, List<RexNode> values) {
            boolean same = values.size() == bound.types().size();
            for (int i = 0; i < values.size(); i++) {
                same &= values.get(i) instanceof RexInputRef reference && reference.getIndex() == i;
            }
            if (same) {
                return bound;
            }
            RelNode rel = QueryBinder.project(state, bound.rel(), values, bound.names());
            return new BoundQuery(
                    rel, bound.names(), values.stream().map(PgType::of).toList(), bound.offsets());
        }
    }
}
