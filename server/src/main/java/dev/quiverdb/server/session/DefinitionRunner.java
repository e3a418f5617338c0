package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.server.database.CatalogChange;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.BoundStatement;
import dev.quiverdb.sql.bind.ddl.DdlAction;
import dev.quiverdb.sql.bind.ddl.DdlBinder;
import dev.quiverdb.sql.bind.ddl.DdlResult;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.Utility;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.WaitPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Statements that define: the binder says what is to be done, this does it, in the transaction of
 * the statement. Storage's part is {@link TabletBuilder}'s.
 */
final class DefinitionRunner {
    private final SessionState state;
    private final StatementRunner statements;
    private final TabletBuilder tablets;
    private final TemporaryTables temporary;

    DefinitionRunner(SessionState state, StatementRunner statements) {
        this.state = state;
        this.statements = statements;
        tablets = new TabletBuilder(state, statements);
        temporary = new TemporaryTables(state, tablets);
    }

    /** Runs a definition and answers its command tag. */
    String run(Ddl ddl, String text) {
        switch (ddl) {
            case ObjectDdl.CreateDatabase create -> {
                state.transaction().forbidBlock("CREATE DATABASE");
                DatabaseCommands.create(create, state);
                return CommandTag.of(ddl);
            }
            case ObjectDdl.DropDatabase drop -> {
                state.transaction().forbidBlock("DROP DATABASE");
                DatabaseCommands.drop(drop, state);
                return CommandTag.of(ddl);
            }
            case TableDdl.CreateIndex index when index.concurrently() ->
                    state.transaction().forbidBlock("CREATE INDEX CONCURRENTLY");
            default -> {
                // Runs below.
            }
        }
        if (makesTemporary(ddl)) {
            temporary.ensureSchema();
        }
        DdlResult result;
        while (true) {
            var before = state.catalog();
            result = bound(ddl, text);
            lock(ddl, result.locks());
            state.transaction().refreshCatalog();
            if (state.catalog() == before || sameObjects(before, result.locks())) {
                break;
            }
        }
        long rows = perform(result, source(ddl), text, List.of());
        return rows >= 0 ? "SELECT " + rows : result.tag();
    }

