package dev.quiverdb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ALTER, DROP, COMMENT and SECURITY LABEL. */
abstract class AlterParser extends CreateParser {

    AlterParser(Tokens tokens) {
        super(tokens);
    }

    final Command alter() {
        var start = offset();
        expect(Token.ALTER);
        return switch (kind()) {
            case TABLE, INDEX, SEQUENCE, VIEW, MATERIALIZED -> alterRelation(start);
            case FOREIGN -> {
                if (kind(1) == Token.TABLE) {
                    yield alterRelation(start);
                }
                yield alterWrapper(start);
            }
            case ROLE -> {
                at++;
                yield alterRole(start);
            }
            case USER -> {
                at++;
                yield is(Token.MAPPING, Token.FOR) ? alterUserMapping(start) : alterRole(start);
            }
            case GROUP -> {
                at++;
                yield alterGroup(start);
            }
            case DEFAULT -> alterDefaultPrivileges(start);
            case SYSTEM -> alterSystem(start);
            case DATABASE -> alterDatabase(start);
            case DOMAIN -> alterDomain(start);
            case TYPE -> alterType(start);
            case POLICY, RULE, TRIGGER -> alterOnTable(start);
            case FUNCTION, PROCEDURE, ROUTINE -> alterFunction(start);
            case AGGREGATE -> {
                at++;
                yield common(start, aggregate(), true, true, true);
            }
            case OPERATOR -> alterOperator(start);
            case EXTENSION -> alterExtension(start);
            case COLLATION -> {
                at++;
                var object = anyNamed(ObjectType.COLLATION);
                if (accept(Token.REFRESH)) {
                    expect(Token.VERSION);
                    yield other(start, "ALTER COLLATION");
                }
                yield common(start, object, true, true, true);
            }
            case CONVERSION -> {
                at++;
                yield common(start, anyNamed(ObjectType.CONVERSION), true, true, true);
            }
            case STATISTICS -> alterStatistics(start);
            case TEXT -> alterTextSearch(start);
            case SCHEMA, LANGUAGE, PROCEDURAL -> {
                var type = plainNameType();
                if (type == null) {
                    throw fail();
                }
                yield common(start, plainNamed(type), true, true, false);
            }
            case LARGE -> {
                at++;
                expect(Token.OBJECT);
                var oidStart = offset();
                var oid = number().text();
                var object = object(oidStart, ObjectType.LARGE_OBJECT, List.of(oid));
                yield common(start, object, false, true, false);
            }
            case EVENT -> alterEventTrigger(start);
            case SERVER -> alterServer(start);
            case TABLESPACE -> alterTablespace(start);
            case PUBLICATION -> alterPublication(start);
            case SUBSCRIPTION -> alterSubscription(start);
            default -> throw fail();
        };
    }

    /** RENAME TO, OWNER TO and SET SCHEMA, as far as this kind of object has them. */
    private Command common(
            int start, Clause.ObjectRef object, boolean rename, boolean owner, boolean schema) {
        if (rename && accept(Token.RENAME)) {
            expect(Token.TO);
            return rename(start, object, columnId());
        }
        if (owner && accept(Token.OWNER)) {
            expect(Token.TO);
            var newOwner = role();
            return new ObjectDdl.AlterOwner(span(start), object, newOwner);
        }
        if (schema && accept(Token.SET)) {
            expect(Token.SCHEMA);
            var name = columnId();
            return new ObjectDdl.AlterSchema(span(start), object.type(), object, null, name, false);
        }
        throw fail();
    }

    private Command rename(int start, Clause.ObjectRef object, String newName) {
        return new ObjectDdl.Rename(
                span(start),
                object.type(),
                object,
                null,
                null,
                null,
                newName,
                Clause.Behavior.RESTRICT,
                false);
    }

