package dev.quiverdb.plan;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.execute.function.Quotes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Expressions as EXPLAIN shows them. One for a whole plan: it numbers the subplans it meets. */
final class ExpressionText {
    private final TypeContext types;
    private final boolean qualify;
    private final Map<Integer, Integer> subPlanNumbers = new HashMap<>();
    private final Map<Integer, Integer> initPlanNumbers = new HashMap<>();

    ExpressionText(TypeContext types, boolean qualify) {
        this.types = types;
        this.qualify = qualify;
    }

    private static boolean isInitPlan(Expression.SubPlan subPlan) {
        return subPlan.bindings().isEmpty()
                && subPlan.kind() != Expression.SubPlanKind.ANY
                && subPlan.kind() != Expression.SubPlanKind.ALL;
    }

    /** {@code InitPlan 1 (returns $0)} or {@code SubPlan 1}. */
    String title(Expression.SubPlan subPlan) {
        if (isInitPlan(subPlan)) {
            int number = number(initPlanNumbers, subPlan.id());
            return "InitPlan " + number + " (returns $" + (number - 1) + ")";
        }
        return "SubPlan " + number(subPlanNumbers, subPlan.id());
    }

    private static int number(Map<Integer, Integer> numbers, int id) {
        return numbers.computeIfAbsent(id, key -> numbers.size() + 1);
    }

    String column(OutputColumn column) {
        return qualify && !column.qualifier().isEmpty()
                ? Quotes.identifier(column.qualifier()) + "." + Quotes.identifier(column.name())
                : Quotes.identifier(column.name());
    }

    String list(List<Expression> expressions, List<OutputColumn> input) {
        return expressions.stream().map(e -> of(e, input)).collect(Collectors.joining(", "));
    }

    String of(Expression expression, List<OutputColumn> input) {
        return switch (expression) {
            case Expression.Constant e -> constant(e);
            case Expression.InputRef e ->
                    e.column() < input.size() ? column(input.get(e.column())) : "$" + e.column();
            case Expression.Slot e -> "$" + e.slot();
            case Expression.Parameter e -> "$" + (e.index() + 1);
            case Expression.SqlValueFunction e -> e.value().name();
            case Expression.Call e -> call(e.function(), e.arguments(), input);
            case Expression.Relabel e -> cast(e.argument(), e.type().formatType(e.typmod()), input);
            case Expression.CoerceViaText e ->
                    cast(e.argument(), e.type().formatType(e.typmod()), input);
            case Expression.ApplyTypmod e ->
                    cast(e.argument(), e.type().formatType(e.typmod()), input);
            case Expression.ArrayCoerce e ->
                    cast(e.argument(), e.type().formatType(e.typmod()), input);
            case Expression.CoerceToDomain e -> cast(e.argument(), e.type().displayName(), input);
            case Expression.ConvertRow e -> cast(e.argument(), e.type().displayName(), input);
            case Expression.And e -> joined(e.arguments(), " AND ", input);
            case Expression.Or e -> joined(e.arguments(), " OR ", input);
            case Expression.Not e -> "(NOT " + of(e.argument(), input) + ")";
            case Expression.NullTest e ->
                    "(" + of(e.argument(), input) + (e.isNull() ? " IS NULL)" : " IS NOT NULL)");
            case Expression.BooleanTest e ->
                    "(" + of(e.argument(), input) + " " + e.test().name().replace('_', ' ') + ")";
            case Expression.Case e -> choice(e, input);
            case Expression.Coalesce e -> "COALESCE(" + list(e.arguments(), input) + ")";
            case Expression.MinMax e ->
                    (e.greatest() ? "GREATEST(" : "LEAST(") + list(e.arguments(), input) + ")";
            case Expression.NullIf e ->
                    "NULLIF(" + of(e.left(), input) + ", " + of(e.right(), input) + ")";
            case Expression.IsDistinct e ->
                    "("
                            + of(e.left(), input)
                            + " IS "
                            + (e.negated() ? "NOT " : "")
                            + "DISTINCT FROM "
                            + of(e.right(), input)
                            + ")";
            case Expression.ScalarArrayOp e ->
                    "("
                            + of(e.left(), input)
                            + " "
                            + symbol(e.operator())
                            + (e.any() ? " ANY (" : " ALL (")
                            + of(e.array(), input)
                            + "))";
            case Expression.Row e -> "ROW(" + list(e.fields(), input) + ")";
            case Expression.RowCompare e ->
                    "(ROW("
                            + list(e.left(), input)
                            + ") "
                            + comparison(e.comparison())
                            + " ROW("
                            + list(e.right(), input)
                            + "))";
            case Expression.FieldSelect e -> "(" + of(e.argument(), input) + ")." + field(e);
            case Expression.FieldStore e -> of(e.argument(), input);
            case Expression.ArrayBuild e -> "ARRAY[" + list(e.elements(), input) + "]";
            case Expression.Subscript e -> of(e.argument(), input) + brackets(e.brackets(), input);
            case Expression.SubscriptAssign e -> of(e.value(), input);
            case Expression.SubPlan e -> subPlan(e);
        };
    }

