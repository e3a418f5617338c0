package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.spill.HeldRows;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.pgwire.session.Responder;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.bind.Binder;
import dev.quiverdb.sql.bind.TableExpressions;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.Utility;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.WaitPolicy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements without a plan of their own. */
final class UtilityRunner implements AutoCloseable {
    private final SessionState state;
    private final StatementRunner statements;
    private final PreparedStatements prepared;
    private final Cursors cursors;
    private final SettingCommands settings;
    private final CopyRunner copies;
    private final ExplainRunner explains;
    private final DefinitionRunner definitions;

    UtilityRunner(SessionState state, StatementRunner statements, PreparedStatements prepared) {
        this.state = state;
        this.statements = statements;
        this.prepared = prepared;
        cursors = new Cursors(state);
        settings = new SettingCommands(state);
        copies = new CopyRunner(state, statements);
        explains = new ExplainRunner(state, statements, prepared);
        definitions = new DefinitionRunner(state, statements);
        state.view().shows(prepared, cursors);
    }

    Cursors cursors() {
        return cursors;
    }

    /** The columns that a utility statement will return; null for none. */
    @Nullable List<ResultField> describe(Command node) {
        return switch (node) {
            case Utility.Show show -> settings.showFields(show.name());
            case Utility.Explain explain -> ExplainRunner.fields(explain);
            case Utility.Execute execute -> prepared.get(execute.name()).fields();
            case Utility.Call call ->
                    StatementRunner.callFields(Binder.call(call, state.bindContext(), List.of()));
            case Utility.Fetch fetch -> fetch.move() ? null : cursors.get(fetch.portal()).fields();
            default -> null;
        };
    }

    /** Statements that define things. */
    StatementResult define(Ddl ddl, String text) {
        state.checkNotReadOnly(CommandTag.of(ddl));
        state.transaction().mayWrite();
        return new StatementResult.Done(definitions.run(ddl, text));
    }

    /** SELECT INTO. */
    StatementResult createTableAs(
            PreparedStatement statement, CachedPlan plan, List<@Nullable Object> parameters) {
        return definitions.createTableAs(statement, plan, parameters);
    }

    StatementResult run(
            Utility utility,
            PreparedStatement statement,
            List<@Nullable Object> parameters,
            Responder responder) {
        return switch (utility) {
            case Utility.Transaction transaction -> transaction(transaction);
            case Utility.SetVariable set -> {
                settings.set(set);
                yield done(utility);
            }
            case Utility.Show show -> settings.show(show.name());
            case Utility.Copy copy -> copies.run(copy, statement, responder);
            case Utility.Explain explain -> explains.run(explain, statement, parameters);
            case Utility.Prepare prepare -> {
                prepare(prepare, statement);
                yield done(utility);
            }
            case Utility.Execute execute -> execute(execute, responder);
            case Utility.Deallocate deallocate -> {
                prepared.remove(deallocate.name());
                yield done(utility);
            }
            case Utility.DeclareCursor declare -> {
                declare(declare, statement);
                yield done(utility);
            }
            case Utility.Fetch fetch -> cursors.fetch(fetch);
            case Utility.ClosePortal close -> {
                cursors.close(close.name());
                yield done(utility);
            }
            case Utility.Listen listen -> {
                state.mailbox().listen(listen.channel());
                yield done(utility);
            }
            case Utility.Unlisten unlisten -> {
                var channel = unlisten.channel();
                if (channel == null) {
                    state.mailbox().unlistenAll();
                } else {
                    state.mailbox().unlisten(channel);
                }
                yield done(utility);
            }
            case Utility.Notify notify -> {
                state.mailbox().send(notify.channel(), notify.payload());
                yield done(utility);
            }
            case Utility.Vacuum vacuum -> {
                if (vacuum.vacuum()) {
                    state.transaction().forbidBlock("VACUUM");
                }
                // Nothing is to be vacuumed; names are checked all the same.
                vacuum.targets().forEach(target -> relation(target.relation()));
                yield done(utility);
            }
            case Utility.LockTable lock -> {
                lockTables(lock);
                yield done(utility);
            }
            case Utility.Discard discard -> {
                discard(discard);
                yield done(utility);
            }
            case Utility.Checkpoint _ -> {
                state.database().storage().checkpoint();
                yield done(utility);
            }
            case Utility.SetConstraints set -> {
                setConstraints(set);
                yield done(utility);
            }
            case Utility.Cluster _ -> throw unsupported("CLUSTER");
            case Utility.Reindex reindex -> {
                definitions.reindex(reindex);
                yield done(utility);
            }
            case Utility.DoBlock _ -> throw unsupported("DO");
            case Utility.Call call -> call(call, statement);
            case Utility.Load _ -> throw unsupported("LOAD");
            case Utility.AlterSystem _ -> throw unsupported("ALTER SYSTEM");
            case Utility.Other other -> throw unsupported(other.tag());
        };
    }

