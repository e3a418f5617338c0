package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.bind.Coercion.Context;
import dev.quiverdb.sql.catalog.Aggregate;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Binds function, aggregate and window calls, after ParseFuncOrColumn. */
final class FunctionCalls {
    private final ExpressionBinder binder;
    private final State state;

    FunctionCalls(ExpressionBinder binder) {
        this.binder = binder;
        this.state = binder.state;
    }

    RexNode bind(Expr.FuncCall call) {
        var argumentBinder = binder;
        var arguments = new ArrayList<RexNode>();
        var offsets = new ArrayList<Integer>();
        var names = new ArrayList<String>();
        for (var argument : call.arguments()) {
            if (argument instanceof Expr.NamedArgument named) {
                if (names.contains(named.name())) {
                    throw Errors.at(
                            named,
                            SqlState.SYNTAX_ERROR,
                            "argument name \"" + named.name() + "\" used more than once");
                }
                names.add(named.name());
            } else if (!names.isEmpty()) {
                throw Errors.at(
                        argument,
                        SqlState.SYNTAX_ERROR,
                        "positional argument cannot follow named argument");
            }
            var value = argumentBinder.bind(argument);
            if (value instanceof RexDynamicParam
                    && Coercion.type(value).oid() == Oids.VOID
                    && !call.withinGroup()) {
                // So drivers mark the places of OUT parameters.
                continue;
            }
            arguments.add(value);
            offsets.add(argument.offset());
        }
        int direct = arguments.size();
        if (call.withinGroup()) {
            for (var item : call.orderBy()) {
                arguments.add(argumentBinder.bind(item.expression()));
                offsets.add(item.expression().offset());
            }
        }
        var types = arguments.stream().map(Coercion::type).toList();
        boolean plain =
                !call.star()
                        && !call.distinct()
                        && call.orderBy().isEmpty()
                        && call.filter() == null
                        && call.over() == null
                        && names.isEmpty()
                        && !call.variadic();
        if (plain
                && arguments.size() == 1
                && !state.resolution.hasExactFunction(call.name(), types, call.offset())) {
            var target = state.resolution.castFunction(call.name(), types, call.offset());
            if (target != null) {
                return state.coercion.coerceType(
                        arguments.getFirst(),
                        target,
                        -1,
                        Context.EXPLICIT,
                        Syntax.EXPLICIT_CAST,
                        call.offset());
            }
            if (call.name().size() == 1
                    && (Coercion.isComplex(types.getFirst())
                            || types.getFirst().oid() == Oids.RECORD)) {
                var field = Indirections.field(state, arguments.getFirst(), call.name().getFirst());
                if (field != null) {
                    return field;
                }
            }
        }
        var match =
                state.resolution.findFunction(
                        call.name(), types, names, !call.variadic(), call.offset());
        if (match == null) {
            throw missing(call, types, names, direct);
        }
        return bind(call, match, arguments, offsets, direct);
    }

    private SqlException missing(
            Expr.FuncCall call, List<Type> types, List<String> names, int direct) {
        var signature = Resolution.signature(call.name(), types, names);
        if (call.withinGroup() && direct < types.size()) {
            return Errors.at(
                            call,
                            SqlState.UNDEFINED_FUNCTION,
                            "function " + signature + " does not exist")
                    .withHint(
                            "No aggregate function matches the given name and argument types. You"
                                    + " might need to add explicit type casts.");
        }
        if (!call.orderBy().isEmpty() && !call.withinGroup()) {
            return Errors.at(
                            call,
                            SqlState.UNDEFINED_FUNCTION,
                            "function " + signature + " does not exist")
                    .withHint(
                            "No aggregate function matches the given name and argument types."
                                    + " Perhaps you misplaced ORDER BY; ORDER BY must appear after all"
                                    + " regular arguments of the aggregate.");
        }
        return Errors.at(
                        call,
                        SqlState.UNDEFINED_FUNCTION,
                        "function " + signature + " does not exist")
                .withHint(
                        "No function matches the given name and argument types. You might need to"
                                + " add explicit type casts.");
    }

