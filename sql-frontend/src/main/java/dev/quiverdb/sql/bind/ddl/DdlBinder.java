package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.catalog.AvailableExtension;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.IntoClause;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.RoleSpec;
import dev.quiverdb.sql.parse.TableDdl;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The door to DDL: a definition against a catalog becomes what is to be done. The catalog that the
 * context gives must hold the session's temporary schema if the statement makes temporary objects.
 */
public final class DdlBinder {
    private DdlBinder() {}

    /**
     * Resolves a DDL statement.
     *
     * @param sql the text that the statement was parsed from, whole
     */
    public static DdlResult bind(Ddl ddl, BindContext context, String sql) {
        var change = new Change(context, sql);
        return bind(ddl, change);
    }

    /** The table of SELECT INTO. */
    public static DdlResult selectInto(
            IntoClause into, Query query, BindContext context, String sql) {
        return new ViewCreator(new Change(context, sql))
                .into(into, query, List.of(), false, false, "SELECT INTO");
    }

    /**
     * The table of CREATE TABLE AS EXECUTE.
     *
     * @param query what was prepared
     * @param parameterTypes OIDs of the query's parameters
     */
    public static DdlResult createTableAs(
            TableDdl.CreateTableAs create,
            Query query,
            List<Integer> parameterTypes,
            BindContext context,
            String sql) {
        return new ViewCreator(new Change(context, sql))
                .into(
                        create.into(),
                        query,
                        parameterTypes,
                        false,
                        create.ifNotExists(),
                        "CREATE TABLE AS");
    }

    /** How many objects of a database depend on a role: owned, granted, policies. */
    public static int dependingOn(dev.quiverdb.sql.catalog.Catalog catalog, int role) {
        return OwnedObjects.count(catalog, role);
    }

    private static DdlResult bind(Ddl ddl, Change change) {
        return switch (ddl) {
            case TableDdl table -> table(table, change);
            case ObjectDdl object -> object(object, change);
            case RoleDdl role -> new RoleCommands(change).bind(role);
        };
    }

    private static DdlResult table(TableDdl ddl, Change change) {
        return switch (ddl) {
            case TableDdl.CreateTable create -> new TableCreator(change).create(create);
            case TableDdl.CreateTableAs create -> new ViewCreator(change).create(create);
            case TableDdl.CreateView create -> new ViewCreator(change).create(create);
            case TableDdl.CreateIndex create -> new IndexCreator(change).create(create);
            case TableDdl.CreateSequence create -> new SequenceCreator(change).create(create);
            case TableDdl.AlterSequence alter -> new SequenceCreator(change).alter(alter);
            case TableDdl.AlterTable alter -> new TableAlterer(change).alter(alter);
            case TableDdl.Truncate truncate -> truncate(truncate, change);
            case TableDdl.RefreshMaterializedView refresh -> refresh(refresh, change);
            case TableDdl.CreateTrigger ignored -> throw unsupported("CREATE TRIGGER");
            case TableDdl.CreateStatistics ignored -> throw unsupported("CREATE STATISTICS");
            case TableDdl.CreateRule ignored -> throw unsupported("CREATE RULE");
        };
    }

    private static SqlException unsupported(String what) {
        return SqlException.notSupported(what + " is not supported");
    }

    private static DdlResult object(ObjectDdl ddl, Change change) {
        return switch (ddl) {
            case ObjectDdl.CreateSchema create -> schema(create, change);
            case ObjectDdl.Drop drop -> new Drops(change).drop(drop);
            case ObjectDdl.CreateExtension create -> extension(create, change);
            case ObjectDdl.CreateEnum create -> new TypeCommands(change).create(create);
            case ObjectDdl.AlterEnum alter -> new TypeCommands(change).alter(alter);
            case ObjectDdl.CreateDomain create -> new TypeCommands(change).create(create);
            case ObjectDdl.AlterDomain alter -> new TypeCommands(change).alter(alter);
            case ObjectDdl.CreateCompositeType create -> new TypeCommands(change).create(create);
            case ObjectDdl.Rename rename -> new Renames(change).rename(rename);
            case ObjectDdl.AlterOwner alter -> new Renames(change).owner(alter);
            case ObjectDdl.AlterSchema alter -> new Renames(change).schema(alter);
            case ObjectDdl.Comment comment -> new Comments(change).comment(comment);
            case ObjectDdl.CreateDatabase ignored ->
                    throw unsupported("CREATE DATABASE inside a catalog change");
            case ObjectDdl.AlterDatabase ignored -> throw unsupported("ALTER DATABASE");
            case ObjectDdl.DropDatabase ignored ->
                    throw unsupported("DROP DATABASE inside a catalog change");
            case ObjectDdl.AlterDatabaseSet set ->
                    new SettingDefaultsCommands(change).database(set);
            case ObjectDdl.CreateRange ignored -> throw unsupported("CREATE TYPE AS RANGE");
            case ObjectDdl.Define ignored -> throw unsupported("this CREATE statement");
            case ObjectDdl.AlterExtension ignored -> change.result("ALTER EXTENSION");
            case ObjectDdl.CreateFunction create -> new FunctionCommands(change).create(create);
            case ObjectDdl.AlterFunction alter -> new FunctionCommands(change).alter(alter);
            case ObjectDdl.CreateCast ignored -> throw unsupported("CREATE CAST");
            case ObjectDdl.CreateTableSpace ignored -> throw unsupported("CREATE TABLESPACE");
            case ObjectDdl.AlterType ignored -> throw unsupported("ALTER TYPE");
        };
    }

