package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** CREATE of everything but tables and roles, which other classes read. */
abstract class CreateParser extends RoleParser {

    CreateParser(Tokens tokens) {
        super(tokens);
    }

    /** {@code stmt}, for what contains statements. */
    abstract Command statement();

    final Utility.Other other(int start, String tag) {
        return new Utility.Other(span(start), tag);
    }

    final Command create() {
        var start = offset();
        expect(Token.CREATE);
        var replace = accept(Token.OR, Token.REPLACE);
        return replace ? createOrReplace(start) : createNew(start, false);
    }

    private Command createOrReplace(int start) {
        return switch (kind()) {
            case VIEW, RECURSIVE, TEMPORARY, TEMP, LOCAL, GLOBAL, UNLOGGED -> {
                var persistence = persistence();
                yield createView(start, true, persistence);
            }
            case CONSTRAINT, TRIGGER -> createTrigger(start, true);
            case RULE -> createRule(start, true);
            case AGGREGATE -> createAggregate(start, true);
            case FUNCTION, PROCEDURE -> createFunction(start, true);
            case TRANSFORM -> createTransform(start);
            case TRUSTED, PROCEDURAL, LANGUAGE -> createLanguage(start);
            default -> throw fail();
        };
    }

    private Command createNew(int start, boolean inSchema) {
        return switch (kind()) {
            case TABLE -> createTable(start, RangeVar.Persistence.PERMANENT, false);
            case TEMPORARY, TEMP, LOCAL, GLOBAL, UNLOGGED -> createTemporary(start);
            case UNIQUE, INDEX -> createIndex(start);
            case SEQUENCE -> createSequence(start, RangeVar.Persistence.PERMANENT);
            case VIEW, RECURSIVE -> createView(start, false, RangeVar.Persistence.PERMANENT);
            case TRIGGER, CONSTRAINT -> createTrigger(start, false);
            default -> {
                if (inSchema) {
                    throw fail();
                }
                yield createObject(start);
            }
        };
    }

    private Command createTemporary(int start) {
        var unlogged = is(Token.UNLOGGED);
        var persistence = persistence();
        return switch (kind()) {
            case SEQUENCE -> createSequence(start, persistence);
            case VIEW, RECURSIVE -> createView(start, false, persistence);
            case MATERIALIZED -> {
                if (!unlogged) {
                    throw fail();
                }
                yield createMaterializedView(start, persistence);
            }
            default -> createTable(start, persistence, false);
        };
    }

    private Command createObject(int start) {
        return switch (kind()) {
            case MATERIALIZED -> createMaterializedView(start, RangeVar.Persistence.PERMANENT);
            case ROLE, GROUP -> createRole(start);
            case USER -> {
                if (kind(1) == Token.MAPPING && (kind(2) == Token.FOR || kind(2) == Token.IF)) {
                    yield createUserMapping(start);
                }
                yield createRole(start);
            }
            case SCHEMA -> createSchema(start);
            case DATABASE -> createDatabase(start);
            case DOMAIN -> createDomain(start);
            case TYPE -> createType(start);
            case EXTENSION -> createExtension(start);
            case POLICY -> createPolicy(start);
            case RULE -> createRule(start, false);
            case STATISTICS -> createStatistics(start);
            case AGGREGATE -> createAggregate(start, false);
            case FUNCTION, PROCEDURE -> createFunction(start, false);
            case CAST -> createCast(start);
            case OPERATOR -> createOperator(start);
            case TEXT -> {
                at++;
                var type = textSearchType();
                var name = anyName();
                yield define(start, type, name, false, definition());
            }
            case COLLATION -> createCollation(start);
            case TABLESPACE -> createTablespace(start);
            case TRANSFORM -> createTransform(start);
            case TRUSTED, PROCEDURAL, LANGUAGE -> createLanguage(start);
            case FOREIGN -> createForeign(start);
            case SERVER -> createServer(start);
            case ACCESS -> createAccessMethod(start);
            case EVENT -> createEventTrigger(start);
            case ASSERTION -> createAssertion();
            case DEFAULT, CONVERSION -> createConversion(start);
            case PUBLICATION -> createPublication(start);
            case SUBSCRIPTION -> createSubscription(start);
            default -> throw fail();
        };
    }

