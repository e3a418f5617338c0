package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Transactions, settings, cursors, COPY, EXPLAIN and maintenance. */
abstract class UtilityParser extends DmlParser {

    UtilityParser(Tokens tokens) {
        super(tokens);
    }

    /** CREATE TABLE AS and CREATE MATERIALIZED VIEW, for EXPLAIN. */
    abstract Command explainableCreate();

    abstract Command refresh();

    final Utility begin() {
        var start = offset();
        var kind =
                accept(Token.START) ? Utility.TransactionKind.START : Utility.TransactionKind.BEGIN;
        if (kind == Utility.TransactionKind.START) {
            expect(Token.TRANSACTION);
        } else {
            expect(Token.BEGIN);
            optionalTransaction();
        }
        List<Clause.Option> modes = isTransactionMode() ? transactionModes() : List.of();
        return new Utility.Transaction(span(start), kind, modes, null, false);
    }

    private void optionalTransaction() {
        if (!accept(Token.WORK)) {
            accept(Token.TRANSACTION);
        }
    }

    private boolean isTransactionMode() {
        return switch (kind()) {
            case ISOLATION, READ, DEFERRABLE, NOT -> true;
            default -> false;
        };
    }

    private List<Clause.Option> transactionModes() {
        var modes = new ArrayList<Clause.Option>();
        do {
            modes.add(transactionMode());
        } while (accept(Token.COMMA) || isTransactionMode());
        return modes;
    }

    private Clause.Option transactionMode() {
        var start = offset();
        if (accept(Token.ISOLATION)) {
            expect(Token.LEVEL);
            var level = isolationLevel();
            return option(start, "transaction_isolation", text(level));
        }
        if (accept(Token.READ)) {
            var only = accept(Token.ONLY);
            if (!only) {
                expect(Token.WRITE);
            }
            return option(start, "transaction_read_only", bool(only));
        }
        var not = accept(Token.NOT);
        expect(Token.DEFERRABLE);
        return option(start, "transaction_deferrable", bool(!not));
    }

    private String isolationLevel() {
        if (accept(Token.READ)) {
            if (accept(Token.UNCOMMITTED)) {
                return "read uncommitted";
            }
            expect(Token.COMMITTED);
            return "read committed";
        }
        if (accept(Token.REPEATABLE)) {
            expect(Token.READ);
            return "repeatable read";
        }
        expect(Token.SERIALIZABLE);
        return "serializable";
    }

    /** COMMIT, END, ROLLBACK and ABORT. */
    final Utility endTransaction() {
        var start = offset();
        var word = kind();
        at++;
        var commit = word == Token.COMMIT || word == Token.END;
        var kind = commit ? Utility.TransactionKind.COMMIT : Utility.TransactionKind.ROLLBACK;
        if ((word == Token.COMMIT || word == Token.ROLLBACK) && accept(Token.PREPARED)) {
            var prepared =
                    commit
                            ? Utility.TransactionKind.COMMIT_PREPARED
                            : Utility.TransactionKind.ROLLBACK_PREPARED;
            return transaction(start, prepared, string());
        }
        optionalTransaction();
        if (word == Token.ROLLBACK && accept(Token.TO)) {
            if (is(Token.SAVEPOINT) && kind(1).columnName) {
                at++;
            }
            return transaction(start, Utility.TransactionKind.ROLLBACK_TO, columnId());
        }
        var chain = false;
        if (accept(Token.AND)) {
            chain = !accept(Token.NO);
            expect(Token.CHAIN);
        }
        return new Utility.Transaction(span(start), kind, List.of(), null, chain);
    }

    private Utility transaction(int start, Utility.TransactionKind kind, String name) {
        return new Utility.Transaction(span(start), kind, List.of(), name, false);
    }

    final Utility savepoint() {
        var start = offset();
        if (accept(Token.SAVEPOINT)) {
            return transaction(start, Utility.TransactionKind.SAVEPOINT, columnId());
        }
        expect(Token.RELEASE);
        if (is(Token.SAVEPOINT) && kind(1).columnName) {
            at++;
        }
        return transaction(start, Utility.TransactionKind.RELEASE, columnId());
    }

