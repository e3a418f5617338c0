package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The actions of ALTER TABLE, its kin, ALTER DOMAIN and composite types. */
abstract class AlterTableParser extends TableDdlParser {

    AlterTableParser(Tokens tokens) {
        super(tokens);
    }

    /** {@code alter_table_cmds}, or a partition command, behind the relation. */
    final Command alterActions(int start, ObjectType type, RangeVar relation, boolean missingOk) {
        List<TableDdl.AlterAction> actions;
        if (is(Token.ATTACH) && (type == ObjectType.TABLE || type == ObjectType.INDEX)) {
            actions = List.of(attach(type == ObjectType.TABLE));
        } else if (is(Token.DETACH) && type == ObjectType.TABLE) {
            actions = List.of(detach());
        } else {
            actions = commaList(this::alterAction);
        }
        return new TableDdl.AlterTable(span(start), type, relation, missingOk, actions);
    }

    private TableDdl.AlterAction attach(boolean withBound) {
        var start = offset();
        expect(Token.ATTACH, Token.PARTITION);
        var partStart = offset();
        var relation = qualifiedName();
        var bound = withBound ? partitionBound() : null;
        var partition = new TableElement.Partition(span(partStart), relation, bound, false);
        return action(start, TableDdl.AlterKind.ATTACH_PARTITION, null, partition);
    }

    private TableDdl.AlterAction detach() {
        var start = offset();
        expect(Token.DETACH, Token.PARTITION);
        var partStart = offset();
        var relation = qualifiedName();
        var concurrently = accept(Token.CONCURRENTLY);
        var kind = TableDdl.AlterKind.DETACH_PARTITION;
        if (!concurrently && accept(Token.FINALIZE)) {
            kind = TableDdl.AlterKind.DETACH_PARTITION_FINALIZE;
        }
        var partition = new TableElement.Partition(span(partStart), relation, null, concurrently);
        return action(start, kind, null, partition);
    }

    final TableDdl.AlterAction action(
            int start, TableDdl.AlterKind kind, @Nullable String name, @Nullable Ast definition) {
        return action(start, kind, name, definition, Clause.Behavior.RESTRICT, false);
    }

    final TableDdl.AlterAction action(
            int start,
            TableDdl.AlterKind kind,
            @Nullable String name,
            @Nullable Ast definition,
            Clause.Behavior behavior,
            boolean missingOk) {
        return new TableDdl.AlterAction(
                span(start), kind, name, 0, null, definition, behavior, missingOk);
    }

    private TableDdl.AlterAction alterAction() {
        var start = offset();
        return switch (kind()) {
            case ADD -> {
                at++;
                yield add(start);
            }
            case DROP -> {
                at++;
                yield drop(start);
            }
            case ALTER -> {
                at++;
                yield alter(start);
            }
            case VALIDATE -> {
                at++;
                expect(Token.CONSTRAINT);
                yield action(start, TableDdl.AlterKind.VALIDATE_CONSTRAINT, columnId(), null);
            }
            case SET -> {
                at++;
                yield set(start);
            }
            case RESET -> {
                at++;
                yield action(start, TableDdl.AlterKind.RESET_REL_OPTIONS, null, options());
            }
            case CLUSTER -> {
                at++;
                expect(Token.ON);
                yield action(start, TableDdl.AlterKind.CLUSTER_ON, columnId(), null);
            }
            case ENABLE -> {
                at++;
                yield enable(start);
            }
            case DISABLE -> {
                at++;
                yield disable(start);
            }
            case INHERIT -> {
                at++;
                yield action(start, TableDdl.AlterKind.ADD_INHERIT, null, qualifiedName());
            }
            case NO -> {
                at++;
                if (accept(Token.INHERIT)) {
                    yield action(start, TableDdl.AlterKind.DROP_INHERIT, null, qualifiedName());
                }
                expect(Token.FORCE, Token.ROW, Token.LEVEL, Token.SECURITY);
                yield action(start, TableDdl.AlterKind.NO_FORCE_ROW_SECURITY, null, null);
            }
            case FORCE -> {
                at++;
                expect(Token.ROW, Token.LEVEL, Token.SECURITY);
                yield action(start, TableDdl.AlterKind.FORCE_ROW_SECURITY, null, null);
            }
            case OF -> {
                at++;
                var nameStart = offset();
                var name = anyName();
                var type = new Clause.NameRef(span(nameStart), name);
                yield action(start, TableDdl.AlterKind.ADD_OF, null, type);
            }
            case NOT -> {
                at++;
                expect(Token.OF);
                yield action(start, TableDdl.AlterKind.DROP_OF, null, null);
            }
            case OWNER -> {
                at++;
                expect(Token.TO);
                var owner = role();
                yield new TableDdl.AlterAction(
                        span(start),
                        TableDdl.AlterKind.CHANGE_OWNER,
                        null,
                        0,
                        owner,
                        null,
                        Clause.Behavior.RESTRICT,
                        false);
            }
            case REPLICA -> {
                at++;
                expect(Token.IDENTITY);
                yield replicaIdentity(start);
            }
            default -> {
                var definition = genericOptionList();
                yield action(start, TableDdl.AlterKind.GENERIC_OPTIONS, null, definition);
            }
        };
    }

