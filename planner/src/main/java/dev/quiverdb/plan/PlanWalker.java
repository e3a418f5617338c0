package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The inputs and the expressions of plan nodes. */
public final class PlanWalker {
    /** The plans right below a node, not those in its expressions. */
    public static List<Plan> inputs(Plan plan) {
        return switch (plan) {
            case Plan.SeqScan p -> List.of();
            case Plan.IndexScan p -> List.of();
            case Plan.VectorSearch p -> List.of();
            case Plan.Values p -> List.of();
            case Plan.Result p -> p.input() == null ? List.of() : List.of(p.input());
            case Plan.VirtualScan p -> List.of();
            case Plan.FunctionScan p -> List.of();
            case Plan.CteScan p -> List.of();
            case Plan.WorkTableScan p -> List.of();
            case Plan.Filter p -> List.of(p.input());
            case Plan.Project p -> List.of(p.input());
            case Plan.ProjectSet p -> List.of(p.input());
            case Plan.NestedLoopJoin p -> List.of(p.left(), p.right());
            case Plan.HashJoin p -> List.of(p.left(), p.right());
            case Plan.MergeJoin p -> List.of(p.left(), p.right());
            case Plan.Aggregate p -> List.of(p.input());
            case Plan.Window p -> List.of(p.input());
            case Plan.Sort p -> List.of(p.input());
            case Plan.TopN p -> List.of(p.input());
            case Plan.Limit p -> List.of(p.input());
            case Plan.Distinct p -> List.of(p.input());
            case Plan.Append p -> p.inputs();
            case Plan.MergeAppend p -> p.inputs();
            case Plan.SetOp p -> List.of(p.left(), p.right());
            case Plan.With p -> {
                var all = new ArrayList<Plan>();
                p.tables().forEach(table -> all.add(table.plan()));
                all.add(p.body());
                yield all;
            }
            case Plan.RecursiveUnion p -> List.of(p.initial(), p.recursive());
            case Plan.LockRows p -> List.of(p.input());
            case Plan.Insert p -> List.of(p.input());
            case Plan.Update p -> List.of(p.input());
            case Plan.Delete p -> List.of(p.input());
            case Plan.Merge p -> List.of(p.input());
        };
    }

