package dev.quiverdb.execute;

import dev.quiverdb.plan.Plan;

/** The door of this room: makes a plan run. */
public final class Executor {
    /**
     * Opens a plan. Nothing is read before the cursor is asked; what modifies does so while the
     * cursor is read, and to its end even if RETURNING's rows are not all fetched only if {@link
     * Execution#finish} is called. The caller has begun the statement ({@code
     * transaction.beginStatement()}).
     */
    public static Execution open(Plan plan, ExecutionContext context) {
        return new Execution(plan, context, false);
    }

    /** As {@link #open}, measuring each node for EXPLAIN ANALYZE. */
    public static Execution openInstrumented(Plan plan, ExecutionContext context) {
        return new Execution(plan, context, true);
    }

    private Executor() {}
}
