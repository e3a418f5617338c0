package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Arrays. */
final class ArrayFunctions {
    static void register(Registry r) {
        registerShape(r);
        registerChange(r);
        registerSearch(r);
        r.rows(
                "array_unnest",
                (c, a) -> Arrays.asList(((PgArray) Strings.arg(a, 0)).unsafeElements()).iterator());
        r.rows(
                "generate_subscripts",
                (c, a) ->
                        subscripts(
                                        (PgArray) Strings.arg(a, 0),
                                        Strings.integer(a, 1),
                                        (boolean) Strings.arg(a, 2))
                                .iterator());
        r.rows("_pg_expandarray(*)", (c, a) -> expand(c, (PgArray) Strings.arg(a, 0)));
        r.rows(
                "generate_subscripts_nodir",
                (c, a) ->
                        subscripts((PgArray) Strings.arg(a, 0), Strings.integer(a, 1), false)
                                .iterator());
    }

    /** information_schema's rows of a list's elements and their numbers from 1. */
    private static Iterator<RecordValue> expand(CallContext c, PgArray array) {
        var element = c.argumentType(0).actual().element();
        var types = List.of(element == null ? Types.TEXT : element, Types.INT4);
        var rows = new ArrayList<RecordValue>();
        int count = array.dimensions() == 0 ? 0 : array.length(0);
        for (int i = 0; i < count; i++) {
            rows.add(RecordValue.of(types, array.dimensions() == 1 ? array.get(i) : null, i + 1));
        }
        return rows.iterator();
    }

    private static void registerShape(Registry r) {
        r.one(
                "array_ndims",
                (CallContext c, PgArray a) -> a.dimensions() == 0 ? null : a.dimensions());
        r.one("array_cardinality", (CallContext c, PgArray a) -> a.size());
        r.two(
                "array_length",
                (CallContext c, PgArray a, Integer d) ->
                        has(a, d) ? (Object) a.length(d - 1) : null);
        r.two(
                "array_lower",
                (CallContext c, PgArray a, Integer d) ->
                        has(a, d) ? (Object) a.lowerBound(d - 1) : null);
        r.two(
                "array_upper",
                (CallContext c, PgArray a, Integer d) ->
                        has(a, d) ? (Object) a.upperBound(d - 1) : null);
        r.one("array_dims", (CallContext c, PgArray a) -> dims(a));
    }

    private static boolean has(PgArray a, int dimension) {
        return dimension >= 1 && dimension <= a.dimensions();
    }

    private static @Nullable String dims(PgArray a) {
        if (a.dimensions() == 0) {
            return null;
        }
        var out = new StringBuilder();
        for (int i = 0; i < a.dimensions(); i++) {
            out.append('[').append(a.lowerBound(i)).append(':').append(a.upperBound(i)).append(']');
        }
        return out.toString();
    }

    private static List<@Nullable Object> subscripts(PgArray a, int dimension, boolean reverse) {
        var out = new ArrayList<@Nullable Object>();
        if (has(a, dimension)) {
            for (int i = a.lowerBound(dimension - 1); i <= a.upperBound(dimension - 1); i++) {
                out.add(i);
            }
        }
        return reverse ? out.reversed() : out;
    }

    private static Type element(CallContext c) {
        var element = c.resultType().actual().element();
        if (element == null) {
            throw new IllegalStateException(c.resultType() + " is no array type");
        }
        return element;
    }

    private static void registerChange(Registry r) {
        r.any("array_append", (c, a) -> append(element(c), (PgArray) a[0], a[1], true));
        r.any("array_prepend", (c, a) -> append(element(c), (PgArray) a[1], a[0], false));
        r.any(
                "array_cat",
                (c, a) ->
                        a[0] == null
                                ? a[1]
                                : a[1] == null
                                        ? a[0]
                                        : concat(
                                                (PgArray) Strings.arg(a, 0),
                                                (PgArray) Strings.arg(a, 1)));
        r.any(
                "array_remove",
                (c, a) -> a[0] == null ? null : remove((PgArray) Strings.arg(a, 0), a[1]));
        r.any(
                "array_replace",
                (c, a) -> a[0] == null ? null : replace((PgArray) Strings.arg(a, 0), a[1], a[2]));
        r.any("array_fill", (c, a) -> fill(element(c), a[0], (PgArray) a[1], null));
        r.any(
                "array_fill_with_lower_bounds",
                (c, a) -> {
                    if (a[2] == null) {
                        throw nullBounds();
                    }
                    return fill(element(c), a[0], (PgArray) a[1], (PgArray) a[2]);
                });
        r.two("trim_array", (CallContext c, PgArray a, Integer n) -> trim(a, n));
    }

