package dev.quiverdb.sql.system;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SystemFacts;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The door of this room: the rows of a system relation, all columns in the order of its definition.
 */
public final class SystemRows {
    /** Tables that are the same for all: rows of PostgreSQL's facts, parsed once. */
    private static final Map<String, List<@Nullable Object[]>> FACTS = new ConcurrentHashMap<>();

    private SystemRows() {}

    /** All rows; relations that we have nothing for are empty. Also the one row of a sequence. */
    public static List<@Nullable Object[]> of(Relation relation, Live live) {
        if (relation.sequence() != null) {
            return List.<@Nullable Object[]>of(live.sequenceState(relation));
        }
        var own = live.rows(relation.name());
        if (own != null) {
            return own;
        }
        var sink = new Sink(live.context().catalog(), relation);
        if (relation.schema() == Schema.INFORMATION_SCHEMA) {
            new InformationSchema(live, sink).fill(relation.name());
        } else {
            facts(relation, live.context().catalog(), sink);
            new CatalogTables(live, sink).fill(relation.name());
            new CatalogViews(live, sink).fill(relation.name());
        }
        return sink.rows();
    }

    private static void facts(Relation relation, Catalog catalog, Sink sink) {
        boolean vector = catalog.extension("vector") != null;
        var key = relation.name() + vector;
        var known = FACTS.get(key);
        if (known == null) {
            var made = new Sink(catalog, relation);
            SystemFacts.forEach(catalog, relation.name(), made::texts);
            known = List.copyOf(made.rows());
            FACTS.put(key, known);
        }
        sink.rows().addAll(known);
    }
}
