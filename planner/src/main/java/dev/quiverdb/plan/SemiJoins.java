package dev.quiverdb.plan;

import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.jspecify.annotations.Nullable;

/**
 * EXISTS, IN and their opposites among the conjuncts of a condition as semi and anti joins, after
 * convert_EXISTS_sublink_to_join and convert_ANY_sublink_to_join. NOT IN, for which a NULL among
 * the subquery's rows decides about all others, is a null-aware anti join. Where the subquery names
 * the row outside it is NOT EXISTS of a row that is not known to differ.
 */
final class SemiJoins {
    /**
     * A subquery that can be joined with the rows that ask for it.
     *
     * @param width of the left side's row
     * @param own conditions over the right side's row alone
     * @param on conditions over the left side's row followed by the right side's
     */
    record Pulled(
            Plan.JoinKind kind, int width, RelNode right, List<RexNode> own, List<RexNode> on) {
        Pulled {
            own = List.copyOf(own);
            on = List.copyOf(on);
        }
    }

    /** A subquery in parts: conditions that name the outer row are {@code linked}. */
    static final class Body {
        private final List<RexNode> own = new ArrayList<>();
        private final List<RexNode> linked = new ArrayList<>();
        private List<RexNode> outputs = List.of();
        private RelNode from;

        Body(RelNode from) {
            this.from = from;
        }

        /** Conditions over the subquery's row alone. */
        List<RexNode> own() {
            return own;
        }

        /** Conditions that name the row outside. */
        List<RexNode> linked() {
            return linked;
        }

        /** What is projected; none where nothing is. */
        List<RexNode> outputs() {
            return outputs;
        }

        RelNode from() {
            return from;
        }
    }

    private SemiJoins() {}

    /** The conjuncts of a condition. */
    static List<RexNode> conjuncts(RexNode condition) {
        if (condition instanceof RexCall call
                && PgOperator.form(call) == null
                && call.getKind() == SqlKind.AND) {
            return call.getOperands().stream().flatMap(part -> conjuncts(part).stream()).toList();
        }
        return List.of(condition);
    }

    /** The join that a conjunct over a row of {@code width} columns is; null where it is none. */
    static @Nullable Pulled pull(RexNode conjunct, int width, Catalog catalog) {
        if (conjunct instanceof SubLink link) {
            return switch (link.kind()) {
                case EXISTS -> exists(link, Plan.JoinKind.SEMI, width);
                case ANY -> any(link, width);
                case ALL -> none(link, equality(link, link.test(), catalog), width);
                case SCALAR, ROW, ARRAY -> null;
            };
        }
        if (conjunct instanceof RexCall call
                && PgOperator.form(call) == null
                && call.getKind() == SqlKind.NOT
                && call.getOperands().getFirst() instanceof SubLink link) {
            return switch (link.kind()) {
                case EXISTS -> exists(link, Plan.JoinKind.ANTI, width);
                case ANY -> none(link, link.test(), width);
                case SCALAR, ROW, ARRAY, ALL -> null;
            };
        }
        return null;
    }

    /** What {@code <>} of ALL denies, be it of one column or of any of several; null for others. */
    private static @Nullable RexNode equality(
            SubLink link, @Nullable RexNode test, Catalog catalog) {
        if (!(test instanceof RexCall call)) {
            return null;
        }
        var form = PgOperator.form(call);
        if (form == null && call.getKind() == SqlKind.OR) {
            var parts = new ArrayList<RexNode>();
            for (var operand : call.getOperands()) {
                var part = equality(link, operand, catalog);
                if (part == null) {
                    return null;
                }
                parts.add(part);
            }
            return rex(link).makeCall(PgType.bool(), SqlStdOperatorTable.AND, parts);
        }
        if (!(form instanceof Form.Call difference)
                || difference.operator() == null
                || !difference.operator().name().equals("<>")) {
            return null;
        }
        var operator = catalog.operator(difference.operator().negator());
        var function = operator == null ? null : catalog.function(operator.function());
        return operator == null || function == null
                ? null
                : PgOperator.call(
                        new Form.Call(function, difference.syntax(), operator, false),
                        PgType.of(call),
                        call.getOperands());
    }

    private static @Nullable Pulled exists(SubLink link, Plan.JoinKind kind, int width) {
        var body = body(withoutOrder(link.rel()), link.correlation());
        if (body == null || body.linked.isEmpty()) {
            return null;
        }
        var on = body.linked.stream().map(part -> joined(part, link.correlation(), width)).toList();
        return new Pulled(kind, width, body.from, body.own, on);
    }

    private static @Nullable Pulled any(SubLink link, int width) {
        var test = link.test();
        var body = test == null ? null : tested(link, test);
        if (test == null || body == null) {
            return null;
        }
        var on = new ArrayList<RexNode>();
        for (var part : conjuncts(test)) {
            on.add(tested(part, link, body.outputs, width));
        }
        body.linked.forEach(part -> on.add(joined(part, link.correlation(), width)));
        return new Pulled(Plan.JoinKind.SEMI, width, body.from, body.own, on);
    }

    /** Rows that a subquery has no equal of, nor one that might be. */
    private static @Nullable Pulled none(SubLink link, @Nullable RexNode test, int width) {
        var body = test == null ? null : tested(link, test);
        if (test == null || body == null) {
            return null;
        }
        var on = new ArrayList<RexNode>();
        if (body.linked.isEmpty()) {
            for (var part : conjuncts(test)) {
                on.add(tested(part, link, body.outputs, width));
            }
            return new Pulled(Plan.JoinKind.NULL_AWARE_ANTI, width, body.from, body.own, on);
        }
        body.linked.forEach(part -> on.add(joined(part, link.correlation(), width)));
        on.add(
                rex(link)
                        .makeCall(
                                PgType.bool(),
                                SqlStdOperatorTable.IS_NOT_FALSE,
                                List.of(tested(test, link, body.outputs, width))));
        return new Pulled(Plan.JoinKind.ANTI, width, body.from, body.own, on);
    }

