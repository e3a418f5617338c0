package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Hstore;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.JsonbBuilder;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Functions of the extension hstore. */
final class HstoreFunctions {
    private static final Pattern JSON_NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    static void register(Registry r) {
        registerMakers(r);
        registerTests(r);
        registerChanges(r);
        registerParts(r);
        registerJson(r);
    }

    private static void registerMakers(Registry r) {
        r.any("hstore_from_text", (c, a) -> a[0] == null ? null : pair((String) a[0], a[1]));
        r.any("hstore_from_arrays", (c, a) -> fromArrays((PgArray) a[0], (PgArray) a[1]));
        r.one("hstore_from_array", (CallContext c, PgArray array) -> fromArray(array));
        r.any("hstore_from_record", (c, a) -> fromRecord(c, (RecordValue) a[0]));
        r.any("hstore_populate_record", (c, a) -> populate(c, (RecordValue) a[0], (Hstore) a[1]));
    }

    private static Hstore pair(String key, @Nullable Object value) {
        var pairs = new HashMap<String, @Nullable String>();
        pairs.put(key, (String) value);
        return Hstore.of(pairs);
    }

    private static SqlException subscripts(String message) {
        return new SqlException(SqlState.ARRAY_SUBSCRIPT_ERROR, message);
    }

    private static String key(@Nullable Object key) {
        if (key == null) {
            throw new SqlException(
                    SqlState.NULL_VALUE_NOT_ALLOWED, "null value not allowed for hstore key");
        }
        return (String) key;
    }

    /** Of a key that comes again, the first value counts. */
    private static void put(
            Map<String, @Nullable String> pairs, @Nullable Object key, @Nullable Object value) {
        var name = key(key);
        if (!pairs.containsKey(name)) {
            pairs.put(name, (String) value);
        }
    }

    private static @Nullable Hstore fromArrays(@Nullable PgArray keys, @Nullable PgArray values) {
        if (keys == null) {
            return null;
        }
        if (keys.dimensions() > 1 || values != null && values.dimensions() > 1) {
            throw subscripts("wrong number of array subscripts");
        }
        if (values != null
                && (!Arrays.equals(keys.lengths(), values.lengths())
                        || !Arrays.equals(keys.lowerBounds(), values.lowerBounds()))) {
            throw subscripts("arrays must have same bounds");
        }
        var pairs = new HashMap<String, @Nullable String>();
        for (int i = 0; i < keys.size(); i++) {
            put(pairs, keys.get(i), values == null ? null : values.get(i));
        }
        return Hstore.of(pairs);
    }

    private static Hstore fromArray(PgArray array) {
        if (array.dimensions() > 2) {
            throw subscripts("wrong number of array subscripts");
        }
        if (array.dimensions() == 1 && array.size() % 2 != 0) {
            throw subscripts("array must have even number of elements");
        }
        if (array.dimensions() == 2 && array.length(1) != 2) {
            throw subscripts("array must have two columns");
        }
        var pairs = new HashMap<String, @Nullable String>();
        for (int i = 0; i < array.size(); i += 2) {
            put(pairs, array.get(i), array.get(i + 1));
        }
        return Hstore.of(pairs);
    }

    private static @Nullable Hstore fromRecord(CallContext c, @Nullable RecordValue record) {
        var pairs = new HashMap<String, @Nullable String>();
        if (record == null) {
            var fields = c.argumentType(0).actual().fields();
            if (fields.isEmpty()) {
                return null;
            }
            fields.forEach(field -> put(pairs, field.name(), null));
            return Hstore.of(pairs);
        }
        var fields = c.argumentType(0).actual().fields();
        for (int i = 0; i < record.size(); i++) {
            var value = record.get(i);
            put(
                    pairs,
                    i < fields.size() ? fields.get(i).name() : record.name(i),
                    value == null ? null : record.type(i).format(value, c.types()));
        }
        return Hstore.of(pairs);
    }

