package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Expressions: precedence climbing over PostgreSQL's table. Two grammars share it, the full one
 * ({@code a_expr}) and the restricted one ({@code b_expr}) for places where words such as IN or NOT
 * would be ambiguous.
 */
abstract class ExpressionParser extends PrimaryParser {

    private static final int OR = 1;
    private static final int AND = 2;
    private static final int NOT = 3;
    private static final int IS = 4;
    private static final int COMPARISON = 5;
    private static final int MATCH = 6;
    private static final int OPERATOR = 10;
    private static final int SUM = 11;
    private static final int PRODUCT = 12;
    private static final int POWER = 13;
    private static final int AT = 14;
    private static final int COLLATE = 15;
    private static final int SIGN = 16;

    /** What may be parsed: everything, everything before a bare column label, or {@code b_expr}. */
    private enum Mode {
        FULL,
        LABEL,
        RESTRICTED
    }

    /** Whether the expression parsed last was a {@code c_expr}, with no operator around it. */
    private boolean primaryOnly;

    /** Set while the first argument of SUBSTRING is read. */
    boolean inSubstring;

    ExpressionParser(Tokens tokens) {
        super(tokens);
    }

    @Override
    final Expr expression() {
        return expression(0, Mode.FULL);
    }

    @Override
    final Expr restrictedExpression() {
        return expression(0, Mode.RESTRICTED);
    }

    /** An expression behind which a column label may stand without AS. */
    final Expr targetExpression() {
        return expression(0, Mode.LABEL);
    }

    @Override
    final Expr continueExpression(Expr left, int start) {
        if (is(Token.OVERLAPS) && left instanceof Expr.Row row && row.start() == start) {
            return operators(overlaps(row, start), start, 0, Mode.FULL);
        }
        return operators(left, start, 0, Mode.FULL);
    }

    final boolean lastWasPrimary() {
        return primaryOnly;
    }

    private Expr expression(int minimum, Mode mode) {
        var start = offset();
        primaryOnly = false;
        switch (kind()) {
            case PLUS -> {
                at++;
                var operand = expression(SIGN, inner(mode));
                var plus = new Expr.Operator(span(start), List.of("+"), null, operand);
                return operators(plus, start, minimum, mode);
            }
            case MINUS -> {
                at++;
                var operand = expression(SIGN, inner(mode));
                return operators(negate(operand, start), start, minimum, mode);
            }
            case OP -> {
                var name = List.of(value(at++));
                return prefix(name, start, minimum, mode);
            }
            case OPERATOR -> {
                if (kind(1) == Token.LPAREN) {
                    return prefix(operatorName(), start, minimum, mode);
                }
            }
            case NOT, NOT_LA -> {
                if (mode != Mode.RESTRICTED) {
                    at++;
                    var operand = expression(NOT, Mode.FULL);
                    var not = new Expr.Bool(span(start), Expr.BoolOperator.NOT, List.of(operand));
                    return operators(not, start, minimum, mode);
                }
            }
            case DEFAULT -> {
                if (mode != Mode.RESTRICTED) {
                    at++;
                    return operators(new Expr.Default(span(start)), start, minimum, mode);
                }
            }
            case UNIQUE -> {
                if (mode != Mode.RESTRICTED) {
                    throw uniquePredicate(start);
                }
            }
            default -> {}
        }
        var primary = primary();
        if (is(Token.OVERLAPS)
                && mode != Mode.RESTRICTED
                && primary instanceof Expr.Row row
                && row.start() == start) {
            return operators(overlaps(row, start), start, minimum, mode);
        }
        primaryOnly = true;
        return operators(primary, start, minimum, mode);
    }

    private static Mode inner(Mode mode) {
        return mode == Mode.RESTRICTED ? Mode.RESTRICTED : Mode.FULL;
    }

