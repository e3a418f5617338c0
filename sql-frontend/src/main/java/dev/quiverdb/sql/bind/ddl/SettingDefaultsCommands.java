package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.Utility;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** ALTER DATABASE SET and ALTER ROLE [IN DATABASE] SET: what later sessions start with. */
final class SettingDefaultsCommands {
    private static final int ALL = 0;

    private final Change change;

    SettingDefaultsCommands(Change change) {
        this.change = change;
    }

    DdlResult database(ObjectDdl.AlterDatabaseSet alter) {
        var database = database(alter.name());
        if (!isSuperuser() && database.owner() != change.role()) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "must be owner of database " + alter.name());
        }
        apply(database.oid(), ALL, alter.set());
        return change.result("ALTER DATABASE");
    }

    DdlResult role(RoleDdl.AlterRoleSet alter) {
        var spec = alter.role();
        var role = spec == null ? null : DdlBinder.role(spec, change);
        var name = alter.database();
        var database = name == null ? null : database(name);
        checkMayAlter(role);
        apply(
                database == null ? ALL : database.oid(),
                role == null ? ALL : role.oid(),
                alter.set());
        return change.result("ALTER ROLE");
    }

    private Database database(String name) {
        var database = change.catalog().database(name);
        if (database == null) {
            throw new SqlException(
                    SqlState.INVALID_CATALOG_NAME, "database \"" + name + "\" does not exist");
        }
        return database;
    }

    private boolean isSuperuser() {
        var me = change.catalog().role(change.role());
        return me != null && me.superuser();
    }

    private void checkMayAlter(@Nullable Role role) {
        if (isSuperuser()) {
            return;
        }
        if (role == null) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "must be superuser to alter settings globally");
        }
        if (role.superuser()) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "must be superuser to alter superuser roles or change superuser attribute");
        }
        var me = change.catalog().role(change.role());
        if (role.oid() != change.role() && (me == null || !me.createRole())) {
            throw new SqlException(SqlState.INSUFFICIENT_PRIVILEGE, "permission denied");
        }
    }

    private void apply(int database, int role, Utility.SetVariable set) {
        var old = find(database, role);
        var settings = new ArrayList<>(old == null ? List.<String>of() : old.settings());
        switch (set.kind()) {
            case VALUE -> put(settings, set.name(), checked(set.name(), set.values()));
            case CURRENT -> {
                var now = change.context().settings().apply(set.name());
                put(settings, set.name(), now);
            }
            case DEFAULT, RESET -> {
                new Settings().reset(set.name(), Settings.Scope.SESSION, isSuperuser());
                settings.removeIf(setting -> isOf(setting, set.name()));
            }
            case RESET_ALL -> settings.clear();
            case MULTI ->
                    throw new SqlException(
                            SqlState.SYNTAX_ERROR,
                            set.name() + " cannot be set for later sessions");
        }
        if (!settings.isEmpty()) {
            change.put(
                    new SettingDefaults(
                            old == null ? change.newOid() : old.oid(),
                            old == null ? 1 : old.version() + 1,
                            database,
                            role,
                            settings));
        } else if (old != null) {
            change.remove(old);
        }
    }

    private @Nullable SettingDefaults find(int database, int role) {
        for (var defaults : change.catalog().objects(SettingDefaults.class)) {
            if (defaults.database() == database && defaults.role() == role) {
                return defaults;
            }
        }
        return null;
    }

    /** The value as it was written; throws where SET would. */
    private String checked(String name, List<String> values) {
        var trial = new Settings();
        var text = trial.listText(name, values);
        trial.set(name, text, Settings.Scope.SESSION, isSuperuser());
        return text;
    }

    private static void put(List<String> settings, String name, String value) {
        var line = name + "=" + value;
        for (int i = 0; i < settings.size(); i++) {
            if (isOf(settings.get(i), name)) {
                settings.set(i, line);
                return;
            }
        }
        settings.add(line);
    }

    private static boolean isOf(String setting, String name) {
        return setting.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + "=");
    }
}