    private Clause.ListOf options() {
        var start = offset();
        var options = List.<Ast>copyOf(relationOptions());
        return new Clause.ListOf(span(start), options);
    }

    private Clause.ListOf genericOptionList() {
        var start = offset();
        var options = List.<Ast>copyOf(alterGenericOptions());
        return new Clause.ListOf(span(start), options);
    }

    private TableDdl.AlterAction add(int start) {
        switch (kind()) {
            case CONSTRAINT, CHECK, UNIQUE, PRIMARY, FOREIGN, EXCLUDE -> {
                var isColumn =
                        is(Token.EXCLUDE) && kind(1) != Token.USING && kind(1) != Token.LPAREN;
                if (!isColumn) {
                    var constraint = tableConstraint();
                    return action(start, TableDdl.AlterKind.ADD_CONSTRAINT, null, constraint);
                }
            }
            default -> {}
        }
        accept(Token.COLUMN);
        var missingOk = ifNotExists();
        var column = column();
        return action(
                start,
                TableDdl.AlterKind.ADD_COLUMN,
                null,
                column,
                Clause.Behavior.RESTRICT,
                missingOk);
    }

    private TableDdl.AlterAction drop(int start) {
        var kind = TableDdl.AlterKind.DROP_COLUMN;
        if (accept(Token.CONSTRAINT)) {
            kind = TableDdl.AlterKind.DROP_CONSTRAINT;
        } else {
            accept(Token.COLUMN);
        }
        var missingOk = is(Token.IF, Token.EXISTS) && ifExists();
        var name = columnId();
        var behavior = behavior();
        return action(start, kind, name, null, behavior, missingOk);
    }

    private TableDdl.AlterAction alter(int start) {
        if (accept(Token.CONSTRAINT)) {
            var name = columnId();
            var attributeStart = offset();
            var attributes = attributes();
            var options = new ArrayList<Ast>();
            if (attributes.deferrable() || attributes.deferred()) {
                options.add(option(attributeStart, "deferrable", null));
            }
            if (attributes.deferred()) {
                options.add(option(attributeStart, "initdeferred", null));
            }
            if (attributes.notValid() || attributes.noInherit()) {
                throw notMarked("FOREIGN KEY", attributes.notValid() ? "NOT VALID" : "NO INHERIT");
            }
            var list = new Clause.ListOf(span(attributeStart), options);
            return action(start, TableDdl.AlterKind.ALTER_CONSTRAINT, name, list);
        }
        accept(Token.COLUMN);
        if (is(Token.ICONST)) {
            return statisticsByNumber(start);
        }
        var name = columnId();
        return alterColumn(start, name);
    }

    private TableDdl.AlterAction statisticsByNumber(int start) {
        var offset = offset();
        var number = integer();
        expect(Token.SET, Token.STATISTICS);
        var target = statisticsTarget();
        if (number <= 0 || number > Short.MAX_VALUE) {
            throw error(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "column number must be in range from 1 to 32767",
                    offset);
        }
        return new TableDdl.AlterAction(
                span(start),
                TableDdl.AlterKind.SET_STATISTICS,
                null,
                number,
                null,
                target,
                Clause.Behavior.RESTRICT,
                false);
    }

    private Expr.Literal statisticsTarget() {
        var start = offset();
        var value = signedInteger();
        return new Expr.Literal(span(start), Expr.LiteralKind.INTEGER, Integer.toString(value));
    }