    /** Runs a utility statement of a function's body; what it would answer is dropped. */
    void runQuietly(Utility utility, PreparedStatement statement) {
        switch (utility) {
            case Utility.SetVariable set -> settings.set(set);
            case Utility.Notify notify -> {
                state.mailbox().send(notify.channel(), notify.payload());
            }
            case Utility.LockTable lock -> lockTables(lock);
            case Utility.Call call -> call(call, statement);
            default -> throw unsupported(CommandTag.of(utility) + " in a function");
        }
    }

    /** CALL: the procedure's OUT arguments are its row; no row without them. */
    private StatementResult call(Utility.Call call, PreparedStatement statement) {
        var context = state.bindContext();
        var bound = Binder.call(call, context, statement.declaredTypes());
        state.transaction().mayWrite();
        var plan = QueryPath.plan(bound, state.planContext(context));
        var rows =
                Materialised.of(
                        QueryPath.execute(plan.plan(), statements.contextWithin(List.of())),
                        state::checkCancelled);
        if (bound.outputs().isEmpty()) {
            return done(call);
        }
        var fields = StatementRunner.fields(bound);
        return new StatementResult.Rows(fields == null ? List.of() : fields, rows, _ -> "CALL");
    }

    private static SqlException unsupported(String what) {
        return SqlException.notSupported(what + " is not supported");
    }

    private static StatementResult done(Utility utility) {
        return new StatementResult.Done(CommandTag.of(utility));
    }

    // Transactions.

    private StatementResult transaction(Utility.Transaction statement) {
        var control = state.transaction();
        var name = statement.name();
        switch (statement.kind()) {
            case BEGIN, START -> {
                control.begin(state.statementMicros());
                settings.setModes(statement.modes());
            }
            case COMMIT -> {
                boolean committed = chained(statement, control::commit);
                return new StatementResult.Done(committed ? "COMMIT" : "ROLLBACK");
            }
            case ROLLBACK -> {
                chained(
                        statement,
                        () -> {
                            control.rollback();
                            return true;
                        });
            }
            case SAVEPOINT -> control.savepoint(required(name));
            case RELEASE -> control.release(required(name));
            case ROLLBACK_TO -> {
                control.rollbackTo(required(name));
            }
            case PREPARE ->
                    control.prepare(
                            required(name),
                            state.roleName(state.currentUser()) + "\0" + state.database().name());
            case COMMIT_PREPARED -> {
                control.forbidBlock("COMMIT PREPARED");
                state.database().storage().commitPrepared(required(name));
            }
            case ROLLBACK_PREPARED -> {
                control.forbidBlock("ROLLBACK PREPARED");
                state.database().storage().rollbackPrepared(required(name));
            }
        }
        return done(statement);
    }

    private boolean chained(Utility.Transaction statement, java.util.function.BooleanSupplier end) {
        if (!statement.chain()) {
            return end.getAsBoolean();
        }
        state.transaction().requireBlock(CommandTag.of(statement) + " AND CHAIN");
        var isolation = state.settings().get("transaction_isolation");
        var readOnly = state.settings().get("transaction_read_only");
        boolean result = end.getAsBoolean();
        state.transaction().begin(state.statementMicros());
        var scope = dev.quiverdb.base.setting.Settings.Scope.LOCAL;
        state.settings().set("transaction_isolation", isolation, scope, true);
        state.settings().set("transaction_read_only", readOnly, scope, true);
        return result;
    }

