package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** FROM lists: relations, functions, subqueries, joins. */
abstract class FromParser extends FunctionParser {

    FromParser(Tokens tokens) {
        super(tokens);
    }

    final List<From> optionalFrom() {
        return accept(Token.FROM) ? fromList() : List.of();
    }

    final @Nullable Expr optionalWhere() {
        return accept(Token.WHERE) ? expression() : null;
    }

    final List<From> fromList() {
        return commaList(this::tableReference);
    }

    static SqlException withoutPosition(String message) {
        return new SqlException(SqlState.SYNTAX_ERROR, message);
    }

    /** {@code qualified_name}. */
    final RangeVar qualifiedName() {
        var start = offset();
        var first = columnId();
        if (!isAny(Token.DOT, Token.LBRACKET)) {
            return relation(span(start), List.of(first), true, null);
        }
        var names = qualified(first, indirection());
        return relation(span(start), names, true, null);
    }

    /** A relation by one to three names. */
    final RangeVar relation(Span span, List<String> names, boolean inherit, @Nullable Alias alias) {
        var count = names.size();
        if (count > 3) {
            throw syntax(
                    "improper qualified name (too many dotted names): " + String.join(".", names),
                    span.start());
        }
        return new RangeVar(
                span,
                count == 3 ? names.getFirst() : null,
                count > 1 ? names.get(count - 2) : null,
                names.getLast(),
                inherit,
                RangeVar.Persistence.PERMANENT,
                alias);
    }

    final RangeVar withPersistence(RangeVar relation, RangeVar.Persistence persistence) {
        return new RangeVar(
                relation.span(),
                relation.catalog(),
                relation.schema(),
                relation.name(),
                relation.inherit(),
                persistence,
                relation.alias());
    }

    final RangeVar withAlias(RangeVar relation, @Nullable Alias alias) {
        if (alias == null) {
            return relation;
        }
        return new RangeVar(
                relation.span(),
                relation.catalog(),
                relation.schema(),
                relation.name(),
                relation.inherit(),
                relation.persistence(),
                alias);
    }

    private RangeVar withoutInheritance(RangeVar relation) {
        return new RangeVar(
                relation.span(),
                relation.catalog(),
                relation.schema(),
                relation.name(),
                false,
                relation.persistence(),
                relation.alias());
    }

    /** {@code relation_expr}. */
    final RangeVar relationExpression() {
        if (accept(Token.ONLY)) {
            if (accept(Token.LPAREN)) {
                var relation = qualifiedName();
                expect(Token.RPAREN);
                return withoutInheritance(relation);
            }
            return withoutInheritance(qualifiedName());
        }
        var relation = qualifiedName();
        accept(Token.STAR);
        return relation;
    }

    /** {@code relation_expr_opt_alias}: SET is no alias. */
    final RangeVar relationWithAlias() {
        var relation = relationExpression();
        var start = offset();
        if (accept(Token.AS) || (kind().columnName && !is(Token.SET))) {
            var name = columnId();
            return withAlias(relation, new Alias(span(start), name, List.of()));
        }
        return relation;
    }

    /** {@code table_ref}. */
    final From tableReference() {
        var start = offset();
        return joins(tablePrimary(), start);
    }

    private From tablePrimary() {
        var start = offset();
        if (is(Token.LPAREN)) {
            return ofParens(parenthesizedFrom(), false, start);
        }
        if (accept(Token.LATERAL)) {
            if (is(Token.LPAREN)) {
                var query = queryInParens();
                return subquery(query, true, start);
            }
            return functionOrXml(true, start);
        }
        if (is(Token.ONLY)) {
            return sampled(relationExpression(), start);
        }
        return isFunction() ? functionOrXml(false, start) : relationOrFunction(start);
    }

    /** Whether a function starts here that its first token tells. */
    private boolean isFunction() {
        var kind = kind();
        if (is(Token.ROWS, Token.FROM)) {
            return true;
        }
        if (!kind.columnName) {
            return true;
        }
        return kind(1) == Token.LPAREN;
    }

    private From relationOrFunction(int start) {
        var first = columnId();
        var steps = indirection();
        if (is(Token.LPAREN) && !steps.isEmpty()) {
            var call = application(qualified(first, steps), start);
            return function(call, false, start);
        }
        var names = steps.isEmpty() ? List.of(first) : qualified(first, steps);
        var relation = relation(span(start), names, true, null);
        accept(Token.STAR);
        return sampled(relation, start);
    }

    private From sampled(RangeVar bare, int start) {
        var relation = withAlias(bare, optionalAlias());
        if (!accept(Token.TABLESAMPLE)) {
            return new From.Table(span(start), relation);
        }
        var method = functionNames();
        expect(Token.LPAREN);
        var arguments = expressionList();
        expect(Token.RPAREN);
        Expr seed = null;
        if (accept(Token.REPEATABLE)) {
            seed = singleOfParens();
        }
        return new From.Sample(span(start), relation, method, arguments, seed);
    }