    private Command alterRelation(int start) {
        var type = anyNameType();
        if (type == null) {
            throw fail();
        }
        var movable =
                type == ObjectType.TABLE
                        || type == ObjectType.INDEX
                        || type == ObjectType.MATERIALIZED_VIEW;
        if (movable && accept(Token.ALL)) {
            return moveAll(start, type);
        }
        var missingOk = ifExists();
        var inherits = type == ObjectType.TABLE || type == ObjectType.FOREIGN_TABLE;
        var relation = inherits ? relationExpression() : qualifiedName();
        if (accept(Token.RENAME)) {
            return renameInRelation(start, type, relation, missingOk);
        }
        if (is(Token.SET, Token.SCHEMA) && type != ObjectType.INDEX) {
            at += 2;
            var name = columnId();
            return new ObjectDdl.AlterSchema(span(start), type, null, relation, name, missingOk);
        }
        var dependable = type == ObjectType.INDEX || type == ObjectType.MATERIALIZED_VIEW;
        if (dependable
                && !missingOk
                && (is(Token.DEPENDS) || (is(Token.NO) && kind(1) == Token.DEPENDS))) {
            return depends(start, type);
        }
        if (type == ObjectType.SEQUENCE) {
            var options = alterSequenceOptions();
            if (!options.isEmpty()) {
                return new TableDdl.AlterSequence(span(start), relation, missingOk, options);
            }
        }
        return alterActions(start, type, relation, missingOk);
    }

    /** SET LOGGED and the like are actions; all that starts a sequence option is one. */
    private List<Clause.Option> alterSequenceOptions() {
        if (is(Token.NO)
                && kind(1) != Token.CYCLE
                && kind(1) != Token.MAXVALUE
                && kind(1) != Token.MINVALUE
                && (kind(1) == Token.INHERIT || kind(1) == Token.FORCE)) {
            return List.of();
        }
        return sequenceOptions();
    }

    private Command depends(int start, ObjectType type) {
        accept(Token.NO);
        expect(Token.DEPENDS, Token.ON, Token.EXTENSION);
        columnId();
        return other(start, "ALTER " + words(type));
    }

    private Command moveAll(int start, ObjectType type) {
        expect(Token.IN, Token.TABLESPACE);
        columnId();
        if (accept(Token.OWNED)) {
            expect(Token.BY);
            roleList();
        }
        expect(Token.SET, Token.TABLESPACE);
        columnId();
        accept(Token.NOWAIT);
        return other(start, "ALTER " + words(type));
    }

    private Command renameInRelation(
            int start, ObjectType type, RangeVar relation, boolean missingOk) {
        String subName = null;
        var renamed = type;
        if (!accept(Token.TO)) {
            var hasColumns = type != ObjectType.SEQUENCE && type != ObjectType.INDEX;
            if (!hasColumns) {
                throw fail();
            }
            if (type == ObjectType.TABLE && accept(Token.CONSTRAINT)) {
                renamed = ObjectType.TABLE_CONSTRAINT;
            } else {
                accept(Token.COLUMN);
                renamed = ObjectType.COLUMN;
            }
            subName = columnId();
            expect(Token.TO);
        }
        var newName = columnId();
        return new ObjectDdl.Rename(
                span(start),
                renamed,
                null,
                relation,
                type,
                subName,
                newName,
                Clause.Behavior.RESTRICT,
                missingOk);
    }

    private Command alterWrapper(int start) {
        expect(Token.FOREIGN, Token.DATA, Token.WRAPPER);
        var object = plainNamed(ObjectType.FOREIGN_DATA_WRAPPER);
        if (isAny(Token.RENAME, Token.OWNER)) {
            return common(start, object, true, true, false);
        }
        var before = at;
        wrapperOptions();
        if (is(Token.OPTIONS) || at == before) {
            alterGenericOptions();
        }
        return other(start, "ALTER FOREIGN DATA WRAPPER");
    }

    private Command alterUserMapping(int start) {
        at++;
        userMappingTail();
        alterGenericOptions();
        return other(start, "ALTER USER MAPPING");
    }

    private Command alterDatabase(int start) {
        at++;
        var object = plainNamed(ObjectType.DATABASE);
        var name = object.name().getFirst();
        if (isAny(Token.RENAME, Token.OWNER) && kind(1) == Token.TO) {
            return common(start, object, true, true, false);
        }
        if (accept(Token.REFRESH)) {
            expect(Token.COLLATION, Token.VERSION);
            return other(start, "ALTER DATABASE");
        }
        if (is(Token.SET, Token.TABLESPACE)) {
            at++;
            var optionStart = offset();
            at++;
            var option = option(optionStart, "tablespace", text(columnId()));
            return new ObjectDdl.AlterDatabase(span(start), name, List.of(option));
        }
        if (isAny(Token.SET, Token.RESET)) {
            var set = setOrReset(true);
            return new ObjectDdl.AlterDatabaseSet(span(start), name, set);
        }
        accept(Token.WITH);
        var options = databaseOptions();
        return new ObjectDdl.AlterDatabase(span(start), name, options);
    }

