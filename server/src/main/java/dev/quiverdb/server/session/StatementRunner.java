package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.pgwire.session.Responder;
import dev.quiverdb.plan.PlanContext;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.bind.BoundStatement;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.Utility;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.storage.WouldWaitException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prepares and starts statements: those with a plan here, all others through {@link UtilityRunner}.
 */
final class StatementRunner implements AutoCloseable {
    /** How long others may be kept waiting by a commit on the thread that reads their sockets. */
    private static final long COMMIT_HERE_NANOS_MAX = 500_000;

    private static final StatementResult.Tag SELECTED = rows -> "SELECT " + rows;

    private final SessionState state;
    private final UtilityRunner utilities;
    private final SessionCalls calls;
    private final PreparedStatements named;
    private final OpenStatements open;
    private @Nullable Found lastFound;
    private final ExecutionPool pool = new ExecutionPool(this::context);

    StatementRunner(SessionState state, PreparedStatements prepared) {
        this.state = state;
        calls = new SessionCalls(state);
        named = prepared;
        open =
                new OpenStatements(
                        state,
                        (statement, types) -> {
                            var made = make(statement, types);
                            return made.repeatable() ? made.plan() : null;
                        });
        utilities = new UtilityRunner(state, this, prepared);
        calls.knows(utilities.cursors());
        state.routines(new SqlRoutines(state, this));
        state.beforeCommit(this::checkDeferred);
    }

