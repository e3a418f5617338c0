package dev.quiverdb.plan;

import dev.quiverdb.sql.bind.BindContext;
import java.util.function.IntToLongFunction;

/**
 * What planning depends on beside the statement.
 *
 * @param tabletRows about how many rows a tablet has, by its id
 */
public record PlanContext(BindContext bind, IntToLongFunction tabletRows) {}