    private Expr prefix(List<String> name, int start, int minimum, Mode mode) {
        var operand = expression(OPERATOR, inner(mode));
        var operator = new Expr.Operator(span(start), name, null, operand);
        return operators(operator, start, minimum, mode);
    }

    private RuntimeException uniquePredicate(int start) {
        at++;
        if (accept(Token.NULLS)) {
            accept(Token.NOT);
            expect(Token.DISTINCT);
        }
        queryInParens();
        return error(
                SqlState.FEATURE_NOT_SUPPORTED, "UNIQUE predicate is not yet implemented", start);
    }

    private Expr overlaps(Expr.Row left, int start) {
        var offset = offset();
        at++;
        var rightStart = offset();
        if (!isAny(Token.ROW, Token.LPAREN)) {
            throw fail();
        }
        var right = primary();
        if (!(right instanceof Expr.Row row) || row.start() != rightStart) {
            throw fail();
        }
        if (left.fields().size() != 2) {
            throw syntax("wrong number of parameters on left side of OVERLAPS expression", start);
        }
        if (row.fields().size() != 2) {
            throw syntax(
                    "wrong number of parameters on right side of OVERLAPS expression", rightStart);
        }
        var arguments = new ArrayList<>(left.fields());
        arguments.addAll(row.fields());
        return call("overlaps", arguments, true, span(offset, start));
    }

    /** Folds a minus into a number, so that it keeps its text until its type is known. */
    final Expr negate(Expr operand, int start) {
        if (operand instanceof Expr.Literal number) {
            switch (number.kind()) {
                case INTEGER, BIGINT, NUMERIC -> {
                    var text = number.text();
                    var negated = text.startsWith("-") ? text.substring(1) : "-" + text;
                    return new Expr.Literal(span(start), numberKind(negated), negated);
                }
                default -> {}
            }
        }
        return new Expr.Operator(span(start), List.of("-"), null, operand);
    }

    /** Everything that follows an operand and binds tighter than {@code minimum}. */
    private Expr operators(Expr first, int start, int minimum, Mode mode) {
        var left = first;
        while (true) {
            var next = infix(left, start, minimum, mode);
            if (next == null) {
                return left;
            }
            left = next;
            primaryOnly = false;
        }
    }

    /** One operator behind {@code left}, or null if none that binds tighter follows. */
    private @Nullable Expr infix(Expr left, int start, int minimum, Mode mode) {
        var kind = kind();
        return switch (kind) {
            case TYPECAST -> {
                var offset = offset();
                at++;
                var type = typeName();
                yield new Expr.Cast(span(offset, start), left, type);
            }
            case PLUS, MINUS -> minimum < SUM ? binary(left, start, SUM, mode) : null;
            case STAR, SLASH, PERCENT ->
                    minimum < PRODUCT ? binary(left, start, PRODUCT, mode) : null;
            case CARET -> minimum < POWER ? binary(left, start, POWER, mode) : null;
            case LT, GT, EQ, LESS_EQUALS, GREATER_EQUALS, NOT_EQUALS ->
                    minimum < COMPARISON ? binary(left, start, COMPARISON, mode) : null;
            case OP -> minimum < OPERATOR ? binary(left, start, OPERATOR, mode) : null;
            case OPERATOR -> {
                if (mode == Mode.LABEL && minimum == 0 && kind(1) != Token.LPAREN) {
                    yield null;
                }
                yield minimum < OPERATOR ? binary(left, start, OPERATOR, mode) : null;
            }
            case IS -> minimum >= IS || isLabel(mode, minimum) ? null : is(left, start, mode);
            default -> mode == Mode.RESTRICTED ? null : word(kind, left, start, minimum, mode);
        };
    }

