package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.parse.Utility;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session's SQL cursors: DECLARE, FETCH, MOVE, CLOSE. */
final class Cursors {
    private final SessionState state;
    private final Map<String, OpenCursor> open = new LinkedHashMap<>();

    Cursors(SessionState state) {
        this.state = state;
        state.beforeCommit(this::hold);
        state.onTransactionEnd(this::dropUnheld);
    }

    private void hold() {
        open.values().stream()
                .filter(OpenCursor::hold)
                .forEach(cursor -> cursor.hold(state::checkCancelled));
    }

    private void dropUnheld() {
        open.values()
                .removeIf(cursor -> {
                    boolean goes = !cursor.hold() || !cursor.isMaterialised();
                    if (goes) {
                        cursor.close();
                    }
                    return goes;
                });
    }

    Collection<OpenCursor> all() {
        return open.values();
    }

    void declare(OpenCursor cursor) {
        if (open.containsKey(cursor.name())) {
            cursor.close();
            throw new SqlException(
                    SqlState.DUPLICATE_CURSOR, "cursor \"" + cursor.name() + "\" already exists");
        }
        open.put(cursor.name(), cursor);
    }

    OpenCursor get(String name) {
        var cursor = open.get(name);
        if (cursor == null) {
            throw new SqlException(
                    SqlState.INVALID_CURSOR_NAME, "cursor \"" + name + "\" does not exist");
        }
        return cursor;
    }

    /** Whether a cursor stands on a row, for WHERE CURRENT OF. */
    boolean standsOn(String name, int relation, long table, long rowId) {
        var cursor = get(name);
        var catalog = state.catalog();
        var named = catalog.relation(relation);
        boolean family =
                cursor.tracked().stream()
                        .map(catalog::relation)
                        .filter(java.util.Objects::nonNull)
                        .anyMatch(other ->
                                named != null
                                        && (catalog.family(other).contains(named)
                                                || catalog.family(named).contains(other)));
        if (cursor.hold() && cursor.isMaterialised() && !state.transaction().inBlock()) {
            throw new SqlException(
                    SqlState.INVALID_CURSOR_STATE,
                    "cursor \"" + name + "\" is held from a previous transaction");
        }
        return cursor.standsOn(relation, named == null ? "" : named.name(), table, rowId, family);
    }

    StatementResult fetch(Utility.Fetch fetch) {
        var cursor = get(fetch.portal());
        List<@Nullable Object[]> rows =
                switch (fetch.direction()) {
                    case FORWARD -> cursor.forward(fetch.count());
                    case BACKWARD -> cursor.backward(fetch.count());
                    case ABSOLUTE -> cursor.absolute(fetch.count());
                    case RELATIVE -> cursor.relative(fetch.count());
                };
        if (fetch.move()) {
            return new StatementResult.Done("MOVE " + rows.size());
        }
        var fields =
                cursor.binary()
                        ? cursor.fields().stream().map(f -> f.withFormat(1)).toList()
                        : cursor.fields();
        var asLists = rows.stream().map(java.util.Arrays::asList).toList();
        return new StatementResult.Rows(
                fields, StatementResult.cursor(fields, asLists), count -> "FETCH " + count);
    }

    /** CLOSE; null closes all. */
    void close(@Nullable String name) {
        if (name == null) {
            open.values().forEach(OpenCursor::close);
            open.clear();
        } else {
            get(name).close();
            open.remove(name);
        }
    }
}