    private Command alterDomain(int start) {
        at++;
        var object = anyNamed(ObjectType.DOMAIN);
        if (is(Token.RENAME, Token.CONSTRAINT)) {
            at += 2;
            var constraint = columnId();
            expect(Token.TO);
            var newName = columnId();
            return new ObjectDdl.Rename(
                    span(start),
                    ObjectType.DOMAIN_CONSTRAINT,
                    object,
                    null,
                    null,
                    constraint,
                    newName,
                    Clause.Behavior.RESTRICT,
                    false);
        }
        var altered = alterDomain(start, object.name());
        return altered != null ? altered : common(start, object, true, true, true);
    }

    private Command alterType(int start) {
        at++;
        var nameStart = offset();
        var object = anyNamed(ObjectType.TYPE);
        var name = object.name();
        if (is(Token.ADD, Token.VALUE)) {
            return addEnumValue(start, name);
        }
        if (is(Token.RENAME, Token.VALUE)) {
            at += 2;
            var old = string();
            expect(Token.TO);
            var label = string();
            return new ObjectDdl.AlterEnum(span(start), name, old, label, null, false, false);
        }
        if (is(Token.RENAME, Token.ATTRIBUTE)) {
            at += 2;
            var attribute = columnId();
            expect(Token.TO);
            var newName = columnId();
            var behavior = behavior();
            var relation = relation(span(nameStart), name, true, null);
            return new ObjectDdl.Rename(
                    span(start),
                    ObjectType.ATTRIBUTE,
                    null,
                    relation,
                    ObjectType.TYPE,
                    attribute,
                    newName,
                    behavior,
                    false);
        }
        if (is(Token.SET, Token.LPAREN)) {
            at++;
            var options = parenthesized(this::alterOption);
            return new ObjectDdl.AlterType(span(start), name, options);
        }
        return switch (kind()) {
            case ADD, DROP, ALTER -> alterCompositeType(start, name, object.span());
            default -> common(start, object, true, true, true);
        };
    }

    /** {@code operator_def_elem}. */
    private Clause.Option alterOption() {
        var start = offset();
        var name = label();
        expect(Token.EQ);
        var value = is(Token.NONE) ? null : definitionArgument();
        if (value == null) {
            at++;
        }
        return option(start, name, value);
    }

    private Command addEnumValue(int start, List<String> name) {
        at += 2;
        var ifNotExists = ifNotExists();
        var label = string();
        String neighbour = null;
        var after = is(Token.AFTER);
        if (isAny(Token.BEFORE, Token.AFTER)) {
            at++;
            neighbour = string();
        }
        return new ObjectDdl.AlterEnum(
                span(start), name, null, label, neighbour, after, ifNotExists);
    }

    /** ALTER POLICY, RULE and TRIGGER. */
    private Command alterOnTable(int start) {
        var type = onTableType();
        if (type == null) {
            throw fail();
        }
        var missingOk = type == ObjectType.POLICY && ifExists();
        var name = columnId();
        expect(Token.ON);
        var table = qualifiedName();
        if (accept(Token.RENAME)) {
            expect(Token.TO);
            var newName = columnId();
            return new ObjectDdl.Rename(
                    span(start),
                    type,
                    null,
                    table,
                    ObjectType.TABLE,
                    name,
                    newName,
                    Clause.Behavior.RESTRICT,
                    missingOk);
        }
        if (type == ObjectType.POLICY && !missingOk) {
            return alterPolicy(start, name, table);
        }
        if (type == ObjectType.TRIGGER) {
            return depends(start, type);
        }
        throw fail();
    }

    private Command alterFunction(int start) {
        var type = ObjectType.valueOf(kind().name());
        at++;
        var function = function(type);
        if (is(Token.RENAME) || is(Token.OWNER) || is(Token.SET, Token.SCHEMA)) {
            return common(start, function, true, true, true);
        }
        if (isAny(Token.DEPENDS, Token.NO)) {
            return depends(start, type);
        }
        var options = new ArrayList<Clause.Option>();
        while (true) {
            var option = functionOption();
            if (option == null) {
                break;
            }
            options.add(option);
        }
        if (options.isEmpty()) {
            throw fail();
        }
        accept(Token.RESTRICT);
        return new ObjectDdl.AlterFunction(span(start), function, options);
    }

