package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.Execution;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.pgwire.session.Responder;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.bind.BoundStatement;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.Utility;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.WaitPolicy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prepares and starts statements: those with a plan here, all others through {@link UtilityRunner}.
 */
final class StatementRunner implements AutoCloseable {
    private final SessionState state;
    private final UtilityRunner utilities;
    private final SessionCalls calls;
    private final PreparedStatements named;

    StatementRunner(SessionState state, PreparedStatements prepared) {
        this.state = state;
        calls = new SessionCalls(state);
        named = prepared;
        utilities = new UtilityRunner(state, this, prepared);
    }

    /** Refuses everything but the end of a failed transaction block. */
    void checkUsable(Command node) {
        if (!state.transaction().failed()) {
            return;
        }
        boolean ends =
                node instanceof Utility.Transaction t
                        && switch (t.kind()) {
                            case COMMIT, ROLLBACK, ROLLBACK_TO, PREPARE -> true;
                            default -> false;
                        };
        if (!ends) {
            throw new SqlException(
                    SqlState.IN_FAILED_SQL_TRANSACTION,
                    "current transaction is aborted, commands ignored until end of transaction block");
        }
    }

    /** Finds out what a new prepared statement takes and returns. */
    void prepare(PreparedStatement prepared) {
        var statement = prepared.statement();
        if (statement == null) {
            return;
        }
        var node = statement.node();
        checkUsable(node);
        state.transaction().beginStatement(state.nowMicros());
        if (node instanceof Query || node instanceof Dml) {
            var plan = plan(prepared);
            prepared.describe(plan.bound().parameters(), fields(plan.bound()));
        } else {
            prepared.describe(
                    prepared.declaredTypes().stream()
                            .map(oid -> state.catalog().type(oid))
                            .toList(),
                    utilities.describe(node));
        }
    }

    /** The columns that a statement returns; null for none. */
    static @Nullable List<ResultField> fields(BoundStatement.Rows bound) {
        if (bound.into() != null
                || (bound.outputs().isEmpty() && bound.kind() != BoundStatement.Kind.SELECT)) {
            return null;
        }
        return bound.outputs().stream()
                .map(o ->
                        new ResultField(
                                o.name(), o.relation(), o.column(), o.type(), o.typmod(), 0))
                .toList();
    }

    /** The plan of a statement, made anew if what it uses has changed. */
    QueryPath.Prepared plan(PreparedStatement prepared) {
        var environment = state.planEnvironment();
        var known = prepared.validPlan(state.catalog(), environment);
        if (known != null) {
            return known;
        }
        var statement = prepared.statement();
        if (statement == null) {
            throw new IllegalStateException("empty statement");
        }
        var old = prepared.plan();
        List<Integer> types =
                old == null
                        ? prepared.declaredTypes()
                        : prepared.parameterTypes().stream().map(Type::oid).toList();
        var context = state.bindContext();
        var bound = (BoundStatement.Rows) QueryPath.bind(statement.node(), context, types);
        var plan = QueryPath.plan(bound, state.planContext(context));
        if (old != null && !sameTypes(old.bound(), bound)) {
            throw SqlException.notSupported("cached plan must not change result type");
        }
        prepared.plan(plan, environment);
        return plan;
    }

    private static boolean sameTypes(BoundStatement.Rows one, BoundStatement.Rows other) {
        return one.outputs().stream()
                .map(BoundStatement.Output::type)
                .toList()
                .equals(other.outputs().stream().map(BoundStatement.Output::type).toList());
    }

    /** Starts a portal's statement. */
    StatementResult start(Portal portal, Responder responder) {
        var prepared = portal.prepared();
        var statement = prepared.statement();
        if (statement == null) {
            throw new IllegalStateException("empty statement");
        }
        var node = statement.node();
        checkUsable(node);
        state.checkCancelled();
        if (!(node instanceof Utility.Transaction)) {
            state.transaction().beginStatement(state.statementMicros());
        }
        return switch (node) {
            case Query _ -> startRows(prepared, portal.parameters());
            case Dml _ -> startRows(prepared, portal.parameters());
            case Ddl ddl -> utilities.define(ddl, prepared.text());
            case Utility utility ->
                    utilities.run(utility, prepared, portal.parameters(), responder);
        };
    }

    /** Starts a statement that has a plan. */
    StatementResult startRows(PreparedStatement prepared, List<@Nullable Object> parameters) {
        var plan = lockedPlan(prepared);
        if (plan.bound().into() != null) {
            return utilities.createTableAs(prepared, plan, parameters);
        }
        return run(plan, parameters);
    }

