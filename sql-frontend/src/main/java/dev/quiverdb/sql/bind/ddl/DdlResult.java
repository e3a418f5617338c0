package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.sql.catalog.Catalog;
import java.util.List;
import java.util.Set;

/**
 * What a DDL statement comes to.
 *
 * @param tag the command tag, such as {@code CREATE TABLE}
 * @param after the catalog afterwards
 * @param locks OIDs of the relations that are changed, to be locked first (ACCESS EXCLUSIVE, but
 *     for CREATE INDEX: SHARE)
 */
public record DdlResult(String tag, List<DdlAction> actions, Catalog after, Set<Integer> locks) {
    public DdlResult {
        actions = List.copyOf(actions);
        locks = Set.copyOf(locks);
    }
}
