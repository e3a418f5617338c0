package dev.quiverdb.execute.function;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * How a function is called: by the number of its arguments, so that the common ones need no array.
 * Where pg_proc says strict, no argument is ever null; only {@link Any} and {@link Rows} are used
 * for functions that are not strict.
 */
public sealed interface Implementation {
    /** Without arguments. */
    non-sealed interface Zero extends Implementation {
        @Nullable Object call(CallContext context);
    }

    non-sealed interface One<A> extends Implementation {
        @Nullable Object call(CallContext context, A argument);
    }

    non-sealed interface Two<A, B> extends Implementation {
        @Nullable Object call(CallContext context, A first, B second);
    }

    non-sealed interface Three<A, B, C> extends Implementation {
        @Nullable Object call(CallContext context, A first, B second, C third);
    }

    /** Any number; nulls come through where the function is not strict. */
    non-sealed interface Any extends Implementation {
        @Nullable Object call(CallContext context, @Nullable Object[] arguments);
    }

    /**
     * Returns a set: each value is of the result type, a {@code RecordValue} for several columns.
     */
    non-sealed interface Rows extends Implementation {
        Iterator<? extends @Nullable Object> call(
                CallContext context, @Nullable Object[] arguments);
    }

    /** The order of two values of one type, by an operator; kernels know it. */
    record Comparison(Operator operator) implements Implementation {}

    enum Operator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_EQUAL,
        GREATER,
        GREATER_EQUAL;

        /** What the operator says of a comparison's result. */
        public boolean holds(int comparison) {
            return switch (this) {
                case EQUAL -> comparison == 0;
                case NOT_EQUAL -> comparison != 0;
                case LESS -> comparison < 0;
                case LESS_EQUAL -> comparison <= 0;
                case GREATER -> comparison > 0;
                case GREATER_EQUAL -> comparison >= 0;
            };
        }
    }
}
