package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.RoleSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Roles, their members and policies. */
final class RoleCommands {
    private final Change change;

    RoleCommands(Change change) {
        this.change = change;
    }

    DdlResult bind(RoleDdl command) {
        return switch (command) {
            case RoleDdl.CreateRole create -> create(create);
            case RoleDdl.AlterRole alter -> alter(alter);
            case RoleDdl.DropRole drop -> drop(drop);
            case RoleDdl.CreatePolicy create -> new Policies(change).create(create);
            case RoleDdl.AlterPolicy alter -> new Policies(change).alter(alter);
            case RoleDdl.Grant grant -> new Grants(change).bind(grant);
            case RoleDdl.GrantRole grant -> new RoleMembers(change).bind(grant);
            case RoleDdl.AlterRoleSet set -> new SettingDefaultsCommands(change).role(set);
            case RoleDdl.ReassignOwned reassign -> new OwnedObjects(change).reassign(reassign);
            case RoleDdl.DropOwned drop -> new OwnedObjects(change).drop(drop);
            case RoleDdl.SecurityLabel ignored ->
                    throw SqlException.notSupported("SECURITY LABEL is not supported");
            case RoleDdl.AlterDefaultPrivileges alter -> new Grants(change).bind(alter);
        };
    }

    // ------------------------------------------------------------------ roles

    /** 42501, {@code message}, unless the current role is a superuser or has CREATEROLE. */
    private void requireRoleAdmin(String message) {
        var me = change.catalog().role(change.role());
        if (me == null || !me.superuser() && !me.createRole()) {
            throw new SqlException(SqlState.INSUFFICIENT_PRIVILEGE, message);
        }
    }

    private void requireSuperuser(boolean needed, String what) {
        if (needed && !change.catalog().isSuperuser(change.role())) {
            throw new SqlException(SqlState.INSUFFICIENT_PRIVILEGE, "must be superuser to " + what);
        }
    }