    /** Operators that are words and exist in the full grammar alone. */
    private @Nullable Expr word(Token kind, Expr left, int start, int minimum, Mode mode) {
        return switch (kind) {
            case AND ->
                    minimum >= AND || isLabel(mode, minimum)
                            ? null
                            : chain(
                                    left,
                                    start,
                                    Expr.BoolOperator.AND,
                                    Token.AND,
                                    AND,
                                    mode,
                                    minimum);
            case OR ->
                    minimum >= OR || isLabel(mode, minimum)
                            ? null
                            : chain(left, start, Expr.BoolOperator.OR, Token.OR, OR, mode, minimum);
            case ISNULL, NOTNULL -> {
                if (minimum >= IS) {
                    yield null;
                }
                var offset = offset();
                at++;
                yield new Expr.IsNull(span(offset, start), left, kind == Token.NOTNULL);
            }
            case COLLATE -> {
                if (minimum >= COLLATE || isLabel(mode, minimum)) {
                    yield null;
                }
                var offset = offset();
                at++;
                var collation = anyName();
                yield new Expr.Collate(span(offset, start), left, collation);
            }
            case AT -> {
                if (minimum >= AT || isLabel(mode, minimum)) {
                    yield null;
                }
                var offset = offset();
                at++;
                expect(Token.TIME, Token.ZONE);
                var zone = expression(AT, Mode.FULL);
                yield call("timezone", List.of(zone, left), true, span(offset, start));
            }
            case NOT_LA -> {
                if (minimum >= MATCH) {
                    yield null;
                }
                var offset = offset();
                at++;
                yield match(left, start, offset, true);
            }
            case BETWEEN, IN, LIKE, ILIKE, SIMILAR -> {
                if (minimum >= MATCH || isLabel(mode, minimum) || endsText(minimum)) {
                    yield null;
                }
                yield match(left, start, offset(), false);
            }
            default -> null;
        };
    }

    /** Whether SIMILAR here is that of SUBSTRING(text SIMILAR pattern ESCAPE character). */
    private boolean endsText(int minimum) {
        return inSubstring && minimum == 0 && is(Token.SIMILAR) && kind(1) != Token.TO;
    }

    /**
     * Whether the word here is the label of a column rather than an operator, which the token
     * behind it tells: only where no operator waits for its right side.
     */
    private boolean isLabel(Mode mode, int minimum) {
        if (mode != Mode.LABEL || minimum != 0 || !kind().bareLabel) {
            return false;
        }
        var next = kind(1);
        return switch (kind()) {
            case AT -> next != Token.TIME;
            case SIMILAR -> next != Token.TO;
            case IS ->
                    switch (next) {
                        case NOT,
                                NOT_LA,
                                NULL,
                                TRUE,
                                FALSE,
                                UNKNOWN,
                                DISTINCT,
                                DOCUMENT,
                                NORMALIZED,
                                NFC,
                                NFD,
                                NFKC,
                                NFKD ->
                                false;
                        default -> true;
                    };
            case IN -> next != Token.LPAREN;
            default ->
                    switch (next) {
                        case EOF,
                                SEMICOLON,
                                COMMA,
                                RPAREN,
                                FROM,
                                INTO,
                                WHERE,
                                GROUP,
                                HAVING,
                                WINDOW,
                                UNION,
                                INTERSECT,
                                EXCEPT,
                                ORDER,
                                LIMIT,
                                OFFSET,
                                FETCH,
                                FOR,
                                ON,
                                RETURNING,
                                WITH ->
                                true;
                        default -> false;
                    };
        };
    }

    private Expr chain(
            Expr left,
            int start,
            Expr.BoolOperator operator,
            Token word,
            int precedence,
            Mode mode,
            int minimum) {
        var offset =
                left instanceof Expr.Bool bool && bool.operator() == operator
                        ? bool.offset()
                        : offset();
        var operands = new ArrayList<Expr>();
        if (left instanceof Expr.Bool bool && bool.operator() == operator) {
            operands.addAll(bool.operands());
        } else {
            operands.add(left);
        }
        while (is(word) && !isLabel(mode, minimum)) {
            at++;
            operands.add(expression(precedence, Mode.FULL));
        }
        return new Expr.Bool(span(offset, start), operator, operands);
    }

