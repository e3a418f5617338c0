package dev.quiverdb.execute.procedure;

import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.execute.function.Implementation;

/** How a function with a body of statements is called from expressions and FROM. */
public final class RoutineCalls {
    private RoutineCalls() {}

    public static Implementation implementation(FunctionRef function) {
        if (function.returnsSet()) {
            return (Implementation.Rows)
                    (context, arguments) ->
                            context.execution().routines().call(function, arguments).iterator();
        }
        return (Implementation.Any)
                (context, arguments) -> {
                    var rows = context.execution().routines().call(function, arguments);
                    return rows.isEmpty() ? null : rows.getFirst();
                };
    }
}