    private static RexBuilder rex(SubLink link) {
        return link.rel().getCluster().getRexBuilder();
    }

    /** The parts of a subquery that IN tests; null where they cannot be joined. */
    private static @Nullable Body tested(SubLink link, RexNode test) {
        if (hasSubLink(test)) {
            return null;
        }
        Body body;
        if (mentions(link.rel(), link.correlation())) {
            body = body(link.rel(), link.correlation());
            if (body == null || body.outputs.isEmpty()) {
                return null;
            }
        } else {
            body = new Body(link.rel());
            var types = PgType.ofRow(link.rel().getRowType());
            var outputs = new ArrayList<RexNode>();
            for (int i = 0; i < types.size(); i++) {
                outputs.add(new RexInputRef(i, types.get(i)));
            }
            body.outputs = outputs;
        }
        return body.outputs.stream().anyMatch(SemiJoins::hasSubLink) ? null : body;
    }

    /** Whether there is a row does not depend on what is in it, nor on the order of rows. */
    private static RelNode withoutOrder(RelNode rel) {
        var at = rel;
        while (true) {
            switch (at) {
                case Project project -> at = project.getInput();
                case PgRel.Sort sort -> at = sort.input();
                case PgRel.Distinct distinct -> at = distinct.input();
                case PgRel.Limit limit when isHarmless(limit) -> at = limit.input();
                default -> {
                    return at;
                }
            }
        }
    }

    private static boolean isHarmless(PgRel.Limit limit) {
        var count = limit.limit();
        var constant = count == null ? null : PgOperator.constant(count);
        return limit.offset() == null
                && constant != null
                && constant.value() instanceof Number number
                && number.longValue() > 0;
    }

    static @Nullable Body body(RelNode rel, CorrelationId outer) {
        var body = new Body(rel);
        var inside = new ArrayList<RexNode>();
        if (body.from instanceof Project project) {
            body.outputs = List.copyOf(project.getProjects());
            body.from = project.getInput();
            if (body.outputs.stream().anyMatch(output -> mentions(output, outer))) {
                return null;
            }
        }
        while (body.from instanceof Filter filter) {
            for (var part : conjuncts(filter.getCondition())) {
                if (!mentions(part, outer)) {
                    (hasSubLink(part) ? inside : body.own).add(part);
                } else if (hasSubLink(part)) {
                    return null;
                } else {
                    body.linked.add(part);
                }
            }
            body.from = filter.getInput();
        }
        if (mentions(body.from, outer)) {
            return null;
        }
        for (var part : inside) {
            body.from = LogicalFilter.create(body.from, part);
        }
        return body;
    }

    // ------------------------------------------------------------------ columns

    /** A condition of the subquery over both rows. */
    static RexNode joined(RexNode node, CorrelationId outer, int width) {
        return node.accept(
                new RexShuttle() {
                    @Override
                    public RexNode visitInputRef(RexInputRef reference) {
                        return new RexInputRef(reference.getIndex() + width, PgType.of(reference));
                    }

                    @Override
                    public RexNode visitFieldAccess(RexFieldAccess access) {
                        return access.getReferenceExpr() instanceof RexCorrelVariable variable
                                        && variable.id.equals(outer)
                                ? new RexInputRef(access.getField().getIndex(), PgType.of(access))
                                : access;
                    }
                });
    }

    /** A comparison of IN over both rows. */
    private static RexNode tested(RexNode node, SubLink link, List<RexNode> outputs, int width) {
        return node.accept(
                new RexShuttle() {
                    @Override
                    public RexNode visitCall(RexCall call) {
                        if (PgOperator.form(call) instanceof Form.Placeholder placeholder) {
                            int at = link.placeholders().indexOf(placeholder.number());
                            if (at >= 0) {
                                return joined(outputs.get(at), link.correlation(), width);
                            }
                        }
                        return super.visitCall(call);
                    }
                });
    }

    static boolean hasSubLink(RexNode node) {
        return node instanceof SubLink
                || node instanceof RexCall call
                        && call.getOperands().stream().anyMatch(SemiJoins::hasSubLink);
    }

    static boolean mentions(RexNode node, CorrelationId outer) {
        return switch (node) {
            case RexFieldAccess access -> mentions(access.getReferenceExpr(), outer);
            case RexCorrelVariable variable -> variable.id.equals(outer);
            case SubLink link ->
                    mentions(link.rel(), outer)
                            || link.getOperands().stream()
                                    .anyMatch(operand -> mentions(operand, outer));
            case RexCall call ->
                    call.getOperands().stream().anyMatch(operand -> mentions(operand, outer));
            default -> false;
        };
    }

    private static boolean mentions(RelNode rel, CorrelationId outer) {
        boolean here =
                switch (rel) {
                    case Project project ->
                            project.getProjects().stream().anyMatch(part -> mentions(part, outer));
                    case Filter filter -> mentions(filter.getCondition(), outer);
                    case Join join -> mentions(join.getCondition(), outer);
                    case PgRel own ->
                            own.expressions().stream().anyMatch(part -> mentions(part, outer));
                    default -> false;
                };
        return here || rel.getInputs().stream().anyMatch(input -> mentions(input, outer));
    }
}
