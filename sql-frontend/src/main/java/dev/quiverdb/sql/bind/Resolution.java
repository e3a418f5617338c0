package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Operator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Which operator or function a name and argument types mean, after parse_oper.c and parse_func.c.
 */
final class Resolution {
    /** Something that could be called with given arguments. */
    record Candidate<T>(T object, List<Integer> arguments, int schema) {}

    /**
     * A function that fits a call.
     *
     * @param order for each of its input parameters the position of the argument given, -1 for a
     *     default
     * @param expanded number of arguments gathered into the variadic array; 0 for none
     * @param arguments declared types, one for each argument given after expansion
     */
    record FunctionMatch(
            Function function, List<Integer> arguments, List<Integer> order, int expanded) {}

    private final State state;

    Resolution(State state) {
        this.state = state;
    }

    // ------------------------------------------------------------------ operators

    private List<Candidate<Operator>> operators(List<String> names, boolean unary, int offset) {
        var name = names.getLast();
        var found = new LinkedHashMap<List<Integer>, Candidate<Operator>>();
        if (names.size() > 1) {
            int schema = schema(names.get(names.size() - 2), offset);
            for (var operator : state.catalog.operators(name)) {
                if (operator.schema() == schema && (operator.left() == 0) == unary) {
                    add(found, operator);
                }
            }
        } else {
            for (int schema : state.context.searchPath().schemas()) {
                for (var operator : state.catalog.operators(name)) {
                    if (operator.schema() == schema && (operator.left() == 0) == unary) {
                        add(found, operator);
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static void add(Map<List<Integer>, Candidate<Operator>> found, Operator operator) {
        var arguments =
                operator.left() == 0
                        ? List.of(operator.right())
                        : List.of(operator.left(), operator.right());
        found.putIfAbsent(arguments, new Candidate<>(operator, arguments, operator.schema()));
    }

    private int schema(String name, int offset) {
        var schema = state.context.searchPath().schema(state.catalog, name);
        if (schema == null) {
            throw Errors.at(
                    offset, SqlState.INVALID_SCHEMA_NAME, "schema \"" + name + "\" does not exist");
        }
        return schema.oid();
    }

    /** The operator for operand types; {@code left} null for a prefix operator. */
    Operator operator(List<String> names, @Nullable Type left, Type right, int offset) {
        var found = findOperator(names, left, right, offset);
        if (found == null) {
            throw missingOperator(names, left, right, offset);
        }
        return found;
    }

    private SqlException missingOperator(
            List<String> names, @Nullable Type left, Type right, int offset) {
        return Errors.at(
                        offset,
                        SqlState.UNDEFINED_FUNCTION,
                        "operator does not exist: " + signature(names, left, right))
                .withHint(
                        left == null
                                ? "No operator matches the given name and argument type. You might"
                                        + " need to add an explicit type cast."
                                : "No operator matches the given name and argument types. You might"
                                        + " need to add explicit type casts.");
    }

    private static String signature(List<String> names, @Nullable Type left, Type right) {
        var name = Errors.name(names);
        return left == null
                ? name + " " + right.formatType(-1)
                : left.formatType(-1) + " " + name + " " + right.formatType(-1);
    }

    /** As {@link #operator}, null where there is none. */
    @Nullable Operator findOperator(
            List<String> names, @Nullable Type left, Type right, int offset) {
        var candidates = operators(names, left == null, offset);
        if (candidates.isEmpty()) {
            return null;
        }
        var given = left == null ? List.of(right) : List.of(left, right);
        var exact = exact(candidates, left, right);
        if (exact != null) {
            return exact;
        }
        var matching = matching(candidates, given);
        if (matching.isEmpty()) {
            return null;
        }
        if (matching.size() == 1) {
            return matching.getFirst().object();
        }
        var best = select(matching, given);
        if (best == null) {
            throw Errors.at(
                            offset,
                            SqlState.AMBIGUOUS_FUNCTION,
                            "operator is not unique: " + signature(names, left, right))
                    .withHint(
                            "Could not choose a best candidate operator. You might need to add"
                                    + " explicit type casts.");
        }
        return best.object();
    }

    private static @Nullable Operator exact(
            List<Candidate<Operator>> candidates, @Nullable Type left, Type right) {
        if (left == null) {
            return exact(candidates, List.of(right.oid()));
        }
        int first = left.oid();
        int second = right.oid();
        boolean wasUnknown = false;
        if (first == Oids.UNKNOWN && second != Oids.UNKNOWN) {
            first = second;
            wasUnknown = true;
        } else if (second == Oids.UNKNOWN && first != Oids.UNKNOWN) {
            second = first;
            wasUnknown = true;
        }
        var found = exact(candidates, List.of(first, second));
        if (found == null && wasUnknown) {
            var known = left.oid() == Oids.UNKNOWN ? right : left;
            int base = known.actual().oid();
            if (base != known.oid()) {
                found = exact(candidates, List.of(base, base));
            }
        }
        return found;
    }

    private static @Nullable Operator exact(
            List<Candidate<Operator>> candidates, List<Integer> arguments) {
        for (var candidate : candidates) {
            if (candidate.arguments().equals(arguments)) {
                return candidate.object();
            }
        }
        return null;
    }

    /** make_op: the call of an operator, operands converted. */
    RexNode operate(List<String> names, @Nullable RexNode left, RexNode right, int offset) {
        var operator =
                operator(
                        names,
                        left == null ? null : Coercion.type(left),
                        Coercion.type(right),
                        offset);
        return apply(operator, left, right, offset);
    }

    /** The call of a known operator. */
    RexNode apply(Operator operator, @Nullable RexNode left, RexNode right, int offset) {
        var function = function(operator, offset);
        var operands = left == null ? List.of(right) : List.of(left, right);
        var declared = new ArrayList<Type>();
        if (left != null) {
            declared.add(state.type(operator.left()));
        }
        declared.add(state.type(operator.right()));
        var solution =
                Errors.positioned(
                        offset,
                        () ->
                                new Polymorphism(state)
                                        .solve(
                                                operands.stream().map(Coercion::type).toList(),
                                                declared,
                                                state.type(operator.result())));
        var converted = arguments(operands, solution.arguments(), offset);
        return PgOperator.call(
                new Form.Call(function, Syntax.OPERATOR, operator, false),
                PgType.of(solution.result(), -1),
                converted);
    }

    Function function(Operator operator, int offset) {
        var function = state.catalog.function(operator.function());
        if (function == null) {
            throw Errors.at(
                    offset,
                    SqlState.UNDEFINED_FUNCTION,
                    "operator is only a shell: "
                            + (operator.left() == 0
                                    ? ""
                                    : state.type(operator.left()).formatType(-1) + " ")
                            + operator.name()
                            + " "
                            + state.type(operator.right()).formatType(-1));
        }
        return function;
    }

    private List<RexNode> arguments(List<RexNode> nodes, List<Type> declared, int offset) {
        var converted = new ArrayList<RexNode>();
        for (int i = 0; i < nodes.size(); i++) {
            converted.add(
                    state.coercion.coerceType(
                            nodes.get(i),
                            declared.get(i),
                            -1,
                            Coercion.Context.IMPLICIT,
                            Syntax.IMPLICIT_CAST,
                            offset));
        }
        return converted;
    }

    /** make_scalar_array_op. */
    RexNode scalarArray(List<String> names, boolean any, RexNode left, RexNode right, int offset) {
        var arrayType = Coercion.type(right);
        Type element;
        if (Coercion.isUnknown(arrayType)) {
            element = arrayType;
        } else {
            var inner = arrayType.actual().element();
            if (inner == null || !arrayType.actual().isArray()) {
                throw Errors.at(
                        offset,
                        SqlState.WRONG_OBJECT_TYPE,
                        "op ANY/ALL (array) requires array on right side");
            }
            element = inner;
        }
        var operator = operator(names, Coercion.type(left), element, offset);
        var function = function(operator, offset);
        var leftType = state.type(operator.left());
        var rightType = state.type(operator.right());
        var solution =
                new Polymorphism(state)
                        .solve(
                                List.of(Coercion.type(left), element),
                                List.of(leftType, rightType),
                                state.type(operator.result()));
        if (solution.result().oid() != Oids.BOOL) {
            throw Errors.at(
                    offset,
                    SqlState.WRONG_OBJECT_TYPE,
                    "op ANY/ALL (array) requires operator to yield boolean");
        }
        if (function.returnsSet()) {
            throw Errors.at(
                    offset,
                    SqlState.WRONG_OBJECT_TYPE,
                    "op ANY/ALL (array) requires operator not to return a set");
        }
        var wantedElement = solution.arguments().get(1);
        Type wanted;
        if (rightType.oid() != wantedElement.oid() && arrayType.actual().isTrueArray()) {
            wanted = arrayType;
        } else {
            var found =
                    wantedElement.arrayOid() == 0
                            ? null
                            : state.catalog.typeOrNull(wantedElement.arrayOid());
            if (found == null) {
                throw Errors.at(
                        offset,
                        SqlState.UNDEFINED_OBJECT,
                        "could not find array type for data type " + wantedElement.formatType(-1));
            }
            wanted = found;
        }
        var leftValue =
                state.coercion.coerceType(
                        left,
                        solution.arguments().getFirst(),
                        -1,
                        Coercion.Context.IMPLICIT,
                        Syntax.IMPLICIT_CAST,
                        offset);
        var rightValue =
                state.coercion.coerceType(
                        right, wanted, -1, Coercion.Context.IMPLICIT, Syntax.IMPLICIT_CAST, offset);
        return PgOperator.call(
                new Form.ScalarArray(operator, function, any),
                PgType.bool(),
                leftValue,
                rightValue);
    }

    // ------------------------------------------------------------------ choosing

    /** func_match_argtypes. */
    private <T> List<Candidate<T>> matching(List<Candidate<T>> candidates, List<Type> given) {
        var found = new ArrayList<Candidate<T>>();
        for (var candidate : candidates) {
            if (candidate.arguments().size() == given.size()
                    && state.coercion.canCoerce(
                            given, types(candidate.arguments()), Coercion.Context.IMPLICIT)) {
                found.add(candidate);
            }
        }
        return found;
    }

    private List<Type> types(List<Integer> oids) {
        return oids.stream().map(state::type).toList();
    }

    /** func_select_candidate. */
    private <T> @Nullable Candidate<T> select(List<Candidate<T>> candidates, List<Type> given) {
        int count = given.size();
        var bases = new ArrayList<Type>();
        int unknowns = 0;
        for (var type : given) {
            bases.add(Coercion.isUnknown(type) ? type : type.actual());
            unknowns += Coercion.isUnknown(type) ? 1 : 0;
        }
        var left = keepBest(candidates, candidate -> exactMatches(candidate, bases));
        if (left.size() == 1) {
            return left.getFirst();
        }
        left = keepBest(left, candidate -> exactOrPreferred(candidate, bases));
        if (left.size() == 1) {
            return left.getFirst();
        }
        if (unknowns == 0) {
            return null;
        }
        left = byCategory(left, bases);
        if (left.size() == 1) {
            return left.getFirst();
        }
        if (unknowns < count) {
            Type known = null;
            boolean same = true;
            for (var type : bases) {
                if (!Coercion.isUnknown(type)) {
                    same &= known == null || known.oid() == type.oid();
                    known = type;
                }
            }
            if (same && known != null) {
                var assumed = new ArrayList<Type>();
                for (int i = 0; i < count; i++) {
                    assumed.add(known);
                }
                Candidate<T> only = null;
                int hits = 0;
                for (var candidate : left) {
                    if (state.coercion.canCoerce(
                            assumed, types(candidate.arguments()), Coercion.Context.IMPLICIT)) {
                        only = candidate;
                        hits++;
                    }
                }
                if (hits == 1) {
                    return only;
                }
            }
        }
        return null;
    }

    private interface Score<T> {
        int of(Candidate<T> candidate);
    }

    private static <T> List<Candidate<T>> keepBest(List<Candidate<T>> candidates, Score<T> score) {
        int best = 0;
        var kept = new ArrayList<Candidate<T>>();
        for (var candidate : candidates) {
            int points = score.of(candidate);
            if (points > best || kept.isEmpty()) {
                best = points;
                kept.clear();
                kept.add(candidate);
            } else if (points == best) {
                kept.add(candidate);
            }
        }
        return kept;
    }

    private static <T> int exactMatches(Candidate<T> candidate, List<Type> bases) {
        int matches = 0;
        for (int i = 0; i < bases.size(); i++) {
            if (!Coercion.isUnknown(bases.get(i))
                    && candidate.arguments().get(i) == bases.get(i).oid()) {
                matches++;
            }
        }
        return matches;
    }

    private <T> int exactOrPreferred(Candidate<T> candidate, List<Type> bases) {
        int matches = 0;
        for (int i = 0; i < bases.size(); i++) {
            var base = bases.get(i);
            if (!Coercion.isUnknown(base)) {
                int declared = candidate.arguments().get(i);
                if (declared == base.oid() || isPreferred(base.category(), state.type(declared))) {
                    matches++;
                }
            }
        }
        return matches;
    }

    private static boolean isPreferred(char category, Type type) {
        return type.category() == category && type.preferred();
    }

    /**
     * The rule for unknown literals: a category for each, string first, then its preferred type.
     */
    private <T> List<Candidate<T>> byCategory(List<Candidate<T>> candidates, List<Type> bases) {
        int count = bases.size();
        var categories = new char[count];
        var preferred = new boolean[count];
        boolean resolved = true;
        for (int i = 0; i < count && resolved; i++) {
            if (!Coercion.isUnknown(bases.get(i))) {
                continue;
            }
            boolean have = false;
            boolean conflict = false;
            for (var candidate : candidates) {
                var type = state.type(candidate.arguments().get(i));
                char category = type.category();
                if (!have) {
                    categories[i] = category;
                    preferred[i] = type.preferred();
                    have = true;
                } else if (category == categories[i]) {
                    preferred[i] |= type.preferred();
                } else if (category == 'S') {
                    categories[i] = category;
                    preferred[i] = type.preferred();
                } else if (categories[i] != 'S') {
                    conflict = true;
                }
            }
            if (conflict && categories[i] != 'S') {
                resolved = false;
            }
        }
        if (!resolved) {
            return candidates;
        }
        var kept = new ArrayList<Candidate<T>>();
        for (var candidate : candidates) {
            boolean keep = true;
            for (int i = 0; i < count && keep; i++) {
                if (Coercion.isUnknown(bases.get(i))) {
                    var type = state.type(candidate.arguments().get(i));
                    keep = type.category() == categories[i] && (!preferred[i] || type.preferred());
                }
            }
            if (keep) {
                kept.add(candidate);
            }
        }
        return kept.isEmpty() ? candidates : kept;
    }

    // ------------------------------------------------------------------ functions

    /** Functions that a name and a number of arguments may mean, FuncnameGetCandidates. */
    private List<Candidate<FunctionMatch>> functions(
            List<String> names,
            int count,
            List<String> argumentNames,
            boolean expandVariadic,
            int offset) {
        return functions(names, count, argumentNames, expandVariadic, false, offset);
    }

    private List<Candidate<FunctionMatch>> functions(
            List<String> names,
            int count,
            List<String> argumentNames,
            boolean expandVariadic,
            boolean calls,
            int offset) {
        var found = new LinkedHashMap<List<Integer>, Candidate<FunctionMatch>>();
        var ambiguous = new HashSet<List<Integer>>();
        List<Integer> schemas =
                names.size() > 1
                        ? List.of(schema(names.get(names.size() - 2), offset))
                        : state.context.searchPath().schemas();
        for (int schema : schemas) {
            for (var function : state.catalog.functions(names.getLast())) {
                if (function.schema() != schema) {
                    continue;
                }
                var match =
                        match(
                                calls ? function.asCalled() : function,
                                count,
                                argumentNames,
                                expandVariadic);
                if (match == null) {
                    continue;
                }
                var old = found.get(match.arguments());
                var candidate = new Candidate<>(match, match.arguments(), schema);
                if (old == null) {
                    found.put(match.arguments(), candidate);
                } else if (old.schema() == schema) {
                    int oldVariadic = old.object().expanded();
                    if (oldVariadic > 0 && match.expanded() == 0) {
                        found.put(match.arguments(), candidate);
                    } else if (oldVariadic == 0
                            && match.expanded() == 0
                            && usesDefaults(match)
                            && usesDefaults(old.object())) {
                        ambiguous.add(match.arguments());
                    } else if (usesDefaults(old.object()) && !usesDefaults(match)) {
                        found.put(match.arguments(), candidate);
                    }
                }
            }
        }
        ambiguous.forEach(found::remove);
        return List.copyOf(found.values());
    }

    private static boolean usesDefaults(FunctionMatch match) {
        return match.order().contains(-1);
    }

    private static @Nullable FunctionMatch match(
            Function function, int count, List<String> argumentNames, boolean expandVariadic) {
        int parameters = function.argumentTypes().size();
        if (!argumentNames.isEmpty()) {
            return matchNamed(function, count, argumentNames);
        }
        var order = new ArrayList<Integer>();
        if (function.isVariadic() && expandVariadic && count >= parameters) {
            var arguments = new ArrayList<>(function.argumentTypes().subList(0, parameters - 1));
            for (int i = parameters - 1; i < count; i++) {
                arguments.add(function.variadicElement());
            }
            for (int i = 0; i < count; i++) {
                order.add(i);
            }
            return new FunctionMatch(function, arguments, order, count - parameters + 1);
        }
        if (parameters == count) {
            for (int i = 0; i < count; i++) {
                order.add(i);
            }
            return new FunctionMatch(function, function.argumentTypes(), order, 0);
        }
        if (parameters > count && count + function.defaults().size() >= parameters) {
            for (int i = 0; i < parameters; i++) {
                order.add(i < count ? i : -1);
            }
            return new FunctionMatch(
                    function, function.argumentTypes().subList(0, count), order, 0);
        }
        return null;
    }

    /** MatchNamedCall: names stand for the last arguments. */
    private static @Nullable FunctionMatch matchNamed(
            Function function, int count, List<String> names) {
        int parameters = function.argumentTypes().size();
        if (function.argumentNames().isEmpty() || count > parameters) {
            return null;
        }
        int positional = count - names.size();
        var order = new ArrayList<Integer>();
        for (int i = 0; i < parameters; i++) {
            order.add(i < positional ? i : -1);
        }
        for (int n = 0; n < names.size(); n++) {
            int at = -1;
            for (int i = 0; i < parameters; i++) {
                if (function.inputName(i).equals(names.get(n))) {
                    at = i;
                }
            }
            if (at < 0 || order.get(at) >= 0) {
                return null;
            }
            order.set(at, positional + n);
        }
        var arguments = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            arguments.add(0);
        }
        for (int i = 0; i < parameters; i++) {
            int from = order.get(i);
            if (from < 0) {
                if (i < parameters - function.defaults().size()) {
                    return null;
                }
            } else {
                arguments.set(from, function.argumentTypes().get(i));
            }
        }
        return new FunctionMatch(function, arguments, order, 0);
    }

    private static @Nullable FunctionMatch exactFunction(
            List<Candidate<FunctionMatch>> candidates, List<Type> given) {
        var oids = given.stream().map(Type::oid).toList();
        for (var candidate : candidates) {
            if (candidate.arguments().equals(oids)) {
                return candidate.object();
            }
        }
        return null;
    }

    /** Whether a function takes exactly these types. */
    boolean hasExactFunction(List<String> names, List<Type> given, int offset) {
        return exactFunction(functions(names, given.size(), List.of(), true, offset), given)
                != null;
    }

    /** The best function, or null where none fits (not where several do: that is an error). */
    @Nullable FunctionMatch findFunction(
            List<String> names,
            List<Type> given,
            List<String> argumentNames,
            boolean expandVariadic,
            int offset) {
        return best(
                names,
                functions(names, given.size(), argumentNames, expandVariadic, offset),
                given,
                argumentNames,
                offset);
    }

    /** As {@link #findFunction} for CALL, where OUT arguments of procedures are written too. */
    @Nullable FunctionMatch findProcedure(
            List<String> names,
            List<Type> given,
            List<String> argumentNames,
            boolean expandVariadic,
            int offset) {
        return best(
                names,
                functions(names, given.size(), argumentNames, expandVariadic, true, offset),
                given,
                argumentNames,
                offset);
    }

    private @Nullable FunctionMatch best(
            List<String> names,
            List<Candidate<FunctionMatch>> candidates,
            List<Type> given,
            List<String> argumentNames,
            int offset) {
        if (candidates.isEmpty()) {
            return null;
        }
        var exact = exactFunction(candidates, given);
        if (exact != null) {
            return exact;
        }
        var matching = matching(candidates, given);
        if (matching.isEmpty()) {
            return null;
        }
        if (matching.size() == 1) {
            return matching.getFirst().object();
        }
        var best = select(matching, given);
        if (best == null) {
            throw Errors.at(
                            offset,
                            SqlState.AMBIGUOUS_FUNCTION,
                            "function " + signature(names, given, argumentNames) + " is not unique")
                    .withHint(
                            "Could not choose a best candidate function. You might need to add"
                                    + " explicit type casts.");
        }
        return best.object();
    }

    /**
     * Whether a one-argument call by this name is a cast in disguise; then its target, else null.
     */
    @Nullable Type castFunction(List<String> names, List<Type> given, int offset) {
        if (given.size() != 1) {
            return null;
        }
        Type target;
        try {
            target = TypeNames.lookup(state.catalog, state.context.searchPath(), names, offset);
        } catch (SqlException noSchema) {
            return null;
        }
        if (target == null || Coercion.isComplex(target) && target.form() == Type.Form.COMPOSITE) {
            return null;
        }
        var source = given.getFirst();
        if (Coercion.isUnknown(source)) {
            return target;
        }
        var cast = state.catalog.cast(source.actual().oid(), target.actual().oid());
        if (cast != null) {
            return cast.method() == 'b' || cast.method() == 'i' ? target : null;
        }
        if (source.actual().oid() == target.actual().oid()) {
            return target;
        }
        boolean complex = source.oid() == Oids.RECORD || Coercion.isComplex(source);
        return target.category() == 'S' && !complex
                        || source.category() == 'S' && !source.actual().isTrueArray()
                ? target
                : null;
    }

    static String signature(List<String> names, List<Type> given, List<String> argumentNames) {
        var text = new StringBuilder(Errors.name(names)).append('(');
        int positional = given.size() - argumentNames.size();
        for (int i = 0; i < given.size(); i++) {
            if (i > 0) {
                text.append(", ");
            }
            if (i >= positional) {
                text.append(argumentNames.get(i - positional)).append(" => ");
            }
            text.append(given.get(i).formatType(-1));
        }
        return text.append(')').toString();
    }

    /** The default {@code =} or {@code <} operator of a type (by its btree class), or null. */
    @Nullable Operator btreeOperator(Type type, int strategy) {
        var operatorClass =
                state.catalog.defaultOperatorClass(
                        dev.quiverdb.sql.catalog.AccessMethod.BTREE, type);
        if (operatorClass == null) {
            return null;
        }
        int input = operatorClass.inputType();
        return state.catalog.familyOperator(operatorClass.family(), input, input, strategy);
    }
}
