package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.storage.Storage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the system catalogs show of a session and of the server around it. */
public interface SessionView {
    /** How the session binds names now: catalog, search path, types and role. */
    BindContext bindContext();

    /** OID of the role that logged in. */
    int sessionUser();

    int databaseOid();

    /** The storage of the session's database. */
    Storage storage();

    /** Size of a database's files; of those that all databases share for OID 0. */
    long bytesOnDisk(int database);

    /** Rows of pg_settings, in its columns' order. */
    List<@Nullable Object[]> settingsRows();

    /** All sessions of the server. */
    List<Activity> activities();

    List<Prepared> preparedStatements();

    List<Cursor> cursors();

    /** Index builds that run now, in all sessions of this database. */
    default List<Build> builds() {
        return List.of();
    }

    default Catalog catalog() {
        return bindContext().catalog();
    }

    default SearchPath searchPath() {
        return bindContext().searchPath();
    }

    default TypeContext types() {
        return bindContext().types();
    }

    /** OID of the role whose privileges count. */
    default int currentUser() {
        return bindContext().role();
    }

    default String databaseName() {
        return bindContext().database();
    }

    /**
     * A session, as pg_stat_activity shows it. Times are microseconds since 2000-01-01 UTC.
     *
     * @param clientAddress a numeric address; null for a local connection
     * @param transactionStart null outside transactions
     * @param queryStart null before the first query
     */
    record Activity(
            int processId,
            int database,
            String databaseName,
            int user,
            String userName,
            String application,
            @Nullable String clientAddress,
            int clientPort,
            long backendStart,
            @Nullable Long transactionStart,
            @Nullable Long queryStart,
            long stateChange,
            String state,
            String query) {}

    /** A line of pg_prepared_statements. {@code parameterTypes} are OIDs. */
    record Prepared(
            String name,
            String statement,
            long prepareTime,
            List<Integer> parameterTypes,
            boolean fromSql,
            long genericPlans,
            long customPlans) {
        public Prepared {
            parameterTypes = List.copyOf(parameterTypes);
        }
    }

    /** A line of pg_cursors. */
    record Cursor(
            String name,
            String statement,
            boolean holdable,
            boolean binary,
            boolean scrollable,
            long creationTime) {}

    /** A line of pg_stat_progress_create_index. */
    record Build(
            int processId,
            int relation,
            int index,
            String command,
            String phase,
            long tuplesTotal,
            long tuplesDone) {}
}
