package dev.quiverdb.plan;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A window function or an aggregate used as one, over the input row of its {@link Plan.Window}.
 *
 * @param aggregate whether the function is an aggregate
 */
public record WindowCall(
        FunctionRef function,
        List<Expression> arguments,
        @Nullable Expression filter,
        boolean aggregate,
        Type type) {
    public WindowCall {
        arguments = List.copyOf(arguments);
    }
}
