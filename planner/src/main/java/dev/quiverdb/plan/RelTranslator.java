package dev.quiverdb.plan;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FreeSlots;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.SystemRelations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Relational algebra to a physical plan, top down: each node is given the conditions that its rows
 * must meet and passes on to its inputs those that can be checked there.
 */
final class RelTranslator {
    private final Catalog catalog;
    private final Runnable checkCancelled;
    private final SlotNumbers slots;
    private final ConstantFolder folder;
    private final ExpressionTranslator expressions;
    private final TableFacts tables;
    private final AccessPaths paths;
    private final FamilyScans families;
    private final JoinTranslator joins;
    private final ModifyTranslator modifications;
    private final SubqueryJoins subqueries;
    private final Map<Integer, RelNode> inlineTables = new HashMap<>();

    /**
     * What the rows of common tables depend on: those of a subquery may be other ones each time.
     */
    private final Map<Integer, List<Integer>> slotsOfTables = new HashMap<>();

    RelTranslator(PlanContext context) {
        catalog = context.bind().catalog();
        checkCancelled = context.bind().checkCancelled();
        slots = new SlotNumbers();
        folder = new ConstantFolder(context);
        expressions = new ExpressionTranslator(slots, this::subPlan, folder);
        tables = new TableFacts(context.bind(), expressions);
        paths = new AccessPaths(context, tables);
        families = new FamilyScans(context, tables, paths);
        joins = new JoinTranslator(this, expressions, slots, paths);
        modifications = new ModifyTranslator(this, expressions, tables);
        subqueries = new SubqueryJoins(this, expressions, joins, paths, catalog);
    }

    private Plan subPlan(RelNode rel) {
        return translate(rel);
    }

    Plan translate(RelNode rel) {
        return translate(rel, List.of());
    }

    /** The rows of a node that meet all conditions, which are over its row. */
    Plan translate(RelNode rel, List<Expression> conditions) {
        checkCancelled.run();
        if (conditions.stream().anyMatch(ConstantFolder::isNever)) {
            return Plan.Result.never(outputs(rel.getRowType()));
        }
        return switch (rel) {
            case Project project -> project(project, conditions);
            case Filter filter -> filter(filter, conditions);
            case Join join -> joins.join(join, conditions);
            case Correlate correlate -> joins.correlate(correlate, conditions);
            case PgRel own -> own(own, conditions);
            default -> throw new IllegalStateException("relational node " + rel.getClass());
        };
    }

    private Plan filter(Filter filter, List<Expression> conditions) {
        List<Expression> all = new ArrayList<>(conditions);
        List<SemiJoins.Pulled> pulled = new ArrayList<>();
        List<RexNode> grouped = new ArrayList<>();
        int width = filter.getInput().getRowType().getFieldCount();
        var never = never(filter);
        if (never != null) {
            return never;
        }
        for (var part : SemiJoins.conjuncts(filter.getCondition())) {
            var semi = SemiJoins.pull(part, width, catalog);
            if (semi != null && joins.joins(semi)) {
                pulled.add(semi);
            } else if (subqueries.joins(part, Double.MAX_VALUE)) {
                grouped.add(part);
            } else {
                all.addAll(expressions.conditions(part));
            }
        }
        var input =
                pulled.isEmpty()
                        ? translate(filter.getInput(), all)
                        : joins.semi(filter.getInput(), all, pulled);
        if (grouped.isEmpty()) {
            return input;
        }
        double rows = input.estimate().rows();
        if (grouped.stream().noneMatch(part -> subqueries.joins(part, rows))) {
            // Checked where the rows are read.
            grouped.forEach(part -> all.addAll(expressions.conditions(part)));
            return pulled.isEmpty()
                    ? translate(filter.getInput(), all)
                    : joins.semi(filter.getInput(), all, pulled);
        }
        var joined = subqueries.join(input, grouped, rows);
        var met = filtered(joined.plan(), expressions.translate(joined.expressions()));
        return first(width, met, outputs(filter.getRowType()));
    }

