package dev.quiverdb.execute.expression;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.execute.function.Implementation;
import org.jspecify.annotations.Nullable;

/** Function calls, one row at a time. */
public final class Calls {
    /** A function bound to its place: arguments in, result out, strictness seen to. */
    public interface Invocation {
        @Nullable Object apply(@Nullable Object[] arguments);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    public static Invocation bind(
            Implementation implementation, CallContext context, boolean strict) {
        return switch (implementation) {
            case Implementation.Zero zero -> arguments -> zero.call(context);
            case Implementation.One one ->
                    arguments -> {
                        var first = arguments[0];
                        return first == null ? null : one.call(context, first);
                    };
            case Implementation.Two two ->
                    arguments -> {
                        var first = arguments[0];
                        var second = arguments[1];
                        return first == null || second == null
                                ? null
                                : two.call(context, first, second);
                    };
            case Implementation.Three three ->
                    arguments -> {
                        var first = arguments[0];
                        var second = arguments[1];
                        var third = arguments[2];
                        return first == null || second == null || third == null
                                ? null
                                : three.call(context, first, second, third);
                    };
            case Implementation.Any any ->
                    arguments -> strict && hasNull(arguments) ? null : any.call(context, arguments);
            case Implementation.Comparison comparison -> {
                var type = context.argumentType(0);
                var operator = comparison.operator();
                yield arguments -> {
                    var left = arguments[0];
                    var right = arguments[1];
                    return left == null || right == null
                            ? null
                            : (Object) operator.holds(type.compare(left, right));
                };
            }
            case Implementation.Rows rows ->
                    throw new IllegalStateException(
                            context.function().name()
                                    + " returns a set, where one value is wanted");
        };
    }

    static boolean hasNull(@Nullable Object[] arguments) {
        for (var argument : arguments) {
            if (argument == null) {
                return true;
            }
        }
        return false;
    }

    static final class Invoke extends Evaluator {
        private final Invocation invocation;
        private final Evaluator[] arguments;

        Invoke(Type type, Invocation invocation, Evaluator[] arguments) {
            super(type);
            this.invocation = invocation;
            this.arguments = arguments;
        }

        @Override
        public @Nullable Object value(Row row) {
            // A fresh array each time: a recursive call of the same place must not see ours.
            @Nullable Object[] values = new @Nullable Object[arguments.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments[i].value(row);
            }
            return invocation.apply(values);
        }
    }

    private Calls() {}
}
