package dev.quiverdb.server.session;

import dev.quiverdb.server.database.DatabaseInstance;
import dev.quiverdb.sql.catalog.Role;

/**
 * What others may see of a session: a line of pg_stat_activity. Written by the session, read by
 * all.
 */
final class Activity {
    /** A moment's picture. */
    record Picture(
            int processId,
            int databaseOid,
            String database,
            int userOid,
            String user,
            String application,
            String state,
            String query,
            long backendStartMicros,
            long queryStartMicros,
            long stateChangeMicros) {}

    private final int processId;
    private final DatabaseInstance database;
    private final Role user;
    private final long backendStart;
    private volatile String application = "";
    private volatile String query = "";
    private volatile String state = "idle";
    private volatile long queryStart;
    private volatile long stateChange;

    Activity(int processId, DatabaseInstance database, Role user, long nowMicros) {
        this.processId = processId;
        this.database = database;
        this.user = user;
        backendStart = nowMicros;
        queryStart = nowMicros;
        stateChange = nowMicros;
    }

    void application(String name) {
        application = name;
    }

    void begins(String text, long nowMicros) {
        query = text;
        state = "active";
        queryStart = nowMicros;
        stateChange = nowMicros;
    }

    void ends(char status, long nowMicros) {
        state =
                switch (status) {
                    case 'T' -> "idle in transaction";
                    case 'E' -> "idle in transaction (aborted)";
                    default -> "idle";
                };
        stateChange = nowMicros;
    }

    Picture picture() {
        return new Picture(
                processId,
                database.oid(),
                database.name(),
                user.oid(),
                user.name(),
                application,
                state,
                query,
                backendStart,
                queryStart,
                stateChange);
    }
}