    final Command set() {
        var start = offset();
        expect(Token.SET);
        if (is(Token.CONSTRAINTS) && !isAssignment(1)) {
            return setConstraints(start);
        }
        var local = is(Token.LOCAL) && !isAssignment(1) && accept(Token.LOCAL);
        if (!local && is(Token.SESSION) && !isAssignment(1)) {
            if (kind(1) != Token.AUTHORIZATION && kind(1) != Token.CHARACTERISTICS) {
                at++;
            } else if (kind(1) == Token.CHARACTERISTICS && isAssignment(2)) {
                at++;
            }
        }
        return setRest(start, local, true);
    }

    private boolean isAssignment(int ahead) {
        return switch (kind(ahead)) {
            case TO, EQ, FROM, DOT -> true;
            default -> false;
        };
    }

    /**
     * {@code SetResetClause}, or {@code FunctionSetResetClause} where no transaction modes may
     * stand.
     */
    final Utility.SetVariable setOrReset(boolean modesAllowed) {
        var start = offset();
        if (is(Token.RESET)) {
            return reset();
        }
        expect(Token.SET);
        return setRest(start, false, modesAllowed);
    }

    private Utility.SetVariable setRest(int start, boolean local, boolean modesAllowed) {
        if (!isAssignment(1)) {
            var special = setSpecial(start, local, modesAllowed);
            if (special != null) {
                return special;
            }
        }
        var name = variableName();
        if (accept(Token.FROM)) {
            expect(Token.CURRENT);
            return setVariable(start, Utility.SetKind.CURRENT, name, List.of(), local);
        }
        return genericSet(start, name, local);
    }

    private Utility.SetVariable genericSet(int start, String name, boolean local) {
        if (!accept(Token.TO)) {
            expect(Token.EQ);
        }
        if (accept(Token.DEFAULT)) {
            return setVariable(start, Utility.SetKind.DEFAULT, name, List.of(), local);
        }
        var values = commaList(this::settingValue);
        return setVariable(start, Utility.SetKind.VALUE, name, values, local);
    }

    private Utility.SetVariable setVariable(
            int start,
            Utility.SetKind kind,
            String name,
            List<? extends Ast> arguments,
            boolean local) {
        return new Utility.SetVariable(span(start), kind, name, List.<Ast>copyOf(arguments), local);
    }

    private Ast settingValue() {
        return isNumber() ? number() : word();
    }

    private String variableName() {
        var name = columnId();
        while (accept(Token.DOT)) {
            name = name + "." + columnId();
        }
        return name;
    }

    /** The forms of SET that are not {@code name = value}; null if none starts here. */
    private Utility.@Nullable SetVariable setSpecial(
            int start, boolean local, boolean modesAllowed) {
        return switch (kind()) {
            case TRANSACTION -> {
                at++;
                if (accept(Token.SNAPSHOT)) {
                    var snapshot = stringLiteral(expect(Token.SCONST));
                    yield setVariable(
                            start,
                            Utility.SetKind.MULTI,
                            "TRANSACTION SNAPSHOT",
                            List.of(snapshot),
                            local);
                }
                if (!modesAllowed || !isTransactionMode()) {
                    throw fail();
                }
                yield setVariable(
                        start, Utility.SetKind.MULTI, "TRANSACTION", transactionModes(), local);
            }
            case SESSION -> setSession(start, local, modesAllowed);
            case TIME -> {
                at++;
                expect(Token.ZONE);
                yield timeZone(start, local);
            }
            case CATALOG -> {
                at++;
                var offset = offset();
                string();
                throw error(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "current database cannot be changed",
                        offset);
            }
            case SCHEMA -> {
                at++;
                var schema = stringLiteral(expect(Token.SCONST));
                yield setVariable(
                        start, Utility.SetKind.VALUE, "search_path", List.of(schema), local);
            }
            case NAMES -> {
                at++;
                if (is(Token.SCONST)) {
                    var encoding = stringLiteral(at++);
                    yield setVariable(
                            start,
                            Utility.SetKind.VALUE,
                            "client_encoding",
                            List.of(encoding),
                            local);
                }
                accept(Token.DEFAULT);
                yield setVariable(
                        start, Utility.SetKind.DEFAULT, "client_encoding", List.of(), local);
            }
            case ROLE -> {
                at++;
                var role = plainWord();
                yield setVariable(start, Utility.SetKind.VALUE, "role", List.of(role), local);
            }
            case XML -> {
                at++;
                expect(Token.OPTION);
                var content = documentOrContent();
                var value =
                        literal(at - 1, Expr.LiteralKind.STRING, content ? "CONTENT" : "DOCUMENT");
                yield setVariable(start, Utility.SetKind.VALUE, "xmloption", List.of(value), local);
            }
            default -> null;
        };
    }

