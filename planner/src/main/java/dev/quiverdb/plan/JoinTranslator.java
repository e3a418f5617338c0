package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.algebra.PgRel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.jspecify.annotations.Nullable;

/**
 * Joins. Inner joins that stand side by side are taken together and ordered greedily: the smallest
 * input first, then always the smallest one that a condition connects. Equalities become hash keys,
 * or a lookup in an index of the next table where few rows come to look.
 */
final class JoinTranslator {
    /**
     * Below so many rows on the left, looking up each in an index beats reading the other table.
     */
    private static final double LOOKUPS_MAX = 2_000;

    /** A subquery of more rows is read into a hash table instead of looked up row by row. */
    private static final double SUBQUERY_ROWS_MAX = 200;

    private final RelTranslator rels;
    private final ExpressionTranslator expressions;
    private final SlotNumbers slots;
    private final AccessPaths paths;

    JoinTranslator(
            RelTranslator rels,
            ExpressionTranslator expressions,
            SlotNumbers slots,
            AccessPaths paths) {
        this.rels = rels;
        this.expressions = expressions;
        this.slots = slots;
        this.paths = paths;
    }

    Plan join(Join join, List<Expression> conditions) {
        if (join.getJoinType() == JoinRelType.INNER) {
            return inner(join, conditions);
        }
        return outer(join, conditions);
    }

    // Inner joins.

    /** An input of a run of inner joins; its columns start at {@code start} in the run's row. */
    private record Leaf(RelNode rel, int start, int width) {
        boolean covers(BitSet columns) {
            return columns.nextSetBit(0) >= start && columns.length() <= start + width;
        }
    }

