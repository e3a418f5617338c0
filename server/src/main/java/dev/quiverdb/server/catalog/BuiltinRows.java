package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Facts;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows of system tables that came with PostgreSQL or an installed extension, made from the facts
 * once and then shared. Thread-safe.
 */
final class BuiltinRows {
    private static final Map<Facts, List<@Nullable Object[]>> MADE = new ConcurrentHashMap<>();

    private BuiltinRows() {}

    /** The facts of a system table as rows. */
    static List<@Nullable Object[]> of(Catalog catalog, Relation relation) {
        var all = new ArrayList<@Nullable Object[]>();
        for (var facts : catalog.facts(relation.name())) {
            all.addAll(MADE.computeIfAbsent(facts, table -> make(catalog, relation, table)));
        }
        return all;
    }

    private static List<@Nullable Object[]> make(Catalog catalog, Relation relation, Facts facts) {
        var rows = new ArrayList<@Nullable Object[]>();
        var columns = relation.columns();
        var types = columns.stream().map(column -> catalog.type(column.type())).toList();
        for (var row : facts.rows()) {
            var values = new @Nullable Object[columns.size()];
            for (int i = 0; i < values.length; i++) {
                var name = columns.get(i).name();
                var text = facts.columns().contains(name) ? row.get(name) : null;
                values[i] = text == null ? null : value(types.get(i), name, text);
            }
            rows.add(values);
        }
        return List.copyOf(rows);
    }

    private static Object value(Type type, String column, String text) {
        return switch (type.oid()) {
            case Oids.OID, Oids.XID, Oids.REGPROC, Oids.REGTYPE ->
                    text.equals("-") ? (Object) 0L : (Object) Long.parseLong(text);
            case Oids.PG_NODE_TREE ->
                    column.equals("proargdefaults") ? text.replace("¦", ", ") : text;
            case Oids.TEXT, Oids.NAME, Oids.CHAR -> text;
            default -> {
                var element = type.element();
                yield element != null && element.oid() == Oids.ACLITEM
                        ? PgArray.wrap(element, Acl.items(text).toArray())
                        : type.parse(text, -1, TypeContext.DEFAULT);
            }
        };
    }
}
