package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.sql.catalog.UserType;
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
            case RoleDdl.CreatePolicy create -> policy(create);
            case RoleDdl.AlterPolicy alter -> policy(alter);
            case RoleDdl.Grant grant -> new Grants(change).bind(grant);
            case RoleDdl.GrantRole grant -> grantRole(grant);
            case RoleDdl.AlterRoleSet set -> new SettingDefaultsCommands(change).role(set);
            case RoleDdl.ReassignOwned ignored -> throw unsupported("REASSIGN OWNED");
            case RoleDdl.DropOwned ignored -> throw unsupported("DROP OWNED");
            case RoleDdl.SecurityLabel ignored -> throw unsupported("SECURITY LABEL");
            case RoleDdl.AlterDefaultPrivileges ignored ->
                    throw unsupported("ALTER DEFAULT PRIVILEGES");
        };
    }

    private static SqlException unsupported(String what) {
        return SqlException.notSupported(what + " is not supported");
    }

    // ------------------------------------------------------------------ roles

    private void requireRoleAdmin() {
        var me = change.catalog().role(change.role());
        if (me == null || !me.superuser() && !me.createRole()) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "permission denied to create role");
        }
    }

    private DdlResult create(RoleDdl.CreateRole create) {
        requireRoleAdmin();
        if (change.catalog().role(create.name()) != null) {
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT, "role \"" + create.name() + "\" already exists");
        }
        if (create.name().startsWith("pg_")) {
            throw new SqlException(
                            SqlState.RESERVED_NAME,
                            "role name \"" + create.name() + "\" is reserved")
                    .withDetail("Role names starting with \"pg_\" are reserved.");
        }
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
        return change.result("CREATE ROLE");
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
        var memberOf = new ArrayList<>(role.memberOf());
        for (var option : options) {
            var value = option.value();
            boolean on =
                    !(value instanceof Expr.Literal literal) || !literal.text().equals("false");
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
                case "addroleto" -> {
                    if (value instanceof Clause.ListOf list) {
                        for (var item : list.items()) {
                            if (item instanceof RoleSpec spec) {
                                memberOf.add(
                                        new Role.Membership(
                                                DdlBinder.role(spec, change).oid(),
                                                change.role(),
                                                false));
                            }
                        }
                    }
                }
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
                role.validUntilMicros(),
                memberOf);
    }

    private static @Nullable String passwordOf(dev.quiverdb.sql.parse.Ast value) {
        return value instanceof Expr.Literal literal && literal.kind() == Expr.LiteralKind.NULL
                ? null
                : TableCreator.optionText(value);
    }

    private DdlResult alter(RoleDdl.AlterRole alter) {
        var role = DdlBinder.role(alter.role(), change);
        if (role.oid() != change.role()) {
            requireRoleAdmin();
        }
        change.put(options(role, alter.options()));
        return change.result("ALTER ROLE");
    }

    private DdlResult drop(RoleDdl.DropRole drop) {
        requireRoleAdmin();
        for (var spec : drop.roles()) {
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
            var owned = new ArrayList<String>();
            for (var relation : change.catalog().objects(Relation.class)) {
                if (relation.owner() == role.oid() && relation.index() == null) {
                    owned.add("owner of " + Names.kind(relation) + " " + relation.name());
                }
            }
            for (var schema : change.catalog().objects(Schema.class)) {
                if (schema.owner() == role.oid()) {
                    owned.add("owner of schema " + schema.name());
                }
            }
            owned.addAll(privileges(role.name()));
            if (!owned.isEmpty()) {
                throw new SqlException(
                                SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                                "role \""
                                        + name
                                        + "\" cannot be dropped because some objects depend on it")
                        .withDetail(String.join("\n", owned));
            }
            change.remove(role);
            change.catalog().objects(SettingDefaults.class).stream()
                    .filter(defaults -> defaults.role() == role.oid())
                    .forEach(change::remove);
        }
        return change.result("DROP ROLE");
    }

    /** What a role was granted in this database, for the detail of the error. */
    private List<String> privileges(String role) {
        var found = new ArrayList<String>();
        for (var relation : change.catalog().objects(Relation.class)) {
            if (names(relation.acl(), role)) {
                found.add("privileges for " + Names.kind(relation) + " " + relation.name());
            }
        }
        for (var schema : change.catalog().objects(Schema.class)) {
            if (names(schema.acl(), role)) {
                found.add("privileges for schema " + schema.name());
            }
        }
        for (var database : change.catalog().objects(Database.class)) {
            if (names(database.acl(), role)) {
                found.add("privileges for database " + database.name());
            }
        }
        return found;
    }

    private static boolean names(@Nullable String acl, String role) {
        return AccessControl.parse(acl).stream()
                .anyMatch(e -> e.grantee().equals(role) || e.grantor().equals(role));
    }

    static Role renamed(Role role, String name) {
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

    static UserType named(UserType user, String name, int schema, int owner) {
        return new UserType(
                user.oid(),
                user.version() + 1,
                name,
                schema,
                owner,
                user.form(),
                user.element(),
                user.array(),
                user.relation(),
                user.labels(),
                user.base(),
                user.baseTypmod(),
                user.notNull(),
                user.collation(),
                user.defaultSql(),
                user.acl());
    }

    private DdlResult grantRole(RoleDdl.GrantRole grant) {
        for (var granted : grant.roles()) {
            var name = granted.name();
            var role = name == null ? null : change.catalog().role(name);
            if (role == null) {
                throw new SqlException(
                        SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
            }
            for (var spec : grant.grantees()) {
                var member = DdlBinder.role(spec, change);
                if (grant.grant()
                        && change.catalog().isMember(role.oid(), member.oid())
                        && !role.superuser()) {
                    throw new SqlException(
                            SqlState.INVALID_GRANT_OPERATION,
                            "role \""
                                    + role.name()
                                    + "\" is a member of role \""
                                    + member.name()
                                    + "\"");
                }
                var memberships = new ArrayList<>(member.memberOf());
                memberships.removeIf(old -> old.role() == role.oid());
                if (grant.grant()) {
                    memberships.add(
                            new Role.Membership(role.oid(), change.role(), grant.adminOption()));
                }
                change.put(
                        new Role(
                                member.oid(),
                                member.version() + 1,
                                member.name(),
                                member.superuser(),
                                member.inherit(),
                                member.createRole(),
                                member.createDatabase(),
                                member.login(),
                                member.replication(),
                                member.bypassRowSecurity(),
                                member.connectionLimit(),
                                member.password(),
                                member.validUntilMicros(),
                                memberships));
            }
        }
        return change.result(grant.grant() ? "GRANT ROLE" : "REVOKE ROLE");
    }

    // ------------------------------------------------------------------ policies

    private List<Integer> roles(List<RoleSpec> specs) {
        var roles = new ArrayList<Integer>();
        for (var spec : specs) {
            roles.add(spec.kind() == RoleSpec.Kind.PUBLIC ? 0 : DdlBinder.role(spec, change).oid());
        }
        return roles.isEmpty() ? List.of(0) : roles;
    }

    private @Nullable String condition(@Nullable Expr expression, Relation table) {
        if (expression == null) {
            return null;
        }
        change.expressions().policy(expression, table);
        return "(" + change.text(expression.start(), expression.end()) + ")";
    }

    private DdlResult policy(RoleDdl.CreatePolicy create) {
        var table = change.relation(create.table());
        change.requireOwner(table);
        change.lock(table.oid());
        for (var policy : change.catalog().policies(table.oid())) {
            if (policy.name().equals(create.name())) {
                throw new SqlException(
                        SqlState.DUPLICATE_OBJECT,
                        "policy \""
                                + create.name()
                                + "\" for table \""
                                + table.name()
                                + "\" already exists");
            }
        }
        char command =
                switch (create.command().toLowerCase(java.util.Locale.ROOT)) {
                    case "select" -> 'r';
                    case "insert" -> 'a';
                    case "update" -> 'w';
                    case "delete" -> 'd';
                    default -> '*';
                };
        if ((command == 'r' || command == 'd') && create.withCheck() != null) {
            throw new SqlException(
                    SqlState.SYNTAX_ERROR, "WITH CHECK cannot be applied to SELECT or DELETE");
        }
        if (command == 'a' && create.using() != null) {
            throw new SqlException(
                    SqlState.SYNTAX_ERROR, "only WITH CHECK expression allowed for INSERT");
        }
        change.put(
                new Policy(
                        change.newOid(),
                        1,
                        create.name(),
                        table.oid(),
                        command,
                        create.permissive(),
                        roles(create.roles()),
                        condition(create.using(), table),
                        condition(create.withCheck(), table)));
        return change.result("CREATE POLICY");
    }

    private DdlResult policy(RoleDdl.AlterPolicy alter) {
        var table = change.relation(alter.table());
        change.requireOwner(table);
        for (var policy : change.catalog().policies(table.oid())) {
            if (policy.name().equals(alter.name())) {
                change.put(
                        new Policy(
                                policy.oid(),
                                policy.version() + 1,
                                policy.name(),
                                policy.relation(),
                                policy.command(),
                                policy.permissive(),
                                alter.roles().isEmpty() ? policy.roles() : roles(alter.roles()),
                                alter.using() == null
                                        ? policy.using()
                                        : condition(alter.using(), table),
                                alter.withCheck() == null
                                        ? policy.withCheck()
                                        : condition(alter.withCheck(), table)));
                return change.result("ALTER POLICY");
            }
        }
        throw new SqlException(
                SqlState.UNDEFINED_OBJECT,
                "policy \""
                        + alter.name()
                        + "\" for table \""
                        + table.name()
                        + "\" does not exist");
    }
}
