package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.SearchPath;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * What binding a statement depends on beside its text.
 *
 * @param types how literals are read: time zone, date order, and names of the reg* types
 * @param role OID of the current role
 * @param oids makes OIDs for new objects
 * @param notices takes notices and warnings
 * @param settings reads a setting as SHOW would, for those few that binding looks at
 * @param otherDatabases what DROP ROLE must know of them
 * @param checkCancelled throws if somebody asked the statement to end; called now and then while it
 *     is bound and planned
 */
public record BindContext(
        Catalog catalog,
        SearchPath searchPath,
        TypeContext types,
        int role,
        String database,
        IntSupplier oids,
        Consumer<SqlException> notices,
        java.util.function.UnaryOperator<String> settings,
        OtherDatabases otherDatabases,
        Runnable checkCancelled) {
    /** The server's databases beside the one at hand. */
    public interface OtherDatabases {
        /** How many objects depend on a role, by the names of databases that have any. */
        java.util.SortedMap<String, Integer> dependingOn(int role);
    }

    /** For a statement that nobody cancels. */
    public BindContext(
            Catalog catalog,
            SearchPath searchPath,
            TypeContext types,
            int role,
            String database,
            IntSupplier oids,
            Consumer<SqlException> notices,
            java.util.function.UnaryOperator<String> settings) {
        this(
                catalog,
                searchPath,
                types,
                role,
                database,
                oids,
                notices,
                settings,
                _ -> java.util.Collections.emptySortedMap(),
                () -> {});
    }

    /** The same with a changed catalog. */
    public BindContext with(Catalog catalog) {
        return new BindContext(
                catalog,
                searchPath,
                types,
                role,
                database,
                oids,
                notices,
                settings,
                otherDatabases,
                checkCancelled);
    }

    /** The same with another search path. */
    public BindContext with(SearchPath searchPath) {
        return new BindContext(
                catalog,
                searchPath,
                types,
                role,
                database,
                oids,
                notices,
                settings,
                otherDatabases,
                checkCancelled);
    }

    /** The same for another role, as a view's owner. */
    public BindContext withRole(int role) {
        return new BindContext(
                catalog,
                searchPath,
                types,
                role,
                database,
                oids,
                notices,
                settings,
                otherDatabases,
                checkCancelled);
    }
}