    private Command alterOperator(int start) {
        at++;
        var object = operatorClassOrOperator();
        if (object.type() == ObjectType.OPERATOR_FAMILY && accept(Token.ADD)) {
            commaList(this::operatorClassItem);
            return other(start, "ALTER OPERATOR FAMILY");
        }
        if (object.type() == ObjectType.OPERATOR_FAMILY && accept(Token.DROP)) {
            commaList(this::droppedClassItem);
            return other(start, "ALTER OPERATOR FAMILY");
        }
        if (object.type() == ObjectType.OPERATOR && is(Token.SET, Token.LPAREN)) {
            at++;
            parenthesized(this::alterOption);
            return other(start, "ALTER OPERATOR");
        }
        return common(start, object, object.type() != ObjectType.OPERATOR, true, true);
    }

    private Integer droppedClassItem() {
        if (!accept(Token.OPERATOR)) {
            expect(Token.FUNCTION);
        }
        integer();
        parenthesized(this::typeName);
        return at;
    }

    private Command alterExtension(int start) {
        at++;
        var object = plainNamed(ObjectType.EXTENSION);
        if (accept(Token.UPDATE)) {
            var options = new ArrayList<Clause.Option>();
            while (is(Token.TO)) {
                var optionStart = offset();
                at++;
                options.add(option(optionStart, "new_version", text(nonReservedWordOrString())));
            }
            return new ObjectDdl.AlterExtension(span(start), object.name().getFirst(), options);
        }
        if (isAny(Token.ADD, Token.DROP)) {
            at++;
            extensionMember();
            return other(start, "ALTER EXTENSION");
        }
        return common(start, object, false, false, true);
    }

    private void extensionMember() {
        switch (kind()) {
            case OPERATOR -> {
                at++;
                operatorClassOrOperator();
            }
            case CAST -> {
                at++;
                castObject();
            }
            case TRANSFORM -> {
                at++;
                transformObject();
            }
            case COLUMN, LARGE -> throw fail();
            default -> commentable(true);
        }
    }

    private Command alterStatistics(int start) {
        at++;
        var missingOk = ifExists();
        var object = anyNamed(ObjectType.STATISTICS);
        if (missingOk || is(Token.SET, Token.STATISTICS)) {
            expect(Token.SET, Token.STATISTICS);
            signedInteger();
            return other(start, "ALTER STATISTICS");
        }
        return common(start, object, true, true, true);
    }

    private Command alterTextSearch(int start) {
        at++;
        var type = textSearchType();
        var object = anyNamed(type);
        if (type == ObjectType.TEXT_SEARCH_DICTIONARY && is(Token.LPAREN)) {
            definition();
            return other(start, "ALTER TEXT SEARCH DICTIONARY");
        }
        if (type == ObjectType.TEXT_SEARCH_CONFIGURATION) {
            switch (kind()) {
                case ADD -> {
                    at++;
                    expect(Token.MAPPING, Token.FOR);
                    nameList();
                    anyWith();
                    commaList(this::anyName);
                    return other(start, "ALTER TEXT SEARCH CONFIGURATION");
                }
                case ALTER -> {
                    at++;
                    expect(Token.MAPPING);
                    alterMapping();
                    return other(start, "ALTER TEXT SEARCH CONFIGURATION");
                }
                case DROP -> {
                    at++;
                    expect(Token.MAPPING);
                    ifExists();
                    expect(Token.FOR);
                    nameList();
                    return other(start, "ALTER TEXT SEARCH CONFIGURATION");
                }
                default -> {}
            }
        }
        var owned =
                type == ObjectType.TEXT_SEARCH_DICTIONARY
                        || type == ObjectType.TEXT_SEARCH_CONFIGURATION;
        return common(start, object, true, owned, true);
    }

    private void alterMapping() {
        var named = accept(Token.FOR);
        if (named) {
            nameList();
        }
        if (!named || is(Token.REPLACE)) {
            expect(Token.REPLACE);
            anyName();
            anyWith();
            anyName();
            return;
        }
        anyWith();
        commaList(this::anyName);
    }

    private void anyWith() {
        if (!accept(Token.WITH_LA)) {
            expect(Token.WITH);
        }
    }

