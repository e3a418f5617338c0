package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import java.util.List;

/** Finds collations by name. */
final class Collations {
    private Collations() {}

    /** OID of a collation; 42704 if there is none. */
    static int find(State state, List<String> names, int offset) {
        var name = names.getLast();
        if (names.size() > 1) {
            var schema =
                    state.context.searchPath().schema(state.catalog, names.get(names.size() - 2));
            var found = schema == null ? null : state.catalog.collation(schema.oid(), name);
            if (found != null) {
                return found.oid();
            }
        } else {
            for (int schema : state.context.searchPath().schemas()) {
                var found = state.catalog.collation(schema, name);
                if (found != null) {
                    return found.oid();
                }
            }
        }
        throw Errors.at(
                offset,
                SqlState.UNDEFINED_OBJECT,
                "collation \"" + Errors.name(names) + "\" for encoding \"UTF8\" does not exist");
    }
}
