package dev.quiverdb.server.session;

import dev.quiverdb.plan.Plan;

/** Which cursors go backward without having been declared SCROLL, after execAmi.c. */
final class CursorPlans {
    private CursorPlans() {}

    /** ExecSupportsBackwardScan. */
    static boolean goesBackward(Plan plan) {
        return switch (plan) {
            case Plan.SeqScan _,
                    Plan.IndexScan _,
                    Plan.VectorSearch _,
                    Plan.Values _,
                    Plan.VirtualScan _,
                    Plan.FunctionScan _,
                    Plan.CteScan _,
                    Plan.Sort _,
                    Plan.TopN _ ->
                    true;
            case Plan.Filter filter -> goesBackward(filter.input());
            case Plan.Project project -> goesBackward(project.input());
            case Plan.Limit limit -> goesBackward(limit.input());
            case Plan.LockRows lock -> goesBackward(lock.input());
            case Plan.Append append -> append.inputs().stream().allMatch(CursorPlans::goesBackward);
            case Plan.Result _,
                    Plan.MergeAppend _,
                    Plan.ProjectSet _,
                    Plan.NestedLoopJoin _,
                    Plan.HashJoin _,
                    Plan.MergeJoin _,
                    Plan.Aggregate _,
                    Plan.Window _,
                    Plan.Distinct _,
                    Plan.SetOp _,
                    Plan.With _,
                    Plan.RecursiveUnion _,
                    Plan.WorkTableScan _,
                    Plan.Insert _,
                    Plan.Update _,
                    Plan.Delete _,
                    Plan.Merge _ ->
                    false;
        };
    }
}
