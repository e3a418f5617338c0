package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CREATE of tables, views, indexes, sequences, triggers, rules and statistics. */
abstract class TableDdlParser extends TableElementParser {

    TableDdlParser(Tokens tokens) {
        super(tokens);
    }

    /** CREATE ... TABLE, at what may stand before TABLE; also CREATE TABLE AS. */
    final Command createTable(int start, RangeVar.Persistence persistence, boolean asOnly) {
        expect(Token.TABLE);
        var ifNotExists = ifNotExists();
        var relation = withPersistence(qualifiedName(), persistence);
        if (!asOnly && accept(Token.OF)) {
            var typeStart = offset();
            var typeName = anyName();
            var type = new TypeName(span(typeStart), typeName, false, false, List.of(), List.of());
            var elements = typedElements();
            return tableTail(start, relation, ifNotExists, elements, List.of(), type, null);
        }
        if (!asOnly && accept(Token.PARTITION)) {
            expect(Token.OF);
            var parent = qualifiedName();
            var elements = typedElements();
            var bound = partitionBound();
            return tableTail(start, relation, ifNotExists, elements, List.of(parent), null, bound);
        }
        if (is(Token.LPAREN) && !asOnly && !isColumnList()) {
            at++;
            List<TableElement> elements =
                    is(Token.RPAREN) ? List.of() : commaList(this::tableElement);
            expect(Token.RPAREN);
            var inherits = inherits();
            return tableTail(start, relation, ifNotExists, elements, inherits, null, null);
        }
        if (inSchema) {
            throw fail();
        }
        return createTableAs(start, relation, ifNotExists);
    }

    /** Set while the elements of CREATE SCHEMA are read, among which CREATE TABLE AS is not. */
    boolean inSchema;

    /** Whether the parentheses here hold plain names, as before AS: the first then has no type. */
    private boolean isColumnList() {
        return !inSchema
                && kind(1).columnName
                && (kind(2) == Token.COMMA || kind(2) == Token.RPAREN);
    }

    private List<TableElement> typedElements() {
        return optionalParenthesized(this::typedTableElement);
    }

    final List<RangeVar> inherits() {
        return accept(Token.INHERITS) ? parenthesized(this::qualifiedName) : List.of();
    }

    private Command tableTail(
            int start,
            RangeVar relation,
            boolean ifNotExists,
            List<TableElement> elements,
            List<RangeVar> inherits,
            @Nullable TypeName ofType,
            TableElement.@Nullable PartitionBound bound) {
        var partitionBy = partitionBy();
        var accessMethod = optional(Token.USING, this::columnId);
        var options = withOptions();
        var onCommit = onCommit();
        var tablespace = optional(Token.TABLESPACE, this::columnId);
        return new TableDdl.CreateTable(
                span(start),
                relation,
                ifNotExists,
                false,
                elements,
                inherits,
                ofType,
                partitionBy,
                bound,
                accessMethod,
                options,
                onCommit,
                tablespace,
                null,
                List.of());
    }

    private TableDdl.@Nullable PartitionBy partitionBy() {
        var start = offset();
        if (!accept(Token.PARTITION)) {
            return null;
        }
        expect(Token.BY);
        var strategy = columnId();
        var keys = parenthesized(this::partitionKey);
        return new TableDdl.PartitionBy(span(start), strategy, keys);
    }

    private Clause.IndexElement partitionKey() {
        var start = offset();
        var key = bareKey();
        var collation = optionalCollation();
        List<String> operatorClass = kind().columnName ? anyName() : List.of();
        return new Clause.IndexElement(
                span(start),
                key.column(),
                key.expression(),
                collation,
                operatorClass,
                List.of(),
                Clause.Direction.DEFAULT,
                Clause.Nulls.DEFAULT);
    }

    /** A column, a call, or an expression in parentheses. */
    private Clause.IndexElement bareKey() {
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
        return new Clause.IndexElement(
                span(start),
                column,
                expression,
                List.of(),
                List.of(),
                List.of(),
                Clause.Direction.DEFAULT,
                Clause.Nulls.DEFAULT);
    }

    private List<Clause.Option> withOptions() {
        if (accept(Token.WITHOUT)) {
            expect(Token.OIDS);
            return List.of();
        }
        return accept(Token.WITH) ? relationOptions() : List.of();
    }