    private Expr.Literal plainWord() {
        var index = at;
        return literal(index, Expr.LiteralKind.STRING, nonReservedWordOrString());
    }

    private Utility.SetVariable setSession(int start, boolean local, boolean modesAllowed) {
        expect(Token.SESSION);
        if (modesAllowed && accept(Token.CHARACTERISTICS)) {
            expect(Token.AS, Token.TRANSACTION);
            if (!isTransactionMode()) {
                throw fail();
            }
            return setVariable(
                    start,
                    Utility.SetKind.MULTI,
                    "SESSION CHARACTERISTICS",
                    transactionModes(),
                    local);
        }
        expect(Token.AUTHORIZATION);
        if (accept(Token.DEFAULT)) {
            return setVariable(
                    start, Utility.SetKind.DEFAULT, "session_authorization", List.of(), local);
        }
        var role = plainWord();
        return setVariable(
                start, Utility.SetKind.VALUE, "session_authorization", List.of(role), local);
    }

    private Utility.SetVariable timeZone(int start, boolean local) {
        if (isAny(Token.DEFAULT, Token.LOCAL)) {
            at++;
            return setVariable(start, Utility.SetKind.DEFAULT, "timezone", List.of(), local);
        }
        Ast zone;
        if (isAny(Token.SCONST, Token.IDENT)) {
            zone = stringLiteral(at++);
        } else if (is(Token.INTERVAL)) {
            var intervalStart = offset();
            at++;
            var interval = intervalLiteral(intervalStart);
            checkZone(interval);
            zone = interval;
        } else {
            zone = number();
        }
        return setVariable(start, Utility.SetKind.VALUE, "timezone", List.of(zone), local);
    }

    private void checkZone(Expr.Cast interval) {
        var typmods = interval.type().typmods();
        if (typmods.isEmpty() || !(typmods.getFirst() instanceof Expr.Literal mask)) {
            return;
        }
        var fields = Integer.parseInt(mask.text());
        if (fields != INTERVAL_FULL_RANGE && (fields & ~INTERVAL_ZONE) != 0) {
            throw syntax("time zone interval must be HOUR or HOUR TO MINUTE", mask.start());
        }
    }

    private Utility setConstraints(int start) {
        expect(Token.CONSTRAINTS);
        List<RangeVar> constraints = accept(Token.ALL) ? List.of() : commaList(this::qualifiedName);
        var deferred = accept(Token.DEFERRED);
        if (!deferred) {
            expect(Token.IMMEDIATE);
        }
        return new Utility.SetConstraints(span(start), constraints, deferred);
    }

    final Utility.SetVariable reset() {
        var start = offset();
        expect(Token.RESET);
        if (accept(Token.ALL)) {
            return setVariable(start, Utility.SetKind.RESET_ALL, "all", List.of(), false);
        }
        return setVariable(start, Utility.SetKind.RESET, namedVariable(), List.of(), false);
    }

    /** A variable's name, or one of the forms of several words. */
    private String namedVariable() {
        var next = kind(1);
        if (is(Token.TIME) && next == Token.ZONE) {
            at += 2;
            return "timezone";
        }
        if (is(Token.TRANSACTION) && next == Token.ISOLATION) {
            at += 2;
            expect(Token.LEVEL);
            return "transaction_isolation";
        }
        if (is(Token.SESSION) && next == Token.AUTHORIZATION) {
            at += 2;
            return "session_authorization";
        }
        return variableName();
    }

    final Utility show() {
        var start = offset();
        expect(Token.SHOW);
        var name = accept(Token.ALL) ? "all" : namedVariable();
        return new Utility.Show(span(start), name);
    }

    final Utility alterSystem(int start) {
        expect(Token.SYSTEM);
        if (is(Token.RESET)) {
            var resetStart = offset();
            at++;
            var set =
                    accept(Token.ALL)
                            ? setVariable(
                                    resetStart, Utility.SetKind.RESET_ALL, "all", List.of(), false)
                            : setVariable(
                                    resetStart,
                                    Utility.SetKind.RESET,
                                    variableName(),
                                    List.of(),
                                    false);
            return new Utility.AlterSystem(span(start), set);
        }
        var setStart = offset();
        expect(Token.SET);
        var set = genericSet(setStart, variableName(), false);
        return new Utility.AlterSystem(span(start), set);
    }

