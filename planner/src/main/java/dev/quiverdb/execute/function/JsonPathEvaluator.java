package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.JsonPath;
import dev.quiverdb.base.type.JsonPath.Chain;
import dev.quiverdb.base.type.JsonPath.Operator;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.JsonbBuilder;
import dev.quiverdb.base.type.JsonbLayout;
import dev.quiverdb.base.type.Numeric;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a jsonpath over a document: jsonpath_exec.c, function by function. A null sequence asks only
 * whether there is an item, and evaluation stops at the first. Errors that the caller may suppress
 * come back as {@link Outcome#ERROR}, or are thrown where errors are wanted; a condition makes
 * UNKNOWN of them. One for each evaluation.
 */
final class JsonPathEvaluator {
    /** How an item ended. */
    enum Outcome {
        FOUND,
        NONE,
        ERROR
    }

    /** SQL/JSON's truth. */
    enum Truth {
        FALSE,
        TRUE,
        UNKNOWN;

        static Truth of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    /** Of a pair of items. */
    interface Test {
        Truth of(Object left, @Nullable Object right);
    }

    /** The object that offsets in keyvalue's ids are counted from. */
    private record Base(@Nullable Jsonb document, int id) {}

    private static final long ID_STEP = 10_000_000_000L;

    private final JsonPath path;
    private final @Nullable Jsonb variables;
    private final Jsonb root;
    private final boolean zoneAllowed;
    private final ZoneId zone;
    private boolean throwing;
    private boolean forgiving;
    private Object current;
    private Base base = new Base(null, 0);
    private int nextId;
    private int arraySize = -1;

    /**
     * @param zoneAllowed whether values with and without time zone may be compared
     */
    JsonPathEvaluator(
            JsonPath path,
            Jsonb root,
            @Nullable Jsonb variables,
            boolean throwing,
            boolean zoneAllowed,
            ZoneId zone) {
        this.path = path;
        this.root = root;
        this.variables = variables;
        this.throwing = throwing;
        this.zoneAllowed = zoneAllowed;
        this.zone = zone;
        forgiving = path.lax();
        current = root;
        nextId = variables == null ? 1 : 2;
        if (variables != null && !(variables instanceof Jsonb.Obj)) {
            throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE, "\"vars\" argument is not an object")
                    .withDetail(
                            "Jsonpath parameters should be encoded as key-value pairs of \"vars\""
                                    + " object.");
        }
    }

    /** Runs the whole path; with a null sequence only whether there is an item. */
    Outcome run(@Nullable JsonPathSequence found) {
        if (!path.lax() && found == null) {
            // A strict path has an item only if no error follows.
            var all = new JsonPathSequence();
            var outcome = item(path.root(), root, all);
            if (outcome == Outcome.ERROR) {
                return outcome;
            }
            return all.isEmpty() ? Outcome.NONE : Outcome.FOUND;
        }
        return item(path.root(), root, found);
    }

    private Outcome error(SqlState state, String message) {
        if (throwing) {
            throw new SqlException(state, message);
        }
        return Outcome.ERROR;
    }

    private Outcome item(Chain chain, Object value, @Nullable JsonPathSequence found) {
        return item(chain, value, found, path.lax());
    }

    private Outcome next(Chain chain, Object value, @Nullable JsonPathSequence found) {
        return tail(chain.next(), value, found);
    }

    private Outcome tail(@Nullable Chain chain, Object value, @Nullable JsonPathSequence found) {
        if (chain != null) {
            return item(chain, value, found);
        }
        if (found != null) {
            found.add(value);
        }
        return Outcome.FOUND;
    }

    /**
     * @param unwrap whether an array is to be taken apart where the item wants no array
     */
    private Outcome item(
            Chain chain, Object value, @Nullable JsonPathSequence found, boolean unwrap) {
        var item = chain.item();
        if (JsonPath.isCondition(item)) {
            return truth(chain, condition(chain, value), found);
        }
        return switch (item) {
            case JsonPath.Key(var name) -> key(chain, name, value, found, unwrap);
            case JsonPath.Root _ -> {
                var saved = base;
                base = new Base(root, 0);
                var outcome = next(chain, root, found);
                base = saved;
                yield outcome;
            }
            case JsonPath.Current _ -> next(chain, current, found);
            case JsonPath.AnyElement _ -> {
                if (value instanceof Jsonb.Arr array) {
                    yield elements(chain.next(), array, found, path.lax());
                }
                if (path.lax()) {
                    yield next(chain, value, found);
                }
                yield forgiving
                        ? Outcome.NONE
                        : error(
                                SqlState.SQL_JSON_ARRAY_NOT_FOUND,
                                "jsonpath wildcard array accessor can only be applied to an array");
            }
            case JsonPath.Elements(var ranges) -> subscripts(chain, ranges, value, found);
            case JsonPath.Last _ -> {
                if (arraySize < 0) {
                    throw SqlException.internal(
                            "evaluating jsonpath LAST outside of array subscript");
                }
                yield chain.next() == null && found == null
                        ? Outcome.FOUND
                        : next(chain, number(Numeric.of(arraySize - 1L)), found);
            }
            case JsonPath.AnyKey _ -> {
                if (value instanceof Jsonb.Obj) {
                    yield descendants(chain.next(), value, found, 1, 1, 1, false, path.lax());
                }
                if (unwrap && value instanceof Jsonb.Arr array) {
                    yield elements(chain, array, found, false);
                }
                yield forgiving
                        ? Outcome.NONE
                        : error(
                                SqlState.SQL_JSON_OBJECT_NOT_FOUND,
                                "jsonpath wildcard member accessor can only be applied to an"
                                        + " object");
            }
            case JsonPath.Binary(var operator, var left, var right) ->
                    arithmetic(chain, operator, left, right, value, found);
            case JsonPath.Sign(var operator, var operand) ->
                    sign(chain, operator, operand, value, found);
            case JsonPath.Filter(var condition) -> {
                if (unwrap && value instanceof Jsonb.Arr array) {
                    yield elements(chain, array, found, false);
                }
                var saved = current;
                current = value;
                var holds = condition(condition, value);
                current = saved;
                yield holds == Truth.TRUE ? next(chain, value, found) : Outcome.NONE;
            }
            case JsonPath.Descendants(int first, int last) ->
                    anyDepth(chain, first, last, value, found);
            case JsonPath.Null _ -> literal(chain, Jsonb.Nil.INSTANCE, found);
            case JsonPath.Bool(boolean truth) -> literal(chain, bool(truth), found);
            case JsonPath.Num(var number) -> literal(chain, number(number), found);
            case JsonPath.Text(var text) -> literal(chain, new Jsonb.Str(text), found);
            case JsonPath.Variable(var name) -> {
                var saved = base;
                var outcome = next(chain, variable(name), found);
                base = saved;
                yield outcome;
            }
            case JsonPath.Call(var method) -> method(chain, method, value, found, unwrap);
            case JsonPath.Datetime(var template) -> {
                if (unwrap && value instanceof Jsonb.Arr array) {
                    yield elements(chain, array, found, false);
                }
                yield datetime(chain, template, value, found);
            }
            default -> throw SqlException.internal("jsonpath item " + item);
        };
    }

    static Jsonb number(Numeric value) {
        return new Jsonb.Num(value);
    }

    private static Jsonb bool(boolean value) {
        return value ? Jsonb.Bool.TRUE : Jsonb.Bool.FALSE;
    }

    private Outcome literal(Chain chain, Jsonb value, @Nullable JsonPathSequence found) {
        return chain.next() == null && found == null ? Outcome.FOUND : next(chain, value, found);
    }

    private Jsonb variable(String name) {
        var given = (Jsonb.Obj) variables;
        if (given == null) {
            return Jsonb.Nil.INSTANCE;
        }
        var value = given.get(name);
        if (value == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "could not find jsonpath variable \"" + name + "\"");
        }
        base = new Base(given, 1);
        return value;
    }

    private Outcome key(
            Chain chain,
            String name,
            Object value,
            @Nullable JsonPathSequence found,
            boolean unwrap) {
        if (value instanceof Jsonb.Obj object) {
            var member = object.get(name);
            if (member != null) {
                return next(chain, member, found);
            }
            return forgiving
                    ? Outcome.NONE
                    : error(
                            SqlState.SQL_JSON_MEMBER_NOT_FOUND,
                            "JSON object does not contain key \"" + name + "\"");
        }
        if (unwrap && value instanceof Jsonb.Arr array) {
            return elements(chain, array, found, false);
        }
        return forgiving
                ? Outcome.NONE
                : error(
                        SqlState.SQL_JSON_MEMBER_NOT_FOUND,
                        "jsonpath member accessor can only be applied to an object");
    }

    /** executeItemUnwrapTargetArray: the chain over each element. */
    private Outcome elements(
            @Nullable Chain chain,
            Jsonb.Arr array,
            @Nullable JsonPathSequence found,
            boolean unwrap) {
        return descendants(chain, array, found, 1, 1, 1, false, unwrap);
    }

    private Outcome anyDepth(
            Chain chain, int first, int last, Object value, @Nullable JsonPathSequence found) {
        var outcome = Outcome.NONE;
        if (first == 0) {
            boolean saved = forgiving;
            forgiving = true;
            outcome = next(chain, value, found);
            forgiving = saved;
            if (outcome == Outcome.FOUND && found == null) {
                return outcome;
            }
        }
        if (value instanceof Jsonb.Obj || value instanceof Jsonb.Arr) {
            outcome = descendants(chain.next(), value, found, 1, first, last, true, path.lax());
        }
        return outcome;
    }

    private static List<Jsonb> children(Object container) {
        return switch (container) {
            case Jsonb.Arr(var elements) -> elements;
            case Jsonb.Obj(var members) -> members.stream().map(Jsonb.Member::value).toList();
            default -> List.of();
        };
    }

    /** executeAnyItem: what lies below a container, from one depth to another. */
    private Outcome descendants(
            @Nullable Chain chain,
            Object container,
            @Nullable JsonPathSequence found,
            int level,
            int first,
            int last,
            boolean forgive,
            boolean unwrap) {
        var outcome = Outcome.NONE;
        if (level > last) {
            return outcome;
        }
        boolean leaves = first == JsonPath.Descendants.LEAF && last == JsonPath.Descendants.LEAF;
        for (var child : children(container)) {
            boolean nested = !child.isScalar();
            if (level >= first || leaves && !nested) {
                if (chain == null) {
                    if (found == null) {
                        return Outcome.FOUND;
                    }
                    found.add(child);
                } else {
                    boolean saved = forgiving;
                    forgiving |= forgive;
                    outcome = item(chain, child, found, unwrap);
                    forgiving = saved;
                    if (outcome == Outcome.ERROR || outcome == Outcome.FOUND && found == null) {
                        break;
                    }
                }
            }
            if (level < last && nested) {
                outcome = descendants(chain, child, found, level + 1, first, last, forgive, unwrap);
                if (outcome == Outcome.ERROR || outcome == Outcome.FOUND && found == null) {
                    break;
                }
            }
        }
        return outcome;
    }

    private Outcome subscripts(
            Chain chain,
            List<JsonPath.Range> ranges,
            Object value,
            @Nullable JsonPathSequence found) {
        var elements = value instanceof Jsonb.Arr array ? array.elements() : null;
        if (elements == null && !path.lax()) {
            return forgiving
                    ? Outcome.NONE
                    : error(
                            SqlState.SQL_JSON_ARRAY_NOT_FOUND,
                            "jsonpath array accessor can only be applied to an array");
        }
        int saved = arraySize;
        int size = elements == null ? 1 : elements.size();
        arraySize = size;
        var outcome = Outcome.NONE;
        for (var range : ranges) {
            var from = index(range.from(), value);
            var to = range.to() == null ? from : from == null ? null : index(range.to(), value);
            if (from == null || to == null) {
                outcome = Outcome.ERROR;
                break;
            }
            if (!forgiving && (from < 0 || from > to || to >= size)) {
                arraySize = saved;
                return error(
                        SqlState.INVALID_SQL_JSON_SUBSCRIPT,
                        "jsonpath array subscript is out of bounds");
            }
            outcome = Outcome.NONE;
            for (int i = Math.max(0, from); i <= Math.min(to, size - 1); i++) {
                if (chain.next() == null && found == null) {
                    arraySize = saved;
                    return Outcome.FOUND;
                }
                outcome = next(chain, elements == null ? value : elements.get(i), found);
                if (outcome == Outcome.ERROR || outcome == Outcome.FOUND && found == null) {
                    break;
                }
            }
            if (outcome == Outcome.ERROR || outcome == Outcome.FOUND && found == null) {
                break;
            }
        }
        arraySize = saved;
        return outcome;
    }

    /** A subscript's value; null after an error. */
    private @Nullable Integer index(Chain chain, Object value) {
        var found = new JsonPathSequence();
        if (item(chain, value, found) == Outcome.ERROR) {
            return null;
        }
        if (found.size() != 1 || !(found.items().getFirst() instanceof Jsonb.Num(var number))) {
            error(
                    SqlState.INVALID_SQL_JSON_SUBSCRIPT,
                    "jsonpath array subscript is not a single numeric value");
            return null;
        }
        try {
            return number.truncate(0).toBigDecimal().intValueExact();
        } catch (ArithmeticException wide) {
            error(
                    SqlState.INVALID_SQL_JSON_SUBSCRIPT,
                    "jsonpath array subscript is out of integer range");
            return null;
        }
    }

    // Operands.

    /** executeItemOptUnwrapResult: an operand's items, arrays taken apart in lax mode. */
    private Outcome operand(Chain chain, Object value, boolean unwrap, JsonPathSequence found) {
        if (!unwrap || !path.lax()) {
            return item(chain, value, found);
        }
        var whole = new JsonPathSequence();
        if (item(chain, value, whole) == Outcome.ERROR) {
            return Outcome.ERROR;
        }
        for (var each : whole.items()) {
            if (each instanceof Jsonb.Arr(var elements)) {
                elements.forEach(found::add);
            } else {
                found.add(each);
            }
        }
        return Outcome.FOUND;
    }

    private Outcome quietOperand(
            Chain chain, Object value, boolean unwrap, JsonPathSequence found) {
        boolean saved = throwing;
        throwing = false;
        try {
            return operand(chain, value, unwrap, found);
        } finally {
            throwing = saved;
        }
    }

    private Outcome arithmetic(
            Chain chain,
            Operator operator,
            Chain left,
            Chain right,
            Object value,
            @Nullable JsonPathSequence found) {
        var lefts = new JsonPathSequence();
        var rights = new JsonPathSequence();
        if (operand(left, value, true, lefts) == Outcome.ERROR
                || operand(right, value, true, rights) == Outcome.ERROR) {
            return Outcome.ERROR;
        }
        if (lefts.size() != 1 || !(lefts.items().getFirst() instanceof Jsonb.Num(var a))) {
            return error(
                    SqlState.SINGLETON_SQL_JSON_ITEM_REQUIRED,
                    "left operand of jsonpath operator "
                            + operator.symbol()
                            + " is not a single numeric value");
        }
        if (rights.size() != 1 || !(rights.items().getFirst() instanceof Jsonb.Num(var b))) {
            return error(
                    SqlState.SINGLETON_SQL_JSON_ITEM_REQUIRED,
                    "right operand of jsonpath operator "
                            + operator.symbol()
                            + " is not a single numeric value");
        }
        Numeric result;
        try {
            result =
                    switch (operator) {
                        case ADD -> a.add(b);
                        case SUBTRACT -> a.subtract(b);
                        case MULTIPLY -> a.multiply(b);
                        case DIVIDE -> a.divide(b);
                        default -> a.remainder(b);
                    };
        } catch (SqlException wrong) {
            if (throwing) {
                throw wrong;
            }
            return Outcome.ERROR;
        }
        return literal(chain, number(result), found);
    }

    private Outcome sign(
            Chain chain,
            Operator operator,
            Chain operand,
            Object value,
            @Nullable JsonPathSequence found) {
        var values = new JsonPathSequence();
        if (operand(operand, value, true, values) == Outcome.ERROR) {
            return Outcome.ERROR;
        }
        boolean onlyWhether = found == null && chain.next() == null;
        var outcome = Outcome.NONE;
        for (var each : values.items()) {
            if (!(each instanceof Jsonb.Num(var number))) {
                if (onlyWhether) {
                    continue;
                }
                return error(
                        SqlState.SQL_JSON_NUMBER_NOT_FOUND,
                        "operand of unary jsonpath operator "
                                + operator.symbol()
                                + " is not a numeric value");
            }
            if (onlyWhether) {
                return Outcome.FOUND;
            }
            var signed = operator == Operator.MINUS ? number.negate() : number;
            var one = next(chain, number(signed), found);
            if (one == Outcome.ERROR || one == Outcome.FOUND && found == null) {
                return one;
            }
            outcome = one == Outcome.FOUND ? one : outcome;
        }
        return outcome;
    }

    // Conditions.

    private Outcome truth(Chain chain, Truth truth, @Nullable JsonPathSequence found) {
        return literal(
                chain,
                truth == Truth.UNKNOWN ? Jsonb.Nil.INSTANCE : bool(truth == Truth.TRUE),
                found);
    }

    private Truth condition(Chain chain, Object value) {
        return switch (chain.item()) {
            case JsonPath.Not(var operand) ->
                    switch (condition(operand, value)) {
                        case TRUE -> Truth.FALSE;
                        case FALSE -> Truth.TRUE;
                        case UNKNOWN -> Truth.UNKNOWN;
                    };
            case JsonPath.IsUnknown(var operand) ->
                    Truth.of(condition(operand, value) == Truth.UNKNOWN);
            case JsonPath.Exists(var operand) -> exists(operand, value);
            case JsonPath.LikeRegex like -> {
                var pattern = JsonPathItems.pattern(like);
                yield predicate(
                        like.operand(),
                        null,
                        value,
                        false,
                        (left, _) ->
                                left instanceof Jsonb.Str(var text)
                                        ? Truth.of(pattern.matcher(text).find())
                                        : Truth.UNKNOWN);
            }
            case JsonPath.Binary(var operator, var left, var right) ->
                    binary(operator, left, right, value);
            default -> throw SqlException.internal("no condition: " + chain.item());
        };
    }

    private Truth binary(Operator operator, Chain left, Chain right, Object value) {
        return switch (operator) {
            case AND -> {
                var first = condition(left, value);
                if (first == Truth.FALSE) {
                    yield first;
                }
                var second = condition(right, value);
                yield second == Truth.TRUE ? first : second;
            }
            case OR -> {
                var first = condition(left, value);
                if (first == Truth.TRUE) {
                    yield first;
                }
                var second = condition(right, value);
                yield second == Truth.FALSE ? first : second;
            }
            case STARTS_WITH -> predicate(left, right, value, false, JsonPathItems::startsWith);
            default ->
                    predicate(
                            left,
                            right,
                            value,
                            true,
                            (a, b) -> JsonPathItems.compare(operator, a, b, zoneAllowed, zone));
        };
    }

    private Truth exists(Chain operand, Object value) {
        boolean saved = throwing;
        throwing = false;
        try {
            if (!path.lax()) {
                var all = new JsonPathSequence();
                var outcome = item(operand, value, all);
                return outcome == Outcome.ERROR ? Truth.UNKNOWN : Truth.of(!all.isEmpty());
            }
            var outcome = item(operand, value, null);
            return outcome == Outcome.ERROR ? Truth.UNKNOWN : Truth.of(outcome == Outcome.FOUND);
        } finally {
            throwing = saved;
        }
    }

    /**
     * Whether a test holds for any pair of items. In strict mode all pairs are looked at, as an
     * error in any makes it unknown.
     */
    private Truth predicate(
            Chain left, @Nullable Chain right, Object value, boolean unwrapRight, Test test) {
        var lefts = new JsonPathSequence();
        if (quietOperand(left, value, true, lefts) == Outcome.ERROR) {
            return Truth.UNKNOWN;
        }
        List<@Nullable Object> rights = java.util.Collections.singletonList(null);
        if (right != null) {
            var items = new JsonPathSequence();
            if (quietOperand(right, value, unwrapRight, items) == Outcome.ERROR) {
                return Truth.UNKNOWN;
            }
            rights = java.util.Collections.unmodifiableList(items.items());
        }
        boolean strict = !path.lax();
        boolean unknown = false;
        boolean holds = false;
        for (var one : lefts.items()) {
            for (var other : rights) {
                switch (test.of(one, other)) {
                    case UNKNOWN -> {
                        if (strict) {
                            return Truth.UNKNOWN;
                        }
                        unknown = true;
                    }
                    case TRUE -> {
                        if (!strict) {
                            return Truth.TRUE;
                        }
                        holds = true;
                    }
                    case FALSE -> {
                        // The next pair may do.
                    }
                }
            }
        }
        return holds ? Truth.TRUE : unknown ? Truth.UNKNOWN : Truth.FALSE;
    }

    // Methods.

    private Outcome method(
            Chain chain,
            JsonPath.Method method,
            Object value,
            @Nullable JsonPathSequence found,
            boolean unwrap) {
        switch (method) {
            case TYPE -> {
                return next(chain, new Jsonb.Str(JsonPathItems.typeName(value)), found);
            }
            case SIZE -> {
                if (value instanceof Jsonb.Arr(var elements)) {
                    return next(chain, number(Numeric.of((long) elements.size())), found);
                }
                if (path.lax()) {
                    return next(chain, number(Numeric.ONE), found);
                }
                return forgiving
                        ? Outcome.NONE
                        : error(
                                SqlState.SQL_JSON_ARRAY_NOT_FOUND,
                                "jsonpath item method .size() can only be applied to an array");
            }
            default -> {
                // The others take arrays apart.
            }
        }
        if (unwrap && value instanceof Jsonb.Arr array) {
            return elements(chain, array, found, false);
        }
        if (method == JsonPath.Method.KEYVALUE) {
            return keyValue(chain, value, found);
        }
        if (method == JsonPath.Method.DOUBLE) {
            return toDouble(chain, value, found);
        }
        if (!(value instanceof Jsonb.Num(var number))) {
            return error(
                    SqlState.NON_NUMERIC_SQL_JSON_ITEM,
                    "jsonpath item method ."
                            + method.word()
                            + "() can only be applied to a numeric value");
        }
        var result =
                switch (method) {
                    case ABS -> number.abs();
                    case FLOOR -> number.floor();
                    default -> number.ceil();
                };
        return literal(chain, number(result), found);
    }

    private Outcome toDouble(Chain chain, Object value, @Nullable JsonPathSequence found) {
        switch (value) {
            case Jsonb.Num(var number) -> {
                if (JsonPathItems.finiteDouble(number.toString()) == null) {
                    return error(
                            SqlState.NON_NUMERIC_SQL_JSON_ITEM,
                            "numeric argument of jsonpath item method .double() is out of range for"
                                    + " type double precision");
                }
                return next(chain, value, found);
            }
            case Jsonb.Str(var text) -> {
                var number = JsonPathItems.finiteDouble(text);
                if (number == null) {
                    return error(
                            SqlState.NON_NUMERIC_SQL_JSON_ITEM,
                            "string argument of jsonpath item method .double() is not a valid"
                                    + " representation of a double precision number");
                }
                return next(chain, number(Numeric.of(number.doubleValue())), found);
            }
            default -> {
                return error(
                        SqlState.NON_NUMERIC_SQL_JSON_ITEM,
                        "jsonpath item method .double() can only be applied to a string or numeric"
                                + " value");
            }
        }
    }

    private Outcome keyValue(Chain chain, Object value, @Nullable JsonPathSequence found) {
        if (!(value instanceof Jsonb.Obj object)) {
            return error(
                    SqlState.SQL_JSON_OBJECT_NOT_FOUND,
                    "jsonpath item method .keyvalue() can only be applied to an object");
        }
        if (object.members().isEmpty()) {
            return Outcome.NONE;
        }
        if (chain.next() == null && found == null) {
            return Outcome.FOUND;
        }
        var document = base.document();
        long offset = document == null ? 0 : JsonbLayout.offset(document, object);
        var id = number(Numeric.of(offset + base.id() * ID_STEP));
        var outcome = Outcome.FOUND;
        for (var member : object.members()) {
            var pair =
                    new JsonbBuilder()
                            .put("key", new Jsonb.Str(member.key()))
                            .put("value", member.value())
                            .put("id", id)
                            .build();
            var saved = base;
            base = new Base(pair, nextId++);
            outcome = next(chain, pair, found);
            base = saved;
            if (outcome == Outcome.ERROR || outcome == Outcome.FOUND && found == null) {
                break;
            }
        }
        return outcome;
    }

    private Outcome datetime(
            Chain chain,
            @Nullable String template,
            Object value,
            @Nullable JsonPathSequence found) {
        if (!(value instanceof Jsonb.Str(var text))) {
            return error(
                    SqlState.INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION,
                    "jsonpath item method .datetime() can only be applied to a string");
        }
        ParseDates.@Nullable Moment moment;
        if (template == null) {
            moment = JsonPathItems.anyDatetime(text);
            if (moment == null) {
                if (!throwing) {
                    return Outcome.ERROR;
                }
                throw new SqlException(
                                SqlState.INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION,
                                "datetime format is not recognized: \"" + text + "\"")
                        .withHint(
                                "Use a datetime template argument to specify the input data"
                                        + " format.");
            }
        } else {
            DateTemplate.checkStandard(DateTemplate.parse(template));
            try {
                moment = ParseDates.datetime(text, template);
            } catch (SqlException wrong) {
                if (throwing) {
                    throw wrong;
                }
                return Outcome.ERROR;
            }
        }
        return chain.next() == null && found == null ? Outcome.FOUND : next(chain, moment, found);
    }

    /** An item as a value of jsonb: moments as the text that to_jsonb gives. */
    static Jsonb json(Object item) {
        return item instanceof ParseDates.Moment moment
                ? new Jsonb.Str(JsonPathItems.text(moment))
                : (Jsonb) item;
    }
}
