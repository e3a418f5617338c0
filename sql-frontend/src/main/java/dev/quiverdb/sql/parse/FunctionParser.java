package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls with a grammar of their own ({@code func_expr_common_subexpr}), and windows. */
abstract class FunctionParser extends ExpressionParser {

    FunctionParser(Tokens tokens) {
        super(tokens);
    }

    /** A call that key words make, or null if none starts here. */
    @Override
    final @Nullable Expr specialFunction() {
        var start = offset();
        return switch (kind()) {
            case CURRENT_DATE -> special(Expr.SpecialKind.CURRENT_DATE, start);
            case CURRENT_TIME -> timed(Expr.SpecialKind.CURRENT_TIME, start);
            case CURRENT_TIMESTAMP -> timed(Expr.SpecialKind.CURRENT_TIMESTAMP, start);
            case LOCALTIME -> timed(Expr.SpecialKind.LOCALTIME, start);
            case LOCALTIMESTAMP -> timed(Expr.SpecialKind.LOCALTIMESTAMP, start);
            case CURRENT_ROLE -> special(Expr.SpecialKind.CURRENT_ROLE, start);
            case CURRENT_USER -> special(Expr.SpecialKind.CURRENT_USER, start);
            case SESSION_USER -> special(Expr.SpecialKind.SESSION_USER, start);
            case USER -> special(Expr.SpecialKind.USER, start);
            case CURRENT_CATALOG -> special(Expr.SpecialKind.CURRENT_CATALOG, start);
            case CURRENT_SCHEMA ->
                    kind(1) == Token.LPAREN || kind(1) == Token.SCONST
                            ? null
                            : special(Expr.SpecialKind.CURRENT_SCHEMA, start);
            case COLLATION -> {
                if (kind(1) != Token.FOR) {
                    yield null;
                }
                at += 2;
                var operand = singleOfParens();
                yield call("pg_collation_for", List.of(operand), true, span(start));
            }
            case CAST -> {
                at++;
                expect(Token.LPAREN);
                var operand = expression();
                expect(Token.AS);
                var type = typeName();
                expect(Token.RPAREN);
                yield new Expr.Cast(span(start), operand, type);
            }
            default -> kind(1) == Token.LPAREN ? keywordCall(start) : null;
        };
    }

    private Expr special(Expr.SpecialKind kind, int start) {
        at++;
        return new Expr.SpecialValue(span(start), kind, null);
    }

    private Expr timed(Expr.SpecialKind kind, int start) {
        at++;
        Expr precision = null;
        if (accept(Token.LPAREN)) {
            var index = expect(Token.ICONST);
            precision = literal(index, Expr.LiteralKind.INTEGER, value(index));
            expect(Token.RPAREN);
        }
        return new Expr.SpecialValue(span(start), kind, precision);
    }

    /** A key word with {@code (} behind it. */
    private @Nullable Expr keywordCall(int start) {
        return switch (kind()) {
            case COALESCE -> {
                var operands = operands();
                yield new Expr.Coalesce(span(start), operands);
            }
            case GREATEST -> {
                var operands = operands();
                yield new Expr.MinMax(span(start), true, operands);
            }
            case LEAST -> {
                var operands = operands();
                yield new Expr.MinMax(span(start), false, operands);
            }
            case NULLIF -> {
                at += 2;
                var left = expression();
                expect(Token.COMMA);
                var right = expression();
                expect(Token.RPAREN);
                yield new Expr.NullIf(span(start), left, right);
            }
            case EXTRACT -> extract(start);
            case NORMALIZE -> {
                at += 2;
                var arguments = new ArrayList<Expr>();
                arguments.add(expression());
                if (accept(Token.COMMA)) {
                    arguments.add(normalForm());
                }
                expect(Token.RPAREN);
                yield call("normalize", arguments, true, span(start));
            }
            case OVERLAY -> overlay(start);
            case POSITION -> {
                at += 2;
                var part = restrictedExpression();
                expect(Token.IN);
                var whole = restrictedExpression();
                expect(Token.RPAREN);
                yield call("position", List.of(whole, part), true, span(start));
            }
            case SUBSTRING -> substring(start);
            case TREAT -> {
                at += 2;
                var operand = expression();
                expect(Token.AS);
                var type = typeName();
                expect(Token.RPAREN);
                yield call(type.names().getLast(), List.of(operand), false, span(start));
            }
            case TRIM -> trim(start);
            default -> xml(start);
        };
    }

    private List<Expr> operands() {
        at += 2;
        var operands = expressionList();
        expect(Token.RPAREN);
        return operands;
    }