    /**
     * A part of the run that is planned: its plan and where each of its columns stands in the run's
     * row.
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Part(Plan plan, int[] columns) {
        int position(int column) {
            for (int i = 0; i < columns.length; i++) {
                if (columns[i] == column) {
                    return i;
                }
            }
            throw new IllegalStateException("column " + column + " is not here");
        }

        boolean has(BitSet wanted) {
            return wanted.stream()
                    .allMatch(column -> {
                        for (int known : columns) {
                            if (known == column) {
                                return true;
                            }
                        }
                        return false;
                    });
        }
    }

    private Plan inner(Join join, List<Expression> conditions) {
        List<Leaf> leaves = new ArrayList<>();
        List<Expression> all = new ArrayList<>(conditions);
        flatten(join, 0, leaves, all);
        if (all.stream().anyMatch(ConstantFolder::isNever)) {
            return Plan.Result.never(RelTranslator.outputs(join.getRowType()));
        }
        var once = all.stream().filter(RelTranslator::isOneTime).toList();
        all.removeAll(once);
        List<List<Expression>> own = new ArrayList<>();
        leaves.forEach(_ -> own.add(new ArrayList<>()));
        List<Expression> between = new ArrayList<>();
        for (var condition : all) {
            var columns = ExpressionFacts.columns(condition);
            int leaf = -1;
            for (int i = 0; i < leaves.size() && !columns.isEmpty(); i++) {
                if (leaves.get(i).covers(columns)) {
                    leaf = i;
                }
            }
            if (leaf >= 0 && !ExpressionFacts.isVolatile(condition)) {
                int start = leaves.get(leaf).start;
                own.get(leaf).add(ExpressionFacts.move(condition, c -> c - start));
            } else {
                between.add(condition);
            }
        }
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
            var leaf = leaves.get(i);
            int[] columns = new int[leaf.width];
            for (int c = 0; c < columns.length; c++) {
                columns[c] = leaf.start + c;
            }
            parts.add(new Part(rels.translate(leaf.rel, own.get(i)), columns));
        }
        var width = join.getRowType().getFieldCount();
        return RelTranslator.once(arrange(leaves, own, parts, between, width), once);
    }

    private void flatten(RelNode rel, int start, List<Leaf> leaves, List<Expression> conditions) {
        switch (rel) {
            case Join join when join.getJoinType() == JoinRelType.INNER -> {
                int leftWidth = join.getLeft().getRowType().getFieldCount();
                for (var part : expressions.conditions(join.getCondition())) {
                    conditions.add(ExpressionFacts.move(part, c -> c + start));
                }
                flatten(join.getLeft(), start, leaves, conditions);
                flatten(join.getRight(), start + leftWidth, leaves, conditions);
            }
            case Filter filter
                    when filter.getInput() instanceof Join join
                            && join.getJoinType() == JoinRelType.INNER -> {
                for (var part : expressions.conditions(filter.getCondition())) {
                    conditions.add(ExpressionFacts.move(part, c -> c + start));
                }
                flatten(join, start, leaves, conditions);
            }
            default -> leaves.add(new Leaf(rel, start, rel.getRowType().getFieldCount()));
        }
    }

    private Plan arrange(
            List<Leaf> leaves,
            List<List<Expression>> own,
            List<Part> parts,
            List<Expression> between,
            int width) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            left.add(i);
        }
        List<Expression> waiting = new ArrayList<>(between);
        int first = smallest(left, parts, null, waiting);
        left.removeIf(i -> i == first);
        var current = parts.get(first);
        while (!left.isEmpty()) {
            rels.checkCancelled();
            int next = smallest(left, parts, current, waiting);
            left.removeIf(i -> i == next);
            current = step(current, leaves.get(next), own.get(next), parts.get(next), waiting);
        }
        var plan = current.plan;
        if (!waiting.isEmpty()) {
            var here = current;
            plan =
                    RelTranslator.filtered(
                            plan,
                            waiting.stream()
                                    .map(c -> ExpressionFacts.move(c, here::position))
                                    .toList());
        }
        return inOrder(plan, current, width);
    }

    private static int smallest(
            List<Integer> candidates,
            List<Part> parts,
            @Nullable Part current,
            List<Expression> conditions) {
        int best = -1;
        boolean bestConnected = false;
        for (int candidate : candidates) {
            var part = parts.get(candidate);
            boolean connected =
                    current != null
                            && conditions.stream().anyMatch(c -> connects(c, current, part));
            double rows = part.plan.estimate().rows();
            if (best < 0
                    || (connected && !bestConnected)
                    || (connected == bestConnected
                            && rows < parts.get(best).plan.estimate().rows())) {
                best = candidate;
                bestConnected = connected;
            }
        }
        return best;
    }

    private static boolean connects(Expression condition, Part one, Part other) {
        var columns = ExpressionFacts.columns(condition);
        boolean inOne = false;
        boolean inOther = false;
        for (int column = columns.nextSetBit(0);
                column >= 0;
                column = columns.nextSetBit(column + 1)) {
            var single = new BitSet();
            single.set(column);
            boolean a = one.has(single);
            boolean b = other.has(single);
            if (!a && !b) {
                return false;
            }
            inOne |= a;
            inOther |= b;
        }
        return inOne && inOther;
    }

    /** Joins one more input to what is there. */
    private Part step(
            Part current, Leaf leaf, List<Expression> own, Part next, List<Expression> waiting) {
        List<Expression> usable = new ArrayList<>();
        int[] both = new int[current.columns.length + next.columns.length];
        System.arraycopy(current.columns, 0, both, 0, current.columns.length);
        System.arraycopy(next.columns, 0, both, current.columns.length, next.columns.length);
        var after = new Part(current.plan, both);
        waiting.removeIf(condition -> {
            boolean here =
                    after.has(ExpressionFacts.columns(condition))
                            && !ExpressionFacts.isVolatile(condition);
            if (here) {
                usable.add(ExpressionFacts.move(condition, after::position));
            }
            return here;
        });
        int width = current.columns.length;
        var lookup = lookup(Plan.JoinKind.INNER, current.plan, leaf.rel, own, usable);
        if (lookup != null) {
            return new Part(lookup, both);
        }
        boolean swap = current.plan.estimate().rows() < next.plan.estimate().rows();
        if (swap) {
            // The smaller side is built into the hash table, which is the right one.
            int nextWidth = next.columns.length;
            int[] swapped = new int[both.length];
            System.arraycopy(next.columns, 0, swapped, 0, nextWidth);
            System.arraycopy(current.columns, 0, swapped, nextWidth, width);
            var moved =
                    usable.stream()
                            .map(c ->
                                    ExpressionFacts.move(
                                            c, p -> p < width ? p + nextWidth : p - width))
                            .toList();
            return new Part(hash(Plan.JoinKind.INNER, next.plan, current.plan, moved), swapped);
        }
        return new Part(hash(Plan.JoinKind.INNER, current.plan, next.plan, usable), both);
    }

