package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.bind.Coercion.Context;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.jspecify.annotations.Nullable;

/**
 * Binds expressions in a scope, after parse_expr.c. Function calls and subqueries have files of
 * their own.
 */
final class ExpressionBinder {
    /** A name that stands for a value: VALUE in a domain's CHECK. */
    record Named(String name, RexNode value) {}

    final State state;
    final Scope scope;
    final ExpressionKind kind;

    /** Window definitions of the query, for OVER; null where window functions cannot stand. */
    final @Nullable Windows windows;

    @Nullable Named named;

    /** Inside the arguments of an aggregate, or of a window call. */
    boolean inAggregate;

    boolean inWindow;

    ExpressionBinder(State state, Scope scope, ExpressionKind kind) {
        this(state, scope, kind, null);
    }

    ExpressionBinder(State state, Scope scope, ExpressionKind kind, @Nullable Windows windows) {
        this.state = state;
        this.scope = scope;
        this.kind = kind;
        this.windows = windows;
    }

    /** The same place for another kind of expression. */
    ExpressionBinder as(ExpressionKind other) {
        var copy = new ExpressionBinder(state, scope, other, windows);
        copy.named = named;
        return copy;
    }

    List<RexNode> bindAll(List<? extends Expr> expressions) {
        var bound = new ArrayList<RexNode>();
        for (var expression : expressions) {
            bound.add(bind(expression));
        }
        return bound;
    }

    /** An expression that must be boolean; {@code construct} is such as WHERE. */
    RexNode bindBoolean(Expr expression, String construct) {
        return state.coercion.toBoolean(bind(expression), construct, expression.offset());
    }

    RexNode bind(Expr expression) {
        return switch (expression) {
            case Expr.ColumnRef column -> new ColumnReferences(this).bind(column);
            case Expr.Literal literal -> literal(literal);
            case Expr.Parameter parameter ->
                    state.parameters.reference(parameter.number(), parameter.offset());
            case Expr.Operator operator -> operator(operator);
            case Expr.ArrayComparison comparison ->
                    state.resolution.scalarArray(
                            comparison.name(),
                            !comparison.all(),
                            bind(comparison.left()),
                            bind(comparison.right()),
                            comparison.offset());
            case Expr.NullIf nullIf -> nullIf(nullIf);
            case Expr.IsDistinct distinct -> distinct(distinct);
            case Expr.InList list -> inList(list);
            case Expr.Between between -> between(between);
            case Expr.Bool bool -> bool(bool);
            case Expr.IsNull test -> isNull(test);
            case Expr.IsTruth test -> isTruth(test);
            case Expr.Indirection indirection -> new Indirections(this).bind(indirection);
            case Expr.Row row -> row(row);
            case Expr.Array array -> array(array, null);
            case Expr.Sublink link -> new SubLinks(this).bind(link);
            case Expr.Case choice -> choice(choice);
            case Expr.FuncCall call -> new FunctionCalls(this).bind(call);
            case Expr.NamedArgument argument -> bind(argument.argument());
            case Expr.Cast cast -> cast(cast);
            case Expr.Collate collate -> collate(collate);
            case Expr.SpecialValue value -> special(value);
            case Expr.Coalesce coalesce -> coalesce(coalesce);
            case Expr.MinMax minMax -> minMax(minMax);
            case Expr.Grouping grouping -> grouping(grouping);
            case Expr.Xml xml -> throw Errors.unsupported(xml, "XML functions are not supported");
            case Expr.XmlSerialize xml ->
                    throw Errors.unsupported(xml, "XML functions are not supported");
            case Expr.CurrentOf current -> currentOf(current);
            case Expr.Default value -> {
                throw Errors.at(
                        value, SqlState.SYNTAX_ERROR, "DEFAULT is not allowed in this context");
            }
        };
    }