    /** No rows, where a part of a condition is never met; what comes after it is not looked at. */
    private @Nullable Plan never(Filter filter) {
        for (var part : SemiJoins.conjuncts(filter.getCondition())) {
            if (!SemiJoins.hasSubLink(part)
                    && expressions.conditions(part).stream().anyMatch(ConstantFolder::isNever)) {
                return Plan.Result.never(outputs(filter.getRowType()));
            }
        }
        return null;
    }

    /** The first columns of a plan's row. */
    private static Plan first(int width, Plan plan, List<OutputColumn> outputs) {
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            columns.add(new Expression.InputRef(i, outputs.get(i).type(), outputs.get(i).typmod()));
        }
        return new Plan.Project(plan, columns, outputs, plan.estimate());
    }

    private Plan own(PgRel rel, List<Expression> conditions) {
        return switch (rel) {
            case PgRel.Scan scan -> scan(scan, conditions);
            case PgRel.Values values -> filtered(values(values), conditions);
            case PgRel.FunctionScan scan -> functionScan(scan, conditions);
            case PgRel.CteScan scan -> cteScan(scan, conditions);
            case PgRel.ProjectSet project -> projectSet(project, conditions);
            case PgRel.GroupBy group -> groupBy(group, conditions);
            case PgRel.Window window -> window(window, conditions);
            case PgRel.Distinct distinct -> distinct(distinct, conditions);
            case PgRel.Sort sort -> sort(sort, conditions);
            case PgRel.Limit limit -> filtered(limit(limit), conditions);
            case PgRel.LockRows lock ->
                    filtered(
                            new Plan.LockRows(
                                    translate(lock.input()),
                                    lock.locks().stream().map(modifications::mark).toList(),
                                    Estimate.UNKNOWN),
                            conditions);
            case PgRel.Barrier barrier -> barrier(barrier, conditions);
            case PgRel.With with -> with(with, conditions);
            case PgRel.RecursiveUnion union -> filtered(recursiveUnion(union), conditions);
            case PgRel.SetOperation operation -> setOperation(operation, conditions);
            case PgRel.Modify modify -> filtered(modifications.modify(modify), conditions);
        };
    }

    /**
     * What stands above a barrier may see rows only after it has let them pass; but what tells
     * nobody what it sees may look at them with it.
     */
    private Plan barrier(PgRel.Barrier barrier, List<Expression> conditions) {
        List<Expression> below = new ArrayList<>(expressions.conditions(barrier.condition()));
        List<Expression> above = new ArrayList<>();
        for (var condition : conditions) {
            (paths.isLeakproof(condition) ? below : above).add(condition);
        }
        return filtered(translate(barrier.input(), below), above);
    }

    /** A filter above a plan, if there is anything to filter by. */
    static Plan filtered(Plan plan, List<Expression> conditions) {
        var condition = ExpressionFacts.and(conditions);
        return condition == null
                ? plan
                : new Plan.Filter(plan, condition, scaled(plan.estimate(), conditions.size()));
    }

    static Estimate scaled(Estimate estimate, int conditions) {
        return new Estimate(
                estimate.startupCost(),
                estimate.totalCost(),
                Math.max(1, estimate.rows() * Math.pow(0.3, conditions)),
                estimate.widthBytes());
    }

    static Estimate rows(double rows) {
        return new Estimate(0, rows, Math.max(1, rows), 32);
    }

    static List<OutputColumn> outputs(RelDataType row) {
        return outputs(row, "");
    }

    static List<OutputColumn> outputs(RelDataType row, String alias) {
        List<OutputColumn> columns = new ArrayList<>();
        for (var field : row.getFieldList()) {
            var type = PgType.of(field.getType());
            columns.add(new OutputColumn(alias, field.getName(), type.type(), type.typmod()));
        }
        return columns;
    }

    // Leaves.

    private Plan scan(PgRel.Scan scan, List<Expression> conditions) {
        var relation = scan.relation();
        if (SystemRelations.isSystem(relation) || relation.kind() == 'S') {
            return filtered(virtualScan(scan), conditions);
        }
        if (relation.tablet() == 0) {
            throw new IllegalStateException("no rows behind " + relation.name());
        }
        if (!relation.populated()) {
            throw new SqlException(
                            dev.quiverdb.base.error.SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                            "materialized view \"" + relation.name() + "\" has not been populated")
                    .withHint("Use the REFRESH MATERIALIZED VIEW command.");
        }
        var parted = Parted.of(conditions, c -> !isOneTime(c));
        var rows =
                paths.isFamily(scan)
                        ? families.scan(scan, parted.below)
                        : paths.scan(scan, parted.below);
        return once(rows, parted.above);
    }

    /** Whether a condition is the same for all rows. */
    static boolean isOneTime(Expression condition) {
        return ExpressionFacts.columns(condition).isEmpty()
                && !ExpressionFacts.isVolatile(condition);
    }

    /** The rows of a plan if conditions hold that are the same for all of them. */
    static Plan once(Plan rows, List<Expression> conditions) {
        var condition = ExpressionFacts.and(conditions);
        return condition == null
                ? rows
                : new Plan.Result(rows, condition, rows.output(), rows.estimate());
    }

    private Plan virtualScan(PgRel.Scan scan) {
        var relation = scan.relation();
        var all = outputs(scan.getRowType(), scan.alias());
        int count = all.size() - PgRel.Scan.SYSTEM_COLUMNS;
        List<Integer> positions = new ArrayList<>();
        List<Expression> projects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            positions.add(i);
            projects.add(new Expression.InputRef(i, all.get(i).type(), all.get(i).typmod()));
        }
        projects.add(new Expression.Constant(null, Types.INT8, -1));
        projects.add(
                new Expression.Constant(
                        Integer.toUnsignedLong(relation.oid()), Types.get(Oids.OID), -1));
        var rows =
                new Plan.VirtualScan(
                        relation.oid(),
                        catalog.schemaName(relation.schema()),
                        relation.name(),
                        scan.alias(),
                        positions,
                        null,
                        all.subList(0, count),
                        rows(100));
        return new Plan.Project(rows, projects, all, rows.estimate());
    }

    private Plan values(PgRel.Values values) {
        if (values.rows().size() == 1 && values.getRowType().getFieldCount() == 0) {
            return new Plan.Result(null, null, List.of(), rows(1));
        }
        return new Plan.Values(
                values.rows().stream().map(expressions::translate).toList(),
                outputs(values.getRowType()),
                rows(values.rows().size()));
    }

    private Plan functionScan(PgRel.FunctionScan scan, List<Expression> conditions) {
        List<Plan.TableFunction> functions = new ArrayList<>();
        for (int i = 0; i < scan.expressions().size(); i++) {
            functions.add(
                    new Plan.TableFunction(
                            expressions.translate(scan.expressions().get(i)),
                            scan.columns().get(i)));
        }
        return new Plan.FunctionScan(
                functions,
                scan.ordinality(),
                scan.alias(),
                ExpressionFacts.and(conditions),
                outputs(scan.getRowType(), scan.alias()),
                rows(100));
    }

    private Plan cteScan(PgRel.CteScan scan, List<Expression> conditions) {
        var inline = inlineTables.get(scan.cte());
        if (inline != null && !scan.work()) {
            return translate(inline, conditions);
        }
        var outputs = outputs(scan.getRowType(), scan.alias());
        return filtered(
                scan.work()
                        ? new Plan.WorkTableScan(scan.cte(), scan.alias(), outputs, rows(100))
                        : new Plan.CteScan(
                                scan.cte(),
                                scan.name(),
                                scan.alias(),
                                slotsOfTables.getOrDefault(scan.cte(), List.of()),
                                outputs,
                                rows(100)),
                conditions);
    }

    // One input.

    private Plan project(Project project, List<Expression> conditions) {
        // Whether all rows are wanted is not known here, so what an index finds is left to it.
        if (project.getProjects().stream().anyMatch(node -> subqueries.joins(node, 1))) {
            var joined = subqueries.join(translate(project.getInput()), project.getProjects(), 1);
            return filtered(
                    new Plan.Project(
                            joined.plan(),
                            expressions.translate(joined.expressions()),
                            outputs(project.getRowType()),
                            joined.plan().estimate()),
                    conditions);
        }
        var projects = expressions.translate(project.getProjects());
        List<Expression> below = new ArrayList<>();
        List<Expression> above = new ArrayList<>();
        for (var condition : conditions) {
            (canPass(condition, projects) ? below : above).add(condition);
        }
        var input =
                translate(
                        project.getInput(),
                        below.stream()
                                .map(c -> ExpressionFacts.substitute(c, projects))
                                .flatMap(c -> folder.conditions(c).stream())
                                .toList());
        return filtered(
                new Plan.Project(input, projects, outputs(project.getRowType()), input.estimate()),
                above);
    }

    /** Whether a condition on a projection's row may be checked below it. */
    private static boolean canPass(Expression condition, List<Expression> projects) {
        if (ExpressionFacts.isVolatile(condition)) {
            return false;
        }
        return ExpressionFacts.columns(condition).stream()
                .mapToObj(projects::get)
                .noneMatch(p -> ExpressionFacts.isVolatile(p) || ExpressionFacts.hasSubPlan(p));
    }

    private Plan projectSet(PgRel.ProjectSet project, List<Expression> conditions) {
        var projects = expressions.translate(project.expressions());
        var parted = Parted.of(conditions, c -> canPass(c, projects));
        return filtered(
                new Plan.ProjectSet(
                        translate(
                                project.input(),
                                parted.below.stream()
                                        .map(c -> ExpressionFacts.substitute(c, projects))
                                        .toList()),
                        projects,
                        outputs(project.getRowType()),
                        Estimate.UNKNOWN),
                parted.above);
    }

    /** Conditions that are checked on a node's input, and those that are checked on its rows. */
    private record Parted(List<Expression> below, List<Expression> above) {
        static Parted of(List<Expression> conditions, Predicate<Expression> canPass) {
            var parted = new Parted(new ArrayList<>(), new ArrayList<>());
            for (var condition : conditions) {
                (canPass.test(condition) ? parted.below : parted.above).add(condition);
            }
            return parted;
        }

        /** By whether a condition tells rows apart by these columns alone. */
        static Parted by(BitSet columns, List<Expression> conditions) {
            return of(
                    conditions,
                    condition -> {
                        var used = ExpressionFacts.columns(condition);
                        boolean reads = !used.isEmpty();
                        used.andNot(columns);
                        return reads
                                && used.isEmpty()
                                && !ExpressionFacts.isVolatile(condition)
                                && !ExpressionFacts.hasSubPlan(condition);
                    });
        }
    }

    private Plan groupBy(PgRel.GroupBy group, List<Expression> conditions) {
        var keys = expressions.translate(group.keys());
        // Whole groups go, so their rows need not come, where the key is one in every set.
        var passing = new BitSet();
        for (int i = 0; i < keys.size(); i++) {
            var key = keys.get(i);
            int number = i;
            passing.set(
                    i,
                    group.sets().stream().allMatch(set -> set.contains(number))
                            && !ExpressionFacts.isVolatile(key)
                            && !ExpressionFacts.hasSubPlan(key));
        }
        var parted = Parted.by(passing, conditions);
        var below = parted.below.stream().map(c -> ExpressionFacts.substitute(c, keys)).toList();
        return filtered(aggregate(group, keys, below), parted.above);
    }

    private Plan aggregate(PgRel.GroupBy group, List<Expression> keys, List<Expression> below) {
        var ends = new IndexEnds(paths, families, expressions).of(group);
        if (ends != null) {
            return ends(group, ends);
        }
        var input = translate(group.input(), below);
        List<AggregateCall> calls = new ArrayList<>();
        for (var node : group.aggregates()) {
            calls.add(aggregate((RexCall) node));
        }
        List<Set<Integer>> sets = new ArrayList<>();
        for (var set : group.sets()) {
            sets.add(new LinkedHashSet<>(set));
        }
        if (sets.isEmpty()) {
            var all = new LinkedHashSet<Integer>();
            for (int i = 0; i < keys.size(); i++) {
                all.add(i);
            }
            sets.add(all);
        }
        boolean plain = keys.isEmpty() && sets.size() == 1;
        return new Plan.Aggregate(
                plain ? Plan.AggregateStrategy.PLAIN : Plan.AggregateStrategy.HASHED,
                input,
                keys,
                sets,
                calls,
                group.groupings(),
                outputs(group.getRowType()),
                plain ? rows(1) : rows(Math.min(200, input.estimate().rows())));
    }

    /** The aggregates of a query without groups, each over a row of its own. */
    private Plan ends(PgRel.GroupBy group, List<Plan> rows) {
        var outputs = outputs(group.getRowType());
        Plan all = null;
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            var output = outputs.get(i);
            Plan one =
                    new Plan.Aggregate(
                            Plan.AggregateStrategy.PLAIN,
                            rows.get(i),
                            List.of(),
                            List.of(Set.of()),
                            List.of(aggregate((RexCall) group.aggregates().get(i))),
                            List.of(),
                            List.of(output),
                            rows(1));
            all =
                    all == null
                            ? one
                            : new Plan.NestedLoopJoin(
                                    Plan.JoinKind.INNER, all, one, List.of(), null, rows(1));
            columns.add(new Expression.InputRef(i, output.type(), output.typmod()));
        }
        return all == null || rows.size() == 1
                ? java.util.Objects.requireNonNull(all)
                : new Plan.Project(all, columns, outputs, rows(1));
    }

    private AggregateCall aggregate(RexCall call) {
        if (!(PgOperator.form(call) instanceof Form.Aggregate form)) {
            throw new IllegalStateException("aggregate " + call);
        }
        var operands = call.getOperands();
        int at = 0;
        var direct = expressions.translate(operands.subList(at, at += form.directArguments()));
        var arguments = expressions.translate(operands.subList(at, at += form.arguments()));
        List<SortKey> order = new ArrayList<>();
        for (var item : form.order()) {
            order.add(
                    new SortKey(
                            expressions.translate(operands.get(at++)),
                            item.descending(),
                            item.nullsFirst()));
        }
        var filter = form.filtered() ? expressions.translate(operands.get(at)) : null;
        var type = PgType.of(call).type();
        return new AggregateCall(
                ExpressionTranslator.function(form.function(), arguments, type, null),
                arguments,
                direct,
                form.distinct(),
                order,
                filter,
                type);
    }

    private Plan window(PgRel.Window window, List<Expression> conditions) {
        // Whole partitions go where all that is asked is in what parts them.
        var partition = expressions.translate(window.partition());
        var passing = new BitSet();
        for (var key : partition) {
            if (key instanceof Expression.InputRef ref) {
                passing.set(ref.column());
            }
        }
        var parted = Parted.by(passing, conditions);
        return filtered(
                window(window, partition, translate(window.input(), parted.below)), parted.above);
    }

    private Plan window(PgRel.Window window, List<Expression> partition, Plan input) {
        List<SortKey> order = new ArrayList<>();
        for (int i = 0; i < window.order().size(); i++) {
            var item = window.order().get(i);
            order.add(
                    new SortKey(
                            expressions.translate(window.orderExpressions().get(i)),
                            item.descending(),
                            item.nullsFirst()));
        }
        List<WindowCall> calls = new ArrayList<>();
        for (var node : window.calls()) {
            calls.add(windowCall((RexCall) node));
        }
        return new Plan.Window(
                input,
                partition,
                order,
                frame(window.frame(), order),
                calls,
                false,
                outputs(window.getRowType()),
                input.estimate());
    }

    private WindowCall windowCall(RexCall call) {
        if (!(PgOperator.form(call) instanceof Form.WindowCall form)) {
            throw new IllegalStateException("window call " + call);
        }
        var operands = call.getOperands();
        var arguments = expressions.translate(operands.subList(0, form.arguments()));
        var type = PgType.of(call).type();
        return new WindowCall(
                ExpressionTranslator.function(form.function(), arguments, type, null),
                arguments,
                form.filtered() ? expressions.translate(operands.get(form.arguments())) : null,
                form.function().isAggregate(),
                type);
    }

    private WindowFrame frame(PgRel.Frame frame, List<SortKey> order) {
        var start = expressions.translateOrNull(frame.startOffset());
        var end = expressions.translateOrNull(frame.endOffset());
        return new WindowFrame(
                WindowFrame.Mode.valueOf(frame.mode()),
                WindowFrame.Bound.valueOf(frame.start().name()),
                start,
                WindowFrame.Bound.valueOf(frame.end().name()),
                end,
                switch (frame.exclusion()) {
                    case "CURRENT_ROW", "CURRENT ROW" -> WindowFrame.Exclusion.CURRENT_ROW;
                    case "GROUP" -> WindowFrame.Exclusion.GROUP;
                    case "TIES" -> WindowFrame.Exclusion.TIES;
                    default -> WindowFrame.Exclusion.NO_OTHERS;
                },
                inRange(frame.startInRange(), start, order),
                inRange(frame.endInRange(), end, order));
    }

    private dev.quiverdb.execute.expression.@Nullable FunctionRef inRange(
            int oid, @Nullable Expression offset, List<SortKey> order) {
        var function = oid == 0 ? null : catalog.function(oid);
        if (function == null || offset == null) {
            return null;
        }
        var key = order.getFirst().expression();
        var flag = new Expression.Constant(true, Types.BOOL, -1);
        return ExpressionTranslator.function(
                function, List.of(key, key, offset, flag, flag), Types.BOOL, null);
    }

    private Plan distinct(PgRel.Distinct distinct, List<Expression> conditions) {
        var passing = new BitSet();
        distinct.keys().forEach(passing::set);
        var parted =
                distinct.on()
                        ? Parted.by(passing, conditions)
                        : Parted.of(conditions, c -> !ExpressionFacts.isVolatile(c));
        var input = translate(distinct.input(), parted.below);
        var outputs = input.output();
        var keys =
                distinct.keys().stream()
                        .map(k ->
                                (Expression)
                                        new Expression.InputRef(
                                                k, outputs.get(k).type(), outputs.get(k).typmod()))
                        .toList();
        return filtered(
                new Plan.Distinct(input, keys, distinct.on(), input.estimate()), parted.above);
    }

    static List<SortKey> sortKeys(List<PgRel.SortColumn> columns, List<OutputColumn> outputs) {
        return columns.stream()
                .map(c ->
                        new SortKey(
                                new Expression.InputRef(
                                        c.column(),
                                        outputs.get(c.column()).type(),
                                        outputs.get(c.column()).typmod()),
                                c.descending(),
                                c.nullsFirst()))
                .toList();
    }

    private Plan sort(PgRel.Sort sort, List<Expression> conditions) {
        if (conditions.isEmpty()) {
            var ordered = paths.ordered(sort, null, null, expressions, families);
            if (ordered != null) {
                return ordered;
            }
        }
        var input = translate(sort.input(), conditions);
        return new Plan.Sort(input, sortKeys(sort.columns(), input.output()), input.estimate());
    }

    private Plan limit(PgRel.Limit limit) {
        var rowsMax = expressions.translateOrNull(limit.limit());
        var offset = expressions.translateOrNull(limit.offset());
        Plan input;
        List<SortKey> ties = List.of();
        if (limit.input() instanceof PgRel.Sort sort && rowsMax != null && limit.ties().isEmpty()) {
            input = firstRows(sort, rowsMax, offset);
        } else {
            input = translate(limit.input());
            ties = sortKeys(limit.ties(), input.output());
        }
        double count =
                rowsMax instanceof Expression.Constant(Number n, _, _)
                        ? Math.min(n.doubleValue(), input.estimate().rows())
                        : Math.min(10, input.estimate().rows());
        return new Plan.Limit(input, rowsMax, offset, ties, rows(count));
    }

    /**
     * The first rows of an order: out of an index that has it, or by keeping the best while reading
     * all.
     */
    private Plan firstRows(PgRel.Sort sort, Expression limit, @Nullable Expression offset) {
        var ordered = paths.ordered(sort, limit, offset, expressions, families);
        if (ordered != null) {
            return ordered;
        }
        var input = translate(sort.input());
        return new Plan.TopN(
                input, sortKeys(sort.columns(), input.output()), limit, offset, input.estimate());
    }

    // Several inputs.

    private Plan with(PgRel.With with, List<Expression> conditions) {
        List<Plan.Cte> kept = new ArrayList<>();
        for (int i = 0; i < with.tables().size(); i++) {
            var table = with.tables().get(i);
            if (table.inline() && !table.modifies()) {
                inlineTables.put(table.id(), with.plan(i));
            } else {
                var plan = translate(with.plan(i));
                slotsOfTables.put(table.id(), Arrays.stream(FreeSlots.of(plan)).boxed().toList());
                kept.add(new Plan.Cte(table.id(), table.name(), plan, table.modifies()));
            }
        }
        var body = translate(with.body(), conditions);
        return kept.isEmpty() ? body : new Plan.With(kept, body, body.estimate());
    }

    private Plan recursiveUnion(PgRel.RecursiveUnion union) {
        return new Plan.RecursiveUnion(
                union.cte(),
                translate(union.getInputs().getFirst()),
                translate(union.getInputs().getLast()),
                union.distinct(),
                outputs(union.getRowType()),
                rows(1000));
    }

    private Plan setOperation(PgRel.SetOperation operation, List<Expression> conditions) {
        boolean stable =
                conditions.stream()
                        .noneMatch(c ->
                                ExpressionFacts.isVolatile(c) || ExpressionFacts.hasSubPlan(c));
        var below = stable ? conditions : List.<Expression>of();
        var outputs = outputs(operation.getRowType());
        Plan made;
        if (operation.kind() == PgRel.SetOperation.Kind.UNION) {
            List<Plan> inputs = new ArrayList<>();
            gather(operation, operation.all(), below, inputs);
            double count = inputs.stream().mapToDouble(i -> i.estimate().rows()).sum();
            made = new Plan.Append(inputs, null, outputs, rows(count));
            if (!operation.all()) {
                List<Expression> keys = new ArrayList<>();
                for (int i = 0; i < outputs.size(); i++) {
                    keys.add(
                            new Expression.InputRef(
                                    i, outputs.get(i).type(), outputs.get(i).typmod()));
                }
                made = new Plan.Distinct(made, keys, false, made.estimate());
            }
        } else {
            boolean intersect = operation.kind() == PgRel.SetOperation.Kind.INTERSECT;
            var kind =
                    operation.all()
                            ? intersect ? Plan.SetOpKind.INTERSECT_ALL : Plan.SetOpKind.EXCEPT_ALL
                            : intersect ? Plan.SetOpKind.INTERSECT : Plan.SetOpKind.EXCEPT;
            var left = translate(operation.getInputs().getFirst(), below);
            made =
                    new Plan.SetOp(
                            kind,
                            left,
                            translate(operation.getInputs().getLast(), below),
                            outputs,
                            left.estimate());
        }
        return stable ? made : filtered(made, conditions);
    }

    /** The inputs of a union, those of the same kind of union below it included. */
    private void gather(RelNode rel, boolean all, List<Expression> conditions, List<Plan> inputs) {
        if (rel instanceof PgRel.SetOperation operation
                && operation.kind() == PgRel.SetOperation.Kind.UNION
                && operation.all() == all) {
            gather(operation.getInputs().getFirst(), all, conditions, inputs);
            gather(operation.getInputs().getLast(), all, conditions, inputs);
        } else {
            inputs.add(translate(rel, conditions));
        }
    }

    /** Whether something constant could not be worked out. */
    boolean failed() {
        return folder.failed();
    }

    /** Whether the parameters' values would make conditions simpler. */
    boolean valuesMatter() {
        return folder.valuesMatter();
    }

    /** Throws if somebody asked the statement to end. */
    void checkCancelled() {
        checkCancelled.run();
    }

    Relation facts(dev.quiverdb.sql.catalog.Relation table) {
        return tables.of(table);
    }

    List<Expression> translateAll(List<RexNode> nodes) {
        return expressions.translate(nodes);
    }
}
