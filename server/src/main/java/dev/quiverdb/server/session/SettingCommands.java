package dev.quiverdb.server.session;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Setting;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Utility;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** SET, RESET and SHOW. */
final class SettingCommands {
    private final SessionState state;

    SettingCommands(SessionState state) {
        this.state = state;
    }

    void set(Utility.SetVariable set) {
        if (set.local() && !state.transaction().inBlock()) {
            state.notice(
                    new SqlException(
                                    SqlState.NO_ACTIVE_SQL_TRANSACTION,
                                    "SET LOCAL can only be used in transaction blocks")
                            .withSeverity(Severity.WARNING));
        }
        var scope = set.local() ? Settings.Scope.LOCAL : Settings.Scope.SESSION;
        var name = set.name();
        switch (set.kind()) {
            case VALUE -> setValue(name, set.values(), scope);
            case DEFAULT, RESET -> reset(name, scope);
            case CURRENT ->
                    state.settings()
                            .set(name, state.settings().get(name), scope, state.isSuperuser());
            case MULTI -> setMany(set);
            case RESET_ALL -> state.settings().resetAll();
        }
    }

    private void setValue(String name, List<String> values, Settings.Scope scope) {
        var lower = name.toLowerCase(Locale.ROOT);
        switch (lower) {
            case "role" -> setRole(values.getFirst(), scope);
            case "session_authorization" -> {
                var role = role(values.getFirst());
                if (role != state.sessionUser() && !state.isSessionSuperuser()) {
                    throw new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "permission denied to set session authorization");
                }
                state.roles().setSessionUser(values.getFirst(), role, scope);
            }
            case "transaction_isolation", "transaction_read_only", "transaction_deferrable" ->
                    setMode(lower, values.getFirst());
            default -> {
                var setting = state.settings().find(name);
                boolean list = values.size() > 1 || (setting != null && setting.quotedList());
                if (list) {
                    state.settings().set(name, values, scope, state.isSuperuser());
                } else {
                    state.settings().set(name, values.getFirst(), scope, state.isSuperuser());
                }
            }
        }
    }

    private void reset(String name, Settings.Scope scope) {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "role" -> setRole("none", scope);
            case "session_authorization" -> {
                int role = state.roles().authenticated();
                state.roles().setSessionUser(state.roleName(role), role, scope);
            }
            default -> state.settings().reset(name, scope, state.isSuperuser());
        }
    }

    private void setRole(String name, Settings.Scope scope) {
        int role = 0;
        if (!name.equals("none")) {
            role = role(name);
            if (!state.catalog().isMember(state.sessionUser(), role)) {
                throw new SqlException(
                        SqlState.INSUFFICIENT_PRIVILEGE,
                        "permission denied to set role \"" + name + "\"");
            }
        }
        state.roles().setRole(name, role, scope);
    }

    private int role(String name) {
        var role = state.catalog().role(name);
        if (role == null) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "role \"" + name + "\" does not exist");
        }
        return role.oid();
    }

    private void setMany(Utility.SetVariable set) {
        var prefix = set.name().equals("SESSION CHARACTERISTICS") ? "default_" : "";
        if (set.name().equals("TRANSACTION SNAPSHOT")) {
            throw SqlException.notSupported("SET TRANSACTION SNAPSHOT is not supported");
        }
        for (var argument : set.arguments()) {
            if (argument instanceof Clause.Option option) {
                if (prefix.isEmpty()) {
                    setMode(option.name(), Options.text(option));
                } else {
                    state.settings()
                            .set(
                                    prefix + option.name(),
                                    Options.text(option),
                                    Settings.Scope.SESSION,
                                    true);
                }
            }
        }
    }

    /** The modes of a transaction, in BEGIN and SET TRANSACTION. */
    void setModes(List<Clause.Option> modes) {
        modes.forEach(mode -> setMode(mode.name(), Options.text(mode)));
    }

    private void setMode(String name, String value) {
        var control = state.transaction();
        if (!control.inBlock()) {
            state.notice(
                    new SqlException(
                                    SqlState.NO_ACTIVE_SQL_TRANSACTION,
                                    "SET TRANSACTION can only be used in transaction blocks")
                            .withSeverity(Severity.WARNING));
        }
        boolean changes = !state.settings().get(name).equals(canonical(value));
        if (changes && control.hasBegunReading()) {
            if (name.equals("transaction_isolation")) {
                throw new SqlException(
                        SqlState.ACTIVE_SQL_TRANSACTION,
                        "SET TRANSACTION ISOLATION LEVEL must be called before any query");
            }
            if (name.equals("transaction_read_only") && canonical(value).equals("off")) {
                throw new SqlException(
                        SqlState.ACTIVE_SQL_TRANSACTION,
                        "transaction read-write mode must be set before any query");
            }
        }
        state.settings().set(name, value, Settings.Scope.LOCAL, true);
    }

    private static String canonical(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "1", "on" -> "on";
            case "false", "0", "off" -> "off";
            default -> value.toLowerCase(Locale.ROOT);
        };
    }

    /** The columns of SHOW. */
    List<ResultField> showFields(String name) {
        if (name.equalsIgnoreCase("all")) {
            return List.of(
                    StatementResult.field("name", Types.TEXT),
                    StatementResult.field("setting", Types.TEXT),
                    StatementResult.field("description", Types.TEXT));
        }
        var setting = state.settings().find(name);
        return List.of(StatementResult.field(setting == null ? name : setting.name(), Types.TEXT));
    }

    StatementResult show(String name) {
        List<List<String>> rows = new ArrayList<>();
        if (name.equalsIgnoreCase("all")) {
            state.settings().all().stream()
                    .sorted(Comparator.comparing(s -> s.name().toLowerCase(Locale.ROOT)))
                    .map(Setting::name)
                    .forEach(n -> rows.add(List.of(n, state.settings().show(n), "")));
        } else {
            rows.add(List.of(state.settings().show(name)));
        }
        var fields = showFields(name);
        return new StatementResult.Rows(fields, StatementResult.cursor(fields, rows), _ -> "SHOW");
    }
}