    private Command alterEventTrigger(int start) {
        at++;
        expect(Token.TRIGGER);
        var object = plainNamed(ObjectType.EVENT_TRIGGER);
        if (accept(Token.ENABLE)) {
            if (!accept(Token.REPLICA)) {
                accept(Token.ALWAYS);
            }
            return other(start, "ALTER EVENT TRIGGER");
        }
        if (accept(Token.DISABLE)) {
            return other(start, "ALTER EVENT TRIGGER");
        }
        return common(start, object, true, true, false);
    }

    private Command alterServer(int start) {
        at++;
        var object = plainNamed(ObjectType.FOREIGN_SERVER);
        if (accept(Token.VERSION)) {
            if (!accept(Token.NULL)) {
                string();
            }
            if (is(Token.OPTIONS)) {
                alterGenericOptions();
            }
            return other(start, "ALTER SERVER");
        }
        if (is(Token.OPTIONS)) {
            alterGenericOptions();
            return other(start, "ALTER SERVER");
        }
        return common(start, object, true, true, false);
    }

    private Command alterTablespace(int start) {
        at++;
        var object = plainNamed(ObjectType.TABLESPACE);
        if (isAny(Token.SET, Token.RESET)) {
            at++;
            relationOptions();
            return other(start, "ALTER TABLESPACE");
        }
        return common(start, object, true, true, false);
    }

    private Command alterPublication(int start) {
        at++;
        var object = plainNamed(ObjectType.PUBLICATION);
        if (accept(Token.SET)) {
            if (is(Token.LPAREN)) {
                definition();
            } else {
                publicationObjects();
            }
            return other(start, "ALTER PUBLICATION");
        }
        if (isAny(Token.ADD, Token.DROP)) {
            at++;
            publicationObjects();
            return other(start, "ALTER PUBLICATION");
        }
        return common(start, object, true, true, false);
    }

    private Command alterSubscription(int start) {
        at++;
        var object = plainNamed(ObjectType.SUBSCRIPTION);
        switch (kind()) {
            case SET -> {
                at++;
                if (accept(Token.PUBLICATION)) {
                    nameList();
                    optionalDefinition();
                } else {
                    definition();
                }
            }
            case CONNECTION -> {
                at++;
                string();
            }
            case REFRESH -> {
                at++;
                expect(Token.PUBLICATION);
                optionalDefinition();
            }
            case ADD, DROP -> {
                at++;
                expect(Token.PUBLICATION);
                nameList();
                optionalDefinition();
            }
            case ENABLE, DISABLE -> at++;
            case SKIP -> {
                at++;
                definition();
            }
            default -> {
                return common(start, object, true, true, false);
            }
        }
        return other(start, "ALTER SUBSCRIPTION");
    }

    final Command drop() {
        var start = offset();
        expect(Token.DROP);
        return switch (kind()) {
            case OWNED -> dropOwned(start);
            case DATABASE -> dropDatabase(start);
            case USER -> {
                at++;
                if (is(Token.MAPPING, Token.FOR) || is(Token.MAPPING, Token.IF)) {
                    at++;
                    yield dropUserMapping(start);
                }
                yield dropRoles(start);
            }
            case ROLE, GROUP -> {
                at++;
                yield dropRoles(start);
            }
            case TABLESPACE -> {
                at++;
                var missingOk = ifExists();
                var object = plainNamed(ObjectType.TABLESPACE);
                yield dropped(start, List.of(object), Clause.Behavior.RESTRICT, missingOk, false);
            }
            case SUBSCRIPTION -> {
                at++;
                var missingOk = ifExists();
                var object = plainNamed(ObjectType.SUBSCRIPTION);
                yield dropped(start, List.of(object), behavior(), missingOk, false);
            }
            default -> dropObjects(start);
        };
    }

    private Command dropped(
            int start,
            List<Clause.ObjectRef> objects,
            Clause.Behavior behavior,
            boolean missingOk,
            boolean concurrently) {
        return new ObjectDdl.Drop(
                span(start), objects.getFirst().type(), objects, behavior, missingOk, concurrently);
    }

    private Command dropDatabase(int start) {
        at++;
        var missingOk = ifExists();
        var name = columnId();
        List<Clause.Option> options = List.of();
        if (isAny(Token.WITH, Token.WITH_LA) || is(Token.LPAREN)) {
            optionalWith();
            options = parenthesized(this::dropOption);
        }
        return new ObjectDdl.DropDatabase(span(start), name, missingOk, options);
    }