    private DdlResult bound(Ddl ddl, String text) {
        if (!(ddl instanceof TableDdl.CreateTableAs create
                && create.query() instanceof Utility.Execute execute)) {
            return DdlBinder.bind(ddl, state.bindContext(), text);
        }
        var prepared = statements.prepared(execute.name());
        var statement = prepared.statement();
        if (statement == null
                || !(statement.node() instanceof Query query)
                || query.body() instanceof QueryBody.Select select && select.into() != null) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "prepared statement is not a SELECT");
        }
        var types = prepared.parameterTypes().stream().map(Type::oid).toList();
        return DdlBinder.createTableAs(create, query, types, state.bindContext(), text);
    }

    private boolean sameObjects(Catalog before, Set<Integer> oids) {
        for (int oid : oids) {
            var old = before.object(oid);
            var now = state.catalog().object(oid);
            if (old == null ? now != null : now == null || old.version() != now.version()) {
                return false;
            }
        }
        return true;
    }

    private static boolean makesTemporary(Ddl ddl) {
        RangeVar name =
                switch (ddl) {
                    case TableDdl.CreateTable create -> create.relation();
                    case TableDdl.CreateTableAs create -> create.into().relation();
                    case TableDdl.CreateView create -> create.relation();
                    case TableDdl.CreateSequence create -> create.relation();
                    default -> null;
                };
        return name != null
                && (name.persistence() == RangeVar.Persistence.TEMPORARY
                        || "pg_temp".equals(name.schema()));
    }

    private static @Nullable Command source(Ddl ddl) {
        return ddl instanceof TableDdl.CreateTableAs create ? create.query() : null;
    }

    private void lock(Ddl ddl, Set<Integer> oids) {
        var mode =
                ddl instanceof TableDdl.CreateIndex
                        ? ObjectLockMode.SHARE
                        : ObjectLockMode.ACCESS_EXCLUSIVE;
        var transaction = state.transaction().transaction();
        for (int oid : oids) {
            transaction.lockObject(CatalogObject.CLASS_RELATION, oid, mode, WaitPolicy.WAIT);
        }
    }

    /** SELECT INTO. */
    StatementResult createTableAs(
            PreparedStatement statement, CachedPlan plan, List<@Nullable Object> parameters) {
        var node = statement.statement();
        var into = plan.bound().into();
        if (node == null || into == null || !(node.node() instanceof Query query)) {
            throw new IllegalStateException("no SELECT INTO");
        }
        if (into.relation().persistence() == RangeVar.Persistence.TEMPORARY) {
            temporary.ensureSchema();
        }
        var result = DdlBinder.selectInto(into, query, state.bindContext(), statement.text());
        long rows = perform(result, query, statement.text(), parameters);
        return new StatementResult.Done("SELECT " + Math.max(0, rows));
    }

    /** 55006 where checks of the rows of a table that changes still wait. */
    private void checkNotPending(DdlResult result) {
        var queue = state.transaction().constraints();
        if (queue.isUnused()) {
            return;
        }
        for (var action : result.actions()) {
            var object =
                    switch (action) {
                        case DdlAction.Put(var put) -> put;
                        case DdlAction.Remove(var gone) -> gone;
                        default -> null;
                    };
            int table =
                    switch (object) {
                        case Constraint constraint -> constraint.relation();
                        case Relation relation -> {
                            var index = relation.index();
                            yield index == null ? relation.oid() : index.relation();
                        }
                        case null, default -> 0;
                    };
            var relation = state.catalog().relation(table);
            if (relation == null || !queue.waitsFor(table)) {
                continue;
            }
            var command =
                    switch (result.tag()) {
                        case "TRUNCATE TABLE" -> "TRUNCATE";
                        case "CREATE INDEX" -> "CREATE INDEX";
                        case "GRANT", "REVOKE", "COMMENT" -> "";
                        default ->
                                result.after().relation(table) == null
                                        ? "DROP TABLE"
                                        : "ALTER TABLE";
                    };
            if (!command.isEmpty()) {
                throw new SqlException(
                        SqlState.OBJECT_IN_USE,
                        "cannot %s \"%s\" because it has pending trigger events"
                                .formatted(command, relation.name()));
            }
        }
    }

    /**
     * Does what a definition comes to; the rows that a query filled in, -1 where there was none.
     */
    private long perform(
            DdlResult result,
            @Nullable Command source,
            String text,
            List<@Nullable Object> parameters) {
        long rows = -1;
        checkNotPending(result);
        state.transaction().forStatement();
        for (var action : result.actions()) {
            switch (action) {
                case DdlAction.Put(var object) ->
                        state.transaction().change(new CatalogChange.Put(object));
                case DdlAction.Remove(var object) ->
                        state.transaction().change(new CatalogChange.Remove(object));
                case DdlAction.Notice(var notice) -> state.notice(notice);
                case DdlAction.CreateTablet(var table) -> tablets.create(latest(table));
                case DdlAction.DropTablet(var table) -> tablets.drop(table);
                case DdlAction.Truncate(var before, var after) -> tablets.truncate(before, after);
                case DdlAction.AlterTablet(var before, var after) ->
                        tablets.alter(before, after, fills(result.actions(), after));
                case DdlAction.FillColumn _ -> {
                    // Done with the AlterTablet that adds the column.
                }
                case DdlAction.RewriteTable(var before, var after, var columns) ->
                        tablets.rewrite(before, latest(after), columns);
                case DdlAction.CreateIndex(var table, var index, _) ->
                        tablets.createIndex(latest(table), index);
                case DdlAction.DropIndex(var table, var index) -> tablets.dropIndex(table, index);
                case DdlAction.CheckNotNull(var table, int column) ->
                        tablets.checkNotNull(latest(table), column);
                case DdlAction.ValidateConstraint(var table, var constraint) ->
                        tablets.validate(latest(table), constraint);
                case DdlAction.CheckUnreferenced(var partition, var key, boolean refersToItself) ->
                        new ForeignKeyValidation(state, statements)
                                .checkUnreferenced(latest(partition), key, refersToItself);
                case DdlAction.ValidatePartition(var partition, boolean isDefault) ->
                        tablets.validatePartition(latest(partition), isDefault);
                case DdlAction.ValidateDomain(int domain, var constraint) ->
                        tablets.validateDomain(domain, constraint);
                case DdlAction.CreateSequence _ -> {
                    // Comes into being when it is drawn from first.
                }
                case DdlAction.DropSequence(var sequence) -> {
                    long id = Integer.toUnsignedLong(sequence.oid());
                    state.sequenceMemory().forget(id);
                }
                case DdlAction.AlterSequence(var sequence, Long restart) -> {
                    if (restart != null) {
                        state.database()
                                .storage()
                                .sequences()
                                .set(
                                        state.transaction().transaction(),
                                        Integer.toUnsignedLong(sequence.oid()),
                                        restart,
                                        false);
                    }
                }
                case DdlAction.Populate(var relation) ->
                        rows = populate(latest(relation), source, text, parameters);
                case DdlAction.RememberOnCommit(var table) -> temporary.remember(table);
            }
        }
        return rows;
    }

    /** A relation as the actions so far have left it. */
    private Relation latest(Relation relation) {
        var now = state.catalog().relation(relation.oid());
        return now == null ? relation : now;
    }

    private static List<DdlAction.FillColumn> fills(List<DdlAction> actions, Relation table) {
        List<DdlAction.FillColumn> fills = new ArrayList<>();
        for (var action : actions) {
            if (action instanceof DdlAction.FillColumn fill && fill.table().oid() == table.oid()) {
                fills.add(fill);
            }
        }
        return fills;
    }

    private long populate(
            Relation relation,
            @Nullable Command source,
            String text,
            List<@Nullable Object> parameters) {
        PreparedStatement query;
        List<@Nullable Object> values = parameters;
        if (source instanceof Utility.Execute execute) {
            query = statements.prepared(execute.name());
            values = statements.parameters(execute, query);
        } else {
            Command command = source == null ? DdlBinder.populatingQuery(relation) : source;
            if (command == null) {
                throw new IllegalStateException("nothing populates " + relation.name());
            }
            query =
                    new PreparedStatement(
                            "",
                            text,
                            new Statement(command, command.start(), command.end(), 0),
                            List.of(),
                            true,
                            state.nowMicros());
        }
        var plan = planWithoutInto(query);
        return tablets.fill(relation, plan, values);
    }

    private Plan planWithoutInto(PreparedStatement query) {
        var statement = query.statement();
        if (statement == null) {
            throw new IllegalStateException("empty query");
        }
        BindContext context = state.bindContext();
        var types = query.parameterTypes().stream().map(t -> t.oid()).toList();
        var bound = (BoundStatement.Rows) QueryPath.bind(statement.node(), context, types);
        return QueryPath.plan(bound, state.planContext(context)).plan();
    }

    /** REINDEX: builds the indexes anew. */
    void reindex(Utility.Reindex reindex) {
        var name = reindex.relation();
        if (name == null) {
            throw SqlException.notSupported("REINDEX " + reindex.kind() + " is not supported");
        }
        var relation = state.resolve(name);
        var index = relation.index();
        var table = index == null ? relation : state.catalog().relation(index.relation());
        if (table == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE, "relation \"" + name.name() + "\" does not exist");
        }
        state.transaction()
                .transaction()
                .lockObject(
                        CatalogObject.CLASS_RELATION,
                        table.oid(),
                        ObjectLockMode.ACCESS_EXCLUSIVE,
                        WaitPolicy.WAIT);
        state.transaction().forStatement();
        var indexes = index == null ? state.catalog().indexes(table.oid()) : List.of(relation);
        for (var old : indexes) {
            tablets.rebuildIndex(table, old);
        }
    }

    /** DISCARD TEMP. */
    void dropTemporary() {
        temporary.dropAll();
    }

    /** The session ends: its temporary tables go. */
    void dropTemporaryAtEnd() {
        temporary.dropAtEnd();
    }
}
