package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.bind.Definitions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Definitions of objects as SQL text under the names that a session sees: ruleutils.c's answers.
 */
final class Texts {
    private final SessionView view;
    private final Catalog catalog;
    private final Definitions definitions;
    private final CatalogNames names;

    /**
     * @param pretty for people, with fewer parentheses and shorter names
     */
    Texts(SessionView view, boolean pretty) {
        this.view = view;
        catalog = view.catalog();
        definitions = new Definitions(view.bindContext(), pretty);
        names = new CatalogNames(catalog, view.searchPath());
    }

    /** pg_get_viewdef; null where the relation is no view. */
    @Nullable String view(Relation relation) {
        var part = relation.view();
        if (part == null) {
            return null;
        }
        return definitions.view(relation) + ";";
    }

    /** The text of the rule behind a view. */
    @Nullable String rule(Relation relation) {
        var query = view(relation);
        if (query == null) {
            return null;
        }
        return "CREATE RULE \"_RETURN\" AS\n    ON SELECT TO "
                + Quoting.qualified(catalog.schemaName(relation.schema()), relation.name())
                + " DO INSTEAD "
                + query.strip();
    }

    /** pg_get_indexdef; {@code column} 0 for all of it. */
    @Nullable String index(int oid, int column) {
        var index = catalog.relation(oid);
        if (index == null || index.index() == null) {
            return SystemIndexes.definition(catalog, oid, column);
        }
        return column == 0 ? definitions.index(index) : definitions.key(index, column, false);
    }

    String constraint(Constraint constraint) {
        return definitions.constraint(constraint);
    }

    /** pg_get_expr: of a relation's columns, or of a domain's value where there is none. */
    String expression(String stored, int relation) {
        return definitions.expression(stored, relation == 0 ? null : catalog.relation(relation));
    }

    /** format_type. */
    String type(int oid, int typmod) {
        if (oid == 0) {
            return "-";
        }
        var type = catalog.typeOrNull(oid);
        if (type == null) {
            return "???";
        }
        return names.typeName(type, typmod < 0 ? null : (Integer) typmod);
    }

    /** The type by itself as format_type(oid, NULL) writes it. */
    String type(int oid) {
        return type(oid, -1);
    }

    /** pg_get_function_arguments; {@code identity} leaves defaults out and OUT arguments too. */
    String arguments(Function function, boolean identity) {
        boolean plain = function.allArgumentTypes().isEmpty();
        var types = plain ? function.argumentTypes() : function.allArgumentTypes();
        var parts = new ArrayList<String>();
        int inputs = 0;
        int firstDefault = function.argumentTypes().size() - function.defaults().size();
        for (int i = 0; i < types.size(); i++) {
            char mode = plain ? 'i' : function.argumentModes().get(i);
            if (mode == 't' || (identity && mode == 'o')) {
                continue;
            }
            boolean input = mode != 'o';
            var part = new StringBuilder();
            switch (mode) {
                case 'o' -> part.append("OUT ");
                case 'b' -> part.append("INOUT ");
                case 'v' -> part.append("VARIADIC ");
                default -> {
                    if (function.kind() == 'p') {
                        part.append("IN ");
                    }
                }
            }
            if (i < function.argumentNames().size() && !function.argumentNames().get(i).isEmpty()) {
                part.append(Quoting.identifier(function.argumentNames().get(i))).append(' ');
            }
            part.append(type(types.get(i)));
            if (input && !identity && inputs >= firstDefault) {
                part.append(" DEFAULT ")
                        .append(
                                definitions.expression(
                                        function.defaults().get(inputs - firstDefault), null));
            }
            if (input) {
                inputs++;
            }
            parts.add(part.toString());
        }
        var aggregate = catalog.aggregate(function.oid());
        if (aggregate != null && aggregate.kind() != 'n') {
            int direct = aggregate.directArguments();
            var ordered = parts.subList(Math.min(direct, parts.size()), parts.size());
            if (ordered.isEmpty() && !parts.isEmpty()) {
                ordered = parts.subList(parts.size() - 1, parts.size());
            }
            var before = String.join(", ", parts.subList(0, Math.min(direct, parts.size())));
            return before
                    + (before.isEmpty() ? "" : " ")
                    + "ORDER BY "
                    + String.join(", ", ordered);
        }
        return String.join(", ", parts);
    }

    /** pg_get_function_arg_default; counted from 1 over all arguments. */
    @Nullable String argumentDefault(Function function, int number) {
        boolean plain = function.argumentModes().isEmpty();
        int count = plain ? function.argumentTypes().size() : function.argumentModes().size();
        if (number < 1 || number > count) {
            return null;
        }
        int input = number - 1;
        if (!plain) {
            if (function.argumentModes().get(number - 1) == 'o'
                    || function.argumentModes().get(number - 1) == 't') {
                return null;
            }
            for (int i = 0; i < number - 1; i++) {
                char mode = function.argumentModes().get(i);
                input -= mode == 'o' || mode == 't' ? 1 : 0;
            }
        }
        int at = input - (function.argumentTypes().size() - function.defaults().size());
        return at < 0 ? null : definitions.expression(function.defaults().get(at), null);
    }