    /** A projection that puts the columns where the algebra has them. */
    private static Plan inOrder(Plan plan, Part part, int width) {
        boolean same = true;
        for (int i = 0; i < part.columns.length; i++) {
            same &= part.columns[i] == i;
        }
        if (same) {
            return plan;
        }
        var outputs = plan.output();
        List<Expression> projects = new ArrayList<>();
        List<OutputColumn> ordered = new ArrayList<>();
        for (int column = 0; column < width; column++) {
            int at = part.position(column);
            var output = outputs.get(at);
            projects.add(new Expression.InputRef(at, output.type(), output.typmod()));
            ordered.add(output);
        }
        return new Plan.Project(plan, projects, ordered, plan.estimate());
    }

    // Two inputs.

    Plan hash(Plan.JoinKind kind, Plan left, Plan right, List<Expression> conditions) {
        int width = left.output().size();
        List<Expression> leftKeys = new ArrayList<>();
        List<Expression> rightKeys = new ArrayList<>();
        List<Expression> residual = new ArrayList<>();
        for (var condition : conditions) {
            var sides = sides(condition, width);
            if (sides == null) {
                residual.add(condition);
            } else {
                leftKeys.add(sides.getFirst());
                rightKeys.add(ExpressionFacts.move(sides.getLast(), c -> c - width));
            }
        }
        double rows = left.estimate().rows() * right.estimate().rows();
        if (leftKeys.isEmpty()) {
            return new Plan.NestedLoopJoin(
                    kind,
                    left,
                    right,
                    List.of(),
                    ExpressionFacts.and(residual),
                    RelTranslator.rows(rows * Math.pow(0.3, residual.size())));
        }
        double joined = Math.max(left.estimate().rows(), right.estimate().rows());
        return new Plan.HashJoin(
                kind,
                left,
                right,
                leftKeys,
                rightKeys,
                ExpressionFacts.and(residual),
                RelTranslator.rows(joined));
    }

    /** The operands of an equality between the two inputs, left first; null if it is none. */
    private static @Nullable List<Expression> sides(Expression condition, int width) {
        if (!(condition instanceof Expression.Call call)
                || !ExpressionTranslator.isDefaultEquality(call)) {
            return null;
        }
        var first = call.arguments().get(0);
        var second = call.arguments().get(1);
        if (ExpressionFacts.hasSubPlan(first) || ExpressionFacts.hasSubPlan(second)) {
            return null;
        }
        var firstColumns = ExpressionFacts.columns(first);
        var secondColumns = ExpressionFacts.columns(second);
        if (firstColumns.isEmpty() || secondColumns.isEmpty()) {
            return null;
        }
        if (firstColumns.length() <= width && secondColumns.nextSetBit(0) >= width) {
            return List.of(first, second);
        }
        if (secondColumns.length() <= width && firstColumns.nextSetBit(0) >= width) {
            return List.of(second, first);
        }
        return null;
    }

    /**
     * A join that looks each left row up in an index of the right table; null where there is no
     * such index or too many rows would look.
     */
    private @Nullable Plan lookup(
            Plan.JoinKind kind,
            Plan left,
            RelNode right,
            List<Expression> own,
            List<Expression> conditions) {
        if (!(right instanceof PgRel.Scan scan) || left.estimate().rows() > LOOKUPS_MAX) {
            return null;
        }
        int width = left.output().size();
        List<Expression.SlotBinding> bindings = new ArrayList<>();
        List<Expression> inside = new ArrayList<>(own);
        List<Expression> rest = new ArrayList<>();
        boolean keyed = false;
        for (var condition : conditions) {
            var sides = sides(condition, width);
            if (sides == null) {
                rest.add(condition);
                continue;
            }
            var outerValue = sides.getFirst();
            var slot = new Expression.Slot(slots.slot(), outerValue.type(), outerValue.typmod());
            bindings.add(new Expression.SlotBinding(slot.slot(), outerValue));
            var call = (Expression.Call) condition;
            var innerValue = ExpressionFacts.move(sides.getLast(), c -> c - width);
            boolean innerFirst = call.arguments().getFirst().equals(sides.getLast());
            inside.add(
                    new Expression.Call(
                            call.function(),
                            innerFirst ? List.of(innerValue, slot) : List.of(slot, innerValue),
                            call.type(),
                            call.typmod(),
                            false));
            keyed = true;
        }
        if (!keyed) {
            return null;
        }
        var inner = paths.indexOnly(scan, inside);
        if (inner == null) {
            return null;
        }
        return new Plan.NestedLoopJoin(
                kind,
                left,
                inner,
                bindings,
                ExpressionFacts.and(rest),
                RelTranslator.rows(left.estimate().rows() * inner.estimate().rows()));
    }

