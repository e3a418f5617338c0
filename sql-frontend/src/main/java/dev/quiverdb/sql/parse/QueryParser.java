package dev.quiverdb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Queries: WITH, SELECT, VALUES, TABLE, set operators and the clauses of the whole query. */
abstract class QueryParser extends FromParser {

    QueryParser(Tokens tokens) {
        super(tokens);
    }

    /** {@code PreparableStmt}: a query, INSERT, UPDATE, DELETE or MERGE, with or without WITH. */
    abstract Command preparable();

    @Override
    final boolean isQueryStart() {
        return switch (kind()) {
            case SELECT, TABLE, WITH, WITH_LA -> true;
            case VALUES -> kind(1) == Token.LPAREN;
            default -> false;
        };
    }

    @Override
    final boolean continuesQuery() {
        return switch (kind()) {
            case UNION, INTERSECT, EXCEPT, ORDER, LIMIT, OFFSET, FETCH, FOR -> true;
            default -> false;
        };
    }

    /** {@code SelectStmt}: a query that may be in parentheses. */
    final Query selectStatement() {
        if (is(Token.LPAREN)) {
            var start = offset();
            var query = queryInParens();
            return continuesQuery() ? continueQuery(query, start) : query;
        }
        return query();
    }

    @Override
    final Query query() {
        var start = offset();
        var with = optionalWithClause();
        return queryAfterWith(with, start);
    }

    final Query queryAfterWith(Clause.@Nullable With with, int start) {
        var left = setOperation(operand(), 0);
        return options(left, with, start);
    }

    @Override
    final Query continueQuery(Query left, int start) {
        return options(setOperation(left, 0), null, start);
    }

    /** {@code select_clause} without set operators. */
    private Query operand() {
        var start = offset();
        return switch (kind()) {
            case LPAREN -> queryInParens();
            case SELECT -> bare(select(), start);
            case VALUES -> {
                at++;
                if (!is(Token.LPAREN)) {
                    throw fail();
                }
                var rows = commaList(this::row);
                yield bare(new QueryBody.Values(span(start), rows), start);
            }
            case TABLE -> {
                at++;
                var relation = relationExpression();
                yield bare(wholeTable(relation, start), start);
            }
            default -> throw fail();
        };
    }

    private List<Expr> row() {
        expect(Token.LPAREN);
        var row = expressionList();
        expect(Token.RPAREN);
        return row;
    }

    private QueryBody wholeTable(RangeVar relation, int start) {
        var star = new Expr.ColumnRef(span(start), List.of(), true);
        var target = new Clause.Target(span(start), star, null);
        return new QueryBody.Select(
                span(start),
                false,
                List.of(),
                List.of(target),
                null,
                List.of(new From.Table(relation.span(), relation)),
                null,
                false,
                List.of(),
                null,
                List.of());
    }

    private Query bare(QueryBody body, int start) {
        return new Query(span(start), null, body, List.of(), null, null, false, List.of());
    }

    /** Set operators, INTERSECT above the other two, all from the left. */
    private Query setOperation(Query first, int minimum) {
        var left = first;
        while (true) {
            var operator =
                    switch (kind()) {
                        case UNION -> QueryBody.Operator.UNION;
                        case EXCEPT -> QueryBody.Operator.EXCEPT;
                        case INTERSECT -> QueryBody.Operator.INTERSECT;
                        default -> null;
                    };
            if (operator == null) {
                return left;
            }
            var precedence = operator == QueryBody.Operator.INTERSECT ? 2 : 1;
            if (precedence <= minimum) {
                return left;
            }
            var offset = offset();
            at++;
            var all = accept(Token.ALL);
            if (!all) {
                accept(Token.DISTINCT);
            }
            var right = setOperation(operand(), precedence);
            var span = span(offset, left.start());
            left = bare(new QueryBody.SetOperation(span, operator, all, left, right), left.start());
        }
    }

