package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Roles, privileges and policies. */
abstract class RoleParser extends ObjectParser {

    RoleParser(Tokens tokens) {
        super(tokens);
    }

    /** {@code RoleId}. */
    final String roleName() {
        var start = offset();
        var role = role();
        return switch (role.kind()) {
            case NAME -> {
                var name = role.name();
                if (name == null) {
                    throw fail();
                }
                yield name;
            }
            case PUBLIC ->
                    throw error(SqlState.RESERVED_NAME, "role name \"public\" is reserved", start);
            case CURRENT_ROLE, CURRENT_USER, SESSION_USER ->
                    throw error(
                            SqlState.RESERVED_NAME,
                            role.kind().name() + " cannot be used as a role name here",
                            start);
        };
    }

    /** CREATE ROLE, USER and GROUP, at that word. */
    final Command createRole(int start) {
        var kind = RoleDdl.RoleKind.valueOf(kind().name());
        at++;
        var name = roleName();
        optionalWith();
        var options = roleOptions(true);
        return new RoleDdl.CreateRole(span(start), kind, name, options);
    }

    private List<Clause.Option> roleOptions(boolean create) {
        var options = new ArrayList<Clause.Option>();
        while (true) {
            var option = roleOption(create);
            if (option == null) {
                return options;
            }
            options.add(option);
        }
    }

    private Clause.@Nullable Option roleOption(boolean create) {
        var start = offset();
        return switch (kind()) {
            case PASSWORD -> {
                at++;
                yield option(start, "password", accept(Token.NULL) ? null : text(string()));
            }
            case ENCRYPTED -> {
                at++;
                expect(Token.PASSWORD);
                yield option(start, "password", text(string()));
            }
            case UNENCRYPTED -> {
                at++;
                expect(Token.PASSWORD);
                string();
                throw error(
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "UNENCRYPTED PASSWORD is no longer supported",
                                start)
                        .withHint(
                                "Remove UNENCRYPTED to store the password in encrypted form"
                                        + " instead.");
            }
            case INHERIT -> {
                at++;
                yield option(start, "inherit", bool(true));
            }
            case CONNECTION -> {
                at++;
                expect(Token.LIMIT);
                yield option(start, "connectionlimit", signedLiteral());
            }
            case VALID -> {
                at++;
                expect(Token.UNTIL);
                yield option(start, "validUntil", text(string()));
            }
            case USER -> {
                at++;
                yield option(start, "rolemembers", roles());
            }
            case IDENT -> namedOption(start, value(at++));
            default -> create ? createOption(start) : null;
        };
    }

    private Clause.@Nullable Option createOption(int start) {
        return switch (kind()) {
            case SYSID -> {
                at++;
                yield option(start, "sysid", signedUnsigned());
            }
            case ADMIN -> {
                at++;
                yield option(start, "adminmembers", roles());
            }
            case ROLE -> {
                at++;
                yield option(start, "rolemembers", roles());
            }
            case IN -> {
                at++;
                if (!accept(Token.ROLE)) {
                    expect(Token.GROUP);
                }
                yield option(start, "addroleto", roles());
            }
            default -> null;
        };
    }

    private Expr.Literal signedUnsigned() {
        var index = expect(Token.ICONST);
        return literal(index, Expr.LiteralKind.INTEGER, value(index));
    }

    final Expr.Literal signedLiteral() {
        var start = offset();
        var value = signedInteger();
        return new Expr.Literal(span(start), Expr.LiteralKind.INTEGER, Integer.toString(value));
    }

    private Clause.ListOf roles() {
        var start = offset();
        var roles = List.<Ast>copyOf(roleList());
        return new Clause.ListOf(span(start), roles);
    }

    private Clause.Option namedOption(int start, String word) {
        return switch (word) {
            case "superuser" -> option(start, "superuser", bool(true));
            case "nosuperuser" -> option(start, "superuser", bool(false));
            case "createrole" -> option(start, "createrole", bool(true));
            case "nocreaterole" -> option(start, "createrole", bool(false));
            case "replication" -> option(start, "isreplication", bool(true));
            case "noreplication" -> option(start, "isreplication", bool(false));
            case "createdb" -> option(start, "createdb", bool(true));
            case "nocreatedb" -> option(start, "createdb", bool(false));
            case "login" -> option(start, "canlogin", bool(true));
            case "nologin" -> option(start, "canlogin", bool(false));
            case "bypassrls" -> option(start, "bypassrls", bool(true));
            case "nobypassrls" -> option(start, "bypassrls", bool(false));
            case "noinherit" -> option(start, "inherit", bool(false));
            default -> throw syntax("unrecognized role option \"" + word + "\"", start);
        };
    }

