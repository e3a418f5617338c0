package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** information_schema: routines and their parameters. */
final class RoutineRows {
    private final Catalog catalog;
    private final String database;
    private final Texts texts;
    private final Privileges privileges;

    RoutineRows(SessionView view) {
        catalog = view.catalog();
        database = view.databaseName();
        texts = new Texts(view, false);
        privileges = new Privileges(catalog, view.currentUser());
    }

    private List<Function> functions() {
        var found = new ArrayList<>(catalog.builtinFunctions());
        found.addAll(catalog.objects(Function.class));
        found.removeIf(function -> !privileges.any(AccessControl.Subject.of(function), "X"));
        return found;
    }

    static String specificName(Function function) {
        return function.name() + "_" + Integer.toUnsignedString(function.oid());
    }

    void routines(TableRows rows) {
        for (var function : functions()) {
            boolean hasResult = function.kind() != 'p';
            var result = catalog.typeOrNull(function.resultType());
            boolean own = privileges.has(function.owner());
            boolean sql = function.language() == Function.SQL;
            boolean procedure = function.kind() == 'p';
            var shown = hasResult ? result : null;
            rows.addNamed(
                    "specific_catalog",
                    database,
                    "specific_schema",
                    catalog.schemaName(function.schema()),
                    "specific_name",
                    specificName(function),
                    "routine_catalog",
                    database,
                    "routine_schema",
                    catalog.schemaName(function.schema()),
                    "routine_name",
                    function.name(),
                    "routine_type",
                    kind(function),
                    "data_type",
                    shown == null ? null : texts.standardType(shown.oid()),
                    "type_udt_catalog",
                    shown == null ? null : database,
                    "type_udt_schema",
                    shown == null ? null : catalog.schemaName(catalog.schemaOfType(shown.oid())),
                    "type_udt_name",
                    shown == null ? null : shown.name(),
                    "dtd_identifier",
                    procedure ? null : (Object) 0,
                    "routine_body",
                    sql ? "SQL" : "EXTERNAL",
                    "routine_definition",
                    own ? function.source() : null,
                    "external_name",
                    function.language() == Function.C ? function.source() : null,
                    "external_language",
                    texts.language(function.language()).toUpperCase(Locale.ROOT),
                    "parameter_style",
                    "GENERAL",
                    "is_deterministic",
                    function.volatility() == 'i',
                    "sql_data_access",
                    "MODIFIES",
                    "is_null_call",
                    procedure ? null : (Object) function.strict(),
                    "schema_level_routine",
                    true,
                    "max_dynamic_result_sets",
                    0,
                    "security_type",
                    function.securityDefiner() ? "DEFINER" : "INVOKER",
                    "as_locator",
                    false,
                    "is_udt_dependent",
                    false);
        }
    }

    private static @Nullable String kind(Function function) {
        return switch (function.kind()) {
            case 'f' -> "FUNCTION";
            case 'p' -> "PROCEDURE";
            default -> null;
        };
    }

    void parameters(TableRows rows) {
        for (var function : functions()) {
            boolean plain = function.allArgumentTypes().isEmpty();
            var types = plain ? function.argumentTypes() : function.allArgumentTypes();
            for (int i = 0; i < types.size(); i++) {
                parameter(
                        rows,
                        function,
                        types.get(i),
                        i,
                        plain ? 'i' : function.argumentModes().get(i));
            }
        }
    }

    private void parameter(TableRows rows, Function function, int type, int index, char mode) {
        var named = catalog.typeOrNull(type);
        if (named == null) {
            return;
        }
        var name =
                index < function.argumentNames().size() ? function.argumentNames().get(index) : "";
        rows.addNamed(
                "specific_catalog",
                database,
                "specific_schema",
                catalog.schemaName(function.schema()),
                "specific_name",
                specificName(function),
                "ordinal_position",
                index + 1,
                "parameter_mode",
                switch (mode) {
                    case 'o', 't' -> "OUT";
                    case 'b' -> "INOUT";
                    default -> "IN";
                },
                "is_result",
                false,
                "as_locator",
                false,
                "parameter_name",
                name.isEmpty() ? null : name,
                "data_type",
                texts.standardType(type),
                "udt_catalog",
                database,
                "udt_schema",
                catalog.schemaName(catalog.schemaOfType(type)),
                "udt_name",
                named.name(),
                "dtd_identifier",
                index + 1,
                "parameter_default",
                privileges.has(function.owner()) && !function.defaults().isEmpty()
                        ? texts.argumentDefault(function, index + 1)
                        : null);
    }
}