    /** The row of the target, which is the scope's first item, that a cursor stands on. */
    private RexNode currentOf(Expr.CurrentOf current) {
        var target = scope.namespace.isEmpty() ? null : scope.namespace.getFirst();
        var relation = target == null ? null : target.relation;
        if (target == null || relation == null || target.scan < 0) {
            throw Errors.unsupported(current, "WHERE CURRENT OF is not supported here");
        }
        int rowId = target.start + target.columns.size();
        return PgOperator.call(
                new Form.CurrentOf(current.cursor(), relation.oid()),
                PgType.bool(),
                scope.written(
                        new org.apache.calcite.rex.RexInputRef(rowId, PgType.of(Oids.TID)), true),
                scope.written(
                        new org.apache.calcite.rex.RexInputRef(rowId + 1, PgType.of(Oids.OID)),
                        true));
    }

    private RexNode grouping(Expr.Grouping grouping) {
        if (grouping.operands().size() > 31) {
            throw Errors.at(
                    grouping,
                    SqlState.TOO_MANY_ARGUMENTS,
                    "GROUPING must have fewer than 32 arguments");
        }
        var node =
                PgOperator.call(
                        new Form.Grouping(), PgType.of(Oids.INT4), bindAll(grouping.operands()));
        return new AggregateLevels(state, this).place(node, 0, grouping.offset());
    }

    RexNode literal(Expr.Literal literal) {
        var text = literal.text();
        var constant =
                switch (literal.kind()) {
                    case INTEGER ->
                            PgOperator.constant(Integer.valueOf(text), Types.get(Oids.INT4), -1);
                    case BIGINT ->
                            PgOperator.constant(Long.valueOf(text), Types.get(Oids.INT8), -1);
                    case NUMERIC -> parsed(text, Oids.NUMERIC);
                    case STRING -> PgOperator.constant(text, Types.get(Oids.UNKNOWN), -2);
                    case BIT -> parsed("b" + text, Oids.BIT);
                    case HEX -> parsed("x" + text, Oids.BIT);
                    case BOOLEAN ->
                            PgOperator.constant(text.equals("true"), Types.get(Oids.BOOL), -1);
                    case NULL -> PgOperator.constant(null, Types.get(Oids.UNKNOWN), -2);
                };
        state.offsets.put(constant, literal.offset());
        return constant;
    }

    private RexNode parsed(String text, int oid) {
        var type = Types.get(oid);
        return PgOperator.constant(type.parse(text, -1, state.context.types()), type, -1);
    }

    private RexNode operator(Expr.Operator operator) {
        var left = operator.left();
        if (left instanceof Expr.Row first && operator.right() instanceof Expr.Row second) {
            return new RowComparisons(this)
                    .compare(
                            operator.name(),
                            bindAll(first.fields()),
                            bindAll(second.fields()),
                            operator.offset());
        }
        if (left instanceof Expr.Row row
                && operator.right() instanceof Expr.Sublink link
                && link.kind() == Expr.SublinkKind.SCALAR) {
            return new SubLinks(this).rowCompare(row, operator.name(), link);
        }
        return state.resolution.operate(
                operator.name(),
                left == null ? null : bind(left),
                bind(operator.right()),
                operator.offset());
    }

    private RexNode nullIf(Expr.NullIf nullIf) {
        var left = bind(nullIf.left());
        var right = bind(nullIf.right());
        var call = state.resolution.operate(List.of("="), left, right, nullIf.offset());
        if (!(PgOperator.form(call) instanceof Form.Call form)
                || form.operator() == null
                || PgType.of(call).type().oid() != Oids.BOOL) {
            throw Errors.at(
                    nullIf,
                    SqlState.DATATYPE_MISMATCH,
                    "NULLIF requires = operator to yield boolean");
        }
        var operands = ((org.apache.calcite.rex.RexCall) call).getOperands();
        return PgOperator.call(
                new Form.NullIf(form.operator(), form.function()),
                PgType.of(operands.getFirst()),
                operands);
    }

