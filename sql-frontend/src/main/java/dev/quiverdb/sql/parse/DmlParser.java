package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** INSERT, UPDATE, DELETE, MERGE, and the keys of indexes, which ON CONFLICT shares. */
abstract class DmlParser extends QueryParser {

    DmlParser(Tokens tokens) {
        super(tokens);
    }

    @Override
    final Command preparable() {
        var start = offset();
        if (is(Token.LPAREN)) {
            return selectStatement();
        }
        var with = optionalWithClause();
        return switch (kind()) {
            case INSERT -> insert(with, start);
            case UPDATE -> update(with, start);
            case DELETE -> delete(with, start);
            case MERGE -> merge(with, start);
            default -> queryAfterWith(with, start);
        };
    }

    private Dml insert(Clause.@Nullable With with, int start) {
        expect(Token.INSERT, Token.INTO);
        var relation = qualifiedName();
        var aliasStart = offset();
        if (accept(Token.AS)) {
            var name = columnId();
            relation = withAlias(relation, new Alias(span(aliasStart), name, List.of()));
        }
        List<Clause.AssignTarget> columns = List.of();
        var overriding = Dml.Overriding.NONE;
        Query source = null;
        if (is(Token.DEFAULT)) {
            at++;
            expect(Token.VALUES);
        } else {
            if (is(Token.LPAREN) && !isQueryInParens()) {
                columns = parenthesized(this::assignTarget);
            }
            overriding = optionalOverriding();
            source = selectStatement();
        }
        var onConflict = is(Token.ON) ? onConflict() : null;
        var returning = returning();
        return new Dml.Insert(
                span(start), with, relation, columns, overriding, source, onConflict, returning);
    }

    /** Whether the parentheses here belong to a query rather than to a list of columns. */
    private boolean isQueryInParens() {
        var mark = at;
        while (is(Token.LPAREN)) {
            at++;
        }
        var depth = at - mark;
        var query = isQueryStart();
        at = mark;
        return query || depth > 1;
    }

    private Dml.Overriding optionalOverriding() {
        if (!accept(Token.OVERRIDING)) {
            return Dml.Overriding.NONE;
        }
        var overriding = Dml.Overriding.USER_VALUE;
        if (!accept(Token.USER)) {
            expect(Token.SYSTEM);
            overriding = Dml.Overriding.SYSTEM_VALUE;
        }
        expect(Token.VALUE);
        return overriding;
    }

    /** {@code insert_column_item} and {@code set_target}. */
    private Clause.AssignTarget assignTarget() {
        var start = offset();
        var name = columnId();
        var steps = indirection();
        for (int i = 0; i + 1 < steps.size(); i++) {
            if (steps.get(i) instanceof Expr.Step.Star) {
                throw failHere("improper use of \"*\"");
            }
        }
        return new Clause.AssignTarget(span(start), name, steps);
    }

    private Dml.OnConflict onConflict() {
        var start = offset();
        expect(Token.ON, Token.CONFLICT);
        List<Clause.IndexElement> elements = List.of();
        Expr inferWhere = null;
        String constraint = null;
        if (is(Token.LPAREN)) {
            elements = parenthesized(this::indexElement);
            inferWhere = optionalWhere();
        } else if (accept(Token.ON, Token.CONSTRAINT)) {
            constraint = columnId();
        }
        expect(Token.DO);
        if (accept(Token.NOTHING)) {
            return new Dml.OnConflict(
                    span(start),
                    Dml.ConflictAction.NOTHING,
                    elements,
                    inferWhere,
                    constraint,
                    List.of(),
                    null);
        }
        expect(Token.UPDATE, Token.SET);
        var assignments = assignments();
        var where = optionalWhere();
        return new Dml.OnConflict(
                span(start),
                Dml.ConflictAction.UPDATE,
                elements,
                inferWhere,
                constraint,
                assignments,
                where);
    }

    private List<Clause.Target> returning() {
        return accept(Token.RETURNING) ? targets() : List.of();
    }

    private List<Clause.Assignment> assignments() {
        return commaList(this::assignment);
    }

    private Clause.Assignment assignment() {
        var start = offset();
        var multiple = is(Token.LPAREN);
        var targets = multiple ? parenthesized(this::assignTarget) : List.of(assignTarget());
        expect(Token.EQ);
        var source = expression();
        return new Clause.Assignment(span(start), targets, source, multiple);
    }

