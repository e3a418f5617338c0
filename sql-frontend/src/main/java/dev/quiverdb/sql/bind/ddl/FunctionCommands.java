package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.bind.RoutineBinder;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.TypeName;
import dev.quiverdb.sql.parse.Utility;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** CREATE and ALTER FUNCTION and PROCEDURE, after functioncmds.c and pg_proc.c. */
final class FunctionCommands {
    private final Change change;

    FunctionCommands(Change change) {
        this.change = change;
    }

    // ------------------------------------------------------------------ attributes

    /** What the options of CREATE or ALTER say; what they do not say stays as it was. */
    private final class Attributes {
        char volatility = 'v';
        boolean strict;
        boolean securityDefiner;
        boolean leakproof;
        boolean window;
        char parallel = 'u';
        float cost = -1;
        float rows = -1;
        List<String> configuration = new ArrayList<>();
        @Nullable String language;
        @Nullable String source;
        private final List<String> seen = new ArrayList<>();

        void take(Clause.Option option, boolean procedure) {
            var name = option.name();
            if (!name.equals("set") && seen.contains(name)) {
                throw at(
                        option.offset(), SqlState.SYNTAX_ERROR, "conflicting or redundant options");
            }
            seen.add(name);
            var value = option.value();
            if (procedure
                    && !Set.of("as", "language", "set", "security", "transform").contains(name)) {
                throw at(
                        option.offset(),
                        SqlState.INVALID_FUNCTION_DEFINITION,
                        "invalid attribute in procedure definition");
            }
            switch (name) {
                case "as" -> {
                    if (value instanceof Clause.ListOf list) {
                        source = text(list.items().getFirst());
                        if (list.items().size() > 1 && !"c".equals(language)) {
                            throw new SqlException(
                                    SqlState.INVALID_FUNCTION_DEFINITION,
                                    "only one AS item needed for language \"" + language + "\"");
                        }
                    }
                }
                case "language" -> language = text(value).toLowerCase(java.util.Locale.ROOT);
                case "volatility" ->
                        volatility =
                                switch (text(value)) {
                                    case "immutable" -> 'i';
                                    case "stable" -> 's';
                                    default -> 'v';
                                };
                case "strict" -> strict = bool(value);
                case "security" -> securityDefiner = bool(value);
                case "leakproof" -> {
                    leakproof = bool(value);
                    var role = change.catalog().role(change.role());
                    if (leakproof && (role == null || !role.superuser())) {
                        throw new SqlException(
                                SqlState.INSUFFICIENT_PRIVILEGE,
                                "only superuser can define a leakproof function");
                    }
                }
                case "window" -> window = true;
                case "parallel" ->
                        parallel =
                                switch (text(value)) {
                                    case "safe" -> 's';
                                    case "restricted" -> 'r';
                                    case "unsafe" -> 'u';
                                    default ->
                                            throw new SqlException(
                                                    SqlState.SYNTAX_ERROR,
                                                    "parameter \"parallel\" must be SAFE,"
                                                            + " RESTRICTED, or UNSAFE");
                                };
                case "cost" -> {
                    cost = Float.parseFloat(text(value));
                    if (cost <= 0) {
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE, "COST must be positive");
                    }
                }
                case "rows" -> {
                    rows = Float.parseFloat(text(value));
                    if (rows <= 0) {
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE, "ROWS must be positive");
                    }
                }
                case "set" -> set(value);
                default -> throw SqlException.notSupported(name + " of functions is not supported");
            }
        }

        private void set(@Nullable Object value) {
            if (!(value instanceof Utility.SetVariable set)) {
                throw SqlException.internal("SET without a variable");
            }
            var made = new ArrayList<>(configuration);
            made.removeIf(setting -> setting.startsWith(set.name() + "="));
            switch (set.kind()) {
                case RESET_ALL -> made.clear();
                case RESET, DEFAULT -> {
                    // Gone already.
                }
                case VALUE ->
                        made.add(
                                set.name()
                                        + "="
                                        + String.join(
                                                ", ",
                                                set.arguments().stream()
                                                        .map(FunctionCommands::text)
                                                        .toList()));
                default ->
                        throw SqlException.notSupported(
                                "SET of this kind is not supported for functions");
            }
            configuration = made;
        }
    }

    private static SqlException at(int offset, SqlState state, String message) {
        return new SqlException(state, message).withPosition(offset + 1);
    }

    private static String text(@Nullable Object value) {
        return value instanceof dev.quiverdb.sql.parse.Ast node
                ? TableCreator.optionText(node)
                : "";
    }

    private static boolean bool(@Nullable Object value) {
        return text(value).equals("true") || text(value).equals("t");
    }

    // ------------------------------------------------------------------ CREATE

    /** Parameters and result as the catalog keeps them. */
    private static final class Signature {
        final List<Integer> inputs = new ArrayList<>();
        final List<Integer> all = new ArrayList<>();
        final List<Character> modes = new ArrayList<>();
        final List<String> names = new ArrayList<>();
        final List<String> defaults = new ArrayList<>();
        int variadicElement;
        int outs;
        int onlyOut;
        boolean plain = true;
    }

    DdlResult create(ObjectDdl.CreateFunction create) {
        var tag = create.procedure() ? "CREATE PROCEDURE" : "CREATE FUNCTION";
        int schema = change.schemaOf(create.name());
        var attributes = new Attributes();
        for (var option : create.options()) {
            if (option.name().equals("language")) {
                attributes.language = text(option.value()).toLowerCase(java.util.Locale.ROOT);
            }
        }
        for (var option : create.options()) {
            attributes.take(option, create.procedure());
        }
        int language = language(create, attributes);
        var signature = signature(create);
        int result = result(create, signature);
        boolean returnsSet =
                !create.returnsTable().isEmpty()
                        || create.returns() != null && create.returns().setof();
        checkPolymorphic(signature, result);
        if (attributes.rows > 0 && !returnsSet) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "ROWS is not applicable when function does not return a set");
        }
        var body = create.body();
        if (body != null && attributes.source != null) {
            throw new SqlException(
                    SqlState.INVALID_FUNCTION_DEFINITION, "duplicate function body specified");
        }
        if (body == null && attributes.source == null) {
            throw new SqlException(
                    SqlState.INVALID_FUNCTION_DEFINITION, "no function body specified");
        }
        if (body != null && language != Function.SQL) {
            throw new SqlException(
                    SqlState.INVALID_FUNCTION_DEFINITION,
                    "inline SQL function body only valid for language SQL");
        }
        var name = create.name().getLast();
        var old = existing(schema, name, signature.inputs);
        boolean internal = language == Function.INTERNAL;
        var function =
                new Function(
                        old == null ? change.newOid() : old.oid(),
                        old == null ? 1 : old.version() + 1,
                        name,
                        schema,
                        old == null ? change.role() : old.owner(),
                        language,
                        attributes.cost > 0 ? attributes.cost : internal ? 1 : 100,
                        attributes.rows > 0 ? attributes.rows : returnsSet ? 1000 : 0,
                        signature.variadicElement,
                        create.procedure() ? 'p' : attributes.window ? 'w' : 'f',
                        attributes.securityDefiner,
                        attributes.leakproof,
                        attributes.strict,
                        returnsSet,
                        attributes.volatility,
                        attributes.parallel,
                        result,
                        signature.inputs,
                        signature.plain ? List.of() : signature.all,
                        signature.plain ? List.of() : signature.modes,
                        signature.names.stream().allMatch(String::isEmpty)
                                ? List.of()
                                : signature.names,
                        signature.defaults,
                        attributes.source == null ? "" : attributes.source,
                        body == null ? null : change.text(body.start(), body.end()),
                        attributes.configuration,
                        old == null
                                ? DefaultPrivileges.of(change.catalog(), 'f', change.role(), schema)
                                : old.acl(),
                        body == null ? List.of() : change.context().searchPath().schemas());
        if (old != null) {
            replace(create, old, function);
        }
        change.put(function);
        if (language == Function.SQL) {
            validate(function, body);
        }
        return change.result(tag);
    }

    private static int language(ObjectDdl.CreateFunction create, Attributes attributes) {
        var language = attributes.language;
        if (language == null) {
            if (create.body() != null) {
                return Function.SQL;
            }
            throw new SqlException(SqlState.INVALID_FUNCTION_DEFINITION, "no language specified");
        }
        return switch (language) {
            case "sql" -> Function.SQL;
            case "internal" -> Function.INTERNAL;
            case "plpgsql", "c" ->
                    throw SqlException.notSupported(
                            "functions in language " + language + " are not supported");
            default ->
                    throw new SqlException(
                            SqlState.UNDEFINED_OBJECT,
                            "language \"" + language + "\" does not exist");
        };
    }

    private Signature signature(ObjectDdl.CreateFunction create) {
        var signature = new Signature();
        boolean defaults = false;
        for (var parameter : create.parameters()) {
            var mode = parameter.mode();
            var type = type(parameter.type()).type();
            if (parameter.type().setof()) {
                throw new SqlException(
                        SqlState.INVALID_FUNCTION_DEFINITION,
                        create.procedure()
                                ? "procedures cannot accept set arguments"
                                : "functions cannot accept set arguments");
            }
            boolean input = mode != Clause.ParameterMode.OUT;
            if (input) {
                if (signature.variadicElement != 0) {
                    throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            "VARIADIC parameter must be the last input parameter");
                }
                signature.inputs.add(type.oid());
            }
            char letter =
                    switch (mode) {
                        case DEFAULT, IN -> 'i';
                        case OUT -> 'o';
                        case INOUT -> 'b';
                        case VARIADIC -> 'v';
                    };
            if (mode == Clause.ParameterMode.VARIADIC) {
                signature.variadicElement = variadicElement(type);
            }
            if (letter == 'o' || letter == 'b') {
                signature.outs++;
                signature.onlyOut = type.oid();
            }
            add(signature, parameter, type, letter);
            var value = parameter.defaultValue();
            if (value != null) {
                if (!input) {
                    throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            "only input parameters can have default values");
                }
                defaults = true;
                signature.defaults.add(
                        change.expressions().parameterDefault(value, PgType.of(type, -1)));
            } else if (input && defaults) {
                throw new SqlException(
                        SqlState.INVALID_FUNCTION_DEFINITION,
                        "input parameters after one with a default value must also have defaults");
            }
        }
        for (var column : create.returnsTable()) {
            add(signature, column, type(column.type()).type(), 't');
            signature.outs++;
            signature.onlyOut = signature.all.getLast();
        }
        return signature;
    }

    private static void add(
            Signature signature, Clause.FunctionParameter parameter, Type type, char mode) {
        var name = parameter.name() == null ? "" : parameter.name();
        if (!name.isEmpty()) {
            for (int i = 0; i < signature.names.size(); i++) {
                boolean bothOut = isOutput(mode) == isOutput(signature.modes.get(i));
                boolean clash =
                        signature.names.get(i).equals(name)
                                && (bothOut
                                        || mode == 'b'
                                        || signature.modes.get(i) == 'b'
                                        || mode == 't'
                                        || signature.modes.get(i) == 't');
                if (clash || signature.names.get(i).equals(name) && mode != 'o') {
                    throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            "parameter name \"" + name + "\" used more than once");
                }
            }
        }
        signature.all.add(type.oid());
        signature.modes.add(mode);
        signature.names.add(name);
        signature.plain &= mode == 'i';
    }

    private static boolean isOutput(char mode) {
        return mode == 'o' || mode == 'b' || mode == 't';
    }

    private PgType type(TypeName name) {
        var type = change.expressions().typeOrNull(name);
        if (type == null) {
            var shown = String.join(".", name.names()) + (name.arrayBounds().isEmpty() ? "" : "[]");
            throw new SqlException(SqlState.UNDEFINED_OBJECT, "type " + shown + " does not exist");
        }
        new Owners(change).requireUsage(type.type().oid());
        return type;
    }

    private int variadicElement(Type type) {
        return switch (type.oid()) {
            case Oids.ANY -> Oids.ANY;
            case Oids.ANYARRAY -> Oids.ANYELEMENT;
            case Oids.ANYCOMPATIBLEARRAY -> Oids.ANYCOMPATIBLE;
            default -> {
                var element = type.actual().element();
                if (element == null) {
                    throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            "VARIADIC parameter must be an array");
                }
                yield element.oid();
            }
        };
    }

    private int result(ObjectDdl.CreateFunction create, Signature signature) {
        var returns = create.returns();
        int fromOuts =
                create.procedure()
                        ? signature.outs > 0 ? Oids.RECORD : Oids.VOID
                        : signature.outs == 1 ? signature.onlyOut : Oids.RECORD;
        if (returns == null) {
            if (create.procedure() || signature.outs > 0) {
                return fromOuts;
            }
            throw new SqlException(
                    SqlState.INVALID_FUNCTION_DEFINITION, "function result type must be specified");
        }
        int type = type(returns).type().oid();
        if (signature.outs > 0 && type != fromOuts) {
            throw new SqlException(
                    SqlState.INVALID_FUNCTION_DEFINITION,
                    "function result type must be "
                            + change.catalog().type(fromOuts).formatType(-1)
                            + " because of OUT parameters");
        }
        return type;
    }

    private void checkPolymorphic(Signature signature, int result) {
        var outs = new ArrayList<Integer>();
        outs.add(result);
        for (int i = 0; i < signature.all.size(); i++) {
            if (isOutput(signature.modes.get(i))) {
                outs.add(signature.all.get(i));
            }
        }
        for (int out : outs) {
            var family = polymorphic(out);
            if (family.isEmpty()
                    || signature.inputs.stream()
                            .anyMatch(input -> polymorphic(input).equals(family))) {
                continue;
            }
            var type = change.catalog().type(out).formatType(-1);
            throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            "cannot determine result data type")
                    .withDetail(
                            "A result of type "
                                    + type
                                    + (family.equals("any")
                                            ? " requires at least one input of type anyelement,"
                                                    + " anyarray, anynonarray, anyenum, anyrange, or"
                                                    + " anymultirange."
                                            : " requires at least one input of type anycompatible,"
                                                    + " anycompatiblearray, anycompatiblenonarray,"
                                                    + " anycompatiblerange, or"
                                                    + " anycompatiblemultirange."));
        }
    }

    private static String polymorphic(int type) {
        return switch (type) {
            case Oids.ANYELEMENT, Oids.ANYARRAY, Oids.ANYNONARRAY, Oids.ANYENUM, Oids.ANYRANGE ->
                    "any";
            case Oids.ANYCOMPATIBLE, Oids.ANYCOMPATIBLEARRAY, Oids.ANYCOMPATIBLENONARRAY ->
                    "compatible";
            default -> "";
        };
    }

    private @Nullable Function existing(int schema, String name, List<Integer> inputs) {
        for (var function : change.catalog().functions(name)) {
            if (function.schema() == schema
                    && function.argumentTypes().equals(inputs)
                    && function.oid() >= Catalog.FIRST_USER_OID) {
                return function;
            }
        }
        return null;
    }

    private void replace(ObjectDdl.CreateFunction create, Function old, Function made) {
        if (!create.replace()) {
            throw new SqlException(
                    SqlState.DUPLICATE_FUNCTION,
                    "function \"" + made.name() + "\" already exists with same argument types");
        }
        requireOwner(old);
        if (old.kind() != made.kind()) {
            throw new SqlException(SqlState.WRONG_OBJECT_TYPE, "cannot change routine kind")
                    .withDetail(
                            "\""
                                    + old.name()
                                    + "\" is a"
                                    + (old.kind() == 'a' ? "n " : " ")
                                    + kindWord(old)
                                    + ".");
        }
        var hint =
                "Use DROP "
                        + (old.kind() == 'p' ? "PROCEDURE " : "FUNCTION ")
                        + display(old)
                        + " first.";
        if (old.resultType() != made.resultType() || old.returnsSet() != made.returnsSet()) {
            throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            old.kind() == 'p'
                                    ? "cannot change whether a procedure has output parameters"
                                    : "cannot change return type of existing function")
                    .withHint(hint);
        }
        if (old.resultType() == Oids.RECORD && !outs(old).equals(outs(made))) {
            throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            "cannot change return type of existing function")
                    .withDetail("Row type defined by OUT parameters is different.")
                    .withHint(hint);
        }
        for (int i = 0; i < old.argumentTypes().size(); i++) {
            var name = old.inputName(i);
            if (!name.isEmpty() && !name.equals(made.inputName(i))) {
                throw new SqlException(
                                SqlState.INVALID_FUNCTION_DEFINITION,
                                "cannot change name of input parameter \"" + name + "\"")
                        .withHint(hint);
            }
        }
        if (made.defaults().size() < old.defaults().size()) {
            throw new SqlException(
                            SqlState.INVALID_FUNCTION_DEFINITION,
                            "cannot remove parameter defaults from existing function")
                    .withHint(hint);
        }
    }

    private static List<String> outs(Function function) {
        var outs = new ArrayList<String>();
        for (int i = 0; i < function.argumentModes().size(); i++) {
            if (isOutput(function.argumentModes().get(i))) {
                outs.add(
                        function.allArgumentTypes().get(i)
                                + " "
                                + (function.argumentNames().isEmpty()
                                        ? ""
                                        : function.argumentNames().get(i)));
            }
        }
        return outs;
    }

    static String kindWord(Function function) {
        return switch (function.kind()) {
            case 'a' -> "aggregate function";
            case 'p' -> "procedure";
            case 'w' -> "window function";
            default -> "function";
        };
    }

    private String display(Function function) {
        var types =
                function.argumentTypes().stream()
                        .map(oid -> change.catalog().type(oid).formatType(-1))
                        .toList();
        return function.name() + "(" + String.join(",", types) + ")";
    }

    private void requireOwner(Function function) {
        if (!change.catalog().hasPrivilegesOf(change.role(), function.owner())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "must be owner of " + kindWord(function) + " " + function.name());
        }
    }

    // ------------------------------------------------------------------ bodies

    /** fmgr_sql_validator: the body must parse and return what is declared. */
    private void validate(Function function, ObjectDdl.@Nullable FunctionBody body) {
        boolean checks = "on".equals(change.context().settings().apply("check_function_bodies"));
        if (!checks && body == null) {
            return;
        }
        var result = change.catalog().type(function.resultType());
        if (result.form() == Type.Form.PSEUDO
                && polymorphic(result.oid()).isEmpty()
                && result.oid() != Oids.RECORD
                && result.oid() != Oids.VOID) {
            throw new SqlException(
                    SqlState.INVALID_FUNCTION_DEFINITION,
                    "SQL functions cannot return type " + result.formatType(-1));
        }
        try {
            var statements =
                    body == null
                            ? RoutineBinder.statements(function)
                            : RoutineBinder.statements(body);
            check(function, statements);
        } catch (SqlException error) {
            if (body != null) {
                throw error;
            }
            int position = error.position();
            int start = position > 0 ? change.bodyOffset(function.source()) : -1;
            throw (start < 0 ? error.withPosition(0) : error.withPosition(start + position))
                    .withWhere("SQL function \"" + function.name() + "\"");
        }
    }

    private void check(Function function, List<Command> statements) {
        boolean polymorphic =
                function.argumentTypes().stream().anyMatch(type -> !polymorphic(type).isEmpty());
        if (polymorphic) {
            return;
        }
        for (int type : function.argumentTypes()) {
            var argument = change.catalog().type(type);
            if (argument.form() == Type.Form.PSEUDO) {
                throw new SqlException(
                        SqlState.INVALID_FUNCTION_DEFINITION,
                        "SQL functions cannot have arguments of type " + argument.formatType(-1));
            }
        }
        var types =
                function.argumentTypes().stream().map(oid -> change.catalog().type(oid)).toList();
        var binder = new RoutineBinder(function, types, change.context());
        binder.requireResult(statements.isEmpty() ? null : statements.getLast());
        for (int i = 0; i < statements.size(); i++) {
            binder.bind(statements.get(i), i == statements.size() - 1);
        }
    }

    // ------------------------------------------------------------------ ALTER

    DdlResult alter(ObjectDdl.AlterFunction alter) {
        var reference = alter.function();
        var old = new Drops(change).routine(reference.type(), reference);
        requireOwner(old);
        var attributes = new Attributes();
        attributes.volatility = old.volatility();
        attributes.strict = old.strict();
        attributes.securityDefiner = old.securityDefiner();
        attributes.leakproof = old.leakproof();
        attributes.parallel = old.parallel();
        attributes.configuration = new ArrayList<>(old.configuration());
        for (var option : alter.options()) {
            attributes.take(option, old.kind() == 'p');
        }
        if (attributes.rows > 0 && !old.returnsSet()) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "ROWS is not applicable when function does not return a set");
        }
        change.put(
                old.with(
                        old.name(),
                        old.schema(),
                        old.owner(),
                        attributes.volatility,
                        attributes.strict,
                        attributes.securityDefiner,
                        attributes.leakproof,
                        attributes.parallel,
                        attributes.cost > 0 ? attributes.cost : old.cost(),
                        attributes.rows > 0 ? attributes.rows : old.rows(),
                        attributes.configuration));
        return change.result(
                "ALTER " + Drops.word(reference.type()).toUpperCase(java.util.Locale.ROOT));
    }

    /** The function under another name, in another schema, of another owner. */
    void move(Function old, String name, int schema, int owner) {
        requireOwner(old);
        if (existing(schema, name, old.argumentTypes()) != null
                && (!name.equals(old.name()) || schema != old.schema())) {
            throw new SqlException(
                    SqlState.DUPLICATE_FUNCTION,
                    "function "
                            + name
                            + display(old).substring(old.name().length())
                            + " already exists in schema \""
                            + change.catalog().schemaName(schema)
                            + "\"");
        }
        change.put(
                old.with(
                        name,
                        schema,
                        owner,
                        old.volatility(),
                        old.strict(),
                        old.securityDefiner(),
                        old.leakproof(),
                        old.parallel(),
                        old.cost(),
                        old.rows(),
                        old.configuration()));
    }
}