    private Expr binary(Expr left, int start, int precedence, Mode mode) {
        var offset = offset();
        var name = operatorNameOrToken();
        if (mode != Mode.RESTRICTED && isQuantifier()) {
            return quantified(left, start, offset, name);
        }
        var right = expression(precedence, inner(mode));
        if (precedence == COMPARISON && isComparison(kind())) {
            throw fail();
        }
        return new Expr.Operator(span(offset, start), name, left, right);
    }

    private static boolean isComparison(Token kind) {
        return switch (kind) {
            case LT, GT, EQ, LESS_EQUALS, GREATER_EQUALS, NOT_EQUALS -> true;
            default -> false;
        };
    }

    private boolean isQuantifier() {
        return switch (kind()) {
            case ANY, SOME, ALL -> true;
            default -> false;
        };
    }

    /** {@code left op ANY|ALL (query or array)}, at the quantifier. */
    private Expr quantified(Expr left, int start, int offset, List<String> name) {
        var all = is(Token.ALL);
        at++;
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        var query = queryOrNull();
        if (query != null) {
            return new Expr.Sublink(
                    span(offset, start),
                    all ? Expr.SublinkKind.ALL : Expr.SublinkKind.ANY,
                    left,
                    name,
                    query);
        }
        var array = singleOfParens();
        return new Expr.ArrayComparison(span(offset, start), name, all, left, array);
    }

    private Expr is(Expr left, int start, Mode mode) {
        var offset = offset();
        at++;
        var negated = is(Token.NOT) && accept(Token.NOT);
        var kind = kind();
        if (kind == Token.DISTINCT) {
            at++;
            expect(Token.FROM);
            var right = expression(IS, inner(mode));
            if (is(Token.IS) || (mode != Mode.RESTRICTED && isAny(Token.ISNULL, Token.NOTNULL))) {
                throw fail();
            }
            return new Expr.IsDistinct(span(offset, start), left, right, negated);
        }
        if (kind == Token.DOCUMENT) {
            at++;
            var test =
                    new Expr.Xml(
                            span(offset, start),
                            Expr.XmlOperation.IS_DOCUMENT,
                            null,
                            List.of(),
                            List.of(left),
                            false);
            return negated ? not(test) : test;
        }
        if (mode == Mode.RESTRICTED) {
            throw fail();
        }
        return switch (kind) {
            case NULL -> {
                at++;
                yield new Expr.IsNull(span(offset, start), left, negated);
            }
            case TRUE -> truth(left, Expr.TruthValue.TRUE, negated, offset, start);
            case FALSE -> truth(left, Expr.TruthValue.FALSE, negated, offset, start);
            case UNKNOWN -> truth(left, Expr.TruthValue.UNKNOWN, negated, offset, start);
            case NORMALIZED -> {
                at++;
                var test = call("is_normalized", List.of(left), true, span(offset, start));
                yield negated ? not(test) : test;
            }
            case NFC, NFD, NFKC, NFKD -> {
                var form = normalForm();
                expect(Token.NORMALIZED);
                var test = call("is_normalized", List.of(left, form), true, span(offset, start));
                yield negated ? not(test) : test;
            }
            default -> throw fail();
        };
    }

    private Expr truth(Expr left, Expr.TruthValue value, boolean negated, int offset, int start) {
        at++;
        return new Expr.IsTruth(span(offset, start), left, value, negated);
    }

    private static Expr not(Expr operand) {
        return new Expr.Bool(operand.span(), Expr.BoolOperator.NOT, List.of(operand));
    }

