package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.algebra.PgType;
import java.util.List;
import org.apache.calcite.rel.RelNode;

/**
 * A bound query: its rows and what its columns are called.
 *
 * @param offsets where each column's expression stands, for errors
 */
record BoundQuery(RelNode rel, List<String> names, List<PgType> types, List<Integer> offsets) {
    BoundQuery {
        names = List.copyOf(names);
        types = List.copyOf(types);
        offsets = List.copyOf(offsets);
    }
}
