package dev.quiverdb.plan;

import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether rows that meet some conditions meet another: what makes a partial index one of them. It
 * is told from the conditions' form, as predtest.c does; where it cannot be told, it is not so.
 */
final class Implications {
    private static final Set<String> COMPARISONS = Set.of("=", "<", "<=", ">", ">=");

    private Implications() {}

    /** Whether the conditions, all of them true, make a predicate true. Immutable parts only. */
    static boolean implied(List<Expression> conditions, Expression predicate) {
        for (var part : ExpressionFacts.conjuncts(predicate)) {
            if (!isImplied(conditions, part)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isImplied(List<Expression> conditions, Expression part) {
        if (conditions.contains(part)) {
            return true;
        }
        if (part instanceof Expression.Or or
                && or.arguments().stream().anyMatch(arm -> implied(conditions, arm))) {
            return true;
        }
        return conditions.stream().anyMatch(condition -> implies(condition, part));
    }

    /** Whether one condition, being true, makes a part of a predicate true. */
    private static boolean implies(Expression condition, Expression part) {
        if (condition.equals(part)) {
            return true;
        }
        return switch (condition) {
            case Expression.Or or ->
                    or.arguments().stream()
                            .allMatch(arm -> isImplied(ExpressionFacts.conjuncts(arm), part));
            case Expression.BooleanTest(var argument, Expression.Truth test, _)
                    when test == Expression.Truth.IS_TRUE ->
                    isImplied(ExpressionFacts.conjuncts(argument), part);
            case Expression.BooleanTest(var argument, Expression.Truth test, var type)
                    when test == Expression.Truth.IS_FALSE ->
                    implies(new Expression.Not(argument, type), part);
            case Expression.ScalarArrayOp any when any.any() -> eachImplies(any, part);
            default -> impliesNotNull(condition, part) || impliesComparison(condition, part);
        };
    }

    /** {@code x = ANY (array)}, of values that are known. */
    private static boolean eachImplies(Expression.ScalarArrayOp any, Expression part) {
        if (impliesNotNull(any, part)) {
            return true;
        }
        var element = any.array().type().actual().element();
        if (!(any.array() instanceof Expression.Constant(Object value, _, _))
                || !(value instanceof PgArray array)
                || element == null) {
            return false;
        }
        for (int i = 0; i < array.size(); i++) {
            var constant = new Expression.Constant(array.get(i), element, -1);
            var one = new Expression.Call(any.operator(), List.of(any.left(), constant));
            if (array.get(i) != null && !isImplied(List.of(one), part)) {
                return false;
            }
        }
        return true;
    }

    /** {@code x IS NOT NULL} follows from what is never true of a null. */
    private static boolean impliesNotNull(Expression condition, Expression part) {
        if (!(part instanceof Expression.NullTest(var tested, boolean isNull, boolean rowwise, _))
                || isNull
                || rowwise) {
            return false;
        }
        return switch (condition) {
            case Expression.Call call ->
                    call.function().strict() && isAmong(tested, call.arguments());
            case Expression.ScalarArrayOp any ->
                    any.any() && any.operator().strict() && isAmong(tested, List.of(any.left()));
            case Expression.Not(var argument, _) ->
                    argument.equals(tested) || impliesNotNull(argument, part);
            default -> condition.equals(tested);
        };
    }

    private static boolean isAmong(Expression tested, List<Expression> arguments) {
        return arguments.stream()
                .anyMatch(argument ->
                        ExpressionFacts.bare(argument).equals(ExpressionFacts.bare(tested)));
    }

    /** Comparisons of the same with constants of one type. */
    private static boolean impliesComparison(Expression condition, Expression part) {
        var given = Comparison.of(condition);
        var wanted = Comparison.of(part);
        if (given == null
                || wanted == null
                || !given.left.equals(wanted.left)
                || !given.type.equals(wanted.type)) {
            return false;
        }
        int order = given.type.compare(given.value, wanted.value);
        return switch (wanted.operator) {
            case "=" -> given.operator.equals("=") && order == 0;
            case "<" ->
                    switch (given.operator) {
                        case "<" -> order <= 0;
                        case "=", "<=" -> order < 0;
                        default -> false;
                    };
            case "<=" -> !given.operator.startsWith(">") && order <= 0;
            case ">" ->
                    switch (given.operator) {
                        case ">" -> order >= 0;
                        case "=", ">=" -> order > 0;
                        default -> false;
                    };
            case ">=" -> !given.operator.startsWith("<") && order >= 0;
            default -> false;
        };
    }

    /** {@code left operator value}, the value of a type whose order the operator is. */
    private record Comparison(Expression left, String operator, Object value, Type type) {
        static @Nullable Comparison of(Expression expression) {
            if (!(expression instanceof Expression.Call call)
                    || call.arguments().size() != 2
                    || call.function().operator() == null
                    || call.function().routine()
                    || !COMPARISONS.contains(call.function().operator())
                    || !(call.arguments().getLast()
                            instanceof Expression.Constant(Object value, Type type, _))
                    || value == null) {
                return null;
            }
            var left = call.arguments().getFirst();
            if (Widening.common(left.type(), type) == null) {
                return null;
            }
            boolean integer = value instanceof Integer || value instanceof Short;
            return new Comparison(
                    ExpressionFacts.bare(left),
                    Objects.requireNonNull(call.function().operator()),
                    integer ? (Object) ((Number) value).longValue() : value,
                    integer ? Types.INT8 : type.actual());
        }
    }
}
