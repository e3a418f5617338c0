package dev.quiverdb.execute.expression;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.BoolColumn;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.DoubleColumn;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.batch.ObjectColumn;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression.Call;
import dev.quiverdb.execute.function.Functions;
import dev.quiverdb.execute.function.Implementation.Comparison;
import dev.quiverdb.execute.function.Implementation.Operator;
import org.jspecify.annotations.Nullable;

/**
 * Typed loops for the calls that queries over many rows are made of: comparisons, and arithmetic of
 * int4, int8 and float8. They skip null rows, so overflow is seen only where there is a value.
 */
final class Kernels {
    static @Nullable Evaluator find(Call call, Evaluator[] arguments) {
        if (arguments.length != 2) {
            return null;
        }
        var left = arguments[0].type();
        var right = arguments[1].type();
        var source = call.function().source();
        var arithmetic = arithmetic(source);
        if (arithmetic != null) {
            if (source.startsWith("int4") && isInt4(left) && isInt4(right)) {
                return new IntArithmetic(call.type(), arithmetic, arguments[0], arguments[1]);
            }
            if (source.startsWith("int8")
                    && left.kind() == Kind.LONG
                    && right.kind() == Kind.LONG) {
                return new LongArithmetic(call.type(), arithmetic, arguments[0], arguments[1]);
            }
            if (source.startsWith("float8")
                    && left.kind() == Kind.DOUBLE
                    && right.kind() == Kind.DOUBLE) {
                return new DoubleArithmetic(call.type(), arithmetic, arguments[0], arguments[1]);
            }
            return null;
        }
        var mixed = mixedIntegers(source, call.type());
        if (mixed != null) {
            return left.kind() == Kind.INT && right.kind() == Kind.INT
                    ? new IntComparison(call.type(), mixed, arguments[0], arguments[1])
                    : new LongComparison(
                            call.type(), mixed, widened(arguments[0]), widened(arguments[1]));
        }
        return Functions.find(call.function()) instanceof Comparison comparison
                ? compare(call, comparison.operator(), left, right, arguments)
                : null;
    }

    /** The comparison of integers of two sizes, such as {@code int84gt}; null if it is none. */
    private static @Nullable Operator mixedIntegers(String source, Type result) {
        if (result.kind() != Kind.BOOL
                || source.length() != 7
                || !source.startsWith("int")
                || "248".indexOf(source.charAt(3)) < 0
                || "248".indexOf(source.charAt(4)) < 0) {
            return null;
        }
        return switch (source.substring(5)) {
            case "eq" -> Operator.EQUAL;
            case "ne" -> Operator.NOT_EQUAL;
            case "lt" -> Operator.LESS;
            case "le" -> Operator.LESS_EQUAL;
            case "gt" -> Operator.GREATER;
            case "ge" -> Operator.GREATER_EQUAL;
            default -> null;
        };
    }

    private static Evaluator widened(Evaluator argument) {
        return argument.type().kind() == Kind.LONG ? argument : new Widened(argument);
    }

    /** An int2 or int4 as an int8. */
    private static final class Widened extends Evaluator {
        private final Evaluator argument;

        Widened(Evaluator argument) {
            super(Types.INT8);
            this.argument = argument;
        }

