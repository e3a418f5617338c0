package dev.quiverdb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operands ({@code c_expr}): constants, columns, calls, parentheses, CASE, ARRAY, ROW. */
abstract class PrimaryParser extends TypeParser {

    /**
     * Of the call parsed last: whether it had ALL, DISTINCT or a star, and where its ORDER BY was.
     */
    private boolean quantifiedCall;

    private int orderByStart;

    PrimaryParser(Tokens tokens) {
        super(tokens);
    }

    /** {@code a_expr}. */
    abstract Expr expression();

    /** {@code b_expr}. */
    abstract Expr restrictedExpression();

    /** Goes on behind an operand that is already read. */
    abstract Expr continueExpression(Expr left, int start);

    /** {@code select_no_parens}. */
    abstract Query query();

    /** Goes on behind a query in parentheses: set operators and the clauses of a query. */
    abstract Query continueQuery(Query left, int start);

    abstract boolean isQueryStart();

    abstract boolean continuesQuery();

    abstract List<Clause.SortBy> optionalOrderBy();

    abstract Clause.@Nullable Window optionalOver();

    abstract @Nullable Expr specialFunction();

    @Override
    final List<Expr> expressionList() {
        return commaList(this::expression);
    }

    /** What a pair of parentheses held: a query, or else expressions. */
    record Parens(@Nullable Query query, List<Expr> expressions) {}

    /** At {@code (}, reads to its {@code )}. */
    final Parens parens() {
        expect(Token.LPAREN);
        Expr first;
        if (isQueryStart()) {
            var query = query();
            expect(Token.RPAREN);
            return new Parens(query, List.of());
        }
        if (is(Token.LPAREN)) {
            var start = offset();
            var inner = parens();
            if (inner.query() == null) {
                first = continueExpression(afterParens(inner, start), start);
            } else {
                if (accept(Token.RPAREN)) {
                    return inner;
                }
                if (continuesQuery()) {
                    var query = continueQuery(inner.query(), start);
                    expect(Token.RPAREN);
                    return new Parens(query, List.of());
                }
                first = continueExpression(afterParens(inner, start), start);
            }
        } else {
            first = expression();
        }
        if (accept(Token.RPAREN)) {
            return new Parens(null, List.of(first));
        }
        var list = new ArrayList<Expr>();
        list.add(first);
        while (accept(Token.COMMA)) {
            list.add(expression());
        }
        expect(Token.RPAREN);
        return new Parens(null, list);
    }

    /** The operand that closed parentheses make, with subscripts and fields behind it. */
    private Expr afterParens(Parens parens, int start) {
        var query = parens.query();
        if (query != null) {
            var sublink =
                    new Expr.Sublink(span(start), Expr.SublinkKind.SCALAR, null, List.of(), query);
            return withIndirection(sublink, start);
        }
        if (parens.expressions().size() == 1) {
            return withIndirection(parens.expressions().getFirst(), start);
        }
        return new Expr.Row(span(start), parens.expressions(), false);
    }

    private Expr withIndirection(Expr operand, int start) {
        if (!isAny(Token.DOT, Token.LBRACKET)) {
            return operand;
        }
        var steps = checked(indirection());
        return new Expr.Indirection(span(start), operand, steps);
    }

    /** {@code select_with_parens}; null if the parentheses hold no query, with nothing consumed. */
    final @Nullable Query queryOrNull() {
        var mark = at;
        var depth = 0;
        while (kind(depth) == Token.LPAREN) {
            depth++;
        }
        at += depth;
        var starts = isQueryStart();
        at = mark;
        if (!starts) {
            return null;
        }
        var parens = parens();
        if (parens.query() == null) {
            at = mark;
        }
        return parens.query();
    }

    /** {@code select_with_parens}, required. */
    final Query queryInParens() {
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        expect(Token.LPAREN);
        Query query;
        if (is(Token.LPAREN)) {
            var start = offset();
            query = queryInParens();
            if (continuesQuery()) {
                query = continueQuery(query, start);
            }
        } else if (isQueryStart()) {
            query = query();
        } else {
            throw fail();
        }
        expect(Token.RPAREN);
        return query;
    }

    final Expr singleOfParens() {
        expect(Token.LPAREN);
        var expression = expression();
        expect(Token.RPAREN);
        return expression;
    }

