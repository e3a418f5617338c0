package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Rewriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out columns that nobody reads, so that a scan copies only what its plan needs. Works from
 * the top down; a node it does not look into keeps all columns of its inputs, and what lies below
 * is pruned on its own.
 */
final class ColumnPruner {
    /** A plan with fewer columns, and where each old column stands now (-1: gone). */
    @SuppressWarnings("ArrayRecordComponent")
    private record Pruned(Plan plan, int[] positions) {
        Expression move(Expression expression) {
            return ExpressionFacts.move(expression, column -> positions[column]);
        }

        List<Expression> move(List<Expression> list) {
            return list.stream().map(this::move).toList();
        }

        @Nullable Expression moveOrNull(@Nullable Expression expression) {
            return expression == null ? null : move(expression);
        }

        List<SortKey> keys(List<SortKey> keys) {
            return keys.stream()
                    .map(k -> new SortKey(move(k.expression()), k.descending(), k.nullsFirst()))
                    .toList();
        }
    }

    private ColumnPruner() {}

    /** The plan with the same output columns and less below them. */
    static Plan prune(Plan plan) {
        return whole(plan);
    }

    private static BitSet all(Plan plan) {
        var columns = new BitSet();
        columns.set(0, plan.output().size());
        return columns;
    }

    /** The plan with all of its columns, pruned below. */
    private static Plan whole(Plan plan) {
        var pruned = prune(plan, all(plan));
        for (int i = 0; i < pruned.positions.length; i++) {
            assert pruned.positions[i] == i : "column " + i + " moved in " + plan;
        }
        return pruned.plan;
    }

    private static Pruned same(Plan plan) {
        int[] positions = new int[plan.output().size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i;
        }
        return new Pruned(plan, positions);
    }

    private static BitSet with(BitSet needed, Iterable<Expression> expressions) {
        var more = (BitSet) needed.clone();
        expressions.forEach(e -> more.or(ExpressionFacts.columns(e)));
        return more;
    }

    private static BitSet with(BitSet needed, @Nullable Expression expression) {
        return expression == null ? needed : with(needed, List.of(expression));
    }

    private static List<Expression> expressions(List<SortKey> keys) {
        return keys.stream().map(SortKey::expression).toList();
    }

    /** Subqueries in expressions are plans of their own. */
    private static Expression inside(Expression expression) {
        return Rewriter.rewrite(
                expression,
                part ->
                        part instanceof Expression.SubPlan s
                                ? new Expression.SubPlan(
                                        s.id(),
                                        s.kind(),
                                        whole(s.plan()),
                                        s.bindings(),
                                        s.test() == null ? null : inside(s.test()),
                                        s.resultSlots(),
                                        s.hashOperands().stream()
                                                .map(ColumnPruner::inside)
                                                .toList(),
                                        s.type())
                                : null);
    }

    private static @Nullable Expression insideOrNull(@Nullable Expression expression) {
        return expression == null ? null : inside(expression);
    }