    /** The constraints that wait for the end of the transaction. */
    private void checkDeferred() {
        var constraints = state.transaction().constraints();
        if (!constraints.isUnused()) {
            constraints.runAll(context(List.of()));
        }
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
                    "current transaction is aborted, commands ignored until end of transaction"
                            + " block");
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
            prepared.describe(plan.bound().parameters(), plan.fields());
        } else {
            prepared.describe(
                    prepared.declaredTypes().stream()
                            .map(oid -> state.catalog().type(oid))
                            .toList(),
                    utilities.describe(node));
        }
    }

    /** The columns that CALL returns; null where the procedure has no OUT arguments. */
    static @Nullable List<ResultField> callFields(BoundStatement.Rows bound) {
        return bound.outputs().isEmpty() ? null : fields(bound);
    }

    /**
     * The columns that a statement returns; null for none. Clients hear of a domain's base type, as
     * getBaseTypeAndTypmod makes it for PostgreSQL's RowDescription.
     */
    static @Nullable List<ResultField> fields(BoundStatement.Rows bound) {
        if (bound.into() != null
                || (bound.outputs().isEmpty() && bound.kind() != BoundStatement.Kind.SELECT)) {
            return null;
        }
        return bound.outputs().stream().map(StatementRunner::field).toList();
    }

    private static ResultField field(BoundStatement.Output output) {
        var type = output.type();
        int typmod = output.typmod();
        for (var base = type.base(); base != null; base = type.base()) {
            typmod = type.baseTypmod();
            type = base;
        }
        return new ResultField(output.name(), output.relation(), output.column(), type, typmod, 0);
    }

    /** The plan of a statement, made anew if what it uses has changed. */
    CachedPlan plan(PreparedStatement prepared) {
        var environment = state.planEnvironment();
        var old = prepared.plan();
        var known = prepared.validPlan(state.catalog(), environment);
        if (known != null && !known.outgrown(state.database().storage(), state.nowMicros())) {
            return known;
        }
        List<Integer> types =
                old == null
                        ? prepared.declaredTypes()
                        : prepared.parameterTypes().stream().map(Type::oid).toList();
        var plan = prepared.shareable() ? shared(prepared, types) : make(prepared, types).plan();
        if (old != null && !sameTypes(old.bound(), plan.bound())) {
            throw SqlException.notSupported("cached plan must not change result type")
                    .withRoutine("RevalidateCachedQuery");
        }
        prepared.plan(plan, environment);
        return plan;
    }

    /** A text as a plan and the values of its literals; null if it must be planned as it is. */
    OpenStatements.@Nullable Bound open(String sql) {
        return open.bind(sql);
    }

    private record Made(CachedPlan plan, boolean repeatable) {}

    private Made make(PreparedStatement prepared, List<Integer> types) {
        var statement = prepared.statement();
        if (statement == null) {
            throw new IllegalStateException("empty statement");
        }
        var session = state.bindContext();
        var watched =
                new WatchedBinding(
                        session,
                        state.planContext(session).tabletRows(),
                        SessionState.PLANNER_SETTINGS);
        var bound =
                (BoundStatement.Rows) QueryPath.bind(statement.node(), watched.context(), types);
        var plan = QueryPath.plan(bound, watched.planning());
        var made =
                new CachedPlan(
                        statement,
                        plan,
                        fields(bound),
                        session.catalog(),
                        watched.tabletRows(),
                        state.nowMicros());
        return new Made(made, watched.repeatable());
    }

    /** A plan that another session may have made, or one that others may use. */
    private CachedPlan shared(PreparedStatement prepared, List<Integer> types) {
        var found = cached(prepared.text(), types);
        if (found != null) {
            return found;
        }
        var key = key(prepared.text(), types);
        var made = make(prepared, types);
        // A plan of what this transaction alone has defined is nobody else's.
        if (made.repeatable() && state.transaction().sharesCatalog()) {
            state.plans().put(key, made.plan());
        }
        return made.plan();
    }

    private PlanCache.Key key(String text, List<Integer> types) {
        return new PlanCache.Key(state.database().oid(), text, types, state.textEnvironment());
    }

    /** The plan of a text, if there is one for what this session sees now. */
    @Nullable CachedPlan cached(String text, List<Integer> types) {
        if (!state.transaction().sharesCatalog()
                || !state.sharesTexts()
                || text.length() > PlanCache.STATEMENT_CHARACTERS_MAX) {
            return null;
        }
        var catalog = state.database().catalog();
        var key = key(text, types);
        var last = lastFound;
        if (last != null && last.key.equals(key) && last.plan.plannedIn() == catalog) {
            return last.plan;
        }
        var plan = state.plans().find(key, catalog);
        if (plan == null || plan.outgrown(state.database().storage(), state.nowMicros())) {
            return null;
        }
        lastFound = new Found(key, plan);
        return plan;
    }

    /** The newest find: who asks whether a text can be answered at once asks for it again. */
    private record Found(PlanCache.Key key, CachedPlan plan) {}

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
        var plan = lockedPlan(prepared, parameters);
        if (plan.bound().into() != null) {
            return utilities.createTableAs(prepared, plan, parameters);
        }
        return run(plan, parameters);
    }

    /** The plan of a statement, with locks on the relations that it uses. */
    CachedPlan lockedPlan(PreparedStatement prepared) {
        var plan = plan(prepared);
        checkWritable(plan.bound());
        var transaction = state.transaction().transaction();
        while (!lock(transaction, plan)) {
            // Somebody changed a definition before we had the lock on it: plan for what is there
            // now.
            state.checkCancelled();
            state.transaction().refreshCatalog();
            plan = plan(prepared);
        }
        return plan;
    }

    /** As the other, for these values alone where that pays. */
    CachedPlan lockedPlan(PreparedStatement prepared, List<@Nullable Object> parameters) {
        var plan = lockedPlan(prepared);
        boolean custom =
                switch (state.hot().planCacheMode()) {
                    case "force_custom_plan" -> plan.perValues() || !parameters.isEmpty();
                    case "force_generic_plan" -> plan.fails();
                    default -> plan.perValues();
                };
        return custom ? plan.forValues(parameters, state.planContext(state.bindContext())) : plan;
    }

    /** Runs a plan whose relations are locked. */
    StatementResult run(CachedPlan plan, List<@Nullable Object> parameters) {
        var bound = plan.bound();
        var fields = plan.fields();
        if (plan.restartable()) {
            var transaction = state.transaction().forStatement();
            var cursor = pool.open(plan, transaction, parameters);
            return new StatementResult.Rows(
                    fields == null ? List.of() : fields,
                    transaction.waits() || plan.quick() ? cursor : begun(plan, cursor),
                    SELECTED);
        }
        var execution = QueryPath.execute(plan.plan(), context(parameters));
        if (bound.kind() == BoundStatement.Kind.SELECT) {
            return new StatementResult.Rows(
                    fields == null ? List.of() : fields, execution, SELECTED);
        }
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

    /**
     * A search with its first rows, so that nothing was sent yet if it turns out to be a worker's
     * task.
     */
    private Cursor begun(CachedPlan plan, Cursor cursor) {
        long begin = state.nowMicros();
        try {
            var begun = BegunCursor.of(cursor);
            plan.pace().took(begin, state.nowMicros());
            return begun;
        } catch (WouldWaitException e) {
            plan.pace().refused(state.nowMicros());
            throw e;
        }
    }

    /** What an execution may ask, with a fresh snapshot. */
    StatementContext context(List<@Nullable Object> parameters) {
        return context(state.transaction().forStatement(), parameters);
    }

    private StatementContext context(Transaction transaction, List<@Nullable Object> parameters) {
        return new StatementContext(state, transaction, parameters, calls);
    }

    /** As {@link #context}, in the snapshot of the statement that runs. */
    StatementContext contextWithin(List<@Nullable Object> parameters) {
        return context(state.transaction().transaction(), parameters);
    }

    /** A plan of what is bound already, as a function's statement or a cursor's query. */
    CachedPlan planned(Statement statement, BoundStatement.Rows bound, PlanContext context) {
        return new CachedPlan(
                statement,
                QueryPath.plan(bound, context),
                fields(bound),
                state.catalog(),
                Map.of(),
                state.nowMicros());
    }

    /** Runs a statement without rows, as one of a function's body. */
    void runWithin(Command node, String text) {
        switch (node) {
            case Ddl ddl -> utilities.define(ddl, text);
            case Utility utility -> {
                var statement =
                        new PreparedStatement(
                                "",
                                text,
                                new Statement(utility, 0, text.length(), 0),
                                List.of(),
                                true,
                                state.nowMicros());
                utilities.runQuietly(utility, statement);
            }
            default -> throw new IllegalStateException("a statement with rows");
        }
    }

    static String tag(BoundStatement.Kind kind, long rows) {
        return (kind == BoundStatement.Kind.INSERT ? "INSERT 0 " : kind.name() + " ") + rows;
    }

    void checkWritable(BoundStatement.Rows bound) {
        if (bound.readOnly()) {
            return;
        }
        state.transaction().mayWrite();
        if (bound.kind() != BoundStatement.Kind.SELECT || bound.into() != null) {
            state.checkNotReadOnly(bound.into() != null ? "SELECT INTO" : bound.kind().name());
        }
    }

    private static ObjectLockMode mode(CachedPlan plan) {
        return plan.bound().kind() == BoundStatement.Kind.SELECT
                ? ObjectLockMode.ACCESS_SHARE
                : ObjectLockMode.ROW_EXCLUSIVE;
    }

    /** Locks the relations of a statement; false if a definition changed meanwhile. */
    boolean lock(Transaction transaction, CachedPlan plan) {
        if (plan.relations().length == 0) {
            return true;
        }
        var mode = mode(plan);
        for (int relation : plan.relations()) {
            transaction.lockObject(CatalogObject.CLASS_RELATION, relation, mode, WaitPolicy.WAIT);
        }
        state.transaction().refreshCatalog();
        return plan.holds(state.catalog());
    }

    /**
     * Whether a plan can be run now without waiting: it is quick, nobody wants its snapshot to
     * wait, or what it writes is taken back if it has to; and the locks on its relations could be
     * had at once. The transaction then holds them.
     */
    private boolean neverWaits(CachedPlan plan, boolean syncFollows) {
        boolean reads =
                (plan.quick() || searchesHere(plan))
                        && !state.transaction().failed()
                        && !state.hot().deferrable();
        if (!reads && !writesHere(plan, syncFollows)) {
            return false;
        }
        state.transaction().beginStatement(state.nowMicros());
        var transaction = state.transaction().transaction();
        for (int relation : plan.relations()) {
            if (transaction.lockObject(
                            CatalogObject.CLASS_RELATION, relation, mode(plan), WaitPolicy.NOWAIT)
                    == LockOutcome.WOULD_BLOCK) {
                return false;
            }
        }
        if (!plan.quick()) {
            state.transaction().markStatement();
        }
        return true;
    }

    private boolean searchesHere(CachedPlan plan) {
        return plan.quickSearch() && plan.pace().isQuick(state.nowMicros());
    }

    /**
     * Whether a plan may change its few rows on this thread: within a block, or with the commit
     * that follows. If it meets a lock after all, it is begun again by a worker.
     */
    private boolean writesHere(CachedPlan plan, boolean syncFollows) {
        return plan.quickWrite()
                && !state.transaction().failed()
                && (state.transaction().inBlock()
                        || (state.transaction().hasDoneNothing()
                                && (syncFollows || commitsHere())));
    }

    /**
     * Whether the implicit transaction is to be committed without waiting for it: on the thread
     * that reads sockets, where it is not worth that thread's while to wait itself.
     */
    boolean commitsAsync() {
        var transaction = state.transaction();
        return !transaction.isIdle() && !transaction.inBlock() && commitsWrittenAsync();
    }

    /** The same of a statement that is a COMMIT, and the block that it ends. */
    boolean commitsBlockAsync(PreparedStatement prepared) {
        var transaction = state.transaction();
        return prepared.statement() != null
                && prepared.statement().node() instanceof Utility.Transaction command
                && command.kind() == Utility.TransactionKind.COMMIT
                && !command.chain()
                && transaction.inBlock()
                && !transaction.failed()
                && commitsWrittenAsync();
    }

    private boolean commitsWrittenAsync() {
        var transaction = state.transaction();
        return !transaction.waits()
                && !transaction.wroteNothing()
                && transaction.hasWrittenHere()
                && !commitsHere();
    }

    /**
     * Whether the thread that reads sockets may wait for a commit: with nobody else to share a
     * flush with, two changes of thread would cost as much as a fast disk.
     */
    private boolean commitsHere() {
        return state.database().storage().commitsAlone(state.processId(), COMMIT_HERE_NANOS_MAX);
    }

    /** Whether running this statement cannot wait: no lock, no log, few rows. */
    boolean neverWaits(PreparedStatement prepared) {
        if (prepared.statement() != null
                && prepared.statement().node() instanceof Utility.Transaction command) {
            return neverWaits(command);
        }
        var catalog =
                state.transaction().sharesCatalog() ? state.database().catalog() : state.catalog();
        var plan = prepared.validPlan(catalog, state.planEnvironment());
        return plan != null && neverWaits(plan, true);
    }

    private boolean neverWaits(Utility.Transaction command) {
        return switch (command.kind()) {
            case BEGIN, START -> true;
            case COMMIT ->
                    state.transaction().wroteNothing() || state.transaction().hasWrittenHere();
            default -> false;
        };
    }

    /** Whether a text that was not parsed yet is known to be a statement that cannot wait. */
    boolean neverWaits(String text) {
        var plan = cached(text, List.of());
        if (plan == null) {
            plan = open.find(text);
        }
        return plan != null && neverWaits(plan, false);
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
        try (var execution = QueryPath.execute(plan(query).plan(), context(List.of()))) {
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