    /** A call of a one-argument function by attribute notation; null if there is none. */
    @Nullable RexNode attribute(String name, RexNode argument, int offset) {
        if (!Coercion.isComplex(Coercion.type(argument))
                && Coercion.type(argument).oid() != Oids.RECORD) {
            return null;
        }
        var types = List.of(Coercion.type(argument));
        var match = state.resolution.findFunction(List.of(name), types, List.of(), true, offset);
        if (match == null || match.function().kind() != 'f') {
            return null;
        }
        return call(match, List.of(argument), List.of(offset), offset, false).expression();
    }

    /** A call of a procedure: OUT arguments, which only choose it, are left out of the call. */
    record ProcedureCall(Function function, RexNode call, List<Type> argumentTypes) {}

    ProcedureCall procedure(Expr.FuncCall call) {
        var arguments = new ArrayList<RexNode>();
        var offsets = new ArrayList<Integer>();
        var names = new ArrayList<String>();
        for (var argument : call.arguments()) {
            if (argument instanceof Expr.NamedArgument named) {
                names.add(named.name());
            }
            arguments.add(binder.bind(argument));
            offsets.add(argument.offset());
        }
        var types = arguments.stream().map(Coercion::type).toList();
        var match =
                state.resolution.findProcedure(
                        call.name(), types, names, !call.variadic(), call.offset());
        if (match == null) {
            throw Errors.at(
                            call,
                            SqlState.UNDEFINED_FUNCTION,
                            "procedure "
                                    + Resolution.signature(call.name(), types, names)
                                    + " does not exist")
                    .withHint(
                            "No procedure matches the given name and argument types. You might need"
                                    + " to add explicit type casts.");
        }
        var function = state.catalog.function(match.function().oid());
        if (function == null || function.kind() != 'p') {
            throw Errors.at(
                            call,
                            SqlState.WRONG_OBJECT_TYPE,
                            Resolution.signature(call.name(), types, names) + " is not a procedure")
                    .withHint("To call a function, use SELECT.");
        }
        state.use(function);
        var made = call(match, arguments, offsets, call.offset(), call.variadic());
        var inputs = new ArrayList<RexNode>();
        for (int i = 0; i < made.operands().size(); i++) {
            boolean out =
                    !function.argumentModes().isEmpty() && function.argumentModes().get(i) == 'o';
            if (!out) {
                inputs.add(made.operands().get(i));
            }
        }
        var expression =
                PgOperator.call(
                        new Form.Call(function, Syntax.FUNCTION, null, false),
                        PgType.of(state.type(function.resultType()), -1),
                        inputs);
        return new ProcedureCall(
                function, expression, inputs.stream().map(Coercion::type).toList());
    }

    private record Made(RexNode expression, List<RexNode> operands) {}