    /** {@code func_name}. */
    final List<String> functionNames() {
        var kind = kind();
        if (!kind.columnName && !kind.functionName) {
            throw fail();
        }
        var first = value(at++);
        if (kind.columnName && isAny(Token.DOT, Token.LBRACKET)) {
            return qualified(first, indirection());
        }
        if (!kind.functionName) {
            throw fail();
        }
        return List.of(first);
    }

    private From functionOrXml(boolean lateral, int start) {
        if (is(Token.XMLTABLE, Token.LPAREN)) {
            return xmlTable(lateral, start);
        }
        if (is(Token.ROWS, Token.FROM)) {
            at += 2;
            var functions = parenthesized(this::rowsFromItem);
            return functionTail(lateral, true, functions, start);
        }
        return function(windowlessFunction(), lateral, start);
    }

    /** {@code func_expr_windowless}. */
    final Expr windowlessFunction() {
        var start = offset();
        var special = specialFunction();
        if (special != null) {
            return special;
        }
        var names = functionNames();
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        return application(names, start);
    }

    private From.FunctionItem rowsFromItem() {
        var start = offset();
        var function = windowlessFunction();
        List<Clause.ColumnDefinition> columns = List.of();
        if (accept(Token.AS)) {
            columns = parenthesized(this::columnDefinition);
        }
        return new From.FunctionItem(span(start), function, columns);
    }

    private From function(Expr call, boolean lateral, int start) {
        var item = new From.FunctionItem(call.span(), call, List.of());
        return functionTail(lateral, false, List.of(item), start);
    }

    /** {@code opt_ordinality func_alias_clause}. */
    private From functionTail(
            boolean lateral, boolean rowsFrom, List<From.FunctionItem> functions, int start) {
        var ordinality = accept(Token.WITH_LA, Token.ORDINALITY);
        Alias alias = null;
        List<Clause.ColumnDefinition> columns = List.of();
        var aliasStart = offset();
        var as = accept(Token.AS);
        if (as && is(Token.LPAREN)) {
            columns = parenthesized(this::columnDefinition);
        } else if (as || kind().columnName) {
            var name = columnId();
            List<String> names = List.of();
            if (is(Token.LPAREN)) {
                if (kind(1).columnName && kind(2) != Token.COMMA && kind(2) != Token.RPAREN) {
                    columns = parenthesized(this::columnDefinition);
                } else {
                    names = parenthesized(this::columnId);
                }
            }
            alias = new Alias(span(aliasStart), name, names);
        }
        return new From.Function(
                span(start), lateral, ordinality, rowsFrom, functions, alias, columns);
    }

    /** {@code TableFuncElement}. */
    final Clause.ColumnDefinition columnDefinition() {
        var start = offset();
        var name = columnId();
        var type = typeName();
        var collation = optionalCollation();
        return new Clause.ColumnDefinition(span(start), name, type, collation);
    }

    final List<String> optionalCollation() {
        return accept(Token.COLLATE) ? anyName() : List.of();
    }

    /** {@code opt_alias_clause}. */
    final @Nullable Alias optionalAlias() {
        var start = offset();
        if (!accept(Token.AS) && !kind().columnName) {
            return null;
        }
        var name = columnId();
        var columns = optionalColumns();
        return new Alias(span(start), name, columns);
    }

    private From subquery(Query query, boolean lateral, int start) {
        var queryStart = lateral ? tokens.starts[parenthesisAt(start)] : start;
        var alias = optionalAlias();
        if (alias == null) {
            var values = query.body() instanceof QueryBody.Values;
            throw syntax(
                            values
                                    ? "VALUES in FROM must have an alias"
                                    : "subquery in FROM must have an alias",
                            queryStart)
                    .withHint(
                            "For example, FROM ("
                                    + (values ? "VALUES" : "SELECT")
                                    + " ...) [AS] foo.");
        }
        return new From.Subquery(span(start), lateral, query, alias);
    }

    /** The token behind the LATERAL that starts at this offset. */
    private int parenthesisAt(int lateralStart) {
        var index = at;
        while (tokens.starts[index] > lateralStart) {
            index--;
        }
        return index + 1;
    }

    /** What parentheses in FROM held: a query or a join. */
    private record FromParens(@Nullable Query query, From.@Nullable Join join) {}

    private From ofParens(FromParens parens, boolean lateral, int start) {
        if (parens.query() != null) {
            return subquery(parens.query(), lateral, start);
        }
        var join = parens.join();
        if (join == null) {
            throw fail();
        }
        var alias = optionalAlias();
        if (alias == null) {
            return join;
        }
        return new From.Join(
                span(join.offset(), start),
                join.type(),
                join.natural(),
                join.left(),
                join.right(),
                join.using(),
                join.usingAlias(),
                join.on(),
                alias);
    }

    /** At {@code (} in FROM, reads to its {@code )}. */
    private FromParens parenthesizedFrom() {
        expect(Token.LPAREN);
        if (isQueryStart()) {
            var query = query();
            expect(Token.RPAREN);
            return new FromParens(query, null);
        }
        var start = offset();
        From left;
        if (is(Token.LPAREN)) {
            var inner = parenthesizedFrom();
            if (accept(Token.RPAREN)) {
                return inner;
            }
            if (inner.query() != null && continuesQuery()) {
                var query = continueQuery(inner.query(), start);
                expect(Token.RPAREN);
                return new FromParens(query, null);
            }
            left = ofParens(inner, false, start);
        } else {
            left = tablePrimary();
        }
        if (!isJoin()) {
            throw fail();
        }
        var join = (From.Join) joins(left, start);
        expect(Token.RPAREN);
        return new FromParens(null, join);
    }