    /** {@code c_expr}. */
    final Expr primary() {
        var start = offset();
        switch (kind()) {
            case ICONST, FCONST -> {
                var text = value(at++);
                return new Expr.Literal(span(start), numberKind(text), text);
            }
            case SCONST -> {
                return stringLiteral(at++);
            }
            case BCONST -> {
                return literal(at, Expr.LiteralKind.BIT, value(at++));
            }
            case XCONST -> {
                return literal(at, Expr.LiteralKind.HEX, value(at++));
            }
            case TRUE, FALSE -> {
                return literal(at, Expr.LiteralKind.BOOLEAN, value(at++));
            }
            case NULL -> {
                return literal(at++, Expr.LiteralKind.NULL, "");
            }
            case PARAM -> {
                var number = parameterNumber(value(at++));
                parameterCount = Math.max(parameterCount, number);
                return withIndirection(new Expr.Parameter(span(start), number), start);
            }
            case LPAREN -> {
                return afterParens(parens(), start);
            }
            case CASE -> {
                return caseExpression();
            }
            case EXISTS -> {
                if (kind(1) == Token.LPAREN) {
                    at++;
                    var query = queryInParens();
                    return new Expr.Sublink(
                            span(start), Expr.SublinkKind.EXISTS, null, List.of(), query);
                }
            }
            case ARRAY -> {
                return array();
            }
            case ROW -> {
                if (kind(1) == Token.LPAREN) {
                    at += 2;
                    List<Expr> fields = is(Token.RPAREN) ? List.of() : expressionList();
                    expect(Token.RPAREN);
                    return new Expr.Row(span(start), fields, true);
                }
            }
            case GROUPING -> {
                if (kind(1) == Token.LPAREN) {
                    at += 2;
                    var operands = expressionList();
                    expect(Token.RPAREN);
                    return new Expr.Grouping(span(start), operands);
                }
            }
            default -> {}
        }
        var special = specialFunction();
        if (special != null) {
            return special;
        }
        var typed = typedLiteral();
        return typed != null ? typed : columnOrCall();
    }

