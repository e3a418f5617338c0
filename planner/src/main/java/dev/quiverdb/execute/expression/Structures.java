package dev.quiverdb.execute.expression;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows and arrays built of expressions, and their fields. */
final class Structures {
    static final class RowOf extends Evaluator {
        private final Evaluator[] fields;
        private final List<Type> types;
        private final List<String> names;

        RowOf(Evaluator[] fields, Expression.Row row) {
            super(row.type());
            this.fields = fields;
            types = Arrays.stream(fields).map(Evaluator::type).toList();
            names = row.names();
        }

        @Override
        public @Nullable Object value(Row row) {
            @Nullable Object[] values = new @Nullable Object[fields.length];
            for (int i = 0; i < fields.length; i++) {
                values[i] = fields[i].value(row);
            }
            return RecordValue.of(types, values).named(names);
        }
    }

    static final class RowOrder extends Evaluator {
        private final Expression.RowComparison comparison;
        private final Evaluator[] left;
        private final Evaluator[] right;
        private final Calls.Invocation[] strictly;
        private final Calls.Invocation[] equal;

        RowOrder(Expression.RowCompare compare, Compiler compiler) {
            super(compare.type());
            comparison = compare.comparison();
            left = compiler.compileAll(compare.left());
            right = compiler.compileAll(compare.right());
            strictly =
                    compare.comparisons().stream()
                            .map(compiler::invocation)
                            .toArray(Calls.Invocation[]::new);
            equal =
                    compare.equalities().stream()
                            .map(compiler::invocation)
                            .toArray(Calls.Invocation[]::new);
        }

        @Override
        public @Nullable Object value(Row row) {
            for (int i = 0; i < left.length; i++) {
                @Nullable Object[] pair =
                        new @Nullable Object[] {left[i].value(row), right[i].value(row)};
                if (pair[0] == null || pair[1] == null) {
                    return null;
                }
                var same = (Boolean) equal[i].apply(pair);
                if (same == null) {
                    return null;
                }
                if (!same) {
                    return strictly[i].apply(pair);
                }
            }
            return comparison == Expression.RowComparison.LESS_EQUAL
                    || comparison == Expression.RowComparison.GREATER_EQUAL;
        }
    }

    static final class Field extends Evaluator {
        private final Evaluator argument;
        private final int field;

        Field(Evaluator argument, Expression.FieldSelect select) {
            super(select.type());
            this.argument = argument;
            field = select.field();
        }

        @Override
        public @Nullable Object value(Row row) {
            var record = (RecordValue) argument.value(row);
            return record == null || field >= record.size() ? null : record.get(field);
        }
    }

    static final class Store extends Evaluator {
        private final Evaluator argument;
        private final List<Integer> fields;
        private final Evaluator[] values;
        private final List<Type> types;

        Store(Evaluator argument, Expression.FieldStore store, Evaluator[] values) {
            super(store.type());
            this.argument = argument;
            this.values = values;
            fields = store.fields();
            types = store.type().actual().fields().stream().map(Type.Field::type).toList();
        }

        @Override
        public @Nullable Object value(Row row) {
            var record = (RecordValue) argument.value(row);
            @Nullable Object[] all = new @Nullable Object[types.size()];
            for (int i = 0; record != null && i < all.length; i++) {
                all[i] = record.get(i);
            }
            for (int i = 0; i < values.length; i++) {
                all[fields.get(i)] = values[i].value(row);
            }
            return RecordValue.of(types, all);
        }
    }

    static final class ArrayOf extends Evaluator {
        private final Evaluator[] elements;
        private final boolean nested;

        ArrayOf(Evaluator[] elements, Expression.ArrayBuild build) {
            super(build.type());
            this.elements = elements;
            nested = build.nested();
        }

        @Override
        public @Nullable Object value(Row row) {
            var elementType = type().actual().element();
            if (elementType == null) {
                throw new IllegalStateException(type() + " has no element type");
            }
            @Nullable Object[] values = new @Nullable Object[elements.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = elements[i].value(row);
            }
            return nested ? stack(elementType, values) : PgArray.wrap(elementType, values);
        }
    }

    /**
     * Arrays of equal shape as the rows of one with one more dimension; NULLs and empty ones must
     * agree.
     */
    static PgArray stack(Type elementType, @Nullable Object[] arrays) {
        PgArray first = null;
        boolean anyEmpty = false;
        var all = new ArrayList<@Nullable Object>();
        for (var value : arrays) {
            var array = (PgArray) value;
            if (array == null || array.dimensions() == 0) {
                anyEmpty = true;
                continue;
            }
            if (first == null) {
                first = array;
            } else if (!Arrays.equals(first.lengths(), array.lengths())
                    || !Arrays.equals(first.lowerBounds(), array.lowerBounds())) {
                throw mismatch();
            }
            all.addAll(Arrays.asList(array.unsafeElements()));
        }
        if (first == null) {
            return PgArray.empty(elementType);
        }
        if (anyEmpty) {
            throw mismatch();
        }
        int dimensions = first.dimensions() + 1;
        int[] lengths = new int[dimensions];
        int[] lowerBounds = new int[dimensions];
        lengths[0] = arrays.length;
        lowerBounds[0] = 1;
        System.arraycopy(first.lengths(), 0, lengths, 1, dimensions - 1);
        System.arraycopy(first.lowerBounds(), 0, lowerBounds, 1, dimensions - 1);
        return PgArray.wrap(elementType, lengths, lowerBounds, all.toArray());
    }

    private static SqlException mismatch() {
        return new SqlException(
                SqlState.ARRAY_SUBSCRIPT_ERROR,
                "multidimensional arrays must have array expressions with matching dimensions");
    }

    private Structures() {}
}
