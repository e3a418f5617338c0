package dev.quiverdb.server.session;

import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Who a session is: who connected, the session user and the current user. The latter two follow the
 * settings {@code session_authorization} and {@code role}, so that a rollback undoes SET ROLE. For
 * one session's thread.
 */
final class SessionRoles {
    private final Settings settings;
    private final Supplier<Catalog> catalog;
    private final int authenticated;

    /** The roles that names in the settings meant when they were set. */
    private final Map<String, Integer> named = new HashMap<>();

    private long seen = -1;
    private int sessionUser;
    private int currentUser;
    private int definer;

    SessionRoles(Settings settings, Supplier<Catalog> catalog, int authenticated) {
        this.settings = settings;
        this.catalog = catalog;
        this.authenticated = authenticated;
        sessionUser = authenticated;
        currentUser = authenticated;
        named.put(settings.get("session_authorization"), authenticated);
    }

    private void refresh() {
        if (seen == settings.version()) {
            return;
        }
        seen = settings.version();
        sessionUser = role(settings.get("session_authorization"), authenticated);
        var role = settings.get("role");
        currentUser = role.equals("none") ? sessionUser : role(role, sessionUser);
    }

    private int role(String name, int otherwise) {
        var known = named.get(name);
        if (known != null) {
            return known;
        }
        var found = catalog.get().role(name);
        return found == null ? otherwise : found.oid();
    }

    /** Who connected. */
    int authenticated() {
        return authenticated;
    }

    int sessionUser() {
        refresh();
        return sessionUser;
    }

    int currentUser() {
        refresh();
        return definer != 0 ? definer : currentUser;
    }

    /** SET SESSION AUTHORIZATION, which ends SET ROLE. */
    void setSessionUser(String name, int role, Settings.Scope scope) {
        named.put(name, role);
        settings.set("session_authorization", name, scope, true);
        settings.set("role", "none", scope, true);
    }

    /** SET ROLE; {@code none} for the session user. */
    void setRole(String name, int role, Settings.Scope scope) {
        if (role != 0) {
            named.put(name, role);
        }
        settings.set("role", name, scope, true);
    }

    /** In whose name a SECURITY DEFINER function runs; 0 outside of one. */
    int definer() {
        return definer;
    }

    void definer(int role) {
        definer = role;
    }
}