    /** ORDER BY, LIMIT, OFFSET, FETCH and FOR, added to what the query may already have. */
    private Query options(Query query, Clause.@Nullable With with, int start) {
        var orderBy = optionalOrderBy();
        List<Clause.Locking> locking = List.of();
        var limit = new Limit();
        if (is(Token.FOR)) {
            locking = locking();
            limit = optionalLimit();
        } else if (isLimit()) {
            limit = optionalLimit();
            if (is(Token.FOR)) {
                locking = locking();
            }
        }
        if (with == null && orderBy.isEmpty() && !limit.present && locking.isEmpty()) {
            return query;
        }
        return merged(query, with, orderBy, limit, locking, start);
    }

    private Query merged(
            Query query,
            Clause.@Nullable With with,
            List<Clause.SortBy> orderBy,
            Limit limit,
            List<Clause.Locking> locking,
            int start) {
        if (!orderBy.isEmpty() && !query.orderBy().isEmpty()) {
            throw syntax("multiple ORDER BY clauses not allowed", leftmost(orderBy.getFirst()));
        }
        if (limit.offset != null && query.limitOffset() != null) {
            throw syntax("multiple OFFSET clauses not allowed", leftmost(limit.offset));
        }
        if (limit.count != null && query.limitCount() != null) {
            throw syntax("multiple LIMIT clauses not allowed", leftmost(limit.count));
        }
        var order = orderBy.isEmpty() ? query.orderBy() : orderBy;
        var allLocking = new ArrayList<>(query.locking());
        allLocking.addAll(locking);
        if (limit.present) {
            checkTies(query, limit, order, allLocking);
        }
        if (with != null && query.with() != null) {
            throw syntax("multiple WITH clauses not allowed", with.offset());
        }
        return new Query(
                span(start),
                with != null ? with : query.with(),
                query.body(),
                order,
                limit.count != null ? limit.count : query.limitCount(),
                limit.offset != null ? limit.offset : query.limitOffset(),
                limit.withTies || query.withTies(),
                allLocking);
    }

    /** Where PostgreSQL points for a whole expression: its first character that has a position. */
    private static int leftmost(Ast node) {
        return node instanceof Clause.SortBy sort ? sort.expression().start() : node.start();
    }

    private void checkTies(
            Query query, Limit limit, List<Clause.SortBy> order, List<Clause.Locking> locking) {
        if (limit.hasCount && query.withTies()) {
            throw withoutPosition("multiple limit options not allowed");
        }
        if (!limit.withTies) {
            return;
        }
        if (order.isEmpty()) {
            throw withoutPosition("WITH TIES cannot be specified without ORDER BY clause");
        }
        for (var lock : locking) {
            if (lock.waitPolicy() == Clause.LockWait.SKIP) {
                throw withoutPosition("SKIP LOCKED and WITH TIES options cannot be used together");
            }
        }
    }

    private boolean isLimit() {
        return switch (kind()) {
            case LIMIT, OFFSET, FETCH -> true;
            default -> false;
        };
    }

    /** LIMIT and OFFSET while they are read. */
    private static final class Limit {
        private boolean present;
        private boolean hasCount;
        private boolean withTies;
        private @Nullable Expr count;
        private @Nullable Expr offset;
    }

    private Limit optionalLimit() {
        var limit = new Limit();
        while (true) {
            if (isAny(Token.LIMIT, Token.FETCH) && !limit.hasCount) {
                limitClause(limit);
            } else if (is(Token.OFFSET) && limit.offset == null) {
                at++;
                limit.offset = offsetValue();
            } else {
                return limit;
            }
            limit.present = true;
        }
    }