    private Plan outer(Join join, List<Expression> conditions) {
        int width = join.getLeft().getRowType().getFieldCount();
        boolean keepsLeft =
                join.getJoinType() == JoinRelType.LEFT || join.getJoinType() == JoinRelType.FULL;
        boolean keepsRight =
                join.getJoinType() == JoinRelType.RIGHT || join.getJoinType() == JoinRelType.FULL;
        List<Expression> leftBelow = new ArrayList<>();
        List<Expression> rightBelow = new ArrayList<>();
        List<Expression> above = new ArrayList<>();
        for (var condition : conditions) {
            var columns = ExpressionFacts.columns(condition);
            boolean fixed = ExpressionFacts.isVolatile(condition) || columns.isEmpty();
            if (!fixed && !keepsRight && columns.length() <= width) {
                leftBelow.add(condition);
            } else if (!fixed && !keepsLeft && columns.nextSetBit(0) >= width) {
                rightBelow.add(ExpressionFacts.move(condition, c -> c - width));
            } else {
                above.add(condition);
            }
        }
        List<Expression> on = new ArrayList<>();
        for (var condition : expressions.conditions(join.getCondition())) {
            var columns = ExpressionFacts.columns(condition);
            boolean fixed = ExpressionFacts.isVolatile(condition);
            boolean right = columns.isEmpty() || columns.nextSetBit(0) >= width;
            if (!fixed && !keepsRight && right) {
                rightBelow.add(ExpressionFacts.move(condition, c -> c - width));
            } else if (!fixed && !keepsLeft && columns.length() <= width) {
                leftBelow.add(condition);
            } else {
                on.add(condition);
            }
        }
        var kind =
                switch (join.getJoinType()) {
                    case LEFT -> Plan.JoinKind.LEFT;
                    case RIGHT -> Plan.JoinKind.RIGHT;
                    case FULL -> Plan.JoinKind.FULL;
                    default -> throw new IllegalStateException("join " + join.getJoinType());
                };
        var left = rels.translate(join.getLeft(), leftBelow);
        if (kind == Plan.JoinKind.LEFT) {
            var lookup = lookup(kind, left, join.getRight(), rightBelow, on);
            if (lookup != null) {
                return RelTranslator.filtered(lookup, above);
            }
        }
        var right = rels.translate(join.getRight(), rightBelow);
        return RelTranslator.filtered(hash(kind, left, right, on), above);
    }

    // Subqueries.

    /** Whether a subquery is worth a join: where an equality connects it with the rows outside. */
    boolean joins(SemiJoins.Pulled pulled) {
        int right = pulled.right().getRowType().getFieldCount();
        boolean anyEqual = false;
        boolean allEqual = true;
        for (var part : pulled.on()) {
            var condition = expressions.translate(part);
            if (ExpressionFacts.isVolatile(condition)) {
                return false;
            }
            boolean equality = sides(condition, pulled.width()) != null;
            anyEqual |= equality;
            allEqual &= equality;
        }
        return anyEqual
                && (allEqual || pulled.kind() != Plan.JoinKind.NULL_AWARE_ANTI)
                && right > 0
                && pulled.own().stream()
                        .noneMatch(part -> ExpressionFacts.isVolatile(expressions.translate(part)));
    }