    final Utility copy() {
        var start = offset();
        expect(Token.COPY);
        if (accept(Token.LPAREN)) {
            var query = preparable();
            expect(Token.RPAREN);
            var to = offset(expect(Token.TO));
            return copyTail(start, null, List.of(), query, false, new ArrayList<>(), to);
        }
        var options = new ArrayList<Clause.Option>();
        var binaryStart = offset();
        if (is(Token.BINARY)) {
            at++;
            options.add(option(binaryStart, "format", text("binary")));
        }
        var relation = qualifiedName();
        var columns = optionalColumns();
        var from = accept(Token.FROM);
        if (!from) {
            expect(Token.TO);
        }
        return copyTail(start, relation, columns, null, from, options, -1);
    }

    private Utility copyTail(
            int start,
            @Nullable RangeVar relation,
            List<String> columns,
            @Nullable Command query,
            boolean from,
            List<Clause.Option> options,
            int errorOffset) {
        var program = accept(Token.PROGRAM);
        var programError = errorOffset;
        String file = null;
        if (is(Token.SCONST)) {
            file = string();
        } else if (!accept(Token.STDIN)) {
            expect(Token.STDOUT);
        }
        if (relation != null) {
            var delimiterStart = offset();
            if (is(Token.USING) || is(Token.DELIMITERS)) {
                programError = delimiterStart;
                accept(Token.USING);
                expect(Token.DELIMITERS);
                options.add(option(delimiterStart, "delimiter", text(string())));
            }
        }
        optionalWith();
        if (is(Token.LPAREN)) {
            options.addAll(parenthesized(this::copyOption));
        } else {
            while (true) {
                var option = oldCopyOption();
                if (option == null) {
                    break;
                }
                options.add(option);
            }
        }
        var whereStart = offset();
        var where = relation != null ? optionalWhere() : null;
        if (program && file == null) {
            var message = "STDIN/STDOUT not allowed with PROGRAM";
            throw programError < 0 ? withoutPosition(message) : syntax(message, programError);
        }
        if (where != null && !from) {
            throw syntax("WHERE clause not allowed with COPY TO", whereStart);
        }
        return new Utility.Copy(
                span(start), relation, columns, query, from, program, file, options, where);
    }

    private Clause.Option copyOption() {
        var start = offset();
        var name = label();
        Ast value = null;
        if (isNumber()) {
            value = number();
        } else if (is(Token.STAR)) {
            at++;
            value = new Clause.NameRef(span(lastEnd() - 1), List.of("*"));
        } else if (is(Token.LPAREN)) {
            var listStart = offset();
            var items = List.<Ast>copyOf(parenthesized(this::word));
            value = new Clause.ListOf(span(listStart), items);
        } else if (kind().nonReserved || is(Token.SCONST) || isBooleanWord()) {
            value = word();
        }
        return option(start, name, value);
    }

    private Clause.@Nullable Option oldCopyOption() {
        var start = offset();
        return switch (kind()) {
            case BINARY -> {
                at++;
                yield option(start, "format", text("binary"));
            }
            case FREEZE -> {
                at++;
                yield option(start, "freeze", bool(true));
            }
            case CSV -> {
                at++;
                yield option(start, "format", text("csv"));
            }
            case HEADER -> {
                at++;
                yield option(start, "header", bool(true));
            }
            case DELIMITER, NULL, QUOTE, ESCAPE -> {
                var name = value(at++);
                accept(Token.AS);
                yield option(start, name, text(string()));
            }
            case ENCODING -> {
                at++;
                yield option(start, "encoding", text(string()));
            }
            case FORCE -> {
                at++;
                yield forceOption(start);
            }
            default -> null;
        };
    }

    private Clause.Option forceOption(int start) {
        String name;
        if (accept(Token.QUOTE)) {
            if (accept(Token.STAR)) {
                var star = new Clause.NameRef(span(lastEnd() - 1), List.of("*"));
                return option(start, "force_quote", star);
            }
            name = "force_quote";
        } else if (accept(Token.NOT)) {
            expect(Token.NULL);
            name = "force_not_null";
        } else {
            expect(Token.NULL);
            name = "force_null";
        }
        var columnsStart = offset();
        var columns = new ArrayList<Ast>();
        for (var column : nameList()) {
            columns.add(text(column));
        }
        return option(start, name, new Clause.ListOf(span(columnsStart), columns));
    }