    private TableDdl.AlterAction alterColumn(int start, String name) {
        return switch (kind()) {
            case TYPE -> columnType(start, name);
            case DROP -> {
                at++;
                yield dropOfColumn(start, name);
            }
            case RESET -> {
                at++;
                yield action(start, TableDdl.AlterKind.RESET_OPTIONS, name, options());
            }
            case ADD -> {
                at++;
                expect(Token.GENERATED);
                var constraintStart = offset(at - 1);
                var always = generatedWhen();
                expect(Token.AS, Token.IDENTITY);
                var options = parenthesizedSequenceOptions();
                var identity = identity(constraintStart, always, options);
                yield action(start, TableDdl.AlterKind.ADD_IDENTITY, name, identity);
            }
            case OPTIONS -> {
                var options = genericOptionList();
                yield action(start, TableDdl.AlterKind.ALTER_COLUMN_GENERIC_OPTIONS, name, options);
            }
            case RESTART -> identityOptions(start, name);
            default -> {
                if (!is(Token.SET)) {
                    throw fail();
                }
                yield setOfColumn(start, name);
            }
        };
    }

    private TableElement.Constraint identity(
            int start, boolean always, List<Clause.Option> options) {
        return new TableElement.Constraint(
                span(start),
                null,
                TableElement.ConstraintKind.IDENTITY,
                null,
                always,
                options,
                List.of(),
                List.of(),
                false,
                List.of(),
                null,
                null,
                List.of(),
                null,
                null,
                null,
                false,
                false,
                false,
                false);
    }

    private TableDdl.AlterAction dropOfColumn(int start, String name) {
        return switch (kind()) {
            case DEFAULT -> {
                at++;
                yield action(start, TableDdl.AlterKind.COLUMN_DEFAULT, name, null);
            }
            case NOT -> {
                at++;
                expect(Token.NULL);
                yield action(start, TableDdl.AlterKind.DROP_NOT_NULL, name, null);
            }
            default -> {
                var kind = TableDdl.AlterKind.DROP_EXPRESSION;
                if (!accept(Token.EXPRESSION)) {
                    expect(Token.IDENTITY);
                    kind = TableDdl.AlterKind.DROP_IDENTITY;
                }
                var missingOk = ifExists();
                yield action(start, kind, name, null, Clause.Behavior.RESTRICT, missingOk);
            }
        };
    }

    private TableDdl.AlterAction setOfColumn(int start, String name) {
        return switch (kind(1)) {
            case DATA -> {
                at++;
                yield columnType(start, name);
            }
            case DEFAULT -> {
                at += 2;
                yield action(start, TableDdl.AlterKind.COLUMN_DEFAULT, name, expression());
            }
            case NOT -> {
                at += 2;
                expect(Token.NULL);
                yield action(start, TableDdl.AlterKind.SET_NOT_NULL, name, null);
            }
            case STATISTICS -> {
                at += 2;
                var target = statisticsTarget();
                yield action(start, TableDdl.AlterKind.SET_STATISTICS, name, target);
            }
            case LPAREN -> {
                at++;
                yield action(start, TableDdl.AlterKind.SET_OPTIONS, name, options());
            }
            case STORAGE -> {
                at += 2;
                yield action(start, TableDdl.AlterKind.SET_STORAGE, name, text(columnId()));
            }
            case COMPRESSION -> {
                at += 2;
                var method = accept(Token.DEFAULT) ? "default" : columnId();
                yield action(start, TableDdl.AlterKind.SET_COMPRESSION, name, text(method));
            }
            default -> identityOptions(start, name);
        };
    }

    /** {@code alter_identity_column_option_list}. */
    private TableDdl.AlterAction identityOptions(int start, String name) {
        var listStart = offset();
        var options = new ArrayList<Ast>();
        do {
            var optionStart = offset();
            if (accept(Token.RESTART)) {
                var with = isAny(Token.WITH, Token.WITH_LA);
                optionalWith();
                options.add(option(optionStart, "restart", with || isNumber() ? number() : null));
            } else {
                expect(Token.SET);
                if (accept(Token.GENERATED)) {
                    options.add(option(optionStart, "generated", bool(generatedWhen())));
                } else {
                    var offset = offset();
                    var option = sequenceOption();
                    if (option == null) {
                        throw fail();
                    }
                    switch (option.name()) {
                        case "as", "restart", "owned_by" ->
                                throw syntax(
                                        "sequence option \""
                                                + option.name()
                                                + "\" not supported here",
                                        offset);
                        default -> options.add(option);
                    }
                }
            }
        } while (isAny(Token.RESTART, Token.SET));
        var list = new Clause.ListOf(span(listStart), options);
        return action(start, TableDdl.AlterKind.SET_IDENTITY, name, list);
    }

