package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.RoleDdl;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What depends on roles: objects that they own, privileges, policies. As PostgreSQL's pg_shdepend,
 * computed from the catalog.
 */
final class OwnedObjects {
    private static final int REPORTED_MAX = 100;

    private final Change change;

    OwnedObjects(Change change) {
        this.change = change;
    }

    // ------------------------------------------------------------------ DROP ROLE

    /** How many objects of a database that is not connected to depend on a role. */
    static int count(dev.quiverdb.sql.catalog.Catalog catalog, int role) {
        int count = 0;
        for (var object : catalog.objects()) {
            if (!object.shared()) {
                count += Owners.owner(object) == role ? 1 : 0;
                count += isGranted(object, role) ? 1 : 0;
                count += object instanceof Policy policy && policy.roles().contains(role) ? 1 : 0;
                count +=
                        object instanceof DefaultPrivileges defaults && defaults.role() == role
                                ? 1
                                : 0;
            }
        }
        return count;
    }

    /** 2BP01 where something depends on a role, with what it is. */
    void requireNone(Role role) {
        var reports = new ArrayList<String>();
        var drops = new Drops(change);
        var objects = new ArrayList<>(change.catalog().objects());
        objects.sort(Comparator.comparing(CatalogObject::oid, Integer::compareUnsigned));
        for (var object : objects) {
            if (isGranted(object, role.oid())) {
                reports.add("privileges for " + drops.describe(object));
            }
            if (object instanceof Relation relation && relation.index() == null) {
                for (var column : relation.liveColumns()) {
                    if (names(column.acl(), relation.owner(), role.oid())) {
                        reports.add(
                                "privileges for column "
                                        + column.name()
                                        + " of "
                                        + drops.describe(relation));
                    }
                }
            }
            if (Owners.owner(object) == role.oid()) {
                reports.add("owner of " + drops.describe(object));
            }
            if (object instanceof DefaultPrivileges defaults && defaults.role() == role.oid()) {
                reports.add("owner of " + drops.describe(defaults));
            }
            if (object instanceof Policy policy && policy.roles().contains(role.oid())) {
                reports.add("target of " + drops.describe(policy));
            }
        }
        change.context()
                .otherDatabases()
                .dependingOn(role.oid())
                .forEach((database, count) ->
                        reports.add(
                                count
                                        + (count == 1 ? " object" : " objects")
                                        + " in database "
                                        + database));
        if (reports.isEmpty()) {
            return;
        }
        var detail = new ArrayList<>(reports.subList(0, Math.min(reports.size(), REPORTED_MAX)));
        if (reports.size() > REPORTED_MAX) {
            detail.add(
                    "and "
                            + (reports.size() - REPORTED_MAX)
                            + " other objects (see server log for list)");
        }
        throw new SqlException(
                        SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                        "role \""
                                + role.name()
                                + "\" cannot be dropped because some objects depend on it")
                .withDetail(String.join("\n", detail));
    }

    private static boolean isGranted(CatalogObject object, int role) {
        if (object instanceof DefaultPrivileges defaults) {
            return names(defaults.acl(), defaults.role(), role);
        }
        var subject = Owners.subject(object);
        return subject != null && names(subject.acl(), subject.owner(), role);
    }

    /** Whether a list names a role that is not the owner, who depends on the object anyway. */
    private static boolean names(@Nullable String acl, int owner, int role) {
        return role != owner
                && AccessControl.parse(acl).stream()
                        .anyMatch(e -> e.grantee() == role || e.grantor() == role);
    }

    // ------------------------------------------------------------------ DROP OWNED, REASSIGN OWNED

