package dev.quiverdb.plan;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rel.type.RelDataTypeFieldImpl;
import org.apache.calcite.rel.type.RelRecordType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.jspecify.annotations.Nullable;

/**
 * Correlated subqueries that aggregate, such as
 *
 * <pre>
 * WHERE quantity &lt; (SELECT 0.2 * avg(l.quantity) FROM lineitem l WHERE l.part = p.part)
 * </pre>
 *
 * as a left join with the subquery grouped by what connects it with the rows outside (W. Kim, On
 * Optimizing an SQL-like Nested Query, TODS 7(3), 1982, with the outer join that its COUNT needs):
 * the subquery runs once instead of once for each row. A group that is missing is one of no rows,
 * whose count is 0 and whose other aggregates are NULL.
 */
final class GroupedSubqueries {
    /**
     * A subquery in this form.
     *
     * @param right its groups: the keys, then the aggregates
     * @param outer what the keys must equal, over the row outside
     * @param equalities the comparisons, with their operands as written
     * @param value what the subquery yields, over the row of its aggregates
     */
    record Grouped(
            PgRel.GroupBy right, List<RexNode> outer, List<RexCall> equalities, RexNode value) {
        Grouped {
            outer = List.copyOf(outer);
            equalities = List.copyOf(equalities);
        }

        int keys() {
            return outer.size();
        }
    }

    private GroupedSubqueries() {}

    /**
     * The subqueries of an expression that can be grouped; none where another must run as it is.
     */
    static Map<SubLink, Grouped> of(RexNode node) {
        Map<SubLink, Grouped> found = new IdentityHashMap<>();
        collect(node, found);
        return found;
    }

    private static void collect(RexNode node, Map<SubLink, Grouped> found) {
        if (node instanceof SubLink link) {
            var grouped = link.kind() == SubLink.Kind.SCALAR ? grouped(link) : null;
            if (grouped != null) {
                found.put(link, grouped);
            }
        } else if (node instanceof RexCall call) {
            call.getOperands().forEach(operand -> collect(operand, found));
        }
    }

    private static @Nullable Grouped grouped(SubLink link) {
        RexNode value = null;
        var at = link.rel();
        if (at instanceof Project project) {
            if (project.getProjects().size() != 1) {
                return null;
            }
            value = project.getProjects().getFirst();
            at = project.getInput();
        }
        if (!(at instanceof PgRel.GroupBy group)
                || !group.keys().isEmpty()
                || !group.groupings().isEmpty()
                || group.sets().size() > 1
                || !group.aggregates().stream().allMatch(GroupedSubqueries::isPlain)) {
            return null;
        }
        if (value == null) {
            value = new RexInputRef(0, PgType.ofRow(group.getRowType()).getFirst());
        }
        var outer = link.correlation();
        var body = SemiJoins.body(group.input(), outer);
        boolean mixed =
                SemiJoins.mentions(value, outer)
                        || SemiJoins.hasSubLink(value)
                        || group.aggregates().stream()
                                .anyMatch(a ->
                                        SemiJoins.mentions(a, outer) || SemiJoins.hasSubLink(a));
        if (body == null || body.linked().isEmpty() || mixed || !body.outputs().isEmpty()) {
            return null;
        }
        List<RexNode> keys = new ArrayList<>();
        List<RexNode> outside = new ArrayList<>();
        List<RexCall> equalities = new ArrayList<>();
        for (var part : body.linked()) {
            if (!(part instanceof RexCall call) || call.getOperands().size() != 2) {
                return null;
            }
            var left = call.getOperands().get(0);
            var right = call.getOperands().get(1);
            boolean leftIsOuter = SemiJoins.mentions(left, outer);
            var inner = leftIsOuter ? right : left;
            var other = leftIsOuter ? left : right;
            if (SemiJoins.mentions(inner, outer) || hasInput(other) || !hasInput(inner)) {
                return null;
            }
            keys.add(inner);
            outside.add(SemiJoins.joined(other, outer, 0));
            equalities.add(call);
        }
        var input = body.from();
        for (var own : body.own()) {
            input = LogicalFilter.create(input, own);
        }
        return new Grouped(byKeys(group, input, keys), outside, equalities, value);
    }

    /** An aggregate of PostgreSQL's own of which it is known what it makes of no rows. */
    private static boolean isPlain(RexNode node) {
        return PgOperator.form(node) instanceof Form.Aggregate aggregate
                && aggregate.directArguments() == 0
                && aggregate.function().oid() < Catalog.FIRST_USER_OID;
    }

