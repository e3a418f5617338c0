package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.Execution;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.execute.procedure.Routines;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.bind.BoundStatement;
import dev.quiverdb.sql.bind.RoutineBinder;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.Utility;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions in language SQL, after functions.c. A volatile function's statements each take a
 * snapshot and see what those before them did; others read what the calling statement reads. Plans
 * are kept for each function and types of arguments while what they use stays as it is. Belongs to
 * one session.
 */
final class SqlRoutines implements Routines {
    private static final int DEPTH_MAX = 400;
    private static final int BODIES_MAX = 1_000;

    private record Key(int function, List<Integer> types) {}

    /** A statement of a body, with its plan while that holds. */
    private static final class Step {
        final Command node;
        final boolean last;
        @Nullable CachedPlan plan;
        RoutineBinder.@Nullable Shape shape;
        String environment = "";

        Step(Command node, boolean last) {
            this.node = node;
            this.last = last;
        }
    }

    private record Body(Function function, List<Type> types, List<Step> steps) {}

    private final SessionState state;
    private final StatementRunner statements;
    private final Map<Key, Body> bodies = new HashMap<>();
    private int depth;

    SqlRoutines(SessionState state, StatementRunner statements) {
        this.state = state;
        this.statements = statements;
    }

    @Override
    public List<@Nullable Object> call(FunctionRef function, @Nullable Object[] arguments) {
        if (depth >= DEPTH_MAX) {
            throw new SqlException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
                    .withHint(
                            "Increase the configuration parameter \"max_stack_depth\" (currently"
                                    + " 2048kB), after ensuring the platform's stack depth limit is"
                                    + " adequate.");
        }
        depth++;
        int definer = state.roles().definer();
        var body = body(function);
        var settings = state.settings();
        boolean configured = !body.function.configuration().isEmpty();
        if (configured) {
            settings.savepoint();
        }
        try {
            if (body.function.securityDefiner()) {
                state.roles().definer(body.function.owner());
            }
            for (var setting : body.function.configuration()) {
                int equals = setting.indexOf('=');
                settings.set(
                        setting.substring(0, equals),
                        setting.substring(equals + 1),
                        Settings.Scope.LOCAL,
                        state.isSuperuser());
            }
            return run(body, Arrays.asList(arguments));
        } finally {
            if (configured) {
                settings.rollbackTo();
            }
            state.roles().definer(definer);
            depth--;
        }
    }

    private Body body(FunctionRef reference) {
        var function = state.catalog().function(reference.oid());
        if (function == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_FUNCTION,
                    "cache lookup failed for function " + reference.oid());
        }
        var key =
                new Key(function.oid(), reference.argumentTypes().stream().map(Type::oid).toList());
        var known = bodies.get(key);
        if (known != null && known.function.version() == function.version()) {
            return known;
        }
        var steps = new ArrayList<Step>();
        var nodes = RoutineBinder.statements(function);
        for (int i = 0; i < nodes.size(); i++) {
            steps.add(new Step(nodes.get(i), i == nodes.size() - 1));
        }
        var made = new Body(function, reference.argumentTypes(), steps);
        new RoutineBinder(function, made.types, state.bindContext())
                .requireResult(nodes.isEmpty() ? null : nodes.getLast());
        if (bodies.size() >= BODIES_MAX) {
            bodies.clear();
        }
        bodies.put(key, made);
        return made;
    }

    private List<@Nullable Object> run(Body body, List<@Nullable Object> arguments) {
        boolean writes = body.function.volatility() == 'v';
        var transaction = state.transaction().transaction();
        List<@Nullable Object> result = List.of();
        var nested = transaction.nest();
        try (nested) {
            for (int i = 0; i < body.steps.size(); i++) {
                var step = body.steps.get(i);
                state.checkCancelled();
                try {
                    var rows = step(body, step, arguments, writes);
                    if (step.last && rows != null) {
                        result = rows;
                    }
                } catch (SqlException error) {
                    throw within(error, body.function, i + 1);
                }
            }
        }
        return result;
    }

    private static SqlException within(SqlException error, Function function, int statement) {
        var here = "SQL function \"" + function.name() + "\" statement " + statement;
        var where = error.where();
        return error.withPosition(0).withWhere(where == null ? here : where + "\n" + here);
    }

    /** Runs one statement; null where it has no rows. */
    private @Nullable List<@Nullable Object> step(
            Body body, Step step, List<@Nullable Object> arguments, boolean writes) {
        if (step.node instanceof Utility.Transaction transaction) {
            throw SqlException.notSupported(
                    transaction.kind().name().replace('_', ' ')
                            + " is not allowed in an SQL function");
        }
        var plan = plan(body, step);
        if (plan == null) {
            if (!writes) {
                throw SqlException.notSupported(
                        CommandTag.of(step.node) + " is not allowed in a non-volatile function");
            }
            statements.runWithin(step.node, body.function.source());
            return null;
        }
        var bound = plan.bound();
        if (!writes && bound.kind() != BoundStatement.Kind.SELECT) {
            throw SqlException.notSupported(
                    bound.kind() + " is not allowed in a non-volatile function");
        }
        statements.checkWritable(bound);
        var context = writes ? statements.context(arguments) : statements.contextWithin(arguments);
        try (var execution = QueryPath.execute(plan.plan(), context)) {
            var shape = step.shape;
            if (shape == null || shape == RoutineBinder.Shape.VOID) {
                execution.finish();
                return null;
            }
            boolean one = !body.function.returnsSet();
            return rows(execution, bound, shape, one);
        }
    }

    private static List<@Nullable Object> rows(
            Execution execution,
            BoundStatement.Rows bound,
            RoutineBinder.Shape shape,
            boolean one) {
        var types = bound.outputs().stream().map(BoundStatement.Output::type).toList();
        List<@Nullable Object> rows = new ArrayList<>();
        for (var batch = execution.next(); batch != null; batch = execution.next()) {
            for (int i = 0; i < batch.size() && !(one && !rows.isEmpty()); i++) {
                if (shape == RoutineBinder.Shape.VALUE) {
                    rows.add(batch.get(i, 0));
                } else {
                    @Nullable Object[] fields = new @Nullable Object[types.size()];
                    for (int c = 0; c < fields.length; c++) {
                        fields[c] = batch.get(i, c);
                    }
                    rows.add(RecordValue.of(types, fields));
                }
            }
            if (one && !rows.isEmpty() && bound.kind() == BoundStatement.Kind.SELECT) {
                break;
            }
        }
        return rows;
    }

    /** The plan of a statement with its relations locked; null for one that needs none. */
    private @Nullable CachedPlan plan(Body body, Step step) {
        while (true) {
            var plan = validPlan(body, step);
            if (plan == null || statements.lock(state.transaction().transaction(), plan)) {
                return plan;
            }
            state.transaction().refreshCatalog();
        }
    }

    private @Nullable CachedPlan validPlan(Body body, Step step) {
        var environment = state.planEnvironment();
        var known = step.plan;
        if (known != null && step.environment.equals(environment) && known.holds(state.catalog())) {
            return known;
        }
        var context = state.bindContext();
        var binder = new RoutineBinder(body.function, body.types, context);
        var bound = binder.bind(step.node, step.last);
        if (!(bound.statement() instanceof BoundStatement.Rows rows)) {
            return null;
        }
        var source = body.function.source();
        var plan =
                statements.planned(
                        new Statement(step.node, 0, source.length(), body.types.size()),
                        rows,
                        state.planContext(context));
        step.plan = plan;
        step.shape = bound.shape();
        step.environment = environment;
        return plan;
    }
}