    private static String required(@Nullable String name) {
        return name == null ? "" : name;
    }

    // PREPARE and EXECUTE.

    private void prepare(Utility.Prepare prepare, PreparedStatement outer) {
        var names = new TableExpressions(state.bindContext());
        var types = prepare.types().stream().map(type -> names.type(type).type().oid()).toList();
        var inner = prepare.statement();
        var statement =
                new PreparedStatement(
                        prepare.name(),
                        outer.text(),
                        new Statement(inner, inner.start(), inner.end(), types.size()),
                        types,
                        true,
                        state.nowMicros());
        statements.prepare(statement);
        prepared.add(statement);
    }

    private StatementResult execute(Utility.Execute execute, Responder responder) {
        var target = prepared.get(execute.name());
        var values = parameters(execute, target);
        return statements.start(new Portal("", target, values, null), responder);
    }

    /** The values of EXECUTE's arguments, of the types that the statement wants. */
    List<@Nullable Object> parameters(Utility.Execute execute, PreparedStatement target) {
        var types = target.parameterTypes();
        if (execute.parameters().size() != types.size()) {
            throw new SqlException(
                            SqlState.SYNTAX_ERROR,
                            "wrong number of parameters for prepared statement \""
                                    + target.name()
                                    + "\"")
                    .withDetail(
                            "Expected %d parameters but got %d."
                                    .formatted(types.size(), execute.parameters().size()));
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            values.add(
                    QueryPath.evaluate(
                            execute.parameters().get(i),
                            types.get(i),
                            state.planContext(state.bindContext()),
                            statements.context(List.of())));
        }
        return values;
    }

    // Cursors.

    private static String lockText(Clause.LockStrength strength) {
        return "FOR " + strength.name().replace('_', ' ');
    }

    private void declare(Utility.DeclareCursor declare, PreparedStatement outer) {
        if (!declare.hold()) {
            state.transaction().requireBlock("DECLARE CURSOR");
        }
        var query = declare.query();
        if (declare.scroll() && !query.locking().isEmpty()) {
            throw SqlException.notSupported(
                            "DECLARE SCROLL CURSOR ... "
                                    + lockText(query.locking().getFirst().strength())
                                    + " is not supported")
                    .withDetail("Scrollable cursors must be READ ONLY.");
        }
        if (declare.hold() && !query.locking().isEmpty()) {
            throw SqlException.notSupported(
                            "DECLARE CURSOR WITH HOLD ... "
                                    + lockText(query.locking().getFirst().strength())
                                    + " is not supported")
                    .withDetail("Holdable cursors must be READ ONLY.");
        }
        var inner =
                new PreparedStatement(
                        "",
                        outer.text(),
                        new Statement(query, query.start(), query.end(), 0),
                        outer.declaredTypes(),
                        true,
                        state.nowMicros());
        var context = state.bindContext();
        var cursor = Binder.cursor(query, context, outer.declaredTypes());
        inner.plan(
                statements.planned(
                        new Statement(query, query.start(), query.end(), 0),
                        cursor.rows(),
                        state.planContext(context)),
                state.planEnvironment());
        var result = statements.startRows(inner, List.of());
        if (!(result instanceof StatementResult.Rows rows)) {
            throw new SqlException(
                    SqlState.INVALID_CURSOR_DEFINITION,
                    "DECLARE CURSOR must specify a SELECT statement");
        }
        var plan = inner.plan();
        boolean scroll =
                declare.scroll()
                        || !declare.noScroll()
                                && query.locking().isEmpty()
                                && plan != null
                                && CursorPlans.goesBackward(plan.plan());
        cursors.declare(
                new OpenCursor(
                        declare.name(),
                        outer.text(),
                        rows.fields()
                                .subList(0, rows.fields().size() - 2 * cursor.tracked().size()),
                        rows.cursor(),
                        new HeldRows(
                                new RowCodec(rows.cursor().columnTypes().toArray(Type[]::new)),
                                state.hot().workMemoryBytes(),
                                state.cluster().spillDirectory(state.database())),
                        cursor.tracked(),
                        scroll,
                        declare.hold(),
                        declare.binary(),
                        state.nowMicros()));
    }

