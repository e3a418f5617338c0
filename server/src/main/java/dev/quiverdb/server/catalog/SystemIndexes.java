package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Facts;
import dev.quiverdb.sql.catalog.Quoting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The indexes that PostgreSQL's system tables have; ours need none, but clients ask for them. */
final class SystemIndexes {
    private SystemIndexes() {}

    static List<Facts.Row> all(Catalog catalog) {
        var all = new ArrayList<Facts.Row>();
        for (var facts : catalog.facts("system_indexes")) {
            all.addAll(facts.rows());
        }
        return all;
    }

    /** Its name, table and so on; null if the OID is no system index's. */
    static Facts.@Nullable Row find(Catalog catalog, int oid) {
        for (var row : all(catalog)) {
            if (row.number("oid") == oid) {
                return row;
            }
        }
        return null;
    }

    /** pg_get_indexdef. */
    static @Nullable String definition(Catalog catalog, int oid, int column) {
        var row = find(catalog, oid);
        var table = row == null ? null : catalog.relation(row.number("indrelid"));
        if (row == null || table == null) {
            return null;
        }
        var names = new ArrayList<String>();
        for (int key : row.oids("keys")) {
            names.add(Quoting.identifier(table.column(key).name()));
        }
        if (column != 0) {
            return column <= names.size() ? names.get(column - 1) : "";
        }
        return "CREATE "
                + (row.text("unique").equals("1") ? "UNIQUE " : "")
                + "INDEX "
                + row.text("relname")
                + " ON "
                + Quoting.qualified(catalog.schemaName(table.schema()), table.name())
                + " USING btree ("
                + String.join(", ", names)
                + ")";
    }
}
