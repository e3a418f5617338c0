package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parser's place in the tokens. The rule for errors: a token is consumed only where the grammar
 * can go on with it, so that the token at which we stop is the first that no statement could have
 * had there, which is where PostgreSQL's LALR parser stops too.
 */
abstract class TokenReader {

    final Tokens tokens;
    int at;
    int parameterCount;

    TokenReader(Tokens tokens) {
        this.tokens = tokens;
    }

    final Token kind() {
        return tokens.kinds[at];
    }

    final Token kind(int ahead) {
        var index = Math.min(at + ahead, tokens.kinds.length - 1);
        return tokens.kinds[index];
    }

    final boolean is(Token kind) {
        return tokens.kinds[at] == kind;
    }

    final boolean is(Token first, Token second) {
        return kind() == first && kind(1) == second;
    }

    final boolean isAny(Token a, Token b) {
        var kind = kind();
        return kind == a || kind == b;
    }

    final boolean accept(Token kind) {
        if (tokens.kinds[at] != kind) {
            return false;
        }
        at++;
        return true;
    }

    /** Consumes the first word and requires the others behind it. */
    final boolean accept(Token first, Token... rest) {
        if (!accept(first)) {
            return false;
        }
        expect(rest);
        return true;
    }

    /** Consumes both words or none. */
    final boolean acceptAll(Token first, Token second) {
        if (!is(first, second)) {
            return false;
        }
        at += 2;
        return true;
    }

    final int expect(Token kind) {
        if (tokens.kinds[at] != kind) {
            throw fail();
        }
        return at++;
    }

    final void expect(Token... kinds) {
        for (var kind : kinds) {
            expect(kind);
        }
    }

    final SqlException fail() {
        return tokens.errorAt(at, "syntax error");
    }

    /** An error in the grammar's own words, at the token we stand at. */
    final SqlException failHere(String message) {
        return tokens.errorAt(at, message);
    }

    final SqlException error(SqlState state, String message, int offset) {
        return new SqlException(state, message).withPosition(position(offset));
    }

    final SqlException syntax(String message, int offset) {
        return error(SqlState.SYNTAX_ERROR, message, offset);
    }

    final int position(int offset) {
        return Tokens.position(tokens.sql, offset);
    }

    /** Where the current token starts. */
    final int offset() {
        return tokens.starts[at];
    }

    final int offset(int index) {
        return tokens.starts[index];
    }

    /** Where the last consumed token ends. */
    final int lastEnd() {
        return at == 0 ? 0 : tokens.ends[at - 1];
    }

    final String value(int index) {
        var value = tokens.values[index];
        if (value != null) {
            return value;
        }
        return tokens.sql.substring(tokens.starts[index], tokens.ends[index]);
    }

    /** A span from a start to the last consumed token, pointing at its start. */
    final Span span(int start) {
        return new Span(start, start, lastEnd());
    }

    /** As {@link #span(int)}, with the cursor elsewhere. */
    final Span span(int offset, int start) {
        return new Span(offset, start, lastEnd());
    }

    final String string() {
        return value(expect(Token.SCONST));
    }

    /** {@code Iconst}. */
    final int integer() {
        return Integer.parseInt(value(expect(Token.ICONST)));
    }

    final int signedInteger() {
        if (accept(Token.MINUS)) {
            return -integer();
        }
        accept(Token.PLUS);
        return integer();
    }

    /** {@code ColId}. */
    final String columnId() {
        if (!kind().columnName) {
            throw fail();
        }
        return value(at++);
    }

    /** {@code ColLabel}. */
    final String label() {
        if (!kind().label) {
            throw fail();
        }
        return value(at++);
    }

    /** {@code type_function_name}. */
    final String functionName() {
        if (!kind().functionName) {
            throw fail();
        }
        return value(at++);
    }

    /** {@code NonReservedWord}. */
    final String nonReservedWord() {
        if (!kind().nonReserved) {
            throw fail();
        }
        return value(at++);
    }

    final String nonReservedWordOrString() {
        return is(Token.SCONST) ? string() : nonReservedWord();
    }

    /** {@code any_name}: a column name and labels behind dots. */
    final List<String> anyName() {
        var first = columnId();
        if (!is(Token.DOT)) {
            return List.of(first);
        }
        var names = new ArrayList<String>();
        names.add(first);
        attributes(names);
        return names;
    }

    /** {@code attrs}: labels, each behind a dot. */
    final void attributes(List<String> names) {
        while (accept(Token.DOT)) {
            names.add(label());
        }
    }

    final <T> List<T> commaList(Supplier<T> item) {
        var first = item.get();
        if (!is(Token.COMMA)) {
            return List.of(first);
        }
        var items = new ArrayList<T>();
        items.add(first);
        while (accept(Token.COMMA)) {
            items.add(item.get());
        }
        return items;
    }

    final <T> List<T> parenthesized(Supplier<T> item) {
        expect(Token.LPAREN);
        var items = commaList(item);
        expect(Token.RPAREN);
        return items;
    }

    /** {@code '(' list ')'}, or nothing. */
    final <T> List<T> optionalParenthesized(Supplier<T> item) {
        return is(Token.LPAREN) ? parenthesized(item) : List.of();
    }

    final List<String> nameList() {
        return commaList(this::columnId);
    }

    final List<String> optionalColumns() {
        return optionalParenthesized(this::columnId);
    }

    final boolean ifExists() {
        return acceptAll(Token.IF, Token.EXISTS);
    }

    final boolean ifNotExists() {
        if (!is(Token.IF, Token.NOT)) {
            return false;
        }
        at += 2;
        expect(Token.EXISTS);
        return true;
    }

    final Clause.Behavior behavior() {
        if (accept(Token.CASCADE)) {
            return Clause.Behavior.CASCADE;
        }
        accept(Token.RESTRICT);
        return Clause.Behavior.RESTRICT;
    }

    /** {@code opt_with}: the noise word. */
    final void optionalWith() {
        if (!accept(Token.WITH)) {
            accept(Token.WITH_LA);
        }
    }

    final Expr.Literal stringLiteral(int index) {
        return literal(index, Expr.LiteralKind.STRING, value(index));
    }

    final Expr.Literal literal(int index, Expr.LiteralKind kind, String text) {
        var start = tokens.starts[index];
        return new Expr.Literal(new Span(start, start, tokens.ends[index]), kind, text);
    }

    final @Nullable String optional(Token word, Supplier<String> name) {
        return accept(word) ? name.get() : null;
    }
}
