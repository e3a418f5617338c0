package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Rewriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What rules ask of expressions, and how they move them from one row to another. */
final class ExpressionFacts {
    /** Volatile functions that return at once; others may sleep, or wait for an advisory lock. */
    private static final Set<String> PROMPT_VOLATILES =
            Set.of(
                    "nextval",
                    "currval",
                    "lastval",
                    "random",
                    "gen_random_uuid",
                    "uuid_generate_v1",
                    "uuid_generate_v1mc",
                    "uuid_generate_v4",
                    "clock_timestamp",
                    "timeofday");

    private ExpressionFacts() {}

    /** The parts of a conjunction. */
    static List<Expression> conjuncts(@Nullable Expression condition) {
        List<Expression> parts = new ArrayList<>();
        collect(condition, parts);
        return parts;
    }

    private static void collect(@Nullable Expression condition, List<Expression> parts) {
        switch (condition) {
            case null -> {}
            case Expression.And and -> and.arguments().forEach(a -> collect(a, parts));
            case Expression.Constant(Object value, _, _) when Boolean.TRUE.equals(value) -> {}
            default -> parts.add(condition);
        }
    }

    /** The conjunction of parts; null for none. */
    static @Nullable Expression and(List<Expression> parts) {
        return switch (parts.size()) {
            case 0 -> null;
            case 1 -> parts.getFirst();
            default -> new Expression.And(parts, parts.getFirst().type());
        };
    }

    /** Columns of the input row that an expression reads. */
    static BitSet columns(Expression expression) {
        var columns = new BitSet();
        Rewriter.rewrite(
                expression,
                part -> {
                    if (part instanceof Expression.InputRef ref) {
                        columns.set(ref.column());
                    }
                    return null;
                });
        return columns;
    }

    /** Whether any part of an expression is so. */
    static boolean any(Expression expression, Predicate<Expression> test) {
        boolean[] found = {false};
        Rewriter.rewrite(
                expression,
                part -> {
                    found[0] |= test.test(part);
                    return null;
                });
        return found[0];
    }

    /** Whether evaluating it elsewhere or more or less often could be noticed. */
    static boolean isVolatile(Expression expression) {
        return any(
                expression,
                part ->
                        part instanceof Expression.Call call
                                && (call.function().volatility() == 'v'
                                        || call.function().returnsSet()));
    }

    /** Whether it calls a function whose body is statements, which may take any time. */
    static boolean callsRoutine(Expression expression) {
        return any(
                expression,
                part -> part instanceof Expression.Call call && call.function().routine());
    }

    /** Whether evaluating it waits for nothing and runs no statements. */
    static boolean isPrompt(Expression expression) {
        return !hasSubPlan(expression)
                && !any(
                        expression,
                        part ->
                                part instanceof Expression.Call call
                                        && (call.function().routine()
                                                || call.function().returnsSet()
                                                || (call.function().volatility() == 'v'
                                                        && !PROMPT_VOLATILES.contains(
                                                                call.function().name()))));
    }

    static boolean hasSubPlan(Expression expression) {
        return any(expression, Expression.SubPlan.class::isInstance);
    }

    /** The expression over a row in which columns stand elsewhere. */
    static Expression move(Expression expression, IntUnaryOperator position) {
        return Rewriter.rewrite(
                expression,
                part ->
                        part instanceof Expression.InputRef(int column, var type, int typmod)
                                ? new Expression.InputRef(position.applyAsInt(column), type, typmod)
                                : null);
    }

    /** The expression over the input of a projection. */
    static Expression substitute(Expression expression, List<Expression> projects) {
        return Rewriter.rewrite(
                expression,
                part ->
                        part instanceof Expression.InputRef ref
                                ? projects.get(ref.column())
                                : null);
    }

    /** The value below casts that change no bits. */
    static Expression bare(Expression expression) {
        var value = expression;
        while (value instanceof Expression.Relabel relabel) {
            value = relabel.argument();
        }
        return value;
    }
}
