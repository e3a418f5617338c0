package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Privileges that objects are made with, pg_default_acl.
 *
 * @param role OID of the role whose new objects these are
 * @param schema OID of the schema that they are made in; 0 for all schemas
 * @param kind of object, as {@link AccessControl#standard} takes it
 * @param acl the list that takes the standard one's place; for one schema, what is granted beyond
 *     it
 */
public record DefaultPrivileges(int oid, long version, int role, int schema, char kind, String acl)
        implements CatalogObject {
    @Override
    public String name() {
        return "";
    }

    @Override
    public int classId() {
        return CLASS_DEFAULT_PRIVILEGES;
    }

    @Override
    public List<Dependency> dependencies() {
        return schema == 0 ? List.of() : List.of(new Dependency(0, schema, 0, 'a'));
    }

    /** The defaults of a role; null for none. */
    public static @Nullable DefaultPrivileges find(
            Catalog catalog, int role, int schema, char kind) {
        for (var defaults : catalog.objects(DefaultPrivileges.class)) {
            if (defaults.role() == role && defaults.schema() == schema && defaults.kind() == kind) {
                return defaults;
            }
        }
        return null;
    }

    /** The list of a new object, after get_user_default_acl; null for the standard one. */
    public static @Nullable String of(Catalog catalog, char kind, int owner, int schema) {
        var everywhere = find(catalog, owner, 0, kind);
        var here = schema == 0 ? null : find(catalog, owner, schema, kind);
        if (everywhere == null && here == null) {
            return null;
        }
        var standard = AccessControl.standard(kind, owner);
        var acl = everywhere == null ? standard : everywhere.acl();
        if (here != null) {
            acl = merged(acl, here.acl());
        }
        acl = AccessControl.sorted(acl);
        return acl.equals(AccessControl.sorted(standard)) ? null : acl;
    }

    private static String merged(String left, String right) {
        record Pair(int grantee, int grantor) {}
        var entries = new LinkedHashMap<Pair, String>();
        var both = new ArrayList<>(AccessControl.parse(left));
        both.addAll(AccessControl.parse(right));
        for (var entry : both) {
            entries.merge(
                    new Pair(entry.grantee(), entry.grantor()),
                    entry.privileges(),
                    AccessControl::union);
        }
        var all = new ArrayList<AccessControl.Entry>();
        entries.forEach((pair, letters) ->
                all.add(new AccessControl.Entry(pair.grantee(), letters, pair.grantor())));
        return AccessControl.format(all);
    }
}
