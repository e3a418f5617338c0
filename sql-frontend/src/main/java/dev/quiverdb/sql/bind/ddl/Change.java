package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.TableExpressions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.TypeName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A DDL statement in the making: the catalog so far, and what was done. For one thread. */
final class Change {
    private final BindContext context;
    private final String sql;
    private final List<DdlAction> actions;
    private final Set<Integer> locks;
    private Catalog catalog;

    Change(BindContext context, String sql) {
        this(context, sql, new ArrayList<>(), new HashSet<>());
    }

    private Change(BindContext context, String sql, List<DdlAction> actions, Set<Integer> locks) {
        this.context = context;
        this.sql = sql;
        this.actions = actions;
        this.locks = locks;
        this.catalog = context.catalog();
    }

    /** The same statement going on under another search path. */
    Change within(dev.quiverdb.sql.catalog.SearchPath path) {
        return new Change(context().with(path), sql, actions, locks);
    }

    /** The context with the catalog as it is by now. */
    BindContext context() {
        return context.with(catalog);
    }

    Catalog catalog() {
        return catalog;
    }

    TableExpressions expressions() {
        return new TableExpressions(context());
    }

    /** PostgreSQL's error position of a node. */
    int position(dev.quiverdb.sql.parse.Ast node) {
        return node.offset() + 1;
    }

    int newOid() {
        return context.oids().getAsInt();
    }

    int role() {
        return context.role();
    }

    /** A slice of the statement's text. */
    String text(int start, int end) {
        return sql.substring(start, end);
    }

    /**
     * Where a function's body stands in the statement's text, from 0; -1 where it is not written
     * there as it is, as with quotes in it.
     */
    int bodyOffset(String body) {
        int found = sql.indexOf(body);
        return body.isEmpty() || found != sql.lastIndexOf(body) ? -1 : found;
    }

    void put(CatalogObject object) {
        catalog = catalog.with(object);
        actions.add(new DdlAction.Put(object));
    }

    /**
     * Writes the queries of views anew, under the names of now.
     *
     * @param before the catalog in which they can still be read
     * @param oid what has another name; 0 for something that any of them may name
     */
    void rewriteViews(Catalog before, int oid) {
        var readers = oid == 0 ? before.objects(Relation.class) : before.dependents(oid);
        for (var reader : readers) {
            if (!(catalog.object(reader.oid()) instanceof Relation view)) {
                continue;
            }
            var part = view.view();
            if (part == null) {
                continue;
            }
            var old = new TableExpressions(context.with(before));
            var sql = old.renamedView(view, catalog);
            if (!sql.equals(part.query())) {
                put(
                        view.toBuilder()
                                .view(
                                        new Relation.View(
                                                sql,
                                                part.searchPath(),
                                                part.references(),
                                                part.check()))
                                .build());
            }
        }
    }

    void remove(CatalogObject object) {
        catalog = catalog.without(object.oid());
        actions.add(new DdlAction.Remove(object));
    }

    /**
     * Builds an index behind all that was put until now: before, nobody could see that its
     * constraint is DEFERRABLE. One that stands already is built anew.
     */
    void buildBehind(Relation table, Relation index) {
        boolean waits =
                actions.removeIf(action ->
                        action instanceof DdlAction.CreateIndex made
                                && made.index().oid() == index.oid());
        if (!waits) {
            actions.add(new DdlAction.DropIndex(table, index));
        }
        actions.add(new DdlAction.CreateIndex(table, index, false));
    }

    void add(DdlAction action) {
        actions.add(action);
    }

    void lock(int relation) {
        locks.add(relation);
    }

    void notice(String message) {
        notice(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION, message);
    }

    void notice(Severity severity, SqlState state, String message) {
        actions.add(new DdlAction.Notice(new SqlException(state, message).withSeverity(severity)));
    }

    DdlResult result(String tag) {
        return new DdlResult(tag, actions, catalog, locks);
    }

    // ------------------------------------------------------------------ names

    /** OID of the schema that a new relation goes to. */
    int creationSchema(RangeVar variable) {
        if (variable.persistence() == RangeVar.Persistence.TEMPORARY) {
            var name = variable.schema();
            if (name != null && !name.equals("pg_temp") && !name.startsWith("pg_temp_")) {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION,
                        "cannot create temporary relation in non-temporary schema");
            }
            return temporarySchema();
        }
        var name = variable.schema();
        if (name == null) {
            return creationSchema();
        }
        if (name.equals("pg_temp")) {
            return temporarySchema();
        }
        return creatable(schema(name, variable.offset()).oid());
    }

    /** 42501 where the current role may not make objects in a schema. */
    private int creatable(int schema) {
        new Owners(this).requireCreate(schema, role());
        return schema;
    }

    int creationSchema() {
        int creation = context.searchPath().creation();
        if (creation == 0) {
            throw new SqlException(
                    SqlState.INVALID_SCHEMA_NAME, "no schema has been selected to create in");
        }
        return creatable(creation);
    }

    private int temporarySchema() {
        int temporary = context.searchPath().temporary();
        if (temporary == 0) {
            throw SqlException.internal("the session has no temporary schema");
        }
        return temporary;
    }

    /** As {@link #schema}; 42501 where the current role may not use it. */
    Schema usableSchema(String name, int offset) {
        context.searchPath().schema(catalog, name);
        return schema(name, offset);
    }

    Schema schema(String name, int offset) {
        var schema = catalog.schema(name);
        if (schema == null) {
            throw new SqlException(
                            SqlState.INVALID_SCHEMA_NAME, "schema \"" + name + "\" does not exist")
                    .withPosition(offset + 1);
        }
        return schema;
    }

    /** The schema and last part of a possibly qualified name of a new object. */
    int schemaOf(List<String> name) {
        return name.size() > 1
                ? creatable(schema(name.get(name.size() - 2), -1).oid())
                : creationSchema();
    }

    /** The relation, which must be of one of these kinds. */
    Relation relation(RangeVar variable) {
        return expressions().relation(variable);
    }

    /** The type that a definition is to use; 42501 without USAGE of it. */
    PgType usableType(TypeName name) {
        var type = expressions().type(name);
        new Owners(this).requireUsage(type.type().oid());
        return type;
    }

    @Nullable Relation relationOrNull(RangeVar variable) {
        return expressions().relationOrNull(variable);
    }

    /** 42501 unless the role owns it. */
    void requireOwner(Relation relation) {
        if (!catalog.hasPrivilegesOf(role(), relation.owner())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "must be owner of " + Names.kind(relation) + " " + relation.name());
        }
        if (dev.quiverdb.sql.catalog.SystemRelations.isSystem(relation)) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied: \"" + relation.name() + "\" is a system catalog");
        }
    }
}