    final Utility explain() {
        var start = offset();
        expect(Token.EXPLAIN);
        List<Clause.Option> options = new ArrayList<>();
        if (is(Token.LPAREN) && !isExplainedQuery()) {
            options = parenthesized(this::utilityOption);
        } else {
            var analyzeStart = offset();
            if (isAny(Token.ANALYZE, Token.ANALYSE)) {
                at++;
                options.add(option(analyzeStart, "analyze", null));
            }
            var verboseStart = offset();
            if (accept(Token.VERBOSE)) {
                options.add(option(verboseStart, "verbose", null));
            }
        }
        var statement = explainable();
        return new Utility.Explain(span(start), statement, options);
    }

    private boolean isExplainedQuery() {
        var depth = 0;
        while (kind(depth) == Token.LPAREN) {
            depth++;
        }
        return depth > 1
                || switch (kind(depth)) {
                    case SELECT, VALUES, TABLE, WITH, WITH_LA -> true;
                    default -> false;
                };
    }

    private Command explainable() {
        return switch (kind()) {
            case DECLARE -> declareCursor();
            case EXECUTE -> execute();
            case CREATE -> explainableCreate();
            case REFRESH -> refresh();
            default -> preparable();
        };
    }

    /** {@code utility_option_elem}. */
    final Clause.Option utilityOption() {
        var start = offset();
        String name;
        if (isAny(Token.ANALYZE, Token.ANALYSE)) {
            at++;
            name = "analyze";
        } else {
            name = nonReservedWord();
        }
        Ast value = null;
        if (isNumber()) {
            value = number();
        } else if (kind().nonReserved || is(Token.SCONST) || isBooleanWord()) {
            value = word();
        }
        return option(start, name, value);
    }

    final Command prepare() {
        var start = offset();
        expect(Token.PREPARE);
        if (is(Token.TRANSACTION) && kind(1) == Token.SCONST) {
            at++;
            return transaction(start, Utility.TransactionKind.PREPARE, string());
        }
        var name = columnId();
        var types = optionalParenthesized(this::typeName);
        expect(Token.AS);
        var statement = preparable();
        return new Utility.Prepare(span(start), name, types, statement);
    }

    final Utility.Execute execute() {
        var start = offset();
        expect(Token.EXECUTE);
        var name = columnId();
        var parameters = optionalParenthesized(this::expression);
        return new Utility.Execute(span(start), name, parameters);
    }

    final Utility deallocate() {
        var start = offset();
        expect(Token.DEALLOCATE);
        if (is(Token.PREPARE) && (kind(1).columnName || kind(1) == Token.ALL)) {
            at++;
        }
        var name = accept(Token.ALL) ? null : columnId();
        return new Utility.Deallocate(span(start), name);
    }

    final Utility declareCursor() {
        var start = offset();
        expect(Token.DECLARE);
        var name = columnId();
        var binary = false;
        var scroll = false;
        var noScroll = false;
        var insensitive = false;
        var asensitive = false;
        while (!is(Token.CURSOR)) {
            switch (kind()) {
                case NO -> {
                    at++;
                    expect(Token.SCROLL);
                    noScroll = true;
                }
                case SCROLL -> {
                    at++;
                    scroll = true;
                }
                case BINARY -> {
                    at++;
                    binary = true;
                }
                case INSENSITIVE -> {
                    at++;
                    insensitive = true;
                }
                case ASENSITIVE -> {
                    at++;
                    asensitive = true;
                }
                default -> throw fail();
            }
        }
        expect(Token.CURSOR);
        var hold = accept(Token.WITH, Token.HOLD);
        if (!hold) {
            accept(Token.WITHOUT, Token.HOLD);
        }
        expect(Token.FOR);
        var query = selectStatement();
        return new Utility.DeclareCursor(
                span(start), name, binary, scroll, noScroll, insensitive, asensitive, hold, query);
    }