    /** pg_get_partkeydef; null for a table that is not partitioned. */
    @Nullable String partitionKey(int oid) {
        var table = catalog.relation(oid);
        var key = table == null ? null : table.partitionKey();
        if (table == null || key == null) {
            return null;
        }
        var parts = new ArrayList<String>();
        for (var column : key.columns()) {
            var sql = column.expression();
            if (sql == null) {
                parts.add(Quoting.identifier(table.column(column.column()).name()));
            } else {
                var shown = definitions.expression(sql, table);
                parts.add(shown.matches("[a-z_]+\\(.*\\)") ? shown : "(" + shown + ")");
            }
        }
        return dev.quiverdb.sql.catalog.PartitionBounds.strategyName(key.strategy())
                        .toUpperCase(java.util.Locale.ROOT)
                + " ("
                + String.join(", ", parts)
                + ")";
    }

    /** pg_get_function_result; null for procedures. */
    @Nullable String result(Function function) {
        if (function.kind() == 'p') {
            return null;
        }
        var columns = new ArrayList<String>();
        for (int i = 0; i < function.argumentModes().size(); i++) {
            if (function.argumentModes().get(i) == 't') {
                var name =
                        i < function.argumentNames().size() ? function.argumentNames().get(i) : "";
                columns.add(
                        (name.isEmpty() ? "" : Quoting.identifier(name) + " ")
                                + type(function.allArgumentTypes().get(i)));
            }
        }
        if (!columns.isEmpty()) {
            return "TABLE(" + String.join(", ", columns) + ")";
        }
        return (function.returnsSet() ? "SETOF " : "") + type(function.resultType());
    }

    /** pg_get_functiondef. */
    String definition(Function function) {
        boolean procedure = function.kind() == 'p';
        var text = new StringBuilder("CREATE OR REPLACE ");
        text.append(procedure ? "PROCEDURE " : "FUNCTION ");
        text.append(Quoting.qualified(catalog.schemaName(function.schema()), function.name()));
        text.append('(').append(arguments(function, false)).append(")\n");
        if (!procedure) {
            text.append(" RETURNS ").append(result(function)).append('\n');
        }
        text.append(" LANGUAGE ").append(language(function.language()));
        var attributes = attributes(function);
        if (!attributes.isEmpty()) {
            text.append('\n').append(String.join("", attributes));
        }
        for (var setting : function.configuration()) {
            int equals = setting.indexOf('=');
            text.append("\n SET ")
                    .append(setting, 0, equals)
                    .append(" TO ")
                    .append(Quoting.literal(setting.substring(equals + 1)));
        }
        var body = function.sqlBody();
        if (body != null) {
            text.append('\n').append(body).append('\n');
        } else {
            var tag = procedure ? "$procedure$" : "$function$";
            while (function.source().contains(tag)) {
                tag = tag.substring(0, tag.length() - 1) + "x$";
            }
            text.append("\nAS ").append(tag).append(function.source()).append(tag).append('\n');
        }
        return text.toString();
    }

    private static List<String> attributes(Function function) {
        var parts = new ArrayList<String>();
        if (function.isWindow()) {
            parts.add(" WINDOW");
        }
        switch (function.volatility()) {
            case 'i' -> parts.add(" IMMUTABLE");
            case 's' -> parts.add(" STABLE");
            default -> {}
        }
        switch (function.parallel()) {
            case 's' -> parts.add(" PARALLEL SAFE");
            case 'r' -> parts.add(" PARALLEL RESTRICTED");
            default -> {}
        }
        if (function.strict()) {
            parts.add(" STRICT");
        }
        if (function.securityDefiner()) {
            parts.add(" SECURITY DEFINER");
        }
        if (function.leakproof()) {
            parts.add(" LEAKPROOF");
        }
        float standardCost =
                function.language() == Function.INTERNAL || function.language() == Function.C
                        ? 1
                        : 100;
        if (function.cost() != standardCost) {
            parts.add(" COST " + number(function.cost()));
        }
        if (function.returnsSet() && function.rows() != 1000) {
            parts.add(" ROWS " + number(function.rows()));
        }
        return parts;
    }

    private static String number(float value) {
        return value == (long) value ? Long.toString((long) value) : Float.toString(value);
    }

    /** The name of a language. */
    String language(int oid) {
        for (var facts : catalog.facts("pg_language")) {
            for (var row : facts.rows()) {
                if (row.number("oid") == oid) {
                    return row.text("lanname");
                }
            }
        }
        return "???";
    }

    /** information_schema's data_type: the standard's word for a type. */
    String standardType(int oid) {
        var type = catalog.typeOrNull(oid);
        if (type == null) {
            return "USER-DEFINED";
        }
        boolean array = type.isTrueArray() || oid == Oids.INT2VECTOR || oid == Oids.OIDVECTOR;
        if (array && type.base() == null) {
            return "ARRAY";
        }
        return catalog.schemaOfType(oid) == dev.quiverdb.sql.catalog.Schema.PG_CATALOG
                ? type(oid)
                : "USER-DEFINED";
    }

    /** The words behind interval in a column's type, in capitals. */
    @Nullable String intervalType(int oid, int typmod) {
        if (oid != Oids.INTERVAL) {
            return null;
        }
        var text = type(oid, typmod).replaceFirst("^interval[()0-9]*", "");
        return text.isBlank() ? null : text.strip().toUpperCase(Locale.ROOT);
    }

    CatalogNames names() {
        return names;
    }

    SessionView session() {
        return view;
    }
}