    private IntoClause.OnCommit onCommit() {
        if (!accept(Token.ON)) {
            return IntoClause.OnCommit.NOOP;
        }
        expect(Token.COMMIT);
        if (accept(Token.DROP)) {
            return IntoClause.OnCommit.DROP;
        }
        if (accept(Token.DELETE, Token.ROWS)) {
            return IntoClause.OnCommit.DELETE_ROWS;
        }
        expect(Token.PRESERVE, Token.ROWS);
        return IntoClause.OnCommit.PRESERVE_ROWS;
    }

    private Command createTableAs(int start, RangeVar relation, boolean ifNotExists) {
        var intoStart = relation.start();
        var columns = optionalColumns();
        var accessMethod = optional(Token.USING, this::columnId);
        var options = withOptions();
        var onCommit = onCommit();
        var tablespace = optional(Token.TABLESPACE, this::columnId);
        expect(Token.AS);
        Command query = is(Token.EXECUTE) ? execute() : selectStatement();
        var withData = withData();
        var into =
                new IntoClause(
                        span(intoStart),
                        relation,
                        columns,
                        accessMethod,
                        options,
                        onCommit,
                        tablespace,
                        withData);
        return new TableDdl.CreateTableAs(span(start), into, query, false, ifNotExists);
    }

    final Ddl.WithData withData() {
        if (!accept(Token.WITH)) {
            return Ddl.WithData.DEFAULT;
        }
        if (accept(Token.NO, Token.DATA)) {
            return Ddl.WithData.NO_DATA;
        }
        expect(Token.DATA);
        return Ddl.WithData.DATA;
    }

    final Command createMaterializedView(int start, RangeVar.Persistence persistence) {
        expect(Token.MATERIALIZED, Token.VIEW);
        var ifNotExists = ifNotExists();
        var intoStart = offset();
        var relation = withPersistence(qualifiedName(), persistence);
        var columns = optionalColumns();
        var accessMethod = optional(Token.USING, this::columnId);
        List<Clause.Option> options = accept(Token.WITH) ? relationOptions() : List.of();
        var tablespace = optional(Token.TABLESPACE, this::columnId);
        expect(Token.AS);
        var query = selectStatement();
        var withData = withData();
        var into =
                new IntoClause(
                        span(intoStart),
                        relation,
                        columns,
                        accessMethod,
                        options,
                        IntoClause.OnCommit.NOOP,
                        tablespace,
                        withData);
        return new TableDdl.CreateTableAs(span(start), into, query, true, ifNotExists);
    }

    @Override
    final Command explainableCreate() {
        var start = offset();
        expect(Token.CREATE);
        var persistence = persistence();
        return is(Token.MATERIALIZED) && persistence != RangeVar.Persistence.TEMPORARY
                ? createMaterializedView(start, persistence)
                : createTable(start, persistence, true);
    }

    @Override
    final Command refresh() {
        var start = offset();
        expect(Token.REFRESH, Token.MATERIALIZED, Token.VIEW);
        var concurrently = accept(Token.CONCURRENTLY);
        var relation = qualifiedName();
        var withData = withData();
        return new TableDdl.RefreshMaterializedView(
                span(start), relation, concurrently, withData == Ddl.WithData.NO_DATA);
    }

    final Command createView(int start, boolean replace, RangeVar.Persistence persistence) {
        var recursive = accept(Token.RECURSIVE);
        expect(Token.VIEW);
        var relation = withPersistence(qualifiedName(), persistence);
        if (recursive && !is(Token.LPAREN)) {
            throw fail();
        }
        var columns = optionalColumns();
        List<Clause.Option> options = accept(Token.WITH) ? relationOptions() : List.of();
        expect(Token.AS);
        var query = selectStatement();
        var checkStart = offset();
        var check = TableDdl.ViewCheck.NONE;
        if (accept(Token.WITH)) {
            check = accept(Token.LOCAL) ? TableDdl.ViewCheck.LOCAL : TableDdl.ViewCheck.CASCADED;
            if (check == TableDdl.ViewCheck.CASCADED) {
                accept(Token.CASCADED);
            }
            expect(Token.CHECK, Token.OPTION);
            if (recursive) {
                throw error(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "WITH CHECK OPTION not supported on recursive views",
                        checkStart);
            }
        }
        return new TableDdl.CreateView(
                span(start), relation, replace, recursive, columns, query, options, check);
    }