    private Expr extract(int start) {
        at += 2;
        var field = at;
        switch (kind()) {
            case IDENT, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, SCONST -> at++;
            default -> throw fail();
        }
        expect(Token.FROM);
        var source = expression();
        expect(Token.RPAREN);
        return call("extract", List.of(stringLiteral(field), source), true, span(start));
    }

    /**
     * Arguments of a function that may also be called plainly: if behind the first comes one of its
     * words, {@code special} goes on, else it is a plain call. At {@code (}.
     */
    private Expr plainOr(String name, int start, Function<Expr, @Nullable Expr> special) {
        at++;
        expect(Token.LPAREN);
        List<Expr> arguments = List.of();
        if (!is(Token.RPAREN)) {
            arguments = new ArrayList<>();
            var outer = inSubstring;
            inSubstring = name.equals("substring");
            var first = argument();
            inSubstring = outer;
            arguments.add(first);
            if (!(first instanceof Expr.NamedArgument)) {
                var result = special.apply(first);
                if (result != null) {
                    return result;
                }
            }
            while (accept(Token.COMMA)) {
                arguments.add(argument());
            }
        }
        expect(Token.RPAREN);
        return new Expr.FuncCall(
                span(start),
                List.of(name),
                arguments,
                false,
                false,
                false,
                List.of(),
                false,
                null,
                null,
                false);
    }

    private Expr overlay(int start) {
        return plainOr(
                "overlay",
                start,
                text -> {
                    var arguments = new ArrayList<Expr>();
                    arguments.add(text);
                    if (!accept(Token.PLACING)) {
                        return null;
                    }
                    arguments.add(expression());
                    expect(Token.FROM);
                    arguments.add(expression());
                    if (accept(Token.FOR)) {
                        arguments.add(expression());
                    }
                    expect(Token.RPAREN);
                    return call("overlay", arguments, true, span(start));
                });
    }

    private Expr substring(int start) {
        return plainOr(
                "substring",
                start,
                text -> {
                    var arguments = new ArrayList<Expr>();
                    arguments.add(text);
                    if (accept(Token.FROM)) {
                        arguments.add(expression());
                        if (accept(Token.FOR)) {
                            arguments.add(expression());
                        }
                    } else if (accept(Token.FOR)) {
                        var size = expression();
                        if (accept(Token.FROM)) {
                            arguments.add(expression());
                            arguments.add(size);
                        } else {
                            var none = new Span(size.start(), size.start(), size.start());
                            arguments.add(new Expr.Literal(none, Expr.LiteralKind.INTEGER, "1"));
                            var type =
                                    new TypeName(
                                            none,
                                            List.of("pg_catalog", "int4"),
                                            false,
                                            false,
                                            List.of(),
                                            List.of());
                            arguments.add(new Expr.Cast(size.span(), size, type));
                        }
                    } else if (accept(Token.SIMILAR)) {
                        arguments.add(expression());
                        expect(Token.ESCAPE);
                        arguments.add(expression());
                    } else {
                        return null;
                    }
                    expect(Token.RPAREN);
                    return call("substring", arguments, true, span(start));
                });
    }

    private Expr trim(int start) {
        at += 2;
        var name = "btrim";
        if (accept(Token.LEADING)) {
            name = "ltrim";
        } else if (accept(Token.TRAILING)) {
            name = "rtrim";
        } else {
            accept(Token.BOTH);
        }
        List<Expr> arguments;
        if (accept(Token.FROM)) {
            arguments = expressionList();
        } else {
            arguments = new ArrayList<>();
            arguments.add(expression());
            if (accept(Token.FROM)) {
                var characters = arguments.getFirst();
                arguments = new ArrayList<>(expressionList());
                arguments.add(characters);
            } else {
                while (accept(Token.COMMA)) {
                    arguments.add(expression());
                }
            }
        }
        expect(Token.RPAREN);
        return call(name, arguments, true, span(start));
    }

