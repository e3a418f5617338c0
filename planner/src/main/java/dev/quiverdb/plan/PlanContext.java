package dev.quiverdb.plan;

import dev.quiverdb.sql.bind.BindContext;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What planning depends on beside the statement.
 *
 * @param tabletRows about how many rows a tablet has, by its id
 * @param values of {@code $1...}, of their types, for a plan that will be run with these and no
 *     others; null for a plan that serves whatever values come
 */
public record PlanContext(
        BindContext bind, IntToLongFunction tabletRows, @Nullable List<@Nullable Object> values) {
    public PlanContext(BindContext bind, IntToLongFunction tabletRows) {
        this(bind, tabletRows, null);
    }

    /** For a plan that will be run with these values alone. */
    public PlanContext withValues(List<@Nullable Object> known) {
        return new PlanContext(bind, tabletRows, known);
    }
}
