package dev.quiverdb.plan;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate call over the input row of its {@link Plan.Aggregate} or {@link Plan.Window}. The
 * implementation is found by the function's name and argument types.
 *
 * @param arguments empty for {@code count(*)}; for ordered-set aggregates the aggregated (WITHIN
 *     GROUP) arguments, which {@code orderBy} repeats
 * @param directArguments of ordered-set and hypothetical-set aggregates
 * @param filter FILTER (WHERE ...), null without
 */
public record AggregateCall(
        FunctionRef function,
        List<Expression> arguments,
        List<Expression> directArguments,
        boolean distinct,
        List<SortKey> orderBy,
        @Nullable Expression filter,
        Type type) {
    public AggregateCall {
        arguments = List.copyOf(arguments);
        directArguments = List.copyOf(directArguments);
        orderBy = List.copyOf(orderBy);
    }
}