    /** Arguments converted and put in order, and the plain call of them. */
    private Made call(
            Resolution.FunctionMatch match,
            List<RexNode> given,
            List<Integer> offsets,
            int offset,
            boolean variadicArray) {
        var function = match.function();
        var actual = new ArrayList<RexNode>();
        var declared = new ArrayList<Type>();
        for (int i = 0; i < given.size(); i++) {
            actual.add(given.get(i));
            declared.add(state.type(match.arguments().get(i)));
        }
        var order = new ArrayList<>(match.order());
        int parameters = function.argumentTypes().size();
        for (int i = 0; i < order.size(); i++) {
            if (order.get(i) < 0) {
                var text = function.defaults().get(i - (parameters - function.defaults().size()));
                order.set(i, actual.size());
                actual.add(StoredExpressions.standalone(state, text));
                declared.add(state.type(function.argumentTypes().get(i)));
            }
        }
        if (order.isEmpty()) {
            for (int i = 0; i < given.size(); i++) {
                order.add(i);
            }
        }
        var result = state.type(function.resultType());
        var types = actual.stream().map(Coercion::type).toList();
        var solution =
                Errors.positioned(
                        offset, () -> new Polymorphism(state).solve(types, declared, result));
        var operands = new ArrayList<RexNode>();
        for (int position : order) {
            int at = position < offsets.size() ? offsets.get(position) : offset;
            var value =
                    state.coercion.coerceType(
                            actual.get(position),
                            solution.arguments().get(position),
                            -1,
                            Context.IMPLICIT,
                            Syntax.IMPLICIT_CAST,
                            at);
            operands.add(
                    solution.arguments().get(position).oid() == Oids.ANY
                            ? state.coercion.unknownToText(value)
                            : value);
        }
        if (match.expanded() > 0 && function.variadicElement() != Oids.ANY) {
            int fixed = operands.size() - match.expanded();
            var extra = List.copyOf(operands.subList(fixed, operands.size()));
            var element = Coercion.type(extra.getFirst());
            var declaredElement = solution.arguments().getLast();
            if (declaredElement.form() != Type.Form.PSEUDO) {
                element = declaredElement;
            }
            var array =
                    element.arrayOid() == 0 ? null : state.catalog.typeOrNull(element.arrayOid());
            if (array == null) {
                throw Errors.at(
                        offset,
                        SqlState.UNDEFINED_OBJECT,
                        "could not find array type for data type " + element.formatType(-1));
            }
            operands.subList(fixed, operands.size()).clear();
            operands.add(PgOperator.call(new Form.ArrayBuild(false), PgType.of(array, -1), extra));
        }
        if (variadicArray && function.variadicElement() == Oids.ANY && !operands.isEmpty()) {
            var last = Coercion.type(operands.getLast());
            if (!last.actual().isTrueArray()) {
                throw Errors.at(
                        offset, SqlState.DATATYPE_MISMATCH, "VARIADIC argument must be an array");
            }
        }
        var expression =
                PgOperator.call(
                        new Form.Call(
                                function,
                                Syntax.FUNCTION,
                                null,
                                variadicArray && function.variadicElement() == Oids.ANY),
                        PgType.of(solution.result(), -1),
                        operands);
        if (solution.result().oid() == Oids.RECORD
                && OutColumns.count(function) > 0
                && expression instanceof RexCall made) {
            expression = OutColumns.shaped(state, function, made);
        }
        return new Made(expression, operands);
    }

    private RexNode bind(
            Expr.FuncCall call,
            Resolution.FunctionMatch match,
            List<RexNode> arguments,
            List<Integer> offsets,
            int direct) {
        var function = match.function();
        state.use(function);
        var display = Errors.name(call.name());
        switch (function.kind()) {
            case 'a' -> {
                return aggregate(call, match, arguments, offsets, direct);
            }
            case 'w' -> {
                return window(call, match, arguments, offsets);
            }
            case 'p' ->
                    throw Errors.at(
                                    call,
                                    SqlState.WRONG_OBJECT_TYPE,
                                    Resolution.signature(
                                                    call.name(),
                                                    arguments.stream().map(Coercion::type).toList(),
                                                    List.of())
                                            + " is a procedure")
                            .withHint("To call a procedure, use CALL.");
            default -> {}
        }
        if (call.star()) {
            throw notAggregate(
                    call,
                    display + "(*) specified, but " + display + " is not an aggregate function");
        }
        if (call.distinct()) {
            throw notAggregate(
                    call, "DISTINCT specified, but " + display + " is not an aggregate function");
        }
        if (call.withinGroup()) {
            throw notAggregate(
                    call,
                    "WITHIN GROUP specified, but " + display + " is not an aggregate function");
        }
        if (!call.orderBy().isEmpty()) {
            throw notAggregate(
                    call, "ORDER BY specified, but " + display + " is not an aggregate function");
        }
        if (call.filter() != null) {
            throw notAggregate(
                    call, "FILTER specified, but " + display + " is not an aggregate function");
        }
        if (call.over() != null) {
            throw notAggregate(
                    call,
                    "OVER specified, but "
                            + display
                            + " is not a window function nor an aggregate function");
        }
        var made = call(match, arguments, offsets, call.offset(), call.variadic());
        if (function.returnsSet()) {
            checkSet(call, made.operands());
            return made.expression();
        }
        var inlined = new RoutineInlining(state).value(made.expression());
        if (inlined != null) {
            return inlined;
        }
        return call.sqlSyntax() ? worded(made.expression()) : made.expression();
    }