    private RexNode distinct(Expr.IsDistinct distinct) {
        if (distinct.left() instanceof Expr.Row first
                && distinct.right() instanceof Expr.Row second) {
            return new RowComparisons(this)
                    .distinct(
                            bindAll(first.fields()),
                            bindAll(second.fields()),
                            distinct.negated(),
                            distinct.offset());
        }
        var left = bind(distinct.left());
        var right = bind(distinct.right());
        if (isNullLiteral(distinct.right())) {
            return std(
                    distinct.negated()
                            ? SqlStdOperatorTable.IS_NULL
                            : SqlStdOperatorTable.IS_NOT_NULL,
                    left);
        }
        if (isNullLiteral(distinct.left())) {
            return std(
                    distinct.negated()
                            ? SqlStdOperatorTable.IS_NULL
                            : SqlStdOperatorTable.IS_NOT_NULL,
                    right);
        }
        return isDistinct(left, right, distinct.negated(), distinct.offset());
    }

    private static boolean isNullLiteral(Expr expression) {
        return expression instanceof Expr.Literal literal
                && literal.kind() == Expr.LiteralKind.NULL;
    }

    RexNode isDistinct(RexNode left, RexNode right, boolean negated, int offset) {
        var call = state.resolution.operate(List.of("="), left, right, offset);
        if (!(PgOperator.form(call) instanceof Form.Call form)
                || form.operator() == null
                || PgType.of(call).type().oid() != Oids.BOOL) {
            throw Errors.at(
                    offset,
                    SqlState.DATATYPE_MISMATCH,
                    "IS DISTINCT FROM requires = operator to yield boolean");
        }
        return PgOperator.call(
                new Form.IsDistinct(form.operator(), form.function(), negated),
                PgType.bool(),
                ((org.apache.calcite.rex.RexCall) call).getOperands());
    }

    /**
     * transformAExprIn: constants and the like become one array, the others are compared one by
     * one.
     */
    private RexNode inList(Expr.InList list) {
        var equality = List.of(list.negated() ? "<>" : "=");
        var left = list.operand() instanceof Expr.Row ? null : bind(list.operand());
        var constants = new ArrayList<RexNode>();
        var constantOffsets = new ArrayList<Integer>();
        var others = new ArrayList<Expr>();
        var otherValues = new ArrayList<@Nullable RexNode>();
        for (var item : list.items()) {
            if (left == null) {
                others.add(item);
                otherValues.add(null);
                continue;
            }
            var value = bind(item);
            if (Expressions.hasColumn(value) || Expressions.hasSubLink(value)) {
                others.add(item);
                otherValues.add(value);
            } else {
                constants.add(value);
                constantOffsets.add(item.offset());
            }
        }
        var parts = new ArrayList<RexNode>();
        if (left != null && constants.size() > 1) {
            var all = new ArrayList<RexNode>();
            all.add(left);
            all.addAll(constants);
            var offsets = new ArrayList<Integer>();
            offsets.add(list.offset());
            offsets.addAll(constantOffsets);
            var common = state.coercion.commonType(all, null, offsets);
            var array =
                    common == null || common.arrayOid() == 0
                            ? null
                            : state.catalog.typeOrNull(common.arrayOid());
            boolean fits = array != null && common != null && common.oid() != Oids.RECORD;
            for (var value : all) {
                fits =
                        fits
                                && common != null
                                && state.coercion.canCoerce(
                                        Coercion.type(value), common, Context.IMPLICIT);
            }
            if (fits && array != null && common != null) {
                var elements = new ArrayList<RexNode>();
                for (int i = 0; i < constants.size(); i++) {
                    elements.add(
                            state.coercion.toCommon(
                                    constants.get(i), common, "IN", constantOffsets.get(i)));
                }
                var built =
                        PgOperator.call(new Form.ArrayBuild(false), PgType.of(array, -1), elements);
                parts.add(
                        state.resolution.scalarArray(
                                equality, !list.negated(), left, built, list.offset()));
                constants.clear();
            }
        }
        for (var value : constants) {
            parts.add(
                    comparison(equality, left == null ? bind(list.operand()) : left, value, list));
        }
        for (int i = 0; i < others.size(); i++) {
            if (list.operand() instanceof Expr.Row row && others.get(i) instanceof Expr.Row other) {
                parts.add(
                        new RowComparisons(this)
                                .compare(
                                        equality,
                                        bindAll(row.fields()),
                                        bindAll(other.fields()),
                                        list.offset()));
            } else {
                var value = otherValues.get(i);
                parts.add(
                        comparison(
                                equality,
                                left == null ? bind(list.operand()) : left,
                                value == null ? bind(others.get(i)) : value,
                                list));
            }
        }
        return parts.size() == 1
                ? parts.getFirst()
                : combine(list.negated() ? SqlStdOperatorTable.AND : SqlStdOperatorTable.OR, parts);
    }

