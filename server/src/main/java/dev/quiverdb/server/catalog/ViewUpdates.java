package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.TableExpressions;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SystemRelations;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What can be changed through relations: pg_relation_is_updatable and pg_column_is_updatable. */
final class ViewUpdates {
    static final int UPDATE = 4;
    static final int INSERT = 8;
    static final int DELETE = 16;

    private final BindContext context;
    private final Map<Integer, List<Integer>> columns = new HashMap<>();

    ViewUpdates(BindContext context) {
        this.context = context;
    }

    int events(int oid) {
        var relation = context.catalog().relation(oid);
        return relation == null ? 0 : events(relation);
    }

    /** Events that a relation takes, added. */
    int events(Relation relation) {
        return switch (relation.kind()) {
            case 'r' -> UPDATE | INSERT | DELETE;
            case 'v' ->
                    SystemRelations.isSystem(relation)
                            ? 0
                            : new TableExpressions(context).viewEvents(relation);
            default -> 0;
        };
    }

    boolean column(int oid, int number) {
        var relation = context.catalog().relation(oid);
        return relation != null && number > 0 && column(relation, number);
    }

    /** Whether a column can be updated. */
    boolean column(Relation relation, int number) {
        return switch (relation.kind()) {
            case 'r' -> true;
            case 'v' ->
                    !SystemRelations.isSystem(relation)
                            && columns.computeIfAbsent(
                                            relation.oid(),
                                            _ ->
                                                    new TableExpressions(context)
                                                            .updatableColumns(relation))
                                    .contains(number);
            default -> false;
        };
    }
}
