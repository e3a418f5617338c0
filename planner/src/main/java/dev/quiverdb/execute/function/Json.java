package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.DateStyle;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.JsonbBuilder;
import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import java.time.ZoneId;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Values of SQL as JSON text and as jsonb. */
final class Json {
    /** How a type's values look in JSON. */
    enum Shape {
        BOOL,
        NUMBER,
        DATE,
        JSON,
        JSONB,
        ARRAY,
        RECORD,
        TEXT
    }

    static Shape shape(Type type) {
        var actual = type.actual();
        return switch (actual.oid()) {
            case Oids.BOOL -> Shape.BOOL;
            case Oids.INT2, Oids.INT4, Oids.INT8, Oids.FLOAT4, Oids.FLOAT8, Oids.NUMERIC ->
                    Shape.NUMBER;
            case Oids.DATE, Oids.TIMESTAMP, Oids.TIMESTAMPTZ -> Shape.DATE;
            case Oids.JSON -> Shape.JSON;
            case Oids.JSONB -> Shape.JSONB;
            case Oids.RECORD -> Shape.RECORD;
            default ->
                    actual.isTrueArray()
                            ? Shape.ARRAY
                            : actual.form() == Type.Form.COMPOSITE ? Shape.RECORD : Shape.TEXT;
        };
    }

    static void append(
            StringBuilder out,
            Type type,
            @Nullable Object value,
            TypeContext types,
            boolean lineFeeds) {
        if (value == null) {
            out.append("null");
            return;
        }
        switch (shape(type)) {
            case BOOL -> out.append(value);
            case NUMBER -> {
                var text = type.format(value, types);
                if (finite(value)) {
                    out.append(text);
                } else {
                    quote(out, text);
                }
            }
            case DATE -> quote(out, isoText(type, value, types));
            case JSON, JSONB -> out.append(type.format(value, types));
            case ARRAY -> array(out, (PgArray) value, types, lineFeeds);
            case RECORD -> record(out, type, (RecordValue) value, types, lineFeeds);
            case TEXT -> quote(out, type.format(value, types));
        }
    }

    static String text(Type type, @Nullable Object value, TypeContext types) {
        var out = new StringBuilder();
        append(out, type, value, types, false);
        return out.toString();
    }

    private static boolean finite(Object value) {
        return switch (value) {
            case Double d -> Double.isFinite(d);
            case Float f -> Float.isFinite(f);
            case Numeric n -> n.isFinite();
            default -> true;
        };
    }

    private static void array(
            StringBuilder out, PgArray array, TypeContext types, boolean lineFeeds) {
        if (array.dimensions() == 0) {
            out.append("[]");
            return;
        }
        level(out, array, 0, new int[] {0}, types, lineFeeds);
    }

    private static void level(
            StringBuilder out,
            PgArray array,
            int dimension,
            int[] next,
            TypeContext types,
            boolean lineFeeds) {
        out.append('[');
        for (int i = 0; i < array.length(dimension); i++) {
            if (i > 0) {
                out.append(lineFeeds && dimension + 1 == 1 ? ",\n " : ",");
            }
            if (dimension == array.dimensions() - 1) {
                append(out, array.elementType(), array.get(next[0]++), types, false);
            } else {
                level(out, array, dimension + 1, next, types, false);
            }
        }
        out.append(']');
    }

    private static void record(
            StringBuilder out,
            Type type,
            RecordValue record,
            TypeContext types,
            boolean lineFeeds) {
        var fields = type.actual().fields();
        out.append('{');
        for (int i = 0; i < record.size(); i++) {
            if (i > 0) {
                out.append(lineFeeds ? ",\n " : ",");
            }
            quote(out, i < fields.size() ? fields.get(i).name() : record.name(i));
            out.append(':');
            append(
                    out,
                    i < fields.size() ? fields.get(i).type() : record.type(i),
                    record.get(i),
                    types,
                    false);
        }
        out.append('}');
    }

    static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** ISO 8601 with a T, whatever DateStyle says. */
    static String isoText(Type type, Object value, TypeContext types) {
        var text = type.format(value, new IsoContext(types));
        if (type.actual().oid() == Oids.DATE || text.endsWith("infinity")) {
            return text;
        }
        var iso = new StringBuilder(text);
        int blank = iso.indexOf(" ");
        if (blank > 0) {
            iso.setCharAt(blank, 'T');
        }
        if (type.actual().oid() == Oids.TIMESTAMPTZ) {
            // JSON's form of the zone has minutes: +00 becomes +00:00.
            int sign = Math.max(iso.lastIndexOf("+"), iso.lastIndexOf("-"));
            if (sign > blank && iso.length() - sign == 3) {
                iso.append(":00");
            }
        }
        return iso.toString();
    }

    private record IsoContext(TypeContext base) implements TypeContext {
        @Override
        public ZoneId zone() {
            return base.zone();
        }

        @Override
        public DateStyle dateStyle() {
            return DateStyle.ISO;
        }

        @Override
        public NameResolver names() {
            return base.names();
        }

        @Override
        public Type type(int oid) {
            return base.type(oid);
        }
    }

    static Jsonb jsonb(Type type, @Nullable Object value, TypeContext types) {
        if (value == null) {
            return Jsonb.Nil.INSTANCE;
        }
        return switch (shape(type)) {
            case BOOL -> (Boolean) value ? Jsonb.Bool.TRUE : Jsonb.Bool.FALSE;
            case NUMBER ->
                    finite(value)
                            ? new Jsonb.Num(number(type, value, types))
                            : new Jsonb.Str(type.format(value, types));
            case DATE -> new Jsonb.Str(isoText(type, value, types));
            case JSON -> Jsonb.parse((String) value);
            case JSONB -> (Jsonb) value;
            case ARRAY -> jsonbLevel((PgArray) value, 0, new int[] {0}, types);
            case RECORD -> {
                var record = (RecordValue) value;
                var fields = type.actual().fields();
                var builder = new JsonbBuilder();
                for (int i = 0; i < record.size(); i++) {
                    builder.put(
                            i < fields.size() ? fields.get(i).name() : record.name(i),
                            jsonb(
                                    i < fields.size() ? fields.get(i).type() : record.type(i),
                                    record.get(i),
                                    types));
                }
                yield builder.build();
            }
            case TEXT -> new Jsonb.Str(type.format(value, types));
        };
    }

    private static Numeric number(Type type, Object value, TypeContext types) {
        return value instanceof Numeric numeric
                ? numeric
                : Numeric.parse(type.format(value, types));
    }

    private static Jsonb jsonbLevel(PgArray array, int dimension, int[] next, TypeContext types) {
        var elements = new ArrayList<Jsonb>();
        for (int i = 0; array.dimensions() > 0 && i < array.length(dimension); i++) {
            elements.add(
                    dimension == array.dimensions() - 1
                            ? jsonb(array.elementType(), array.get(next[0]++), types)
                            : jsonbLevel(array, dimension + 1, next, types));
        }
        return new Jsonb.Arr(elements);
    }

    /** A value as an object key. */
    static String key(Type type, @Nullable Object value, TypeContext types) {
        if (value == null) {
            throw new SqlException(SqlState.NULL_VALUE_NOT_ALLOWED, "field name must not be null");
        }
        return switch (shape(type)) {
            case JSON, JSONB, ARRAY, RECORD ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "key value must be scalar, not array, composite, or json");
            case DATE -> isoText(type, value, types);
            case BOOL -> value.toString();
            case NUMBER, TEXT -> type.format(value, types);
        };
    }

    private Json() {}
}