    /** The call as it was written, with key words between its arguments. */
    private static RexNode worded(RexNode made) {
        if (PgOperator.form(made) instanceof Form.Call form && made instanceof RexCall call) {
            var worded =
                    new Form.Call(
                            form.function(), Syntax.SQL, form.operator(), form.variadicArray());
            return PgOperator.call(worded, PgType.of(made), call.getOperands());
        }
        return made;
    }

    private static SqlException notAggregate(Expr.FuncCall call, String message) {
        return Errors.at(call, SqlState.WRONG_OBJECT_TYPE, message);
    }

    private void checkSet(Expr.FuncCall call, List<RexNode> operands) {
        var place = binder.kind.noSets();
        if (place != null) {
            throw Errors.at(
                    call,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "set-returning functions are not allowed in " + place);
        }
        if (binder.kind == ExpressionKind.FROM_FUNCTION
                && operands.stream().anyMatch(Expressions::returnsSet)) {
            throw Errors.at(
                    call,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "set-returning functions must appear at top level of FROM");
        }
        if (binder.inAggregate) {
            throw Errors.at(
                            call,
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "aggregate function calls cannot contain set-returning function calls")
                    .withHint(
                            "You might be able to move the set-returning function into a LATERAL"
                                    + " FROM item.");
        }
    }

    private List<Form.Order> orders(List<Clause.SortBy> items, List<RexNode> values) {
        var orders = new ArrayList<Form.Order>();
        for (int i = 0; i < items.size(); i++) {
            orders.add(Sorting.order(state, items.get(i), values.get(i)));
        }
        return orders;
    }