    private static @Nullable RecordValue populate(
            CallContext c, @Nullable RecordValue base, @Nullable Hstore pairs) {
        if (pairs == null || base != null && pairs.pairs().isEmpty()) {
            return base;
        }
        var type = c.resultType().actual();
        if (type.form() != Type.Form.COMPOSITE) {
            throw new SqlException(SqlState.DATATYPE_MISMATCH, "first argument must be a rowtype");
        }
        var fields = type.fields();
        @Nullable Object[] values = new @Nullable Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            var field = fields.get(i);
            if (!pairs.pairs().containsKey(field.name())) {
                values[i] = base == null ? null : base.get(i);
                continue;
            }
            var text = pairs.pairs().get(field.name());
            values[i] = text == null ? null : field.type().parse(text, field.typmod(), c.types());
        }
        return RecordValue.of(fields.stream().map(Type.Field::type).toList(), values);
    }

    private static void registerTests(Registry r) {
        r.two("hstore_fetchval", (CallContext c, Hstore h, String key) -> h.pairs().get(key));
        r.two("hstore_exists", (CallContext c, Hstore h, String key) -> h.pairs().containsKey(key));
        r.two(
                "hstore_defined",
                (CallContext c, Hstore h, String key) -> h.pairs().get(key) != null);
        r.two(
                "hstore_exists_any",
                (CallContext c, Hstore h, PgArray keys) ->
                        keys(keys).stream().anyMatch(h.pairs()::containsKey));
        r.two(
                "hstore_exists_all",
                (CallContext c, Hstore h, PgArray keys) ->
                        keys(keys).stream().allMatch(h.pairs()::containsKey));
        r.two("hstore_contains", (CallContext c, Hstore a, Hstore b) -> contains(a, b));
        r.two("hstore_contained", (CallContext c, Hstore a, Hstore b) -> contains(b, a));
        r.comparisons("hstore_");
        r.two(
                "hstore_cmp",
                (CallContext c, Hstore a, Hstore b) ->
                        Integer.signum(c.argumentType(0).compare(a, b)));
    }

    /** The keys that are not NULL. */
    private static List<String> keys(PgArray array) {
        var keys = new ArrayList<String>();
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i) instanceof String key) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static boolean contains(Hstore all, Hstore part) {
        return part.pairs().entrySet().stream()
                .allMatch(pair ->
                        all.pairs().containsKey(pair.getKey())
                                && Objects.equals(all.pairs().get(pair.getKey()), pair.getValue()));
    }

    private static void registerChanges(Registry r) {
        r.two(
                "hstore_concat",
                (CallContext c, Hstore a, Hstore b) -> {
                    var pairs = new HashMap<String, @Nullable String>(a.pairs());
                    pairs.putAll(b.pairs());
                    return Hstore.of(pairs);
                });
        r.two("hstore_delete", (CallContext c, Hstore h, String key) -> without(h, List.of(key)));
        r.two("hstore_delete_array", (CallContext c, Hstore h, PgArray k) -> without(h, keys(k)));
        r.two(
                "hstore_delete_hstore",
                (CallContext c, Hstore a, Hstore b) -> {
                    var pairs = new HashMap<String, @Nullable String>(a.pairs());
                    pairs.entrySet().removeAll(b.pairs().entrySet());
                    return Hstore.of(pairs);
                });
        r.two(
                "hstore_slice_to_hstore",
                (CallContext c, Hstore h, PgArray keys) -> {
                    var pairs = new HashMap<String, @Nullable String>(h.pairs());
                    pairs.keySet().retainAll(keys(keys));
                    return Hstore.of(pairs);
                });
        r.two(
                "hstore_slice_to_array",
                (CallContext c, Hstore h, PgArray keys) -> {
                    @Nullable Object[] values = new @Nullable Object[keys.size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = keys.get(i) instanceof String key ? h.pairs().get(key) : null;
                    }
                    return keys.withElements(Types.TEXT, values);
                });
    }

    private static Hstore without(Hstore h, List<String> keys) {
        var pairs = new HashMap<String, @Nullable String>(h.pairs());
        pairs.keySet().removeAll(keys);
        return Hstore.of(pairs);
    }

    private static void registerParts(Registry r) {
        r.one("hstore_akeys", (CallContext c, Hstore h) -> texts(h.pairs().keySet().toArray()));
        r.one("hstore_avals", (CallContext c, Hstore h) -> texts(h.pairs().values().toArray()));
        r.one("hstore_to_array", (CallContext c, Hstore h) -> texts(flat(h)));
        r.one(
                "hstore_to_matrix",
                (CallContext c, Hstore h) ->
                        h.pairs().isEmpty()
                                ? PgArray.empty(Types.TEXT)
                                : PgArray.wrap(
                                        Types.TEXT,
                                        new int[] {h.pairs().size(), 2},
                                        new int[] {1, 1},
                                        flat(h)));
        r.rows("hstore_skeys", (c, a) -> ((Hstore) Strings.arg(a, 0)).pairs().keySet().iterator());
        r.rows("hstore_svals", (c, a) -> ((Hstore) Strings.arg(a, 0)).pairs().values().iterator());
        r.rows(
                "hstore_each",
                (c, a) ->
                        ((Hstore) Strings.arg(a, 0))
                                .pairs().entrySet().stream()
                                        .map(pair ->
                                                RecordValue.of(
                                                        List.of(Types.TEXT, Types.TEXT),
                                                        pair.getKey(),
                                                        pair.getValue()))
                                        .iterator());
    }

    private static PgArray texts(@Nullable Object[] values) {
        return PgArray.of(Types.TEXT, values);
    }

    private static @Nullable Object[] flat(Hstore h) {
        var parts = new ArrayList<@Nullable Object>();
        h.pairs()
                .forEach((key, value) -> {
                    parts.add(key);
                    parts.add(value);
                });
        return parts.toArray();
    }

    private static void registerJson(Registry r) {
        r.one("hstore_to_json", (CallContext c, Hstore h) -> json(h, false));
        r.one("hstore_to_json_loose", (CallContext c, Hstore h) -> json(h, true));
        r.one("hstore_to_jsonb", (CallContext c, Hstore h) -> jsonb(h, false));
        r.one("hstore_to_jsonb_loose", (CallContext c, Hstore h) -> jsonb(h, true));
    }

    private static String json(Hstore h, boolean loose) {
        var out = new StringBuilder("{");
        h.pairs()
                .forEach((key, value) -> {
                    Json.quote(out.append(out.length() == 1 ? "" : ", "), key);
                    out.append(": ");
                    if (value == null) {
                        out.append("null");
                    } else if (loose && value.equals("t")) {
                        out.append("true");
                    } else if (loose && value.equals("f")) {
                        out.append("false");
                    } else if (loose && JSON_NUMBER.matcher(value).matches()) {
                        out.append(value);
                    } else {
                        Json.quote(out, value);
                    }
                });
        return out.append('}').toString();
    }

    private static Jsonb jsonb(Hstore h, boolean loose) {
        var out = new JsonbBuilder();
        h.pairs().forEach((key, value) -> out.put(key, jsonb(value, loose)));
        return out.build();
    }

    private static Jsonb jsonb(@Nullable String value, boolean loose) {
        if (value == null) {
            return Jsonb.Nil.INSTANCE;
        }
        if (loose && value.equals("t")) {
            return Jsonb.Bool.TRUE;
        }
        if (loose && value.equals("f")) {
            return Jsonb.Bool.FALSE;
        }
        return loose && JSON_NUMBER.matcher(value).matches()
                ? new Jsonb.Num(Numeric.parse(value))
                : new Jsonb.Str(value);
    }

    private HstoreFunctions() {}
}
