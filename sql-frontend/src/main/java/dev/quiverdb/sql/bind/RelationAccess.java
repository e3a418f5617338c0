package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.catalog.Relation;
import java.util.Set;

/**
 * What a statement does with a relation, in whose name: PostgreSQL's RTEPermissionInfo.
 *
 * @param role whose privileges count: the user's, or a view owner's
 * @param privileges letters of the privileges that are needed on the relation, or on the columns
 *     below where there are such privileges
 * @param selected numbers of columns that are read; {@link #WHOLE} for what no column can grant
 * @param inserted numbers of columns that INSERT gives values
 * @param updated numbers of columns that UPDATE changes
 */
public record RelationAccess(
        Relation relation,
        int role,
        String privileges,
        Set<Integer> selected,
        Set<Integer> inserted,
        Set<Integer> updated) {
    /** Stands for the system columns, which only privileges on the whole table reach. */
    public static final int WHOLE = 0;

    public RelationAccess {
        selected = Set.copyOf(selected);
        inserted = Set.copyOf(inserted);
        updated = Set.copyOf(updated);
    }
}