    private RexNode aggregate(
            Expr.FuncCall call,
            Resolution.FunctionMatch match,
            List<RexNode> arguments,
            List<Integer> offsets,
            int direct) {
        var function = match.function();
        var facts = state.catalog.aggregate(function.oid());
        if (facts == null) {
            throw SqlException.internal("aggregate " + function.oid() + " has no facts");
        }
        var display = Errors.name(call.name());
        checkOrderedSet(call, function, facts, direct, display);
        if (arguments.isEmpty() && !call.star() && facts.kind() == 'n') {
            throw Errors.at(
                    call,
                    SqlState.WRONG_OBJECT_TYPE,
                    display + "(*) must be used to call a parameterless aggregate function");
        }
        if (call.over() != null) {
            return window(call, match, arguments, offsets);
        }
        for (int i = 0; i < arguments.size(); i++) {
            if (Expressions.returnsSet(arguments.get(i))) {
                throw Errors.at(
                                offsets.get(i),
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "aggregate function calls cannot contain set-returning function"
                                        + " calls")
                        .withHint(
                                "You might be able to move the set-returning function into a"
                                        + " LATERAL FROM item.");
            }
        }
        var unified = arguments;
        if (call.withinGroup() && facts.kind() == 'h') {
            unified = hypothetical(call, arguments, offsets, direct);
        }
        var made = call(match, unified, offsets, call.offset(), call.variadic());
        var operands = new ArrayList<>(made.operands());
        List<Form.Order> order;
        int directCount = 0;
        int argumentCount = operands.size();
        if (call.withinGroup()) {
            directCount = direct;
            operands = new ArrayList<>(withinGroup(match, unified, made.operands()));
            argumentCount = operands.size() - directCount;
            var ordered = List.copyOf(operands.subList(directCount, operands.size()));
            order = orders(call.orderBy(), ordered);
            operands.addAll(ordered);
        } else {
            var items = new ArrayList<RexNode>();
            for (var item : call.orderBy()) {
                items.add(state.coercion.unknownToText(binder.bind(item.expression())));
            }
            order = orders(call.orderBy(), items);
            if (call.distinct()) {
                for (int i = 0; i < items.size(); i++) {
                    if (!operands.contains(items.get(i))) {
                        throw Errors.at(
                                call.orderBy().get(i).expression(),
                                SqlState.INVALID_COLUMN_REFERENCE,
                                "in an aggregate with DISTINCT, ORDER BY expressions must appear in"
                                        + " argument list");
                    }
                }
                for (var operand : made.operands()) {
                    Sorting.requireEquality(state, operand, call.offset());
                }
            }
            operands.addAll(items);
        }
        var filter = call.filter();
        if (filter != null) {
            operands.add(binder.as(ExpressionKind.FILTER).bindBoolean(filter, "FILTER"));
        }
        var form =
                new Form.Aggregate(
                        function,
                        directCount,
                        argumentCount,
                        order,
                        call.distinct(),
                        filter != null,
                        call.variadic());
        var result = PgOperator.call(form, PgType.of(made.expression()), operands);
        state.offsets.put(result, call.offset());
        return new AggregateLevels(state, binder).place(result, directCount, call.offset());
    }

    /**
     * The operands of an ordered-set aggregate one by one, where the call has those of a variadic
     * parameter in an array.
     */
    private List<RexNode> withinGroup(
            Resolution.FunctionMatch match, List<RexNode> given, List<RexNode> made) {
        if (match.expanded() == 0
                || match.function().variadicElement() == Oids.ANY
                || made.isEmpty()) {
            return made;
        }
        var operands = new ArrayList<>(made.subList(0, made.size() - 1));
        operands.addAll(((org.apache.calcite.rex.RexCall) made.getLast()).getOperands());
        return operands.size() == given.size() ? operands : made;
    }

    /** Direct arguments of a hypothetical-set aggregate take the types of the ordering columns. */
    private List<RexNode> hypothetical(
            Expr.FuncCall call, List<RexNode> arguments, List<Integer> offsets, int direct) {
        int ordered = arguments.size() - direct;
        if (ordered != direct) {
            throw Errors.at(
                            call,
                            SqlState.UNDEFINED_FUNCTION,
                            "function "
                                    + Resolution.signature(
                                            call.name(),
                                            arguments.stream().map(Coercion::type).toList(),
                                            List.of())
                                    + " does not exist")
                    .withHint(
                            "To use the hypothetical-set aggregate "
                                    + Errors.name(call.name())
                                    + ", the number of hypothetical direct arguments (here "
                                    + direct
                                    + ") must match the number of ordering columns (here "
                                    + ordered
                                    + ").");
        }
        var unified = new ArrayList<>(arguments);
        for (int i = 0; i < direct; i++) {
            var pair = List.of(arguments.get(direct + i), arguments.get(i));
            var places = List.of(offsets.get(direct + i), offsets.get(i));
            var common = state.coercion.commonType(pair, "WITHIN GROUP", places);
            if (common == null) {
                throw new IllegalStateException("a construct has a common type");
            }
            unified.set(
                    i, state.coercion.toCommon(pair.get(1), common, "WITHIN GROUP", places.get(1)));
            unified.set(
                    direct + i,
                    state.coercion.toCommon(pair.get(0), common, "WITHIN GROUP", places.get(0)));
        }
        return unified;
    }