    final Command createIndex(int start) {
        var unique = accept(Token.UNIQUE);
        expect(Token.INDEX);
        var concurrently = accept(Token.CONCURRENTLY);
        var ifNotExists = ifNotExists();
        var name = ifNotExists || kind().columnName ? columnId() : null;
        expect(Token.ON);
        var relation = relationExpression();
        var method = accept(Token.USING) ? columnId() : "btree";
        var keys = parenthesized(this::indexElement);
        List<Clause.IndexElement> including =
                accept(Token.INCLUDE) ? parenthesized(this::indexElement) : List.of();
        var notDistinct = nullsNotDistinct();
        List<Clause.Option> options = accept(Token.WITH) ? relationOptions() : List.of();
        var tablespace = optional(Token.TABLESPACE, this::columnId);
        var where = optionalWhere();
        return new TableDdl.CreateIndex(
                span(start),
                unique,
                concurrently,
                ifNotExists,
                name,
                relation,
                method,
                keys,
                including,
                notDistinct,
                options,
                tablespace,
                where);
    }

    final Command createSequence(int start, RangeVar.Persistence persistence) {
        expect(Token.SEQUENCE);
        var ifNotExists = ifNotExists();
        var relation = withPersistence(qualifiedName(), persistence);
        var options = sequenceOptions();
        return new TableDdl.CreateSequence(span(start), relation, ifNotExists, options);
    }

    final Command createForeignTable(int start) {
        expect(Token.TABLE);
        var ifNotExists = ifNotExists();
        var relation = qualifiedName();
        List<TableElement> elements;
        List<RangeVar> parents;
        TableElement.PartitionBound bound = null;
        if (accept(Token.PARTITION, Token.OF)) {
            parents = List.of(qualifiedName());
            elements = typedElements();
            bound = partitionBound();
        } else {
            expect(Token.LPAREN);
            elements = is(Token.RPAREN) ? List.of() : commaList(this::tableElement);
            expect(Token.RPAREN);
            parents = inherits();
        }
        expect(Token.SERVER);
        var server = columnId();
        var options = genericOptions();
        return new TableDdl.CreateTable(
                span(start),
                relation,
                ifNotExists,
                true,
                elements,
                parents,
                null,
                null,
                bound,
                null,
                List.of(),
                IntoClause.OnCommit.NOOP,
                null,
                server,
                options);
    }