    private TableDdl.AlterAction columnType(int start, String name) {
        accept(Token.DATA);
        var columnStart = offset();
        expect(Token.TYPE);
        var type = typeName();
        var collation = optionalCollation();
        var using = accept(Token.USING) ? expression() : null;
        var column =
                new TableElement.Column(
                        span(columnStart),
                        name,
                        type,
                        null,
                        List.of(),
                        List.of(),
                        collation,
                        using);
        return action(start, TableDdl.AlterKind.ALTER_COLUMN_TYPE, name, column);
    }

    private TableDdl.AlterAction set(int start) {
        return switch (kind()) {
            case WITHOUT -> {
                at++;
                if (accept(Token.OIDS)) {
                    yield action(start, TableDdl.AlterKind.SET_WITHOUT_OIDS, null, null);
                }
                expect(Token.CLUSTER);
                yield action(start, TableDdl.AlterKind.DROP_CLUSTER, null, null);
            }
            case LOGGED -> {
                at++;
                yield action(start, TableDdl.AlterKind.SET_LOGGED, null, null);
            }
            case UNLOGGED -> {
                at++;
                yield action(start, TableDdl.AlterKind.SET_UNLOGGED, null, null);
            }
            case ACCESS -> {
                at++;
                expect(Token.METHOD);
                yield action(start, TableDdl.AlterKind.SET_ACCESS_METHOD, columnId(), null);
            }
            case TABLESPACE -> {
                at++;
                yield action(start, TableDdl.AlterKind.SET_TABLESPACE, columnId(), null);
            }
            default -> action(start, TableDdl.AlterKind.SET_REL_OPTIONS, null, options());
        };
    }

    private TableDdl.AlterAction enable(int start) {
        return switch (kind()) {
            case ROW -> {
                at++;
                expect(Token.LEVEL, Token.SECURITY);
                yield action(start, TableDdl.AlterKind.ENABLE_ROW_SECURITY, null, null);
            }
            case ALWAYS, REPLICA -> {
                var always = is(Token.ALWAYS);
                at++;
                if (accept(Token.TRIGGER)) {
                    yield action(
                            start,
                            always
                                    ? TableDdl.AlterKind.ENABLE_ALWAYS_TRIGGER
                                    : TableDdl.AlterKind.ENABLE_REPLICA_TRIGGER,
                            columnId(),
                            null);
                }
                expect(Token.RULE);
                yield action(
                        start,
                        always
                                ? TableDdl.AlterKind.ENABLE_ALWAYS_RULE
                                : TableDdl.AlterKind.ENABLE_REPLICA_RULE,
                        columnId(),
                        null);
            }
            case RULE -> {
                at++;
                yield action(start, TableDdl.AlterKind.ENABLE_RULE, columnId(), null);
            }
            default -> {
                expect(Token.TRIGGER);
                if (accept(Token.ALL)) {
                    yield action(start, TableDdl.AlterKind.ENABLE_TRIGGER_ALL, null, null);
                }
                if (accept(Token.USER)) {
                    yield action(start, TableDdl.AlterKind.ENABLE_TRIGGER_USER, null, null);
                }
                yield action(start, TableDdl.AlterKind.ENABLE_TRIGGER, columnId(), null);
            }
        };
    }

    private TableDdl.AlterAction disable(int start) {
        if (accept(Token.ROW)) {
            expect(Token.LEVEL, Token.SECURITY);
            return action(start, TableDdl.AlterKind.DISABLE_ROW_SECURITY, null, null);
        }
        if (accept(Token.RULE)) {
            return action(start, TableDdl.AlterKind.DISABLE_RULE, columnId(), null);
        }
        expect(Token.TRIGGER);
        if (accept(Token.ALL)) {
            return action(start, TableDdl.AlterKind.DISABLE_TRIGGER_ALL, null, null);
        }
        if (accept(Token.USER)) {
            return action(start, TableDdl.AlterKind.DISABLE_TRIGGER_USER, null, null);
        }
        return action(start, TableDdl.AlterKind.DISABLE_TRIGGER, columnId(), null);
    }

