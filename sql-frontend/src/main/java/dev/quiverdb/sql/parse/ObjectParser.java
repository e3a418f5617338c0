package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Objects named by DROP, COMMENT, ALTER and GRANT; parameters and options of functions. */
abstract class ObjectParser extends AlterTableParser {

    ObjectParser(Tokens tokens) {
        super(tokens);
    }

    final Clause.ObjectRef object(int start, ObjectType type, List<String> name) {
        return new Clause.ObjectRef(span(start), type, name, List.of(), true, List.of());
    }

    final Clause.ObjectRef typed(
            int start, ObjectType type, List<String> name, List<TypeName> types) {
        return new Clause.ObjectRef(span(start), type, name, types, false, List.of());
    }

    /** {@code object_type_any_name}, or null with nothing consumed. */
    final @Nullable ObjectType anyNameType() {
        var type =
                switch (kind()) {
                    case TABLE -> ObjectType.TABLE;
                    case SEQUENCE -> ObjectType.SEQUENCE;
                    case VIEW -> ObjectType.VIEW;
                    case INDEX -> ObjectType.INDEX;
                    case COLLATION -> ObjectType.COLLATION;
                    case CONVERSION -> ObjectType.CONVERSION;
                    case STATISTICS -> ObjectType.STATISTICS;
                    default -> null;
                };
        if (type != null) {
            at++;
            return type;
        }
        if (accept(Token.MATERIALIZED)) {
            expect(Token.VIEW);
            return ObjectType.MATERIALIZED_VIEW;
        }
        if (is(Token.FOREIGN) && kind(1) == Token.TABLE) {
            at += 2;
            return ObjectType.FOREIGN_TABLE;
        }
        return accept(Token.TEXT) ? textSearchType() : null;
    }

    /** Behind TEXT. */
    final ObjectType textSearchType() {
        expect(Token.SEARCH);
        var type =
                switch (kind()) {
                    case PARSER -> ObjectType.TEXT_SEARCH_PARSER;
                    case DICTIONARY -> ObjectType.TEXT_SEARCH_DICTIONARY;
                    case TEMPLATE -> ObjectType.TEXT_SEARCH_TEMPLATE;
                    case CONFIGURATION -> ObjectType.TEXT_SEARCH_CONFIGURATION;
                    default -> throw fail();
                };
        at++;
        return type;
    }

    /** {@code drop_type_name}, or null with nothing consumed. */
    final @Nullable ObjectType plainNameType() {
        switch (kind()) {
            case ACCESS -> {
                at++;
                expect(Token.METHOD);
                return ObjectType.ACCESS_METHOD;
            }
            case EVENT -> {
                at++;
                expect(Token.TRIGGER);
                return ObjectType.EVENT_TRIGGER;
            }
            case FOREIGN -> {
                at++;
                expect(Token.DATA, Token.WRAPPER);
                return ObjectType.FOREIGN_DATA_WRAPPER;
            }
            case PROCEDURAL -> {
                at++;
                expect(Token.LANGUAGE);
                return ObjectType.LANGUAGE;
            }
            default -> {}
        }
        var type =
                switch (kind()) {
                    case EXTENSION -> ObjectType.EXTENSION;
                    case LANGUAGE -> ObjectType.LANGUAGE;
                    case PUBLICATION -> ObjectType.PUBLICATION;
                    case SCHEMA -> ObjectType.SCHEMA;
                    case SERVER -> ObjectType.FOREIGN_SERVER;
                    default -> null;
                };
        if (type != null) {
            at++;
        }
        return type;
    }

    /** {@code object_type_name}: the above and a few more. */
    final @Nullable ObjectType sharedNameType() {
        var type =
                switch (kind()) {
                    case DATABASE -> ObjectType.DATABASE;
                    case ROLE -> ObjectType.ROLE;
                    case SUBSCRIPTION -> ObjectType.SUBSCRIPTION;
                    case TABLESPACE -> ObjectType.TABLESPACE;
                    default -> null;
                };
        if (type != null) {
            at++;
            return type;
        }
        return plainNameType();
    }

    /** {@code object_type_name_on_any_name}, or null. */
    final @Nullable ObjectType onTableType() {
        var type =
                switch (kind()) {
                    case POLICY -> ObjectType.POLICY;
                    case RULE -> ObjectType.RULE;
                    case TRIGGER -> ObjectType.TRIGGER;
                    default -> null;
                };
        if (type != null) {
            at++;
        }
        return type;
    }

