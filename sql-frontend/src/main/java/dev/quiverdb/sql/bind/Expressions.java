package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.SubLink;
import java.util.function.Predicate;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;

/** Questions about bound expressions. */
public final class Expressions {
    private Expressions() {}

    /** Whether a node of the tree (not of subqueries) meets a condition. */
    public static boolean any(RexNode node, Predicate<RexNode> condition) {
        if (condition.test(node)) {
            return true;
        }
        if (node instanceof RexCall call) {
            for (var operand : call.getOperands()) {
                if (any(operand, condition)) {
                    return true;
                }
            }
        }
        return node instanceof RexFieldAccess access && any(access.getReferenceExpr(), condition);
    }

    public static boolean returnsSet(RexNode node) {
        return any(node, Expressions::isSet);
    }

    /** Whether this very call returns a set. */
    static boolean isSet(RexNode node) {
        return PgOperator.form(node) instanceof Form.Call call && call.function().returnsSet();
    }

    /** Whether a set is among the arguments of another. */
    static boolean returnsSetOfSet(RexNode node) {
        return any(
                node,
                part ->
                        isSet(part)
                                && ((RexCall) part)
                                        .getOperands().stream().anyMatch(Expressions::returnsSet));
    }

    /** Whether it has an aggregate or GROUPING of its own query. */
    public static boolean hasAggregate(RexNode node) {
        return switch (PgOperator.form(node)) {
            case Form.Aggregate ignored -> true;
            case Form.Grouping ignored -> true;
            case Form.OuterAggregate ignored -> false;
            case null, default ->
                    node instanceof RexCall call
                            && call.getOperands().stream().anyMatch(Expressions::hasAggregate);
        };
    }

    public static boolean hasWindow(RexNode node) {
        return any(node, part -> PgOperator.form(part) instanceof Form.WindowCall);
    }

    /** Whether it reads columns of its input row. */
    public static boolean hasColumn(RexNode node) {
        return any(node, part -> part instanceof RexInputRef || part instanceof RexFieldAccess);
    }

    public static boolean hasSubLink(RexNode node) {
        return any(node, part -> part instanceof SubLink);
    }

    /** Whether two evaluations may differ. */
    public static boolean isVolatile(RexNode node) {
        return any(
                node,
                part ->
                        part instanceof SubLink
                                || PgOperator.form(part) instanceof Form.Call call
                                        && call.function().volatility() == 'v');
    }

    /** Whether it is the same at all times: no columns, no stable or volatile functions. */
    public static boolean isImmutable(RexNode node) {
        return !any(
                node,
                part ->
                        part instanceof SubLink
                                || PgOperator.form(part) instanceof Form.SqlValue
                                || PgOperator.form(part) instanceof Form.Call call
                                        && call.function().volatility() != 'i');
    }
}