    private static Pruned prune(Plan plan, BitSet needed) {
        return switch (plan) {
            case Plan.SeqScan p -> {
                var filter = insideOrNull(p.filter());
                var kept = source(p.source(), with(needed, filter));
                yield new Pruned(
                        new Plan.SeqScan(kept.source, moved(filter, kept), p.estimate()),
                        kept.positions);
            }
            case Plan.IndexScan p -> {
                var filter = insideOrNull(p.filter());
                var kept = source(p.source(), with(needed, filter));
                yield new Pruned(
                        new Plan.IndexScan(
                                kept.source,
                                p.index(),
                                p.equal(),
                                p.lower(),
                                p.lowerInclusive(),
                                p.upper(),
                                p.upperInclusive(),
                                p.isNull(),
                                p.backward(),
                                moved(filter, kept),
                                p.estimate()),
                        kept.positions);
            }
            case Plan.VectorSearch p -> {
                var filter = insideOrNull(p.filter());
                var kept = source(p.source(), with(needed, filter));
                yield new Pruned(
                        new Plan.VectorSearch(
                                kept.source,
                                p.mode(),
                                p.index(),
                                p.column(),
                                inside(p.query()),
                                p.distance(),
                                p.limit(),
                                moved(filter, kept),
                                matching(p.matching()),
                                p.withDistance(),
                                p.reason(),
                                p.estimate()),
                        kept.positions);
            }
            case Plan.VirtualScan p -> virtualScan(p, with(needed, p.filter()));
            case Plan.Filter p -> {
                var condition = inside(p.condition());
                var input = prune(p.input(), with(needed, condition));
                yield new Pruned(
                        new Plan.Filter(input.plan, input.move(condition), p.estimate()),
                        input.positions);
            }
            case Plan.Project p -> project(p, needed);
            case Plan.Sort p -> {
                var input = prune(p.input(), with(needed, expressions(p.keys())));
                yield new Pruned(
                        new Plan.Sort(input.plan, input.keys(p.keys()), p.estimate()),
                        input.positions);
            }
            case Plan.TopN p -> {
                var input = prune(p.input(), with(needed, expressions(p.keys())));
                yield new Pruned(
                        new Plan.TopN(
                                input.plan,
                                input.keys(p.keys()),
                                p.limit(),
                                p.offset(),
                                p.estimate()),
                        input.positions);
            }
            case Plan.Limit p -> {
                var input = prune(p.input(), with(needed, expressions(p.tieKeys())));
                yield new Pruned(
                        new Plan.Limit(
                                input.plan,
                                p.limit(),
                                p.offset(),
                                input.keys(p.tieKeys()),
                                p.estimate()),
                        input.positions);
            }
            case Plan.NestedLoopJoin p -> nestedLoop(p, needed);
            case Plan.HashJoin p -> hashJoin(p, needed);
            case Plan.Aggregate p -> aggregate(p);
            case Plan.Distinct p ->
                    same(new Plan.Distinct(whole(p.input()), p.keys(), p.sorted(), p.estimate()));
            case Plan.Append p -> {
                var inputs = together(p.inputs(), needed);
                yield new Pruned(
                        new Plan.Append(
                                inputs.plans,
                                p.pruning(),
                                inputs.outputs(p.output()),
                                p.estimate()),
                        inputs.positions);
            }
            case Plan.MergeAppend p -> {
                var inputs = together(p.inputs(), with(needed, expressions(p.keys())));
                var moved = new Pruned(p, inputs.positions);
                yield new Pruned(
                        new Plan.MergeAppend(
                                inputs.plans,
                                moved.keys(p.keys()),
                                p.pruning(),
                                inputs.outputs(p.output()),
                                p.estimate()),
                        inputs.positions);
            }
            case Plan.SetOp p ->
                    same(
                            new Plan.SetOp(
                                    p.kind(),
                                    whole(p.left()),
                                    whole(p.right()),
                                    p.output(),
                                    p.estimate()));
            case Plan.With p ->
                    same(
                            new Plan.With(
                                    p.tables().stream()
                                            .map(t ->
                                                    new Plan.Cte(
                                                            t.id(),
                                                            t.name(),
                                                            whole(t.plan()),
                                                            t.modifies()))
                                            .toList(),
                                    whole(p.body()),
                                    p.estimate()));
            case Plan.RecursiveUnion p ->
                    same(
                            new Plan.RecursiveUnion(
                                    p.workTableId(),
                                    whole(p.initial()),
                                    whole(p.recursive()),
                                    p.distinct(),
                                    p.output(),
                                    p.estimate()));
            case Plan.Window p -> window(p, needed);
            case Plan.ProjectSet p ->
                    same(
                            new Plan.ProjectSet(
                                    whole(p.input()), p.expressions(), p.output(), p.estimate()));
            case Plan.LockRows p ->
                    same(new Plan.LockRows(whole(p.input()), p.marks(), p.estimate()));
            case Plan.Insert p -> insert(p);
            case Plan.Update p ->
                    same(
                            new Plan.Update(
                                    p.target(),
                                    whole(p.input()),
                                    p.marks(),
                                    p.assignments(),
                                    p.checks(),
                                    p.returning(),
                                    p.estimate()));
            case Plan.Delete p ->
                    same(
                            new Plan.Delete(
                                    p.target(),
                                    whole(p.input()),
                                    p.marks(),
                                    p.returning(),
                                    p.estimate()));
            case Plan.Merge p ->
                    same(
                            new Plan.Merge(
                                    p.target(),
                                    whole(p.input()),
                                    p.marks(),
                                    p.actions(),
                                    p.checks(),
                                    p.returning(),
                                    p.estimate()));
            case Plan.MergeJoin p -> same(p);
            case Plan.Values p -> same(p);
            case Plan.Result p when p.input() == null -> same(p);
            case Plan.Result p -> {
                var input = prune(Objects.requireNonNull(p.input()), needed);
                yield new Pruned(
                        new Plan.Result(
                                input.plan,
                                insideOrNull(p.condition()),
                                input.plan.output(),
                                p.estimate()),
                        input.positions);
            }
            case Plan.FunctionScan p -> same(p);
            case Plan.CteScan p -> same(p);
            case Plan.WorkTableScan p -> same(p);
        };
    }

