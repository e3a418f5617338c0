package dev.quiverdb.plan;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.CatalogFunctions;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.Definitions;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.catalog.SystemFacts;
import dev.quiverdb.storage.SequenceSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What functions such as pg_get_indexdef ask, answered from the catalog that a statement sees. */
public class CatalogAnswers implements CatalogFunctions {
    /** pg_rewrite's OIDs of views are their own plus this. */
    private static final long RULE_OFFSET = 3_000_000_000L;

    private final BindContext context;
    private final Catalog catalog;
    private final SearchPath path;
    private final CatalogNames names;
    private final Definitions definitions;

    public CatalogAnswers(BindContext context) {
        this.context = context;
        this.catalog = context.catalog();
        this.path = context.searchPath();
        this.names = new CatalogNames(catalog, path);
        this.definitions = new Definitions(context);
    }

    @Override
    public @Nullable Type type(int oid) {
        return catalog.typeOrNull(oid);
    }

    @Override
    public NameResolver names() {
        return names;
    }

    @Override
    public SequenceSpec sequence(int oid) {
        var relation = catalog.relation(oid);
        var sequence = relation == null ? null : relation.sequence();
        if (relation == null || sequence == null) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "\"" + (relation == null ? oid : relation.name()) + "\" is not a sequence");
        }
        return new SequenceSpec(
                sequence.start(),
                sequence.increment(),
                sequence.minimum(),
                sequence.maximum(),
                sequence.cycle());
    }

    @Override
    public @Nullable String relationName(int oid) {
        var relation = catalog.relation(oid);
        if (relation == null) {
            return null;
        }
        return path.sees(relation.schema())
                ? Quoting.identifier(relation.name())
                : Quoting.qualified(catalog.schemaName(relation.schema()), relation.name());
    }

    @Override
    public @Nullable String serialSequence(String table, String column) {
        var relation = names.findRelation(table);
        if (relation == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE, "relation \"" + table + "\" does not exist");
        }
        var found = relation.column(column);
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + column
                            + "\" of relation \""
                            + relation.name()
                            + "\" does not exist");
        }
        for (var sequence : catalog.ownedSequences(relation.oid())) {
            var part = sequence.sequence();
            if (part != null && part.ownedColumn() == found.number()) {
                return Quoting.qualified(catalog.schemaName(sequence.schema()), sequence.name());
            }
        }
        return null;
    }

    @Override
    public boolean tableIsVisible(int oid) {
        var relation = catalog.relation(oid);
        if (relation == null || !path.sees(relation.schema())) {
            return false;
        }
        var first = path.relation(catalog, relation.name());
        return first != null && first.oid() == oid;
    }

    @Override
    public boolean typeIsVisible(int oid) {
        var type = catalog.typeOrNull(oid);
        if (type == null) {
            return false;
        }
        for (int schema : path.schemas()) {
            var first = catalog.type(schema, type.name());
            if (first != null) {
                return first.oid() == oid;
            }
        }
        return false;
    }

    @Override
    public boolean functionIsVisible(int oid) {
        var function = catalog.function(oid);
        if (function == null || !path.sees(function.schema())) {
            return false;
        }
        for (var other : catalog.functions(function.name())) {
            if (other.oid() != oid
                    && other.argumentTypes().equals(function.argumentTypes())
                    && path.rank(other.schema()) < path.rank(function.schema())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean operatorIsVisible(int oid) {
        var operator = catalog.operator(oid);
        return operator != null && path.sees(operator.schema());
    }

    @Override
    public boolean collationIsVisible(int oid) {
        var collation = catalog.collation(oid);
        return collation != null && path.sees(collation.schema());
    }

    @Override
    public boolean operatorClassIsVisible(int oid) {
        var operatorClass = catalog.operatorClass(oid);
        return operatorClass != null && path.sees(operatorClass.schema());
    }

    // ------------------------------------------------------------------ definitions

    @Override
    public @Nullable String viewDefinition(int oid, boolean pretty) {
        var relation = catalog.relation(oid);
        var view = relation == null ? null : relation.view();
        return view == null ? null : " " + view.query() + ";";
    }

    @Override
    public @Nullable String indexDefinition(int oid, int column, boolean pretty) {
        var relation = catalog.relation(oid);
        if (relation == null || relation.index() == null) {
            return null;
        }
        return column == 0 ? definitions.index(relation) : definitions.key(relation, column, false);
    }

    @Override
    public @Nullable String constraintDefinition(int oid, boolean pretty) {
        return catalog.object(oid) instanceof dev.quiverdb.sql.catalog.Constraint constraint
                ? pretty
                        ? bare(definitions.constraint(constraint))
                        : definitions.constraint(constraint)
                : null;
    }

    /** CHECK ((a > 0)) is CHECK (a > 0) where it is to look nice. */
    private static String bare(String text) {
        return text.startsWith("CHECK ((") && balanced(text)
                ? "CHECK ("
                        + text.substring("CHECK ((".length(), text.lastIndexOf("))"))
                        + text.substring(text.lastIndexOf("))") + 1)
                : text;
    }

    /** Whether the second bracket of {@code CHECK ((} closes right before the last one. */
    private static boolean balanced(String text) {
        int depth = 0;
        int end = text.lastIndexOf("))");
        for (int i = "CHECK (".length(); i <= end; i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) {
                return i == end;
            }
        }
        return false;
    }

    @Override
    public @Nullable String functionDefinition(int oid) {
        return null;
    }

    @Override
    public @Nullable String functionArguments(int oid, boolean withDefaults) {
        var function = catalog.function(oid);
        if (function == null) {
            return null;
        }
        var parts = new ArrayList<String>();
        boolean all = !function.allArgumentTypes().isEmpty();
        List<Integer> types = all ? function.allArgumentTypes() : function.argumentTypes();
        int inputs = function.argumentTypes().size();
        int input = 0;
        for (int i = 0; i < types.size(); i++) {
            char mode = all ? function.argumentModes().get(i) : 'i';
            if (mode == 't') {
                continue;
            }
            boolean isInput = mode == 'i' || mode == 'b' || mode == 'v';
            var part = new StringBuilder(modeText(function, mode, isInput && input == inputs - 1));
            var name = i < function.argumentNames().size() ? function.argumentNames().get(i) : "";
            if (!name.isEmpty()) {
                part.append(Quoting.identifier(name)).append(' ');
            }
            part.append(typeName(types.get(i)));
            if (isInput) {
                int firstDefault = inputs - function.defaults().size();
                if (withDefaults && input >= firstDefault) {
                    part.append(" DEFAULT ").append(function.defaults().get(input - firstDefault));
                }
                input++;
            }
            parts.add(part.toString());
        }
        return String.join(", ", parts);
    }

    private static String modeText(Function function, char mode, boolean lastInput) {
        return switch (mode) {
            case 'o' -> "OUT ";
            case 'b' -> "INOUT ";
            case 'v' -> "VARIADIC ";
            default -> lastInput && function.isVariadic() ? "VARIADIC " : "";
        };
    }

    private String typeName(int oid) {
        var type = catalog.typeOrNull(oid);
        return type == null ? "???" : names.typeName(type);
    }

    @Override
    public @Nullable String functionResult(int oid) {
        var function = catalog.function(oid);
        if (function == null || function.kind() == 'p') {
            return null;
        }
        if (function.argumentModes().contains('t')) {
            var columns = new ArrayList<String>();
            for (int i = 0; i < function.argumentModes().size(); i++) {
                if (function.argumentModes().get(i) == 't') {
                    columns.add(
                            Quoting.identifier(function.argumentNames().get(i))
                                    + " "
                                    + typeName(function.allArgumentTypes().get(i)));
                }
            }
            return "TABLE(" + String.join(", ", columns) + ")";
        }
        return (function.returnsSet() ? "SETOF " : "") + typeName(function.resultType());
    }

    @Override
    public @Nullable String ruleDefinition(int oid, boolean pretty) {
        var relation = catalog.relation((int) (Integer.toUnsignedLong(oid) - RULE_OFFSET));
        var view = relation == null ? null : relation.view();
        return relation == null || view == null
                ? null
                : "CREATE RULE \"_RETURN\" AS\n    ON SELECT TO "
                        + relationName(relation.oid())
                        + " DO INSTEAD  "
                        + view.query()
                        + ";";
    }

    @Override
    public @Nullable String triggerDefinition(int oid, boolean pretty) {
        return null;
    }

    @Override
    public @Nullable String expression(String stored, int relationOid) {
        if (stored.isEmpty() || stored.equals("<>")) {
            return null;
        }
        return definitions.expression(
                stored, relationOid == 0 ? null : catalog.relation(relationOid));
    }

    @Override
    public @Nullable String description(int oid, @Nullable String table, int subId) {
        var comment = catalog.comment(oid, subId);
        if (comment != null) {
            return comment.text();
        }
        if (oid >= Catalog.FIRST_USER_OID || subId != 0) {
            return null;
        }
        var owner = table == null ? null : names.findRelation("pg_catalog." + table);
        int wanted = owner == null ? 0 : owner.oid();
        var found = new ArrayList<String>();
        SystemFacts.forEach(
                catalog,
                "pg_description",
                (columns, texts) -> {
                    if (Integer.toString(oid).equals(texts[0])
                            && (wanted == 0 || Integer.toString(wanted).equals(texts[1]))
                            && texts[3] != null) {
                        found.add(texts[3]);
                    }
                });
        return found.isEmpty() ? null : found.getFirst();
    }

    // ------------------------------------------------------------------ roles and privileges

    @Override
    public @Nullable String roleName(int oid) {
        var role = catalog.role(oid);
        return role == null ? null : role.name();
    }

    @Override
    public int roleOid(String name) {
        var role = catalog.role(name);
        return role == null ? 0 : role.oid();
    }

    @Override
    public @Nullable Boolean hasPrivilege(
            int roleOid, String kind, Object object, @Nullable Object column, String privileges) {
        boolean any = false;
        for (var word : privileges.split(",", -1)) {
            var name = word.strip().toUpperCase(java.util.Locale.ROOT);
            name =
                    name.endsWith(" WITH GRANT OPTION")
                            ? name.substring(0, name.length() - 18)
                            : name;
            char letter = letter(name, word);
            switch (kind) {
                case "table", "sequence", "column", "any column" -> {
                    var relation =
                            object instanceof Long oid
                                    ? catalog.relation(oid.intValue())
                                    : names.findRelation(object.toString());
                    if (relation == null) {
                        if (object instanceof Long) {
                            return null;
                        }
                        throw new SqlException(
                                SqlState.UNDEFINED_TABLE,
                                "relation \"" + object + "\" does not exist");
                    }
                    any |= AccessControl.allows(catalog, relation, roleOid, letter);
                }
                case "schema" -> {
                    var schema =
                            object instanceof Long oid
                                    ? catalog.schema(oid.intValue())
                                    : catalog.schema(object.toString());
                    if (schema == null) {
                        if (object instanceof Long) {
                            return null;
                        }
                        throw new SqlException(
                                SqlState.INVALID_SCHEMA_NAME,
                                "schema \"" + object + "\" does not exist");
                    }
                    any |=
                            AccessControl.allows(
                                    catalog, schema.owner(), schema.acl(), roleOid, letter);
                }
                case "role" -> {
                    int of =
                            object instanceof Long oid
                                    ? oid.intValue()
                                    : roleOid(object.toString());
                    any |= catalog.isMember(roleOid, of);
                }
                default -> any = true;
            }
        }
        return any;
    }

    private static char letter(String name, String written) {
        return switch (name) {
            case "SELECT" -> 'r';
            case "INSERT" -> 'a';
            case "UPDATE" -> 'w';
            case "DELETE" -> 'd';
            case "TRUNCATE" -> 'D';
            case "REFERENCES" -> 'x';
            case "TRIGGER" -> 't';
            case "USAGE", "MEMBER" -> 'U';
            case "CREATE" -> 'C';
            case "CONNECT" -> 'c';
            case "TEMPORARY", "TEMP" -> 'T';
            case "EXECUTE" -> 'X';
            case "SET" -> 's';
            default ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "unrecognized privilege type: \"" + written + "\"");
        };
    }

    // ------------------------------------------------------------------ sizes, names

    @Override
    public @Nullable Long relationSize(int oid, boolean table, boolean indexes) {
        return catalog.relation(oid) == null ? null : 0L;
    }

    @Override
    public long databaseSize(int oid) {
        return 0;
    }

    @Override
    public @Nullable Integer relationOid(String name) {
        Relation relation;
        try {
            relation = names.findRelation(name);
        } catch (SqlException unreadable) {
            return null;
        }
        return relation == null ? null : relation.oid();
    }

    /** What the statement was bound against. */
    protected BindContext context() {
        return context;
    }
}