    private void limitClause(Limit limit) {
        var start = offset();
        limit.hasCount = true;
        if (accept(Token.LIMIT)) {
            limit.count = is(Token.ALL) ? literal(at++, Expr.LiteralKind.NULL, "") : expression();
            if (accept(Token.COMMA)) {
                expression();
                throw syntax("LIMIT #,# syntax is not supported", start)
                        .withHint("Use separate LIMIT and OFFSET clauses.");
            }
            return;
        }
        expect(Token.FETCH);
        if (!accept(Token.FIRST)) {
            expect(Token.NEXT);
        }
        var next = kind(1);
        if (isAny(Token.ROW, Token.ROWS) && (next == Token.ONLY || next == Token.WITH)) {
            limit.count = new Expr.Literal(span(lastEnd()), Expr.LiteralKind.INTEGER, "1");
        } else {
            limit.count = fetchValue();
        }
        rowOrRows();
        if (!accept(Token.ONLY)) {
            expect(Token.WITH, Token.TIES);
            limit.withTies = true;
        }
    }

    private void rowOrRows() {
        if (!accept(Token.ROW)) {
            expect(Token.ROWS);
        }
    }

    /** {@code select_fetch_first_value}. */
    private Expr fetchValue() {
        var start = offset();
        if (isAny(Token.PLUS, Token.MINUS)) {
            var minus = is(Token.MINUS);
            at++;
            if (!isAny(Token.ICONST, Token.FCONST)) {
                throw fail();
            }
            var number = primary();
            return minus
                    ? negate(number, start)
                    : new Expr.Operator(span(start), List.of("+"), null, number);
        }
        return primary();
    }

    private Expr offsetValue() {
        var signed =
                isAny(Token.PLUS, Token.MINUS)
                        && (kind(1) == Token.ICONST || kind(1) == Token.FCONST)
                        && (kind(2) == Token.ROW || kind(2) == Token.ROWS);
        var value = signed ? fetchValue() : expression();
        if (signed || lastWasPrimary()) {
            if (isAny(Token.ROW, Token.ROWS)) {
                at++;
            }
        }
        return value;
    }

    /** One or more FOR clauses; FOR READ ONLY is none. */
    private List<Clause.Locking> locking() {
        if (is(Token.FOR, Token.READ)) {
            at += 2;
            expect(Token.ONLY);
            return List.of();
        }
        var clauses = new ArrayList<Clause.Locking>();
        while (is(Token.FOR)) {
            var start = offset();
            at++;
            var strength = lockStrength();
            List<RangeVar> relations = List.of();
            if (accept(Token.OF)) {
                relations = commaList(this::qualifiedName);
            }
            var wait = Clause.LockWait.BLOCK;
            if (accept(Token.NOWAIT)) {
                wait = Clause.LockWait.ERROR;
            } else if (accept(Token.SKIP, Token.LOCKED)) {
                wait = Clause.LockWait.SKIP;
            }
            clauses.add(new Clause.Locking(span(start), strength, relations, wait));
        }
        return clauses;
    }

    private Clause.LockStrength lockStrength() {
        if (accept(Token.UPDATE)) {
            return Clause.LockStrength.UPDATE;
        }
        if (accept(Token.SHARE)) {
            return Clause.LockStrength.SHARE;
        }
        if (accept(Token.NO, Token.KEY, Token.UPDATE)) {
            return Clause.LockStrength.NO_KEY_UPDATE;
        }
        expect(Token.KEY, Token.SHARE);
        return Clause.LockStrength.KEY_SHARE;
    }

    @Override
    final List<Clause.SortBy> optionalOrderBy() {
        if (!accept(Token.ORDER)) {
            return List.of();
        }
        expect(Token.BY);
        return commaList(this::sortBy);
    }

    private Clause.SortBy sortBy() {
        var start = offset();
        var expression = expression();
        var direction = Clause.Direction.DEFAULT;
        List<String> operator = List.of();
        if (accept(Token.USING)) {
            direction = Clause.Direction.USING;
            operator = operatorNameOrToken();
        } else {
            direction = direction();
        }
        var nulls = nullsOrder();
        return new Clause.SortBy(span(start), expression, direction, operator, nulls);
    }

    final Clause.Direction direction() {
        if (accept(Token.ASC)) {
            return Clause.Direction.ASC;
        }
        return accept(Token.DESC) ? Clause.Direction.DESC : Clause.Direction.DEFAULT;
    }