    private RexNode comparison(List<String> operator, RexNode left, RexNode right, Expr at) {
        return state.coercion.toBoolean(
                state.resolution.operate(operator, left, right, at.offset()), "IN", at.offset());
    }

    private RexNode between(Expr.Between between) {
        var operand = bind(between.operand());
        var low = bind(between.low());
        var high = bind(between.high());
        int at = between.offset();
        if (!between.symmetric()) {
            return range(operand, low, high, between.negated(), at);
        }
        var parts =
                List.of(
                        range(operand, low, high, between.negated(), at),
                        range(operand, high, low, between.negated(), at));
        return combine(between.negated() ? SqlStdOperatorTable.AND : SqlStdOperatorTable.OR, parts);
    }

    private RexNode range(RexNode operand, RexNode low, RexNode high, boolean negated, int at) {
        var parts =
                negated
                        ? List.of(
                                state.resolution.operate(List.of("<"), operand, low, at),
                                state.resolution.operate(List.of(">"), operand, high, at))
                        : List.of(
                                state.resolution.operate(List.of(">="), operand, low, at),
                                state.resolution.operate(List.of("<="), operand, high, at));
        var tests = parts.stream().map(part -> state.coercion.toBoolean(part, "AND", at)).toList();
        return combine(negated ? SqlStdOperatorTable.OR : SqlStdOperatorTable.AND, tests);
    }

    private RexNode bool(Expr.Bool bool) {
        var name = bool.operator().name();
        var operands = new ArrayList<RexNode>();
        for (var operand : bool.operands()) {
            operands.add(bindBoolean(operand, name));
        }
        return switch (bool.operator()) {
            case AND -> combine(SqlStdOperatorTable.AND, operands);
            case OR -> combine(SqlStdOperatorTable.OR, operands);
            case NOT -> std(SqlStdOperatorTable.NOT, operands.getFirst());
        };
    }

    RexNode std(SqlOperator operator, RexNode... operands) {
        return state.rex.makeCall(PgType.bool(), operator, List.of(operands));
    }

    /** AND or OR of one or more. */
    RexNode combine(SqlOperator operator, List<RexNode> operands) {
        var flat = new ArrayList<RexNode>();
        for (var operand : operands) {
            if (operand instanceof org.apache.calcite.rex.RexCall call
                    && call.getOperator() == operator) {
                flat.addAll(call.getOperands());
            } else {
                flat.add(operand);
            }
        }
        return flat.size() == 1
                ? flat.getFirst()
                : state.rex.makeCall(PgType.bool(), operator, flat);
    }

    private RexNode isNull(Expr.IsNull test) {
        var operand = bind(test.operand());
        // The test says nothing about the type of a parameter: another place has to.
        return std(
                test.negated() ? SqlStdOperatorTable.IS_NOT_NULL : SqlStdOperatorTable.IS_NULL,
                operand instanceof RexDynamicParam
                        ? operand
                        : state.coercion.unknownToText(operand));
    }

