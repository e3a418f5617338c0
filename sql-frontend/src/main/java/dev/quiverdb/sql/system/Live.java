package dev.quiverdb.sql.system;

import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.catalog.Relation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a running server adds to the catalog's facts. */
public interface Live {
    /** Catalog, search path, role and database of the session that asks. */
    BindContext context();

    /** About how many rows a table has; -1 if nobody knows. */
    default double rowCount(Relation table) {
        return -1;
    }

    /** {@code last_value, log_cnt, is_called} of a sequence. */
    default @Nullable Object[] sequenceState(Relation sequence) {
        return new @Nullable Object[] {1L, 0L, false};
    }

    /**
     * Rows of a relation that only the server can fill, such as pg_stat_activity, pg_settings or
     * pg_locks, in the order of the relation's columns; null for all others.
     */
    default @Nullable List<@Nullable Object[]> rows(String relation) {
        return null;
    }
}
