package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL suggests when a name is not found, after errorMissingColumn and errorMissingRTE.
 */
final class Hints {
    private static final int MAX_FUZZY_DISTANCE = 3;

    private Hints() {}

    /** The hint about columns of like name; null for none. */
    static @Nullable String column(Scope scope, @Nullable String alias, String name) {
        String best = null;
        String second = null;
        int distance = MAX_FUZZY_DISTANCE + 1;
        for (var level = scope; level != null; level = level.parent) {
            for (var item : level.namespace) {
                if (!item.columnsVisible && !item.relationVisible || item.columns.isEmpty()) {
                    continue;
                }
                if (alias != null && !alias.equals(item.alias)) {
                    continue;
                }
                for (var column : item.columns) {
                    int away = distance(column.name(), name);
                    if (away > Math.max(column.name().length(), name.length()) / 2
                            || away > MAX_FUZZY_DISTANCE) {
                        continue;
                    }
                    var text = item.alias + "." + column.name();
                    if (away < distance) {
                        distance = away;
                        best = text;
                        second = null;
                    } else if (away == distance && best != null && !text.equals(best)) {
                        second = second == null ? text : "";
                    }
                }
            }
            if (best != null) {
                break;
            }
        }
        if (best == null || "".equals(second)) {
            return null;
        }
        if (second != null) {
            return "Perhaps you meant to reference the column \""
                    + best
                    + "\" or the column \""
                    + second
                    + "\".";
        }
        return "Perhaps you meant to reference the column \"" + best + "\".";
    }

    static SqlException missingItem(Scope scope, String name, int offset) {
        for (var level = scope; level != null; level = level.parent) {
            var hidden = level.hidden;
            if (hidden != null) {
                for (var item : hidden.namespace) {
                    if (item.alias.equals(name) && item.relationVisible) {
                        return notFromHere(name, offset, SqlState.UNDEFINED_TABLE);
                    }
                }
            }
            for (var item : level.namespace) {
                var relation = item.relation;
                if (relation != null && relation.name().equals(name) && !item.alias.equals(name)) {
                    return Errors.at(
                                    offset,
                                    SqlState.UNDEFINED_TABLE,
                                    "invalid reference to FROM-clause entry for table \""
                                            + name
                                            + "\"")
                            .withHint(
                                    "Perhaps you meant to reference the table alias \""
                                            + item.alias
                                            + "\".");
                }
            }
        }
        for (var level = scope; level != null; level = level.parent) {
            if (level.entries.stream().anyMatch(item -> item.alias.equals(name))) {
                return notFromHere(name, offset, SqlState.UNDEFINED_TABLE);
            }
        }
        return Errors.at(
                offset,
                SqlState.UNDEFINED_TABLE,
                "missing FROM-clause entry for table \"" + name + "\"");
    }

    /** A table that is part of the query, but not visible where it is named. */
    static SqlException notFromHere(String name, int offset, SqlState code) {
        return Errors.at(
                        offset,
                        code,
                        "invalid reference to FROM-clause entry for table \"" + name + "\"")
                .withHint(
                        "There is an entry for table \""
                                + name
                                + "\", but it cannot be referenced from this part of the query.");
    }

    private static int distance(String left, String right) {
        var above = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = above[0];
            above[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int replace = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = above[j];
                above[j] = Math.min(replace, Math.min(above[j], above[j - 1]) + 1);
            }
        }
        return above[right.length()];
    }
}
