package dev.quiverdb.sql.bind;

import org.jspecify.annotations.Nullable;

/**
 * Where an expression stands, and so what may stand in it; each {@code no...} is how PostgreSQL
 * names the place in {@code aggregate functions are not allowed in ...}.
 */
enum ExpressionKind {
    SELECT_TARGET(null, null, null),
    INSERT_TARGET("INSERT", null, "INSERT"),
    UPDATE_SOURCE("UPDATE", "UPDATE", "UPDATE"),
    WHERE("WHERE", "WHERE", "WHERE"),
    ON("JOIN conditions", "JOIN conditions", "JOIN conditions"),
    FROM_FUNCTION("functions in FROM", "functions in FROM", null),
    GROUP_BY("GROUP BY", "GROUP BY", null),
    HAVING(null, "HAVING", "HAVING"),
    ORDER_BY(null, null, null),
    DISTINCT_ON(null, null, null),
    FILTER("FILTER", "FILTER", "FILTER"),
    WINDOW(null, "window definitions", null),
    LIMIT("LIMIT", "LIMIT", "LIMIT"),
    OFFSET("OFFSET", "OFFSET", "OFFSET"),
    RETURNING("RETURNING", "RETURNING", "RETURNING"),
    VALUES("VALUES", "VALUES", "VALUES"),
    INSERT_VALUES("VALUES", "VALUES", null),
    CHECK("check constraints", "check constraints", "check constraints"),
    DEFAULT("DEFAULT expressions", "DEFAULT expressions", "DEFAULT expressions"),
    GENERATED(
            "column generation expressions",
            "column generation expressions",
            "column generation expressions"),
    INDEX_EXPRESSION("index expressions", "index expressions", "index expressions"),
    INDEX_PREDICATE("index predicates", "index predicates", "index predicates"),
    PARTITION_KEY(
            "partition key expressions", "partition key expressions", "partition key expressions"),
    PARTITION_BOUND("partition bound", "partition bound", "partition bound"),
    TRANSFORM("transform expressions", "transform expressions", "transform expressions"),
    POLICY("policy expressions", "policy expressions", "policy expressions"),
    MERGE_WHEN("MERGE WHEN conditions", "MERGE WHEN conditions", "MERGE WHEN conditions"),
    PARAMETER_DEFAULT("DEFAULT expressions", "DEFAULT expressions", "DEFAULT expressions"),
    COPY_WHERE(
            "COPY FROM WHERE conditions",
            "COPY FROM WHERE conditions",
            "COPY FROM WHERE conditions"),
    CALL_ARGUMENT("CALL arguments", "CALL arguments", "CALL arguments"),
    EXECUTE_PARAMETER("EXECUTE parameters", "EXECUTE parameters", "EXECUTE parameters"),
    OTHER(null, null, null);

    private final @Nullable String noAggregates;
    private final @Nullable String noWindows;
    private final @Nullable String noSets;

    ExpressionKind(
            @Nullable String noAggregates, @Nullable String noWindows, @Nullable String noSets) {
        this.noAggregates = noAggregates;
        this.noWindows = noWindows;
        this.noSets = noSets;
    }

    @Nullable String noAggregates() {
        return noAggregates;
    }

    @Nullable String noWindows() {
        return noWindows;
    }

    @Nullable String noSets() {
        return noSets;
    }

    /** {@code cannot use subquery in ...}; null where one may stand. */
    @Nullable String noSubqueries() {
        return switch (this) {
            case CHECK -> "check constraint";
            case DEFAULT, PARAMETER_DEFAULT -> "DEFAULT expression";
            case GENERATED -> "column generation expression";
            case INDEX_EXPRESSION -> "index expression";
            case INDEX_PREDICATE -> "index predicate";
            case PARTITION_KEY -> "partition key expression";
            case PARTITION_BOUND -> "partition bound";
            case TRANSFORM -> "transform expression";
            case EXECUTE_PARAMETER -> "EXECUTE parameter";
            case CALL_ARGUMENT -> "CALL argument";
            case COPY_WHERE -> "COPY FROM WHERE condition";
            default -> null;
        };
    }

    /** {@code cannot use column reference in ...}; null where one may stand. */
    @Nullable String noColumns() {
        return this == DEFAULT
                ? "DEFAULT expression"
                : this == PARTITION_BOUND ? "partition bound expression" : null;
    }
}
