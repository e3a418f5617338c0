package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.ByteString;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.JsonbBuilder;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Aggregates that put all values into one: string_agg, array_agg, json_agg and kin. */
final class Gathering {
    static final class Strings implements Accumulator {
        private final boolean bytes;
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private boolean any;

        Strings(boolean bytes) {
            this.bytes = bytes;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            var value = arguments[0];
            var delimiter = arguments[1];
            if (value == null) {
                return;
            }
            if (any && delimiter != null) {
                append(delimiter);
            }
            any = true;
            append(value);
        }

        private void append(Object part) {
            if (bytes) {
                out.writeBytes(((ByteString) part).unsafeArray());
            } else {
                text.append((String) part);
            }
        }

        @Override
        public @Nullable Object result() {
            return !any ? null : bytes ? ByteString.wrap(out.toByteArray()) : text.toString();
        }
    }

    static final class Arrays implements Accumulator {
        private final boolean nested;
        private final Type element;
        private final List<@Nullable Object> values = new ArrayList<>();

        Arrays(Type argument, Type result) {
            nested = argument.isTrueArray();
            var type = result.actual().element();
            if (type == null) {
                throw new IllegalStateException("array_agg gives " + result);
            }
            element = type;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            if (nested && arguments[0] == null) {
                throw new SqlException(
                        SqlState.NULL_VALUE_NOT_ALLOWED, "cannot accumulate null arrays");
            }
            values.add(arguments[0]);
        }

        @Override
        public @Nullable Object result() {
            if (values.isEmpty()) {
                return null;
            }
            return nested ? stack() : PgArray.of(element, values);
        }

        private PgArray stack() {
            var first = (PgArray) values.getFirst();
            if (first == null || first.dimensions() == 0) {
                throw new SqlException(
                        SqlState.ARRAY_SUBSCRIPT_ERROR, "cannot accumulate empty arrays");
            }
            var all = new ArrayList<@Nullable Object>();
            for (var value : values) {
                var array = (PgArray) value;
                if (array == null || !java.util.Arrays.equals(array.lengths(), first.lengths())) {
                    throw new SqlException(
                            SqlState.ARRAY_SUBSCRIPT_ERROR,
                            "cannot accumulate arrays of different dimensionality");
                }
                all.addAll(java.util.Arrays.asList(array.unsafeElements()));
            }
            int[] lengths = new int[first.dimensions() + 1];
            int[] bounds = new int[lengths.length];
            lengths[0] = values.size();
            bounds[0] = 1;
            System.arraycopy(first.lengths(), 0, lengths, 1, first.dimensions());
            System.arraycopy(first.lowerBounds(), 0, bounds, 1, first.dimensions());
            return PgArray.wrap(element, lengths, bounds, all.toArray());
        }
    }

    static final class JsonArray implements Accumulator {
        private final Type type;
        private final TypeContext types;
        private final StringBuilder out = new StringBuilder("[");

        JsonArray(Type type, TypeContext types) {
            this.type = type;
            this.types = types;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            var value = arguments[0];
            if (out.length() > 1) {
                out.append(", ");
                var shape = Json.shape(type);
                if (value != null && (shape == Json.Shape.ARRAY || shape == Json.Shape.RECORD)) {
                    out.append("\n ");
                }
            }
            Json.append(out, type, value, types, false);
        }

        @Override
        public @Nullable Object result() {
            return out.length() == 1 ? null : out + "]";
        }
    }

    static final class JsonbArray implements Accumulator {
        private final Type type;
        private final TypeContext types;
        private final List<Jsonb> elements = new ArrayList<>();

        JsonbArray(Type type, TypeContext types) {
            this.type = type;
            this.types = types;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            elements.add(Json.jsonb(type, arguments[0], types));
        }

        @Override
        public @Nullable Object result() {
            return elements.isEmpty() ? null : new Jsonb.Arr(elements);
        }
    }

    static final class JsonObject implements Accumulator {
        private final Type[] arguments;
        private final TypeContext types;
        private final StringBuilder out = new StringBuilder("{ ");

        JsonObject(Type[] arguments, TypeContext types) {
            this.arguments = arguments;
            this.types = types;
        }

        @Override
        public void add(@Nullable Object[] values) {
            if (out.length() > 2) {
                out.append(", ");
            }
            Json.quote(out, Json.key(arguments[0], values[0], types));
            out.append(" : ");
            Json.append(out, arguments[1], values[1], types, false);
        }

        @Override
        public @Nullable Object result() {
            return out.length() == 2 ? null : out + " }";
        }
    }

    static final class JsonbObject implements Accumulator {
        private final Type[] arguments;
        private final TypeContext types;
        private final JsonbBuilder builder = new JsonbBuilder();
        private boolean any;

        JsonbObject(Type[] arguments, TypeContext types) {
            this.arguments = arguments;
            this.types = types;
        }

        @Override
        public void add(@Nullable Object[] values) {
            any = true;
            builder.put(
                    Json.key(arguments[0], values[0], types),
                    Json.jsonb(arguments[1], values[1], types));
        }

        @Override
        public @Nullable Object result() {
            return any ? builder.build() : null;
        }
    }

    private Gathering() {}
}
