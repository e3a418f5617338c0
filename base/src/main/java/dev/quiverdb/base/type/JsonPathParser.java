package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.JsonPath.Chain;
import dev.quiverdb.base.type.JsonPath.Item;
import dev.quiverdb.base.type.JsonPath.Method;
import dev.quiverdb.base.type.JsonPath.Operator;
import dev.quiverdb.base.type.JsonPathLexer.Kind;
import java.util.ArrayList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a jsonpath by the grammar of jsonpath_gram.y. Expressions and conditions are read by one
 * descent, since both may begin with a bracket; {@link JsonPath#isCondition} tells them apart
 * afterwards.
 */
final class JsonPathParser {
    /** As deep as PostgreSQL's stack would let it go, roughly; ours recurses too. */
    private static final int DEPTH_MAX = 3_000;

    private final String source;
    private final JsonPathLexer in;
    private int depth;

    JsonPathParser(String source) {
        this.source = source;
        in = new JsonPathLexer(source);
    }

    JsonPath parse() {
        if (in.kind() == Kind.END) {
            throw new SqlException(
                    SqlState.INVALID_TEXT_REPRESENTATION,
                    "invalid input syntax for type jsonpath: \"" + source + "\"");
        }
        boolean strict = in.isWord("strict");
        if (strict || in.isWord("lax")) {
            in.advance();
        }
        var root = or();
        if (in.kind() != Kind.END) {
            throw in.syntaxError();
        }
        check(root, 0, false);
        return new JsonPath(!strict, root);
    }

    private static boolean isCondition(Chain chain) {
        return chain.next() == null && JsonPath.isCondition(chain.item());
    }

    private Chain condition(Chain chain) {
        if (!isCondition(chain)) {
            throw in.syntaxError();
        }
        return chain;
    }

    private Chain expression(Chain chain) {
        if (isCondition(chain)) {
            throw in.syntaxError();
        }
        return chain;
    }

    private void symbol(String symbol) {
        if (!in.isSymbol(symbol)) {
            throw in.syntaxError();
        }
        in.advance();
    }

    private void word(String word) {
        if (!in.isWord(word)) {
            throw in.syntaxError();
        }
        in.advance();
    }

    private static Chain binary(Operator operator, Chain left, Chain right) {
        return Chain.of(new JsonPath.Binary(operator, left, right));
    }

    private Chain or() {
        if (++depth > DEPTH_MAX) {
            throw new SqlException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        }
        var left = and();
        while (in.isSymbol("||")) {
            condition(left);
            in.advance();
            left = binary(Operator.OR, left, condition(and()));
        }
        depth--;
        return left;
    }

    private Chain and() {
        var left = predicate();
        while (in.isSymbol("&&")) {
            condition(left);
            in.advance();
            left = binary(Operator.AND, left, condition(predicate()));
        }
        return left;
    }

    private Chain predicate() {
        if (in.isSymbol("!")) {
            in.advance();
            return Chain.of(new JsonPath.Not(delimited()));
        }
        if (in.isWord("exists")) {
            return delimited();
        }
        var left = sum();
        var operator = comparison();
        if (operator != null) {
            expression(left);
            in.advance();
            return binary(operator, left, expression(sum()));
        }
        if (in.isWord("starts")) {
            expression(left);
            in.advance();
            word("with");
            return binary(Operator.STARTS_WITH, left, initial());
        }
        if (in.isWord("like_regex")) {
            expression(left);
            in.advance();
            return likeRegex(left);
        }
        return left;
    }

    private @Nullable Operator comparison() {
        if (in.kind() != Kind.SYMBOL) {
            return null;
        }
        return switch (in.text()) {
            case "==" -> Operator.EQUAL;
            case "!=" -> Operator.NOT_EQUAL;
            case "<" -> Operator.LESS;
            case ">" -> Operator.GREATER;
            case "<=" -> Operator.LESS_EQUAL;
            case ">=" -> Operator.GREATER_EQUAL;
            default -> null;
        };
    }

    private Chain delimited() {
        if (in.isWord("exists")) {
            in.advance();
            symbol("(");
            var operand = expression(or());
            symbol(")");
            return Chain.of(new JsonPath.Exists(operand));
        }
        symbol("(");
        var operand = condition(or());
        symbol(")");
        return operand;
    }

    private Chain initial() {
        Item item =
                switch (in.kind()) {
                    case STRING -> new JsonPath.Text(in.text());
                    case VARIABLE -> new JsonPath.Variable(in.text());
                    default -> throw in.syntaxError();
                };
        in.advance();
        return Chain.of(item);
    }

    private String string() {
        if (in.kind() != Kind.STRING) {
            throw in.syntaxError();
        }
        var text = in.text();
        in.advance();
        return text;
    }

    private Chain likeRegex(Chain operand) {
        var pattern = string();
        var flags = "";
        if (in.isWord("flag")) {
            in.advance();
            flags = flags(string());
        }
        return Chain.of(new JsonPath.LikeRegex(operand, pattern, flags));
    }

    private static String flags(String written) {
        for (int i = 0; i < written.length(); i++) {
            if ("ismxq".indexOf(written.charAt(i)) < 0) {
                throw new SqlException(
                                SqlState.SYNTAX_ERROR, "invalid input syntax for type jsonpath")
                        .withDetail(
                                "Unrecognized flag character \""
                                        + Character.toString(written.codePointAt(i))
                                        + "\" in LIKE_REGEX predicate.");
            }
        }
        if (written.indexOf('x') >= 0 && written.indexOf('q') < 0) {
            throw new SqlException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "XQuery \"x\" flag (expanded regular expressions) is not implemented");
        }
        var flags = new StringBuilder();
        for (char flag : "ismxq".toCharArray()) {
            if (written.indexOf(flag) >= 0) {
                flags.append(flag);
            }
        }
        return flags.toString();
    }

    private Chain sum() {
        var left = product();
        while (in.isSymbol("+") || in.isSymbol("-")) {
            var operator = in.isSymbol("+") ? Operator.ADD : Operator.SUBTRACT;
            expression(left);
            in.advance();
            left = binary(operator, left, expression(product()));
        }
        return left;
    }

    private Chain product() {
        var left = signed();
        while (in.isSymbol("*") || in.isSymbol("/") || in.isSymbol("%")) {
            var operator =
                    switch (in.text()) {
                        case "*" -> Operator.MULTIPLY;
                        case "/" -> Operator.DIVIDE;
                        default -> Operator.MODULO;
                    };
            expression(left);
            in.advance();
            left = binary(operator, left, expression(signed()));
        }
        return left;
    }

    private Chain signed() {
        if (!in.isSymbol("+") && !in.isSymbol("-")) {
            return path();
        }
        boolean plus = in.isSymbol("+");
        in.advance();
        if (++depth > DEPTH_MAX) {
            throw new SqlException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        }
        var operand = expression(signed());
        depth--;
        if (operand.item() instanceof JsonPath.Num(var number) && operand.next() == null) {
            return plus ? operand : Chain.of(new JsonPath.Num(number.negate()));
        }
        return Chain.of(new JsonPath.Sign(plus ? Operator.PLUS : Operator.MINUS, operand));
    }

    private Chain path() {
        Chain head;
        if (in.isSymbol("(")) {
            in.advance();
            head = or();
            symbol(")");
            if (isCondition(head) && in.isWord("is")) {
                in.advance();
                word("unknown");
                return Chain.of(new JsonPath.IsUnknown(head));
            }
        } else {
            head = Chain.of(primary());
        }
        var accessor = accessor();
        while (accessor != null) {
            head = head.then(Chain.of(accessor));
            accessor = accessor();
        }
        return head;
    }

    private Item primary() {
        Item item;
        switch (in.kind()) {
            case STRING -> item = new JsonPath.Text(in.text());
            case INTEGER, DECIMAL -> item = new JsonPath.Num(Numeric.parse(in.text()));
            case VARIABLE -> item = new JsonPath.Variable(in.text());
            case WORD -> {
                if (in.isWord("null")) {
                    item = new JsonPath.Null();
                } else if (in.isWord("true") || in.isWord("false")) {
                    item = new JsonPath.Bool(in.isWord("true"));
                } else if (in.isWord("last")) {
                    item = new JsonPath.Last();
                } else {
                    throw in.syntaxError();
                }
            }
            default -> {
                if (in.isSymbol("$")) {
                    item = new JsonPath.Root();
                } else if (in.isSymbol("@")) {
                    item = new JsonPath.Current();
                } else {
                    throw in.syntaxError();
                }
            }
        }
        in.advance();
        return item;
    }

    private @Nullable Item accessor() {
        if (in.isSymbol("[")) {
            in.advance();
            return brackets();
        }
        if (in.isSymbol("?")) {
            in.advance();
            symbol("(");
            var condition = condition(or());
            symbol(")");
            return new JsonPath.Filter(condition);
        }
        if (!in.isSymbol(".")) {
            return null;
        }
        in.advance();
        if (in.isSymbol("*")) {
            in.advance();
            return new JsonPath.AnyKey();
        }
        if (in.isSymbol("**")) {
            in.advance();
            return descendants();
        }
        return member();
    }

    private Item member() {
        if (in.kind() != Kind.WORD && in.kind() != Kind.STRING) {
            throw in.syntaxError();
        }
        boolean isWord = in.kind() == Kind.WORD;
        var name = in.text();
        in.advance();
        if (!isWord || !in.isSymbol("(")) {
            return new JsonPath.Key(name);
        }
        if (name.equalsIgnoreCase("datetime")) {
            in.advance();
            var template = in.kind() == Kind.STRING ? string() : null;
            symbol(")");
            return new JsonPath.Datetime(template);
        }
        for (var method : Method.values()) {
            if (method.word().equals(name.toLowerCase(Locale.ROOT))) {
                in.advance();
                symbol(")");
                return new JsonPath.Call(method);
            }
        }
        throw in.syntaxError();
    }

    private Item brackets() {
        if (in.isSymbol("*")) {
            in.advance();
            symbol("]");
            return new JsonPath.AnyElement();
        }
        var ranges = new ArrayList<JsonPath.Range>();
        while (true) {
            var from = expression(or());
            Chain to = null;
            if (in.isWord("to")) {
                in.advance();
                to = expression(or());
            }
            ranges.add(new JsonPath.Range(from, to));
            if (!in.isSymbol(",")) {
                break;
            }
            in.advance();
        }
        symbol("]");
        return new JsonPath.Elements(ranges);
    }

    private Item descendants() {
        if (!in.isSymbol("{")) {
            return new JsonPath.Descendants(0, JsonPath.Descendants.LEAF);
        }
        in.advance();
        int first = level();
        int last = first;
        if (in.isWord("to")) {
            in.advance();
            last = level();
        }
        symbol("}");
        return new JsonPath.Descendants(first, last);
    }

    private int level() {
        if (in.isWord("last")) {
            in.advance();
            return JsonPath.Descendants.LEAF;
        }
        if (in.kind() != Kind.INTEGER) {
            throw in.syntaxError();
        }
        int level = (Integer) Types.INT4.parse(in.text(), -1, TypeContext.DEFAULT);
        in.advance();
        return level;
    }

    /** Refuses {@code @} outside of filters and {@code last} outside of subscripts. */
    private static void check(Chain chain, int filters, boolean subscript) {
        switch (chain.item()) {
            case JsonPath.Current _ -> {
                if (filters == 0) {
                    throw new SqlException(
                            SqlState.SYNTAX_ERROR, "@ is not allowed in root expressions");
                }
            }
            case JsonPath.Last _ -> {
                if (!subscript) {
                    throw new SqlException(
                            SqlState.SYNTAX_ERROR, "LAST is allowed only in array subscripts");
                }
            }
            case JsonPath.Binary(_, var left, var right) -> {
                check(left, filters, subscript);
                check(right, filters, subscript);
            }
            case JsonPath.Sign(_, var operand) -> check(operand, filters, subscript);
            case JsonPath.Not(var operand) -> check(operand, filters, subscript);
            case JsonPath.IsUnknown(var operand) -> check(operand, filters, subscript);
            case JsonPath.Exists(var operand) -> check(operand, filters, subscript);
            case JsonPath.LikeRegex(var operand, _, _) -> check(operand, filters, subscript);
            case JsonPath.Filter(var condition) -> check(condition, filters + 1, subscript);
            case JsonPath.Elements(var ranges) -> {
                for (var range : ranges) {
                    check(range.from(), filters, true);
                    var to = range.to();
                    if (to != null) {
                        check(to, filters, true);
                    }
                }
            }
            default -> {
                // Has no operands.
            }
        }
        var next = chain.next();
        if (next != null) {
            check(next, filters, subscript);
        }
    }
}
