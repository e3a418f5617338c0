package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Access control lists in PostgreSQL's text form: <code>{grantee=privileges/grantor,...}</code>,
 * one letter for each privilege, {@code *} behind those that may be granted on; an empty grantee is
 * PUBLIC.
 */
public final class AccessControl {
    /** One entry. {@code grantee} is "" for PUBLIC. */
    public record Entry(String grantee, String privileges, String grantor) {
        boolean has(char privilege) {
            return privileges.indexOf(privilege) >= 0;
        }
    }

    private AccessControl() {}

    /** The entries of a list; none for null. */
    public static List<Entry> parse(@Nullable String acl) {
        var entries = new ArrayList<Entry>();
        if (acl == null) {
            return entries;
        }
        for (var item : acl.substring(1, acl.length() - 1).split(",", -1)) {
            int equals = item.lastIndexOf('=');
            int slash = item.lastIndexOf('/');
            if (equals >= 0 && slash > equals) {
                entries.add(
                        new Entry(
                                item.substring(0, equals).replace("\"", ""),
                                item.substring(equals + 1, slash),
                                item.substring(slash + 1).replace("\"", "")));
            }
        }
        return entries;
    }

    /** The text of entries. */
    public static String format(List<Entry> entries) {
        var parts = new ArrayList<String>();
        for (var entry : entries) {
            if (!entry.privileges().isEmpty()) {
                parts.add(entry.grantee() + "=" + entry.privileges() + "/" + entry.grantor());
            }
        }
        return "{" + String.join(",", parts) + "}";
    }

    /** Whether a role has a privilege on a relation: as its owner, by grant, or as superuser. */
    public static boolean allows(Catalog catalog, Relation relation, int role, char privilege) {
        return allows(catalog, relation.owner(), relation.acl(), role, privilege);
    }

    /** As {@link #allows(Catalog, Relation, int, char)} for anything with an owner and a list. */
    public static boolean allows(
            Catalog catalog, int owner, @Nullable String acl, int role, char privilege) {
        if (catalog.isMember(role, owner)) {
            return true;
        }
        for (var entry : parse(acl)) {
            if (!entry.has(privilege)) {
                continue;
            }
            if (entry.grantee().isEmpty()) {
                return true;
            }
            var grantee = catalog.role(entry.grantee());
            if (grantee != null && catalog.isMember(role, grantee.oid())) {
                return true;
            }
        }
        return false;
    }
}