    /** FETCH and MOVE. */
    final Utility fetch() {
        var start = offset();
        var move = is(Token.MOVE);
        at++;
        var direction = Utility.FetchDirection.FORWARD;
        var count = 1L;
        if (isAny(Token.FROM, Token.IN)) {
            at++;
            return fetch(start, direction, count, move);
        }
        if (isSignedInteger()) {
            count = signedInteger();
        } else if (accept(Token.ALL)) {
            count = Long.MAX_VALUE;
        } else if (isDirection()) {
            switch (value(at++)) {
                case "next", "first", "last", "prior" -> {
                    var word = tokens.kinds[at - 1];
                    direction =
                            switch (word) {
                                case NEXT -> Utility.FetchDirection.FORWARD;
                                case PRIOR -> Utility.FetchDirection.BACKWARD;
                                default -> Utility.FetchDirection.ABSOLUTE;
                            };
                    count = word == Token.LAST ? -1 : 1;
                }
                case "absolute" -> {
                    direction = Utility.FetchDirection.ABSOLUTE;
                    count = signedInteger();
                }
                case "relative" -> {
                    direction = Utility.FetchDirection.RELATIVE;
                    count = signedInteger();
                }
                default -> {
                    direction =
                            tokens.kinds[at - 1] == Token.BACKWARD
                                    ? Utility.FetchDirection.BACKWARD
                                    : Utility.FetchDirection.FORWARD;
                    if (isSignedInteger()) {
                        count = signedInteger();
                    } else if (accept(Token.ALL)) {
                        count = Long.MAX_VALUE;
                    }
                }
            }
        }
        if (isAny(Token.FROM, Token.IN)) {
            at++;
        }
        return fetch(start, direction, count, move);
    }

    private Utility fetch(int start, Utility.FetchDirection direction, long count, boolean move) {
        var portal = columnId();
        return new Utility.Fetch(span(start), direction, count, portal, move);
    }

    private boolean isSignedInteger() {
        return switch (kind()) {
            case ICONST, PLUS, MINUS -> true;
            default -> false;
        };
    }

    /** Whether the word here is a direction, and not the name of a cursor. */
    private boolean isDirection() {
        return switch (kind()) {
            case NEXT, PRIOR, FIRST, LAST, ABSOLUTE, RELATIVE, FORWARD, BACKWARD ->
                    kind(1).columnName
                            || switch (kind(1)) {
                                case ICONST, PLUS, MINUS, ALL, FROM, IN -> true;
                                default -> false;
                            };
            default -> false;
        };
    }

    final Utility close() {
        var start = offset();
        expect(Token.CLOSE);
        var name = accept(Token.ALL) ? null : columnId();
        return new Utility.ClosePortal(span(start), name);
    }

    final Utility notification() {
        var start = offset();
        return switch (kind()) {
            case LISTEN -> {
                at++;
                var channel = columnId();
                yield new Utility.Listen(span(start), channel);
            }
            case UNLISTEN -> {
                at++;
                var channel = accept(Token.STAR) ? null : columnId();
                yield new Utility.Unlisten(span(start), channel);
            }
            default -> {
                expect(Token.NOTIFY);
                var channel = columnId();
                var payload = accept(Token.COMMA) ? string() : null;
                yield new Utility.Notify(span(start), channel, payload);
            }
        };
    }

    final Utility vacuum() {
        var start = offset();
        var vacuum = accept(Token.VACUUM);
        if (!vacuum) {
            at++;
        }
        List<Clause.Option> options = new ArrayList<>();
        if (is(Token.LPAREN)) {
            options = parenthesized(this::utilityOption);
        } else {
            if (vacuum) {
                flag(options, Token.FULL, "full");
                flag(options, Token.FREEZE, "freeze");
            }
            flag(options, Token.VERBOSE, "verbose");
            if (vacuum) {
                flag(options, is(Token.ANALYSE) ? Token.ANALYSE : Token.ANALYZE, "analyze");
            }
        }
        List<Clause.VacuumTarget> targets = List.of();
        if (kind().columnName) {
            targets = commaList(this::vacuumTarget);
        }
        return new Utility.Vacuum(span(start), vacuum, options, targets);
    }

    private void flag(List<Clause.Option> options, Token word, String name) {
        var start = offset();
        if (accept(word)) {
            options.add(option(start, name, null));
        }
    }

    private Clause.VacuumTarget vacuumTarget() {
        var start = offset();
        var relation = qualifiedName();
        var columns = optionalColumns();
        return new Clause.VacuumTarget(span(start), relation, columns);
    }