    private DdlResult create(RoleDdl.CreateRole create) {
        requireSuperuser(turnsOn(create.options(), "superuser"), "create superusers");
        requireSuperuser(turnsOn(create.options(), "isreplication"), "create replication users");
        requireSuperuser(turnsOn(create.options(), "bypassrls"), "create bypassrls users");
        requireRoleAdmin("permission denied to create role");
        if (change.catalog().role(create.name()) != null) {
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT, "role \"" + create.name() + "\" already exists");
        }
        checkReserved(create.name());
        boolean login = create.kind() == RoleDdl.RoleKind.USER;
        var fresh =
                new Role(
                        change.newOid(),
                        1,
                        create.name(),
                        false,
                        true,
                        false,
                        false,
                        login,
                        false,
                        false,
                        -1,
                        null,
                        null,
                        List.of());
        change.put(options(fresh, create.options()));
        for (var option : create.options()) {
            var members = new RoleMembers(change);
            for (var other : roles(option)) {
                switch (option.name()) {
                    case "addroleto" -> {
                        members.requireAdmin(other);
                        members.add(other, fresh.oid(), change.role(), false);
                    }
                    case "rolemembers" -> members.add(fresh, other.oid(), change.role(), false);
                    case "adminmembers" -> members.add(fresh, other.oid(), change.role(), true);
                    default -> {
                        // Names no roles.
                    }
                }
            }
        }
        return change.result("CREATE ROLE");
    }

    private static boolean turnsOn(List<Clause.Option> options, String name) {
        return options.stream()
                .anyMatch(option -> option.name().equals(name) && isOn(option.value()));
    }

    private static boolean isOn(dev.quiverdb.sql.parse.@Nullable Ast value) {
        return !(value instanceof Expr.Literal literal) || !literal.text().equals("false");
    }

    /** The roles that an option lists. */
    private List<Role> roles(Clause.Option option) {
        var roles = new ArrayList<Role>();
        if (option.value() instanceof Clause.ListOf list) {
            for (var item : list.items()) {
                if (item instanceof RoleSpec spec) {
                    roles.add(DdlBinder.role(spec, change));
                }
            }
        }
        return roles;
    }

    private Role options(Role role, List<Clause.Option> options) {
        boolean superuser = role.superuser();
        boolean inherit = role.inherit();
        boolean createRole = role.createRole();
        boolean createDatabase = role.createDatabase();
        boolean login = role.login();
        boolean replication = role.replication();
        boolean bypass = role.bypassRowSecurity();
        int limit = role.connectionLimit();
        var password = role.password();
        var validUntil = role.validUntilMicros();
        for (var option : options) {
            var value = option.value();
            boolean on = isOn(value);
            switch (option.name()) {
                case "superuser" -> superuser = on;
                case "inherit" -> inherit = on;
                case "createrole" -> createRole = on;
                case "createdb" -> createDatabase = on;
                case "canlogin" -> login = on;
                case "isreplication" -> replication = on;
                case "bypassrls" -> bypass = on;
                case "connectionlimit" ->
                        limit =
                                value == null
                                        ? -1
                                        : Integer.parseInt(TableCreator.optionText(value));
                case "password" -> password = value == null ? null : passwordOf(value);
                case "validUntil" ->
                        validUntil =
                                value == null
                                        ? null
                                        : (Long)
                                                Types.get(Oids.TIMESTAMPTZ)
                                                        .parse(
                                                                TableCreator.optionText(value),
                                                                -1,
                                                                change.context().types());
                default -> {}
            }
        }
        return new Role(
                role.oid(),
                role.version() + 1,
                role.name(),
                superuser,
                inherit,
                createRole,
                createDatabase,
                login,
                replication,
                bypass,
                limit,
                password,
                validUntil,
                role.memberOf());
    }

    private static @Nullable String passwordOf(dev.quiverdb.sql.parse.Ast value) {
        return value instanceof Expr.Literal literal && literal.kind() == Expr.LiteralKind.NULL
                ? null
                : TableCreator.optionText(value);
    }

    private DdlResult alter(RoleDdl.AlterRole alter) {
        var role = DdlBinder.role(alter.role(), change);
        requireAlter(role, alter.options());
        change.put(options(role, alter.options()));
        var members = new RoleMembers(change);
        for (var option : alter.options()) {
            if (option.name().equals("rolemembers")) {
                for (var member : roles(option)) {
                    if (alter.add()) {
                        members.add(role, member.oid(), change.role(), false);
                    } else {
                        members.remove(role, member.oid(), false);
                    }
                }
            }
        }
        return change.result("ALTER ROLE");
    }

    /** As AlterRole of user.c: without CREATEROLE one may change one's own password alone. */
    private void requireAlter(Role role, List<Clause.Option> options) {
        var names = options.stream().map(Clause.Option::name).toList();
        requireSuperuser(
                role.superuser() || names.contains("superuser"),
                "alter superuser roles or change superuser attribute");
        requireSuperuser(
                role.replication() || names.contains("isreplication"),
                "alter replication roles or change replication attribute");
        requireSuperuser(names.contains("bypassrls"), "change bypassrls attribute");
        boolean ownPassword =
                role.oid() == change.role()
                        && names.stream().allMatch(name -> name.equals("password"));
        if (!ownPassword) {
            requireRoleAdmin("permission denied");
        }
    }

    private DdlResult drop(RoleDdl.DropRole drop) {
        requireRoleAdmin("permission denied to drop role");
        for (var spec : drop.roles()) {
            if (spec.kind() != RoleSpec.Kind.NAME) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "cannot use special role specifier in DROP ROLE");
            }
            var name = spec.name();
            var role = name == null ? null : change.catalog().role(name);
            if (role == null) {
                if (drop.missingOk()) {
                    change.notice("role \"" + name + "\" does not exist, skipping");
                    continue;
                }
                throw new SqlException(
                        SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
            }
            if (role.oid() == change.role()) {
                throw new SqlException(SqlState.OBJECT_IN_USE, "current user cannot be dropped");
            }
            if (role.name().equals(change.context().settings().apply("session_authorization"))) {
                throw new SqlException(SqlState.OBJECT_IN_USE, "session user cannot be dropped");
            }
            requireSuperuser(role.superuser(), "drop superusers");
            remove(role);
        }
        return change.result("DROP ROLE");
    }

    /** The role with its memberships and settings. */
    private void remove(Role role) {
        new OwnedObjects(change).requireNone(role);
        change.remove(role);
        for (var member : change.catalog().objects(Role.class)) {
            if (member.memberOf().stream().anyMatch(of -> of.role() == role.oid())) {
                change.put(
                        member.withMemberships(
                                member.memberOf().stream()
                                        .filter(of -> of.role() != role.oid())
                                        .toList()));
            }
        }
        change.catalog().objects(SettingDefaults.class).stream()
                .filter(defaults -> defaults.role() == role.oid())
                .forEach(change::remove);
    }

    /** ALTER ROLE ... RENAME TO. */
    void rename(Role role, String name) {
        if (role.oid() == change.role()) {
            throw SqlException.notSupported("current user cannot be renamed");
        }
        if (change.catalog().role(name) != null) {
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT, "role \"" + name + "\" already exists");
        }
        checkReserved(role.name());
        checkReserved(name);
        requireSuperuser(role.superuser(), "rename superusers");
        requireRoleAdmin("permission denied to rename role");
        change.put(renamed(role, name));
    }

    private static void checkReserved(String name) {
        if (name.startsWith("pg_")) {
            throw new SqlException(SqlState.RESERVED_NAME, "role name \"" + name + "\" is reserved")
                    .withDetail("Role names starting with \"pg_\" are reserved.");
        }
    }

    private static Role renamed(Role role, String name) {
        return new Role(
                role.oid(),
                role.version() + 1,
                name,
                role.superuser(),
                role.inherit(),
                role.createRole(),
                role.createDatabase(),
                role.login(),
                role.replication(),
                role.bypassRowSecurity(),
                role.connectionLimit(),
                role.password(),
                role.validUntilMicros(),
                role.memberOf());
    }
}
