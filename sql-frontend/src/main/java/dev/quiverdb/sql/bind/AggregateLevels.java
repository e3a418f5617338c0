package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/**
 * Decides which query an aggregate belongs to, after check_agg_arguments: the innermost one whose
 * columns, or whose aggregates, its arguments use.
 */
final class AggregateLevels {
    private final State state;
    private final ExpressionBinder binder;

    AggregateLevels(State state, ExpressionBinder binder) {
        this.state = state;
        this.binder = binder;
    }

    /** What a list of operands uses: own columns, own aggregates, rows of outer queries. */
    private static final class Uses extends RexShuttle {
        boolean columns;
        boolean inside;
        @Nullable RexNode aggregate;
        @Nullable RexNode window;
        final Set<CorrelationId> variables = new HashSet<>();
        final Set<Integer> owners = new HashSet<>();
        @Nullable RexNode outerAggregate;

        private void rel(RelNode rel) {
            rel.getInputs().forEach(this::rel);
            rel.accept(this);
        }

        @Override
        public RexNode visitInputRef(RexInputRef reference) {
            columns |= !inside;
            return reference;
        }

        @Override
        public RexNode visitCorrelVariable(RexCorrelVariable variable) {
            variables.add(variable.id);
            return variable;
        }

        @Override
        public RexNode visitCall(RexCall call) {
            if (call instanceof SubLink link) {
                link.getOperands().forEach(operand -> operand.accept(this));
                boolean outside = inside;
                inside = true;
                rel(link.rel());
                inside = outside;
                return call;
            }
            var form = PgOperator.form(call);
            if (form instanceof Form.OuterAggregate outer) {
                owners.add(outer.owner());
                outerAggregate = call;
                boolean outside = inside;
                inside = true;
                super.visitCall(call);
                inside = outside;
                return call;
            } else if (!inside) {
                if (form instanceof Form.Aggregate || form instanceof Form.Grouping) {
                    aggregate = aggregate == null ? call : aggregate;
                } else if (form instanceof Form.WindowCall) {
                    window = window == null ? call : window;
                }
            }
            return super.visitCall(call);
        }
    }

    /**
     * The aggregate where it stands: itself in its own query, else what an outer query's grouping
     * will replace.
     *
     * @param direct how many of the first operands are direct arguments, which do not count
     */
    RexNode place(RexNode node, int direct, int offset) {
        var call = (RexCall) node;
        boolean grouping = PgOperator.form(node) instanceof Form.Grouping;
        var uses = new Uses();
        call.getOperands().stream().skip(direct).forEach(operand -> operand.accept(uses));
        var owner = owner(uses);
        if (!grouping) {
            checkNesting(uses, owner, offset);
        }
        if (direct > 0) {
            var directly = new Uses();
            call.getOperands().stream().limit(direct).forEach(operand -> operand.accept(directly));
            checkNesting(directly, owner, offset);
        }
        if (owner == binder.scope) {
            checkPlace(binder.kind, grouping, offset);
            return node;
        }
        if (direct > 0) {
            var directly = new Uses();
            call.getOperands().stream().limit(direct).forEach(operand -> operand.accept(directly));
            if (directly.columns || directly.variables.contains(binder.scope.frame.correlation())) {
                throw Errors.at(
                        offset,
                        SqlState.GROUPING_ERROR,
                        "outer-level aggregate cannot contain a lower-level variable in its direct"
                                + " arguments");
            }
        }
        if (owner.frame instanceof Scope.LateralFrame) {
            throw Errors.at(
                    offset,
                    SqlState.GROUPING_ERROR,
                    grouping
                            ? "grouping operations are not allowed in FROM clause of their own"
                                    + " query level"
                            : "aggregate functions are not allowed in FROM clause of their own"
                                    + " query level");
        }
        checkPlace(owner.kind, grouping, offset);
        owner.hasOuterAggregates = true;
        var made =
                PgOperator.call(
                        new Form.OuterAggregate(owner.frame.correlation().getId()),
                        PgType.of(node),
                        List.of(node));
        state.offsets.put(made, offset);
        return made;
    }

    private Scope owner(Uses uses) {
        if (uses.columns || uses.aggregate != null || uses.window != null) {
            return binder.scope;
        }
        for (var scope = binder.scope; scope != null; scope = scope.parent) {
            var here = scope;
            boolean used =
                    uses.variables.stream().anyMatch(here::owns)
                            || uses.owners.contains(here.frame.correlation().getId());
            if (used) {
                return here;
            }
        }
        return binder.scope;
    }

    private void checkNesting(Uses uses, Scope owner, int offset) {
        var nested = uses.aggregate;
        var outer = uses.outerAggregate;
        if (outer != null && uses.owners.contains(owner.frame.correlation().getId())) {
            nested = outer;
        }
        if (nested != null) {
            throw Errors.at(
                    state.offsets.getOrDefault(nested, offset),
                    SqlState.GROUPING_ERROR,
                    "aggregate function calls cannot be nested");
        }
        var window = uses.window;
        if (window != null) {
            throw Errors.at(
                    state.offsets.getOrDefault(window, offset),
                    SqlState.GROUPING_ERROR,
                    "aggregate function calls cannot contain window function calls");
        }
    }

    private static void checkPlace(ExpressionKind kind, boolean grouping, int offset) {
        var place = kind.noAggregates();
        if (place != null) {
            throw Errors.at(
                    offset,
                    SqlState.GROUPING_ERROR,
                    (grouping ? "grouping operations" : "aggregate functions")
                            + " are not allowed in "
                            + place);
        }
    }
}