    private Dml update(Clause.@Nullable With with, int start) {
        expect(Token.UPDATE);
        var relation = relationWithAlias();
        expect(Token.SET);
        var assignments = assignments();
        var from = optionalFrom();
        var where = whereOrCurrent();
        var returning = returning();
        return new Dml.Update(span(start), with, relation, assignments, from, where, returning);
    }

    private @Nullable Expr whereOrCurrent() {
        if (!accept(Token.WHERE)) {
            return null;
        }
        if (is(Token.CURRENT, Token.OF)) {
            var start = offset();
            at += 2;
            var cursor = columnId();
            return new Expr.CurrentOf(span(start), cursor);
        }
        return expression();
    }

    private Dml delete(Clause.@Nullable With with, int start) {
        expect(Token.DELETE, Token.FROM);
        var relation = relationWithAlias();
        List<From> using = accept(Token.USING) ? fromList() : List.of();
        var where = whereOrCurrent();
        var returning = returning();
        return new Dml.Delete(span(start), with, relation, using, where, returning);
    }

    private Dml merge(Clause.@Nullable With with, int start) {
        expect(Token.MERGE, Token.INTO);
        var relation = relationWithAlias();
        expect(Token.USING);
        var source = tableReference();
        expect(Token.ON);
        var on = expression();
        var whens = new ArrayList<Dml.MergeWhen>();
        do {
            whens.add(mergeWhen());
        } while (is(Token.WHEN));
        return new Dml.Merge(span(start), with, relation, source, on, whens);
    }

    private Dml.MergeWhen mergeWhen() {
        var start = offset();
        expect(Token.WHEN);
        var matched = !accept(Token.NOT);
        expect(Token.MATCHED);
        var condition = accept(Token.AND) ? expression() : null;
        expect(Token.THEN);
        if (accept(Token.DO, Token.NOTHING)) {
            return mergeWhen(start, matched, condition, Dml.MergeAction.NOTHING, List.of());
        }
        if (!matched) {
            return mergeInsert(start, condition);
        }
        if (accept(Token.DELETE)) {
            return mergeWhen(start, true, condition, Dml.MergeAction.DELETE, List.of());
        }
        expect(Token.UPDATE, Token.SET);
        var assignments = assignments();
        return mergeWhen(start, true, condition, Dml.MergeAction.UPDATE, assignments);
    }

    private Dml.MergeWhen mergeWhen(
            int start,
            boolean matched,
            @Nullable Expr condition,
            Dml.MergeAction action,
            List<Clause.Assignment> assignments) {
        return new Dml.MergeWhen(
                span(start),
                matched,
                condition,
                action,
                Dml.Overriding.NONE,
                List.of(),
                List.of(),
                assignments);
    }

    private Dml.MergeWhen mergeInsert(int start, @Nullable Expr condition) {
        expect(Token.INSERT);
        List<Clause.AssignTarget> columns = List.of();
        List<Expr> values = List.of();
        var overriding = Dml.Overriding.NONE;
        if (accept(Token.DEFAULT)) {
            expect(Token.VALUES);
        } else {
            columns = optionalParenthesized(this::assignTarget);
            overriding = optionalOverriding();
            expect(Token.VALUES, Token.LPAREN);
            values = expressionList();
            expect(Token.RPAREN);
        }
        return new Dml.MergeWhen(
                span(start),
                false,
                condition,
                Dml.MergeAction.INSERT,
                overriding,
                columns,
                values,
                List.of());
    }

    /** {@code index_elem}. */
    final Clause.IndexElement indexElement() {
        var start = offset();
        String column = null;
        Expr expression = null;
        if (is(Token.LPAREN)) {
            expression = singleOfParens();
        } else if (isColumnKey()) {
            column = columnId();
        } else {
            expression = windowlessFunction();
        }
        var collation = optionalCollation();
        List<String> operatorClass = List.of();
        List<Clause.Option> options = List.of();
        if (kind().columnName) {
            operatorClass = anyName();
            if (is(Token.LPAREN)) {
                options = relationOptions();
            }
        }
        var direction = direction();
        var nulls = nullsOrder();
        return new Clause.IndexElement(
                span(start),
                column,
                expression,
                collation,
                operatorClass,
                options,
                direction,
                nulls);
    }

