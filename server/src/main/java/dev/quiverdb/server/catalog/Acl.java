package dev.quiverdb.server.catalog;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Access control lists: the defaults that NULL stands for, and single grants. As PostgreSQL's
 * acl.c.
 */
final class Acl {
    /** One privilege of one grantee; {@code grantee} 0 is PUBLIC. */
    record Grant(int grantor, int grantee, String privilege, boolean grantable) {}

    private static final Map<Character, String> NAMES =
            Map.ofEntries(
                    Map.entry('a', "INSERT"),
                    Map.entry('r', "SELECT"),
                    Map.entry('w', "UPDATE"),
                    Map.entry('d', "DELETE"),
                    Map.entry('D', "TRUNCATE"),
                    Map.entry('x', "REFERENCES"),
                    Map.entry('t', "TRIGGER"),
                    Map.entry('X', "EXECUTE"),
                    Map.entry('U', "USAGE"),
                    Map.entry('C', "CREATE"),
                    Map.entry('T', "TEMPORARY"),
                    Map.entry('c', "CONNECT"),
                    Map.entry('s', "SET"),
                    Map.entry('A', "ALTER SYSTEM"));

    private Acl() {}

    /** The letter of a privilege's name; 0 if there is no such privilege. */
    static char letter(String privilege) {
        var upper = privilege.toUpperCase(Locale.ROOT);
        if (upper.equals("TEMP")) {
            return 'T';
        }
        for (var entry : NAMES.entrySet()) {
            if (entry.getValue().equals(upper)) {
                return entry.getKey();
            }
        }
        return 0;
    }

    /** The items of a list in its text form. */
    static List<String> items(String acl) {
        var items = new ArrayList<String>();
        if (acl.length() > 2) {
            for (var item : acl.substring(1, acl.length() - 1).split(",", -1)) {
                items.add(
                        item.length() > 1 && item.startsWith("\"") && item.endsWith("\"")
                                ? item.substring(1, item.length() - 1).replace("\\\"", "\"")
                                : item);
            }
        }
        return items;
    }

    /**
     * acldefault.
     *
     * @param kind {@code c} column, {@code r} relation, {@code s} sequence, {@code d} database,
     *     {@code f} function, {@code l} language, {@code L} large object, {@code n} schema, {@code
     *     p} parameter, {@code t} tablespace, {@code F} foreign-data wrapper, {@code S} foreign
     *     server, {@code T} type
     */
    static String standard(char kind, String owner) {
        String world = "";
        String own;
        switch (kind) {
            case 'c' -> own = "";
            case 'r' -> own = "arwdDxt";
            case 's' -> own = "rwU";
            case 'd' -> {
                world = "Tc";
                own = "CTc";
            }
            case 'f' -> {
                world = "X";
                own = "X";
            }
            case 'l' -> {
                world = "U";
                own = "U";
            }
            case 'L' -> own = "rw";
            case 'n' -> own = "UC";
            case 'p' -> own = "sA";
            case 't' -> own = "C";
            case 'F', 'S' -> own = "U";
            case 'T' -> {
                world = "U";
                own = "U";
            }
            default ->
                    throw new SqlException(
                            SqlState.INTERNAL_ERROR,
                            "unrecognized object type abbreviation: " + kind);
        }
        var entries = new ArrayList<AccessControl.Entry>();
        if (!world.isEmpty()) {
            entries.add(new AccessControl.Entry("", world, owner));
        }
        if (!own.isEmpty()) {
            entries.add(new AccessControl.Entry(owner, own, owner));
        }
        return AccessControl.format(entries);
    }

    /** aclexplode over a list, or over the default where it is null. */
    static List<Grant> grants(Catalog catalog, @Nullable String acl, char kind, int owner) {
        var role = catalog.role(owner);
        var text = acl != null ? acl : standard(kind, role == null ? "" : role.name());
        return grants(catalog, AccessControl.parse(text.length() > 2 ? text : null));
    }

    static List<Grant> grants(Catalog catalog, List<AccessControl.Entry> entries) {
        var grants = new ArrayList<Grant>();
        for (var entry : entries) {
            int grantor = role(catalog, entry.grantor());
            int grantee = entry.grantee().isEmpty() ? 0 : role(catalog, entry.grantee());
            var letters = entry.privileges();
            for (int i = 0; i < letters.length(); i++) {
                var name = NAMES.get(letters.charAt(i));
                if (name != null) {
                    boolean grantable = i + 1 < letters.length() && letters.charAt(i + 1) == '*';
                    grants.add(new Grant(grantor, grantee, name, grantable));
                }
            }
        }
        return grants;
    }

    private static int role(Catalog catalog, String name) {
        var role = catalog.role(name);
        return role == null ? 0 : role.oid();
    }
}
