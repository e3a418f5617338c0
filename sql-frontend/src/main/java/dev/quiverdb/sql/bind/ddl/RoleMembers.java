package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.RoleSpec;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** GRANT and REVOKE of roles, after user.c's AddRoleMems and DelRoleMems. */
final class RoleMembers {
    private final Change change;

    RoleMembers(Change change) {
        this.change = change;
    }

    DdlResult bind(RoleDdl.GrantRole grant) {
        int grantor = grantor(grant.grantor());
        for (var granted : grant.roles()) {
            var name = granted.name();
            if (!granted.columns().isEmpty()) {
                throw new SqlException(
                        SqlState.INVALID_GRANT_OPERATION,
                        "column names cannot be included in GRANT/REVOKE ROLE");
            }
            var role = name == null ? null : change.catalog().role(name);
            if (role == null) {
                throw new SqlException(
                        SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
            }
            requireAdmin(role);
            for (var spec : grant.grantees()) {
                int member = DdlBinder.role(spec, change).oid();
                if (grant.grant()) {
                    add(role, member, grantor, grant.adminOption());
                } else {
                    remove(role, member, grant.adminOption());
                }
            }
        }
        return change.result(grant.grant() ? "GRANT ROLE" : "REVOKE ROLE");
    }

    private int grantor(@Nullable RoleSpec spec) {
        int grantor = spec == null ? change.role() : DdlBinder.role(spec, change).oid();
        if (grantor != change.role() && !change.catalog().isSuperuser(change.role())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "must be superuser to set grantor");
        }
        return grantor;
    }

    /** 42501 unless the current role may say who is a member of a role. */
    void requireAdmin(Role role) {
        var catalog = change.catalog();
        int me = change.role();
        if (catalog.isSuperuser(me)) {
            return;
        }
        if (role.superuser()) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "must be superuser to alter superusers");
        }
        var mine = catalog.role(me);
        boolean mayCreate = mine != null && mine.createRole();
        if (!mayCreate && !catalog.isAdminOf(me, role.oid())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "must have admin option on role \"" + role.name() + "\"");
        }
    }

    void add(Role role, int memberOid, int grantor, boolean adminOption) {
        var member = current(memberOid);
        if (role.oid() == Role.DATABASE_OWNER) {
            throw new SqlException(
                    SqlState.INVALID_GRANT_OPERATION,
                    "role \"" + role.name() + "\" cannot have explicit members");
        }
        if (memberOid == Role.DATABASE_OWNER) {
            throw new SqlException(
                    SqlState.INVALID_GRANT_OPERATION,
                    "role \"" + member.name() + "\" cannot be a member of any role");
        }
        if (change.catalog().isDirectMember(role.oid(), memberOid)) {
            throw new SqlException(
                    SqlState.INVALID_GRANT_OPERATION,
                    "role \"" + role.name() + "\" is a member of role \"" + member.name() + "\"");
        }
        var memberships = new ArrayList<Role.Membership>();
        boolean known = false;
        for (var old : member.memberOf()) {
            if (old.role() != role.oid()) {
                memberships.add(old);
                continue;
            }
            known = true;
            if (!adminOption || old.adminOption()) {
                change.notice(
                        Severity.NOTICE,
                        SqlState.SUCCESSFUL_COMPLETION,
                        "role \""
                                + member.name()
                                + "\" is already a member of role \""
                                + role.name()
                                + "\"");
                return;
            }
            memberships.add(new Role.Membership(role.oid(), grantor, true));
        }
        if (!known) {
            memberships.add(new Role.Membership(role.oid(), grantor, adminOption));
        }
        change.put(member.withMemberships(memberships));
    }

    /**
     * @param optionOnly takes the right to say who is a member, not the membership
     */
    void remove(Role role, int memberOid, boolean optionOnly) {
        var member = current(memberOid);
        var memberships = new ArrayList<Role.Membership>();
        boolean known = false;
        for (var old : member.memberOf()) {
            if (old.role() != role.oid()) {
                memberships.add(old);
                continue;
            }
            known = true;
            if (optionOnly) {
                memberships.add(new Role.Membership(role.oid(), old.grantor(), false));
            }
        }
        if (!known) {
            change.notice(
                    Severity.WARNING,
                    SqlState.WARNING,
                    "role \""
                            + member.name()
                            + "\" is not a member of role \""
                            + role.name()
                            + "\"");
            return;
        }
        change.put(member.withMemberships(memberships));
    }

    private Role current(int oid) {
        var role = change.catalog().role(oid);
        if (role == null) {
            throw SqlException.internal("role " + oid + " is gone");
        }
        return role;
    }
}