    private static int parameterNumber(String digits) {
        try {
            return (int) Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    static Expr.LiteralKind numberKind(String text) {
        var digits = text.startsWith("-") ? 1 : 0;
        for (int i = digits; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return Expr.LiteralKind.NUMERIC;
            }
        }
        if (text.length() < 10) {
            return Expr.LiteralKind.INTEGER;
        }
        try {
            var value = Long.parseLong(text);
            return value == (int) value ? Expr.LiteralKind.INTEGER : Expr.LiteralKind.BIGINT;
        } catch (NumberFormatException e) {
            return Expr.LiteralKind.NUMERIC;
        }
    }

    /** A literal behind a type that key words spell, or null if there is none here. */
    private @Nullable Expr typedLiteral() {
        var start = offset();
        var next = kind(1);
        switch (kind()) {
            case INTERVAL -> {
                if (next != Token.SCONST && next != Token.LPAREN) {
                    return null;
                }
                at++;
                return intervalLiteral(start);
            }
            case INT, INTEGER, SMALLINT, BIGINT, REAL, BOOLEAN -> {
                if (next != Token.SCONST) {
                    return null;
                }
            }
            case FLOAT, DECIMAL, DEC, NUMERIC, VARCHAR -> {
                if (next != Token.SCONST && next != Token.LPAREN) {
                    return null;
                }
            }
            case DOUBLE -> {
                if (next != Token.PRECISION) {
                    return null;
                }
            }
            case BIT, CHARACTER, CHAR, NCHAR -> {
                if (next != Token.SCONST && next != Token.LPAREN && next != Token.VARYING) {
                    return null;
                }
            }
            case NATIONAL -> {
                if (next != Token.CHARACTER && next != Token.CHAR) {
                    return null;
                }
            }
            case TIMESTAMP, TIME -> {
                if (next != Token.SCONST
                        && next != Token.LPAREN
                        && next != Token.WITH_LA
                        && next != Token.WITHOUT) {
                    return null;
                }
            }
            default -> {
                return null;
            }
        }
        var type = builtinType(true);
        if (type == null) {
            throw fail();
        }
        var literal = stringLiteral(expect(Token.SCONST));
        return new Expr.Cast(span(start), literal, type);
    }

    /** A column, a function call, or a literal behind a type name. */
    private Expr columnOrCall() {
        var start = offset();
        var kind = kind();
        if (!kind.columnName && !kind.functionName) {
            throw fail();
        }
        var name = value(at++);
        if (is(Token.LPAREN) && kind.functionName) {
            return callOrLiteral(List.of(name), start);
        }
        if (is(Token.SCONST) && kind.functionName) {
            return literalOfType(List.of(name), List.of(), start);
        }
        if (!kind.columnName) {
            throw fail();
        }
        if (!isAny(Token.DOT, Token.LBRACKET)) {
            return new Expr.ColumnRef(span(start), List.of(name), false);
        }
        var steps = indirection();
        if (isAny(Token.LPAREN, Token.SCONST)) {
            var names = qualified(name, steps);
            return is(Token.LPAREN)
                    ? callOrLiteral(names, start)
                    : literalOfType(names, List.of(), start);
        }
        return column(name, steps, start);
    }

    /** The names of a qualified name whose steps must all be fields. */
    final List<String> qualified(String name, List<Expr.Step> steps) {
        var names = new ArrayList<String>(steps.size() + 1);
        names.add(name);
        for (var step : steps) {
            if (!(step instanceof Expr.Step.Field field)) {
                throw fail();
            }
            names.add(field.name());
        }
        return names;
    }

    private Expr column(String name, List<Expr.Step> steps, int start) {
        var names = new ArrayList<String>(steps.size() + 1);
        names.add(name);
        var star = false;
        var taken = 0;
        for (var step : steps) {
            if (step instanceof Expr.Step.Field field) {
                names.add(field.name());
            } else if (step instanceof Expr.Step.Star) {
                if (taken + 1 < steps.size()) {
                    throw failHere("improper use of \"*\"");
                }
                star = true;
            } else {
                break;
            }
            taken++;
        }
        if (taken == steps.size()) {
            return new Expr.ColumnRef(span(start), names, star);
        }
        var end = steps.get(taken).start();
        var column = new Expr.ColumnRef(new Span(start, start, end), names, false);
        var rest = checked(steps.subList(taken, steps.size()));
        return new Expr.Indirection(span(start), column, rest);
    }

    private List<Expr.Step> checked(List<Expr.Step> steps) {
        for (int i = 0; i + 1 < steps.size(); i++) {
            if (steps.get(i) instanceof Expr.Step.Star) {
                throw failHere("improper use of \"*\"");
            }
        }
        return steps;
    }

    /** {@code opt_indirection}: fields, stars, subscripts and slices. */
    final List<Expr.Step> indirection() {
        if (!isAny(Token.DOT, Token.LBRACKET)) {
            return List.of();
        }
        var steps = new ArrayList<Expr.Step>();
        while (true) {
            var start = offset();
            if (accept(Token.DOT)) {
                if (accept(Token.STAR)) {
                    steps.add(new Expr.Step.Star(span(start)));
                } else {
                    var name = label();
                    steps.add(new Expr.Step.Field(span(start), name));
                }
            } else if (accept(Token.LBRACKET)) {
                steps.add(subscript(start));
            } else {
                return steps;
            }
        }
    }

    private Expr.Step subscript(int start) {
        var lower = is(Token.COLON) ? null : expression();
        if (lower != null && accept(Token.RBRACKET)) {
            return new Expr.Step.Index(span(start), lower);
        }
        expect(Token.COLON);
        var upper = is(Token.RBRACKET) ? null : expression();
        expect(Token.RBRACKET);
        return new Expr.Step.Slice(span(start), lower, upper);
    }

    private Expr literalOfType(List<String> names, List<Expr> typmods, int start) {
        var type = new TypeName(span(start), names, false, false, typmods, List.of());
        var literal = stringLiteral(expect(Token.SCONST));
        return new Expr.Cast(span(start), literal, type);
    }

    /**
     * At {@code (} behind a function's name: a call with its clauses, or a literal with typmods.
     */
    private Expr callOrLiteral(List<String> names, int start) {
        var call = application(names, start);
        if (is(Token.SCONST) && mayBeTypmods(call)) {
            for (var argument : call.arguments()) {
                if (argument instanceof Expr.NamedArgument) {
                    throw syntax("type modifier cannot have parameter name", argument.offset());
                }
            }
            if (!call.orderBy().isEmpty()) {
                throw syntax("type modifier cannot have ORDER BY", orderByStart);
            }
            return literalOfType(names, call.arguments(), start);
        }
        return withCallClauses(call, start);
    }

    private boolean mayBeTypmods(Expr.FuncCall call) {
        return !quantifiedCall && !call.arguments().isEmpty() && !call.variadic();
    }

    /** {@code func_application}, at {@code (}. */
    final Expr.FuncCall application(List<String> names, int start) {
        expect(Token.LPAREN);
        var distinct = false;
        var all = false;
        var variadic = false;
        List<Expr> arguments = List.of();
        List<Clause.SortBy> orderBy = List.of();
        var orderByAt = 0;
        if (is(Token.STAR)) {
            at++;
            expect(Token.RPAREN);
            quantifiedCall = true;
            return new Expr.FuncCall(
                    span(start),
                    names,
                    List.of(),
                    true,
                    false,
                    false,
                    List.of(),
                    false,
                    null,
                    null,
                    false);
        }
        if (!is(Token.RPAREN)) {
            distinct = accept(Token.DISTINCT);
            all = !distinct && accept(Token.ALL);
            arguments = new ArrayList<>();
            if (distinct || all) {
                arguments = commaList(this::argument);
            } else {
                do {
                    variadic = accept(Token.VARIADIC);
                    arguments.add(argument());
                } while (!variadic && accept(Token.COMMA));
            }
            orderByAt = offset();
            orderBy = optionalOrderBy();
        }
        expect(Token.RPAREN);
        quantifiedCall = distinct || all;
        orderByStart = orderByAt;
        return new Expr.FuncCall(
                span(start),
                names,
                arguments,
                false,
                distinct,
                variadic,
                orderBy,
                false,
                null,
                null,
                false);
    }

    /** {@code func_arg_expr}. */
    final Expr argument() {
        if (kind().functionName) {
            var next = kind(1);
            if (next == Token.EQUALS_GREATER || next == Token.COLON_EQUALS) {
                var start = offset();
                var name = value(at);
                at += 2;
                var argument = expression();
                return new Expr.NamedArgument(span(start), name, argument);
            }
        }
        return expression();
    }

    /** WITHIN GROUP, FILTER and OVER behind a call. */
    private Expr withCallClauses(Expr.FuncCall call, int start) {
        List<Clause.SortBy> within = List.of();
        var withinStart = offset();
        if (accept(Token.WITHIN, Token.GROUP, Token.LPAREN)) {
            if (!is(Token.ORDER)) {
                throw fail();
            }
            within = optionalOrderBy();
            expect(Token.RPAREN);
        }
        Expr filter = null;
        if (accept(Token.FILTER, Token.LPAREN, Token.WHERE)) {
            filter = expression();
            expect(Token.RPAREN);
        }
        var over = optionalOver();
        if (within.isEmpty() && filter == null && over == null) {
            return call;
        }
        if (!within.isEmpty()) {
            if (!call.orderBy().isEmpty()) {
                throw syntax("cannot use multiple ORDER BY clauses with WITHIN GROUP", withinStart);
            }
            if (call.distinct()) {
                throw syntax("cannot use DISTINCT with WITHIN GROUP", withinStart);
            }
            if (call.variadic()) {
                throw syntax("cannot use VARIADIC with WITHIN GROUP", withinStart);
            }
        }
        return new Expr.FuncCall(
                span(start),
                call.name(),
                call.arguments(),
                call.star(),
                call.distinct(),
                call.variadic(),
                within.isEmpty() ? call.orderBy() : within,
                !within.isEmpty(),
                filter,
                over,
                false);
    }

    /** A call of a function of pg_catalog that the grammar makes by itself. */
    static Expr.FuncCall call(String name, List<Expr> arguments, boolean sqlSyntax, Span span) {
        return new Expr.FuncCall(
                span,
                List.of("pg_catalog", name),
                arguments,
                false,
                false,
                false,
                List.of(),
                false,
                null,
                null,
                sqlSyntax);
    }

    /** {@code unicode_normal_form}. */
    final Expr normalForm() {
        var index = at;
        switch (kind()) {
            case NFC, NFD, NFKC, NFKD -> at++;
            default -> throw fail();
        }
        return literal(index, Expr.LiteralKind.STRING, tokens.kinds[index].name());
    }

    private Expr caseExpression() {
        var start = offset();
        expect(Token.CASE);
        var operand = is(Token.WHEN) ? null : expression();
        var whens = new ArrayList<Expr.When>();
        do {
            var whenStart = offset();
            expect(Token.WHEN);
            var condition = expression();
            expect(Token.THEN);
            var result = expression();
            whens.add(new Expr.When(span(whenStart), condition, result));
        } while (is(Token.WHEN));
        var otherwise = accept(Token.ELSE) ? expression() : null;
        expect(Token.END);
        return new Expr.Case(span(start), operand, whens, otherwise);
    }

    private Expr array() {
        var start = offset();
        expect(Token.ARRAY);
        if (is(Token.LPAREN)) {
            var query = queryInParens();
            return new Expr.Sublink(span(start), Expr.SublinkKind.ARRAY, null, List.of(), query);
        }
        return arrayElements(start);
    }

    private Expr arrayElements(int start) {
        expect(Token.LBRACKET);
        List<Expr> elements = List.of();
        if (is(Token.LBRACKET)) {
            elements = commaList(() -> arrayElements(offset()));
        } else if (!is(Token.RBRACKET)) {
            elements = expressionList();
        }
        expect(Token.RBRACKET);
        return new Expr.Array(span(start), elements);
    }
}