    final Command createTrigger(int start, boolean replace) {
        var constraint = accept(Token.CONSTRAINT);
        expect(Token.TRIGGER);
        var name = columnId();
        var timing = TableDdl.TriggerTiming.AFTER;
        if (constraint) {
            expect(Token.AFTER);
        } else if (accept(Token.BEFORE)) {
            timing = TableDdl.TriggerTiming.BEFORE;
        } else if (accept(Token.INSTEAD, Token.OF)) {
            timing = TableDdl.TriggerTiming.INSTEAD_OF;
        } else {
            expect(Token.AFTER);
        }
        var events = new ArrayList<TableDdl.TriggerEvent>();
        List<String> columns = new ArrayList<>();
        do {
            var event = triggerEvent();
            if (event == TableDdl.TriggerEvent.UPDATE && accept(Token.OF)) {
                columns.addAll(nameList());
            }
            if (events.contains(event)) {
                throw failHere("duplicate trigger events specified");
            }
            events.add(event);
        } while (accept(Token.OR));
        expect(Token.ON);
        var relation = qualifiedName();
        RangeVar constraintRelation = null;
        var deferrable = false;
        var deferred = false;
        List<TableDdl.TransitionTable> transitions = new ArrayList<>();
        var row = constraint;
        if (constraint) {
            constraintRelation = accept(Token.FROM) ? qualifiedName() : null;
            var attributes = attributes();
            checkTriggerAttributes(attributes);
            deferrable = attributes.deferrable() || attributes.deferred();
            deferred = attributes.deferred();
            expect(Token.FOR, Token.EACH, Token.ROW);
        } else {
            if (accept(Token.REFERENCING)) {
                do {
                    transitions.add(transition());
                } while (isAny(Token.NEW, Token.OLD));
            }
            if (accept(Token.FOR)) {
                accept(Token.EACH);
                row = accept(Token.ROW);
                if (!row) {
                    expect(Token.STATEMENT);
                }
            }
        }
        var when = accept(Token.WHEN) ? singleOfParens() : null;
        expect(Token.EXECUTE);
        if (!accept(Token.FUNCTION)) {
            expect(Token.PROCEDURE);
        }
        var function = functionNames();
        expect(Token.LPAREN);
        List<String> arguments = is(Token.RPAREN) ? List.of() : commaList(this::triggerArgument);
        expect(Token.RPAREN);
        if (replace && constraint) {
            throw new SqlException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "CREATE OR REPLACE CONSTRAINT TRIGGER is not supported");
        }
        return new TableDdl.CreateTrigger(
                span(start),
                replace,
                constraint,
                name,
                relation,
                timing,
                events,
                columns,
                row,
                transitions,
                when,
                function,
                arguments,
                deferrable,
                deferred,
                constraintRelation);
    }

    private void checkTriggerAttributes(Attributes attributes) {
        if (attributes.notValid() || attributes.noInherit()) {
            throw notMarked("TRIGGER", attributes.notValid() ? "NOT VALID" : "NO INHERIT");
        }
    }

    private String triggerArgument() {
        return switch (kind()) {
            case ICONST, FCONST, SCONST -> value(at++);
            default -> label();
        };
    }

    private TableDdl.TriggerEvent triggerEvent() {
        var event =
                switch (kind()) {
                    case INSERT -> TableDdl.TriggerEvent.INSERT;
                    case UPDATE -> TableDdl.TriggerEvent.UPDATE;
                    case DELETE -> TableDdl.TriggerEvent.DELETE;
                    case TRUNCATE -> TableDdl.TriggerEvent.TRUNCATE;
                    default -> throw fail();
                };
        at++;
        return event;
    }

    private TableDdl.TransitionTable transition() {
        var start = offset();
        var isNew = accept(Token.NEW);
        if (!isNew) {
            expect(Token.OLD);
        }
        var isTable = accept(Token.TABLE);
        if (!isTable) {
            expect(Token.ROW);
        }
        accept(Token.AS);
        var name = columnId();
        return new TableDdl.TransitionTable(span(start), name, isNew, isTable);
    }

    final Command createRule(int start, boolean replace) {
        expect(Token.RULE);
        var name = columnId();
        expect(Token.AS, Token.ON);
        var event =
                switch (kind()) {
                    case SELECT, UPDATE, DELETE, INSERT -> value(at++);
                    default -> throw fail();
                };
        expect(Token.TO);
        var relation = qualifiedName();
        var where = optionalWhere();
        expect(Token.DO);
        var instead = accept(Token.INSTEAD);
        if (!instead) {
            accept(Token.ALSO);
        }
        List<Command> actions = new ArrayList<>();
        if (is(Token.LPAREN) && !isQueryAhead()) {
            at++;
            while (!is(Token.RPAREN)) {
                if (!is(Token.SEMICOLON)) {
                    actions.add(ruleAction());
                }
                if (!accept(Token.SEMICOLON)) {
                    break;
                }
            }
            expect(Token.RPAREN);
        } else if (!accept(Token.NOTHING)) {
            actions.add(ruleAction());
        }
        return new TableDdl.CreateRule(
                span(start), replace, name, relation, event, where, instead, actions);
    }

    /** Whether the parenthesis here is a query's own rather than that of a list of actions. */
    private boolean isQueryAhead() {
        var depth = 0;
        var index = at;
        do {
            switch (tokens.kinds[index]) {
                case LPAREN -> depth++;
                case RPAREN -> depth--;
                case SEMICOLON -> {
                    return false;
                }
                case EOF, ERROR -> {
                    return false;
                }
                default -> {}
            }
            index++;
        } while (depth > 0);
        return switch (tokens.kinds[index]) {
            case UNION, INTERSECT, EXCEPT, ORDER, LIMIT, OFFSET, FETCH, FOR -> true;
            default -> false;
        };
    }

    private Command ruleAction() {
        if (is(Token.NOTIFY)) {
            return notification();
        }
        var command = preparable();
        if (command instanceof Dml.Merge) {
            throw fail();
        }
        return command;
    }

    final Command createStatistics(int start) {
        expect(Token.STATISTICS);
        var ifNotExists = ifNotExists();
        var name = anyName();
        var kinds = optionalColumns();
        expect(Token.ON);
        var expressions = commaList(this::bareKey);
        expect(Token.FROM);
        var from = fromList();
        return new TableDdl.CreateStatistics(
                span(start), name, kinds, expressions, from, ifNotExists);
    }

    final Command truncate() {
        var start = offset();
        expect(Token.TRUNCATE);
        accept(Token.TABLE);
        var relations = commaList(this::relationExpression);
        var restart = accept(Token.RESTART, Token.IDENTITY);
        if (!restart) {
            accept(Token.CONTINUE, Token.IDENTITY);
        }
        var behavior = behavior();
        return new TableDdl.Truncate(span(start), relations, restart, behavior);
    }
}