    private RexNode isTruth(Expr.IsTruth test) {
        var construct = "IS " + (test.negated() ? "NOT " : "") + test.value();
        var operand = bindBoolean(test.operand(), construct);
        var operator =
                switch (test.value()) {
                    case TRUE ->
                            test.negated()
                                    ? SqlStdOperatorTable.IS_NOT_TRUE
                                    : SqlStdOperatorTable.IS_TRUE;
                    case FALSE ->
                            test.negated()
                                    ? SqlStdOperatorTable.IS_NOT_FALSE
                                    : SqlStdOperatorTable.IS_FALSE;
                    case UNKNOWN ->
                            test.negated()
                                    ? SqlStdOperatorTable.IS_NOT_UNKNOWN
                                    : SqlStdOperatorTable.IS_UNKNOWN;
                };
        return std(operator, operand);
    }

    /** A field of a row as it is written; a star stands for several. */
    List<RexNode> field(Expr field) {
        if (field instanceof Expr.ColumnRef column && column.star()) {
            return new ColumnReferences(this)
                    .expand(column).stream().map(ColumnReferences.Expanded::expression).toList();
        }
        if (field instanceof Expr.Indirection indirection
                && indirection.steps().getLast() instanceof Expr.Step.Star) {
            return new Indirections(this)
                    .expand(indirection).stream()
                            .map(ColumnReferences.Expanded::expression)
                            .toList();
        }
        return List.of(bindKeepingUnknown(field));
    }

    private RexNode row(Expr.Row row) {
        var written = new ArrayList<RexNode>();
        for (var field : row.fields()) {
            written.addAll(field(field));
        }
        var fields = new ArrayList<RexNode>();
        for (var value : written) {
            if (value instanceof RexDynamicParam parameter
                    && Coercion.isUnknown(Coercion.type(value))) {
                state.parameters.isField(parameter);
                fields.add(value);
            } else {
                fields.add(state.coercion.unknownToText(value));
            }
        }
        var made = PgOperator.call(new Form.Row(List.of()), PgType.of(Oids.RECORD), fields);
        state.writtenFields.put(made, written);
        return made;
    }

    /** Fields of a row stay unknown until the row is coerced; text is what they are printed as. */
    private RexNode bindKeepingUnknown(Expr field) {
        return bind(field);
    }

    /** transformArrayExpr; {@code target} is what a cast around it asks for. */
    private RexNode array(Expr.Array array, @Nullable PgType target) {
        var elements = new ArrayList<RexNode>();
        var offsets = new ArrayList<Integer>();
        boolean nested = false;
        Type elementTarget = target == null ? null : target.type().actual().element();
        for (var element : array.elements()) {
            if (element instanceof Expr.Array inner) {
                elements.add(array(inner, target));
                nested = true;
            } else {
                var value = bind(element);
                nested |= Coercion.type(value).actual().isTrueArray() && target == null;
                elements.add(value);
            }
            offsets.add(element.offset());
        }
        Type elementType;
        Type arrayType;
        if (target != null && elementTarget != null) {
            arrayType = target.type().actual();
            elementType = nested ? arrayType : elementTarget;
        } else {
            if (elements.isEmpty()) {
                throw Errors.at(
                                array,
                                SqlState.INDETERMINATE_DATATYPE,
                                "cannot determine type of empty array")
                        .withHint(
                                "Explicitly cast to the desired type, for example"
                                        + " ARRAY[]::integer[].");
            }
            var common = state.coercion.commonType(elements, "ARRAY", offsets);
            if (common == null) {
                throw new IllegalStateException("a construct has a common type");
            }
            elementType = common;
            if (nested && common.actual().isTrueArray()) {
                arrayType = common.actual();
            } else {
                var found =
                        common.arrayOid() == 0 ? null : state.catalog.typeOrNull(common.arrayOid());
                if (found == null) {
                    throw Errors.at(
                            array,
                            SqlState.UNDEFINED_OBJECT,
                            "could not find array type for data type " + common.formatType(-1));
                }
                arrayType = found;
            }
        }
        var made = new ArrayList<RexNode>();
        for (int i = 0; i < elements.size(); i++) {
            var value = elements.get(i);
            if (target != null) {
                var converted =
                        state.coercion.coerce(
                                value,
                                PgType.of(elementType, target.typmod()),
                                Context.EXPLICIT,
                                Syntax.EXPLICIT_CAST,
                                offsets.get(i));
                if (converted == null) {
                    throw cannotCast(Coercion.type(value), elementType, offsets.get(i));
                }
                made.add(converted);
            } else {
                made.add(state.coercion.toCommon(value, elementType, "ARRAY", offsets.get(i)));
            }
        }
        int typmod = target == null ? -1 : target.typmod();
        return PgOperator.call(new Form.ArrayBuild(nested), PgType.of(arrayType, typmod), made);
    }