    /** The plan of a statement, with locks on the relations that it uses. */
    QueryPath.Prepared lockedPlan(PreparedStatement prepared) {
        var plan = plan(prepared);
        checkWritable(plan.bound());
        var transaction = state.transaction().transaction();
        while (!lock(transaction, plan.bound())) {
            // Somebody changed a definition before we had the lock on it: plan for what is there
            // now.
            state.transaction().refreshCatalog();
            plan = plan(prepared);
        }
        return plan;
    }

    /** Runs a plan whose relations are locked. */
    StatementResult run(QueryPath.Prepared plan, List<@Nullable Object> parameters) {
        var bound = plan.bound();
        var execution = execute(plan, parameters);
        if (bound.kind() == BoundStatement.Kind.SELECT) {
            var fields = fields(bound);
            return new StatementResult.Rows(
                    fields == null ? List.of() : fields, execution, rows -> "SELECT " + rows);
        }
        var fields = fields(bound);
        if (fields == null) {
            try (execution) {
                execution.finish();
            }
            return new StatementResult.Done(tag(bound.kind(), execution.modifiedRows()));
        }
        // What modifies does all its work now; its rows wait until they are fetched.
        Cursor rows = Materialised.of(execution, state::checkCancelled);
        long affected = execution.modifiedRows();
        return new StatementResult.Rows(fields, rows, _ -> tag(bound.kind(), affected));
    }

    Execution execute(QueryPath.Prepared plan, List<@Nullable Object> parameters) {
        return QueryPath.execute(plan.plan(), context(parameters));
    }

    /** What an execution may ask, with a fresh snapshot. */
    StatementContext context(List<@Nullable Object> parameters) {
        return new StatementContext(
                state, state.transaction().forStatement(), parameters, state.catalogCalls(), calls);
    }

    static String tag(BoundStatement.Kind kind, long rows) {
        return (kind == BoundStatement.Kind.INSERT ? "INSERT 0 " : kind.name() + " ") + rows;
    }

    private void checkWritable(BoundStatement.Rows bound) {
        if (bound.readOnly()) {
            return;
        }
        state.transaction().mayWrite();
        if (bound.kind() != BoundStatement.Kind.SELECT || bound.into() != null) {
            state.checkNotReadOnly(bound.into() != null ? "SELECT INTO" : bound.kind().name());
        }
    }

    /** Locks the relations of a statement; false if a definition changed meanwhile. */
    private boolean lock(Transaction transaction, BoundStatement.Rows bound) {
        boolean waited = false;
        for (var use : bound.uses().entrySet()) {
            if (state.catalog().object(use.getKey()) instanceof Relation relation
                    && relation.index() == null) {
                var mode =
                        bound.kind() == BoundStatement.Kind.SELECT
                                ? ObjectLockMode.ACCESS_SHARE
                                : ObjectLockMode.ROW_EXCLUSIVE;
                transaction.lockObject(
                        CatalogObject.CLASS_RELATION, relation.oid(), mode, WaitPolicy.WAIT);
                waited = true;
            }
        }
        if (!waited) {
            return true;
        }
        state.transaction().refreshCatalog();
        return PreparedStatement.current(bound.uses(), state.catalog());
    }

    /** Whether running this statement cannot wait: no lock, no log, few rows. */
    boolean neverWaits(PreparedStatement prepared) {
        var plan = prepared.plan();
        return plan != null && plan.bound().readOnly() && QuickPlans.isQuick(plan.plan());
    }

    /** A prepared statement by name, for EXECUTE below other statements. */
    PreparedStatement prepared(String name) {
        return named.get(name);
    }

    List<@Nullable Object> parameters(Utility.Execute execute, PreparedStatement target) {
        return utilities.parameters(execute, target);
    }

    /** All rows of a query that the server itself asks. */
    List<@Nullable Object[]> rows(String sql) {
        var query =
                new PreparedStatement(
                        "",
                        sql,
                        QueryPath.parse(sql).getFirst(),
                        List.of(),
                        true,
                        state.nowMicros());
        List<@Nullable Object[]> rows = new ArrayList<>();
        try (var execution = execute(plan(query), List.of())) {
            for (var batch = execution.next(); batch != null; batch = execution.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    @Nullable Object[] row = new @Nullable Object[batch.columnCount()];
                    for (int c = 0; c < row.length; c++) {
                        row[c] = batch.get(i, c);
                    }
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    /** The value of an expression as text, of the type wanted. */
    @Nullable Object value(String sql, Type type) {
        var rows = rows("SELECT (" + sql + ")::" + type.formatType(-1));
        return rows.isEmpty() ? null : rows.getFirst()[0];
    }

    Cursors cursors() {
        return utilities.cursors();
    }

    @Override
    public void close() {
        utilities.close();
    }
}