    final Clause.Nulls nullsOrder() {
        if (!accept(Token.NULLS_LA)) {
            return Clause.Nulls.DEFAULT;
        }
        if (accept(Token.FIRST)) {
            return Clause.Nulls.FIRST;
        }
        expect(Token.LAST);
        return Clause.Nulls.LAST;
    }

    private QueryBody select() {
        var start = offset();
        expect(Token.SELECT);
        var distinct = accept(Token.DISTINCT);
        List<Expr> distinctOn = List.of();
        List<Clause.Target> targets = List.of();
        if (distinct) {
            if (accept(Token.ON)) {
                expect(Token.LPAREN);
                distinctOn = expressionList();
                expect(Token.RPAREN);
            }
            targets = targets();
        } else {
            accept(Token.ALL);
            if (startsTarget()) {
                targets = targets();
            }
        }
        var into = accept(Token.INTO) ? into() : null;
        var from = optionalFrom();
        var where = optionalWhere();
        var groupDistinct = false;
        List<GroupItem> groupBy = List.of();
        if (accept(Token.GROUP, Token.BY)) {
            groupDistinct = accept(Token.DISTINCT);
            if (!groupDistinct) {
                accept(Token.ALL);
            }
            groupBy = commaList(this::groupItem);
        }
        var having = accept(Token.HAVING) ? expression() : null;
        List<Clause.Window> windows = List.of();
        if (accept(Token.WINDOW)) {
            windows = commaList(this::windowDefinition);
        }
        return new QueryBody.Select(
                span(start),
                distinct,
                distinctOn,
                targets,
                into,
                from,
                where,
                groupDistinct,
                groupBy,
                having,
                windows);
    }

    private Clause.Window windowDefinition() {
        var start = offset();
        var name = columnId();
        expect(Token.AS);
        return windowSpecification(name, start);
    }

    /** Whether a select list stands here; it may be empty. */
    private boolean startsTarget() {
        var kind = kind();
        if (kind.nonReserved) {
            return true;
        }
        return switch (kind) {
            case STAR,
                    ICONST,
                    FCONST,
                    SCONST,
                    BCONST,
                    XCONST,
                    PARAM,
                    LPAREN,
                    PLUS,
                    MINUS,
                    OP,
                    NOT,
                    NOT_LA,
                    ARRAY,
                    CASE,
                    CAST,
                    CURRENT_CATALOG,
                    CURRENT_DATE,
                    CURRENT_ROLE,
                    CURRENT_TIME,
                    CURRENT_TIMESTAMP,
                    CURRENT_USER,
                    DEFAULT,
                    FALSE,
                    TRUE,
                    NULL,
                    LOCALTIME,
                    LOCALTIMESTAMP,
                    SESSION_USER,
                    UNIQUE,
                    USER ->
                    true;
            default -> false;
        };
    }

    final List<Clause.Target> targets() {
        return commaList(this::target);
    }

    private Clause.Target target() {
        var start = offset();
        if (accept(Token.STAR)) {
            var star = new Expr.ColumnRef(span(start), List.of(), true);
            return new Clause.Target(span(start), star, null);
        }
        var expression = targetExpression();
        String name = null;
        if (accept(Token.AS)) {
            name = label();
        } else if (kind().bareLabel) {
            name = value(at++);
        }
        return new Clause.Target(span(start), expression, name);
    }

    /** {@code OptTempTableName}, behind INTO. */
    private IntoClause into() {
        var start = offset();
        var persistence = RangeVar.Persistence.PERMANENT;
        if (isAny(Token.LOCAL, Token.GLOBAL)
                && (kind(1) == Token.TEMPORARY || kind(1) == Token.TEMP)) {
            at += 2;
            accept(Token.TABLE);
            persistence = RangeVar.Persistence.TEMPORARY;
        } else if (isAny(Token.TEMPORARY, Token.TEMP) && namesFollow()) {
            at++;
            accept(Token.TABLE);
            persistence = RangeVar.Persistence.TEMPORARY;
        } else if (is(Token.UNLOGGED) && namesFollow()) {
            at++;
            accept(Token.TABLE);
            persistence = RangeVar.Persistence.UNLOGGED;
        } else {
            accept(Token.TABLE);
        }
        var relation = withPersistence(qualifiedName(), persistence);
        return new IntoClause(
                span(start),
                relation,
                List.of(),
                null,
                List.of(),
                IntoClause.OnCommit.NOOP,
                null,
                Ddl.WithData.DEFAULT);
    }

