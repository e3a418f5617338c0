package dev.quiverdb.sql.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row-level security policy, pg_policy. Expressions are SQL text with every name qualified.
 *
 * @param command {@code r} select, {@code a} insert, {@code w} update, {@code d} delete, {@code *}
 *     all
 * @param roles OIDs; 0 stands for PUBLIC
 */
public record Policy(
        int oid,
        long version,
        String name,
        int relation,
        char command,
        boolean permissive,
        List<Integer> roles,
        @Nullable String using,
        @Nullable String withCheck)
        implements CatalogObject {
    public Policy {
        roles = List.copyOf(roles);
    }

    /** The next version, for other roles. */
    public Policy withRoles(List<Integer> newRoles) {
        return new Policy(
                oid, version + 1, name, relation, command, permissive, newRoles, using, withCheck);
    }

    @Override
    public int classId() {
        return CLASS_POLICY;
    }

    @Override
    public List<Dependency> dependencies() {
        return List.of(new Dependency(0, relation, 0, 'a'));
    }
}
