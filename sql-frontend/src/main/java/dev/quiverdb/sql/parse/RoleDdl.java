package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Roles, privileges, policies and labels. */
public sealed interface RoleDdl extends Ddl {

    /** The word behind CREATE, which decides the LOGIN default. */
    enum RoleKind {
        ROLE,
        USER,
        GROUP
    }

    /** CREATE ROLE, USER and GROUP. */
    final class CreateRole extends PgNode implements RoleDdl {
        private final RoleKind kind;
        private final String name;
        private final List<Clause.Option> options;

        public CreateRole(Span span, RoleKind kind, String name, List<Clause.Option> options) {
            super(span);
            this.kind = kind;
            this.name = name;
            this.options = List.copyOf(options);
        }

        public RoleKind kind() {
            return kind;
        }

        public String name() {
            return name;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, name, options};
        }
    }

    /** ALTER ROLE with options; {@code add} is false for ALTER GROUP DROP USER. */
    final class AlterRole extends PgNode implements RoleDdl {
        private final RoleSpec role;
        private final boolean add;
        private final List<Clause.Option> options;

        public AlterRole(Span span, RoleSpec role, boolean add, List<Clause.Option> options) {
            super(span);
            this.role = role;
            this.add = add;
            this.options = List.copyOf(options);
        }

        public RoleSpec role() {
            return role;
        }

        public boolean add() {
            return add;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {role, add, options};
        }
    }

    /** ALTER ROLE SET; a null role is ALL. */
    final class AlterRoleSet extends PgNode implements RoleDdl {
        private final @Nullable RoleSpec role;
        private final @Nullable String database;
        private final Utility.SetVariable set;

        public AlterRoleSet(
                Span span,
                @Nullable RoleSpec role,
                @Nullable String database,
                Utility.SetVariable set) {
            super(span);
            this.role = role;
            this.database = database;
            this.set = set;
        }

        public @Nullable RoleSpec role() {
            return role;
        }

        public @Nullable String database() {
            return database;
        }

        public Utility.SetVariable set() {
            return set;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {role, database, set};
        }
    }

    /** DROP ROLE, USER and GROUP. */
    final class DropRole extends PgNode implements RoleDdl {
        private final List<RoleSpec> roles;
        private final boolean missingOk;

        public DropRole(Span span, List<RoleSpec> roles, boolean missingOk) {
            super(span);
            this.roles = List.copyOf(roles);
            this.missingOk = missingOk;
        }

        public List<RoleSpec> roles() {
            return roles;
        }

        public boolean missingOk() {
            return missingOk;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {roles, missingOk};
        }
    }

    /** REASSIGN OWNED. */
    final class ReassignOwned extends PgNode implements RoleDdl {
        private final List<RoleSpec> roles;
        private final RoleSpec newOwner;

        public ReassignOwned(Span span, List<RoleSpec> roles, RoleSpec newOwner) {
            super(span);
            this.roles = List.copyOf(roles);
            this.newOwner = newOwner;
        }

        public List<RoleSpec> roles() {
            return roles;
        }

        public RoleSpec newOwner() {
            return newOwner;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {roles, newOwner};
        }
    }

    /** DROP OWNED. */
    final class DropOwned extends PgNode implements RoleDdl {
        private final List<RoleSpec> roles;
        private final Clause.Behavior behavior;

        public DropOwned(Span span, List<RoleSpec> roles, Clause.Behavior behavior) {
            super(span);
            this.roles = List.copyOf(roles);
            this.behavior = behavior;
        }

        public List<RoleSpec> roles() {
            return roles;
        }

        public Clause.Behavior behavior() {
            return behavior;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {roles, behavior};
        }
    }

    /**
     * CREATE POLICY; the command is {@code all}, {@code select}, {@code insert}, {@code update} or
     * {@code delete}.
     */
    final class CreatePolicy extends PgNode implements RoleDdl {
        private final String name;
        private final RangeVar table;
        private final String command;
        private final boolean permissive;
        private final List<RoleSpec> roles;
        private final @Nullable Expr using;
        private final @Nullable Expr withCheck;

        public CreatePolicy(
                Span span,
                String name,
                RangeVar table,
                String command,
                boolean permissive,
                List<RoleSpec> roles,
                @Nullable Expr using,
                @Nullable Expr withCheck) {
            super(span);
            this.name = name;
            this.table = table;
            this.command = command;
            this.permissive = permissive;
            this.roles = List.copyOf(roles);
            this.using = using;
            this.withCheck = withCheck;
        }

        public String name() {
            return name;
        }

        public RangeVar table() {
            return table;
        }

        public String command() {
            return command;
        }

        public boolean permissive() {
            return permissive;
        }

        public List<RoleSpec> roles() {
            return roles;
        }

        public @Nullable Expr using() {
            return using;
        }

        public @Nullable Expr withCheck() {
            return withCheck;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                name, table, command, permissive, roles, using, withCheck
            };
        }
    }

    /** ALTER POLICY. */
    final class AlterPolicy extends PgNode implements RoleDdl {
        private final String name;
        private final RangeVar table;
        private final List<RoleSpec> roles;
        private final @Nullable Expr using;
        private final @Nullable Expr withCheck;

        public AlterPolicy(
                Span span,
                String name,
                RangeVar table,
                List<RoleSpec> roles,
                @Nullable Expr using,
                @Nullable Expr withCheck) {
            super(span);
            this.name = name;
            this.table = table;
            this.roles = List.copyOf(roles);
            this.using = using;
            this.withCheck = withCheck;
        }

        public String name() {
            return name;
        }

        public RangeVar table() {
            return table;
        }

        public List<RoleSpec> roles() {
            return roles;
        }

        public @Nullable Expr using() {
            return using;
        }

        public @Nullable Expr withCheck() {
            return withCheck;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, table, roles, using, withCheck};
        }
    }

    /** SECURITY LABEL. */
    final class SecurityLabel extends PgNode implements RoleDdl {
        private final Clause.ObjectRef object;
        private final @Nullable String provider;
        private final @Nullable String label;

        public SecurityLabel(
                Span span,
                Clause.ObjectRef object,
                @Nullable String provider,
                @Nullable String label) {
            super(span);
            this.object = object;
            this.provider = provider;
            this.label = label;
        }

        public Clause.ObjectRef object() {
            return object;
        }

        public @Nullable String provider() {
            return provider;
        }

        public @Nullable String label() {
            return label;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {object, provider, label};
        }
    }

    /** GRANT and REVOKE of privileges; no privileges is ALL. */
    final class Grant extends PgNode implements RoleDdl {
        private final boolean grant;
        private final ObjectType type;
        private final boolean allInSchema;
        private final List<Clause.ObjectRef> objects;
        private final List<Clause.AccessPrivilege> privileges;
        private final List<RoleSpec> grantees;
        private final boolean grantOption;
        private final @Nullable RoleSpec grantor;
        private final Clause.Behavior behavior;

        public Grant(
                Span span,
                boolean grant,
                ObjectType type,
                boolean allInSchema,
                List<Clause.ObjectRef> objects,
                List<Clause.AccessPrivilege> privileges,
                List<RoleSpec> grantees,
                boolean grantOption,
                @Nullable RoleSpec grantor,
                Clause.Behavior behavior) {
            super(span);
            this.grant = grant;
            this.type = type;
            this.allInSchema = allInSchema;
            this.objects = List.copyOf(objects);
            this.privileges = List.copyOf(privileges);
            this.grantees = List.copyOf(grantees);
            this.grantOption = grantOption;
            this.grantor = grantor;
            this.behavior = behavior;
        }

        public boolean grant() {
            return grant;
        }

        public ObjectType type() {
            return type;
        }

        public boolean allInSchema() {
            return allInSchema;
        }

        public List<Clause.ObjectRef> objects() {
            return objects;
        }

        public List<Clause.AccessPrivilege> privileges() {
            return privileges;
        }

        public List<RoleSpec> grantees() {
            return grantees;
        }

        public boolean grantOption() {
            return grantOption;
        }

        public @Nullable RoleSpec grantor() {
            return grantor;
        }

        public Clause.Behavior behavior() {
            return behavior;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                grant,
                type,
                allInSchema,
                objects,
                privileges,
                grantees,
                grantOption,
                grantor,
                behavior
            };
        }
    }

    /** GRANT and REVOKE of roles. */
    final class GrantRole extends PgNode implements RoleDdl {
        private final boolean grant;
        private final List<Clause.AccessPrivilege> roles;
        private final List<RoleSpec> grantees;
        private final boolean adminOption;
        private final @Nullable RoleSpec grantor;
        private final Clause.Behavior behavior;

        public GrantRole(
                Span span,
                boolean grant,
                List<Clause.AccessPrivilege> roles,
                List<RoleSpec> grantees,
                boolean adminOption,
                @Nullable RoleSpec grantor,
                Clause.Behavior behavior) {
            super(span);
            this.grant = grant;
            this.roles = List.copyOf(roles);
            this.grantees = List.copyOf(grantees);
            this.adminOption = adminOption;
            this.grantor = grantor;
            this.behavior = behavior;
        }

        public boolean grant() {
            return grant;
        }

        public List<Clause.AccessPrivilege> roles() {
            return roles;
        }

        public List<RoleSpec> grantees() {
            return grantees;
        }

        public boolean adminOption() {
            return adminOption;
        }

        public @Nullable RoleSpec grantor() {
            return grantor;
        }

        public Clause.Behavior behavior() {
            return behavior;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {grant, roles, grantees, adminOption, grantor, behavior};
        }
    }

    /** ALTER DEFAULT PRIVILEGES. */
    final class AlterDefaultPrivileges extends PgNode implements RoleDdl {
        private final List<Clause.Option> options;
        private final Grant action;

        public AlterDefaultPrivileges(Span span, List<Clause.Option> options, Grant action) {
            super(span);
            this.options = List.copyOf(options);
            this.action = action;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public Grant action() {
            return action;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {options, action};
        }
    }
}