    private Command createSchema(int start) {
        at++;
        var ifNotExists = ifNotExists();
        String name = null;
        RoleSpec owner = null;
        if (kind().columnName) {
            name = columnId();
        } else if (!is(Token.AUTHORIZATION)) {
            throw fail();
        }
        if (accept(Token.AUTHORIZATION)) {
            owner = role();
        }
        var elements = new ArrayList<Command>();
        var elementsStart = offset();
        while (isAny(Token.CREATE, Token.GRANT)) {
            var elementStart = offset();
            if (is(Token.GRANT)) {
                var grant = grant();
                if (grant instanceof RoleDdl.GrantRole) {
                    throw fail();
                }
                elements.add(grant);
                continue;
            }
            at++;
            inSchema = true;
            if (accept(Token.OR, Token.REPLACE)) {
                elements.add(createOrReplace(elementStart));
            } else {
                elements.add(createNew(elementStart, true));
            }
            inSchema = false;
        }
        if (ifNotExists && !elements.isEmpty()) {
            throw error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "CREATE SCHEMA IF NOT EXISTS cannot include schema elements",
                    elementsStart);
        }
        return new ObjectDdl.CreateSchema(span(start), name, owner, ifNotExists, elements);
    }

    private Command createDatabase(int start) {
        at++;
        var name = columnId();
        optionalWith();
        var options = databaseOptions();
        return new ObjectDdl.CreateDatabase(span(start), name, options);
    }

    final List<Clause.Option> databaseOptions() {
        var options = new ArrayList<Clause.Option>();
        while (true) {
            var start = offset();
            String name;
            switch (kind()) {
                case IDENT, ENCODING, LOCATION, OWNER, TABLESPACE, TEMPLATE -> name = value(at++);
                case CONNECTION -> {
                    at++;
                    expect(Token.LIMIT);
                    name = "connection_limit";
                }
                default -> {
                    return options;
                }
            }
            accept(Token.EQ);
            Ast value = null;
            if (!accept(Token.DEFAULT)) {
                value = isNumber() ? number() : word();
            }
            options.add(option(start, name, value));
        }
    }

    private Command createDomain(int start) {
        at++;
        var name = anyName();
        accept(Token.AS);
        var type = typeName();
        var collation = new ArrayList<String>();
        var constraints = qualifiers(collation);
        return new ObjectDdl.CreateDomain(span(start), name, type, collation, constraints);
    }

    private Command createType(int start) {
        at++;
        var name = anyName();
        if (is(Token.LPAREN)) {
            return define(start, ObjectType.TYPE, name, false, definition());
        }
        if (!accept(Token.AS)) {
            return define(start, ObjectType.TYPE, name, false, List.of());
        }
        if (accept(Token.ENUM)) {
            expect(Token.LPAREN);
            List<String> labels = is(Token.RPAREN) ? List.of() : commaList(this::string);
            expect(Token.RPAREN);
            return new ObjectDdl.CreateEnum(span(start), name, labels);
        }
        if (accept(Token.RANGE)) {
            var options = definition();
            return new ObjectDdl.CreateRange(span(start), name, options);
        }
        expect(Token.LPAREN);
        List<TableElement> attributes =
                is(Token.RPAREN) ? List.of() : commaList(this::typeAttribute);
        expect(Token.RPAREN);
        return new ObjectDdl.CreateCompositeType(span(start), name, attributes);
    }

    private TableElement typeAttribute() {
        var start = offset();
        return attribute(start, columnId());
    }

    private ObjectDdl.Define define(
            int start,
            ObjectType type,
            List<String> name,
            boolean ifNotExists,
            List<Clause.Option> definition) {
        return new ObjectDdl.Define(
                span(start),
                type,
                name,
                false,
                false,
                ifNotExists,
                List.of(),
                -1,
                definition,
                List.of());
    }

    private Command createAggregate(int start, boolean replace) {
        at++;
        var name = functionNames();
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        var oldStyle = kind(1) == Token.IDENT && kind(2) == Token.EQ;
        var parameters = oldStyle ? null : aggregateParameters();
        List<Clause.Option> definition;
        if (oldStyle) {
            definition = parenthesized(this::oldAggregateOption);
        } else {
            definition = definition();
        }
        return new ObjectDdl.Define(
                span(start),
                ObjectType.AGGREGATE,
                name,
                oldStyle,
                replace,
                false,
                parameters == null ? List.of() : parameters.parameters(),
                parameters == null ? -1 : parameters.directCount(),
                definition,
                List.of());
    }

    private Clause.Option oldAggregateOption() {
        var start = offset();
        var name = value(expect(Token.IDENT));
        expect(Token.EQ);
        var value = definitionArgument();
        return option(start, name, value);
    }

    private Command createOperator(int start) {
        at++;
        if (is(Token.CLASS) && kind(1) != Token.DOT) {
            return createOperatorClass(start);
        }
        if (is(Token.FAMILY) && kind(1) != Token.DOT) {
            at++;
            usingMethod(ObjectType.OPERATOR_FAMILY);
            return other(start, "CREATE OPERATOR FAMILY");
        }
        var name = anyOperator();
        return define(start, ObjectType.OPERATOR, name, false, definition());
    }

    private Command createOperatorClass(int start) {
        at++;
        anyName();
        accept(Token.DEFAULT);
        expect(Token.FOR, Token.TYPE);
        typeName();
        expect(Token.USING);
        columnId();
        if (accept(Token.FAMILY)) {
            anyName();
        }
        expect(Token.AS);
        commaList(this::operatorClassItem);
        return other(start, "CREATE OPERATOR CLASS");
    }

    final Integer operatorClassItem() {
        if (accept(Token.STORAGE)) {
            typeName();
            return at;
        }
        if (accept(Token.FUNCTION)) {
            integer();
            if (is(Token.LPAREN)) {
                parenthesized(this::typeName);
            }
            function(ObjectType.FUNCTION);
            return at;
        }
        expect(Token.OPERATOR);
        integer();
        var mark = at;
        anyOperator();
        if (is(Token.LPAREN)) {
            at = mark;
            operatorObject();
        }
        if (accept(Token.FOR)) {
            if (accept(Token.ORDER)) {
                expect(Token.BY);
                anyName();
            } else {
                expect(Token.SEARCH);
            }
        }
        accept(Token.RECHECK);
        return at;
    }

    private Command createCollation(int start) {
        at++;
        var ifNotExists = ifNotExists();
        var name = anyName();
        if (accept(Token.FROM)) {
            var from = anyName();
            return new ObjectDdl.Define(
                    span(start),
                    ObjectType.COLLATION,
                    name,
                    false,
                    false,
                    ifNotExists,
                    List.of(),
                    -1,
                    List.of(),
                    from);
        }
        return define(start, ObjectType.COLLATION, name, ifNotExists, definition());
    }

    private Command createExtension(int start) {
        at++;
        var ifNotExists = ifNotExists();
        var name = columnId();
        optionalWith();
        var options = new ArrayList<Clause.Option>();
        while (true) {
            var optionStart = offset();
            switch (kind()) {
                case SCHEMA -> {
                    at++;
                    options.add(option(optionStart, "schema", text(columnId())));
                }
                case VERSION -> {
                    at++;
                    options.add(
                            option(optionStart, "new_version", text(nonReservedWordOrString())));
                }
                case FROM -> {
                    at++;
                    nonReservedWordOrString();
                    throw error(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "CREATE EXTENSION ... FROM is no longer supported",
                            optionStart);
                }
                case CASCADE -> {
                    at++;
                    options.add(option(optionStart, "cascade", bool(true)));
                }
                default -> {
                    return new ObjectDdl.CreateExtension(span(start), name, ifNotExists, options);
                }
            }
        }
    }

    private Command createCast(int start) {
        at++;
        var cast = castObject();
        var method = ObjectDdl.CastMethod.FUNCTION;
        Clause.ObjectRef function = null;
        if (accept(Token.WITHOUT)) {
            expect(Token.FUNCTION);
            method = ObjectDdl.CastMethod.BINARY;
        } else {
            expect(Token.WITH);
            if (accept(Token.INOUT)) {
                method = ObjectDdl.CastMethod.INOUT;
            } else {
                expect(Token.FUNCTION);
                function = function(ObjectType.FUNCTION);
            }
        }
        var context = ObjectDdl.CastContext.EXPLICIT;
        if (accept(Token.AS)) {
            if (accept(Token.IMPLICIT)) {
                context = ObjectDdl.CastContext.IMPLICIT;
            } else {
                expect(Token.ASSIGNMENT);
                context = ObjectDdl.CastContext.ASSIGNMENT;
            }
        }
        return new ObjectDdl.CreateCast(
                span(start),
                cast.types().getFirst(),
                cast.types().getLast(),
                method,
                function,
                context);
    }

    private Command createTablespace(int start) {
        at++;
        var name = columnId();
        var owner = accept(Token.OWNER) ? role() : null;
        expect(Token.LOCATION);
        var location = string();
        List<Clause.Option> options = accept(Token.WITH) ? relationOptions() : List.of();
        return new ObjectDdl.CreateTableSpace(span(start), name, owner, location, options);
    }

    private Command createFunction(int start, boolean replace) {
        var procedure = is(Token.PROCEDURE);
        at++;
        var name = functionNames();
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        var parameters = parameters(true);
        TypeName returns = null;
        List<Clause.FunctionParameter> columns = List.of();
        if (!procedure && is(Token.RETURNS) && kind(1) != Token.NULL) {
            at++;
            if (accept(Token.TABLE)) {
                columns = parenthesized(this::tableColumn);
                checkTableFunction(parameters);
            } else {
                returns = functionType();
            }
        }
        var options = new ArrayList<Clause.Option>();
        while (true) {
            var option = createFunctionOption();
            if (option == null) {
                break;
            }
            options.add(option);
        }
        var body = functionBody();
        return new ObjectDdl.CreateFunction(
                span(start), procedure, replace, name, parameters, returns, columns, options, body);
    }

    private void checkTableFunction(List<Clause.FunctionParameter> parameters) {
        for (var parameter : parameters) {
            if (parameter.mode() == Clause.ParameterMode.OUT
                    || parameter.mode() == Clause.ParameterMode.INOUT) {
                throw withoutPosition("OUT and INOUT arguments aren't allowed in TABLE functions");
            }
        }
    }

    private Clause.FunctionParameter tableColumn() {
        var start = offset();
        var name = functionName();
        var type = functionType();
        return new Clause.FunctionParameter(
                span(start), Clause.ParameterMode.OUT, name, type, null);
    }

    private Clause.@Nullable Option createFunctionOption() {
        var start = offset();
        return switch (kind()) {
            case AS -> {
                at++;
                var listStart = offset();
                var items = new ArrayList<Ast>();
                items.add(stringLiteral(expect(Token.SCONST)));
                if (accept(Token.COMMA)) {
                    items.add(stringLiteral(expect(Token.SCONST)));
                }
                yield option(start, "as", new Clause.ListOf(span(listStart), items));
            }
            case LANGUAGE -> {
                at++;
                yield option(start, "language", text(nonReservedWordOrString()));
            }
            case TRANSFORM -> {
                at++;
                var listStart = offset();
                var types = commaList(this::transformType);
                yield option(
                        start,
                        "transform",
                        new Clause.ListOf(span(listStart), List.<Ast>copyOf(types)));
            }
            case WINDOW -> {
                at++;
                yield option(start, "window", bool(true));
            }
            default -> functionOption();
        };
    }

    private TypeName transformType() {
        expect(Token.FOR, Token.TYPE);
        return typeName();
    }

    private ObjectDdl.@Nullable FunctionBody functionBody() {
        var start = offset();
        if (accept(Token.RETURN)) {
            var value = expression();
            return new ObjectDdl.FunctionBody(span(start), value, List.of());
        }
        if (!accept(Token.BEGIN)) {
            return null;
        }
        expect(Token.ATOMIC);
        var statements = new ArrayList<Command>();
        Expr returned = null;
        while (!is(Token.END)) {
            if (accept(Token.SEMICOLON)) {
                continue;
            }
            if (accept(Token.RETURN)) {
                returned = expression();
                expect(Token.SEMICOLON);
                continue;
            }
            statements.add(statement());
            expect(Token.SEMICOLON);
        }
        expect(Token.END);
        return new ObjectDdl.FunctionBody(span(start), returned, statements);
    }

    private Command createTransform(int start) {
        at++;
        transformObject();
        expect(Token.LPAREN);
        var from = is(Token.FROM);
        transformFunction(from);
        if (accept(Token.COMMA)) {
            transformFunction(!from);
        }
        expect(Token.RPAREN);
        return other(start, "CREATE TRANSFORM");
    }

    private void transformFunction(boolean from) {
        expect(from ? Token.FROM : Token.TO);
        expect(Token.SQL, Token.WITH, Token.FUNCTION);
        function(ObjectType.FUNCTION);
    }

    private Command createLanguage(int start) {
        accept(Token.TRUSTED);
        accept(Token.PROCEDURAL);
        expect(Token.LANGUAGE);
        columnId();
        if (accept(Token.HANDLER)) {
            anyName();
            if (accept(Token.INLINE)) {
                anyName();
            }
            if (accept(Token.NO)) {
                expect(Token.VALIDATOR);
            } else if (accept(Token.VALIDATOR)) {
                anyName();
            }
        }
        return other(start, "CREATE LANGUAGE");
    }

    private Command createForeign(int start) {
        at++;
        if (is(Token.TABLE)) {
            return createForeignTable(start);
        }
        expect(Token.DATA, Token.WRAPPER);
        columnId();
        wrapperOptions();
        genericOptions();
        return other(start, "CREATE FOREIGN DATA WRAPPER");
    }

    /** {@code fdw_options}, possibly none. */
    final void wrapperOptions() {
        while (true) {
            if (accept(Token.NO)) {
                if (!accept(Token.HANDLER)) {
                    expect(Token.VALIDATOR);
                }
            } else if (isAny(Token.HANDLER, Token.VALIDATOR)) {
                at++;
                anyName();
            } else {
                return;
            }
        }
    }

    private Command createServer(int start) {
        at++;
        ifNotExists();
        columnId();
        if (accept(Token.TYPE)) {
            string();
        }
        if (accept(Token.VERSION) && !accept(Token.NULL)) {
            string();
        }
        expect(Token.FOREIGN, Token.DATA, Token.WRAPPER);
        columnId();
        genericOptions();
        return other(start, "CREATE SERVER");
    }

    private Command createUserMapping(int start) {
        at += 2;
        ifNotExists();
        userMappingTail();
        genericOptions();
        return other(start, "CREATE USER MAPPING");
    }

    /** {@code FOR auth_ident SERVER name}. */
    final void userMappingTail() {
        expect(Token.FOR);
        if (!accept(Token.USER)) {
            role();
        }
        expect(Token.SERVER);
        columnId();
    }

    private Command createAccessMethod(int start) {
        at++;
        expect(Token.METHOD);
        columnId();
        expect(Token.TYPE);
        if (!accept(Token.INDEX)) {
            expect(Token.TABLE);
        }
        expect(Token.HANDLER);
        anyName();
        return other(start, "CREATE ACCESS METHOD");
    }

    private Command createEventTrigger(int start) {
        at++;
        expect(Token.TRIGGER);
        columnId();
        expect(Token.ON);
        label();
        if (accept(Token.WHEN)) {
            do {
                columnId();
                expect(Token.IN);
                parenthesized(this::string);
            } while (accept(Token.AND));
        }
        expect(Token.EXECUTE);
        if (!accept(Token.FUNCTION)) {
            expect(Token.PROCEDURE);
        }
        functionNames();
        expect(Token.LPAREN, Token.RPAREN);
        return other(start, "CREATE EVENT TRIGGER");
    }

    private Command createAssertion() {
        at++;
        anyName();
        expect(Token.CHECK);
        singleOfParens();
        attributes();
        throw new SqlException(
                SqlState.FEATURE_NOT_SUPPORTED, "CREATE ASSERTION is not yet implemented");
    }

    private Command createConversion(int start) {
        accept(Token.DEFAULT);
        expect(Token.CONVERSION);
        anyName();
        expect(Token.FOR);
        string();
        expect(Token.TO);
        string();
        expect(Token.FROM);
        anyName();
        return other(start, "CREATE CONVERSION");
    }

    private Command createPublication(int start) {
        at++;
        columnId();
        if (accept(Token.FOR)) {
            if (accept(Token.ALL)) {
                expect(Token.TABLES);
            } else {
                publicationObjects();
            }
        }
        optionalDefinition();
        return other(start, "CREATE PUBLICATION");
    }

    final void optionalDefinition() {
        if (accept(Token.WITH)) {
            definition();
        }
    }

    /** {@code pub_obj_list}: each element may leave out the word that its forerunner had. */
    final void publicationObjects() {
        Token previous = null;
        do {
            previous = publicationObject(previous);
        } while (accept(Token.COMMA));
    }

    private Token publicationObject(@Nullable Token previous) {
        var start = offset();
        if (is(Token.TABLES, Token.IN)) {
            at += 2;
            expect(Token.SCHEMA);
            if (!accept(Token.CURRENT_SCHEMA)) {
                columnId();
            }
            return Token.SCHEMA;
        }
        var word = accept(Token.TABLE);
        if (!word && previous == null) {
            if (!accept(Token.CURRENT_SCHEMA)) {
                relationExpression();
            }
            throw syntax("invalid publication object list", start)
                    .withDetail(
                            "One of TABLE or TABLES IN SCHEMA must be specified before a"
                                    + " standalone table or schema name.");
        }
        if (word || previous == Token.TABLE) {
            if (!word && accept(Token.CURRENT_SCHEMA)) {
                throw syntax("invalid table name", start);
            }
            relationExpression();
            optionalColumns();
            if (accept(Token.WHERE)) {
                singleOfParens();
            }
            return Token.TABLE;
        }
        publicationName();
        return Token.SCHEMA;
    }

    private void publicationName() {
        var start = offset();
        if (accept(Token.CURRENT_SCHEMA)) {
            return;
        }
        var qualified = is(Token.ONLY) || kind(1) == Token.DOT || kind(1) == Token.STAR;
        relationExpression();
        var columns = !optionalColumns().isEmpty();
        var where = accept(Token.WHERE);
        if (where) {
            singleOfParens();
            throw syntax("WHERE clause not allowed for schema", start);
        }
        if (columns) {
            throw syntax("column specification not allowed for schema", start);
        }
        if (qualified) {
            throw syntax("invalid schema name", start);
        }
    }

    private Command createSubscription(int start) {
        at++;
        columnId();
        expect(Token.CONNECTION);
        string();
        expect(Token.PUBLICATION);
        nameList();
        optionalDefinition();
        return other(start, "CREATE SUBSCRIPTION");
    }

    /** A kind of object in the words of a command tag. */
    static String words(ObjectType type) {
        return type.name().replace('_', ' ').toUpperCase(Locale.ROOT);
    }
}
