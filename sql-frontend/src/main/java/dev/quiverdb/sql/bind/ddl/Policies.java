package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.RoleSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CREATE and ALTER POLICY. */
final class Policies {
    private final Change change;

    Policies(Change change) {
        this.change = change;
    }

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

    DdlResult create(RoleDdl.CreatePolicy create) {
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

    DdlResult alter(RoleDdl.AlterPolicy alter) {
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
