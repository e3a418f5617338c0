package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.AccessControl.Subject;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;

/** What a role may do with objects, by ownership, membership and grants. */
final class Privileges {
    private final Catalog catalog;
    private final int role;

    Privileges(Catalog catalog, int role) {
        this.catalog = catalog;
        this.role = role;
    }

    /** pg_has_role(owner, 'USAGE'). */
    boolean has(int owner) {
        return catalog.hasPrivilegesOf(role, owner);
    }

    /** Whether the role has one of the privileges on a relation, by letters. */
    boolean any(Relation relation, String letters) {
        return any(Subject.of(relation), letters);
    }

    /** As {@link #any(Relation, String)}, or has it on one of the columns. */
    boolean anyColumn(Relation relation, String letters) {
        if (any(relation, letters)) {
            return true;
        }
        for (var column : relation.liveColumns()) {
            if (column.acl() != null && any(Subject.of(relation, column), letters)) {
                return true;
            }
        }
        return false;
    }

    boolean column(Relation relation, int number, String letters) {
        var column = relation.column(number);
        return any(relation, letters)
                || (column.acl() != null && any(Subject.of(relation, column), letters));
    }

    boolean any(Subject subject, String letters) {
        for (int i = 0; i < letters.length(); i++) {
            if (AccessControl.allows(catalog, subject, role, letters.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether information_schema shows the relation at all. */
    boolean shows(Relation relation) {
        return has(relation.owner()) || anyColumn(relation, "rawdDxt");
    }
}
