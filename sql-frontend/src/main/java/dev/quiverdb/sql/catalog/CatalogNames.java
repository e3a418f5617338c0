package dev.quiverdb.sql.catalog;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names of catalog objects for the reg* types, found by a search path. */
public final class CatalogNames implements NameResolver {
    private final Catalog catalog;
    private final SearchPath path;

    public CatalogNames(Catalog catalog, SearchPath path) {
        this.catalog = catalog;
        this.path = path;
    }

    @Override
    public long resolve(Type type, String text) {
        return switch (type.oid()) {
            case Oids.REGCLASS -> relation(text);
            case Oids.REGTYPE -> type(text);
            case Oids.REGNAMESPACE -> schema(text);
            case Oids.REGROLE -> role(text);
            case Oids.REGPROC -> function(text);
            case Oids.REGPROCEDURE -> signature(text);
            case Oids.REGOPER -> operator(text);
            case Oids.REGCOLLATION -> collation(text);
            case Oids.REGCONFIG ->
                    fact("pg_ts_config", "cfgname", text, "text search configuration");
            case Oids.REGDICTIONARY ->
                    fact("pg_ts_dict", "dictname", text, "text search dictionary");
            default ->
                    throw SqlException.notSupported(
                            "type " + type.name() + " cannot be read by name");
        };
    }

