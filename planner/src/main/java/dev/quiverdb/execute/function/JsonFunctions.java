package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.function.JsonTree.Kind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** json: text that is taken apart as it was written, and what builds it. */
final class JsonFunctions {
    static void register(Registry r) {
        registerAccess(r);
        registerSets(r);
        registerBuilders(r);
    }

    private static void registerAccess(Registry r) {
        r.two(
                "json_object_field",
                (CallContext c, String j, String key) -> text(JsonTree.parse(j).field(key)));
        r.two(
                "json_object_field_text",
                (CallContext c, String j, String key) -> unquoted(JsonTree.parse(j).field(key)));
        r.two(
                "json_array_element",
                (CallContext c, String j, Integer index) -> text(JsonTree.parse(j).element(index)));
        r.two(
                "json_array_element_text",
                (CallContext c, String j, Integer index) ->
                        unquoted(JsonTree.parse(j).element(index)));
        r.two(
                "json_extract_path",
                (CallContext c, String j, PgArray path) -> text(follow(JsonTree.parse(j), path)));
        r.two(
                "json_extract_path_text",
                (CallContext c, String j, PgArray path) ->
                        unquoted(follow(JsonTree.parse(j), path)));
        r.one(
                "json_array_length",
                (CallContext c, String j) -> {
                    var tree = JsonTree.parse(j);
                    if (tree.kind() != Kind.ARRAY) {
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "cannot get array length of a "
                                        + (tree.kind() == Kind.OBJECT ? "non-array" : "scalar"));
                    }
                    return tree.children().size();
                });
        r.one(
                "json_typeof",
                (CallContext c, String j) ->
                        JsonTree.parse(j).kind().name().toLowerCase(Locale.ROOT));
        r.one(
                "json_strip_nulls",
                (CallContext c, String j) -> {
                    var out = new StringBuilder();
                    strip(JsonTree.parse(j), out);
                    return out.toString();
                });
    }

    private static @Nullable String text(@Nullable JsonTree tree) {
        return tree == null ? null : tree.text();
    }

    private static @Nullable String unquoted(@Nullable JsonTree tree) {
        return tree == null ? null : tree.unquoted();
    }

    private static @Nullable JsonTree follow(JsonTree tree, PgArray path) {
        var current = tree;
        for (var step : path.unsafeElements()) {
            if (step == null || current == null) {
                return null;
            }
            var key = (String) step;
            if (current.kind() == Kind.ARRAY) {
                try {
                    current = current.element(Integer.parseInt(key.trim()));
                } catch (NumberFormatException noIndex) {
                    return null;
                }
            } else {
                current = current.field(key);
            }
        }
        return current;
    }

    private static void strip(JsonTree tree, StringBuilder out) {
        switch (tree.kind()) {
            case OBJECT -> {
                out.append('{');
                boolean first = true;
                for (var child : tree.children()) {
                    if (child.value().kind() == Kind.NULL) {
                        continue;
                    }
                    out.append(first ? "" : ",");
                    first = false;
                    Json.quote(out, child.key());
                    out.append(':');
                    strip(child.value(), out);
                }
                out.append('}');
            }
            case ARRAY -> {
                out.append('[');
                for (int i = 0; i < tree.children().size(); i++) {
                    out.append(i > 0 ? "," : "");
                    strip(tree.children().get(i).value(), out);
                }
                out.append(']');
            }
            case STRING, NUMBER, BOOLEAN, NULL -> out.append(tree.text());
        }
    }

    private static void registerSets(Registry r) {
        r.rows(
                "json_array_elements",
                (c, a) ->
                        elements(Strings.text(a, 0), c.function().name()).stream()
                                .map(child -> child.value().text())
                                .iterator());
        r.rows(
                "json_array_elements_text",
                (c, a) -> texts(elements(Strings.text(a, 0), c.function().name())));
        r.rows(
                "json_each",
                (c, a) ->
                        members(Strings.text(a, 0)).stream()
                                .map(child ->
                                        RecordValue.of(
                                                List.of(Types.TEXT, Types.JSON),
                                                child.key(),
                                                child.value().text()))
                                .iterator());
        r.rows(
                "json_each_text",
                (c, a) ->
                        members(Strings.text(a, 0)).stream()
                                .map(child ->
                                        RecordValue.of(
                                                List.of(Types.TEXT, Types.TEXT),
                                                child.key(),
                                                child.value().unquoted()))
                                .iterator());
        r.rows(
                "json_object_keys",
                (c, a) -> {
                    var tree = JsonTree.parse(Strings.text(a, 0));
                    if (tree.kind() != Kind.OBJECT) {
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "cannot call json_object_keys on "
                                        + (tree.kind() == Kind.ARRAY ? "an array" : "a scalar"));
                    }
                    return tree.children().stream().map(JsonTree.Child::key).iterator();
                });
        r.any(
                "json_populate_record",
                (c, a) ->
                        JsonRecords.populate(
                                c, a[0], a[1] == null ? null : JsonTree.parse(Strings.text(a, 1))));
        r.rows(
                "json_populate_recordset",
                (c, a) ->
                        JsonRecords.populateAll(
                                c, a[0], a[1] == null ? null : JsonTree.parse(Strings.text(a, 1))));
        r.any(
                "json_to_record",
                (c, a) ->
                        JsonRecords.populate(
                                c, null, a[0] == null ? null : JsonTree.parse(Strings.text(a, 0))));
        r.rows(
                "json_to_recordset",
                (c, a) ->
                        JsonRecords.populateAll(
                                c, null, a[0] == null ? null : JsonTree.parse(Strings.text(a, 0))));
    }

    private static Iterator<@Nullable String> texts(List<JsonTree.Child> children) {
        var texts = new ArrayList<@Nullable String>();
        children.forEach(child -> texts.add(child.value().unquoted()));
        return texts.iterator();
    }

    private static List<JsonTree.Child> elements(String json, String function) {
        var tree = JsonTree.parse(json);
        return switch (tree.kind()) {
            case ARRAY -> tree.children();
            case OBJECT ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot call " + function + " on a non-array");
            case STRING, NUMBER, BOOLEAN, NULL ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot call " + function + " on a scalar");
        };
    }

    private static List<JsonTree.Child> members(String json) {
        var tree = JsonTree.parse(json);
        return switch (tree.kind()) {
            case OBJECT -> tree.children();
            case ARRAY ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot deconstruct an array as an object");
            case STRING, NUMBER, BOOLEAN, NULL ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE, "cannot deconstruct a scalar");
        };
    }

    private static void registerBuilders(Registry r) {
        r.any(
                "to_json",
                (c, a) -> a[0] == null ? null : Json.text(c.argumentType(0), a[0], c.types()));
        r.one(
                "row_to_json",
                (CallContext c, RecordValue v) -> Json.text(c.argumentType(0), v, c.types()));
        r.two(
                "row_to_json_pretty",
                (CallContext c, RecordValue v, Boolean lines) -> pretty(c, v, lines));
        r.one(
                "array_to_json",
                (CallContext c, PgArray v) -> Json.text(c.argumentType(0), v, c.types()));
        r.two(
                "array_to_json_pretty",
                (CallContext c, PgArray v, Boolean lines) -> pretty(c, v, lines));
        r.any(
                "json_build_array",
                (c, a) -> {
                    if (TextFunctions.isVariadicNull(c, a)) {
                        return null;
                    }
                    var out = new StringBuilder("[");
                    for (var value : TextFunctions.values(c, a, 0)) {
                        out.append(out.length() > 1 ? ", " : "");
                        Json.append(out, value.type(), value.value(), c.types(), false);
                    }
                    return out.append(']').toString();
                });
        r.zero("json_build_array_noargs", c -> "[]");
        r.zero("json_build_object_noargs", c -> "{}");
        r.any(
                "json_build_object",
                (c, a) -> {
                    if (TextFunctions.isVariadicNull(c, a)) {
                        return null;
                    }
                    var values = TextFunctions.values(c, a, 0);
                    evenArguments(values.size(), "json_build_object");
                    var out = new StringBuilder("{");
                    for (int i = 0; i < values.size(); i += 2) {
                        out.append(i > 0 ? ", " : "");
                        var key = values.get(i);
                        if (key.value() == null) {
                            throw new SqlException(
                                            SqlState.INVALID_PARAMETER_VALUE,
                                            "argument " + (i + 1) + " cannot be null")
                                    .withHint("Object keys should be text.");
                        }
                        Json.quote(out, Json.key(key.type(), key.value(), c.types()));
                        out.append(" : ");
                        Json.append(
                                out,
                                values.get(i + 1).type(),
                                values.get(i + 1).value(),
                                c.types(),
                                false);
                    }
                    return out.append('}').toString();
                });
        r.one(
                "json_object",
                (CallContext c, PgArray pairs) -> {
                    var out = new StringBuilder("{");
                    for (var pair : pairs(pairs)) {
                        appendPair(out, pair[0], pair[1]);
                    }
                    return out.append('}').toString();
                });
        r.two(
                "json_object_two_arg",
                (CallContext c, PgArray keys, PgArray values) -> {
                    sameLength(keys, values);
                    var out = new StringBuilder("{");
                    for (int i = 0; i < keys.size(); i++) {
                        appendPair(out, (String) keys.get(i), (String) values.get(i));
                    }
                    return out.append('}').toString();
                });
    }

    private static String pretty(CallContext c, Object value, boolean lines) {
        var out = new StringBuilder();
        Json.append(out, c.argumentType(0), value, c.types(), lines);
        return out.toString();
    }

    static void evenArguments(int count, String function) {
        if (count % 2 != 0) {
            throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "argument list must have even number of elements")
                    .withHint(
                            "The arguments of "
                                    + function
                                    + "() must consist of alternating keys and values.");
        }
    }

    private static void appendPair(
            StringBuilder out, @Nullable String key, @Nullable String value) {
        if (key == null) {
            throw new SqlException(
                    SqlState.NULL_VALUE_NOT_ALLOWED, "null value not allowed for object key");
        }
        out.append(out.length() > 1 ? ", " : "");
        Json.quote(out, key);
        out.append(" : ");
        if (value == null) {
            out.append("null");
        } else {
            Json.quote(out, value);
        }
    }

    static void sameLength(PgArray keys, PgArray values) {
        if (keys.dimensions() > 1 || keys.dimensions() != values.dimensions()) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
        }
        if (keys.size() != values.size()) {
            throw new SqlException(SqlState.ARRAY_SUBSCRIPT_ERROR, "mismatched array dimensions");
        }
    }

    /** An array {k, v, k, v} or {{k, v}, {k, v}} as pairs. */
    static List<@Nullable String[]> pairs(PgArray array) {
        if (array.dimensions() > 2) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
        }
        if (array.dimensions() == 1 && array.size() % 2 != 0) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR, "array must have even number of elements");
        }
        if (array.dimensions() == 2 && array.length(1) != 2) {
            throw new SqlException(SqlState.ARRAY_SUBSCRIPT_ERROR, "array must have two columns");
        }
        var pairs = new ArrayList<@Nullable String[]>();
        for (int i = 0; i < array.size(); i += 2) {
            pairs.add(new String[] {(String) array.get(i), (String) array.get(i + 1)});
        }
        return pairs;
    }

    private JsonFunctions() {}
}
