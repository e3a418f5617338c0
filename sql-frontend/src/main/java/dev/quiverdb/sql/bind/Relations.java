package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.RangeVar;
import org.jspecify.annotations.Nullable;

/** Finds relations by name. */
final class Relations {
    private Relations() {}

    /** The relation; 42P01 if there is none. */
    static Relation find(State state, RangeVar variable) {
        var relation = findOrNull(state, variable);
        if (relation == null) {
            throw Errors.at(
                    variable,
                    SqlState.UNDEFINED_TABLE,
                    "relation \"" + display(variable) + "\" does not exist");
        }
        return relation;
    }

    static String display(RangeVar variable) {
        var schema = variable.schema();
        return schema == null ? variable.name() : schema + "." + variable.name();
    }

    static @Nullable Relation findOrNull(State state, RangeVar variable) {
        var catalog = variable.catalog();
        var schemaName = variable.schema();
        if (catalog != null && !catalog.equals(state.context.database())) {
            throw Errors.at(
                    variable,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cross-database references are not implemented: \""
                            + catalog
                            + "."
                            + schemaName
                            + "."
                            + variable.name()
                            + "\"");
        }
        if (schemaName == null) {
            return state.context.searchPath().relation(state.catalog, variable.name());
        }
        if (schemaName.equals("pg_temp")) {
            int temporary = state.context.searchPath().temporary();
            return temporary == 0 ? null : state.catalog.relation(temporary, variable.name());
        }
        var schema = state.context.searchPath().schema(state.catalog, schemaName);
        return schema == null ? null : state.catalog.relation(schema.oid(), variable.name());
    }

    /** {@code an index}, {@code a sequence} ... */
    static String kindText(Relation relation) {
        return switch (relation.kind()) {
            case 'i' -> "an index";
            case 'c' -> "a composite type";
            case 'S' -> "a sequence";
            case 'v' -> "a view";
            case 'm' -> "a materialized view";
            default -> "a table";
        };
    }
}