    private TableDdl.AlterAction replicaIdentity(int start) {
        var kind = TableDdl.AlterKind.REPLICA_IDENTITY;
        return switch (kind()) {
            case NOTHING, FULL, DEFAULT -> action(start, kind, null, text(value(at++)));
            default -> {
                expect(Token.USING, Token.INDEX);
                yield action(start, kind, columnId(), text("index"));
            }
        };
    }

    /** {@code alter_type_cmds}, behind the type's name. */
    final Command alterCompositeType(int start, List<String> name, Span nameSpan) {
        var relation = relation(nameSpan, name, true, null);
        var actions = commaList(this::attributeAction);
        return new TableDdl.AlterTable(span(start), ObjectType.TYPE, relation, false, actions);
    }

    private TableDdl.AlterAction attributeAction() {
        var start = offset();
        if (accept(Token.ADD)) {
            expect(Token.ATTRIBUTE);
            var column = attribute(offset(), columnId());
            return action(start, TableDdl.AlterKind.ADD_COLUMN, null, column, behavior(), false);
        }
        if (accept(Token.DROP)) {
            expect(Token.ATTRIBUTE);
            var missingOk = is(Token.IF, Token.EXISTS) && ifExists();
            var name = columnId();
            return action(start, TableDdl.AlterKind.DROP_COLUMN, name, null, behavior(), missingOk);
        }
        expect(Token.ALTER, Token.ATTRIBUTE);
        var columnStart = offset();
        var name = columnId();
        accept(Token.SET, Token.DATA);
        expect(Token.TYPE);
        var column = attribute(columnStart, name);
        return action(start, TableDdl.AlterKind.ALTER_COLUMN_TYPE, name, column, behavior(), false);
    }

    /** The type and collation of a composite type's attribute. */
    final TableElement.Column attribute(int start, String name) {
        var type = typeName();
        var collation = optionalCollation();
        return new TableElement.Column(
                span(start), name, type, null, List.of(), List.of(), collation, null);
    }

    /** {@code AlterDomainStmt} behind the name, or null if it is another kind of ALTER. */
    final @Nullable Command alterDomain(int start, List<String> name) {
        var actionStart = offset();
        TableDdl.AlterAction action;
        switch (kind()) {
            case SET -> {
                if (kind(1) == Token.SCHEMA) {
                    return null;
                }
                at++;
                if (accept(Token.DEFAULT)) {
                    action =
                            action(
                                    actionStart,
                                    TableDdl.AlterKind.COLUMN_DEFAULT,
                                    null,
                                    expression());
                } else {
                    expect(Token.NOT, Token.NULL);
                    action = action(actionStart, TableDdl.AlterKind.SET_NOT_NULL, null, null);
                }
            }
            case DROP -> {
                at++;
                if (accept(Token.DEFAULT)) {
                    action = action(actionStart, TableDdl.AlterKind.COLUMN_DEFAULT, null, null);
                } else if (accept(Token.NOT, Token.NULL)) {
                    action = action(actionStart, TableDdl.AlterKind.DROP_NOT_NULL, null, null);
                } else {
                    expect(Token.CONSTRAINT);
                    var missingOk = is(Token.IF, Token.EXISTS) && ifExists();
                    var constraint = columnId();
                    action =
                            action(
                                    actionStart,
                                    TableDdl.AlterKind.DROP_CONSTRAINT,
                                    constraint,
                                    null,
                                    behavior(),
                                    missingOk);
                }
            }
            case ADD -> {
                at++;
                action =
                        action(
                                actionStart,
                                TableDdl.AlterKind.ADD_CONSTRAINT,
                                null,
                                tableConstraint());
            }
            case VALIDATE -> {
                at++;
                expect(Token.CONSTRAINT);
                action =
                        action(
                                actionStart,
                                TableDdl.AlterKind.VALIDATE_CONSTRAINT,
                                columnId(),
                                null);
            }
            default -> {
                return null;
            }
        }
        return new ObjectDdl.AlterDomain(span(start), name, action);
    }
}
