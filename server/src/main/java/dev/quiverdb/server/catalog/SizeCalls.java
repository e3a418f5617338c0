package dev.quiverdb.server.catalog;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Relation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What pg_relation_size and its like say. */
final class SizeCalls {
    private static final int PG_DEFAULT = 1663;
    private static final int PG_GLOBAL = 1664;

    /** Stands for what all databases share. */
    private static final int SHARED = 0;

    private final SessionView view;
    private final Catalog catalog;

    SizeCalls(SessionView view, Catalog catalog) {
        this.view = view;
        this.catalog = catalog;
    }

    /** Bytes of a table or an index, of the indexes of a table, or of both; null without such. */
    @Nullable Long relation(int oid, boolean itself, boolean indexes) {
        var relation = catalog.relation(oid);
        if (relation == null) {
            return SystemIndexes.find(catalog, oid) == null ? null : (Long) 0L;
        }
        var index = relation.index();
        if (index != null) {
            return itself ? index(relation, index) : 0L;
        }
        if (relation.tablet() == 0) {
            return 0L;
        }
        long bytes = itself ? view.storage().tableBytes(relation.tablet()) : 0;
        for (var one : indexes ? catalog.indexes(oid) : List.<Relation>of()) {
            bytes += index(one, Objects.requireNonNull(one.index()));
        }
        return bytes;
    }

    private long index(Relation relation, Relation.Index index) {
        var table = catalog.relation(index.relation());
        return table == null || table.tablet() == 0
                ? 0
                : view.storage().indexBytes(table.tablet(), relation.oid());
    }

    /**
     * Bytes of a database's files.
     *
     * @param named an OID (Long), or a name (String) that 3D000 says is none
     * @return null where an OID names nothing
     */
    @Nullable Long database(Object named) {
        for (var database : catalog.objects(Database.class)) {
            if (named instanceof String name
                    ? database.name().equals(name)
                    : named.equals(Integer.toUnsignedLong(database.oid()))) {
                checkMayConnect(database);
                return view.bytesOnDisk(database.oid());
            }
        }
        if (named instanceof String name) {
            throw new SqlException(
                    SqlState.INVALID_CATALOG_NAME, "database \"" + name + "\" does not exist");
        }
        return null;
    }

    private void checkMayConnect(Database database) {
        var privileges = new PrivilegeCalls(catalog, view.searchPath(), view.currentUser());
        Object oid = Integer.toUnsignedLong(database.oid());
        if (!Boolean.TRUE.equals(privileges.has("database", oid, null, "CONNECT"))) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for database " + database.name());
        }
    }

    /** As {@link #database}, of one of the two tablespaces there are; 42704 for another name. */
    @Nullable Long tablespace(Object named) {
        if (named.equals("pg_global") || named.equals((long) PG_GLOBAL)) {
            return view.bytesOnDisk(SHARED);
        }
        if (named.equals("pg_default") || named.equals((long) PG_DEFAULT)) {
            return catalog.objects(Database.class).stream()
                    .mapToLong(each -> view.bytesOnDisk(each.oid()))
                    .sum();
        }
        if (named instanceof String name) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "tablespace \"" + name + "\" does not exist");
        }
        return null;
    }
}