    // Locks, constraints, DISCARD.

    private Relation relation(RangeVar name) {
        return state.resolve(name);
    }

    private void lockTables(Utility.LockTable lock) {
        state.transaction().requireBlock("LOCK TABLE");
        var mode = ObjectLockMode.valueOf(lock.mode().replace(' ', '_'));
        for (var name : lock.relations()) {
            var relation = relation(name);
            requireLock(relation, mode);
            var outcome =
                    state.transaction()
                            .transaction()
                            .lockObject(
                                    CatalogObject.CLASS_RELATION,
                                    relation.oid(),
                                    mode,
                                    lock.nowait() ? WaitPolicy.NOWAIT : WaitPolicy.WAIT);
            if (outcome == LockOutcome.WOULD_BLOCK) {
                throw new SqlException(
                        SqlState.LOCK_NOT_AVAILABLE,
                        "could not obtain lock on relation \"" + relation.name() + "\"");
            }
        }
    }

    /** LockTableAclCheck. */
    private void requireLock(Relation relation, ObjectLockMode mode) {
        var letters =
                switch (mode) {
                    case ACCESS_SHARE -> "r";
                    case ROW_EXCLUSIVE -> "awdD";
                    default -> "wdD";
                };
        boolean may =
                letters.chars()
                        .anyMatch(letter ->
                                AccessControl.allows(
                                        state.catalog(),
                                        relation,
                                        state.currentUser(),
                                        (char) letter));
        if (!may) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for "
                            + (relation.kind() == 'v' ? "view" : "table")
                            + " "
                            + relation.name());
        }
    }

    private void setConstraints(Utility.SetConstraints set) {
        var context = statements.context(List.of());
        var queue = state.transaction().constraints();
        if (set.constraints().isEmpty()) {
            queue.setAll(set.deferred(), context);
            return;
        }
        for (var name : set.constraints()) {
            var found = constraints(name);
            if (found.isEmpty()) {
                throw new SqlException(
                        SqlState.UNDEFINED_OBJECT,
                        "constraint \"" + name.name() + "\" does not exist");
            }
            for (var constraint : found) {
                if (!constraint.deferrable()) {
                    if (!set.deferred()) {
                        continue;
                    }
                    throw new SqlException(
                            SqlState.WRONG_OBJECT_TYPE,
                            "constraint \"" + name.name() + "\" is not deferrable");
                }
                queue.set(constraint.oid(), set.deferred(), context);
            }
        }
    }

    /** The constraints of a name in its schema, or in the first of the search path that has any. */
    private List<Constraint> constraints(RangeVar name) {
        var schema = name.schema();
        var named = schema == null ? null : state.searchPath().schema(state.catalog(), schema);
        var schemas =
                schema == null
                        ? state.searchPath().schemas()
                        : named == null ? List.<Integer>of() : List.of(named.oid());
        for (int one : schemas) {
            var found =
                    state.catalog().objects(Constraint.class).stream()
                            .filter(c -> c.schema() == one && c.name().equals(name.name()))
                            .toList();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private void discard(Utility.Discard discard) {
        switch (discard.kind()) {
            case ALL -> {
                state.transaction().forbidBlock("DISCARD ALL");
                cursors.close(null);
                prepared.remove(null);
                state.settings().resetAll();
                state.mailbox().unlistenAll();
                state.advisoryLocks().unlockAll();
                state.sequenceMemory().clear();
                definitions.dropTemporary();
                int user = state.roles().authenticated();
                state.roles().setSessionUser(state.roleName(user), user, Settings.Scope.SESSION);
            }
            case PLANS -> {
                // Plans are made anew whenever what they use changes; none is kept without use.
            }
            case SEQUENCES -> state.sequenceMemory().clear();
            case TEMP -> definitions.dropTemporary();
        }
    }

    @Override
    public void close() {
        cursors.close(null);
        definitions.dropTemporaryAtEnd();
    }
}