    private static String field(Expression.FieldSelect select) {
        var fields = select.argument().type().actual().fields();
        return select.field() < fields.size()
                ? Quotes.identifier(fields.get(select.field()).name())
                : "f" + (select.field() + 1);
    }

    private String subPlan(Expression.SubPlan subPlan) {
        if (isInitPlan(subPlan)) {
            return "$" + (number(initPlanNumbers, subPlan.id()) - 1);
        }
        var hashed = subPlan.hashOperands().isEmpty() ? "" : "hashed ";
        return "(" + hashed + "SubPlan " + number(subPlanNumbers, subPlan.id()) + ")";
    }

    private String brackets(List<Expression.Bracket> brackets, List<OutputColumn> input) {
        var out = new StringBuilder();
        for (var bracket : brackets) {
            out.append('[');
            if (bracket.slice()) {
                out.append(bracket.lower() == null ? "" : of(bracket.lower(), input)).append(':');
            }
            out.append(bracket.upper() == null ? "" : of(bracket.upper(), input)).append(']');
        }
        return out.toString();
    }

    private static String comparison(Expression.RowComparison comparison) {
        return switch (comparison) {
            case LESS -> "<";
            case LESS_EQUAL -> "<=";
            case GREATER_EQUAL -> ">=";
            case GREATER -> ">";
        };
    }

    static String symbol(FunctionRef function) {
        return function.operator() == null ? function.name() : function.operator();
    }

    private String call(
            FunctionRef function, List<Expression> arguments, List<OutputColumn> input) {
        if (function.operator() == null) {
            return Quotes.identifier(function.name()) + "(" + list(arguments, input) + ")";
        }
        return arguments.size() == 1
                ? "(" + function.operator() + " " + of(arguments.get(0), input) + ")"
                : "("
                        + of(arguments.get(0), input)
                        + " "
                        + function.operator()
                        + " "
                        + of(arguments.get(1), input)
                        + ")";
    }

    private String cast(Expression argument, String type, List<OutputColumn> input) {
        return "(" + of(argument, input) + ")::" + type;
    }

    private String joined(List<Expression> arguments, String word, List<OutputColumn> input) {
        return arguments.stream()
                .map(e -> of(e, input))
                .collect(Collectors.joining(word, "(", ")"));
    }

    private String choice(Expression.Case e, List<OutputColumn> input) {
        var out = new StringBuilder("CASE");
        if (e.subject() != null) {
            out.append(' ').append(of(e.subject(), input));
        }
        for (var when : e.whens()) {
            out.append(" WHEN ")
                    .append(of(when.condition(), input))
                    .append(" THEN ")
                    .append(of(when.result(), input));
        }
        if (e.otherwise() != null) {
            out.append(" ELSE ").append(of(e.otherwise(), input));
        }
        return out.append(" END").toString();
    }

    private String constant(Expression.Constant constant) {
        var value = constant.value();
        var type = constant.type();
        if (value == null) {
            return "NULL::" + type.formatType(constant.typmod());
        }
        var text = type.format(value, types);
        return switch (type.actual().oid()) {
            case Oids.BOOL -> text.equals("t") ? "true" : "false";
            case Oids.INT4 -> text.startsWith("-") ? "'" + text + "'::integer" : text;
            case Oids.NUMERIC ->
                    text.matches("\\d*\\.?\\d+") && text.contains(".")
                            ? text
                            : "'" + text + "'::numeric";
            default -> Quotes.literal(text) + "::" + type.formatType(constant.typmod());
        };
    }

    @Nullable String maybe(@Nullable Expression expression, List<OutputColumn> input) {
        return expression == null ? null : of(expression, input);
    }
}