    private static dev.quiverdb.base.error.SqlException cannotCast(
            Type source, Type target, int offset) {
        return Errors.at(
                offset,
                SqlState.CANNOT_COERCE,
                "cannot cast type " + source.formatType(-1) + " to " + target.formatType(-1));
    }

    private RexNode choice(Expr.Case choice) {
        var subject = choice.operand();
        RexNode value = null;
        int placeholder = -1;
        var operands = new ArrayList<RexNode>();
        if (subject != null) {
            value = state.coercion.unknownToText(bind(subject));
            if (Expressions.isVolatile(value)) {
                placeholder = state.nextPlaceholder();
                operands.add(value);
                value = PgOperator.call(new Form.Placeholder(placeholder), PgType.of(value));
            }
        }
        var conditions = new ArrayList<RexNode>();
        var results = new ArrayList<RexNode>();
        var offsets = new ArrayList<Integer>();
        for (var when : choice.whens()) {
            var condition = bind(when.condition());
            if (value != null) {
                condition =
                        state.resolution.operate(
                                List.of("="), value, condition, when.condition().offset());
            }
            conditions.add(
                    state.coercion.toBoolean(condition, "CASE/WHEN", when.condition().offset()));
            results.add(bind(when.result()));
            offsets.add(when.result().offset());
        }
        var otherwise = choice.otherwise();
        results.add(
                otherwise == null
                        ? PgOperator.constant(null, Types.get(Oids.UNKNOWN), -1)
                        : bind(otherwise));
        offsets.add(otherwise == null ? choice.offset() : otherwise.offset());
        var ordered = new ArrayList<RexNode>();
        var orderedOffsets = new ArrayList<Integer>();
        ordered.add(results.getLast());
        orderedOffsets.add(offsets.getLast());
        ordered.addAll(results.subList(0, results.size() - 1));
        orderedOffsets.addAll(offsets.subList(0, offsets.size() - 1));
        var common = state.coercion.commonType(ordered, "CASE", orderedOffsets);
        if (common == null) {
            throw new IllegalStateException("a construct has a common type");
        }
        for (int i = 0; i < conditions.size(); i++) {
            operands.add(conditions.get(i));
            operands.add(
                    state.coercion.toCommon(results.get(i), common, "CASE/WHEN", offsets.get(i)));
        }
        operands.add(
                state.coercion.toCommon(results.getLast(), common, "CASE/ELSE", offsets.getLast()));
        var made = new ArrayList<RexNode>();
        int first = placeholder < 0 ? 0 : 1;
        for (int i = first + 1; i < operands.size(); i += 2) {
            made.add(operands.get(i));
        }
        made.add(operands.getLast());
        noSets(operands, "CASE", choice);
        return PgOperator.call(
                new Form.Case(placeholder),
                PgType.of(common, Coercion.commonTypmod(made, common)),
                operands);
    }

