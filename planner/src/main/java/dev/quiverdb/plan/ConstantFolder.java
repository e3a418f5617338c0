package dev.quiverdb.plan;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.execute.expression.Rewriter;
import dev.quiverdb.execute.expression.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Works out ahead what is the same whenever it is worked out, as PostgreSQL's
 * eval_const_expressions (clauses.c): calls of immutable functions with constant arguments, strict
 * calls with a NULL among their arguments, and what AND, OR, CASE and COALESCE make of constants. A
 * branch that is never taken is not looked at. For one planning; costs about what one evaluation
 * does.
 *
 * <p>Where the parameters' values are known they are constants too, and an error comes out at once.
 * Where they are not, what failed is left as it stands for the execution, and {@link #failed} says
 * so.
 */
final class ConstantFolder {
    /** Longer values are not kept in plans: they would outweigh what is saved. */
    private static final int CHARACTERS_MAX = 16 << 10;

    /** Types whose text means the same under all settings, both ways. */
    private static final Set<Integer> FIXED_TEXT =
            Set.of(
                    Oids.BOOL,
                    Oids.INT2,
                    Oids.INT4,
                    Oids.INT8,
                    Oids.FLOAT4,
                    Oids.FLOAT8,
                    Oids.NUMERIC,
                    Oids.TEXT,
                    Oids.VARCHAR,
                    Oids.BPCHAR,
                    Oids.UUID,
                    Oids.JSON,
                    Oids.JSONB,
                    Oids.VECTOR);

    private final Compiler compiler;
    private final @Nullable List<@Nullable Object> values;
    private final Map<Integer, Expression.Constant> subjects = new HashMap<>();
    private boolean failed;
    private boolean valuesMatter;
    private boolean quiet;

    ConstantFolder(PlanContext context) {
        values = context.values();
        compiler =
                new Compiler(
                        new Frame(
                                new FoldingContext(context.bind()),
                                _ -> {
                                    throw new FoldingContext.Unknown();
                                }));
    }

    /** Whether something constant could not be worked out, which is the statement's error. */
    boolean failed() {
        return failed;
    }

    /** Whether conditions would be simpler ones if the parameters' values were known. */
    boolean valuesMatter() {
        return valuesMatter;
    }

    /** As {@link #fold}, of a definition that may never be asked for: what fails in it stays. */
    Expression definition(Expression expression) {
        boolean before = quiet;
        quiet = true;
        try {
            return fold(expression);
        } finally {
            quiet = before;
        }
    }

    /** The parts of a condition, of which only the rows count for which all are true. */
    List<Expression> conditions(Expression condition) {
        List<Expression> parts = new ArrayList<>();
        for (var part : ExpressionFacts.conjuncts(condition)) {
            var folded = selecting(fold(part));
            if (isNever(folded)) {
                return List.of(folded);
            }
            if (values == null && !valuesMatter) {
                valuesMatter = ExpressionFacts.any(folded, ConstantFolder::waitsForValues);
            }
            parts.addAll(ExpressionFacts.conjuncts(folded));
        }
        return parts;
    }

    /** Whether no row meets a condition. */
    static boolean isNever(Expression condition) {
        return condition instanceof Expression.Constant(var value, _, _)
                && !Boolean.TRUE.equals(value);
    }

    /** NULL is as good as false where rows are chosen. */
    private static Expression selecting(Expression condition) {
        return switch (condition) {
            case Expression.Constant c when isNever(c) -> bool(false);
            case Expression.And and -> {
                List<Expression> parts = new ArrayList<>();
                for (var argument : and.arguments()) {
                    var part = selecting(argument);
                    if (isNever(part)) {
                        yield part;
                    }
                    parts.add(part);
                }
                yield parts.size() == 1 ? parts.getFirst() : new Expression.And(parts, and.type());
            }
            case Expression.Or or -> {
                var parts =
                        or.arguments().stream()
                                .map(ConstantFolder::selecting)
                                .filter(part -> !isNever(part))
                                .toList();
                yield parts.isEmpty()
                        ? bool(false)
                        : parts.size() == 1
                                ? parts.getFirst()
                                : new Expression.Or(parts, or.type());
            }
            default -> condition;
        };
    }

    /** Whether knowing the parameters would leave less of an expression over columns. */
    private static boolean waitsForValues(Expression expression) {
        List<Expression> deciding = new ArrayList<>();
        switch (expression) {
            case Expression.And and -> deciding.addAll(and.arguments());
            case Expression.Or or -> deciding.addAll(or.arguments());
            case Expression.Coalesce coalesce -> deciding.addAll(coalesce.arguments());
            case Expression.NullIf nullIf -> {
                deciding.add(nullIf.left());
                deciding.add(nullIf.right());
            }
            case Expression.Case choice -> {
                if (choice.subject() != null) {
                    deciding.add(choice.subject());
                }
                choice.whens().forEach(when -> deciding.add(when.condition()));
            }
            default -> {}
        }
        return !deciding.isEmpty()
                && !ofParameters(expression)
                && deciding.stream().anyMatch(ConstantFolder::ofParameters);
    }

    private static boolean ofParameters(Expression expression) {
        return ExpressionFacts.any(expression, Expression.Parameter.class::isInstance)
                && !ExpressionFacts.any(
                        expression,
                        part ->
                                switch (part) {
                                    case Expression.InputRef _,
                                            Expression.Slot _,
                                            Expression.SqlValueFunction _,
                                            Expression.SubPlan _ ->
                                            true;
                                    case Expression.Call call ->
                                            call.function().volatility() != 'i';
                                    default -> false;
                                });
    }

    List<Expression> fold(List<Expression> expressions) {
        return expressions.stream().map(this::fold).toList();
    }

    /** The same expression, with less to do. */
    Expression fold(Expression expression) {
        return switch (expression) {
            case Expression.Constant e -> e;
            case Expression.InputRef e -> e;
            case Expression.SqlValueFunction e -> e;
            case Expression.Slot e -> subjects.containsKey(e.slot()) ? subjects.get(e.slot()) : e;
            case Expression.Parameter e ->
                    values == null
                            ? e
                            : new Expression.Constant(values.get(e.index()), e.type(), -1);
            case Expression.And e -> junction(e.arguments(), false);
            case Expression.Or e -> junction(e.arguments(), true);
            case Expression.Case e -> choice(e);
            case Expression.Coalesce e -> coalesce(e);
            case Expression.NullIf e -> nullIf(e);
            case Expression.FieldSelect e -> field(e);
            case Expression.CoerceToDomain e ->
                    new Expression.CoerceToDomain(
                            fold(e.argument()), e.type(), e.notNull(), e.slot(), e.checks());
            case Expression.ArrayCoerce e -> {
                var made =
                        new Expression.ArrayCoerce(
                                fold(e.argument()), e.slot(), e.element(), e.type(), e.typmod());
                yield isConstant(made.argument()) && isImmutable(e.element())
                        ? evaluated(made)
                        : made;
            }
            case Expression.ConvertRow e ->
                    new Expression.ConvertRow(
                            fold(e.argument()), e.firstSlot(), e.fields(), e.type());
            default -> simple(below(expression));
        };
    }

    /** With its arguments folded. */
    private Expression below(Expression expression) {
        return Rewriter.rewrite(expression, part -> part == expression ? null : fold(part));
    }

    /** What is nothing but its arguments. */
    private Expression simple(Expression expression) {
        return switch (expression) {
            case Expression.Call e -> call(e);
            case Expression.Relabel e -> ifConstant(e.argument(), e);
            case Expression.CoerceViaText e ->
                    isFixedText(e.argument().type()) && isFixedText(e.type())
                            ? ifConstant(e.argument(), e)
                            : e;
            case Expression.ApplyTypmod e -> ifConstant(e.argument(), e);
            case Expression.Not e -> ifConstant(e.argument(), e);
            case Expression.NullTest e -> e.rowwise() ? e : ifConstant(e.argument(), e);
            case Expression.BooleanTest e -> ifConstant(e.argument(), e);
            case Expression.MinMax e -> areConstant(e.arguments()) ? evaluated(e) : e;
            case Expression.IsDistinct e ->
                    areConstant(List.of(e.left(), e.right())) && e.equality().volatility() == 'i'
                            ? evaluated(e)
                            : e;
            case Expression.ScalarArrayOp e ->
                    areConstant(List.of(e.left(), e.array()))
                                    && e.operator().volatility() == 'i'
                                    && !e.operator().routine()
                            ? evaluated(e)
                            : e;
            case Expression.ArrayBuild e -> areConstant(e.elements()) ? evaluated(e) : e;
            case Expression.Subscript e ->
                    isConstant(e.argument())
                                    && e.brackets().stream()
                                            .allMatch(b ->
                                                    (b.lower() == null || isConstant(b.lower()))
                                                            && (b.upper() == null
                                                                    || isConstant(b.upper())))
                            ? evaluated(e)
                            : e;
            default -> expression;
        };
    }

    private static boolean isFixedText(Type type) {
        return FIXED_TEXT.contains(type.oid());
    }

    private Expression ifConstant(Expression argument, Expression expression) {
        return isConstant(argument) ? evaluated(expression) : expression;
    }

    private static boolean isConstant(Expression expression) {
        return expression instanceof Expression.Constant;
    }

    private static boolean areConstant(List<Expression> expressions) {
        return expressions.stream().allMatch(ConstantFolder::isConstant);
    }

    private static boolean isNull(Expression expression) {
        return expression instanceof Expression.Constant(var value, _, _) && value == null;
    }

    private static boolean isImmutable(Expression expression) {
        return !ExpressionFacts.any(
                expression,
                part ->
                        switch (part) {
                            case Expression.Call call ->
                                    call.function().volatility() != 'i'
                                            || call.function().routine();
                            case Expression.CoerceViaText coerce ->
                                    !isFixedText(coerce.argument().type())
                                            || !isFixedText(coerce.type());
                            case Expression.Constant _,
                                    Expression.Slot _,
                                    Expression.Relabel _,
                                    Expression.ApplyTypmod _ ->
                                    false;
                            default -> true;
                        });
    }

    private Expression call(Expression.Call call) {
        var function = call.function();
        if (function.returnsSet() || function.resultType().oid() == Oids.RECORD) {
            return call;
        }
        if (function.strict() && call.arguments().stream().anyMatch(ConstantFolder::isNull)) {
            return new Expression.Constant(null, call.type(), call.typmod());
        }
        if (function.volatility() == 'i' && !function.routine() && areConstant(call.arguments())) {
            return evaluated(call);
        }
        return function.source().equals("booleq") || function.source().equals("boolne")
                ? truth(call, function.source().equals("booleq"))
                : call;
    }

    /** {@code x = true} is {@code x}, {@code x = false} is {@code NOT x}. */
    private static Expression truth(Expression.Call call, boolean equal) {
        for (int i = 0; i < 2; i++) {
            if (call.arguments().get(i) instanceof Expression.Constant(Boolean value, _, _)) {
                var other = call.arguments().get(1 - i);
                return value == equal ? other : new Expression.Not(other, call.type());
            }
        }
        return call;
    }

    /** The value of an expression over constants; itself where it has none yet. */
    private Expression evaluated(Expression expression) {
        try {
            var value = compiler.compile(expression).value(Row.NONE);
            return value instanceof String text && text.length() > CHARACTERS_MAX
                            || value instanceof byte[] bytes && bytes.length > CHARACTERS_MAX
                    ? expression
                    : new Expression.Constant(value, expression.type(), expression.typmod());
        } catch (FoldingContext.Unknown e) {
            return expression;
        } catch (SqlException e) {
            if (values != null && !quiet) {
                throw e;
            }
            failed |= !quiet;
            return expression;
        }
    }

    private static Expression bool(boolean value) {
        return new Expression.Constant(value, Types.BOOL, -1);
    }

    /** AND ({@code decisive} false) or OR (true); nothing after what decides is looked at. */
    private Expression junction(List<Expression> arguments, boolean decisive) {
        List<Expression> kept = new ArrayList<>();
        boolean unknown = false;
        for (var argument : arguments) {
            var folded = fold(argument);
            if (!(folded instanceof Expression.Constant(var value, _, _))) {
                kept.add(folded);
            } else if (value == null) {
                unknown = true;
            } else if ((Boolean) value == decisive) {
                return bool(decisive);
            }
        }
        if (unknown) {
            kept.add(new Expression.Constant(null, Types.BOOL, -1));
        }
        return switch (kept.size()) {
            case 0 -> bool(!decisive);
            case 1 -> kept.getFirst();
            default ->
                    decisive
                            ? new Expression.Or(kept, Types.BOOL)
                            : new Expression.And(kept, Types.BOOL);
        };
    }

    private Expression choice(Expression.Case choice) {
        var subject = choice.subject() == null ? null : fold(choice.subject());
        if (subject instanceof Expression.Constant constant) {
            subjects.put(choice.slot(), constant);
        }
        List<Expression.When> whens = new ArrayList<>();
        Expression otherwise = choice.otherwise();
        for (var when : choice.whens()) {
            var condition = fold(when.condition());
            if (!(condition instanceof Expression.Constant(var value, _, _))) {
                whens.add(new Expression.When(condition, fold(when.result())));
            } else if (Boolean.TRUE.equals(value)) {
                otherwise = when.result();
                break;
            }
        }
        // The same CASE may stand over other rows too, where its subject is no constant.
        subjects.remove(choice.slot());
        otherwise = otherwise == null ? null : fold(otherwise);
        if (whens.isEmpty()) {
            return otherwise == null
                    ? new Expression.Constant(null, choice.type(), choice.typmod())
                    : otherwise;
        }
        boolean known = subject instanceof Expression.Constant;
        return new Expression.Case(
                known ? null : subject,
                known ? -1 : choice.slot(),
                whens,
                otherwise,
                choice.type(),
                choice.typmod());
    }

    private Expression coalesce(Expression.Coalesce coalesce) {
        List<Expression> kept = new ArrayList<>();
        for (var argument : coalesce.arguments()) {
            var folded = fold(argument);
            if (isNull(folded)) {
                continue;
            }
            if (isConstant(folded)) {
                if (kept.isEmpty()) {
                    return folded;
                }
                kept.add(folded);
                break;
            }
            kept.add(folded);
        }
        return kept.isEmpty()
                ? new Expression.Constant(null, coalesce.type(), coalesce.typmod())
                : new Expression.Coalesce(kept, coalesce.type(), coalesce.typmod());
    }

    private Expression nullIf(Expression.NullIf nullIf) {
        var left = fold(nullIf.left());
        var right = fold(nullIf.right());
        var made = new Expression.NullIf(nullIf.equality(), left, right, nullIf.type());
        if (isNull(left) || isNull(right)) {
            return left;
        }
        return areConstant(List.of(left, right)) && nullIf.equality().volatility() == 'i'
                ? evaluated(made)
                : made;
    }

    private Expression field(Expression.FieldSelect select) {
        var argument = fold(select.argument());
        if (argument instanceof Expression.Row row
                && select.field() < row.fields().size()
                && row.fields().get(select.field()).type().equals(select.type())) {
            return row.fields().get(select.field());
        }
        return ifConstant(
                argument,
                new Expression.FieldSelect(
                        argument, select.field(), select.type(), select.typmod()));
    }
}