    private @Nullable Expr xml(int start) {
        return switch (kind()) {
            case XMLCONCAT -> {
                var arguments = operands();
                yield xml(start, Expr.XmlOperation.CONCAT, null, List.of(), arguments, false);
            }
            case XMLELEMENT -> xmlElement(start);
            case XMLEXISTS -> {
                at += 2;
                var path = primary();
                var document = xmlPassing();
                expect(Token.RPAREN);
                yield call("xmlexists", List.of(path, document), true, span(start));
            }
            case XMLFOREST -> {
                at += 2;
                var elements = commaList(this::xmlAttribute);
                expect(Token.RPAREN);
                yield xml(start, Expr.XmlOperation.FOREST, null, elements, List.of(), false);
            }
            case XMLPARSE -> {
                at += 2;
                var content = documentOrContent();
                var text = expression();
                var strip = accept(Token.STRIP, Token.WHITESPACE);
                var preserve = !strip && accept(Token.PRESERVE, Token.WHITESPACE);
                expect(Token.RPAREN);
                var keep =
                        new Expr.Literal(
                                span(lastEnd()),
                                Expr.LiteralKind.BOOLEAN,
                                Boolean.toString(preserve));
                yield xml(
                        start,
                        Expr.XmlOperation.PARSE,
                        null,
                        List.of(),
                        List.of(text, keep),
                        content);
            }
            case XMLPI -> {
                at += 2;
                expect(Token.NAME);
                var name = label();
                List<Expr> arguments = List.of();
                if (accept(Token.COMMA)) {
                    arguments = List.of(expression());
                }
                expect(Token.RPAREN);
                yield xml(start, Expr.XmlOperation.PI, name, List.of(), arguments, false);
            }
            case XMLROOT -> xmlRoot(start);
            case XMLSERIALIZE -> {
                at += 2;
                var content = documentOrContent();
                var operand = expression();
                expect(Token.AS);
                var type = simpleType();
                expect(Token.RPAREN);
                yield new Expr.XmlSerialize(span(start), content, operand, type);
            }
            default -> null;
        };
    }

    private Expr xml(
            int start,
            Expr.XmlOperation operation,
            @Nullable String name,
            List<Clause.Target> attributes,
            List<Expr> arguments,
            boolean content) {
        return new Expr.Xml(span(start), operation, name, attributes, arguments, content);
    }

    private Expr xmlElement(int start) {
        at += 2;
        expect(Token.NAME);
        var name = label();
        List<Clause.Target> attributes = List.of();
        List<Expr> content = List.of();
        if (accept(Token.COMMA)) {
            if (is(Token.XMLATTRIBUTES, Token.LPAREN)) {
                at++;
                attributes = parenthesized(this::xmlAttribute);
                if (accept(Token.COMMA)) {
                    content = expressionList();
                }
            } else {
                content = expressionList();
            }
        }
        expect(Token.RPAREN);
        return xml(start, Expr.XmlOperation.ELEMENT, name, attributes, content, false);
    }

    final Clause.Target xmlAttribute() {
        var start = offset();
        var value = expression();
        var name = accept(Token.AS) ? label() : null;
        return new Clause.Target(span(start), value, name);
    }

    /** {@code document_or_content}; true for CONTENT. */
    final boolean documentOrContent() {
        if (accept(Token.DOCUMENT)) {
            return false;
        }
        expect(Token.CONTENT);
        return true;
    }

    /** {@code xmlexists_argument}. */
    final Expr xmlPassing() {
        expect(Token.PASSING);
        xmlMechanism();
        var document = primary();
        xmlMechanism();
        return document;
    }

    private void xmlMechanism() {
        if (accept(Token.BY) && !accept(Token.REF)) {
            expect(Token.VALUE);
        }
    }

    /** A missing version or standalone word arrives as NULL; standalone is yes, no or no value. */
    private Expr xmlRoot(int start) {
        at += 2;
        var document = expression();
        expect(Token.COMMA);
        expect(Token.VERSION);
        Expr version;
        if (is(Token.NO, Token.VALUE)) {
            version = literal(at, Expr.LiteralKind.NULL, "");
            at += 2;
        } else {
            version = expression();
        }
        Expr standalone = new Expr.Literal(span(lastEnd()), Expr.LiteralKind.NULL, "");
        if (accept(Token.COMMA)) {
            expect(Token.STANDALONE);
            var word = at;
            var text = "yes";
            if (!accept(Token.YES)) {
                expect(Token.NO);
                text = accept(Token.VALUE) ? "no value" : "no";
            }
            standalone = literal(word, Expr.LiteralKind.STRING, text);
        }
        expect(Token.RPAREN);
        return xml(
                start,
                Expr.XmlOperation.ROOT,
                null,
                List.of(),
                List.of(document, version, standalone),
                false);
    }

    @Override
    final Clause.@Nullable Window optionalOver() {
        var start = offset();
        if (!accept(Token.OVER)) {
            return null;
        }
        if (is(Token.LPAREN)) {
            return windowSpecification(null, offset());
        }
        var nameStart = offset();
        var name = columnId();
        return new Clause.Window(span(nameStart, start), name, null, List.of(), List.of(), null);
    }

