package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;

/** One ORDER BY item, ordered by the type's default order. */
public record SortKey(Expression expression, boolean descending, boolean nullsFirst) {}
