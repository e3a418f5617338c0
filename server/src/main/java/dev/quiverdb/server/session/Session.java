package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Setting;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.pgwire.codec.FrontendDecoder;
import dev.quiverdb.pgwire.message.BoundValues;
import dev.quiverdb.pgwire.message.FrontendMessage;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.pgwire.session.EngineSession;
import dev.quiverdb.pgwire.session.MustWaitException;
import dev.quiverdb.pgwire.session.Responder;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.Utility;
import dev.quiverdb.storage.WouldWaitException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client's session as the wire drives it: prepared statements, portals and the rules of the two
 * query protocols. What statements do is {@link StatementRunner}'s.
 */
final class Session implements EngineSession {
    private final SessionState state;
    private final StatementRunner runner;
    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>();
    private final Map<String, Portal> portals = new HashMap<>();

    /** The reported settings as the client was told them last. */
    private final Map<String, String> told = new HashMap<>();

    /** What is to be done after the commit that was left to the disk. */
    private @Nullable Runnable whenDurable;

    Session(SessionState state) {
        this.state = state;
        runner = new StatementRunner(state, new PreparedStatements(statements));
        state.onTransactionEnd(this::dropPortals);
    }

    private void dropPortals() {
        portals.values().forEach(Portal::close);
        portals.clear();
    }

    @Override
    public Map<String, String> reportedSettings() {
        var settings = state.settings();
        Map<String, String> reported = new LinkedHashMap<>();
        settings.all().stream()
                .filter(Setting::reported)
                .forEach(setting -> reported.put(setting.name(), settings.show(setting.name())));
        settings.takeChangedReports();
        told.putAll(reported);
        return reported;
    }

    @Override
    public Map<String, String> changedSettings() {
        var names = state.settings().takeChangedReports();
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<String, String> changed = new LinkedHashMap<>();
        for (var name : names) {
            var value = state.settings().show(name);
            if (!value.equals(told.put(name, value))) {
                changed.put(name, value);
            }
        }
        return changed;
    }

    @Override
    public TypeContext typeContext() {
        return state.typeContext();
    }

    // The simple protocol.

    @Override
    public void simpleQuery(String sql, Responder responder) {
        state.statementBegins(sql);
        try {
            var known = state.transaction().failed() ? null : known(sql);
            if (known != null) {
                runSimple(known.prepared(), known.parameters(), true, responder);
            } else {
                List<Statement> parsed = parsed(sql);
                if (parsed.isEmpty()) {
                    responder.emptyQuery();
                }
                for (int i = 0; i < parsed.size(); i++) {
                    var statement = parsed.get(i);
                    var prepared =
                            parsed.size() == 1 && state.sharesTexts()
                                    ? PreparedStatement.ofText(
                                            "", sql, statement, List.of(), state.nowMicros())
                                    : new PreparedStatement(
                                            "",
                                            sql,
                                            statement,
                                            List.of(),
                                            false,
                                            state.nowMicros());
                    runSimple(prepared, List.of(), i == parsed.size() - 1, responder);
                }
            }
            state.transaction().endImplicit();
        } catch (WouldWaitException e) {
            throw begunAgain();
        } catch (RuntimeException e) {
            throw state.located(e, sql);
        } finally {
            state.statementEnds();
        }
    }

    /** Takes back a statement that met a lock on a thread that may not wait. */
    private MustWaitException begunAgain() {
        state.transaction().undoStatement();
        return new MustWaitException();
    }

    /**
     * A statement of this text with a plan that somebody has made before; null if there is none.
     */
    private @Nullable PreparedStatement cached(String name, String sql, List<Integer> types) {
        if (state.transaction().failed()) {
            return null;
        }
        var plan = runner.cached(sql, types);
        if (plan == null) {
            return null;
        }
        var prepared =
                PreparedStatement.ofText(name, sql, plan.statement(), types, state.nowMicros());
        state.transaction().beginStatement(state.nowMicros());
        prepared.plan(plan, state.planEnvironment());
        prepared.describe(plan.bound().parameters(), plan.fields());
        return prepared;
    }

    /** A text of one statement with a plan that was made before, perhaps for other literals. */
    private OpenStatements.@Nullable Bound known(String sql) {
        var prepared = cached("", sql, List.of());
        return prepared != null ? new OpenStatements.Bound(prepared, List.of()) : runner.open(sql);
    }

