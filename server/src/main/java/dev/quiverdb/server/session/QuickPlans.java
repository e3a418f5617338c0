package dev.quiverdb.server.session;

import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.PlanWalker;

/**
 * Which plans the thread that reads the socket may run itself, as they return soon and with few
 * rows, and which may be kept compiled.
 */
final class QuickPlans {
    private QuickPlans() {}

    static boolean isQuick(Plan plan) {
        return isShort(plan) && PlanWalker.isPlain(plan);
    }

    private static boolean isShort(Plan plan) {
        return switch (plan) {
            case Plan.Result _ -> true;
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
     * Whether the plan's operators keep nothing between two executions, so that they may be run
     * again.
     */
    static boolean isRestartable(Plan plan) {
        return isSimple(plan) && PlanWalker.isPlain(plan);
    }

    private static boolean isSimple(Plan plan) {
        return switch (plan) {
            case Plan.Result _ -> true;
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
