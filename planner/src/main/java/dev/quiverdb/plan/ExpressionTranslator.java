package dev.quiverdb.plan;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Turns the binder's expressions into the executor's, with what is constant worked out. For one
 * planning.
 */
final class ExpressionTranslator {
    /** Plans the subqueries that stand in expressions. */
    interface SubPlanner {
        Plan plan(RelNode rel);
    }

    private static final Type BOOL = Types.BOOL;

    private final SlotNumbers slots;
    private final SubPlanner subPlanner;

    private final ConstantFolder folder;

    ExpressionTranslator(SlotNumbers slots, SubPlanner subPlanner, ConstantFolder folder) {
        this.slots = slots;
        this.subPlanner = subPlanner;
        this.folder = folder;
    }

    List<Expression> translate(List<? extends RexNode> nodes) {
        return nodes.stream().map(this::translate).toList();
    }

    @Nullable Expression translateOrNull(@Nullable RexNode node) {
        return node == null ? null : translate(node);
    }

    Expression translate(RexNode node) {
        return folder.fold(raw(node));
    }

    /**
     * The parts of a condition that chooses rows; one that is false alone where none are chosen.
     */
    List<Expression> conditions(RexNode node) {
        return folder.conditions(raw(node));
    }

    /** Of a table's definition, which a statement may never come to evaluate. */
    Expression definition(RexNode node) {
        return folder.definition(raw(node));
    }

    private List<Expression> raw(List<? extends RexNode> nodes) {
        return nodes.stream().map(this::raw).toList();
    }

    private @Nullable Expression rawOrNull(@Nullable RexNode node) {
        return node == null ? null : raw(node);
    }

    private Expression raw(RexNode node) {
        return switch (node) {
            case RexInputRef ref -> {
                var type = PgType.of(ref);
                yield new Expression.InputRef(ref.getIndex(), type.type(), type.typmod());
            }
            case RexDynamicParam parameter ->
                    new Expression.Parameter(parameter.getIndex(), PgType.of(parameter).type());
            case RexFieldAccess access -> outer(access);
            case RexLiteral literal -> {
                if (literal.isAlwaysTrue() || literal.isAlwaysFalse()) {
                    yield new Expression.Constant(literal.isAlwaysTrue(), BOOL, -1);
                }
                throw new IllegalStateException("literal " + literal);
            }
            case SubLink link -> subPlan(link);
            case RexCall call -> call(call);
            default -> throw new IllegalStateException("expression " + node.getClass());
        };
    }

    private Expression outer(RexFieldAccess access) {
        if (!(access.getReferenceExpr() instanceof RexCorrelVariable variable)) {
            throw new IllegalStateException("field access " + access);
        }
        var type = PgType.of(access);
        return slots.outer(
                variable.id,
                new Expression.InputRef(access.getField().getIndex(), type.type(), type.typmod()));
    }

    private Expression call(RexCall call) {
        var form = PgOperator.form(call);
        return form == null ? standard(call) : own(form, call);
    }

    private Expression standard(RexCall call) {
        var arguments = raw(call.getOperands());
        var first = arguments.getFirst();
        return switch (call.getKind()) {
            case AND -> new Expression.And(arguments, BOOL);
            case OR -> new Expression.Or(arguments, BOOL);
            case NOT -> new Expression.Not(first, BOOL);
            case IS_NULL -> nullTest(first, true);
            case IS_NOT_NULL -> nullTest(first, false);
            case IS_TRUE -> truth(first, Expression.Truth.IS_TRUE);
            case IS_NOT_TRUE -> truth(first, Expression.Truth.IS_NOT_TRUE);
            case IS_FALSE -> truth(first, Expression.Truth.IS_FALSE);
            case IS_NOT_FALSE -> truth(first, Expression.Truth.IS_NOT_FALSE);
            case COALESCE -> {
                var type = PgType.of(call);
                yield new Expression.Coalesce(arguments, type.type(), type.typmod());
            }
            default -> {
                var name = call.getOperator().getName().toUpperCase(Locale.ROOT);
                if (name.equals("IS UNKNOWN")) {
                    yield truth(first, Expression.Truth.IS_UNKNOWN);
                }
                if (name.equals("IS NOT UNKNOWN")) {
                    yield truth(first, Expression.Truth.IS_NOT_UNKNOWN);
                }
                throw new IllegalStateException(
                        "operator " + call.getOperator() + " of kind " + call.getKind());
            }
        };
    }