    private List<Integer> roles(List<dev.quiverdb.sql.parse.RoleSpec> specs, String deed) {
        var roles = new ArrayList<Integer>();
        for (var spec : specs) {
            var role = DdlBinder.role(spec, change);
            if (!change.catalog().hasPrivilegesOf(change.role(), role.oid())) {
                throw new SqlException(
                        SqlState.INSUFFICIENT_PRIVILEGE, "permission denied to " + deed);
            }
            if (role.oid() == Role.BOOTSTRAP) {
                throw new SqlException(
                        SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                        (deed.startsWith("drop")
                                        ? "cannot drop objects owned by role "
                                        : "cannot reassign ownership of objects owned by role ")
                                + role.name()
                                + " because they are required by the database system");
            }
            roles.add(role.oid());
        }
        return roles;
    }

    /** REASSIGN OWNED. Privileges stay with whom they were granted to. */
    DdlResult reassign(RoleDdl.ReassignOwned reassign) {
        var roles = roles(reassign.roles(), "reassign objects");
        var owner = DdlBinder.role(reassign.newOwner(), change);
        if (!change.catalog().hasPrivilegesOf(change.role(), owner.oid())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "permission denied to reassign objects");
        }
        var owners = new Owners(change);
        for (var object : change.catalog().objects()) {
            if (roles.contains(Owners.owner(object))) {
                var now = change.catalog().object(object.oid());
                if (now != null && roles.contains(Owners.owner(now))) {
                    owners.give(now, owner.oid());
                }
            }
        }
        return change.result("REASSIGN OWNED");
    }

    /** DROP OWNED: what the roles own in this database, and their privileges on all else. */
    DdlResult drop(RoleDdl.DropOwned drop) {
        var roles = roles(drop.roles(), "drop objects");
        var owned = new ArrayList<CatalogObject>();
        for (int role : roles) {
            for (var object : change.catalog().objects()) {
                forget(object, role);
                boolean own =
                        Owners.owner(object) == role
                                || object instanceof DefaultPrivileges defaults
                                        && defaults.role() == role;
                if (own && !(object instanceof Database)) {
                    owned.add(object);
                }
            }
        }
        var drops = new Drops(change);
        drops.remove(
                owned.stream()
                        .map(object -> change.catalog().object(object.oid()))
                        .filter(java.util.Objects::nonNull)
                        .toList(),
                drop.behavior() == Clause.Behavior.CASCADE);
        return change.result("DROP OWNED");
    }

    /** Takes a role out of an object's lists and policies. */
    private void forget(CatalogObject object, int role) {
        if (object instanceof Policy policy && policy.roles().contains(role)) {
            var others = policy.roles().stream().filter(other -> other != role).toList();
            if (others.isEmpty()) {
                change.remove(policy);
            } else {
                change.put(policy.withRoles(others));
            }
            return;
        }
        if (object instanceof DefaultPrivileges defaults
                && names(defaults.acl(), defaults.role(), role)) {
            var acl = without(defaults.acl(), defaults.role(), role);
            change.put(
                    new DefaultPrivileges(
                            defaults.oid(),
                            defaults.version() + 1,
                            defaults.role(),
                            defaults.schema(),
                            defaults.kind(),
                            acl));
            return;
        }
        var subject = Owners.subject(object);
        if (subject != null && names(subject.acl(), subject.owner(), role)) {
            var acl = subject.acl();
            change.put(
                    Owners.withAcl(
                            object, acl == null ? null : without(acl, subject.owner(), role)));
        }
        if (change.catalog().object(object.oid()) instanceof Relation relation
                && relation.liveColumns().stream()
                        .anyMatch(c -> names(c.acl(), relation.owner(), role))) {
            var columns =
                    relation.columns().stream()
                            .map(column -> {
                                var acl = column.acl();
                                if (acl == null || !names(acl, relation.owner(), role)) {
                                    return column;
                                }
                                var left = without(acl, relation.owner(), role);
                                return column.withAcl(left.isEmpty() ? null : left);
                            })
                            .toList();
            change.put(relation.toBuilder().columns(columns).build());
        }
    }

    private static String without(String acl, int owner, int role) {
        var list = new AclChange(AccessControl.parse(acl), owner);
        list.forget(role);
        return list.text();
    }
}
