package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;

/** Decides which {@link GroupedSubqueries} are joined, and joins them. */
final class SubqueryJoins {
    /** A lookup by index costs as much as reading so many rows in a row. */
    private static final double ROWS_BY_LOOKUP = 20;

    private final RelTranslator rels;
    private final ExpressionTranslator expressions;
    private final JoinTranslator joins;
    private final AccessPaths paths;
    private final Catalog catalog;

    SubqueryJoins(
            RelTranslator rels,
            ExpressionTranslator expressions,
            JoinTranslator joins,
            AccessPaths paths,
            Catalog catalog) {
        this.rels = rels;
        this.expressions = expressions;
        this.joins = joins;
        this.paths = paths;
        this.catalog = catalog;
    }

    /**
     * Whether subqueries of an expression are to be joined with about so many rows. Those that find
     * their rows by an index are left to run for each row where there are few.
     */
    boolean joins(RexNode node, double rows) {
        return !chosen(node, rows).isEmpty();
    }

    private Map<SubLink, GroupedSubqueries.Grouped> chosen(RexNode node, double rows) {
        var found = GroupedSubqueries.of(node);
        found.values()
                .removeIf(grouped ->
                        rows * ROWS_BY_LOOKUP < indexedRows(grouped) || !isStable(grouped));
        return found;
    }

    private boolean isStable(GroupedSubqueries.Grouped grouped) {
        var right = grouped.right();
        boolean hashed =
                GroupedSubqueries.on(grouped, 0).stream()
                        .map(expressions::translate)
                        .allMatch(condition ->
                                condition instanceof Expression.Call call
                                        && ExpressionTranslator.isDefaultEquality(call)
                                        && !ExpressionFacts.isVolatile(condition));
        List<RexNode> parts = new ArrayList<>(grouped.outer());
        parts.add(grouped.value());
        return hashed
                && right.keys().stream().noneMatch(this::isVolatile)
                && parts.stream().noneMatch(this::isVolatile)
                && right.aggregates().stream()
                        .flatMap(aggregate -> ((RexCall) aggregate).getOperands().stream())
                        .noneMatch(this::isVolatile);
    }

    private boolean isVolatile(RexNode node) {
        return ExpressionFacts.isVolatile(expressions.translate(node));
    }

    /** How many rows the table has in which an index finds those of a key; 0 without an index. */
    private double indexedRows(GroupedSubqueries.Grouped grouped) {
        for (var key : grouped.right().keys()) {
            if (!(key instanceof RexInputRef reference)) {
                continue;
            }
            var found = GroupedSubqueries.scanOf(grouped.right().input(), reference.getIndex());
            if (found != null && leads(found.scan(), found.column())) {
                return paths.rows(found.scan());
            }
        }
        return 0;
    }

    private boolean leads(PgRel.Scan scan, int position) {
        var columns = scan.relation().liveColumns();
        if (position >= columns.size()) {
            return false;
        }
        int number = columns.get(position).number();
        return catalog.indexes(scan.relation().oid()).stream()
                .map(index -> index.index())
                .anyMatch(index ->
                        index != null
                                && index.method().equals("btree")
                                && index.keys().getFirst().column() == number);
    }

    /** A plan with the groups behind its row, and expressions that read them. */
    record Joined(Plan plan, List<RexNode> expressions) {
        Joined {
            expressions = List.copyOf(expressions);
        }
    }

    /** Joins a plan with the subqueries of expressions over its row, as {@link #joins} says. */
    Joined join(Plan input, List<RexNode> nodes, double rows) {
        Map<SubLink, GroupedSubqueries.Grouped> all = new IdentityHashMap<>();
        Map<SubLink, Integer> starts = new IdentityHashMap<>();
        var plan = input;
        for (var node : nodes) {
            for (var entry : chosen(node, rows).entrySet()) {
                var grouped = entry.getValue();
                int start = plan.output().size();
                all.put(entry.getKey(), grouped);
                starts.put(entry.getKey(), start);
                plan =
                        joins.hash(
                                Plan.JoinKind.LEFT,
                                plan,
                                rels.translate(grouped.right()),
                                expressions.translate(GroupedSubqueries.on(grouped, start)));
            }
        }
        return new Joined(
                plan,
                nodes.stream().map(node -> GroupedSubqueries.replaced(node, all, starts)).toList());
    }
}