    private static PgArray append(
            Type element, @Nullable PgArray array, @Nullable Object value, boolean atEnd) {
        if (array == null || array.dimensions() == 0) {
            return PgArray.of(element, value);
        }
        if (array.dimensions() != 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "argument must be empty or one-dimensional array");
        }
        @Nullable Object[] values = new @Nullable Object[array.size() + 1];
        System.arraycopy(array.unsafeElements(), 0, values, atEnd ? 0 : 1, array.size());
        values[atEnd ? array.size() : 0] = value;
        return PgArray.wrap(
                element, new int[] {values.length}, new int[] {array.lowerBound(0)}, values);
    }

    private static PgArray concat(PgArray a, PgArray b) {
        if (a.dimensions() == 0) {
            return b;
        }
        if (b.dimensions() == 0) {
            return a;
        }
        var values = Arrays.copyOf(a.unsafeElements(), a.size() + b.size());
        System.arraycopy(b.unsafeElements(), 0, values, a.size(), b.size());
        int difference = a.dimensions() - b.dimensions();
        if (difference == 0) {
            if (!Arrays.equals(tail(a.lengths()), tail(b.lengths()))
                    || !Arrays.equals(tail(a.lowerBounds()), tail(b.lowerBounds()))) {
                throw incompatible(
                        "Arrays with differing element dimensions are not compatible for"
                                + " concatenation.");
            }
            int[] lengths = a.lengths();
            lengths[0] += b.length(0);
            return PgArray.wrap(a.elementType(), lengths, a.lowerBounds(), values);
        }
        if (Math.abs(difference) != 1) {
            throw incompatible(
                    "Arrays of "
                            + a.dimensions()
                            + " and "
                            + b.dimensions()
                            + " dimensions are not compatible for concatenation.");
        }
        var larger = difference > 0 ? a : b;
        var smaller = difference > 0 ? b : a;
        if (!Arrays.equals(tail(larger.lengths()), smaller.lengths())
                || !Arrays.equals(tail(larger.lowerBounds()), smaller.lowerBounds())) {
            throw incompatible(
                    "Arrays with differing dimensions are not compatible for concatenation.");
        }
        int[] lengths = larger.lengths();
        lengths[0]++;
        return PgArray.wrap(a.elementType(), lengths, larger.lowerBounds(), values);
    }

    private static int[] tail(int[] values) {
        return Arrays.copyOfRange(values, 1, values.length);
    }

    private static SqlException incompatible(String detail) {
        return new SqlException(
                        SqlState.ARRAY_SUBSCRIPT_ERROR, "cannot concatenate incompatible arrays")
                .withDetail(detail);
    }

    private static boolean same(Type type, @Nullable Object a, @Nullable Object b) {
        return (a == null || b == null) ? (a == null && b == null) : type.valuesEqual(a, b);
    }

    private static PgArray remove(PgArray array, @Nullable Object value) {
        if (array.dimensions() > 1) {
            throw SqlException.notSupported(
                    "removing elements from multidimensional arrays is not supported");
        }
        var kept = new ArrayList<@Nullable Object>();
        for (var element : array.unsafeElements()) {
            if (!same(array.elementType(), element, value)) {
                kept.add(element);
            }
        }
        if (kept.size() == array.size()) {
            return array;
        }
        return kept.isEmpty()
                ? PgArray.empty(array.elementType())
                : PgArray.wrap(
                        array.elementType(),
                        new int[] {kept.size()},
                        array.lowerBounds(),
                        kept.toArray());
    }

    private static PgArray replace(PgArray array, @Nullable Object from, @Nullable Object to) {
        var values = array.toArray();
        for (int i = 0; i < values.length; i++) {
            if (same(array.elementType(), values[i], from)) {
                values[i] = to;
            }
        }
        return array.withElements(array.elementType(), values);
    }

    private static SqlException nullBounds() {
        return new SqlException(
                SqlState.NULL_VALUE_NOT_ALLOWED,
                "dimension array or low bound array cannot be null");
    }

    private static PgArray fill(
            Type element,
            @Nullable Object value,
            @Nullable PgArray lengths,
            @Nullable PgArray bounds) {
        if (lengths == null) {
            throw nullBounds();
        }
        if (lengths.dimensions() > 1) {
            throw new SqlException(
                            SqlState.ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts")
                    .withDetail("Dimension array must be one dimensional.");
        }
        int[] sizes = ints(lengths);
        int[] lows = new int[sizes.length];
        Arrays.fill(lows, 1);
        if (bounds != null) {
            if (bounds.size() != sizes.length) {
                throw new SqlException(
                                SqlState.ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts")
                        .withDetail("Low bound array has different size than dimensions array.");
            }
            lows = ints(bounds);
        }
        long count = sizes.length == 0 ? 0 : 1;
        for (int size : sizes) {
            count *= size;
            if (size < 0 || count > PgArray.ELEMENTS_MAX) {
                throw new SqlException(
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "array size exceeds the maximum allowed (" + PgArray.ELEMENTS_MAX + ")");
            }
        }
        @Nullable Object[] values = new @Nullable Object[(int) count];
        Arrays.fill(values, value);
        return PgArray.wrap(element, sizes, lows, values);
    }

    private static int[] ints(PgArray array) {
        int[] out = new int[array.size()];
        for (int i = 0; i < out.length; i++) {
            var value = (Integer) array.get(i);
            if (value == null) {
                throw new SqlException(
                        SqlState.NULL_VALUE_NOT_ALLOWED, "dimension values cannot be null");
            }
            out[i] = value;
        }
        return out;
    }

    private static PgArray trim(PgArray array, int n) {
        int length = array.dimensions() == 0 ? 0 : array.length(0);
        if (n < 0 || n > length) {
            throw new SqlException(
                    SqlState.ARRAY_ELEMENT_ERROR,
                    String.format("number of elements to trim must be between 0 and %d", length));
        }
        if (n == 0) {
            return array;
        }
        int[] lengths = array.lengths();
        int row = array.size() / length;
        lengths[0] -= n;
        int[] bounds = new int[lengths.length];
        Arrays.fill(bounds, 1);
        return PgArray.wrap(
                array.elementType(),
                lengths,
                bounds,
                Arrays.copyOf(array.unsafeElements(), row * (length - n)));
    }

    private static void registerSearch(Registry r) {
        r.any(
                "array_position",
                (c, a) -> a[0] == null ? null : position((PgArray) Strings.arg(a, 0), a[1], null));
        r.any(
                "array_position_start",
                (c, a) -> {
                    if (a[0] == null) {
                        return null;
                    }
                    if (a[2] == null) {
                        throw new SqlException(
                                SqlState.NULL_VALUE_NOT_ALLOWED,
                                "initial position must not be null");
                    }
                    return position((PgArray) Strings.arg(a, 0), a[1], (Integer) a[2]);
                });
        r.any(
                "array_positions",
                (c, a) ->
                        a[0] == null
                                ? null
                                : positions((PgArray) Strings.arg(a, 0), a[1], element(c)));
        r.two("arraycontains", (CallContext c, PgArray a, PgArray b) -> contains(a, b));
        r.two("arraycontained", (CallContext c, PgArray a, PgArray b) -> contains(b, a));
        r.two("arrayoverlap", (CallContext c, PgArray a, PgArray b) -> overlaps(a, b));
    }

    private static void oneDimension(PgArray array) {
        if (array.dimensions() > 1) {
            throw SqlException.notSupported(
                    "searching for elements in multidimensional arrays is not supported");
        }
    }

    private static @Nullable Integer position(
            PgArray array, @Nullable Object value, @Nullable Integer from) {
        oneDimension(array);
        if (array.dimensions() == 0) {
            return null;
        }
        int start =
                from == null ? 0 : Math.clamp((long) from - array.lowerBound(0), 0, array.size());
        for (int i = start; i < array.size(); i++) {
            if (same(array.elementType(), array.get(i), value)) {
                return array.lowerBound(0) + i;
            }
        }
        return null;
    }

    private static PgArray positions(PgArray array, @Nullable Object value, Type element) {
        oneDimension(array);
        var found = new ArrayList<@Nullable Object>();
        for (int i = 0; i < array.size(); i++) {
            if (same(array.elementType(), array.get(i), value)) {
                found.add(array.lowerBound(0) + i);
            }
        }
        return PgArray.of(element, found);
    }

    private static boolean contains(PgArray a, PgArray b) {
        for (var wanted : b.unsafeElements()) {
            if (wanted == null || !holds(a, wanted)) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(PgArray a, Object wanted) {
        return Arrays.stream(a.unsafeElements())
                .filter(Objects::nonNull)
                .anyMatch(e -> a.elementType().valuesEqual(e, wanted));
    }

    private static boolean overlaps(PgArray a, PgArray b) {
        return Arrays.stream(b.unsafeElements())
                .filter(Objects::nonNull)
                .anyMatch(e -> holds(a, e));
    }

    private ArrayFunctions() {}
}