    private void runSimple(
            PreparedStatement prepared,
            List<@Nullable Object> parameters,
            boolean last,
            Responder responder) {
        try (var portal = new Portal("", prepared, parameters, null)) {
            var result = runner.start(portal, responder);
            portal.start(result);
            if (result instanceof StatementResult.Rows rows) {
                responder.rowDescription(rows.fields());
            }
            // PostgreSQL commits a lone statement before it says that it is complete.
            portal.run(0, last ? new CommitFirst(responder, state.transaction()) : responder);
        }
    }

    // The extended protocol.

    @Override
    public void parse(String name, String sql, dev.quiverdb.pgwire.message.Oids types) {
        state.statementBegins(sql);
        try {
            if (!name.isEmpty() && statements.containsKey(name)) {
                throw new SqlException(
                        SqlState.DUPLICATE_PSTATEMENT,
                        "prepared statement \"" + name + "\" already exists");
            }
            var declared = types.toList();
            var known = cached(name, sql, declared);
            statements.put(name, known == null ? prepare(name, sql, declared) : known);
        } catch (RuntimeException e) {
            throw state.located(e, sql);
        } finally {
            state.statementEnds();
        }
    }

    private List<Statement> parsed(String sql) {
        return QueryPath.parse(
                sql,
                state.hot().stringRules(),
                warning -> {
                    state.located(warning, sql);
                    state.notice(warning);
                });
    }

    private PreparedStatement prepare(String name, String sql, List<Integer> declared) {
        var parsed = parsed(sql);
        if (parsed.size() > 1) {
            throw new SqlException(
                    SqlState.SYNTAX_ERROR,
                    "cannot insert multiple commands into a prepared statement");
        }
        var statement = parsed.isEmpty() ? null : parsed.getFirst();
        var prepared =
                state.sharesTexts()
                        ? PreparedStatement.ofText(
                                name, sql, statement, declared, state.nowMicros())
                        : new PreparedStatement(
                                name, sql, statement, declared, false, state.nowMicros());
        if (statement != null) {
            runner.prepare(prepared);
        }
        return prepared;
    }

    @Override
    public void bind(String portalName, String statementName, BoundValues values) {
        var prepared = statement(statementName);
        if (!portalName.isEmpty() && portals.containsKey(portalName)) {
            throw new SqlException(
                    SqlState.DUPLICATE_CURSOR, "cursor \"" + portalName + "\" already exists");
        }
        if (prepared.statement() != null) {
            runner.checkUsable(prepared.statement().node());
        }
        var types = prepared.parameterTypes();
        if (values.parameterCount() != types.size()) {
            throw new SqlException(
                    SqlState.PROTOCOL_VIOLATION,
                    "bind message supplies %d parameters, but prepared statement \"%s\" requires %d"
                            .formatted(values.parameterCount(), prepared.name(), types.size()));
        }
        var fields = prepared.fields();
        int columns = fields == null ? 0 : fields.size();
        if (values.resultFormatCount() > 1 && values.resultFormatCount() != columns) {
            throw new SqlException(
                    SqlState.PROTOCOL_VIOLATION,
                    "bind message has %d result formats but query has %d columns"
                            .formatted(values.resultFormatCount(), columns));
        }
        List<@Nullable Object> parameters = new ArrayList<>(types.size());
        for (int i = 0; i < types.size(); i++) {
            parameters.add(parameter(values, i, types.get(i)));
        }
        var old = portals.put(portalName, new Portal(portalName, prepared, parameters, values));
        if (old != null) {
            old.close();
        }
    }

    private @Nullable Object parameter(BoundValues values, int index, Type type) {
        byte[] bytes = values.parameter(index);
        if (bytes == null) {
            return null;
        }
        try {
            if (values.parameterFormat(index) == 1) {
                var in = ByteBuffer.wrap(bytes);
                var value = type.receive(in, -1, state.typeContext());
                if (in.hasRemaining()) {
                    throw new SqlException(
                            SqlState.INVALID_BINARY_REPRESENTATION,
                            "incorrect binary data format in bind parameter " + (index + 1));
                }
                return value;
            }
            var text = FrontendDecoder.utf8(bytes);
            return type.oid() == Oids.TEXT ? text : type.parse(text, -1, state.typeContext());
        } catch (SqlException e) {
            throw e.withWhere("unnamed portal parameter $" + (index + 1));
        }
    }

    private PreparedStatement statement(String name) {
        var prepared = statements.get(name);
        if (prepared == null) {
            throw new SqlException(
                    SqlState.INVALID_SQL_STATEMENT_NAME,
                    name.isEmpty()
                            ? "unnamed prepared statement does not exist"
                            : "prepared statement \"" + name + "\" does not exist");
        }
        return prepared;
    }

