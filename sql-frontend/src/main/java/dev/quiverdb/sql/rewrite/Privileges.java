package dev.quiverdb.sql.rewrite;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.bind.RelationAccess;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.AccessControl.Subject;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Relation;
import java.util.Set;

/** Checks that a role may do with relations and functions what a statement does with them. */
final class Privileges {
    private final Catalog catalog;

    Privileges(Catalog catalog) {
        this.catalog = catalog;
    }

    /** ExecCheckRTEPerms: on the whole relation, or on every column that is touched. */
    void require(RelationAccess access) {
        for (char privilege : access.privileges().toCharArray()) {
            if (AccessControl.allows(catalog, access.relation(), access.role(), privilege)) {
                continue;
            }
            boolean onColumns =
                    switch (privilege) {
                        case 'r' -> onColumns(access, access.selected(), privilege);
                        case 'a' -> onColumns(access, access.inserted(), privilege);
                        case 'w' -> onColumns(access, access.updated(), privilege);
                        default -> false;
                    };
            if (!onColumns) {
                throw new SqlException(
                        SqlState.INSUFFICIENT_PRIVILEGE,
                        "permission denied for "
                                + kind(access.relation())
                                + " "
                                + access.relation().name());
            }
        }
    }

    /** On all of the columns; where none is named, as in count(*), any will do. */
    private boolean onColumns(RelationAccess access, Set<Integer> columns, char privilege) {
        var relation = access.relation();
        if (columns.isEmpty()) {
            return relation.liveColumns().stream()
                    .anyMatch(column ->
                            column.acl() != null
                                    && AccessControl.allows(
                                            catalog,
                                            Subject.of(relation, column),
                                            access.role(),
                                            privilege));
        }
        for (int number : columns) {
            if (number == RelationAccess.WHOLE) {
                return false;
            }
            var subject = Subject.of(relation, relation.column(number));
            if (!AccessControl.allows(catalog, subject, access.role(), privilege)) {
                return false;
            }
        }
        return true;
    }

    /** 42501 where a role may not call a function. */
    void requireExecute(Function function, int role) {
        if (function.acl() != null
                && !AccessControl.allows(catalog, Subject.of(function), role, 'X')) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for "
                            + (function.isAggregate()
                                    ? "aggregate"
                                    : function.kind() == 'p' ? "procedure" : "function")
                            + " "
                            + function.name());
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