    /** {@code window_specification}, at {@code (}. */
    final Clause.Window windowSpecification(@Nullable String name, int start) {
        expect(Token.LPAREN);
        String refName = null;
        switch (kind()) {
            case PARTITION, RANGE, ROWS, GROUPS -> {}
            default -> {
                if (kind().columnName) {
                    refName = columnId();
                }
            }
        }
        List<Expr> partitionBy = List.of();
        if (accept(Token.PARTITION, Token.BY)) {
            partitionBy = expressionList();
        }
        var orderBy = optionalOrderBy();
        var frame = optionalFrame();
        expect(Token.RPAREN);
        return new Clause.Window(span(start), name, refName, partitionBy, orderBy, frame);
    }

    private Clause.@Nullable Frame optionalFrame() {
        var start = offset();
        var mode =
                switch (kind()) {
                    case RANGE -> Clause.FrameMode.RANGE;
                    case ROWS -> Clause.FrameMode.ROWS;
                    case GROUPS -> Clause.FrameMode.GROUPS;
                    default -> null;
                };
        if (mode == null) {
            return null;
        }
        at++;
        var between = accept(Token.BETWEEN);
        var from = bound();
        Bound to = null;
        if (between) {
            expect(Token.AND);
            to = bound();
        }
        check(from, to);
        var exclusion = exclusion();
        return new Clause.Frame(
                span(start),
                mode,
                from.kind(),
                from.value(),
                to == null ? Clause.BoundKind.CURRENT_ROW : to.kind(),
                to == null ? null : to.value(),
                exclusion);
    }

    private record Bound(Clause.BoundKind kind, @Nullable Expr value, int offset) {}

    private Bound bound() {
        var start = offset();
        if (is(Token.UNBOUNDED, Token.PRECEDING)) {
            at += 2;
            return new Bound(Clause.BoundKind.UNBOUNDED_PRECEDING, null, start);
        }
        if (is(Token.UNBOUNDED, Token.FOLLOWING)) {
            at += 2;
            return new Bound(Clause.BoundKind.UNBOUNDED_FOLLOWING, null, start);
        }
        if (is(Token.CURRENT, Token.ROW)) {
            at += 2;
            return new Bound(Clause.BoundKind.CURRENT_ROW, null, start);
        }
        var value = expression();
        if (accept(Token.PRECEDING)) {
            return new Bound(Clause.BoundKind.OFFSET_PRECEDING, value, start);
        }
        expect(Token.FOLLOWING);
        return new Bound(Clause.BoundKind.OFFSET_FOLLOWING, value, start);
    }

    private void check(Bound from, @Nullable Bound to) {
        if (from.kind() == Clause.BoundKind.UNBOUNDED_FOLLOWING) {
            throw windowing("frame start cannot be UNBOUNDED FOLLOWING", from);
        }
        if (to == null) {
            if (from.kind() == Clause.BoundKind.OFFSET_FOLLOWING) {
                throw windowing(
                        "frame starting from following row cannot end with current row", from);
            }
            return;
        }
        if (to.kind() == Clause.BoundKind.UNBOUNDED_PRECEDING) {
            throw windowing("frame end cannot be UNBOUNDED PRECEDING", to);
        }
        var preceding = to.kind() == Clause.BoundKind.OFFSET_PRECEDING;
        if (from.kind() == Clause.BoundKind.CURRENT_ROW && preceding) {
            throw windowing("frame starting from current row cannot have preceding rows", to);
        }
        if (from.kind() == Clause.BoundKind.OFFSET_FOLLOWING
                && (preceding || to.kind() == Clause.BoundKind.CURRENT_ROW)) {
            throw windowing("frame starting from following row cannot have preceding rows", to);
        }
    }

    private RuntimeException windowing(String message, Bound bound) {
        return error(SqlState.WINDOWING_ERROR, message, bound.offset());
    }

    private Clause.Exclusion exclusion() {
        if (!accept(Token.EXCLUDE)) {
            return Clause.Exclusion.NONE;
        }
        if (accept(Token.CURRENT, Token.ROW)) {
            return Clause.Exclusion.CURRENT_ROW;
        }
        if (accept(Token.GROUP)) {
            return Clause.Exclusion.GROUP;
        }
        if (accept(Token.TIES)) {
            return Clause.Exclusion.TIES;
        }
        expect(Token.NO, Token.OTHERS);
        return Clause.Exclusion.NONE;
    }
}
