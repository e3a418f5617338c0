package dev.quiverdb.plan;

/**
 * Options of EXPLAIN.
 *
 * @param analyze the plan was run and measured
 * @param timing with times of nodes (ANALYZE only)
 * @param summary with planning and execution time
 */
public record ExplainOptions(
        boolean analyze, boolean verbose, boolean costs, boolean timing, boolean summary) {
    /** Plain EXPLAIN. */
    public static final ExplainOptions DEFAULT =
            new ExplainOptions(false, false, true, false, false);

    /** EXPLAIN ANALYZE. */
    public static final ExplainOptions ANALYZE = new ExplainOptions(true, false, true, true, true);
}
