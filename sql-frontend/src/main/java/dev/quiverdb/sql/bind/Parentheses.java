package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * Whether an operand in a pretty text can do without parentheses: isSimpleNode of ruleutils.c, kept
 * to the letter, as what it answers is seen in every {@code \d} of psql.
 */
final class Parentheses {
    private Parentheses() {}

    /**
     * @param shown whether a cast that nobody wrote is written out in this place
     */
    static boolean simple(RexNode node, RexNode parent, boolean shown) {
        if (!(node instanceof RexCall call)) {
            return true;
        }
        var form = PgOperator.form(call);
        if (form == null) {
            return switch (call.getKind()) {
                case AND, OR, NOT -> underBoolean(call.getKind(), parent);
                case COALESCE -> true;
                default -> inBrackets(parent);
            };
        }
        return switch (form) {
            case Form.Call function ->
                    function.syntax() == Syntax.OPERATOR ? operation(call, parent) : true;
            case Form.IsDistinct ignored -> inBrackets(parent);
            case Form.ScalarArray ignored -> false;
            case Form.RowCompare ignored -> false;
            case Form.Collate ignored -> false;
            case Form.Relabel ignored -> simple(call.getOperands().getFirst(), call, shown);
            case Form.CoerceViaText ignored -> simple(call.getOperands().getFirst(), call, shown);
            case Form.ArrayCoerce ignored -> simple(call.getOperands().getFirst(), call, shown);
            case Form.ConvertRow ignored -> simple(call.getOperands().getFirst(), call, shown);
            case Form.ApplyTypmod typmod ->
                    typmod.explicit() || simple(call.getOperands().getFirst(), parent, shown);
            default -> true;
        };
    }

    /** Products inside sums, and what stands left among equals. */
    private static boolean operation(RexCall call, RexNode parent) {
        var outer = symbol(parent);
        if (!isOperation(parent)) {
            return inBrackets(parent);
        }
        var inner = symbol(call);
        if (inner == null || outer == null) {
            return false;
        }
        int innerRank = rank(inner);
        int outerRank = rank(outer);
        if (innerRank == 0 || outerRank == 0) {
            return false;
        }
        return innerRank > outerRank
                || innerRank == outerRank && ((RexCall) parent).getOperands().getFirst() == call;
    }

    private static boolean isOperation(RexNode node) {
        return PgOperator.form(node) instanceof Form.Call function
                && function.syntax() == Syntax.OPERATOR;
    }

    /** The operator of one letter between two operands; null for all others. */
    private static @Nullable String symbol(RexNode node) {
        if (PgOperator.form(node) instanceof Form.Call function
                && function.syntax() == Syntax.OPERATOR
                && ((RexCall) node).getOperands().size() == 2) {
            var operator = function.operator();
            return operator != null && operator.name().length() == 1 ? operator.name() : null;
        }
        return null;
    }

    private static int rank(String symbol) {
        return switch (symbol) {
            case "+", "-" -> 1;
            case "*", "/", "%" -> 2;
            default -> 0;
        };
    }

    private static boolean underBoolean(SqlKind kind, RexNode parent) {
        var outer =
                parent instanceof RexCall call && PgOperator.form(call) == null
                        ? call.getKind()
                        : SqlKind.OTHER;
        if (outer == SqlKind.OR || outer == SqlKind.AND && kind != SqlKind.OR) {
            return true;
        }
        return outer != SqlKind.AND && outer != SqlKind.NOT && inBrackets(parent);
    }

    /** Whether the parent's own brackets or words keep its operands apart. */
    private static boolean inBrackets(RexNode parent) {
        var form = PgOperator.form(parent);
        if (form == null) {
            return switch (parent.getKind()) {
                case AND, OR, NOT, COALESCE -> true;
                default -> false;
            };
        }
        return switch (form) {
            case Form.Call function -> function.syntax() == Syntax.FUNCTION;
            case Form.Subscript ignored -> true;
            case Form.ArrayBuild ignored -> true;
            case Form.Row ignored -> true;
            case Form.MinMax ignored -> true;
            case Form.NullIf ignored -> true;
            case Form.Aggregate ignored -> true;
            case Form.Grouping ignored -> true;
            case Form.WindowCall ignored -> true;
            case Form.Case ignored -> true;
            default -> false;
        };
    }
}
