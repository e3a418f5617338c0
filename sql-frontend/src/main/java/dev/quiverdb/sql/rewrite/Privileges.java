package dev.quiverdb.sql.rewrite;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;

/** Checks that a role may read and change the relations of a statement. */
final class Privileges {
    private final Catalog catalog;

    Privileges(Catalog catalog) {
        this.catalog = catalog;
    }

    void requireSelect(PgRel.Scan scan) {
        require(scan.relation(), scan.role(), 'r');
    }

    void requireModify(PgRel.Modify modify, int role) {
        switch (modify.command()) {
            case INSERT -> {
                require(modify.target(), role, 'a');
                if (RowSecurity.reads(modify)) {
                    require(modify.target(), role, 'r');
                }
                var conflict = modify.onConflict();
                if (conflict != null && !conflict.nothing()) {
                    require(modify.target(), role, 'w');
                }
            }
            case UPDATE -> require(modify.target(), role, 'w');
            case DELETE -> require(modify.target(), role, 'd');
            case MERGE -> {
                for (var action : modify.actions()) {
                    switch (action.command()) {
                        case 'i' -> require(modify.target(), role, 'a');
                        case 'u' -> require(modify.target(), role, 'w');
                        case 'd' -> require(modify.target(), role, 'd');
                        default -> {}
                    }
                }
            }
        }
    }

    private void require(Relation relation, int role, char privilege) {
        if (!AccessControl.allows(catalog, relation, role, privilege)) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for " + kind(relation) + " " + relation.name());
        }
    }

    private static String kind(Relation relation) {
        return switch (relation.kind()) {
            case 'S' -> "sequence";
            case 'v' -> "view";
            case 'm' -> "materialized view";
            default -> "table";
        };
    }
}