    private boolean namesFollow() {
        return kind(1) == Token.TABLE || kind(1).columnName;
    }

    private GroupItem groupItem() {
        var start = offset();
        if (is(Token.LPAREN, Token.RPAREN)) {
            at += 2;
            return new GroupItem.GroupingSet(span(start), GroupItem.SetKind.EMPTY, List.of());
        }
        if (is(Token.CUBE, Token.LPAREN) || is(Token.ROLLUP, Token.LPAREN)) {
            var kind = is(Token.CUBE) ? GroupItem.SetKind.CUBE : GroupItem.SetKind.ROLLUP;
            at++;
            var content = parenthesized(this::simpleItem);
            return new GroupItem.GroupingSet(span(start), kind, content);
        }
        if (is(Token.GROUPING, Token.SETS)) {
            at += 2;
            var content = parenthesized(this::groupItem);
            return new GroupItem.GroupingSet(span(start), GroupItem.SetKind.SETS, content);
        }
        return simpleItem();
    }

    private GroupItem simpleItem() {
        var expression = expression();
        return new GroupItem.Simple(expression.span(), expression);
    }

    /** {@code with_clause}, or null. */
    final Clause.@Nullable With optionalWithClause() {
        if (!isAny(Token.WITH, Token.WITH_LA)) {
            return null;
        }
        var start = offset();
        var recursive = is(Token.WITH, Token.RECURSIVE) && kind(2).columnName;
        at += recursive ? 2 : 1;
        var ctes = commaList(this::cte);
        return new Clause.With(span(start), recursive, ctes);
    }

    private Clause.Cte cte() {
        var start = offset();
        var name = columnId();
        var columns = optionalColumns();
        expect(Token.AS);
        var materialized = Clause.Materialized.DEFAULT;
        if (accept(Token.MATERIALIZED)) {
            materialized = Clause.Materialized.ALWAYS;
        } else if (accept(Token.NOT, Token.MATERIALIZED)) {
            materialized = Clause.Materialized.NEVER;
        }
        expect(Token.LPAREN);
        var command = preparable();
        expect(Token.RPAREN);
        var search = search();
        var cycle = cycle();
        return new Clause.Cte(span(start), name, columns, materialized, command, search, cycle);
    }

    private Clause.@Nullable Search search() {
        var start = offset();
        if (!accept(Token.SEARCH)) {
            return null;
        }
        var breadth = accept(Token.BREADTH);
        if (!breadth) {
            expect(Token.DEPTH);
        }
        expect(Token.FIRST, Token.BY);
        var columns = nameList();
        expect(Token.SET);
        var column = columnId();
        return new Clause.Search(span(start), columns, breadth, column);
    }

    private Clause.@Nullable Cycle cycle() {
        var start = offset();
        if (!accept(Token.CYCLE)) {
            return null;
        }
        var columns = nameList();
        expect(Token.SET);
        var mark = columnId();
        Expr value = null;
        Expr otherwise = null;
        if (accept(Token.TO)) {
            value = constant();
            expect(Token.DEFAULT);
            otherwise = constant();
        }
        expect(Token.USING);
        var path = columnId();
        return new Clause.Cycle(span(start), columns, mark, value, otherwise, path);
    }

    /** {@code AexprConst}. */
    private Expr constant() {
        var mark = at;
        var constant = primary();
        if (constant instanceof Expr.Literal
                || (constant instanceof Expr.Cast && tokens.kinds[mark] != Token.CAST)) {
            return constant;
        }
        if (!(constant instanceof Expr.ColumnRef) && !(constant instanceof Expr.FuncCall)) {
            at = mark;
        }
        throw fail();
    }
}
