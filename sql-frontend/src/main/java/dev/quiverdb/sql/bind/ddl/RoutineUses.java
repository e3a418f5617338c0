package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What calls a function, or one of an extension's, in an expression that the catalog keeps as text.
 * All of them are read when a function goes, which is seldom.
 */
final class RoutineUses {
    /**
     * A use.
     *
     * @param object the table, whose column it is, or the constraint or index that goes too
     * @param column with a default or a generation expression; null where the object is not a table
     */
    record Use(CatalogObject object, @Nullable Column column, Function function) {}

    private final Change change;
    private final Map<Integer, Function> functions = new HashMap<>();
    private final List<Use> uses = new ArrayList<>();

    private RoutineUses(Change change) {
        this.change = change;
    }

    static List<Use> of(CatalogObject object, Change change) {
        var found = new RoutineUses(change);
        if (object instanceof Function function) {
            found.functions.put(function.oid(), function);
        } else if (object instanceof Extension extension) {
            for (var row : change.catalog().facts("pg_proc", extension)) {
                int oid = row.number("oid");
                var function = change.catalog().function(oid);
                if (function != null) {
                    found.functions.put(oid, function);
                }
            }
        }
        if (!found.functions.isEmpty()) {
            found.gather();
        }
        return found.uses;
    }

    private void gather() {
        for (var relation : change.catalog().objects(Relation.class)) {
            var index = relation.index();
            if (index != null) {
                var table = change.catalog().relation(index.relation());
                for (var key : index.keys()) {
                    add(relation, null, key.expression(), table);
                }
                add(relation, null, index.predicate(), table);
                continue;
            }
            for (var column : relation.liveColumns()) {
                add(relation, column, column.defaultSql(), relation);
            }
        }
        for (var constraint : change.catalog().objects(Constraint.class)) {
            if (constraint.relation() != 0) {
                var table = change.catalog().relation(constraint.relation());
                add(constraint, null, constraint.check(), table);
            }
        }
    }

    private void add(
            CatalogObject object,
            @Nullable Column column,
            @Nullable String stored,
            @Nullable Relation table) {
        if (stored == null || table == null) {
            return;
        }
        var source = column != null && !column.isGenerated() ? null : table;
        for (int oid : change.expressions().calls(stored, source)) {
            var function = functions.get(oid);
            if (function != null) {
                uses.add(new Use(object, column, function));
                return;
            }
        }
    }
}