    /** Whether a plain column stands here rather than a call. */
    final boolean isColumnKey() {
        return kind().columnName && kind(1) != Token.LPAREN && kind(1) != Token.DOT;
    }

    /** {@code reloptions}. */
    final List<Clause.Option> relationOptions() {
        return parenthesized(this::relationOption);
    }

    private Clause.Option relationOption() {
        var start = offset();
        var name = label();
        String namespace = null;
        if (accept(Token.DOT)) {
            namespace = name;
            name = label();
        }
        var value = accept(Token.EQ) ? definitionArgument() : null;
        return new Clause.Option(
                span(start), namespace, name, value, Clause.OptionAction.UNSPECIFIED);
    }

    /** {@code def_arg}: a type or other word, an operator, a number, a string. */
    final Ast definitionArgument() {
        var start = offset();
        var kind = kind();
        if (kind == Token.SCONST) {
            return stringLiteral(at++);
        }
        if (kind == Token.ICONST
                || kind == Token.FCONST
                || ((kind == Token.PLUS || kind == Token.MINUS)
                        && (kind(1) == Token.ICONST || kind(1) == Token.FCONST))) {
            return number();
        }
        if (isOperatorToken() || is(Token.OPERATOR, Token.LPAREN)) {
            var names = operatorNameOrToken();
            return new Clause.NameRef(span(start), names);
        }
        if (kind.keywordClass == Token.KeywordClass.RESERVED || kind == Token.NONE) {
            var word = value(at++);
            return literal(at - 1, Expr.LiteralKind.STRING, word);
        }
        return functionType();
    }

    /** {@code NumericOnly}. */
    final Expr.Literal number() {
        var start = offset();
        var minus = accept(Token.MINUS);
        if (!minus) {
            accept(Token.PLUS);
        }
        if (!isAny(Token.ICONST, Token.FCONST)) {
            throw fail();
        }
        var text = value(at++);
        var signed = minus ? "-" + text : text;
        return new Expr.Literal(span(start), numberKind(signed), signed);
    }

    final boolean isNumber() {
        return switch (kind()) {
            case ICONST, FCONST, PLUS, MINUS -> true;
            default -> false;
        };
    }

    /** {@code opt_boolean_or_string}. */
    final Expr.Literal word() {
        var index = at;
        if (isBooleanWord()) {
            return literal(index, Expr.LiteralKind.STRING, value(at++));
        }
        var text = nonReservedWordOrString();
        return literal(index, Expr.LiteralKind.STRING, text);
    }

    /** TRUE, FALSE and ON, which are reserved and yet may be values of options. */
    final boolean isBooleanWord() {
        return switch (kind()) {
            case TRUE, FALSE, ON -> true;
            default -> false;
        };
    }

    final Clause.Option option(int start, String name, @Nullable Ast value) {
        return new Clause.Option(span(start), null, name, value, Clause.OptionAction.UNSPECIFIED);
    }

    final Expr.Literal bool(boolean value) {
        return new Expr.Literal(span(lastEnd()), Expr.LiteralKind.BOOLEAN, Boolean.toString(value));
    }

    final Expr.Literal text(String value) {
        return new Expr.Literal(span(lastEnd()), Expr.LiteralKind.STRING, value);
    }

    /** {@code RoleSpec}. */
    final RoleSpec role() {
        var start = offset();
        var known =
                switch (kind()) {
                    case CURRENT_ROLE -> RoleSpec.Kind.CURRENT_ROLE;
                    case CURRENT_USER -> RoleSpec.Kind.CURRENT_USER;
                    case SESSION_USER -> RoleSpec.Kind.SESSION_USER;
                    default -> null;
                };
        if (known != null) {
            at++;
            return new RoleSpec(span(start), known, null);
        }
        var name = nonReservedWord();
        if (name.equals("public")) {
            return new RoleSpec(span(start), RoleSpec.Kind.PUBLIC, null);
        }
        if (name.equals("none")) {
            throw error(SqlState.RESERVED_NAME, "role name \"none\" is reserved", start);
        }
        return new RoleSpec(span(start), RoleSpec.Kind.NAME, name);
    }

    final List<RoleSpec> roleList() {
        return commaList(this::role);
    }
}