    private Portal portal(String name) {
        var portal = portals.get(name);
        if (portal == null) {
            throw new SqlException(
                    SqlState.INVALID_CURSOR_NAME, "portal \"" + name + "\" does not exist");
        }
        return portal;
    }

    @Override
    public StatementDescription describeStatement(String name) {
        var prepared = statement(name);
        if (prepared.statement() != null) {
            runner.checkUsable(prepared.statement().node());
        }
        return new StatementDescription(prepared.parameterTypes(), prepared.fields());
    }

    @Override
    public @Nullable List<ResultField> describePortal(String name) {
        var portal = portal(name);
        var fields = portal.prepared().fields();
        return fields == null ? null : portal.withFormats(fields);
    }

    @Override
    public boolean execute(String name, int rowsMax, Responder responder) {
        var portal = portal(name);
        var prepared = portal.prepared();
        if (prepared.statement() == null) {
            responder.emptyQuery();
            return true;
        }
        state.statementBegins(prepared.text());
        try {
            if (!portal.started() && runner.commitsBlockAsync(prepared)) {
                commitAsync(() -> {
                    portal.start(new StatementResult.Done("COMMIT"));
                    portal.run(rowsMax, responder);
                });
                return false;
            }
            if (!portal.started()) {
                portal.start(runner.start(portal, responder));
            } else {
                runner.checkUsable(prepared.statement().node());
            }
            portal.run(rowsMax, responder);
            if (prepared.statement().node() instanceof Utility.Transaction) {
                state.transaction().endImplicit();
            }
            return true;
        } catch (WouldWaitException e) {
            throw begunAgain();
        } catch (RuntimeException e) {
            throw state.located(e, prepared.text());
        } finally {
            state.statementEnds();
        }
    }

    @Override
    public void closeStatement(String name) {
        statements.remove(name);
    }

    @Override
    public void closePortal(String name) {
        var portal = portals.remove(name);
        if (portal != null) {
            portal.close();
        }
    }

    @Override
    public boolean sync() {
        boolean async = runner.commitsAsync();
        if (async) {
            commitAsync(() -> {});
        } else {
            state.transaction().endImplicit();
        }
        var unnamed = portals.remove("");
        if (unnamed != null) {
            unnamed.close();
        }
        return !async;
    }

    /** Leaves the commit to the disk; {@code then} is what is to be done after it. */
    private void commitAsync(Runnable then) {
        whenDurable = then;
        state.transaction().commitAsync(state.client()::durable);
    }

    @Override
    public void resume() {
        var then = whenDurable;
        if (then == null) {
            throw new IllegalStateException("nothing was left to the disk");
        }
        whenDurable = null;
        state.transaction().asyncCommitEnded();
        then.run();
    }

    @Override
    public void fail() {
        // A portal that was running cannot go on.
        dropPortals();
        state.transaction().fail();
    }

    @Override
    public char transactionStatus() {
        state.deliverNotifications();
        return state.transaction().status();
    }

    @Override
    public void attend() {
        state.deliverNotifications();
    }

    @Override
    public boolean answersAtOnce(FrontendMessage message) {
        return switch (message) {
            case FrontendMessage.Query(var sql) ->
                    state.transaction().endsWithoutWaiting() && runner.neverWaits(sql);
            case FrontendMessage.Parse(_, var sql, var types) ->
                    runner.cached(sql, types.toList()) != null;
            case FrontendMessage.Bind(_, var name, _) -> statements.containsKey(name);
            case FrontendMessage.Execute(var name, _) -> {
                var portal = portals.get(name);
                yield portal != null && runner.neverWaits(portal.prepared());
            }
            case FrontendMessage.DescribePortal _ -> true;
            case FrontendMessage.DescribeStatement _ -> true;
            case FrontendMessage.ClosePortal _ -> true;
            case FrontendMessage.CloseStatement _ -> true;
            case FrontendMessage.Sync _ -> state.transaction().endsWithoutWaiting();
            default -> false;
        };
    }

    @Override
    public void setWaits(boolean waits) {
        state.transaction().setWaits(waits);
    }

    @Override
    public void cancel() {
        state.cancel(
                new SqlException(
                        SqlState.QUERY_CANCELED, "canceling statement due to user request"));
    }

    @Override
    public void close() {
        dropPortals();
        runner.close();
        state.close();
    }
}
