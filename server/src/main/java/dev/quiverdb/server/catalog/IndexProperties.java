package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * pg_index_column_has_property and its kin: what access methods can do. Answers null for a property
 * that is not known or does not apply.
 */
final class IndexProperties {
    private final Catalog catalog;

    IndexProperties(Catalog catalog) {
        this.catalog = catalog;
    }

    private static boolean ordered(String method) {
        return method.equals("btree");
    }

    private static boolean vectors(String method) {
        return method.equals("hnsw") || method.equals("ivfflat") || method.equals("ivfpq");
    }

    /** pg_indexam_has_property. */
    @Nullable Boolean ofMethod(int oid, String property) {
        for (var facts : catalog.facts("pg_am")) {
            for (var row : facts.rows()) {
                if (row.number("oid") == oid && row.letter("amtype") == 'i') {
                    return ofMethod(row.text("amname"), property);
                }
            }
        }
        return null;
    }

    private static @Nullable Boolean ofMethod(String method, String property) {
        boolean tree = ordered(method);
        return switch (property.toLowerCase(Locale.ROOT)) {
            case "can_order", "can_unique", "can_include" ->
                    tree || (property.equalsIgnoreCase("can_include") && isTreeLike(method));
            case "can_multi_col" ->
                    tree
                            || (!vectors(method)
                                    && !method.equals("hash")
                                    && !method.equals("spgist"));
            case "can_exclude" -> tree || method.equals("hash") || isTreeLike(method);
            default -> null;
        };
    }

    private static boolean isTreeLike(String method) {
        return method.equals("gist") || method.equals("spgist");
    }

    /** pg_index_has_property. */
    @Nullable Boolean ofIndex(int oid, String property) {
        var method = method(oid);
        if (method == null) {
            return null;
        }
        return switch (property.toLowerCase(Locale.ROOT)) {
            case "clusterable" -> ordered(method);
            case "index_scan" -> true;
            case "bitmap_scan" -> !vectors(method);
            case "backward_scan" -> ordered(method) || method.equals("hash");
            default -> null;
        };
    }

    private @Nullable String method(int oid) {
        var relation = catalog.relation(oid);
        var part = relation == null ? null : relation.index();
        if (part != null) {
            return part.method();
        }
        return SystemIndexes.find(catalog, oid) == null ? null : "btree";
    }

    /** pg_index_column_has_property; columns count from 1. */
    @Nullable Boolean ofColumn(int oid, int column, String property) {
        var method = method(oid);
        if (method == null || column < 1) {
            return null;
        }
        var relation = catalog.relation(oid);
        var part = relation == null ? null : relation.index();
        if (part != null && column > part.keys().size()) {
            return null;
        }
        var key = part == null ? null : part.keys().get(column - 1);
        boolean isKey = part == null || column <= part.keyCount();
        boolean ordered = ordered(method) && isKey;
        return switch (property.toLowerCase(Locale.ROOT)) {
            case "asc" -> isKey ? (Boolean) (ordered && (key == null || !key.descending())) : null;
            case "desc" -> isKey ? (Boolean) (ordered && key != null && key.descending()) : null;
            case "nulls_first" ->
                    isKey ? (Boolean) (ordered && key != null && key.nullsFirst()) : null;
            case "nulls_last" ->
                    isKey ? (Boolean) (ordered && (key == null || !key.nullsFirst())) : null;
            case "orderable" -> isKey ? (Boolean) ordered : null;
            case "distance_orderable" -> isKey ? (Boolean) vectors(method) : null;
            case "returnable" -> ordered(method);
            case "search_array" -> isKey ? (Boolean) ordered : null;
            case "search_nulls" -> isKey ? (Boolean) ordered : null;
            default -> null;
        };
    }
}