    /** Of the rows that pass a filter, ids are all that is asked for. */
    private static @Nullable Matching matching(@Nullable Matching matching) {
        if (matching == null) {
            return null;
        }
        var byIndex = matching.byIndex();
        return new Matching(
                (Plan.SeqScan) prune(matching.scan(), rowId(matching.scan().source())).plan,
                byIndex == null
                        ? null
                        : (Plan.IndexScan) prune(byIndex, rowId(byIndex.source())).plan,
                matching.tableRows());
    }

    private static BitSet rowId(Plan.TableSource source) {
        var needed = new BitSet();
        needed.set(source.positions().indexOf(Plan.ROW_ID));
        return needed;
    }

    /** INSERT reads only what its values do. */
    private static Pruned insert(Plan.Insert p) {
        var values = p.values().stream().map(ColumnPruner::inside).toList();
        var input = prune(p.input(), with(new BitSet(), values));
        return same(
                new Plan.Insert(
                        p.target(),
                        input.plan,
                        input.move(values),
                        p.onConflict(),
                        p.checks(),
                        p.returning(),
                        p.estimate()));
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Source(Plan.TableSource source, int[] positions) {}

    private static Source source(Plan.TableSource source, BitSet needed) {
        List<Integer> kept = new ArrayList<>();
        int[] positions = new int[source.positions().size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = needed.get(i) ? kept.size() : -1;
            if (needed.get(i)) {
                kept.add(source.positions().get(i));
            }
        }
        return new Source(
                new Plan.TableSource(
                        source.relation(), source.alias(), kept, source.markId(), source.member()),
                positions);
    }

    private static @Nullable Expression moved(@Nullable Expression filter, Source kept) {
        return filter == null ? null : ExpressionFacts.move(filter, c -> kept.positions[c]);
    }

    private static Pruned virtualScan(Plan.VirtualScan p, BitSet needed) {
        List<Integer> kept = new ArrayList<>();
        List<OutputColumn> outputs = new ArrayList<>();
        int[] positions = new int[p.positions().size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = needed.get(i) ? kept.size() : -1;
            if (needed.get(i)) {
                kept.add(p.positions().get(i));
                outputs.add(p.output().get(i));
            }
        }
        var pruned = new Pruned(p, positions);
        return new Pruned(
                new Plan.VirtualScan(
                        p.relationOid(),
                        p.schema(),
                        p.name(),
                        p.alias(),
                        kept,
                        pruned.moveOrNull(p.filter()),
                        outputs,
                        p.estimate()),
                positions);
    }

    /** Inputs that keep the same columns. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Together(List<Plan> plans, int[] positions) {
        List<OutputColumn> outputs(List<OutputColumn> all) {
            List<OutputColumn> kept = new ArrayList<>();
            for (int i = 0; i < positions.length; i++) {
                if (positions[i] >= 0) {
                    kept.add(all.get(i));
                }
            }
            return kept;
        }
    }

    /** Prunes inputs alike: projections down to what is needed, others not at all. */
    private static Together together(List<Plan> inputs, BitSet needed) {
        var pruned = inputs.stream().map(input -> prune(input, needed)).toList();
        int[] first = pruned.getFirst().positions;
        boolean alike =
                inputs.stream().allMatch(Plan.Project.class::isInstance)
                        && pruned.stream().allMatch(p -> Arrays.equals(p.positions, first));
        return alike
                ? new Together(pruned.stream().map(Pruned::plan).toList(), first)
                : new Together(
                        inputs.stream().map(ColumnPruner::whole).toList(),
                        same(inputs.getFirst()).positions);
    }

    private static Pruned project(Plan.Project p, BitSet needed) {
        List<Expression> kept = new ArrayList<>();
        List<OutputColumn> outputs = new ArrayList<>();
        int[] positions = new int[p.expressions().size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = -1;
            if (needed.get(i) || ExpressionFacts.isVolatile(p.expressions().get(i))) {
                positions[i] = kept.size();
                kept.add(inside(p.expressions().get(i)));
                outputs.add(p.output().get(i));
            }
        }
        var input = prune(p.input(), with(new BitSet(), kept));
        return new Pruned(
                new Plan.Project(input.plan, input.move(kept), outputs, p.estimate()), positions);
    }

    private static Pruned nestedLoop(Plan.NestedLoopJoin p, BitSet needed) {
        var condition = insideOrNull(p.condition());
        int width = p.left().output().size();
        var both = with(needed, condition);
        var leftNeeded = both.get(0, width);
        for (var binding : p.bindings()) {
            leftNeeded.or(ExpressionFacts.columns(binding.value()));
        }
        var left = prune(p.left(), leftNeeded);
        var right = prune(p.right(), rightNeeded(both, width, p.right()));
        var joined = joined(p.kind(), left, right);
        return new Pruned(
                new Plan.NestedLoopJoin(
                        p.kind(),
                        left.plan,
                        right.plan,
                        p.bindings().stream()
                                .map(b ->
                                        new Expression.SlotBinding(
                                                b.slot(), left.move(inside(b.value()))))
                                .toList(),
                        moveBoth(condition, left, right, width),
                        p.estimate()),
                joined);
    }

    private static Pruned hashJoin(Plan.HashJoin p, BitSet needed) {
        var residual = insideOrNull(p.residual());
        int width = p.left().output().size();
        var both = with(needed, residual);
        var left = prune(p.left(), with(both.get(0, width), p.leftKeys()));
        var right = prune(p.right(), with(rightNeeded(both, width, p.right()), p.rightKeys()));
        return new Pruned(
                new Plan.HashJoin(
                        p.kind(),
                        left.plan,
                        right.plan,
                        left.move(p.leftKeys()),
                        right.move(p.rightKeys()),
                        moveBoth(residual, left, right, width),
                        p.estimate()),
                joined(p.kind(), left, right));
    }

    private static BitSet rightNeeded(BitSet both, int width, Plan right) {
        return both.get(width, width + right.output().size());
    }

    private static @Nullable Expression moveBoth(
            @Nullable Expression condition, Pruned left, Pruned right, int width) {
        int newWidth = left.plan.output().size();
        return condition == null
                ? null
                : ExpressionFacts.move(
                        condition,
                        c -> c < width ? left.positions[c] : newWidth + right.positions[c - width]);
    }

    private static int[] joined(Plan.JoinKind kind, Pruned left, Pruned right) {
        boolean leftOnly =
                switch (kind) {
                    case SEMI, ANTI, NULL_AWARE_ANTI -> true;
                    default -> false;
                };
        if (leftOnly) {
            return left.positions;
        }
        int newWidth = left.plan.output().size();
        int[] positions = new int[left.positions.length + right.positions.length];
        System.arraycopy(left.positions, 0, positions, 0, left.positions.length);
        for (int i = 0; i < right.positions.length; i++) {
            positions[left.positions.length + i] =
                    right.positions[i] < 0 ? -1 : newWidth + right.positions[i];
        }
        return positions;
    }

    /** The input's columns that are read above or by the node itself, and all calls. */
    private static Pruned window(Plan.Window p, BitSet needed) {
        int width = p.input().output().size();
        var wanted = (BitSet) needed.clone();
        wanted.clear(width, Math.max(width, wanted.length()));
        wanted = with(with(wanted, p.partition()), expressions(p.order()));
        for (var call : p.calls()) {
            wanted = with(with(wanted, call.arguments()), call.filter());
        }
        var input = prune(p.input(), wanted);
        int left = input.plan.output().size();
        List<OutputColumn> outputs = new ArrayList<>(input.plan.output());
        int[] positions = Arrays.copyOf(input.positions, width + p.calls().size());
        List<WindowCall> calls = new ArrayList<>();
        for (int i = 0; i < p.calls().size(); i++) {
            var call = p.calls().get(i);
            positions[width + i] = left + i;
            outputs.add(p.output().get(width + i));
            calls.add(
                    new WindowCall(
                            call.function(),
                            input.move(
                                    call.arguments().stream().map(ColumnPruner::inside).toList()),
                            call.filter() == null ? null : input.move(inside(call.filter())),
                            call.aggregate(),
                            call.type()));
        }
        return new Pruned(
                new Plan.Window(
                        input.plan,
                        input.move(p.partition()),
                        input.keys(p.order()),
                        p.frame(),
                        calls,
                        p.sorted(),
                        outputs,
                        p.estimate()),
                positions);
    }

    private static Pruned aggregate(Plan.Aggregate p) {
        var needed = with(new BitSet(), p.keys());
        for (var call : p.aggregates()) {
            needed = with(needed, call.arguments());
            needed = with(needed, call.directArguments());
            needed = with(needed, expressions(call.orderBy()));
            needed = with(needed, call.filter());
        }
        var input = prune(p.input(), needed);
        List<AggregateCall> calls = new ArrayList<>();
        for (var call : p.aggregates()) {
            calls.add(
                    new AggregateCall(
                            call.function(),
                            input.move(
                                    call.arguments().stream().map(ColumnPruner::inside).toList()),
                            input.move(call.directArguments()),
                            call.distinct(),
                            input.keys(call.orderBy()),
                            call.filter() == null ? null : input.move(inside(call.filter())),
                            call.type()));
        }
        return same(
                new Plan.Aggregate(
                        p.strategy(),
                        input.plan,
                        input.move(p.keys().stream().map(ColumnPruner::inside).toList()),
                        p.groupingSets(),
                        calls,
                        p.groupings(),
                        p.output(),
                        p.estimate()));
    }
}