    /** ALTER ROLE and USER, behind that word. */
    final Command alterRole(int start) {
        if (accept(Token.ALL)) {
            return alterRoleSet(start, null);
        }
        var roleStart = at;
        var role = role();
        if (is(Token.RENAME)) {
            at = roleStart;
            var name = roleName();
            expect(Token.RENAME, Token.TO);
            var object = object(offset(roleStart), ObjectType.ROLE, List.of(name));
            var newName = roleName();
            return new ObjectDdl.Rename(
                    span(start),
                    ObjectType.ROLE,
                    object,
                    null,
                    null,
                    null,
                    newName,
                    Clause.Behavior.RESTRICT,
                    false);
        }
        if (isAny(Token.SET, Token.RESET) || is(Token.IN)) {
            return alterRoleSet(start, role);
        }
        optionalWith();
        var options = roleOptions(false);
        return new RoleDdl.AlterRole(span(start), role, true, options);
    }

    private Command alterRoleSet(int start, @Nullable RoleSpec role) {
        String database = null;
        if (accept(Token.IN)) {
            expect(Token.DATABASE);
            database = columnId();
        }
        var set = setOrReset(true);
        return new RoleDdl.AlterRoleSet(span(start), role, database, set);
    }

    /** ALTER GROUP, behind GROUP. */
    final Command alterGroup(int start) {
        var roleStart = at;
        var role = role();
        if (is(Token.RENAME)) {
            at = roleStart;
            return alterRole(start);
        }
        var add = accept(Token.ADD);
        if (!add) {
            expect(Token.DROP);
        }
        expect(Token.USER);
        var optionStart = offset();
        var members = option(optionStart, "rolemembers", roles());
        return new RoleDdl.AlterRole(span(start), role, add, List.of(members));
    }

    final Command dropRoles(int start) {
        var missingOk = ifExists();
        var roles = roleList();
        return new RoleDdl.DropRole(span(start), roles, missingOk);
    }

    final Command reassign() {
        var start = offset();
        expect(Token.REASSIGN, Token.OWNED, Token.BY);
        var roles = roleList();
        expect(Token.TO);
        var owner = role();
        return new RoleDdl.ReassignOwned(span(start), roles, owner);
    }

    final Command dropOwned(int start) {
        expect(Token.OWNED, Token.BY);
        var roles = roleList();
        var behavior = behavior();
        return new RoleDdl.DropOwned(span(start), roles, behavior);
    }

    final Command createPolicy(int start) {
        expect(Token.POLICY);
        var name = columnId();
        expect(Token.ON);
        var table = qualifiedName();
        var permissive = true;
        if (accept(Token.AS)) {
            var wordStart = offset();
            var word = value(expect(Token.IDENT));
            permissive = word.equals("permissive");
            if (!permissive && !word.equals("restrictive")) {
                throw syntax("unrecognized row security option \"" + word + "\"", wordStart)
                        .withHint(
                                "Only PERMISSIVE or RESTRICTIVE policies are supported"
                                        + " currently.");
            }
        }
        var command = "all";
        if (accept(Token.FOR)) {
            command =
                    switch (kind()) {
                        case ALL, SELECT, INSERT, UPDATE, DELETE -> value(at++);
                        default -> throw fail();
                    };
        }
        var rolesStart = offset();
        var roles =
                accept(Token.TO)
                        ? roleList()
                        : List.of(new RoleSpec(span(rolesStart), RoleSpec.Kind.PUBLIC, null));
        var using = accept(Token.USING) ? singleOfParens() : null;
        var check = accept(Token.WITH, Token.CHECK) ? singleOfParens() : null;
        return new RoleDdl.CreatePolicy(
                span(start), name, table, command, permissive, roles, using, check);
    }

    /** ALTER POLICY, behind its name and table. */
    final Command alterPolicy(int start, String name, RangeVar table) {
        List<RoleSpec> roles = accept(Token.TO) ? roleList() : List.of();
        var using = accept(Token.USING) ? singleOfParens() : null;
        var check = accept(Token.WITH, Token.CHECK) ? singleOfParens() : null;
        return new RoleDdl.AlterPolicy(span(start), name, table, roles, using, check);
    }

