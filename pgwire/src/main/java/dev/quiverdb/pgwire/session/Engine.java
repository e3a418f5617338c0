package dev.quiverdb.pgwire.session;

import dev.quiverdb.base.error.SqlException;
import java.util.Map;

/** The database as the wire sees it. Thread-safe. */
public interface Engine {
    /**
     * Opens a session for an authenticated client.
     *
     * @param processId the number that {@code pg_backend_pid()} answers
     * @param parameters the start-up parameters: user, database and settings
     * @param client where the session sends what it was not asked for: notices, notifications
     * @throws SqlException if role, database or a setting does not exist, or too many are connected
     */
    EngineSession open(int processId, Map<String, String> parameters, ClientEvents client);

    /** What a session may tell its client at any time between two messages. */
    interface ClientEvents {
        /** A message below ERROR. */
        void notice(SqlException notice);

        /** A NOTIFY reached this session. */
        void notification(int processId, String channel, String payload);

        /**
         * Has {@link EngineSession#attend} called by the session's thread, also while the client
         * says nothing. From any thread; does not wait.
         */
        void attention();

        /**
         * Has {@link EngineSession#resume} called by the session's thread. From any thread; does
         * not wait.
         */
        void durable();

        /** Ends the connection with this error, as an administrator's command does. */
        void terminate(SqlException reason);
    }
}