    private static void checkOrderedSet(
            Expr.FuncCall call, Function function, Aggregate facts, int direct, String display) {
        if (facts.kind() == 'n') {
            if (call.withinGroup()) {
                throw Errors.at(
                        call,
                        SqlState.WRONG_OBJECT_TYPE,
                        display
                                + " is not an ordered-set aggregate, so it cannot have WITHIN"
                                + " GROUP");
            }
            return;
        }
        if (!call.withinGroup()) {
            throw Errors.at(
                    call,
                    SqlState.WRONG_OBJECT_TYPE,
                    "WITHIN GROUP is required for ordered-set aggregate " + display);
        }
        if (call.over() != null) {
            throw Errors.at(
                    call,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "OVER is not supported for ordered-set aggregate " + display);
        }
        if (call.distinct()) {
            throw Errors.at(
                    call, SqlState.WRONG_OBJECT_TYPE, "cannot use DISTINCT with WITHIN GROUP");
        }
        if (!function.isVariadic() && direct != facts.directArguments()) {
            throw Errors.at(
                            call,
                            SqlState.UNDEFINED_FUNCTION,
                            "function " + display + " does not exist")
                    .withHint(
                            "There is an ordered-set aggregate "
                                    + display
                                    + ", but it requires "
                                    + facts.directArguments()
                                    + " direct argument"
                                    + (facts.directArguments() == 1 ? "" : "s")
                                    + ", not "
                                    + direct
                                    + ".");
        }
    }

    private RexNode window(
            Expr.FuncCall call,
            Resolution.FunctionMatch match,
            List<RexNode> arguments,
            List<Integer> offsets) {
        var function = match.function();
        var display = Errors.name(call.name());
        var over = call.over();
        if (over == null) {
            throw Errors.at(
                    call,
                    SqlState.WRONG_OBJECT_TYPE,
                    "window function " + display + " requires an OVER clause");
        }
        if (call.withinGroup()) {
            throw Errors.at(
                    call,
                    SqlState.WRONG_OBJECT_TYPE,
                    "window function " + display + " cannot have WITHIN GROUP");
        }
        if (call.distinct()) {
            throw Errors.at(
                    call,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "DISTINCT is not implemented for window functions");
        }
        if (arguments.isEmpty() && !call.star() && function.isAggregate()) {
            throw Errors.at(
                    call,
                    SqlState.WRONG_OBJECT_TYPE,
                    display + "(*) must be used to call a parameterless aggregate function");
        }
        if (!call.orderBy().isEmpty()) {
            throw Errors.at(
                    call,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "aggregate ORDER BY is not implemented for window functions");
        }
        if (call.filter() != null && !function.isAggregate()) {
            throw Errors.at(
                    call,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "FILTER is not implemented for non-aggregate window functions");
        }
        var place = binder.kind.noWindows();
        var windows = binder.windows;
        if (place != null || windows == null) {
            throw Errors.at(
                    call,
                    SqlState.WINDOWING_ERROR,
                    "window functions are not allowed in "
                            + (place == null ? "this context" : place));
        }
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            if (Expressions.hasWindow(argument)) {
                throw Errors.at(
                        call, SqlState.WINDOWING_ERROR, "window function calls cannot be nested");
            }
            if (Expressions.returnsSet(argument)) {
                throw Errors.at(
                                offsets.get(i),
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "window function calls cannot contain set-returning function calls")
                        .withHint(
                                "You might be able to move the set-returning function into a"
                                        + " LATERAL FROM item.");
            }
        }
        var made = call(match, arguments, offsets, call.offset(), call.variadic());
        var operands = new ArrayList<>(made.operands());
        int count = operands.size();
        var filter = call.filter();
        if (filter != null) {
            operands.add(binder.as(ExpressionKind.FILTER).bindBoolean(filter, "FILTER"));
        }
        int definition = windows.use(over, binder);
        return PgOperator.call(
                new Form.WindowCall(function, count, filter != null, definition),
                PgType.of(made.expression()),
                operands);
    }
}
