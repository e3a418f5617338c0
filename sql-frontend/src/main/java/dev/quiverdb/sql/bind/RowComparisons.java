package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Function;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/** {@code (a, b) op (c, d)}, after make_row_comparison_op. */
final class RowComparisons {
    private static final int BTREE_LESS = 1;
    private static final int BTREE_EQUAL = 3;
    private static final int BTREE_GREATER = 5;

    private final ExpressionBinder binder;
    private final State state;

    RowComparisons(ExpressionBinder binder) {
        this.binder = binder;
        this.state = binder.state;
    }

    RexNode compare(List<String> name, List<RexNode> left, List<RexNode> right, int offset) {
        if (left.size() != right.size()) {
            throw Errors.at(
                    offset, SqlState.SYNTAX_ERROR, "unequal number of entries in row expressions");
        }
        if (left.isEmpty()) {
            throw Errors.at(
                    offset, SqlState.FEATURE_NOT_SUPPORTED, "cannot compare rows of zero length");
        }
        var pairs = new ArrayList<RexNode>();
        for (int i = 0; i < left.size(); i++) {
            var call = state.resolution.operate(name, left.get(i), right.get(i), offset);
            if (PgType.of(call).type().oid() != Oids.BOOL) {
                throw Errors.at(
                        offset,
                        SqlState.DATATYPE_MISMATCH,
                        "row comparison operator must yield type boolean, not type "
                                + PgType.of(call).type().formatType(-1));
            }
            pairs.add(call);
        }
        if (pairs.size() == 1) {
            return pairs.getFirst();
        }
        int strategy = strategy(pairs);
        return switch (strategy) {
            case BTREE_EQUAL -> binder.combine(SqlStdOperatorTable.AND, pairs);
            case 6 -> binder.combine(SqlStdOperatorTable.OR, pairs);
            case 1, 2, 4, 5 -> ordered(strategy, pairs, offset);
            default ->
                    throw Errors.at(
                                    offset,
                                    SqlState.FEATURE_NOT_SUPPORTED,
                                    "could not determine interpretation of row comparison operator "
                                            + name.getLast())
                            .withHint(
                                    "Row comparison operators must be associated with btree operator families.");
        };
    }

    /** The btree strategy that all pairs' operators share; 6 stands for {@code <>}, 0 for none. */
    private int strategy(List<RexNode> pairs) {
        Set<Integer> common = null;
        for (var pair : pairs) {
            var strategies = new HashSet<Integer>();
            if (PgOperator.form(pair) instanceof Form.Call call && call.operator() != null) {
                for (var seat : state.catalog.seats(call.operator().oid())) {
                    if (seat.method() == dev.quiverdb.sql.catalog.AccessMethod.BTREE) {
                        strategies.add(seat.strategy());
                    }
                }
                if (strategies.isEmpty()) {
                    for (var seat : state.catalog.seats(call.operator().negator())) {
                        if (seat.method() == dev.quiverdb.sql.catalog.AccessMethod.BTREE
                                && seat.strategy() == BTREE_EQUAL) {
                            strategies.add(6);
                        }
                    }
                }
            }
            if (common == null) {
                common = strategies;
            } else {
                common.retainAll(strategies);
            }
        }
        return common == null || common.isEmpty() ? 0 : common.iterator().next();
    }

    private RexNode ordered(int strategy, List<RexNode> pairs, int offset) {
        boolean less = strategy < BTREE_EQUAL;
        var comparisons = new ArrayList<Function>();
        var equalities = new ArrayList<Function>();
        var operands = new ArrayList<RexNode>();
        for (var pair : pairs) {
            operands.add(((RexCall) pair).getOperands().get(0));
        }
        for (var pair : pairs) {
            operands.add(((RexCall) pair).getOperands().get(1));
        }
        for (var pair : pairs) {
            if (!(PgOperator.form(pair) instanceof Form.Call call) || call.operator() == null) {
                throw new AssertionError("a pair is compared by an operator");
            }
            for (var seat : state.catalog.seats(call.operator().oid())) {
                if (seat.method() == dev.quiverdb.sql.catalog.AccessMethod.BTREE
                        && seat.strategy() == strategy) {
                    comparisons.add(
                            member(
                                    seat.family(),
                                    seat.left(),
                                    seat.right(),
                                    less ? BTREE_LESS : BTREE_GREATER,
                                    offset));
                    equalities.add(
                            member(seat.family(), seat.left(), seat.right(), BTREE_EQUAL, offset));
                    break;
                }
            }
        }
        var name =
                switch (strategy) {
                    case BTREE_LESS -> "<";
                    case 2 -> "<=";
                    case 4 -> ">=";
                    default -> ">";
                };
        return PgOperator.call(
                new Form.RowCompare(name, comparisons, equalities), PgType.bool(), operands);
    }

    private Function member(int family, int left, int right, int strategy, int offset) {
        var operator = state.catalog.familyOperator(family, left, right, strategy);
        if (operator == null) {
            throw new IllegalStateException(
                    "operator family " + family + " has no strategy " + strategy);
        }
        return state.resolution.function(operator, offset);
    }

    /** IS [NOT] DISTINCT FROM between rows. */
    RexNode distinct(List<RexNode> left, List<RexNode> right, boolean negated, int offset) {
        if (left.size() != right.size()) {
            throw Errors.at(
                    offset, SqlState.SYNTAX_ERROR, "unequal number of entries in row expressions");
        }
        var pairs = new ArrayList<RexNode>();
        for (int i = 0; i < left.size(); i++) {
            pairs.add(binder.isDistinct(left.get(i), right.get(i), negated, offset));
        }
        if (pairs.isEmpty()) {
            return PgOperator.constant(negated, state.type(Oids.BOOL), -1);
        }
        return binder.combine(negated ? SqlStdOperatorTable.AND : SqlStdOperatorTable.OR, pairs);
    }
}
