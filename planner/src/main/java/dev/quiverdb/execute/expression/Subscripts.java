package dev.quiverdb.execute.expression;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Expression.Bracket;
import dev.quiverdb.execute.function.JsonPaths;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code a[i]}, {@code a[l:u]} and {@code j['key']}, read and assigned. */
final class Subscripts {
    /** The brackets' values for one row. */
    private static final class Brackets {
        private final List<Bracket> brackets;
        private final @Nullable Evaluator[] lowers;
        private final @Nullable Evaluator[] uppers;
        final boolean slice;

        Brackets(List<Bracket> brackets, Compiler compiler) {
            this.brackets = brackets;
            lowers = new Evaluator[brackets.size()];
            uppers = new Evaluator[brackets.size()];
            boolean anySlice = false;
            for (int i = 0; i < lowers.length; i++) {
                lowers[i] = compiler.compileIf(brackets.get(i).lower());
                uppers[i] = compiler.compileIf(brackets.get(i).upper());
                anySlice |= brackets.get(i).slice();
            }
            slice = anySlice;
        }

        int count() {
            return brackets.size();
        }

        /** Plain subscripts; null if one is NULL. */
        @Nullable Object @Nullable [] plain(Row row) {
            @Nullable Object[] values = new @Nullable Object[uppers.length];
            for (int i = 0; i < values.length; i++) {
                var upper = uppers[i];
                values[i] = upper == null ? null : upper.value(row);
                if (values[i] == null) {
                    return null;
                }
            }
            return values;
        }

        /**
         * Bounds of a slice into {@code from} and {@code to} (inclusive); a missing bound is the
         * array's. A plain subscript beside a slice means 1:n. False if one is NULL.
         */
        boolean bounds(Row row, @Nullable PgArray array, int[] from, int[] to) {
            for (int i = 0; i < uppers.length; i++) {
                boolean known = array != null && i < array.dimensions();
                var upper = uppers[i];
                var lower = lowers[i];
                if (upper == null) {
                    to[i] = known && array != null ? array.upperBound(i) : 0;
                } else {
                    var value = upper.value(row);
                    if (value == null) {
                        return false;
                    }
                    to[i] = (Integer) value;
                }
                if (!brackets.get(i).slice()) {
                    from[i] = 1;
                } else if (lower == null) {
                    from[i] = known && array != null ? array.lowerBound(i) : 1;
                } else {
                    var value = lower.value(row);
                    if (value == null) {
                        return false;
                    }
                    from[i] = (Integer) value;
                }
            }
            return true;
        }

