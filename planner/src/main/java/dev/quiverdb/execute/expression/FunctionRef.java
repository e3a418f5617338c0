package dev.quiverdb.execute.expression;

import dev.quiverdb.base.type.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function as its row in pg_proc describes it, after overload resolution.
 *
 * @param oid pg_proc.oid
 * @param name pg_proc.proname, for messages and EXPLAIN
 * @param source pg_proc.prosrc: the key of the implementation
 * @param argumentTypes types of the actual arguments (polymorphic ones resolved)
 * @param resultType resolved type of the result, of one row where it returns a set
 * @param strict a NULL argument makes the result NULL without a call
 * @param volatility {@code i}, {@code s} or {@code v}
 * @param operator the operator's symbol where the call was written as an operator
 * @param routine its body is statements, see {@link dev.quiverdb.execute.procedure.Routines}
 */
public record FunctionRef(
        int oid,
        String name,
        String source,
        List<Type> argumentTypes,
        Type resultType,
        boolean strict,
        char volatility,
        boolean returnsSet,
        @Nullable String operator,
        boolean routine) {
    /** A function inside the server. */
    public FunctionRef(
            int oid,
            String name,
            String source,
            List<Type> argumentTypes,
            Type resultType,
            boolean strict,
            char volatility,
            boolean returnsSet,
            @Nullable String operator) {
        this(
                oid,
                name,
                source,
                argumentTypes,
                resultType,
                strict,
                volatility,
                returnsSet,
                operator,
                false);
    }

    public FunctionRef {
        argumentTypes = List.copyOf(argumentTypes);
    }
}
