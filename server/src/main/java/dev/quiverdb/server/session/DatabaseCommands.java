package dev.quiverdb.server.session;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.parse.ObjectDdl;
import java.io.IOException;
import java.util.Locale;

/** CREATE DATABASE and DROP DATABASE, which no transaction can take back. */
final class DatabaseCommands {
    private DatabaseCommands() {}

    static void create(ObjectDdl.CreateDatabase create, SessionState state) {
        var role = state.catalog().role(state.currentUser());
        if (role == null || !(role.superuser() || role.createDatabase())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "permission denied to create database");
        }
        int owner = state.currentUser();
        int connectionLimit = -1;
        boolean template = false;
        boolean allowConnections = true;
        for (var option : create.options()) {
            switch (option.name()) {
                case "owner" -> {
                    var name = Options.text(option);
                    var named = state.catalog().role(name);
                    if (named == null) {
                        throw new SqlException(
                                SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
                    }
                    owner = named.oid();
                    if (!state.catalog().isMember(state.currentUser(), owner)) {
                        throw new SqlException(
                                SqlState.INSUFFICIENT_PRIVILEGE,
                                "must be member of role \"" + name + "\"");
                    }
                }
                case "template" -> {
                    var name = Options.text(option);
                    if (state.catalog().database(name) == null) {
                        throw new SqlException(
                                SqlState.INVALID_CATALOG_NAME,
                                "template database \"" + name + "\" does not exist");
                    }
                    if (!name.equals("template0")
                            && !name.equals("template1")
                            && !name.equals("default")) {
                        throw SqlException.notSupported(
                                "only template0 and template1 can be templates of a new database");
                    }
                }
                case "encoding" -> {
                    var name = Options.text(option).toLowerCase(Locale.ROOT).replace("-", "");
                    if (!name.equals("utf8") && !name.equals("default") && !name.equals("6")) {
                        throw SqlException.notSupported("only the encoding UTF8 is supported");
                    }
                }
                case "connection_limit" -> connectionLimit = Integer.parseInt(Options.text(option));
                case "is_template" -> template = Options.flag(option);
                case "allow_connections" -> allowConnections = Options.flag(option);
                case "lc_collate", "lc_ctype", "locale" -> {
                    var name = Options.text(option);
                    if (!name.equals("C") && !name.equals("POSIX") && !name.startsWith("C.")) {
                        throw SqlException.notSupported("only the locale C is supported");
                    }
                }
                case "tablespace" -> {
                    if (!Options.text(option).equals("pg_default")) {
                        throw new SqlException(
                                SqlState.UNDEFINED_OBJECT,
                                "tablespace \"" + Options.text(option) + "\" does not exist");
                    }
                }
                default ->
                        throw SqlException.notSupported(
                                "CREATE DATABASE option \""
                                        + option.name()
                                        + "\" is not supported");
            }
        }
        try {
            state.cluster()
                    .createDatabase(
                            new Database(
                                    state.cluster().nextOid(),
                                    1,
                                    create.name(),
                                    owner,
                                    template,
                                    allowConnections,
                                    connectionLimit,
                                    null));
        } catch (IOException e) {
            throw new SqlException(
                    SqlState.IO_ERROR,
                    "could not create database \"" + create.name() + "\": " + e.getMessage());
        }
    }

    static void drop(ObjectDdl.DropDatabase drop, SessionState state) {
        var database = state.catalog().database(drop.name());
        if (database == null) {
            if (drop.missingOk()) {
                state.notice(
                        new SqlException(
                                        SqlState.SUCCESSFUL_COMPLETION,
                                        "database \"" + drop.name() + "\" does not exist, skipping")
                                .withSeverity(Severity.NOTICE));
                return;
            }
            throw new SqlException(
                    SqlState.INVALID_CATALOG_NAME,
                    "database \"" + drop.name() + "\" does not exist");
        }
        if (!state.catalog().hasPrivilegesOf(state.currentUser(), database.owner())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "must be owner of database " + drop.name());
        }
        if (database.oid() == state.database().oid()) {
            throw new SqlException(
                    SqlState.OBJECT_IN_USE, "cannot drop the currently open database");
        }
        if (database.template()) {
            throw new SqlException(SqlState.WRONG_OBJECT_TYPE, "cannot drop a template database");
        }
        awaitSessions(database, state);
        state.cluster().dropDatabase(database);
    }

    /** Gives sessions that are about to end five seconds to do so, as CountOtherDBBackends. */
    private static void awaitSessions(Database database, SessionState state) {
        for (int i = 0; i < 500 && state.cluster().sessions(database) > 0; i++) {
            state.checkCancelled();
            try {
                Thread.sleep(10);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
