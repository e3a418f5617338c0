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

/** Access control lists as users see them: as text with names, and as single grants. */
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

    /** The items of an array of aclitem in its text form. */
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

    /** The items of a list, as {@link AccessControl#shown}; null for none. */
    static @Nullable List<String> shown(Catalog catalog, @Nullable String acl) {
        return acl == null ? null : AccessControl.shown(catalog, acl);
    }

    /** acldefault, by names. */
    static List<String> standard(Catalog catalog, char kind, int owner) {
        try {
            return AccessControl.shown(catalog, AccessControl.standard(kind, owner));
        } catch (IllegalArgumentException unknown) {
            throw new SqlException(
                    SqlState.INTERNAL_ERROR, "unrecognized object type abbreviation: " + kind);
        }
    }

    /** An item in its text form. */
    static AccessControl.Entry parse(Catalog catalog, String item) {
        int equals = item.lastIndexOf('=');
        int slash = item.indexOf('/', equals);
        if (equals < 0 || slash < 0) {
            throw new SqlException(SqlState.INVALID_TEXT_REPRESENTATION, "missing \"=\" sign");
        }
        var grantee = unquoted(item.substring(0, equals));
        return new AccessControl.Entry(
                grantee.isEmpty() ? AccessControl.PUBLIC : role(catalog, grantee),
                item.substring(equals + 1, slash),
                role(catalog, unquoted(item.substring(slash + 1))));
    }

    private static String unquoted(String name) {
        return name.length() > 1 && name.startsWith("\"")
                ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                : name;
    }

    /** aclexplode over a list, or over the standard one where it is null. */
    static List<Grant> grants(AccessControl.Subject subject) {
        return grants(subject.entries());
    }

    static List<Grant> grants(List<AccessControl.Entry> entries) {
        var grants = new ArrayList<Grant>();
        for (var entry : entries) {
            var letters = entry.privileges();
            for (int i = 0; i < letters.length(); i++) {
                var name = NAMES.get(letters.charAt(i));
                if (name != null) {
                    boolean grantable = entry.grantable(letters.charAt(i));
                    grants.add(new Grant(entry.grantor(), entry.grantee(), name, grantable));
                }
            }
        }
        return grants;
    }

    private static int role(Catalog catalog, String name) {
        var role = catalog.role(name);
        if (role != null) {
            return role.oid();
        }
        try {
            return Integer.parseUnsignedInt(name);
        } catch (NumberFormatException gone) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
        }
    }
}