    final Clause.ObjectRef anyNamed(ObjectType type) {
        var start = offset();
        var name = anyName();
        return object(start, type, name);
    }

    final Clause.ObjectRef plainNamed(ObjectType type) {
        var start = offset();
        var name = List.of(columnId());
        return object(start, type, name);
    }

    /** {@code name ON any_name}. */
    final Clause.ObjectRef namedOnTable(ObjectType type) {
        var start = offset();
        var name = columnId();
        expect(Token.ON);
        var names = new ArrayList<>(anyName());
        names.add(name);
        return object(start, type, names);
    }

    final Clause.ObjectRef typeObject(ObjectType type) {
        var start = offset();
        var name = typeName();
        return typed(start, type, name.names(), List.of(name));
    }

    /** {@code any_name USING name} of an operator class or family. */
    final Clause.ObjectRef usingMethod(ObjectType type) {
        var start = offset();
        var name = anyName();
        expect(Token.USING);
        var names = new ArrayList<String>();
        names.add(columnId());
        names.addAll(name);
        return object(start, type, names);
    }

    /** {@code '(' Typename AS Typename ')'}. */
    final Clause.ObjectRef castObject() {
        var start = offset();
        expect(Token.LPAREN);
        var source = typeName();
        expect(Token.AS);
        var target = typeName();
        expect(Token.RPAREN);
        return typed(start, ObjectType.CAST, List.of(), List.of(source, target));
    }

    /** {@code FOR Typename LANGUAGE name}. */
    final Clause.ObjectRef transformObject() {
        var start = offset();
        expect(Token.FOR);
        var type = typeName();
        expect(Token.LANGUAGE);
        var language = List.of(columnId());
        return typed(start, ObjectType.TRANSFORM, language, List.of(type));
    }

    /** {@code function_with_argtypes}. */
    final Clause.ObjectRef function(ObjectType type) {
        var start = offset();
        var kind = kind();
        if (!kind.columnName && !kind.functionName) {
            throw fail();
        }
        var names = List.of(value(at++));
        if (kind.columnName && isAny(Token.DOT, Token.LBRACKET)) {
            names = qualified(names.getFirst(), indirection());
        } else if (is(Token.LPAREN) && !kind.functionName) {
            return object(start, type, names);
        }
        if (!is(Token.LPAREN)) {
            return object(start, type, names);
        }
        var parameters = parameters(false);
        return signature(start, type, names, parameters);
    }

    private Clause.ObjectRef signature(
            int start,
            ObjectType type,
            List<String> names,
            List<Clause.FunctionParameter> parameters) {
        var types = new ArrayList<TypeName>();
        for (var parameter : parameters) {
            if (parameter.mode() != Clause.ParameterMode.OUT) {
                types.add(parameter.type());
            }
        }
        return new Clause.ObjectRef(span(start), type, names, types, false, parameters);
    }

    /** {@code func_args}, with defaults where they may stand. */
    final List<Clause.FunctionParameter> parameters(boolean defaults) {
        expect(Token.LPAREN);
        List<Clause.FunctionParameter> parameters =
                is(Token.RPAREN) ? List.of() : commaList(() -> parameter(defaults));
        expect(Token.RPAREN);
        return parameters;
    }

    /** {@code func_arg}: mode and name in either order, both optional. */
    final Clause.FunctionParameter parameter(boolean defaults) {
        var start = offset();
        var mode = mode();
        String name = null;
        if (isParameterName()) {
            name = functionName();
            if (mode == Clause.ParameterMode.DEFAULT) {
                mode = mode();
            }
        }
        var type = functionType();
        Expr value = null;
        if (defaults && (is(Token.DEFAULT) || is(Token.EQ))) {
            at++;
            value = expression();
        }
        return new Clause.FunctionParameter(span(start), mode, name, type, value);
    }

    private Clause.ParameterMode mode() {
        if (accept(Token.IN)) {
            return accept(Token.OUT) ? Clause.ParameterMode.INOUT : Clause.ParameterMode.IN;
        }
        if (accept(Token.OUT)) {
            return Clause.ParameterMode.OUT;
        }
        if (accept(Token.INOUT)) {
            return Clause.ParameterMode.INOUT;
        }
        return accept(Token.VARIADIC)
                ? Clause.ParameterMode.VARIADIC
                : Clause.ParameterMode.DEFAULT;
    }

