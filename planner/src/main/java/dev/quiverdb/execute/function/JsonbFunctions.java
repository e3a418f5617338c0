package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.JsonbBuilder;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** jsonb: access, containment, change, building, casts. */
final class JsonbFunctions {
    static void register(Registry r) {
        registerAccess(r);
        registerTests(r);
        registerChange(r);
        registerSets(r);
        registerBuilders(r);
        registerCasts(r);
    }

    private static void registerAccess(Registry r) {
        r.two(
                "jsonb_object_field",
                (CallContext c, Jsonb j, String key) ->
                        j instanceof Jsonb.Obj o ? o.get(key) : null);
        r.two(
                "jsonb_object_field_text",
                (CallContext c, Jsonb j, String key) ->
                        j instanceof Jsonb.Obj o ? text(o.get(key)) : null);
        r.two("jsonb_array_element", (CallContext c, Jsonb j, Integer index) -> element(j, index));
        r.two(
                "jsonb_array_element_text",
                (CallContext c, Jsonb j, Integer index) -> text(element(j, index)));
        r.two("jsonb_extract_path", (CallContext c, Jsonb j, PgArray path) -> extract(j, path));
        r.two(
                "jsonb_extract_path_text",
                (CallContext c, Jsonb j, PgArray path) -> text(extract(j, path)));
        r.one(
                "jsonb_array_length",
                (CallContext c, Jsonb j) -> {
                    if (j instanceof Jsonb.Arr array) {
                        return array.elements().size();
                    }
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot get array length of a "
                                    + (j.isScalar() ? "scalar" : "non-array"));
                });
        r.one("jsonb_typeof", (CallContext c, Jsonb j) -> typeOf(j));
        r.one(
                "jsonb_pretty",
                (CallContext c, Jsonb j) -> {
                    var out = new StringBuilder();
                    pretty(j, 0, out);
                    return out.toString();
                });
        r.one("jsonb_strip_nulls", (CallContext c, Jsonb j) -> strip(j));
    }

    /** A bare scalar counts as an array of itself. */
    private static @Nullable Jsonb element(Jsonb json, int index) {
        if (json.isScalar()) {
            return index == 0 || index == -1 ? json : null;
        }
        return json instanceof Jsonb.Arr array ? JsonPaths.element(array, index) : null;
    }

    static String typeOf(Jsonb json) {
        return switch (json) {
            case Jsonb.Nil nil -> "null";
            case Jsonb.Str string -> "string";
            case Jsonb.Num number -> "number";
            case Jsonb.Bool bool -> "boolean";
            case Jsonb.Arr array -> "array";
            case Jsonb.Obj object -> "object";
        };
    }

    /** As {@code ->>}: strings bare, null as NULL. */
    static @Nullable String text(@Nullable Jsonb json) {
        return switch (json) {
            case null -> null;
            case Jsonb.Nil nil -> null;
            case Jsonb.Str string -> string.value();
            default -> json.toString();
        };
    }

    private static @Nullable Jsonb extract(Jsonb json, PgArray path) {
        var keys = new ArrayList<String>();
        for (var key : path.unsafeElements()) {
            if (key == null) {
                return null;
            }
            keys.add((String) key);
        }
        return JsonPaths.extract(json, keys);
    }

    private static void pretty(Jsonb json, int depth, StringBuilder out) {
        var pad = "    ".repeat(depth);
        switch (json) {
            case Jsonb.Arr array -> {
                out.append('[');
                for (int i = 0; i < array.elements().size(); i++) {
                    out.append(i > 0 ? ",\n" : "\n").append(pad).append("    ");
                    pretty(array.elements().get(i), depth + 1, out);
                }
                out.append('\n').append(pad).append(']');
            }
            case Jsonb.Obj object -> {
                out.append('{');
                for (int i = 0; i < object.members().size(); i++) {
                    out.append(i > 0 ? ",\n" : "\n").append(pad).append("    ");
                    Json.quote(out, object.members().get(i).key());
                    out.append(": ");
                    pretty(object.members().get(i).value(), depth + 1, out);
                }
                out.append('\n').append(pad).append('}');
            }
            default -> out.append(json);
        }
    }

    private static Jsonb strip(Jsonb json) {
        return switch (json) {
            case Jsonb.Arr array ->
                    new Jsonb.Arr(array.elements().stream().map(JsonbFunctions::strip).toList());
            case Jsonb.Obj object -> {
                var builder = new JsonbBuilder();
                for (var member : object.members()) {
                    if (!(member.value() instanceof Jsonb.Nil)) {
                        builder.put(member.key(), strip(member.value()));
                    }
                }
                yield builder.build();
            }
            default -> json;
        };
    }

    private static void registerTests(Registry r) {
        r.two("jsonb_contains", (CallContext c, Jsonb a, Jsonb b) -> contains(a, b, true));
        r.two("jsonb_contained", (CallContext c, Jsonb a, Jsonb b) -> contains(b, a, true));
        r.two("jsonb_exists", (CallContext c, Jsonb j, String key) -> exists(j, key));
        r.two(
                "jsonb_exists_any",
                (CallContext c, Jsonb j, PgArray keys) ->
                        strings(keys).stream().anyMatch(key -> exists(j, key)));
        r.two(
                "jsonb_exists_all",
                (CallContext c, Jsonb j, PgArray keys) ->
                        strings(keys).stream().allMatch(key -> exists(j, key)));
    }

    private static List<String> strings(PgArray array) {
        var out = new ArrayList<String>();
        for (var element : array.unsafeElements()) {
            if (element != null) {
                out.add((String) element);
            }
        }
        return out;
    }

    private static boolean exists(Jsonb json, String key) {
        return switch (json) {
            case Jsonb.Obj object -> object.get(key) != null;
            case Jsonb.Arr array -> array.elements().contains(new Jsonb.Str(key));
            case Jsonb.Str string -> string.value().equals(key);
            default -> false;
        };
    }

    private static boolean contains(Jsonb a, Jsonb b, boolean top) {
        return switch (b) {
            case Jsonb.Obj wanted ->
                    a instanceof Jsonb.Obj object
                            && wanted.members().stream()
                                    .allMatch(member -> {
                                        var value = object.get(member.key());
                                        return value != null
                                                && contains(value, member.value(), false);
                                    });
            case Jsonb.Arr wanted ->
                    a instanceof Jsonb.Arr array
                            && wanted.elements().stream()
                                    .allMatch(element ->
                                            array.elements().stream()
                                                    .anyMatch(other ->
                                                            contains(other, element, false)));
            // As a special case an array contains a bare scalar, at the top only.
            default ->
                    a.equals(b)
                            || (top
                                    && a instanceof Jsonb.Arr array
                                    && array.elements().contains(b));
        };
    }

    private static void registerChange(Registry r) {
        r.two("jsonb_concat", (CallContext c, Jsonb a, Jsonb b) -> concat(a, b));
        r.two("jsonb_delete", (CallContext c, Jsonb j, String key) -> deleteKeys(j, List.of(key)));
        r.two(
                "jsonb_delete_array",
                (CallContext c, Jsonb j, PgArray keys) -> deleteKeys(j, strings(keys)));
        r.two("jsonb_delete_idx", (CallContext c, Jsonb j, Integer index) -> deleteIndex(j, index));
        r.two(
                "jsonb_delete_path",
                (CallContext c, Jsonb j, PgArray path) -> JsonPaths.delete(j, path(path)));
        r.any(
                "jsonb_set",
                (c, a) ->
                        JsonPaths.set(
                                (Jsonb) Strings.arg(a, 0),
                                path((PgArray) Strings.arg(a, 1)),
                                (Jsonb) Strings.arg(a, 2),
                                (boolean) Strings.arg(a, 3)));
        r.any("jsonb_set_lax", (c, a) -> setLax(a));
        r.any(
                "jsonb_insert",
                (c, a) ->
                        JsonPaths.insert(
                                (Jsonb) Strings.arg(a, 0),
                                path((PgArray) Strings.arg(a, 1)),
                                (Jsonb) Strings.arg(a, 2),
                                (boolean) Strings.arg(a, 3)));
    }

    private static List<@Nullable String> path(PgArray array) {
        if (array.dimensions() > 1) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
        }
        var out = new ArrayList<@Nullable String>();
        for (var element : array.unsafeElements()) {
            out.add((String) element);
        }
        return out;
    }

    private static @Nullable Object setLax(@Nullable Object[] a) {
        if (a[0] == null || a[1] == null || a[3] == null) {
            return null;
        }
        if (a[4] == null) {
            throw nullTreatment();
        }
        var json = (Jsonb) Strings.arg(a, 0);
        var path = path((PgArray) Strings.arg(a, 1));
        boolean create = (Boolean) Strings.arg(a, 3);
        if (a[2] != null) {
            return JsonPaths.set(json, path, (Jsonb) Strings.arg(a, 2), create);
        }
        return switch (Strings.text(a, 4)) {
            case "raise_exception" ->
                    throw new SqlException(
                                    SqlState.NULL_VALUE_NOT_ALLOWED, "JSON value must not be null")
                            .withDetail(
                                    "Exception was raised because null_value_treatment is \"raise_exception\".")
                            .withHint(
                                    "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is"
                                            + " not passed.");
            case "use_json_null" -> JsonPaths.set(json, path, Jsonb.Nil.INSTANCE, create);
            case "delete_key" -> JsonPaths.delete(json, path);
            case "return_target" -> json;
            default -> throw nullTreatment();
        };
    }

    private static SqlException nullTreatment() {
        return new SqlException(
                SqlState.INVALID_PARAMETER_VALUE,
                "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or"
                        + " \"raise_exception\"");
    }

    private static Jsonb concat(Jsonb a, Jsonb b) {
        if (a instanceof Jsonb.Obj left && b instanceof Jsonb.Obj right) {
            var builder = new JsonbBuilder();
            left.members().forEach(member -> builder.put(member.key(), member.value()));
            right.members().forEach(member -> builder.put(member.key(), member.value()));
            return builder.build();
        }
        var elements =
                new ArrayList<Jsonb>(a instanceof Jsonb.Arr array ? array.elements() : List.of(a));
        elements.addAll(b instanceof Jsonb.Arr array ? array.elements() : List.of(b));
        return new Jsonb.Arr(elements);
    }

    private static Jsonb deleteKeys(Jsonb json, List<String> keys) {
        return switch (json) {
            case Jsonb.Obj object -> {
                var builder = new JsonbBuilder();
                object.members().stream()
                        .filter(m -> !keys.contains(m.key()))
                        .forEach(m -> builder.put(m.key(), m.value()));
                yield builder.build();
            }
            case Jsonb.Arr array ->
                    new Jsonb.Arr(
                            array.elements().stream()
                                    .filter(e ->
                                            !(e instanceof Jsonb.Str string
                                                    && keys.contains(string.value())))
                                    .toList());
            default ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE, "cannot delete from scalar");
        };
    }

    private static Jsonb deleteIndex(Jsonb json, int index) {
        return switch (json) {
            case Jsonb.Arr array -> {
                int at = index < 0 ? array.elements().size() + index : index;
                if (at < 0 || at >= array.elements().size()) {
                    yield json;
                }
                var elements = new ArrayList<>(array.elements());
                elements.remove(at);
                yield new Jsonb.Arr(elements);
            }
            case Jsonb.Obj object ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot delete from object using integer index");
            default ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE, "cannot delete from scalar");
        };
    }

    private static void registerSets(Registry r) {
        r.rows("jsonb_array_elements", (c, a) -> elements((Jsonb) Strings.arg(a, 0)).iterator());
        r.rows(
                "jsonb_array_elements_text",
                (c, a) -> {
                    var texts = new ArrayList<@Nullable String>();
                    elements((Jsonb) Strings.arg(a, 0))
                            .forEach(element -> texts.add(text(element)));
                    return texts.iterator();
                });
        r.rows(
                "jsonb_each",
                (c, a) ->
                        members((Jsonb) Strings.arg(a, 0), "jsonb_each").stream()
                                .map(m ->
                                        RecordValue.of(
                                                List.of(Types.TEXT, Types.JSONB),
                                                m.key(),
                                                m.value()))
                                .iterator());
        r.rows(
                "jsonb_each_text",
                (c, a) ->
                        members((Jsonb) Strings.arg(a, 0), "jsonb_each_text").stream()
                                .map(m ->
                                        RecordValue.of(
                                                List.of(Types.TEXT, Types.TEXT),
                                                m.key(),
                                                text(m.value())))
                                .iterator());
        r.rows("jsonb_object_keys", (c, a) -> keys((Jsonb) Strings.arg(a, 0)));
        r.any("jsonb_populate_record", (c, a) -> JsonRecords.populate(c, a[0], tree(a[1])));
        r.rows("jsonb_populate_recordset", (c, a) -> JsonRecords.populateAll(c, a[0], tree(a[1])));
        r.any("jsonb_to_record", (c, a) -> JsonRecords.populate(c, null, tree(a[0])));
        r.rows("jsonb_to_recordset", (c, a) -> JsonRecords.populateAll(c, null, tree(a[0])));
    }

    private static @Nullable JsonTree tree(@Nullable Object json) {
        return json == null ? null : JsonTree.parse(json.toString());
    }

    private static List<Jsonb> elements(Jsonb json) {
        return switch (json) {
            case Jsonb.Arr array -> array.elements();
            case Jsonb.Obj object ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot extract elements from an object");
            default ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot extract elements from a scalar");
        };
    }

    private static List<Jsonb.Member> members(Jsonb json, String function) {
        if (json instanceof Jsonb.Obj object) {
            return object.members();
        }
        throw new SqlException(
                SqlState.INVALID_PARAMETER_VALUE, "cannot call " + function + " on a non-object");
    }

    private static Iterator<String> keys(Jsonb json) {
        return switch (json) {
            case Jsonb.Obj object -> object.members().stream().map(Jsonb.Member::key).iterator();
            case Jsonb.Arr array ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot call jsonb_object_keys on an array");
            default ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "cannot call jsonb_object_keys on a scalar");
        };
    }

    private static void registerBuilders(Registry r) {
        r.any(
                "to_jsonb",
                (c, a) -> a[0] == null ? null : Json.jsonb(c.argumentType(0), a[0], c.types()));
        r.any(
                "jsonb_build_array",
                (c, a) ->
                        TextFunctions.isVariadicNull(c, a)
                                ? null
                                : new Jsonb.Arr(
                                        TextFunctions.values(c, a, 0).stream()
                                                .map(v ->
                                                        Json.jsonb(v.type(), v.value(), c.types()))
                                                .toList()));
        r.zero("jsonb_build_array_noargs", c -> new Jsonb.Arr(List.of()));
        r.zero("jsonb_build_object_noargs", c -> new JsonbBuilder().build());
        r.any(
                "jsonb_build_object",
                (c, a) -> {
                    if (TextFunctions.isVariadicNull(c, a)) {
                        return null;
                    }
                    var values = TextFunctions.values(c, a, 0);
                    JsonFunctions.evenArguments(values.size(), "jsonb_build_object");
                    var builder = new JsonbBuilder();
                    for (int i = 0; i < values.size(); i += 2) {
                        if (values.get(i).value() == null) {
                            throw new SqlException(
                                    SqlState.INVALID_PARAMETER_VALUE,
                                    "argument " + (i + 1) + ": key must not be null");
                        }
                        builder.put(
                                Json.key(values.get(i).type(), values.get(i).value(), c.types()),
                                Json.jsonb(
                                        values.get(i + 1).type(),
                                        values.get(i + 1).value(),
                                        c.types()));
                    }
                    return builder.build();
                });
        r.one(
                "jsonb_object",
                (CallContext c, PgArray array) -> {
                    var builder = new JsonbBuilder();
                    for (var pair : JsonFunctions.pairs(array)) {
                        put(builder, pair[0], pair[1]);
                    }
                    return builder.build();
                });
        r.two(
                "jsonb_object_two_arg",
                (CallContext c, PgArray keys, PgArray values) -> {
                    JsonFunctions.sameLength(keys, values);
                    var builder = new JsonbBuilder();
                    for (int i = 0; i < keys.size(); i++) {
                        put(builder, (String) keys.get(i), (String) values.get(i));
                    }
                    return builder.build();
                });
    }

    private static void put(JsonbBuilder builder, @Nullable String key, @Nullable String value) {
        if (key == null) {
            throw new SqlException(
                    SqlState.NULL_VALUE_NOT_ALLOWED, "null value not allowed for object key");
        }
        builder.put(key, value == null ? Jsonb.Nil.INSTANCE : new Jsonb.Str(value));
    }

    private static void registerCasts(Registry r) {
        r.one(
                "jsonb_bool",
                (CallContext c, Jsonb j) -> {
                    if (j instanceof Jsonb.Bool bool) {
                        return bool.value();
                    }
                    throw cannotCast(j, "boolean");
                });
        r.one("jsonb_numeric", (CallContext c, Jsonb j) -> number(j, "numeric"));
        r.one("jsonb_int2", (CallContext c, Jsonb j) -> number(j, "smallint").toShort());
        r.one("jsonb_int4", (CallContext c, Jsonb j) -> number(j, "integer").toInt());
        r.one("jsonb_int8", (CallContext c, Jsonb j) -> number(j, "bigint").toLong());
        r.one("jsonb_float4", (CallContext c, Jsonb j) -> (float) number(j, "real").toDouble());
        r.one("jsonb_float8", (CallContext c, Jsonb j) -> number(j, "double precision").toDouble());
    }

    private static Numeric number(Jsonb json, String type) {
        if (json instanceof Jsonb.Num number) {
            return number.value();
        }
        throw cannotCast(json, type);
    }

    private static SqlException cannotCast(Jsonb json, String type) {
        return new SqlException(
                SqlState.INVALID_PARAMETER_VALUE,
                "cannot cast jsonb "
                        + (json instanceof Jsonb.Num ? "numeric" : typeOf(json))
                        + " to type "
                        + type);
    }

    private JsonbFunctions() {}
}
