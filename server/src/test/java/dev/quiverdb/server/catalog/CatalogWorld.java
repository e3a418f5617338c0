package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.ddl.DdlBinder;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.Parser;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A session over a catalog in memory, changed by DDL or object by object. */
final class CatalogWorld implements SessionView, AutoCloseable {
    private final Storage storage;
    private Catalog catalog = Catalog.initial();
    private int lastOid = Catalog.FIRST_USER_OID - 1;
    private int role = Role.BOOTSTRAP;
    private List<String> path = List.of("public");

    CatalogWorld(Path directory) {
        storage = Storage.open(StorageOptions.in(directory));
    }

    /** Runs DDL statements. */
    CatalogWorld sql(String text) {
        for (var statement : Parser.parse(text)) {
            if (!(statement.node() instanceof Ddl ddl)) {
                throw new IllegalArgumentException("no DDL: " + text);
            }
            catalog = DdlBinder.bind(ddl, bindContext(), text).after();
        }
        return this;
    }

    CatalogWorld put(CatalogObject object) {
        catalog = catalog.with(object);
        lastOid = Math.max(lastOid, object.oid());
        return this;
    }

    int newOid() {
        return ++lastOid;
    }

    CatalogWorld as(int role) {
        this.role = role;
        return this;
    }

    CatalogWorld withPath(String... names) {
        path = List.of(names);
        return this;
    }

    @Override
    public long bytesOnDisk(int database) {
        return 4096L * database;
    }

    /** OID of a relation. */
    int oid(String name) {
        return relation(name).oid();
    }

    Relation relation(String name) {
        var relation = new CatalogNames(catalog, searchPath()).findRelation(name);
        if (relation == null) {
            throw new IllegalArgumentException(name);
        }
        return relation;
    }

    /**
     * Some columns of a relation's rows, as text with {@code |} between; {@code ~} for NULL.
     *
     * @param where column and value that a row must have, or nothing
     */
    List<String> select(String relationName, String columns, String... where) {
        var relation = catalog.relation(oid(relationName));
        if (relation == null) {
            throw new IllegalArgumentException(relationName);
        }
        var lines = new ArrayList<String>();
        SystemRows.rows(relation.oid(), this)
                .forEachRemaining(row -> {
                    boolean wanted = true;
                    for (int i = 0; i < where.length; i += 2) {
                        wanted &= where[i + 1].equals(text(relation, row, where[i]));
                    }
                    if (wanted) {
                        var line = new StringJoiner("|");
                        for (var column : columns.split(" ", -1)) {
                            line.add(text(relation, row, column));
                        }
                        lines.add(line.toString());
                    }
                });
        return lines;
    }

    private String text(Relation relation, @Nullable Object[] row, String name) {
        var column = relation.column(name);
        if (column == null) {
            throw new IllegalArgumentException(relation.name() + "." + name);
        }
        var value = row[column.number() - 1];
        return value == null ? "~" : catalog.type(column.type()).format(value, types());
    }

    @Override
    public BindContext bindContext() {
        var searchPath = SearchPath.of(catalog, path, dev.quiverdb.sql.catalog.Role.BOOTSTRAP, 0);
        var names = new CatalogNames(catalog, searchPath);
        TypeContext types =
                new TypeContext() {
                    @Override
                    public NameResolver names() {
                        return names;
                    }
                };
        return new BindContext(
                catalog,
                searchPath,
                types,
                role,
                "postgres",
                this::newOid,
                notice -> {},
                name -> "");
    }

    @Override
    public int sessionUser() {
        return role;
    }

    @Override
    public int databaseOid() {
        return 5;
    }

    @Override
    public Storage storage() {
        return storage;
    }

    @Override
    public List<@Nullable Object[]> settingsRows() {
        return List.of();
    }

    @Override
    public List<Activity> activities() {
        return List.of(
                new Activity(
                        77,
                        5,
                        "postgres",
                        10,
                        "postgres",
                        "test",
                        "127.0.0.1",
                        4711,
                        1L,
                        null,
                        2L,
                        3L,
                        "active",
                        "select 1"));
    }

    @Override
    public List<Prepared> preparedStatements() {
        return List.of(new Prepared("p", "select $1", 5L, List.of(23, 25), false, 0, 1));
    }

    @Override
    public List<Cursor> cursors() {
        return List.of();
    }

    @Override
    public void close() {
        storage.close();
    }
}