    private static Expression truth(Expression argument, Expression.Truth test) {
        return new Expression.BooleanTest(argument, test, BOOL);
    }

    private static Expression nullTest(Expression argument, boolean isNull) {
        boolean rowwise =
                argument.type().actual().form() == Type.Form.COMPOSITE
                        || argument instanceof Expression.Row;
        return new Expression.NullTest(argument, isNull, rowwise, BOOL);
    }

    private Expression own(Form form, RexCall call) {
        var pgType = PgType.of(call);
        var type = pgType.type();
        int typmod = pgType.typmod();
        var operands = call.getOperands();
        return switch (form) {
            case Form.Constant(var value) -> new Expression.Constant(value, type, typmod);
            case Form.Call c -> {
                var arguments = raw(operands);
                var operator = c.operator();
                yield new Expression.Call(
                        function(
                                c.function(),
                                arguments,
                                type,
                                operator == null ? null : operator.name()),
                        arguments,
                        type,
                        typmod,
                        c.variadicArray());
            }
            case Form.Relabel _ -> new Expression.Relabel(one(operands), type, typmod);
            case Form.CoerceViaText _ -> new Expression.CoerceViaText(one(operands), type, typmod);
            case Form.ApplyTypmod(boolean explicit) ->
                    new Expression.ApplyTypmod(one(operands), typmod, explicit);
            case Form.ArrayCoerce a ->
                    new Expression.ArrayCoerce(
                            one(operands),
                            slots.placeholder(a.placeholder()),
                            raw(operands.get(1)),
                            type,
                            typmod);
            case Form.CoerceToDomain d -> {
                int slot = slots.placeholder(d.placeholder());
                List<Expression.DomainCheck> checks = new ArrayList<>();
                for (int i = 0; i < d.checks().size(); i++) {
                    checks.add(
                            new Expression.DomainCheck(
                                    d.checks().get(i).name(), raw(operands.get(i + 1))));
                }
                yield new Expression.CoerceToDomain(one(operands), type, d.notNull(), slot, checks);
            }
            case Form.ConvertRow c -> {
                int first = slots.placeholders(c.firstPlaceholder(), operands.size() - 1);
                yield new Expression.ConvertRow(
                        one(operands), first, raw(operands.subList(1, operands.size())), type);
            }
            case Form.Placeholder(int number) ->
                    new Expression.Slot(slots.placeholder(number), type, typmod);
            case Form.Case(int placeholder) -> caseOf(placeholder, operands, type, typmod);
            case Form.MinMax(boolean greatest) ->
                    new Expression.MinMax(greatest, raw(operands), type);
            case Form.NullIf n -> {
                var both = raw(operands);
                yield new Expression.NullIf(
                        function(n.equality(), both, BOOL, n.operator().name()),
                        both.get(0),
                        both.get(1),
                        type);
            }
            case Form.IsDistinct d -> {
                var both = raw(operands);
                yield new Expression.IsDistinct(
                        function(d.equality(), both, BOOL, d.operator().name()),
                        both.get(0),
                        both.get(1),
                        d.negated(),
                        BOOL);
            }
            case Form.ScalarArray s -> {
                var both = raw(operands);
                yield new Expression.ScalarArrayOp(
                        elementwise(s.function(), s.operator(), both),
                        s.any(),
                        both.get(0),
                        both.get(1),
                        BOOL);
            }
            case Form.Row(var names) -> new Expression.Row(raw(operands), names, type);
            case Form.PresentRow _ -> present(raw(operands), type, typmod);
            case Form.RowCompare c -> rowCompare(c, raw(operands));
            case Form.FieldSelect f ->
                    new Expression.FieldSelect(one(operands), f.field(), type, typmod);
            case Form.FieldStore f ->
                    new Expression.FieldStore(
                            one(operands),
                            f.fields(),
                            raw(operands.subList(1, operands.size())),
                            type);
            case Form.ArrayBuild(boolean nested) ->
                    new Expression.ArrayBuild(raw(operands), nested, type);
            case Form.Subscript s -> subscript(s, raw(operands), type, typmod);
            case Form.SqlValue(var kind) -> sqlValue(kind, type, typmod);
            case Form.Collate _ -> one(operands);
            case Form.CurrentOf current -> currentOf(current, operands);
            case Form.Default _ -> throw new IllegalStateException("DEFAULT was not replaced");
            case Form.Aggregate _ ->
                    throw new IllegalStateException("aggregate outside of grouping");
            case Form.Grouping _ -> throw new IllegalStateException("GROUPING outside of grouping");
            case Form.OuterAggregate _ ->
                    throw new IllegalStateException("aggregate outside of its query's grouping");
            case Form.WindowCall _ ->
                    throw new IllegalStateException("window call outside of a window");
        };
    }