    /** Whether the word here is a parameter's name: a type, or a mode and a type, follow it. */
    private boolean isParameterName() {
        if (!kind().functionName || is(Token.DOUBLE, Token.PRECISION)) {
            return false;
        }
        var next = kind(1);
        return switch (next) {
            case IN, OUT, INOUT, VARIADIC, SETOF -> true;
            default -> next.functionName || isTypeWord(next);
        };
    }

    private static boolean isTypeWord(Token kind) {
        return switch (kind) {
            case INT,
                    INTEGER,
                    SMALLINT,
                    BIGINT,
                    REAL,
                    FLOAT,
                    DECIMAL,
                    DEC,
                    NUMERIC,
                    BOOLEAN,
                    BIT,
                    CHARACTER,
                    CHAR,
                    VARCHAR,
                    NATIONAL,
                    NCHAR,
                    TIMESTAMP,
                    TIME,
                    INTERVAL ->
                    true;
            default -> false;
        };
    }

    /** Parameters of an aggregate, and how many of them are direct; -1 without ORDER BY. */
    record AggregateParameters(List<Clause.FunctionParameter> parameters, int directCount) {}

    /** {@code aggr_args}. */
    final AggregateParameters aggregateParameters() {
        expect(Token.LPAREN);
        if (accept(Token.STAR)) {
            expect(Token.RPAREN);
            return new AggregateParameters(List.of(), -1);
        }
        List<Clause.FunctionParameter> direct = List.of();
        var ordered = is(Token.ORDER);
        if (!ordered) {
            direct = commaList(this::aggregateParameter);
            ordered = is(Token.ORDER);
        }
        if (!ordered) {
            expect(Token.RPAREN);
            return new AggregateParameters(direct, -1);
        }
        expect(Token.ORDER, Token.BY);
        var sorted = commaList(this::aggregateParameter);
        expect(Token.RPAREN);
        var all = new ArrayList<>(direct);
        if (!direct.isEmpty() && direct.getLast().mode() == Clause.ParameterMode.VARIADIC) {
            var same =
                    sorted.size() == 1
                            && sorted.getFirst().mode() == Clause.ParameterMode.VARIADIC
                            && sorted.getFirst()
                                    .type()
                                    .tree()
                                    .equals(direct.getLast().type().tree());
            if (!same) {
                throw new SqlException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "an ordered-set aggregate with a VARIADIC direct argument must have one"
                                + " VARIADIC aggregated argument of the same data type");
            }
        } else {
            all.addAll(sorted);
        }
        return new AggregateParameters(all, direct.size());
    }

    private Clause.FunctionParameter aggregateParameter() {
        var parameter = parameter(false);
        if (parameter.mode() == Clause.ParameterMode.OUT
                || parameter.mode() == Clause.ParameterMode.INOUT) {
            throw error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "aggregates cannot have output arguments",
                    parameter.start());
        }
        return parameter;
    }

    /** {@code aggregate_with_argtypes}. */
    final Clause.ObjectRef aggregate() {
        var start = offset();
        var names = functionNames();
        if (!is(Token.LPAREN)) {
            throw fail();
        }
        var parameters = aggregateParameters();
        return signature(start, ObjectType.AGGREGATE, names, parameters.parameters());
    }

    /** {@code operator_with_argtypes}. */
    final Clause.ObjectRef operatorObject() {
        var start = offset();
        var name = anyOperator();
        expect(Token.LPAREN);
        TypeName left;
        TypeName right;
        if (is(Token.NONE)) {
            left = missing();
            expect(Token.COMMA);
            right = typeName();
        } else {
            left = typeName();
            if (is(Token.RPAREN)) {
                throw syntax("missing argument", offset())
                        .withHint("Use NONE to denote the missing argument of a unary operator.");
            }
            expect(Token.COMMA);
            right = is(Token.NONE) ? missing() : typeName();
        }
        expect(Token.RPAREN);
        return typed(start, ObjectType.OPERATOR, name, List.of(left, right));
    }

    private TypeName missing() {
        var start = offset();
        expect(Token.NONE);
        return new TypeName(span(start), List.of(), false, false, List.of(), List.of());
    }

    /** An object of any kind that COMMENT and SECURITY LABEL name, its kind's words included. */
    final Clause.ObjectRef commentable(boolean label) {
        var start = offset();
        switch (kind()) {
            case COLUMN -> {
                at++;
                return anyNamed(ObjectType.COLUMN);
            }
            case TYPE -> {
                at++;
                return typeObject(ObjectType.TYPE);
            }
            case DOMAIN -> {
                at++;
                return typeObject(ObjectType.DOMAIN);
            }
            case AGGREGATE -> {
                at++;
                return aggregate();
            }
            case FUNCTION -> {
                at++;
                return function(ObjectType.FUNCTION);
            }
            case PROCEDURE -> {
                at++;
                return function(ObjectType.PROCEDURE);
            }
            case ROUTINE -> {
                at++;
                return function(ObjectType.ROUTINE);
            }
            case LARGE -> {
                at++;
                expect(Token.OBJECT);
                var oid = number().text();
                return object(start, ObjectType.LARGE_OBJECT, List.of(oid));
            }
            default -> {}
        }
        if (!label) {
            var special = commentOnly();
            if (special != null) {
                return special;
            }
        }
        var anyNamed = anyNameType();
        if (anyNamed != null) {
            return anyNamed(anyNamed);
        }
        var named = sharedNameType();
        if (named != null) {
            return plainNamed(named);
        }
        throw fail();
    }

    private Clause.@Nullable ObjectRef commentOnly() {
        if (accept(Token.OPERATOR)) {
            return operatorClassOrOperator();
        }
        if (accept(Token.CONSTRAINT)) {
            var start = offset();
            var name = columnId();
            expect(Token.ON);
            var type =
                    is(Token.DOMAIN) && kind(1).columnName && accept(Token.DOMAIN)
                            ? ObjectType.DOMAIN_CONSTRAINT
                            : ObjectType.TABLE_CONSTRAINT;
            var names = new ArrayList<>(anyName());
            names.add(name);
            return object(start, type, names);
        }
        var onTable = onTableType();
        if (onTable != null) {
            return namedOnTable(onTable);
        }
        if (accept(Token.TRANSFORM)) {
            return transformObject();
        }
        return accept(Token.CAST) ? castObject() : null;
    }

    /** Behind OPERATOR. */
    final Clause.ObjectRef operatorClassOrOperator() {
        if (is(Token.CLASS) && kind(1) != Token.DOT) {
            at++;
            return usingMethod(ObjectType.OPERATOR_CLASS);
        }
        if (is(Token.FAMILY) && kind(1) != Token.DOT) {
            at++;
            return usingMethod(ObjectType.OPERATOR_FAMILY);
        }
        return operatorObject();
    }

    /** {@code common_func_opt_item}, or null if none starts here. */
    final Clause.@Nullable Option functionOption() {
        var start = offset();
        return switch (kind()) {
            case CALLED -> {
                at++;
                expect(Token.ON, Token.NULL, Token.INPUT);
                yield option(start, "strict", bool(false));
            }
            case RETURNS -> {
                at++;
                expect(Token.NULL, Token.ON, Token.NULL, Token.INPUT);
                yield option(start, "strict", bool(true));
            }
            case STRICT -> {
                at++;
                yield option(start, "strict", bool(true));
            }
            case IMMUTABLE, STABLE, VOLATILE -> option(start, "volatility", text(value(at++)));
            case EXTERNAL, SECURITY -> {
                accept(Token.EXTERNAL);
                expect(Token.SECURITY);
                var definer = accept(Token.DEFINER);
                if (!definer) {
                    expect(Token.INVOKER);
                }
                yield option(start, "security", bool(definer));
            }
            case LEAKPROOF -> {
                at++;
                yield option(start, "leakproof", bool(true));
            }
            case NOT -> {
                at++;
                expect(Token.LEAKPROOF);
                yield option(start, "leakproof", bool(false));
            }
            case COST, ROWS -> {
                var name = value(at++);
                yield option(start, name, number());
            }
            case SUPPORT -> {
                at++;
                var nameStart = offset();
                var name = anyName();
                yield option(start, "support", new Clause.NameRef(span(nameStart), name));
            }
            case SET, RESET -> option(start, "set", setOrReset(false));
            case PARALLEL -> {
                at++;
                yield option(start, "parallel", text(columnId()));
            }
            default -> null;
        };
    }
}
