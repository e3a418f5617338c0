package dev.quiverdb.sql.catalog;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The built-in rows of system tables, as texts. */
public final class SystemFacts {
    /**
     * Tables whose built-in rows are facts as they stand; the others' come from the catalog's
     * objects.
     */
    private static final Set<String> TABLES =
            Set.of(
                    "pg_type",
                    "pg_proc",
                    "pg_operator",
                    "pg_cast",
                    "pg_aggregate",
                    "pg_opclass",
                    "pg_opfamily",
                    "pg_amop",
                    "pg_amproc",
                    "pg_am",
                    "pg_collation",
                    "pg_language",
                    "pg_range",
                    "pg_tablespace",
                    "pg_ts_config",
                    "pg_ts_dict",
                    "pg_ts_parser",
                    "pg_ts_template",
                    "pg_ts_config_map",
                    "pg_conversion",
                    "pg_description");

    /** Takes a row: the names of its columns and their texts. */
    public interface Reader {
        void row(List<String> names, @Nullable String[] texts);
    }

    private SystemFacts() {}

    /** Calls back for each built-in row of a table. */
    public static void forEach(Catalog catalog, String table, Reader reader) {
        if (!TABLES.contains(table)) {
            return;
        }
        for (var facts : catalog.builtins().tables(table)) {
            for (var row : facts.rows()) {
                reader.row(facts.columns(), row.values());
            }
        }
    }

    /** The system relations themselves. */
    public static List<Relation> relations() {
        var relations = new java.util.ArrayList<Relation>();
        for (var shape : SystemColumns.all()) {
            relations.add(SystemRelations.relation(shape));
        }
        return relations;
    }
}