    /** GRANT and REVOKE, of privileges or of roles. */
    final Command grant() {
        var start = offset();
        var grant = accept(Token.GRANT);
        if (!grant) {
            expect(Token.REVOKE);
        }
        var optionOnly = false;
        var adminOnly = false;
        if (!grant && accept(Token.GRANT)) {
            expect(Token.OPTION, Token.FOR);
            optionOnly = true;
        } else if (!grant && is(Token.ADMIN, Token.OPTION)) {
            at += 2;
            expect(Token.FOR);
            adminOnly = true;
        }
        var isAll = is(Token.ALL) && !adminOnly;
        var privileges = adminOnly ? privilegeList() : privileges();
        var roles = adminOnly || (!isAll && !optionOnly && is(grant ? Token.TO : Token.FROM));
        if (roles) {
            return grantRole(start, grant, adminOnly, privileges);
        }
        expect(Token.ON);
        return grantPrivileges(start, grant, optionOnly, privileges);
    }

    private Command grantRole(
            int start, boolean grant, boolean adminOnly, List<Clause.AccessPrivilege> roles) {
        expect(grant ? Token.TO : Token.FROM);
        var grantees = roleList();
        var admin = grant ? accept(Token.WITH, Token.ADMIN, Token.OPTION) : adminOnly;
        var grantor = grantor();
        var behavior = grant ? Clause.Behavior.RESTRICT : behavior();
        return new RoleDdl.GrantRole(span(start), grant, roles, grantees, admin, grantor, behavior);
    }

    private @Nullable RoleSpec grantor() {
        return accept(Token.GRANTED, Token.BY) ? role() : null;
    }

    /** {@code privileges}; ALL is one without a name. */
    private List<Clause.AccessPrivilege> privileges() {
        var start = offset();
        if (!accept(Token.ALL)) {
            return privilegeList();
        }
        accept(Token.PRIVILEGES);
        if (!is(Token.LPAREN)) {
            return List.of();
        }
        var columns = parenthesized(this::columnId);
        return List.of(new Clause.AccessPrivilege(span(start), null, columns));
    }

    private List<Clause.AccessPrivilege> privilegeList() {
        return commaList(this::privilege);
    }

    private Clause.AccessPrivilege privilege() {
        var start = offset();
        return switch (kind()) {
            case SELECT, REFERENCES, CREATE -> {
                var name = value(at++);
                var columns = optionalColumns();
                yield new Clause.AccessPrivilege(span(start), name, columns);
            }
            default -> {
                if (is(Token.ALTER, Token.SYSTEM)) {
                    at += 2;
                    yield new Clause.AccessPrivilege(span(start), "alter system", List.of());
                }
                var name = columnId();
                var columns = optionalColumns();
                yield new Clause.AccessPrivilege(span(start), name, columns);
            }
        };
    }

    private record Target(ObjectType type, boolean allInSchema, List<Clause.ObjectRef> objects) {}

    private RoleDdl.Grant grantPrivileges(
            int start, boolean grant, boolean optionOnly, List<Clause.AccessPrivilege> privileges) {
        var target = privilegeTarget();
        return grantTail(start, grant, optionOnly, privileges, target, true);
    }

    private RoleDdl.Grant grantTail(
            int start,
            boolean grant,
            boolean optionOnly,
            List<Clause.AccessPrivilege> privileges,
            Target target,
            boolean mayNameGrantor) {
        expect(grant ? Token.TO : Token.FROM);
        var grantees = commaList(this::grantee);
        var option = grant ? accept(Token.WITH, Token.GRANT, Token.OPTION) : optionOnly;
        var grantor = mayNameGrantor ? grantor() : null;
        var behavior = grant ? Clause.Behavior.RESTRICT : behavior();
        return new RoleDdl.Grant(
                span(start),
                grant,
                target.type(),
                target.allInSchema(),
                target.objects(),
                privileges,
                grantees,
                option,
                grantor,
                behavior);
    }

    private RoleSpec grantee() {
        accept(Token.GROUP);
        return role();
    }