        @Override
        public @Nullable Object value(Row row) {
            return argument.value(row) instanceof Number number ? number.longValue() : null;
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            var from = (IntColumn) argument.column(batch, rows, count);
            var out = (LongColumn) output(batch.rows());
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                if (from.isNull(row)) {
                    out.setNull(row);
                } else {
                    out.values()[row] = from.value(row);
                }
            }
            return out;
        }
    }

    private static boolean isInt4(Type type) {
        return type.actual().oid() == Oids.INT4;
    }

    enum Arithmetic {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        MODULO
    }

    private static @Nullable Arithmetic arithmetic(String source) {
        return switch (source) {
            case "int4pl", "int8pl", "float8pl" -> Arithmetic.ADD;
            case "int4mi", "int8mi", "float8mi" -> Arithmetic.SUBTRACT;
            case "int4mul", "int8mul", "float8mul" -> Arithmetic.MULTIPLY;
            case "int4div", "int8div" -> Arithmetic.DIVIDE;
            case "int4mod", "int8mod" -> Arithmetic.MODULO;
            default -> null;
        };
    }

    private static @Nullable Evaluator compare(
            Call call, Operator operator, Type left, Type right, Evaluator[] arguments) {
        if (left.kind() != right.kind()) {
            return null;
        }
        return switch (left.kind()) {
            case INT -> new IntComparison(call.type(), operator, arguments[0], arguments[1]);
            case LONG -> new LongComparison(call.type(), operator, arguments[0], arguments[1]);
            case DOUBLE -> new DoubleComparison(call.type(), operator, arguments[0], arguments[1]);
            case BOOL, FLOAT, OBJECT ->
                    left.actual().equals(right.actual())
                            ? new ObjectComparison(
                                    call.type(), operator, left, arguments[0], arguments[1])
                            : null;
        };
    }

    /** Two arguments, both strict. */
    private abstract static class Binary extends Evaluator {
        final Evaluator left;
        final Evaluator right;

        Binary(Type type, Evaluator left, Evaluator right) {
            super(type);
            this.left = left;
            this.right = right;
        }

        @Override
        public final @Nullable Object value(Row row) {
            var first = left.value(row);
            if (first == null) {
                return null;
            }
            var second = right.value(row);
            return second == null ? null : apply(first, second);
        }

        abstract Object apply(Object first, Object second);

        @Override
        public final Column column(Batch batch, int[] rows, int count) {
            var first = left.column(batch, rows, count);
            var second = right.column(batch, rows, count);
            var out = output(batch.rows());
            if (first.hasNulls() || second.hasNulls()) {
                int[] present = new int[count];
                int kept = 0;
                for (int i = 0; i < count; i++) {
                    int row = rows[i];
                    if (first.isNull(row) || second.isNull(row)) {
                        out.setNull(row);
                    } else {
                        present[kept++] = row;
                    }
                }
                run(first, second, present, kept, out);
            } else {
                run(first, second, rows, count, out);
            }
            return out;
        }

        /** Fills {@code out} for rows without NULL. */
        abstract void run(Column first, Column second, int[] rows, int count, Column out);
    }

    private static final class IntArithmetic extends Binary {
        private final Arithmetic operation;

        IntArithmetic(Type type, Arithmetic operation, Evaluator left, Evaluator right) {
            super(type, left, right);
            this.operation = operation;
        }

        @Override
        Object apply(Object first, Object second) {
            return one(operation, (Integer) first, (Integer) second);
        }

        private static int one(Arithmetic operation, int a, int b) {
            return switch (operation) {
                case ADD -> checked((long) a + b);
                case SUBTRACT -> checked((long) a - b);
                case MULTIPLY -> checked((long) a * b);
                case DIVIDE -> checked((long) a / nonZero(b));
                case MODULO -> a % nonZero(b);
            };
        }

        private static int nonZero(int b) {
            if (b == 0) {
                throw SqlException.divisionByZero();
            }
            return b;
        }

        private static int checked(long value) {
            if (value != (int) value) {
                throw SqlException.outOfRange("integer");
            }
            return (int) value;
        }

        @Override
        void run(Column first, Column second, int[] rows, int count, Column out) {
            int[] a = ((IntColumn) first).values();
            int[] b = ((IntColumn) second).values();
            int[] result = ((IntColumn) out).values();
            switch (operation) {
                case ADD -> {
                    for (int i = 0; i < count; i++) {
                        int row = rows[i];
                        result[row] = checked((long) a[row] + b[row]);
                    }
                }
                case SUBTRACT -> {
                    for (int i = 0; i < count; i++) {
                        int row = rows[i];
                        result[row] = checked((long) a[row] - b[row]);
                    }
                }
                case MULTIPLY -> {
                    for (int i = 0; i < count; i++) {
                        int row = rows[i];
                        result[row] = checked((long) a[row] * b[row]);
                    }
                }
                case DIVIDE, MODULO -> {
                    for (int i = 0; i < count; i++) {
                        int row = rows[i];
                        result[row] = one(operation, a[row], b[row]);
                    }
                }
            }
        }
    }

    private static final class LongArithmetic extends Binary {
        private final Arithmetic operation;

        LongArithmetic(Type type, Arithmetic operation, Evaluator left, Evaluator right) {
            super(type, left, right);
            this.operation = operation;
        }

        @Override
        Object apply(Object first, Object second) {
            return one(operation, (Long) first, (Long) second);
        }

        private static long one(Arithmetic operation, long a, long b) {
            return switch (operation) {
                case ADD -> add(a, b);
                case SUBTRACT -> {
                    long result = a - b;
                    if (((a ^ b) & (a ^ result)) < 0) {
                        throw SqlException.outOfRange("bigint");
                    }
                    yield result;
                }
                case MULTIPLY -> {
                    long result = a * b;
                    if (Math.multiplyHigh(a, b) != result >> 63) {
                        throw SqlException.outOfRange("bigint");
                    }
                    yield result;
                }
                case DIVIDE -> {
                    if (b == 0) {
                        throw SqlException.divisionByZero();
                    }
                    if (b == -1 && a == Long.MIN_VALUE) {
                        throw SqlException.outOfRange("bigint");
                    }
                    yield a / b;
                }
                case MODULO -> {
                    if (b == 0) {
                        throw SqlException.divisionByZero();
                    }
                    yield a % b;
                }
            };
        }

        private static long add(long a, long b) {
            long result = a + b;
            if (((a ^ result) & (b ^ result)) < 0) {
                throw SqlException.outOfRange("bigint");
            }
            return result;
        }

        @Override
        void run(Column first, Column second, int[] rows, int count, Column out) {
            long[] a = ((LongColumn) first).values();
            long[] b = ((LongColumn) second).values();
            long[] result = ((LongColumn) out).values();
            if (operation == Arithmetic.ADD) {
                for (int i = 0; i < count; i++) {
                    int row = rows[i];
                    result[row] = add(a[row], b[row]);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    int row = rows[i];
                    result[row] = one(operation, a[row], b[row]);
                }
            }
        }
    }

    private static final class DoubleArithmetic extends Binary {
        private final Arithmetic operation;

        DoubleArithmetic(Type type, Arithmetic operation, Evaluator left, Evaluator right) {
            super(type, left, right);
            this.operation = operation;
        }

        @Override
        Object apply(Object first, Object second) {
            return one(operation, (Double) first, (Double) second);
        }

        private static double one(Arithmetic operation, double a, double b) {
            double result =
                    switch (operation) {
                        case ADD -> a + b;
                        case SUBTRACT -> a - b;
                        case MULTIPLY -> a * b;
                        case DIVIDE, MODULO ->
                                throw new IllegalStateException(
                                        "no kernel for float8 " + operation);
                    };
            if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
                throw new SqlException(
                        dev.quiverdb.base.error.SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                        "value out of range: overflow");
            }
            if (operation == Arithmetic.MULTIPLY && result == 0 && a != 0 && b != 0) {
                throw new SqlException(
                        dev.quiverdb.base.error.SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                        "value out of range: underflow");
            }
            return result;
        }

        @Override
        void run(Column first, Column second, int[] rows, int count, Column out) {
            double[] a = ((DoubleColumn) first).values();
            double[] b = ((DoubleColumn) second).values();
            double[] result = ((DoubleColumn) out).values();
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                result[row] = one(operation, a[row], b[row]);
            }
        }
    }

    private static final class IntComparison extends Binary {
        private final Operator operator;

        IntComparison(Type type, Operator operator, Evaluator left, Evaluator right) {
            super(type, left, right);
            this.operator = operator;
        }

        @Override
        Object apply(Object first, Object second) {
            return operator.holds(
                    Integer.compare(((Number) first).intValue(), ((Number) second).intValue()));
        }

        @Override
        void run(Column first, Column second, int[] rows, int count, Column out) {
            int[] a = ((IntColumn) first).values();
            int[] b = ((IntColumn) second).values();
            boolean[] result = ((BoolColumn) out).values();
            switch (operator) {
                case EQUAL, NOT_EQUAL -> {
                    boolean equal = operator == Operator.EQUAL;
                    for (int i = 0; i < count; i++) {
                        result[rows[i]] = (a[rows[i]] == b[rows[i]]) == equal;
                    }
                }
                case LESS, GREATER_EQUAL -> {
                    boolean less = operator == Operator.LESS;
                    for (int i = 0; i < count; i++) {
                        result[rows[i]] = (a[rows[i]] < b[rows[i]]) == less;
                    }
                }
                case GREATER, LESS_EQUAL -> {
                    boolean greater = operator == Operator.GREATER;
                    for (int i = 0; i < count; i++) {
                        result[rows[i]] = (a[rows[i]] > b[rows[i]]) == greater;
                    }
                }
            }
        }
    }

    private static final class LongComparison extends Binary {
        private final Operator operator;

        LongComparison(Type type, Operator operator, Evaluator left, Evaluator right) {
            super(type, left, right);
            this.operator = operator;
        }

        @Override
        Object apply(Object first, Object second) {
            return operator.holds(Long.compare((Long) first, (Long) second));
        }

        @Override
        void run(Column first, Column second, int[] rows, int count, Column out) {
            long[] a = ((LongColumn) first).values();
            long[] b = ((LongColumn) second).values();
            boolean[] result = ((BoolColumn) out).values();
            switch (operator) {
                case EQUAL, NOT_EQUAL -> {
                    boolean equal = operator == Operator.EQUAL;
                    for (int i = 0; i < count; i++) {
                        result[rows[i]] = (a[rows[i]] == b[rows[i]]) == equal;
                    }
                }
                case LESS, GREATER_EQUAL -> {
                    boolean less = operator == Operator.LESS;
                    for (int i = 0; i < count; i++) {
                        result[rows[i]] = (a[rows[i]] < b[rows[i]]) == less;
                    }
                }
                case GREATER, LESS_EQUAL -> {
                    boolean greater = operator == Operator.GREATER;
                    for (int i = 0; i < count; i++) {
                        result[rows[i]] = (a[rows[i]] > b[rows[i]]) == greater;
                    }
                }
            }
        }
    }

    private static final class DoubleComparison extends Binary {
        private final Operator operator;

        DoubleComparison(Type type, Operator operator, Evaluator left, Evaluator right) {
            super(type, left, right);
            this.operator = operator;
        }

        /** NaN is equal to NaN and greater than all others; 0 equals -0. */
        private static int order(double a, double b) {
            return a < b
                    ? -1
                    : a > b ? 1 : a == b ? 0 : Boolean.compare(Double.isNaN(a), Double.isNaN(b));
        }

        @Override
        Object apply(Object first, Object second) {
            return operator.holds(order((Double) first, (Double) second));
        }

        @Override
        void run(Column first, Column second, int[] rows, int count, Column out) {
            double[] a = ((DoubleColumn) first).values();
            double[] b = ((DoubleColumn) second).values();
            boolean[] result = ((BoolColumn) out).values();
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                result[row] = operator.holds(order(a[row], b[row]));
            }
        }
    }

    private static final class ObjectComparison extends Binary {
        private final Operator operator;
        private final Type operands;

        ObjectComparison(
                Type type, Operator operator, Type operands, Evaluator left, Evaluator right) {
            super(type, left, right);
            this.operator = operator;
            this.operands = operands;
        }

        @Override
        Object apply(Object first, Object second) {
            return operator.holds(operands.compare(first, second));
        }

        @Override
        void run(Column first, Column second, int[] rows, int count, Column out) {
            boolean[] result = ((BoolColumn) out).values();
            if (first instanceof ObjectColumn a && second instanceof ObjectColumn b) {
                if (operator == Operator.EQUAL || operator == Operator.NOT_EQUAL) {
                    boolean equal = operator == Operator.EQUAL;
                    for (int i = 0; i < count; i++) {
                        int row = rows[i];
                        result[row] = operands.valuesEqual(a.value(row), b.value(row)) == equal;
                    }
                    return;
                }
                for (int i = 0; i < count; i++) {
                    int row = rows[i];
                    result[row] = operator.holds(operands.compare(a.value(row), b.value(row)));
                }
                return;
            }
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                var a = java.util.Objects.requireNonNull(first.get(row));
                var b = java.util.Objects.requireNonNull(second.get(row));
                result[row] = operator.holds(operands.compare(a, b));
            }
        }
    }

    private Kernels() {}
}