    /** The expressions of a node itself. */
    public static List<Expression> expressions(Plan plan) {
        var out = new ArrayList<@Nullable Expression>();
        switch (plan) {
            case Plan.SeqScan p -> out.add(p.filter());
            case Plan.IndexScan p -> {
                p.equal().forEach(key -> out.add(key.value()));
                out.add(p.lower());
                out.add(p.upper());
                out.add(p.filter());
            }
            case Plan.VectorSearch p -> {
                out.add(p.query());
                out.add(p.limit());
                out.add(p.filter());
                var matching = p.matching();
                if (matching != null && matching.byIndex() != null) {
                    out.addAll(expressions(matching.byIndex()));
                }
            }
            case Plan.Values p -> p.rows().forEach(out::addAll);
            case Plan.Result p -> out.add(p.condition());
            case Plan.VirtualScan p -> out.add(p.filter());
            case Plan.FunctionScan p -> {
                p.functions().forEach(function -> out.add(function.call()));
                out.add(p.filter());
            }
            case Plan.CteScan p -> {}
            case Plan.WorkTableScan p -> {}
            case Plan.Filter p -> out.add(p.condition());
            case Plan.Project p -> out.addAll(p.expressions());
            case Plan.ProjectSet p -> out.addAll(p.expressions());
            case Plan.NestedLoopJoin p -> {
                p.bindings().forEach(binding -> out.add(binding.value()));
                out.add(p.condition());
            }
            case Plan.HashJoin p -> join(out, p.leftKeys(), p.rightKeys(), p.residual());
            case Plan.MergeJoin p -> join(out, p.leftKeys(), p.rightKeys(), p.residual());
            case Plan.Aggregate p -> {
                out.addAll(p.keys());
                for (var call : p.aggregates()) {
                    out.addAll(call.arguments());
                    out.addAll(call.directArguments());
                    keys(out, call.orderBy());
                    out.add(call.filter());
                }
            }
            case Plan.Window p -> {
                out.addAll(p.partition());
                keys(out, p.order());
                out.add(p.frame().startOffset());
                out.add(p.frame().endOffset());
                for (var call : p.calls()) {
                    out.addAll(call.arguments());
                    out.add(call.filter());
                }
            }
            case Plan.Sort p -> keys(out, p.keys());
            case Plan.TopN p -> {
                keys(out, p.keys());
                out.add(p.limit());
                out.add(p.offset());
            }
            case Plan.Limit p -> {
                out.add(p.limit());
                out.add(p.offset());
                keys(out, p.tieKeys());
            }
            case Plan.Distinct p -> out.addAll(p.keys());
            case Plan.Append p -> pruning(out, p.pruning());
            case Plan.MergeAppend p -> {
                keys(out, p.keys());
                pruning(out, p.pruning());
            }
            case Plan.SetOp p -> {}
            case Plan.With p -> {}
            case Plan.RecursiveUnion p -> {}
            case Plan.LockRows p -> {}
            case Plan.Insert p -> {
                out.addAll(p.values());
                returning(out, p.returning());
                checks(out, p.checks());
                var conflict = p.onConflict();
                if (conflict != null) {
                    conflict.assignments().forEach(assignment -> out.add(assignment.value()));
                    out.add(conflict.condition());
                    checks(out, conflict.updateChecks());
                }
            }
            case Plan.Update p -> {
                p.assignments().forEach(assignment -> out.add(assignment.value()));
                checks(out, p.checks());
                returning(out, p.returning());
            }
            case Plan.Delete p -> returning(out, p.returning());
            case Plan.Merge p -> {
                for (var action : p.actions()) {
                    out.add(action.condition());
                    out.addAll(action.values());
                    action.assignments().forEach(assignment -> out.add(assignment.value()));
                    checks(out, action.checks());
                }
                checks(out, p.checks());
                returning(out, p.returning());
            }
        }
        var present = new ArrayList<Expression>(out.size());
        for (var expression : out) {
            if (expression != null) {
                present.add(expression);
            }
        }
        return present;
    }

    /**
     * Whether the plan, with all below it, calls no volatile function and has no subquery in an
     * expression: it then changes nothing, and waits for nothing but its own reads.
     */
    public static boolean isPlain(Plan plan) {
        for (var expression : expressions(plan)) {
            if (ExpressionFacts.isVolatile(expression)
                    || ExpressionFacts.hasSubPlan(expression)
                    || ExpressionFacts.callsRoutine(expression)) {
                return false;
            }
        }
        return inputs(plan).stream().allMatch(PlanWalker::isPlain);
    }

    /**
     * Whether nothing that the plan calls, with all below it, waits or takes long: no subquery in
     * an expression, no function whose body is statements, no volatile function but those that are
     * known to return at once.
     */
    public static boolean isPrompt(Plan plan) {
        return expressions(plan).stream().allMatch(PlanWalker::isPrompt)
                && inputs(plan).stream().allMatch(PlanWalker::isPrompt);
    }

    /** Whether evaluating it waits for nothing and runs no statements. */
    public static boolean isPrompt(Expression expression) {
        return ExpressionFacts.isPrompt(expression);
    }

    private static void join(
            Collection<@Nullable Expression> out,
            List<Expression> left,
            List<Expression> right,
            @Nullable Expression rest) {
        out.addAll(left);
        out.addAll(right);
        out.add(rest);
    }

    private static void pruning(List<@Nullable Expression> out, Plan.@Nullable Pruning pruning) {
        if (pruning != null) {
            pruning.tests().forEach(test -> out.add(test.value()));
        }
    }

    private static void keys(Collection<@Nullable Expression> out, List<SortKey> keys) {
        keys.forEach(key -> out.add(key.expression()));
    }

    private static void returning(
            Collection<@Nullable Expression> out, Plan.@Nullable Returning returning) {
        if (returning != null) {
            out.addAll(returning.expressions());
        }
    }

    private static void checks(Collection<@Nullable Expression> out, List<Plan.WithCheck> checks) {
        checks.forEach(check -> out.add(check.condition()));
    }

    private PlanWalker() {}
}