    // ------------------------------------------------------------------ schemas, extensions

    private static DdlResult schema(ObjectDdl.CreateSchema create, Change change) {
        var owner = create.owner();
        int role = owner == null ? change.role() : role(owner, change).oid();
        var ownerRole = change.catalog().role(role);
        var given = create.name();
        var name = given != null ? given : ownerRole == null ? "" : ownerRole.name();
        var owners = new Owners(change);
        owners.requireCreateInDatabase(change.role());
        owners.requireMember(role);
        if (change.catalog().schema(name) != null) {
            if (create.ifNotExists()) {
                change.notice(
                        dev.quiverdb.base.error.Severity.NOTICE,
                        SqlState.DUPLICATE_SCHEMA,
                        "schema \"" + name + "\" already exists, skipping");
                return change.result("CREATE SCHEMA");
            }
            throw new SqlException(
                    SqlState.DUPLICATE_SCHEMA, "schema \"" + name + "\" already exists");
        }
        if (name.startsWith("pg_")) {
            throw new SqlException(
                            SqlState.RESERVED_NAME, "unacceptable schema name \"" + name + "\"")
                    .withDetail("The prefix \"pg_\" is reserved for system schemas.");
        }
        var acl = DefaultPrivileges.of(change.catalog(), 'n', role, 0);
        var schema = new Schema(change.newOid(), 1, name, role, acl);
        change.put(schema);
        if (!create.elements().isEmpty()) {
            return elements(create.elements(), schema, change);
        }
        return change.result("CREATE SCHEMA");
    }

    private static DdlResult elements(List<Command> elements, Schema schema, Change change) {
        var path = new ArrayList<Integer>();
        path.add(schema.oid());
        path.addAll(change.context().searchPath().schemas());
        var inside =
                new dev.quiverdb.sql.catalog.SearchPath(
                        path,
                        schema.oid(),
                        change.context().searchPath().temporary(),
                        change.role());
        var nested = change.within(inside);
        for (var element : elements) {
            if (element instanceof Ddl ddl) {
                bind(ddl, nested);
            }
        }
        return nested.result("CREATE SCHEMA");
    }