    /** The row that an outer join found, or NULL. */
    private static Expression present(List<Expression> operands, Type type, int typmod) {
        var found = new Expression.NullTest(operands.getFirst(), false, false, BOOL);
        return new Expression.Case(
                null,
                -1,
                List.of(new Expression.When(found, operands.getLast())),
                null,
                type,
                typmod);
    }

    /** A call into the session, which knows where its cursors stand. */
    private Expression currentOf(Form.CurrentOf current, List<RexNode> operands) {
        List<Expression> arguments = new ArrayList<>(raw(operands));
        arguments.add(new Expression.Constant(current.cursor(), Types.TEXT, -1));
        arguments.add(
                new Expression.Constant(
                        Integer.toUnsignedLong(current.relation()), Types.get(Oids.OID), -1));
        return new Expression.Call(
                new FunctionRef(
                        0,
                        "current_of",
                        "current_of",
                        arguments.stream().map(Expression::type).toList(),
                        BOOL,
                        false,
                        's',
                        false,
                        null),
                arguments,
                BOOL,
                -1,
                false);
    }

    private Expression one(List<RexNode> operands) {
        return raw(operands.getFirst());
    }

    /** A function over arguments that already have its declared types. */
    static FunctionRef function(
            Function function, List<Expression> arguments, Type result, @Nullable String operator) {
        boolean builtin =
                function.language() == Function.INTERNAL || function.language() == Function.C;
        return new FunctionRef(
                function.oid(),
                function.name(),
                builtin || function.isRoutine() ? function.source() : signature(function),
                arguments.stream().map(Expression::type).toList(),
                result,
                function.strict(),
                function.volatility(),
                function.returnsSet(),
                operator,
                function.isRoutine());
    }

    /** The key of a function that PostgreSQL writes in SQL and we write ourselves. */
    private static String signature(Function function) {
        return function.name()
                + function.argumentTypes().stream()
                        .map(oid -> Types.get(oid).name())
                        .collect(Collectors.joining(",", "(", ")"));
    }

    private static FunctionRef elementwise(
            Function function, Operator operator, List<Expression> both) {
        var array = both.get(1).type().actual();
        var element = array.element();
        return new FunctionRef(
                function.oid(),
                function.name(),
                function.source(),
                List.of(both.get(0).type(), element == null ? array : element),
                BOOL,
                function.strict(),
                function.volatility(),
                false,
                operator.name(),
                function.isRoutine());
    }

    private Expression caseOf(int placeholder, List<RexNode> operands, Type type, int typmod) {
        int at = 0;
        Expression subject = null;
        int slot = -1;
        if (placeholder >= 0) {
            subject = raw(operands.getFirst());
            slot = slots.placeholder(placeholder);
            at = 1;
        }
        List<Expression.When> whens = new ArrayList<>();
        while (at + 1 < operands.size()) {
            whens.add(new Expression.When(raw(operands.get(at)), raw(operands.get(at + 1))));
            at += 2;
        }
        return new Expression.Case(
                subject,
                slot,
                whens,
                at < operands.size() ? raw(operands.get(at)) : null,
                type,
                typmod);
    }