    private static boolean hasInput(RexNode node) {
        return node instanceof RexInputRef
                || node instanceof RexCall call
                        && call.getOperands().stream().anyMatch(GroupedSubqueries::hasInput);
    }

    private static PgRel.GroupBy byKeys(PgRel.GroupBy group, RelNode input, List<RexNode> keys) {
        List<RexNode> all = new ArrayList<>(keys);
        all.addAll(group.aggregates());
        List<RelDataTypeField> fields = new ArrayList<>();
        List<Integer> set = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            var name =
                    i < keys.size()
                            ? "key"
                            : group.getRowType().getFieldNames().get(i - keys.size());
            fields.add(new RelDataTypeFieldImpl(name, i, all.get(i).getType()));
            if (i < keys.size()) {
                set.add(i);
            }
        }
        return new PgRel.GroupBy(
                input, new RelRecordType(fields), keys.size(), all, List.of(set), List.of());
    }

    /** The comparisons over the row outside followed by that of the groups at {@code start}. */
    static List<RexNode> on(Grouped grouped, int start) {
        List<RexNode> on = new ArrayList<>();
        for (int i = 0; i < grouped.keys(); i++) {
            var key = grouped.right().keys().get(i);
            var call = grouped.equalities().get(i);
            var reference = new RexInputRef(start + i, key.getType());
            boolean keyFirst = call.getOperands().getFirst() == key;
            var outside = grouped.outer().get(i);
            on.add(
                    call.clone(
                            call.getType(),
                            keyFirst ? List.of(reference, outside) : List.of(outside, reference)));
        }
        return on;
    }

    /** An expression with subqueries replaced by columns of their groups. */
    static RexNode replaced(
            RexNode node, Map<SubLink, Grouped> grouped, Map<SubLink, Integer> starts) {
        return node.accept(
                new RexShuttle() {
                    @Override
                    public RexNode visitCall(RexCall call) {
                        if (call instanceof SubLink link) {
                            var group = grouped.get(link);
                            return group == null
                                    ? link
                                    : value(group, starts.getOrDefault(link, 0));
                        }
                        return super.visitCall(call);
                    }
                });
    }

    private static RexNode value(Grouped grouped, int start) {
        var keyType = grouped.right().keys().getFirst().getType();
        var rex = grouped.right().getCluster().getRexBuilder();
        var missing =
                rex.makeCall(
                        PgType.bool(),
                        SqlStdOperatorTable.IS_NULL,
                        List.of(new RexInputRef(start, keyType)));
        int keys = grouped.keys();
        return grouped.value()
                .accept(
                        new RexShuttle() {
                            @Override
                            public RexNode visitInputRef(RexInputRef reference) {
                                int index = reference.getIndex();
                                var type = PgType.of(reference);
                                var column = new RexInputRef(start + keys + index, type);
                                var aggregate = grouped.right().aggregates().get(index);
                                return countsRows(aggregate)
                                        ? PgOperator.call(
                                                new Form.Case(-1),
                                                type,
                                                missing,
                                                PgOperator.constant(0L, Types.INT8, -1),
                                                column)
                                        : column;
                            }
                        });
    }

    private static boolean countsRows(RexNode node) {
        return PgOperator.form(node) instanceof Form.Aggregate aggregate
                && (aggregate.function().name().equals("count")
                        || aggregate.function().name().equals("regr_count"));
    }

    /** A column of a scan's row. */
    record ScanColumn(PgRel.Scan scan, int column) {}

    /** The scan and column that a reference to a row is; null where it is no plain column. */
    static @Nullable ScanColumn scanOf(RelNode rel, int index) {
        return switch (rel) {
            case PgRel.Scan scan -> new ScanColumn(scan, index);
            case PgRel.Barrier barrier -> scanOf(barrier.input(), index);
            case Filter filter -> scanOf(filter.getInput(), index);
            case Project project ->
                    project.getProjects().get(index) instanceof RexInputRef reference
                            ? scanOf(project.getInput(), reference.getIndex())
                            : null;
            case Join join -> {
                int left = join.getLeft().getRowType().getFieldCount();
                yield index < left
                        ? scanOf(join.getLeft(), index)
                        : scanOf(join.getRight(), index - left);
            }
            default -> null;
        };
    }
}