    private Clause.Option dropOption() {
        var start = offset();
        expect(Token.FORCE);
        return option(start, "force", null);
    }

    private Command dropUserMapping(int start) {
        ifExists();
        userMappingTail();
        return other(start, "DROP USER MAPPING");
    }

    private Command dropObjects(int start) {
        switch (kind()) {
            case FUNCTION, PROCEDURE, ROUTINE -> {
                var type = ObjectType.valueOf(kind().name());
                at++;
                var missingOk = ifExists();
                return dropped(start, commaList(() -> function(type)), missingOk);
            }
            case AGGREGATE -> {
                at++;
                var missingOk = ifExists();
                return dropped(start, commaList(this::aggregate), missingOk);
            }
            case OPERATOR -> {
                at++;
                return dropOperator(start);
            }
            case TYPE, DOMAIN -> {
                var type = ObjectType.valueOf(kind().name());
                at++;
                var missingOk = ifExists();
                return dropped(start, commaList(() -> typeObject(type)), missingOk);
            }
            case CAST -> {
                at++;
                var missingOk = accept(Token.IF, Token.EXISTS);
                return dropped(start, List.of(castObject()), missingOk);
            }
            case TRANSFORM -> {
                at++;
                var missingOk = accept(Token.IF, Token.EXISTS);
                return dropped(start, List.of(transformObject()), missingOk);
            }
            default -> {}
        }
        var onTable = onTableType();
        if (onTable != null) {
            var missingOk = ifExists();
            return dropped(start, List.of(namedOnTable(onTable)), missingOk);
        }
        var anyNamed = anyNameType();
        if (anyNamed != null) {
            var concurrently = anyNamed == ObjectType.INDEX && accept(Token.CONCURRENTLY);
            var missingOk = ifExists();
            var objects = commaList(() -> anyNamed(anyNamed));
            return dropped(start, objects, behavior(), missingOk, concurrently);
        }
        var named = plainNameType();
        if (named == null) {
            throw fail();
        }
        var missingOk = ifExists();
        return dropped(start, commaList(() -> plainNamed(named)), missingOk);
    }

    private Command dropped(int start, List<Clause.ObjectRef> objects, boolean missingOk) {
        return dropped(start, objects, behavior(), missingOk, false);
    }

    private Command dropOperator(int start) {
        var type = classOrFamily();
        if (type != null) {
            at++;
            var missingOk = ifExists();
            return dropped(start, List.of(usingMethod(type)), missingOk);
        }
        var missingOk = ifExists();
        return dropped(start, commaList(this::operatorObject), missingOk);
    }

    private @Nullable ObjectType classOrFamily() {
        if (kind(1) == Token.DOT) {
            return null;
        }
        return is(Token.CLASS)
                ? ObjectType.OPERATOR_CLASS
                : is(Token.FAMILY) ? ObjectType.OPERATOR_FAMILY : null;
    }

    final Command comment() {
        var start = offset();
        expect(Token.COMMENT, Token.ON);
        var object = commentable(false);
        expect(Token.IS);
        var text = accept(Token.NULL) ? null : string();
        return new ObjectDdl.Comment(span(start), object, text);
    }

    final Command securityLabel() {
        var start = offset();
        expect(Token.SECURITY, Token.LABEL);
        var provider = accept(Token.FOR) ? nonReservedWordOrString() : null;
        expect(Token.ON);
        var object = commentable(true);
        expect(Token.IS);
        var label = accept(Token.NULL) ? null : string();
        return new RoleDdl.SecurityLabel(span(start), object, provider, label);
    }

    final Command importSchema() {
        var start = offset();
        expect(Token.IMPORT, Token.FOREIGN, Token.SCHEMA);
        columnId();
        var limited = accept(Token.EXCEPT);
        if (!limited && accept(Token.LIMIT)) {
            expect(Token.TO);
            limited = true;
        }
        if (limited) {
            parenthesized(this::relationExpression);
        }
        expect(Token.FROM, Token.SERVER);
        columnId();
        expect(Token.INTO);
        columnId();
        genericOptions();
        return other(start, "IMPORT FOREIGN SCHEMA");
    }
}