    final Utility cluster() {
        var start = offset();
        expect(Token.CLUSTER);
        List<Clause.Option> options = new ArrayList<>();
        if (is(Token.LPAREN)) {
            options = parenthesized(this::utilityOption);
            var relation = qualifiedName();
            var index = accept(Token.USING) ? columnId() : null;
            return new Utility.Cluster(span(start), relation, index, options);
        }
        flag(options, Token.VERBOSE, "verbose");
        if (!kind().columnName) {
            return new Utility.Cluster(span(start), null, null, options);
        }
        if (kind(1) == Token.ON) {
            var index = columnId();
            at++;
            var relation = qualifiedName();
            return new Utility.Cluster(span(start), relation, index, options);
        }
        var relation = qualifiedName();
        var index = accept(Token.USING) ? columnId() : null;
        return new Utility.Cluster(span(start), relation, index, options);
    }

    final Utility reindex() {
        var start = offset();
        expect(Token.REINDEX);
        List<Clause.Option> options = new ArrayList<>();
        if (is(Token.LPAREN)) {
            options.addAll(parenthesized(this::utilityOption));
        }
        var kind =
                switch (kind()) {
                    case INDEX -> Utility.ReindexKind.INDEX;
                    case TABLE -> Utility.ReindexKind.TABLE;
                    case SCHEMA -> Utility.ReindexKind.SCHEMA;
                    case SYSTEM -> Utility.ReindexKind.SYSTEM;
                    case DATABASE -> Utility.ReindexKind.DATABASE;
                    default -> throw fail();
                };
        at++;
        flag(options, Token.CONCURRENTLY, "concurrently");
        if (kind == Utility.ReindexKind.INDEX || kind == Utility.ReindexKind.TABLE) {
            var relation = qualifiedName();
            return new Utility.Reindex(span(start), kind, relation, null, options);
        }
        var name = columnId();
        return new Utility.Reindex(span(start), kind, null, name, options);
    }

    final Utility lock() {
        var start = offset();
        expect(Token.LOCK);
        accept(Token.TABLE);
        var relations = commaList(this::relationExpression);
        var mode = "ACCESS EXCLUSIVE";
        if (accept(Token.IN)) {
            mode = lockMode();
            expect(Token.MODE);
        }
        var nowait = accept(Token.NOWAIT);
        return new Utility.LockTable(span(start), relations, mode, nowait);
    }

    private String lockMode() {
        return switch (kind()) {
            case ACCESS -> {
                at++;
                if (accept(Token.SHARE)) {
                    yield "ACCESS SHARE";
                }
                expect(Token.EXCLUSIVE);
                yield "ACCESS EXCLUSIVE";
            }
            case ROW -> {
                at++;
                if (accept(Token.SHARE)) {
                    yield "ROW SHARE";
                }
                expect(Token.EXCLUSIVE);
                yield "ROW EXCLUSIVE";
            }
            case SHARE -> {
                at++;
                if (accept(Token.UPDATE, Token.EXCLUSIVE)) {
                    yield "SHARE UPDATE EXCLUSIVE";
                }
                yield accept(Token.ROW, Token.EXCLUSIVE) ? "SHARE ROW EXCLUSIVE" : "SHARE";
            }
            default -> {
                expect(Token.EXCLUSIVE);
                yield "EXCLUSIVE";
            }
        };
    }

    final Utility discard() {
        var start = offset();
        expect(Token.DISCARD);
        var kind =
                switch (kind()) {
                    case ALL -> Utility.DiscardKind.ALL;
                    case PLANS -> Utility.DiscardKind.PLANS;
                    case SEQUENCES -> Utility.DiscardKind.SEQUENCES;
                    case TEMP, TEMPORARY -> Utility.DiscardKind.TEMP;
                    default -> throw fail();
                };
        at++;
        return new Utility.Discard(span(start), kind);
    }

    final Utility doBlock() {
        var start = offset();
        expect(Token.DO);
        var options = new ArrayList<Clause.Option>();
        do {
            var optionStart = offset();
            if (accept(Token.LANGUAGE)) {
                options.add(option(optionStart, "language", text(nonReservedWordOrString())));
            } else {
                options.add(option(optionStart, "as", text(string())));
            }
        } while (isAny(Token.LANGUAGE, Token.SCONST));
        return new Utility.DoBlock(span(start), options);
    }

    final Utility call() {
        var start = offset();
        expect(Token.CALL);
        var callStart = offset();
        var names = functionNames();
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        var call = application(names, callStart);
        return new Utility.Call(span(start), call);
    }

    final Utility checkpoint() {
        var start = offset();
        expect(Token.CHECKPOINT);
        return new Utility.Checkpoint(span(start));
    }

    final Utility load() {
        var start = offset();
        expect(Token.LOAD);
        return new Utility.Load(span(start), string());
    }
}
