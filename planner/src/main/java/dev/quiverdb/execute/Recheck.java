package dev.quiverdb.execute;

import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.RowMark;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a subplan again for one combination of rows, as EvalPlanQual. */
final class Recheck {
    /**
     * The row that the plan makes of the marked rows now, or null if they no longer qualify.
     *
     * @param row the plan's row as it was, which has the row ids
     * @param changed mark ids whose newest version is to be taken
     */
    static @Nullable Object @Nullable [] run(
            Plan plan,
            Frame frame,
            List<RowMark> marks,
            @Nullable Object[] row,
            Set<Integer> changed) {
        Map<Integer, Frame.FixedRow> fixed = new HashMap<>();
        for (var mark : marks) {
            var rowId = (Long) row[mark.rowIdColumn()];
            fixed.put(
                    mark.markId(),
                    new Frame.FixedRow(
                            rowId == null ? -1 : rowId, changed.contains(mark.markId())));
        }
        var factory = new Operators.Subplans();
        var again = frame.forRecheck(factory, fixed);
        factory.attach(again);
        try (var operator =
                Operators.make(plan, new dev.quiverdb.execute.expression.Compiler(again), null)) {
            operator.open();
            return new RowReader(operator).next();
        }
    }

    private Recheck() {}
}