    /** The role that a RoleSpec means. */
    static Role role(RoleSpec spec, Change change) {
        var name = spec.name();
        if (spec.kind() == RoleSpec.Kind.NAME && name != null) {
            var role = change.catalog().role(name);
            if (role == null) {
                throw new SqlException(
                        SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
            }
            return role;
        }
        if (spec.kind() == RoleSpec.Kind.PUBLIC) {
            throw new SqlException(SqlState.UNDEFINED_OBJECT, "role \"public\" does not exist");
        }
        var session = change.context().settings().apply("session_authorization");
        var role =
                spec.kind() == RoleSpec.Kind.SESSION_USER
                        ? change.catalog().role(session)
                        : change.catalog().role(change.role());
        if (role == null) {
            throw SqlException.internal("the current role is gone");
        }
        return role;
    }

    private static DdlResult extension(ObjectDdl.CreateExtension create, Change change) {
        var tag = "CREATE EXTENSION";
        if (change.catalog().extension(create.name()) != null) {
            if (create.ifNotExists()) {
                change.notice(
                        dev.quiverdb.base.error.Severity.NOTICE,
                        SqlState.DUPLICATE_OBJECT,
                        "extension \"" + create.name() + "\" already exists, skipping");
                return change.result(tag);
            }
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT,
                    "extension \"" + create.name() + "\" already exists");
        }
        var available = AvailableExtension.named(create.name());
        if (available == null) {
            throw new SqlException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "extension \"" + create.name() + "\" is not available")
                    .withHint(
                            "The extension must first be installed on the system where PostgreSQL"
                                    + " is running.");
        }
        int schema = Schema.PUBLIC;
        for (var option : create.options()) {
            var value = option.value();
            if (option.name().equals("schema") && value != null) {
                schema = change.schema(TableCreator.optionText(value), option.offset()).oid();
            }
        }
        change.put(
                new Extension(
                        change.newOid(),
                        1,
                        create.name(),
                        change.role(),
                        schema,
                        available.relocatable(),
                        available.release()));
        return change.result(tag);
    }

    // ------------------------------------------------------------------ TRUNCATE, REFRESH

    private static DdlResult truncate(TableDdl.Truncate truncate, Change change) {
        var tables = new ArrayList<Relation>();
        for (var variable : truncate.relations()) {
            var table = change.relation(variable);
            if (table.kind() != 'r') {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE, "\"" + table.name() + "\" is not a table");
            }
            new Owners(change).requirePrivilege(table, 'D');
            if (table.isPartitioned() && !variable.inherit()) {
                throw new SqlException(
                                SqlState.WRONG_OBJECT_TYPE,
                                "cannot truncate only a partitioned table")
                        .withHint(
                                "Do not specify the ONLY keyword, or use TRUNCATE ONLY on the"
                                        + " partitions directly.");
            }
            var family = variable.inherit() ? change.catalog().family(table) : List.of(table);
            for (var member : family) {
                if (tables.stream().noneMatch(known -> known.oid() == member.oid())) {
                    tables.add(member);
                }
            }
        }
        for (int i = 0; i < tables.size(); i++) {
            for (var key : change.catalog().referencing(tables.get(i).oid())) {
                var referrer = change.catalog().relation(key.relation());
                if (referrer == null
                        || tables.stream().anyMatch(known -> known.oid() == referrer.oid())) {
                    continue;
                }
                if (truncate.behavior() == Clause.Behavior.CASCADE) {
                    for (var member : change.catalog().family(referrer)) {
                        if (tables.stream().noneMatch(known -> known.oid() == member.oid())) {
                            new Owners(change).requirePrivilege(member, 'D');
                            change.notice("truncate cascades to table \"" + member.name() + "\"");
                            tables.add(member);
                        }
                    }
                } else {
                    throw new SqlException(
                                    SqlState.FEATURE_NOT_SUPPORTED,
                                    "cannot truncate a table referenced in a foreign key"
                                            + " constraint")
                            .withDetail(
                                    "Table \""
                                            + referrer.name()
                                            + "\" references \""
                                            + tables.get(i).name()
                                            + "\".")
                            .withHint(
                                    "Truncate table \""
                                            + referrer.name()
                                            + "\" at the same time, or use TRUNCATE ... CASCADE.");
                }
            }
        }
        for (var table : tables) {
            change.lock(table.oid());
            var after = table.toBuilder().tablet(change.newOid()).build();
            change.put(after);
            change.add(new DdlAction.Truncate(table, after));
            if (truncate.restartSequences()) {
                for (var sequence : change.catalog().ownedSequences(table.oid())) {
                    var part = sequence.sequence();
                    if (part != null) {
                        change.requireOwner(sequence);
                        change.add(new DdlAction.AlterSequence(sequence, part.start()));
                    }
                }
            }
        }
        return change.result("TRUNCATE TABLE");
    }

    private static DdlResult refresh(TableDdl.RefreshMaterializedView refresh, Change change) {
        var view = change.relation(refresh.relation());
        if (view.kind() != 'm') {
            throw new SqlException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "\"" + view.name() + "\" is not a materialized view");
        }
        change.requireOwner(view);
        change.lock(view.oid());
        var after =
                view.toBuilder().tablet(change.newOid()).populated(!refresh.withNoData()).build();
        change.put(after);
        change.add(new DdlAction.Truncate(view, after));
        if (!refresh.withNoData()) {
            change.add(new DdlAction.Populate(after));
        }
        return change.result("REFRESH MATERIALIZED VIEW");
    }

    /** The query of a materialized view, for {@link DdlAction.Populate}; null for a table. */
    public static @Nullable Query populatingQuery(Relation relation) {
        var view = relation.view();
        if (view == null) {
            return null;
        }
        return dev.quiverdb.sql.parse.Parser.parse(view.query()).getFirst().node()
                        instanceof Query query
                ? query
                : null;
    }
}