    private boolean isJoin() {
        return switch (kind()) {
            case JOIN, CROSS, LEFT, RIGHT, FULL, INNER, NATURAL -> true;
            default -> false;
        };
    }

    /**
     * The joins behind a table, from the left; the right side of a qualified join takes all it can.
     */
    private From joins(From first, int start) {
        var left = first;
        while (isJoin()) {
            var offset = offset();
            if (accept(Token.CROSS)) {
                expect(Token.JOIN);
                var right = tablePrimary();
                left = join(From.JoinType.INNER, false, left, right, span(offset, start));
            } else if (accept(Token.NATURAL)) {
                var type = joinType();
                var right = tablePrimary();
                left = join(type, true, left, right, span(offset, start));
            } else {
                var type = joinType();
                var right = tableReference();
                left = qualified(type, left, right, offset, start);
            }
        }
        return left;
    }

    private static From join(
            From.JoinType type, boolean natural, From left, From right, Span span) {
        return new From.Join(span, type, natural, left, right, List.of(), null, null, null);
    }

    /** The type of a join, with its JOIN. */
    private From.JoinType joinType() {
        var type = From.JoinType.INNER;
        switch (kind()) {
            case LEFT, RIGHT, FULL -> {
                type =
                        is(Token.LEFT)
                                ? From.JoinType.LEFT
                                : is(Token.RIGHT) ? From.JoinType.RIGHT : From.JoinType.FULL;
                at++;
                accept(Token.OUTER);
            }
            case INNER -> at++;
            default -> {}
        }
        expect(Token.JOIN);
        return type;
    }

    private From qualified(From.JoinType type, From left, From right, int offset, int start) {
        if (accept(Token.USING)) {
            var columns = parenthesized(this::columnId);
            Alias alias = null;
            var aliasStart = offset();
            if (accept(Token.AS)) {
                var name = columnId();
                alias = new Alias(span(aliasStart), name, List.of());
            }
            return new From.Join(
                    span(offset, start), type, false, left, right, columns, alias, null, null);
        }
        expect(Token.ON);
        var on = expression();
        return new From.Join(
                span(offset, start), type, false, left, right, List.of(), null, on, null);
    }

    private From xmlTable(boolean lateral, int start) {
        at += 2;
        List<Clause.Target> namespaces = List.of();
        if (is(Token.XMLNAMESPACES, Token.LPAREN)) {
            at++;
            namespaces = parenthesized(this::xmlNamespace);
            expect(Token.COMMA);
        }
        var row = primary();
        var document = xmlPassing();
        expect(Token.COLUMNS);
        var columns = commaList(this::xmlColumn);
        expect(Token.RPAREN);
        var alias = optionalAlias();
        return new From.XmlTable(span(start), lateral, row, document, columns, namespaces, alias);
    }

    private Clause.Target xmlNamespace() {
        var start = offset();
        if (accept(Token.DEFAULT)) {
            return new Clause.Target(span(start), restrictedExpression(), null);
        }
        var uri = restrictedExpression();
        expect(Token.AS);
        var name = label();
        return new Clause.Target(span(start), uri, name);
    }

    private From.XmlColumn xmlColumn() {
        var start = offset();
        var name = columnId();
        if (accept(Token.FOR)) {
            expect(Token.ORDINALITY);
            return new From.XmlColumn(span(start), name, true, null, false, null, null);
        }
        var type = typeName();
        Expr path = null;
        Expr otherwise = null;
        Boolean notNull = null;
        while (true) {
            var offset = offset();
            if (is(Token.IDENT)) {
                var option = value(at++);
                if (option.equals("__pg__is_not_null")) {
                    throw syntax(
                            "option name \"" + option + "\" cannot be used in XMLTABLE", offset);
                }
                var value = restrictedExpression();
                if (!option.equals("path")) {
                    throw syntax("unrecognized column option \"" + option + "\"", offset);
                }
                if (path != null) {
                    throw syntax("only one PATH value per column is allowed", offset);
                }
                path = value;
            } else if (accept(Token.DEFAULT)) {
                var value = restrictedExpression();
                if (otherwise != null) {
                    throw syntax("only one DEFAULT value is allowed", offset);
                }
                otherwise = value;
            } else if (is(Token.NOT) || is(Token.NULL)) {
                var not = accept(Token.NOT);
                expect(Token.NULL);
                if (notNull != null) {
                    throw syntax(
                            "conflicting or redundant NULL / NOT NULL declarations for column \""
                                    + name
                                    + "\"",
                            offset);
                }
                notNull = not;
            } else {
                return new From.XmlColumn(
                        span(start),
                        name,
                        false,
                        type,
                        notNull != null && notNull,
                        path,
                        otherwise);
            }
        }
    }
}
