package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names, OIDs and columns of the relations of pg_catalog and information_schema. */
final class SystemColumns {
    /**
     * A system relation.
     *
     * @param kind {@code r} or {@code v}
     */
    record Shape(int oid, String name, int schema, char kind, int rowType, List<Column> columns) {}

    /** Our own OID range for pg_toast's and information_schema's namespaces is PostgreSQL's. */
    static final int INFORMATION_SCHEMA = 13207;

    private static final Map<Integer, Shape> BY_OID = new LinkedHashMap<>();
    private static final Map<String, Shape> BY_NAME = new HashMap<>();
    private static final Map<Integer, Shape> BY_ROW_TYPE = new HashMap<>();

    static {
        for (var row : Facts.read("facts", "system_relations").rows()) {
            var columns = new ArrayList<Column>();
            for (var text : row.text("columns").split(" ", -1)) {
                var parts = text.split(":", -1);
                columns.add(
                        Column.of(
                                columns.size() + 1,
                                parts[0],
                                Integer.parseInt(parts[1]),
                                Integer.parseInt(parts[2]),
                                Integer.parseInt(parts[4]),
                                parts[3].equals("1")));
            }
            int schema =
                    row.text("namespace").equals("pg_catalog")
                            ? Schema.PG_CATALOG
                            : INFORMATION_SCHEMA;
            var shape =
                    new Shape(
                            row.number("oid"),
                            row.text("relname"),
                            schema,
                            row.letter("kind"),
                            row.number("reltype"),
                            List.copyOf(columns));
            BY_OID.put(shape.oid(), shape);
            BY_NAME.put(schema + "." + shape.name(), shape);
            BY_ROW_TYPE.put(shape.rowType(), shape);
        }
    }

    private SystemColumns() {}

    static @Nullable Shape byName(int schema, String name) {
        return BY_NAME.get(schema + "." + name);
    }

    static @Nullable Shape byOid(int oid) {
        return BY_OID.get(oid);
    }

    static @Nullable Shape byRowType(int type) {
        return BY_ROW_TYPE.get(type);
    }

    static Iterable<Shape> all() {
        return BY_OID.values();
    }
}
