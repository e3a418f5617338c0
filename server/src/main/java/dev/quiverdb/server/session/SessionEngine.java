package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.pgwire.session.Engine;
import dev.quiverdb.pgwire.session.EngineSession;
import dev.quiverdb.server.database.Cluster;
import dev.quiverdb.server.database.DatabaseInstance;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Opens sessions over the databases of a cluster. Thread-safe. */
public final class SessionEngine implements Engine, AutoCloseable {
    /** Start-up parameters that are no settings. */
    private static final Set<String> NO_SETTINGS =
            Set.of("user", "database", "options", "replication");

    /** White space that no backslash escapes. */
    private static final Pattern WORD_END = Pattern.compile("(?<!\\\\)\\s+");

    private final Cluster cluster;
    private final Clock clock;
    private final Map<String, String> serverSettings;
    private final SessionRegistry registry = new SessionRegistry();
    private final PlanCache plans = new PlanCache();

    /**
     * @param serverSettings defaults for all sessions
     */
    public SessionEngine(Cluster cluster, Clock clock, Map<String, String> serverSettings) {
        this.cluster = cluster;
        this.clock = clock;
        this.serverSettings = Map.copyOf(serverSettings);
        // Says at the start, not at the first connection, that a setting is wrong.
        var check = new Settings();
        serverSettings.forEach(check::setDefault);
    }

    @Override
    public EngineSession open(int processId, Map<String, String> parameters, ClientEvents client) {
        refuseReplication(parameters.getOrDefault("replication", "false"));
        var user = parameters.getOrDefault("user", "");
        var databaseName = parameters.getOrDefault("database", "");
        var database =
                cluster.connect(databaseName.isEmpty() ? user : databaseName, () -> role(user));
        try {
            var role = role(user);
            if (!role.login()) {
                throw new SqlException(
                        SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
                        "role \"" + user + "\" is not permitted to log in");
            }
            admit(database, role);
            var settings = settings(parameters, role, database.oid());
            var state =
                    new SessionState(
                            processId, cluster, database, role, registry, plans, client, settings,
                            clock);
            return new Session(state);
        } catch (RuntimeException e) {
            database.sessions().decrementAndGet();
            throw e;
        }
    }

    private static void refuseReplication(String wanted) {
        switch (wanted.toLowerCase(Locale.ROOT)) {
            case "false", "off", "no", "0", "f", "n" -> {}
            case "true", "on", "yes", "1", "t", "y", "database" ->
                    throw SqlException.notSupported("replication connections are not supported");
            default ->
                    throw new SqlException(
                                    SqlState.INVALID_PARAMETER_VALUE,
                                    "invalid value for parameter \"replication\": \""
                                            + wanted
                                            + "\"")
                            .withHint("Valid values are: \"false\", 0, \"true\", 1, \"database\".");
        }
    }

    private Role role(String name) {
        var role = cluster.shared().role(name);
        if (role == null) {
            throw new SqlException(
                    SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
                    "role \"" + name + "\" does not exist");
        }
        return role;
    }

    /** Whether the role may connect to the database now; superusers always may. */
    private void admit(DatabaseInstance instance, Role role) {
        var catalog = cluster.shared();
        var database = catalog.database(instance.name());
        if (database == null || role.superuser()) {
            return;
        }
        var subject = AccessControl.Subject.of(database);
        if (!AccessControl.allows(catalog, subject, role.oid(), 'c')) {
            throw new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "permission denied for database \"" + database.name() + "\"")
                    .withDetail("User does not have CONNECT privilege.");
        }
        int limit = database.connectionLimit();
        if (limit >= 0 && instance.sessions().get() > limit) {
            throw new SqlException(
                    SqlState.TOO_MANY_CONNECTIONS,
                    "too many connections for database \"" + database.name() + "\"");
        }
        if (role.connectionLimit() >= 0 && registry.count(role.oid()) >= role.connectionLimit()) {
            throw new SqlException(
                    SqlState.TOO_MANY_CONNECTIONS,
                    "too many connections for role \"" + role.name() + "\"");
        }
    }

    private Settings settings(Map<String, String> parameters, Role role, int database) {
        var settings = new Settings();
        serverSettings.forEach(settings::setDefault);
        var catalog = cluster.shared();
        // Later ones win, as PostgreSQL ranks them.
        for (var defaults :
                List.of(
                        catalog.settings(0, 0),
                        catalog.settings(database, 0),
                        catalog.settings(0, role.oid()),
                        catalog.settings(database, role.oid()))) {
            for (var setting : defaults) {
                int equals = setting.indexOf('=');
                settings.setDefault(setting.substring(0, equals), setting.substring(equals + 1));
            }
        }
        settings.override("is_superuser", role.superuser() ? "on" : "off");
        settings.override("session_authorization", role.name());
        options(parameters.getOrDefault("options", "")).forEach(settings::setDefault);
        parameters.forEach((name, value) -> {
            if (!NO_SETTINGS.contains(name) && !name.startsWith("_pq_.")) {
                settings.setDefault(name, value);
            }
        });
        return settings;
    }

    /** {@code -c name=value} and {@code --name=value} of the start-up parameter "options". */
    private static Map<String, String> options(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        var words = List.of(WORD_END.split(text.strip(), -1));
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i).replace("\\ ", " ").replace("\\\\", "\\");
            String assignment = null;
            if (word.equals("-c") && i + 1 < words.size()) {
                assignment = words.get(++i).replace("\\ ", " ").replace("\\\\", "\\");
            } else if (word.startsWith("-c")) {
                assignment = word.substring(2);
            } else if (word.startsWith("--")) {
                assignment = word.substring(2).replace('-', '_');
            }
            int equals = assignment == null ? -1 : assignment.indexOf('=');
            if (assignment != null && equals > 0) {
                found.put(assignment.substring(0, equals), assignment.substring(equals + 1));
            }
        }
        return found;
    }

    @Override
    public void close() {
        registry.close();
    }
}
