package dev.quiverdb.server.session;

import dev.quiverdb.plan.Plan;

/**
 * Which plans the thread that reads the socket may run itself: they return soon and with few rows.
 */
final class QuickPlans {
    private QuickPlans() {}

    static boolean isQuick(Plan plan) {
        return switch (plan) {
            case Plan.Result _ -> true;
            case Plan.Values values -> values.rows().size() <= 16;
            case Plan.Project project -> isQuick(project.input());
            case Plan.Filter filter -> isQuick(filter.input());
            case Plan.Limit limit -> isQuick(limit.input());
            case Plan.IndexScan scan ->
                    scan.index().unique() && scan.equal().size() == scan.index().columns().size();
            default -> false;
        };
    }
}