    private static void noSets(List<RexNode> operands, String construct, Expr at) {
        for (var operand : operands) {
            if (Expressions.returnsSet(operand)) {
                throw Errors.at(
                                at,
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "set-returning functions are not allowed in " + construct)
                        .withHint(
                                "You might be able to move the set-returning function into a"
                                        + " LATERAL FROM item.");
            }
        }
    }

    private RexNode coalesce(Expr.Coalesce coalesce) {
        var operands =
                state.coercion.allToCommon(
                        bindAll(coalesce.operands()), "COALESCE", offsets(coalesce.operands()));
        noSets(operands, "COALESCE", coalesce);
        var type = PgType.of(operands.getFirst()).type();
        return state.rex.makeCall(
                PgType.of(type, Coercion.commonTypmod(operands, type)),
                SqlStdOperatorTable.COALESCE,
                operands);
    }

    private RexNode minMax(Expr.MinMax minMax) {
        var name = minMax.greatest() ? "GREATEST" : "LEAST";
        var operands =
                state.coercion.allToCommon(
                        bindAll(minMax.operands()), name, offsets(minMax.operands()));
        var type = PgType.of(operands.getFirst()).type();
        return PgOperator.call(
                new Form.MinMax(minMax.greatest()),
                PgType.of(type, Coercion.commonTypmod(operands, type)),
                operands);
    }

    static List<Integer> offsets(List<? extends Expr> expressions) {
        return expressions.stream().map(Expr::offset).toList();
    }

    private RexNode cast(Expr.Cast cast) {
        var target = state.typeNames.resolve(cast.type());
        RexNode operand;
        if (cast.operand() instanceof Expr.Array array && target.type().actual().isTrueArray()) {
            operand = array(array, PgType.of(target.type().actual(), target.typmod()));
        } else {
            operand = bind(cast.operand());
        }
        var made =
                state.coercion.coerce(
                        operand, target, Context.EXPLICIT, Syntax.EXPLICIT_CAST, cast.offset());
        if (made == null) {
            throw cannotCast(Coercion.type(operand), target.type(), cast.offset());
        }
        return made;
    }

    private RexNode collate(Expr.Collate collate) {
        var operand = bind(collate.operand());
        var type = Coercion.type(operand);
        if (type.collation() == 0 && !Coercion.isUnknown(type)) {
            throw Errors.at(
                    collate,
                    SqlState.DATATYPE_MISMATCH,
                    "collations are not supported by type " + type.formatType(-1));
        }
        int oid = Collations.find(state, collate.collation(), collate.offset());
        return PgOperator.call(
                new Form.Collate(oid), PgType.of(type, PgType.of(operand).typmod(), oid), operand);
    }

    private RexNode special(Expr.SpecialValue value) {
        int typmod = -1;
        var precision = value.precision();
        if (precision instanceof Expr.Literal literal
                && literal.kind() == Expr.LiteralKind.INTEGER) {
            typmod = Math.min(6, Integer.parseInt(literal.text()));
        }
        int type =
                switch (value.kind()) {
                    case CURRENT_DATE -> Oids.DATE;
                    case CURRENT_TIME -> Oids.TIMETZ;
                    case CURRENT_TIMESTAMP -> Oids.TIMESTAMPTZ;
                    case LOCALTIME -> Oids.TIME;
                    case LOCALTIMESTAMP -> Oids.TIMESTAMP;
                    case CURRENT_ROLE,
                            CURRENT_USER,
                            USER,
                            SESSION_USER,
                            CURRENT_CATALOG,
                            CURRENT_SCHEMA ->
                            Oids.NAME;
                };
        return PgOperator.call(
                new Form.SqlValue(value.kind().name()), PgType.of(Types.get(type), typmod));
    }
}