    /** BETWEEN, IN, LIKE, ILIKE and SIMILAR TO, at the word, NOT already read. */
    private Expr match(Expr left, int start, int offset, boolean negated) {
        var kind = kind();
        at++;
        return switch (kind) {
            case BETWEEN -> between(left, start, offset, negated);
            case IN -> in(left, start, offset, negated);
            case LIKE, ILIKE -> {
                var operator = (negated ? "!~~" : "~~") + (kind == Token.ILIKE ? "*" : "");
                if (isQuantifier()) {
                    yield quantified(left, start, offset, List.of(operator));
                }
                var pattern = expression(MATCH, Mode.FULL);
                if (accept(Token.ESCAPE)) {
                    var escape = expression(MATCH, Mode.FULL);
                    pattern =
                            call(
                                    "like_escape",
                                    List.of(pattern, escape),
                                    false,
                                    span(offset, pattern.start()));
                }
                checkNoMatch();
                yield new Expr.Operator(span(offset, start), List.of(operator), left, pattern);
            }
            case SIMILAR -> {
                expect(Token.TO);
                var pattern = expression(MATCH, Mode.FULL);
                var arguments = List.of(pattern);
                if (accept(Token.ESCAPE)) {
                    arguments = List.of(pattern, expression(MATCH, Mode.FULL));
                }
                checkNoMatch();
                var escaped =
                        call("similar_to_escape", arguments, false, span(offset, pattern.start()));
                yield new Expr.Operator(
                        span(offset, start), List.of(negated ? "!~" : "~"), left, escaped);
            }
            default -> throw fail();
        };
    }

    /** These operators do not associate: a second one is an error where it stands. */
    private void checkNoMatch() {
        switch (kind()) {
            case BETWEEN, IN, LIKE, ILIKE, SIMILAR, NOT_LA -> throw fail();
            default -> {}
        }
    }

    private Expr between(Expr left, int start, int offset, boolean negated) {
        var symmetric = accept(Token.SYMMETRIC);
        if (!symmetric) {
            accept(Token.ASYMMETRIC);
        }
        var low = restrictedExpression();
        expect(Token.AND);
        var high = expression(MATCH, Mode.FULL);
        checkNoMatch();
        return new Expr.Between(span(offset, start), left, low, high, symmetric, negated);
    }

    private Expr in(Expr left, int start, int offset, boolean negated) {
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        var parens = parens();
        var query = parens.query();
        if (query == null) {
            return new Expr.InList(span(offset, start), left, parens.expressions(), negated);
        }
        var sublink =
                new Expr.Sublink(span(offset, start), Expr.SublinkKind.ANY, left, List.of(), query);
        return negated ? not(sublink) : sublink;
    }

    /** {@code qual_all_Op}: an operator token, or OPERATOR(...). */
    final List<String> operatorNameOrToken() {
        return is(Token.OPERATOR) ? operatorName() : List.of(operatorToken());
    }

    private List<String> operatorName() {
        expect(Token.OPERATOR, Token.LPAREN);
        var name = anyOperator();
        expect(Token.RPAREN);
        return name;
    }

    /** {@code any_operator}: an operator token behind any number of schema names. */
    final List<String> anyOperator() {
        if (!kind().columnName) {
            return List.of(operatorToken());
        }
        var names = new ArrayList<String>();
        while (kind().columnName) {
            names.add(value(at++));
            expect(Token.DOT);
        }
        names.add(operatorToken());
        return names;
    }

    final boolean isOperatorToken() {
        return switch (kind()) {
            case OP,
                    PLUS,
                    MINUS,
                    STAR,
                    SLASH,
                    PERCENT,
                    CARET,
                    LT,
                    GT,
                    EQ,
                    LESS_EQUALS,
                    GREATER_EQUALS,
                    NOT_EQUALS ->
                    true;
            default -> false;
        };
    }

    /** {@code all_Op}. */
    private String operatorToken() {
        if (!isOperatorToken()) {
            throw fail();
        }
        var index = at++;
        return tokens.kinds[index] == Token.NOT_EQUALS ? "<>" : value(index);
    }
}
