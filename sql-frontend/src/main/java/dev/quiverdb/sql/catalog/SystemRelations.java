package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The relations of pg_catalog and information_schema as the binder sees them. */
public final class SystemRelations {
    private static final Map<Integer, Relation> RELATIONS = new ConcurrentHashMap<>();

    private SystemRelations() {}

    static Relation relation(SystemColumns.Shape shape) {
        return RELATIONS.computeIfAbsent(shape.oid(), oid -> make(shape));
    }

    private static Relation make(SystemColumns.Shape shape) {
        return new Relation(
                shape.oid(),
                1,
                shape.name(),
                shape.schema(),
                shape.kind(),
                'p',
                Role.BOOTSTRAP,
                shape.columns(),
                shape.rowType(),
                0,
                Map.of(),
                null,
                null,
                null,
                false,
                false,
                true,
                'p',
                'n',
                "{=r/postgres}");
    }

    /** All of them. */
    public static List<Relation> all() {
        var all = new ArrayList<Relation>();
        for (var shape : SystemColumns.all()) {
            all.add(relation(shape));
        }
        return all;
    }

    /** Whether the rows of a relation are computed from the catalog. */
    public static boolean isSystem(Relation relation) {
        return SystemColumns.byOid(relation.oid()) != null;
    }
}
