package dev.quiverdb.execute.expression;

import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.PlanWalker;
import java.util.Set;
import java.util.TreeSet;

/**
 * The slots that a plan reads and does not set itself: what its rows depend on beside the tables.
 */
public final class FreeSlots {
    public static int[] of(Plan plan) {
        Set<Integer> read = new TreeSet<>();
        Set<Integer> bound = new TreeSet<>();
        visit(plan, read, bound);
        read.removeAll(bound);
        return read.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void visit(Plan plan, Set<Integer> read, Set<Integer> bound) {
        if (plan instanceof Plan.CteScan scan) {
            read.addAll(scan.slots());
        }
        if (plan instanceof Plan.NestedLoopJoin join) {
            join.bindings().forEach(binding -> bound.add(binding.slot()));
        }
        for (var expression : PlanWalker.expressions(plan)) {
            visit(expression, read, bound);
        }
        for (var input : PlanWalker.inputs(plan)) {
            visit(input, read, bound);
        }
    }

    private static void visit(Expression expression, Set<Integer> read, Set<Integer> bound) {
        Rewriter.rewrite(
                expression,
                part -> {
                    switch (part) {
                        case Expression.Slot slot -> read.add(slot.slot());
                        case Expression.ArrayCoerce coerce -> bound.add(coerce.slot());
                        case Expression.CoerceToDomain domain -> bound.add(domain.slot());
                        case Expression.Case choice -> bound.add(choice.slot());
                        case Expression.ConvertRow convert -> {
                            for (int i = 0;
                                    i < convert.argument().type().actual().fields().size();
                                    i++) {
                                bound.add(convert.firstSlot() + i);
                            }
                        }
                        case Expression.SubPlan subPlan -> {
                            subPlan.bindings().forEach(binding -> bound.add(binding.slot()));
                            bound.addAll(subPlan.resultSlots());
                            visit(subPlan.plan(), read, bound);
                        }
                        default -> {}
                    }
                    return null;
                });
    }

    private FreeSlots() {}
}
