package dev.quiverdb.server.session;

import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.PlanWalker;
import dev.quiverdb.plan.Relation;

/**
 * Which plans the thread that reads the socket may run itself, as they return soon and with few
 * rows, and which may be kept compiled.
 */
final class QuickPlans {
    private QuickPlans() {}

    static boolean isQuick(Plan plan) {
        return isShort(plan) && PlanWalker.isPlain(plan);
    }

    /**
     * Whether it changes few rows, found by a whole unique key, and does nothing else that takes
     * long: no cascade, no function of statements. It may wait for locks.
     */
    static boolean isQuickWrite(Plan plan) {
        return switch (plan) {
            case Plan.Insert insert -> isShort(insert.input()) && isPrompt(insert, insert.target());
            case Plan.Update update ->
                    isShort(update.input())
                            && update.target().referencedBy().isEmpty()
                            && isPrompt(update, update.target());
            case Plan.Delete delete ->
                    isShort(delete.input())
                            && delete.target().referencedBy().isEmpty()
                            && isPrompt(delete, delete.target());
            default -> false;
        };
    }

    /** Partitions have constraints of their own, so tables that have any are left out. */
    private static boolean isPrompt(Plan plan, Relation target) {
        return PlanWalker.isPrompt(plan)
                && target.family() == null
                && target.checks().stream().allMatch(c -> PlanWalker.isPrompt(c.condition()))
                && target.columns().stream()
                        .map(Relation.Column::generated)
                        .allMatch(value -> value == null || PlanWalker.isPrompt(value));
    }

    private static boolean isShort(Plan plan) {
        return switch (plan) {
            case Plan.Result result -> result.input() == null || isShort(result.input());
            case Plan.Values values -> values.rows().size() <= 16;
            case Plan.Project project -> isShort(project.input());
            case Plan.Filter filter -> isShort(filter.input());
            case Plan.Limit limit -> isShort(limit.input());
            case Plan.IndexScan scan ->
                    scan.index().unique()
                            && scan.equal().size() == scan.index().columns().size()
                            && scan.equal().stream().noneMatch(Plan.IndexKey::anyElement);
            default -> false;
        };
    }

    /**
     * Whether it is a search by an index without a filter. What else decides how long it takes is
     * known when it runs: the operator refuses where it may not wait.
     */
    static boolean isQuickSearch(Plan plan) {
        return isSearch(plan) && PlanWalker.isPlain(plan);
    }

    private static boolean isSearch(Plan plan) {
        return switch (plan) {
            case Plan.Project project -> isSearch(project.input());
            case Plan.Limit limit -> isSearch(limit.input());
            case Plan.VectorSearch search ->
                    search.mode() != Plan.VectorMode.EXACT
                            && search.filter() == null
                            && search.limit() != null;
            default -> false;
        };
    }

    /**
     * Whether the plan's operators keep nothing between two executions, so that they may be run
     * again.
     */
    static boolean isRestartable(Plan plan) {
        return isSimple(plan) && PlanWalker.isPlain(plan);
    }

    private static boolean isSimple(Plan plan) {
        return switch (plan) {
            case Plan.Result result -> result.input() == null || isSimple(result.input());
            case Plan.Values _ -> true;
            case Plan.Project project -> isSimple(project.input());
            case Plan.Filter filter -> isSimple(filter.input());
            case Plan.Limit limit -> isSimple(limit.input());
            case Plan.IndexScan _ -> true;
            case Plan.VectorSearch _ -> true;
            default -> false;
        };
    }
}