    private Target privilegeTarget() {
        switch (kind()) {
            case TABLE -> {
                at++;
                return relations(ObjectType.TABLE);
            }
            case SEQUENCE -> {
                if (kind(1).columnName) {
                    at++;
                    return relations(ObjectType.SEQUENCE);
                }
            }
            case FOREIGN -> {
                at++;
                if (accept(Token.SERVER)) {
                    return named(ObjectType.FOREIGN_SERVER);
                }
                expect(Token.DATA, Token.WRAPPER);
                return named(ObjectType.FOREIGN_DATA_WRAPPER);
            }
            case FUNCTION, PROCEDURE, ROUTINE -> {
                if (kind(1).nonReserved) {
                    var type = ObjectType.valueOf(kind().name());
                    at++;
                    return new Target(type, false, commaList(() -> function(type)));
                }
            }
            case DATABASE, LANGUAGE, SCHEMA, TABLESPACE -> {
                if (kind(1).columnName) {
                    var type = ObjectType.valueOf(kind().name());
                    at++;
                    return named(type);
                }
            }
            case DOMAIN, TYPE -> {
                if (kind(1).columnName) {
                    var type = ObjectType.valueOf(kind().name());
                    at++;
                    return new Target(type, false, commaList(() -> anyNamed(type)));
                }
            }
            case LARGE -> {
                if (kind(1) == Token.OBJECT) {
                    at += 2;
                    return new Target(ObjectType.LARGE_OBJECT, false, commaList(this::largeObject));
                }
            }
            case PARAMETER -> {
                if (kind(1).columnName) {
                    at++;
                    return new Target(
                            ObjectType.PARAMETER,
                            false,
                            commaList(() -> anyNamed(ObjectType.PARAMETER)));
                }
            }
            case ALL -> {
                at++;
                return allInSchema();
            }
            default -> {}
        }
        return relations(ObjectType.TABLE);
    }

    private Clause.ObjectRef largeObject() {
        var start = offset();
        var oid = number().text();
        return object(start, ObjectType.LARGE_OBJECT, List.of(oid));
    }

    private Target named(ObjectType type) {
        return new Target(type, false, commaList(() -> plainNamed(type)));
    }

    private Target relations(ObjectType type) {
        return new Target(type, false, commaList(() -> relationObject(type)));
    }

    private Clause.ObjectRef relationObject(ObjectType type) {
        var start = offset();
        var relation = qualifiedName();
        var names = new ArrayList<String>();
        if (relation.catalog() != null) {
            names.add(relation.catalog());
        }
        if (relation.schema() != null) {
            names.add(relation.schema());
        }
        names.add(relation.name());
        return object(start, type, names);
    }

    private Target allInSchema() {
        var type =
                switch (kind()) {
                    case TABLES -> ObjectType.TABLE;
                    case SEQUENCES -> ObjectType.SEQUENCE;
                    case FUNCTIONS -> ObjectType.FUNCTION;
                    case PROCEDURES -> ObjectType.PROCEDURE;
                    case ROUTINES -> ObjectType.ROUTINE;
                    default -> throw fail();
                };
        at++;
        expect(Token.IN, Token.SCHEMA);
        return new Target(type, true, commaList(() -> plainNamed(ObjectType.SCHEMA)));
    }

    /** ALTER DEFAULT PRIVILEGES, at DEFAULT. */
    final Command alterDefaultPrivileges(int start) {
        expect(Token.DEFAULT, Token.PRIVILEGES);
        var options = new ArrayList<Clause.Option>();
        while (isAny(Token.IN, Token.FOR)) {
            options.add(defaultOption());
        }
        var actionStart = offset();
        var grant = accept(Token.GRANT);
        if (!grant) {
            expect(Token.REVOKE);
        }
        var optionOnly = !grant && accept(Token.GRANT, Token.OPTION, Token.FOR);
        var privileges = privileges();
        expect(Token.ON);
        var type =
                switch (kind()) {
                    case TABLES -> ObjectType.TABLE;
                    case FUNCTIONS, ROUTINES -> ObjectType.FUNCTION;
                    case SEQUENCES -> ObjectType.SEQUENCE;
                    case TYPES -> ObjectType.TYPE;
                    case SCHEMAS -> ObjectType.SCHEMA;
                    default -> throw fail();
                };
        at++;
        var target = new Target(type, false, List.of());
        var action = grantTail(actionStart, grant, optionOnly, privileges, target, false);
        return new RoleDdl.AlterDefaultPrivileges(span(start), options, action);
    }

    private Clause.Option defaultOption() {
        var start = offset();
        if (accept(Token.IN)) {
            expect(Token.SCHEMA);
            var listStart = offset();
            var names = new ArrayList<Ast>();
            for (var name : nameList()) {
                names.add(text(name));
            }
            return option(start, "schemas", new Clause.ListOf(span(listStart), names));
        }
        expect(Token.FOR);
        if (!accept(Token.ROLE)) {
            expect(Token.USER);
        }
        return option(start, "roles", roles());
    }
}