        boolean hasOpenBound() {
            for (int i = 0; i < uppers.length; i++) {
                if (uppers[i] == null || (brackets.get(i).slice() && lowers[i] == null)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Bytes of a name, counted from 0; beyond its text there are zeros. */
    private static final int NAME_BYTES = 64;

    private static @Nullable Object letter(String name, @Nullable Object[] index) {
        int at = index[0] instanceof Integer number ? number : -1;
        var bytes = name.getBytes(StandardCharsets.UTF_8);
        if (at < 0 || at >= NAME_BYTES) {
            return null;
        }
        return at < bytes.length ? Character.toString(bytes[at] & 0xff) : "";
    }

    static final class Read extends Evaluator {
        private final Evaluator argument;
        private final Brackets brackets;

        Read(Evaluator argument, Expression.Subscript subscript, Compiler compiler) {
            super(subscript.type());
            this.argument = argument;
            brackets = new Brackets(subscript.brackets(), compiler);
        }

        @Override
        public @Nullable Object value(Row row) {
            var container = argument.value(row);
            if (container == null) {
                return null;
            }
            if (container instanceof Jsonb json) {
                var path = brackets.plain(row);
                return path == null ? null : JsonPaths.extract(json, texts(path));
            }
            if (container instanceof String name) {
                var index = brackets.plain(row);
                return index == null ? null : letter(name, index);
            }
            var array = (PgArray) container;
            if (brackets.slice) {
                return slice(array, row);
            }
            var subscripts = brackets.plain(row);
            if (subscripts == null) {
                return null;
            }
            var plain = new int[subscripts.length];
            for (int i = 0; i < plain.length; i++) {
                plain[i] = (Integer) java.util.Objects.requireNonNull(subscripts[i]);
            }
            return array.at(plain);
        }

        private @Nullable PgArray slice(PgArray array, Row row) {
            int count = brackets.count();
            int[] from = new int[Math.max(count, array.dimensions())];
            int[] to = new int[from.length];
            if (!brackets.bounds(row, array, from, to)) {
                return null;
            }
            int dimensions = array.dimensions();
            if (dimensions < count || dimensions == 0) {
                return PgArray.empty(array.elementType());
            }
            for (int i = 0; i < dimensions; i++) {
                from[i] = i < count ? Math.max(from[i], array.lowerBound(i)) : array.lowerBound(i);
                to[i] = i < count ? Math.min(to[i], array.upperBound(i)) : array.upperBound(i);
                if (from[i] > to[i]) {
                    return PgArray.empty(array.elementType());
                }
            }
            int[] lengths = new int[dimensions];
            int[] lowerBounds = new int[dimensions];
            for (int i = 0; i < dimensions; i++) {
                lengths[i] = to[i] - from[i] + 1;
                lowerBounds[i] = 1;
            }
            var out = new ArrayList<@Nullable Object>();
            int[] at = from.clone();
            collect(array, from, to, at, 0, out);
            return PgArray.wrap(array.elementType(), lengths, lowerBounds, out.toArray());
        }

        private static void collect(
                PgArray array,
                int[] from,
                int[] to,
                int[] at,
                int dimension,
                List<@Nullable Object> out) {
            for (at[dimension] = from[dimension]; at[dimension] <= to[dimension]; at[dimension]++) {
                if (dimension == array.dimensions() - 1) {
                    out.add(array.at(java.util.Arrays.copyOf(at, array.dimensions())));
                } else {
                    collect(array, from, to, at, dimension + 1, out);
                }
            }
        }
    }

    private static List<String> texts(@Nullable Object[] path) {
        var texts = new ArrayList<String>(path.length);
        for (var key : path) {
            texts.add(String.valueOf(key));
        }
        return texts;
    }

    static final class Write extends Evaluator {
        private final Evaluator argument;
        private final Brackets brackets;
        private final Evaluator value;

        Write(Evaluator argument, Expression.SubscriptAssign assign, Compiler compiler) {
            super(assign.type());
            this.argument = argument;
            brackets = new Brackets(assign.brackets(), compiler);
            value = compiler.compile(assign.value());
        }

        @Override
        public @Nullable Object value(Row row) {
            var container = argument.value(row);
            var newValue = value.value(row);
            var elementType = type().actual().element();
            if (elementType == null || container instanceof Jsonb) {
                var path = brackets.plain(row);
                if (path == null) {
                    throw nullSubscript();
                }
                return JsonPaths.assign((Jsonb) container, texts(path), (Jsonb) newValue);
            }
            var array = container == null ? PgArray.empty(elementType) : (PgArray) container;
            if (brackets.slice) {
                return assignSlice(array, elementType, row, (PgArray) newValue);
            }
            var subscripts = brackets.plain(row);
            if (subscripts == null) {
                throw nullSubscript();
            }
            var at = new int[subscripts.length];
            for (int i = 0; i < at.length; i++) {
                at[i] = (Integer) java.util.Objects.requireNonNull(subscripts[i]);
            }
            return assignElement(array, elementType, at, newValue);
        }

        private PgArray assignSlice(
                PgArray array, Type elementType, Row row, @Nullable PgArray source) {
            if (source == null) {
                return array;
            }
            if (array.dimensions() == 0 && brackets.hasOpenBound()) {
                throw new SqlException(
                                SqlState.ARRAY_SUBSCRIPT_ERROR,
                                "array slice subscript must provide both boundaries")
                        .withDetail(
                                "When assigning to a slice of an empty array value, slice boundaries must be fully specified.");
            }
            int[] from = new int[brackets.count()];
            int[] to = new int[from.length];
            if (!brackets.bounds(row, array, from, to)) {
                throw nullSubscript();
            }
            int cells = 1;
            for (int i = 0; i < from.length; i++) {
                if (from[i] > to[i] + 1) {
                    throw new SqlException(
                            SqlState.ARRAY_SUBSCRIPT_ERROR,
                            "upper bound cannot be less than lower bound");
                }
                cells *= to[i] - from[i] + 1;
            }
            if (source.size() < cells) {
                throw new SqlException(SqlState.ARRAY_SUBSCRIPT_ERROR, "source array too small");
            }
            var result = array;
            int[] at = from.clone();
            for (int i = 0; i < cells; i++) {
                result = assignElement(result, elementType, at.clone(), source.get(i));
                for (int d = at.length - 1; d >= 0 && ++at[d] > to[d]; d--) {
                    at[d] = from[d];
                }
            }
            return result;
        }
    }

    private static SqlException nullSubscript() {
        return new SqlException(
                SqlState.NULL_VALUE_NOT_ALLOWED, "array subscript in assignment must not be null");
    }

    static PgArray assignElement(
            PgArray array, Type elementType, int[] at, @Nullable Object value) {
        if (array.dimensions() == 0) {
            int[] lengths = new int[at.length];
            java.util.Arrays.fill(lengths, 1);
            return PgArray.wrap(elementType, lengths, at, new Object[] {value});
        }
        if (at.length != array.dimensions()) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
        }
        if (at.length == 1) {
            int lower = Math.min(array.lowerBound(0), at[0]);
            long upper = Math.max(array.upperBound(0), at[0]);
            if (upper - lower + 1 > PgArray.ELEMENTS_MAX) {
                throw new SqlException(
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "array size exceeds the maximum allowed (" + PgArray.ELEMENTS_MAX + ")");
            }
            @Nullable Object[] values = new @Nullable Object[(int) (upper - lower + 1)];
            System.arraycopy(
                    array.unsafeElements(), 0, values, array.lowerBound(0) - lower, array.size());
            values[at[0] - lower] = value;
            return PgArray.wrap(elementType, new int[] {values.length}, new int[] {lower}, values);
        }
        int index = 0;
        for (int i = 0; i < at.length; i++) {
            long offset = (long) at[i] - array.lowerBound(i);
            if (offset < 0 || offset >= array.length(i)) {
                throw new SqlException(
                        SqlState.ARRAY_SUBSCRIPT_ERROR, "array subscript out of range");
            }
            index = index * array.length(i) + (int) offset;
        }
        var values = array.toArray();
        values[index] = value;
        return array.withElements(elementType, values);
    }

    private Subscripts() {}
}