    /** The parts of a dotted name; unquoted ones in lower case. */
    public static List<String> parts(String text) {
        var parts = new ArrayList<String>();
        var part = new StringBuilder();
        boolean quoted = false;
        boolean wasQuoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    part.append('"');
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    part.append(c);
                }
            } else if (c == '"') {
                quoted = true;
                wasQuoted = true;
            } else if (c == '.') {
                parts.add(wasQuoted ? part.toString() : part.toString().strip());
                part.setLength(0);
                wasQuoted = false;
            } else {
                part.append(wasQuoted ? c : Character.toLowerCase(c));
            }
        }
        var last = wasQuoted ? part.toString() : part.toString().strip();
        if (quoted || last.isEmpty() && !wasQuoted) {
            throw new SqlException(SqlState.INVALID_NAME, "invalid name syntax");
        }
        parts.add(last);
        return parts;
    }

    private long relation(String text) {
        var found = findRelation(text);
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE,
                    "relation \"" + String.join(".", parts(text)) + "\" does not exist");
        }
        return Integer.toUnsignedLong(found.oid());
    }

    /** A relation by its name as regclass reads it; null if there is none. */
    public @Nullable Relation findRelation(String text) {
        var parts = parts(text);
        if (parts.size() == 1) {
            return path.relation(catalog, parts.getFirst());
        }
        var schema = path.schema(catalog, parts.get(parts.size() - 2));
        return schema == null ? null : catalog.relation(schema.oid(), parts.getLast());
    }

    private long type(String text) {
        var found = findType(text);
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "type \"" + text + "\" does not exist");
        }
        return Integer.toUnsignedLong(found.oid());
    }

    /** A type by the name that regtype reads: SQL's spellings, arrays and modifiers too. */
    public @Nullable Type findType(String text) {
        var name = text.strip();
        boolean array = false;
        while (name.endsWith("]")) {
            array = true;
            name = name.substring(0, name.lastIndexOf('[')).strip();
        }
        int bracket = name.indexOf('(');
        if (bracket > 0 && name.endsWith(")") && name.indexOf('"') < 0) {
            name = name.substring(0, bracket).strip();
        } else if (bracket > 0 && name.indexOf('"') < 0) {
            name = name.substring(0, bracket).strip() + name.substring(name.indexOf(')') + 1);
        }
        var standard = SqlTypeNames.internal(name.toLowerCase(Locale.ROOT));
        Type found;
        if (standard != null) {
            found = catalog.type(Schema.PG_CATALOG, standard);
        } else {
            found = namedType(parts(name));
        }
        if (found != null && array) {
            return found.arrayOid() == 0 ? null : catalog.typeOrNull(found.arrayOid());
        }
        return found;
    }

    private @Nullable Type namedType(List<String> parts) {
        if (parts.size() > 1) {
            var schema = path.schema(catalog, parts.get(parts.size() - 2));
            return schema == null ? null : catalog.type(schema.oid(), parts.getLast());
        }
        for (int schema : path.schemas()) {
            var type = catalog.type(schema, parts.getFirst());
            if (type != null) {
                return type;
            }
        }
        return null;
    }

    private long schema(String text) {
        var name = parts(text).getLast();
        var found = catalog.schema(name);
        if (found == null) {
            throw new SqlException(
                    SqlState.INVALID_SCHEMA_NAME, "schema \"" + name + "\" does not exist");
        }
        return found.oid();
    }

    private long role(String text) {
        var name = parts(text).getLast();
        var found = catalog.role(name);
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
        }
        return found.oid();
    }

    private List<Function> functions(List<String> parts) {
        var found = new ArrayList<Function>();
        for (var function : catalog.functions(parts.getLast())) {
            boolean here =
                    parts.size() == 1
                            ? path.sees(function.schema())
                            : catalog.schemaName(function.schema())
                                    .equals(parts.get(parts.size() - 2));
            if (here) {
                found.add(function);
            }
        }
        return found;
    }

    private long function(String text) {
        var found = functions(parts(text));
        if (found.isEmpty()) {
            throw new SqlException(
                    SqlState.UNDEFINED_FUNCTION, "function \"" + text + "\" does not exist");
        }
        if (found.size() > 1) {
            throw new SqlException(
                    SqlState.AMBIGUOUS_FUNCTION, "more than one function named \"" + text + "\"");
        }
        return found.getFirst().oid();
    }

    private long signature(String text) {
        int open = text.indexOf('(');
        if (open < 0 || !text.strip().endsWith(")")) {
            throw new SqlException(
                    SqlState.INVALID_TEXT_REPRESENTATION, "expected a left parenthesis");
        }
        var arguments = text.substring(open + 1, text.lastIndexOf(')')).strip();
        var types = new ArrayList<Integer>();
        if (!arguments.isEmpty()) {
            for (var argument : arguments.split(",", -1)) {
                types.add((int) type(argument));
            }
        }
        for (var function : functions(parts(text.substring(0, open)))) {
            if (function.argumentTypes().equals(types)) {
                return function.oid();
            }
        }
        throw new SqlException(
                SqlState.UNDEFINED_FUNCTION, "function \"" + text + "\" does not exist");
    }

    private long operator(String text) {
        int dot = text.lastIndexOf('.');
        var found = catalog.operators(dot < 0 ? text : text.substring(dot + 1));
        if (found.isEmpty()) {
            throw new SqlException(SqlState.UNDEFINED_FUNCTION, "operator does not exist: " + text);
        }
        if (found.size() > 1) {
            throw new SqlException(
                    SqlState.AMBIGUOUS_FUNCTION, "more than one operator named " + text);
        }
        return found.getFirst().oid();
    }

    private long collation(String text) {
        var parts = parts(text);
        for (int schema : path.schemas()) {
            var found = catalog.collation(schema, parts.getLast());
            if (found != null) {
                return found.oid();
            }
        }
        throw new SqlException(
                SqlState.UNDEFINED_OBJECT,
                "collation \"" + text + "\" for encoding \"UTF8\" does not exist");
    }

    private long fact(String table, String column, String text, String what) {
        var name = parts(text).getLast();
        for (var row : catalog.builtins().rows(table)) {
            if (row.text(column).equals(name)) {
                return row.number("oid");
            }
        }
        throw new SqlException(
                SqlState.UNDEFINED_OBJECT, what + " \"" + text + "\" does not exist");
    }

    private String shown(int schema, String name) {
        return path.sees(schema)
                ? Quoting.identifier(name)
                : Quoting.identifier(catalog.schemaName(schema)) + "." + Quoting.identifier(name);
    }

    @Override
    public String name(Type type, long oid) {
        int number = (int) oid;
        var found =
                switch (type.oid()) {
                    case Oids.REGCLASS -> {
                        var relation = catalog.relation(number);
                        yield relation == null ? null : relationName(relation);
                    }
                    case Oids.REGTYPE -> {
                        var named = catalog.typeOrNull(number);
                        yield named == null ? null : typeName(named);
                    }
                    case Oids.REGNAMESPACE -> {
                        var schema = catalog.schema(number);
                        yield schema == null ? null : Quoting.identifier(schema.name());
                    }
                    case Oids.REGROLE -> {
                        var role = catalog.role(number);
                        yield role == null ? null : Quoting.identifier(role.name());
                    }
                    case Oids.REGPROC -> {
                        var function = catalog.function(number);
                        yield function == null ? null : functionName(function);
                    }
                    case Oids.REGPROCEDURE -> {
                        var function = catalog.function(number);
                        yield function == null ? null : procedureName(function);
                    }
                    case Oids.REGOPER -> {
                        var operator = catalog.operator(number);
                        yield operator == null ? null : operator.name();
                    }
                    case Oids.REGOPERATOR -> {
                        var operator = catalog.operator(number);
                        yield operator == null ? null : operatorName(operator);
                    }
                    case Oids.REGCOLLATION -> {
                        var collation = catalog.collation(number);
                        yield collation == null
                                ? null
                                : shown(collation.schema(), collation.name());
                    }
                    case Oids.REGCONFIG -> factName("pg_ts_config", "cfgname", number);
                    case Oids.REGDICTIONARY -> factName("pg_ts_dict", "dictname", number);
                    default -> null;
                };
        if (found != null) {
            return found;
        }
        return oid == 0 ? "-" : Long.toString(oid);
    }

    /** Bare where the bare name finds this relation and no other one before it. */
    private String relationName(Relation relation) {
        var seen = path.relation(catalog, relation.name());
        return seen != null && seen.oid() == relation.oid()
                ? Quoting.identifier(relation.name())
                : Quoting.qualified(catalog.schemaName(relation.schema()), relation.name());
    }

    private @Nullable String factName(String table, String column, int oid) {
        for (var row : catalog.builtins().rows(table)) {
            if (row.number("oid") == oid) {
                return row.text(column);
            }
        }
        return null;
    }

    /** format_type_be: qualified where the path does not see it. */
    public String typeName(Type type) {
        return typeName(type, null);
    }

    /** format_type; without a typmod it names a type, not a column's. */
    public String typeName(Type type, @Nullable Integer typmod) {
        var element = type.isTrueArray() && type.base() == null ? type.element() : null;
        if (element != null) {
            return typeName(element, typmod) + "[]";
        }
        int schema = catalog.schemaOfType(type.oid());
        var text = typmod == null ? type.displayName() : type.formatType(typmod);
        return path.sees(schema)
                ? text
                : Quoting.identifier(catalog.schemaName(schema)) + "." + text;
    }

    private String functionName(Function function) {
        boolean alone = functions(List.of(function.name())).size() == 1;
        return alone || !path.sees(function.schema())
                ? shown(function.schema(), function.name())
                : Quoting.identifier(catalog.schemaName(function.schema()))
                        + "."
                        + Quoting.identifier(function.name());
    }

    private String procedureName(Function function) {
        var types =
                function.argumentTypes().stream().map(oid -> typeName(catalog.type(oid))).toList();
        return shown(function.schema(), function.name()) + "(" + String.join(",", types) + ")";
    }

    private String operatorName(Operator operator) {
        var left = operator.left() == 0 ? "NONE" : typeName(catalog.type(operator.left()));
        return operator.name() + "(" + left + "," + typeName(catalog.type(operator.right())) + ")";
    }
}