    /** The rows of an input for which there are, or are not, such rows on the right. */
    Plan semi(RelNode input, List<Expression> conditions, List<SemiJoins.Pulled> pulled) {
        Plan left = null;
        for (var subquery : pulled) {
            var own = expressions.translate(subquery.own());
            var on = expressions.translate(subquery.on());
            if (left == null) {
                left = bySubquery(input, conditions, subquery, own, on);
                if (left != null) {
                    continue;
                }
                left = rels.translate(input, conditions);
            }
            var looked =
                    subquery.kind() == Plan.JoinKind.NULL_AWARE_ANTI
                            ? null
                            : lookup(subquery.kind(), left, subquery.right(), own, on);
            left =
                    looked != null
                            ? looked
                            : hash(
                                    subquery.kind(),
                                    left,
                                    rels.translate(subquery.right(), own),
                                    on);
        }
        if (left == null) {
            throw new IllegalStateException("no subquery to join with");
        }
        return left;
    }

    /**
     * Where a subquery has few rows: each of them, once, looked up in an index of the table
     * outside; null where that cannot be done.
     */
    private @Nullable Plan bySubquery(
            RelNode input,
            List<Expression> conditions,
            SemiJoins.Pulled subquery,
            List<Expression> own,
            List<Expression> on) {
        if (subquery.kind() != Plan.JoinKind.SEMI || !(input instanceof PgRel.Scan scan)) {
            return null;
        }
        int width = subquery.width();
        List<Expression> keys = new ArrayList<>();
        List<OutputColumn> outputs = new ArrayList<>();
        List<Expression> equalities = new ArrayList<>();
        for (var condition : on) {
            var sides = sides(condition, width);
            if (sides == null) {
                return null;
            }
            var key = ExpressionFacts.move(sides.getLast(), c -> c - width);
            outputs.add(new OutputColumn("", "key", key.type(), -1));
            keys.add(key);
        }
        for (int i = 0; i < on.size(); i++) {
            var call = (Expression.Call) on.get(i);
            var sides = sides(call, width);
            var outside = sides == null ? call : sides.getFirst();
            equalities.add(
                    new Expression.Call(
                            call.function(),
                            List.of(
                                    new Expression.InputRef(i, keys.get(i).type(), -1),
                                    ExpressionFacts.move(outside, c -> c + keys.size())),
                            call.type(),
                            call.typmod(),
                            false));
        }
        var right = rels.translate(subquery.right(), own);
        double rows = right.estimate().rows();
        if (rows > SUBQUERY_ROWS_MAX || rows * 10 > paths.rows(scan)) {
            return null;
        }
        List<Expression> all = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            all.add(new Expression.InputRef(i, keys.get(i).type(), -1));
        }
        var projected = new Plan.Project(right, keys, outputs, right.estimate());
        var distinct = new Plan.Distinct(projected, all, false, right.estimate());
        var joined = lookup(Plan.JoinKind.INNER, distinct, scan, conditions, equalities);
        if (joined == null) {
            return null;
        }
        var wanted = RelTranslator.outputs(scan.getRowType(), scan.alias());
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            columns.add(
                    new Expression.InputRef(
                            keys.size() + i, wanted.get(i).type(), wanted.get(i).typmod()));
        }
        return new Plan.Project(joined, columns, wanted, joined.estimate());
    }

    /** A lateral join: the right side runs for each left row. */
    Plan correlate(Correlate correlate, List<Expression> conditions) {
        int width = correlate.getLeft().getRowType().getFieldCount();
        List<Expression> below = new ArrayList<>();
        List<Expression> above = new ArrayList<>();
        for (var condition : conditions) {
            var columns = ExpressionFacts.columns(condition);
            boolean left =
                    !columns.isEmpty()
                            && columns.length() <= width
                            && !ExpressionFacts.isVolatile(condition);
            (left ? below : above).add(condition);
        }
        var left = rels.translate(correlate.getLeft(), below);
        slots.open(correlate.getCorrelationId());
        var right = rels.translate(correlate.getRight());
        var bindings = slots.close(correlate.getCorrelationId());
        var kind =
                correlate.getJoinType() == JoinRelType.LEFT
                        ? Plan.JoinKind.LEFT
                        : Plan.JoinKind.INNER;
        return RelTranslator.filtered(
                new Plan.NestedLoopJoin(
                        kind,
                        left,
                        right,
                        bindings,
                        null,
                        RelTranslator.rows(left.estimate().rows() * right.estimate().rows())),
                above);
    }
}