    private static Expression rowCompare(Form.RowCompare compare, List<Expression> operands) {
        int count = operands.size() / 2;
        var left = operands.subList(0, count);
        var right = operands.subList(count, operands.size());
        var kind =
                switch (compare.comparison()) {
                    case "<" -> Expression.RowComparison.LESS;
                    case "<=" -> Expression.RowComparison.LESS_EQUAL;
                    case ">=" -> Expression.RowComparison.GREATER_EQUAL;
                    case ">" -> Expression.RowComparison.GREATER;
                    default ->
                            throw new IllegalStateException(
                                    "row comparison " + compare.comparison());
                };
        List<FunctionRef> strict = new ArrayList<>();
        List<FunctionRef> equal = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var pair = List.of(left.get(i), right.get(i));
            strict.add(function(compare.comparisons().get(i), pair, BOOL, null));
            equal.add(function(compare.equalities().get(i), pair, BOOL, "="));
        }
        return new Expression.RowCompare(kind, strict, equal, left, right, BOOL);
    }

    private static Expression subscript(
            Form.Subscript form, List<Expression> operands, Type type, int typmod) {
        int at = 1;
        List<Expression.Bracket> brackets = new ArrayList<>();
        for (var bracket : form.brackets()) {
            var lower = bracket.hasLower() ? operands.get(at++) : null;
            var upper = bracket.hasUpper() ? operands.get(at++) : null;
            brackets.add(new Expression.Bracket(bracket.slice(), lower, upper));
        }
        return form.assign()
                ? new Expression.SubscriptAssign(
                        operands.getFirst(), brackets, operands.getLast(), type)
                : new Expression.Subscript(operands.getFirst(), brackets, type, typmod);
    }

    private static Expression sqlValue(String kind, Type type, int typmod) {
        var value =
                switch (kind) {
                    case "CURRENT_DATE" -> Expression.SqlValue.CURRENT_DATE;
                    case "CURRENT_TIME", "CURRENT_TIME_N" -> Expression.SqlValue.CURRENT_TIME;
                    case "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP_N" ->
                            Expression.SqlValue.CURRENT_TIMESTAMP;
                    case "LOCALTIME", "LOCALTIME_N" -> Expression.SqlValue.LOCALTIME;
                    case "LOCALTIMESTAMP", "LOCALTIMESTAMP_N" -> Expression.SqlValue.LOCALTIMESTAMP;
                    case "CURRENT_ROLE", "CURRENT_USER", "USER" -> Expression.SqlValue.CURRENT_USER;
                    case "SESSION_USER" -> Expression.SqlValue.SESSION_USER;
                    case "CURRENT_CATALOG" -> Expression.SqlValue.CURRENT_CATALOG;
                    case "CURRENT_SCHEMA" -> Expression.SqlValue.CURRENT_SCHEMA;
                    default -> throw new IllegalStateException("SQL value " + kind);
                };
        return new Expression.SqlValueFunction(value, type, typmod);
    }

    private Expression subPlan(SubLink link) {
        slots.open(link.correlation());
        var plan = subPlanner.plan(link.rel());
        var bindings = slots.close(link.correlation());
        var type = PgType.of(link).type();
        var kind =
                switch (link.kind()) {
                    case EXISTS -> Expression.SubPlanKind.EXISTS;
                    case SCALAR -> Expression.SubPlanKind.SCALAR;
                    case ROW -> Expression.SubPlanKind.ROW;
                    case ARRAY -> Expression.SubPlanKind.ARRAY;
                    case ANY -> Expression.SubPlanKind.ANY;
                    case ALL -> Expression.SubPlanKind.ALL;
                };
        var results = link.placeholders().stream().map(slots::placeholder).toList();
        var test = rawOrNull(link.test());
        return new Expression.SubPlan(
                slots.subPlan(),
                kind,
                plan,
                bindings,
                test,
                results,
                kind == Expression.SubPlanKind.ANY && test != null
                        ? hashOperands(test, results)
                        : List.of(),
                type);
    }

    /** The operands where a test is nothing but default equalities with the subquery's columns. */
    private static List<Expression> hashOperands(Expression test, List<Integer> results) {
        var parts = test instanceof Expression.And and ? and.arguments() : List.of(test);
        if (parts.size() != results.size()) {
            return List.of();
        }
        List<Expression> operands = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            if (!(parts.get(i) instanceof Expression.Call equality)
                    || !isDefaultEquality(equality)
                    || !(equality.arguments().get(1) instanceof Expression.Slot slot)
                    || slot.slot() != results.get(i)) {
                return List.of();
            }
            operands.add(equality.arguments().getFirst());
        }
        return operands;
    }

    /** Whether a call is the equality that the type's own comparison means. */
    static boolean isDefaultEquality(Expression.Call call) {
        var function = call.function();
        return "=".equals(function.operator())
                && call.arguments().size() == 2
                && call.arguments()
                        .get(0)
                        .type()
                        .actual()
                        .equals(call.arguments().get(1).type().actual())
                && call.arguments().get(0).type().comparable();
    }
}
