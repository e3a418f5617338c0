package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Comment;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.sql.catalog.UserType;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.ObjectType;
import dev.quiverdb.sql.parse.RangeVar;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** DROP with RESTRICT and CASCADE, after dependency.c. */
final class Drops {
    private static final int REPORTED_MAX = 100;

    private final Change change;

    Drops(Change change) {
        this.change = change;
    }

    DdlResult drop(ObjectDdl.Drop drop) {
        var tag = "DROP " + word(drop.type()).toUpperCase(java.util.Locale.ROOT);
        var targets = new ArrayList<CatalogObject>();
        for (var reference : drop.objects()) {
            var found = find(drop.type(), reference, drop.missingOk());
            if (found != null) {
                new Owners(change).requireForDrop(found);
                targets.add(found);
            }
        }
        remove(targets, drop.behavior() == Clause.Behavior.CASCADE);
        return change.result(tag);
    }

    static String word(ObjectType type) {
        return type.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    // ------------------------------------------------------------------ finding

    private @Nullable CatalogObject find(
            ObjectType type, Clause.ObjectRef reference, boolean missingOk) {
        return switch (type) {
            case TABLE, VIEW, MATERIALIZED_VIEW, SEQUENCE, INDEX ->
                    relation(type, reference, missingOk);
            case SCHEMA ->
                    named(
                            type,
                            change.catalog().schema(reference.name().getLast()),
                            reference,
                            missingOk);
            case EXTENSION ->
                    named(
                            type,
                            change.catalog().extension(reference.name().getLast()),
                            reference,
                            missingOk);
            case TYPE, DOMAIN -> type(type, reference, missingOk);
            case POLICY -> policy(reference, missingOk);
            case FUNCTION, PROCEDURE, ROUTINE, AGGREGATE -> function(type, reference, missingOk);
            default -> {
                if (missingOk) {
                    change.notice(
                            word(type)
                                    + " \""
                                    + String.join(".", reference.name())
                                    + "\" does not exist, skipping");
                    yield null;
                }
                throw SqlException.notSupported(
                        "DROP "
                                + word(type).toUpperCase(java.util.Locale.ROOT)
                                + " is not supported");
            }
        };
    }

    private @Nullable CatalogObject missing(
            ObjectType type, Clause.ObjectRef reference, boolean missingOk, SqlState state) {
        var name = String.join(".", reference.name());
        if (missingOk) {
            change.notice(word(type) + " \"" + name + "\" does not exist, skipping");
            return null;
        }
        throw new SqlException(state, word(type) + " \"" + name + "\" does not exist");
    }

    private @Nullable CatalogObject named(
            ObjectType type,
            @Nullable CatalogObject found,
            Clause.ObjectRef reference,
            boolean missingOk) {
        if (found == null) {
            return missing(
                    type,
                    reference,
                    missingOk,
                    type == ObjectType.SCHEMA
                            ? SqlState.INVALID_SCHEMA_NAME
                            : SqlState.UNDEFINED_OBJECT);
        }
        if (found.oid() < Catalog.FIRST_USER_OID
                && found instanceof Schema
                && found.oid() != Schema.PUBLIC) {
            throw new SqlException(
                    SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                    "cannot drop schema "
                            + found.name()
                            + " because it is required by the database system");
        }
        return found;
    }

    static RangeVar variable(Clause.ObjectRef reference) {
        var parts = reference.name();
        return new RangeVar(
                reference.span(),
                parts.size() > 2 ? parts.get(parts.size() - 3) : null,
                parts.size() > 1 ? parts.get(parts.size() - 2) : null,
                parts.getLast(),
                true,
                RangeVar.Persistence.PERMANENT,
                null);
    }

    private @Nullable CatalogObject relation(
            ObjectType type, Clause.ObjectRef reference, boolean missingOk) {
        var parts = reference.name();
        if (parts.size() > 1
                && change.catalog().schema(parts.get(parts.size() - 2)) == null
                && !parts.get(parts.size() - 2).equals("pg_temp")) {
            var schema = parts.get(parts.size() - 2);
            if (missingOk) {
                change.notice("schema \"" + schema + "\" does not exist, skipping");
                return null;
            }
            throw new SqlException(
                    SqlState.INVALID_SCHEMA_NAME, "schema \"" + schema + "\" does not exist");
        }
        var found = change.relationOrNull(variable(reference));
        if (found == null) {
            return missing(
                    type,
                    reference,
                    missingOk,
                    type == ObjectType.INDEX
                            ? SqlState.UNDEFINED_OBJECT
                            : SqlState.UNDEFINED_TABLE);
        }
        char wanted =
                switch (type) {
                    case TABLE -> 'r';
                    case VIEW -> 'v';
                    case MATERIALIZED_VIEW -> 'm';
                    case SEQUENCE -> 'S';
                    default -> 'i';
                };
        if (found.kind() != wanted) {
            throw new SqlException(
                            SqlState.WRONG_OBJECT_TYPE,
                            "\"" + found.name() + "\" is not " + article(word(type)))
                    .withHint(
                            "Use DROP "
                                    + Names.kind(found).toUpperCase(java.util.Locale.ROOT)
                                    + " to remove "
                                    + article(Names.kind(found))
                                    + ".");
        }
        return found;
    }

    static String article(String word) {
        return ("aeiou".indexOf(word.charAt(0)) >= 0 ? "an " : "a ") + word;
    }

    private @Nullable CatalogObject type(
            ObjectType type, Clause.ObjectRef reference, boolean missingOk) {
        var name = reference.types().isEmpty() ? null : reference.types().getFirst();
        var found = name == null ? null : change.expressions().typeOrNull(name);
        if (found == null) {
            var text =
                    name == null
                            ? String.join(".", reference.name())
                            : String.join(".", name.names());
            if (missingOk) {
                change.notice("type \"" + text + "\" does not exist, skipping");
                return null;
            }
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "type \"" + text + "\" does not exist");
        }
        var user = change.catalog().userType(found.type().oid());
        if (user == null) {
            throw new SqlException(
                    SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                    "cannot drop type "
                            + found.type().formatType(-1)
                            + " because it is required by the database system");
        }
        if (type == ObjectType.DOMAIN && user.form() != 'd') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + user.name() + "\" is not a domain");
        }
        if (user.form() == 'c') {
            var relation = change.catalog().relation(user.relation());
            if (relation != null && relation.kind() == 'c') {
                return relation;
            }
            throw new SqlException(
                            SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                            "cannot drop type "
                                    + user.name()
                                    + " because "
                                    + describe(relation)
                                    + " requires it")
                    .withHint("You can drop " + describe(relation) + " instead.");
        }
        return user;
    }

    private @Nullable CatalogObject policy(Clause.ObjectRef reference, boolean missingOk) {
        var parts = reference.name();
        var table =
                change.relation(
                        new RangeVar(
                                reference.span(),
                                null,
                                parts.size() > 2 ? parts.get(parts.size() - 3) : null,
                                parts.get(parts.size() - 2),
                                true,
                                RangeVar.Persistence.PERMANENT,
                                null));
        for (var policy : change.catalog().policies(table.oid())) {
            if (policy.name().equals(parts.getLast())) {
                return policy;
            }
        }
        var text =
                "policy \""
                        + parts.getLast()
                        + "\" for relation \""
                        + table.name()
                        + "\" does not exist";
        if (missingOk) {
            change.notice(text + ", skipping");
            return null;
        }
        throw new SqlException(SqlState.UNDEFINED_OBJECT, text);
    }

    /** As {@link #routine}, of PostgreSQL's own too. */
    Function callable(ObjectType type, Clause.ObjectRef reference) {
        if (function(type, reference, false, 0) instanceof Function found) {
            return found;
        }
        throw SqlException.internal("a missing function is an error");
    }

    /** The function or procedure that a statement names. */
    Function routine(ObjectType type, Clause.ObjectRef reference) {
        if (function(type, reference, false) instanceof Function found) {
            return found;
        }
        throw SqlException.internal("a missing function is an error");
    }

    static boolean isOf(ObjectType type, Function candidate) {
        return switch (type) {
            case PROCEDURE -> candidate.kind() == 'p';
            case AGGREGATE -> candidate.kind() == 'a';
            case FUNCTION -> candidate.kind() == 'f' || candidate.kind() == 'w';
            default -> true;
        };
    }

    private @Nullable CatalogObject function(
            ObjectType type, Clause.ObjectRef reference, boolean missingOk) {
        return function(type, reference, missingOk, Catalog.FIRST_USER_OID);
    }

    /**
     * @param firstOid which functions count
     */
    private @Nullable CatalogObject function(
            ObjectType type, Clause.ObjectRef reference, boolean missingOk, int firstOid) {
        var name = reference.name().getLast();
        var given = new ArrayList<Integer>();
        for (var argument : reference.types()) {
            given.add(change.expressions().type(argument).type().oid());
        }
        Function found = null;
        var schemas =
                reference.name().size() > 1
                        ? List.of(
                                change.usableSchema(
                                                reference.name().get(reference.name().size() - 2),
                                                reference.offset())
                                        .oid())
                        : change.context().searchPath().schemas();
        for (var candidate : change.catalog().functions(name)) {
            if (candidate.oid() >= firstOid
                    && schemas.contains(candidate.schema())
                    && isOf(type, candidate)
                    && (reference.argumentsUnspecified()
                            || candidate.argumentTypes().equals(given))) {
                if (found != null) {
                    throw new SqlException(
                                    SqlState.AMBIGUOUS_FUNCTION,
                                    "function name \"" + name + "\" is not unique")
                            .withHint(
                                    "Specify the argument list to select the function"
                                            + " unambiguously.");
                }
                found = candidate;
            }
        }
        if (found == null) {
            if (reference.argumentsUnspecified()) {
                var text =
                        "could not find a "
                                + word(type)
                                + " named \""
                                + String.join(".", reference.name())
                                + "\"";
                if (missingOk) {
                    change.notice(word(type) + " " + name + "() does not exist, skipping");
                    return null;
                }
                throw new SqlException(SqlState.UNDEFINED_FUNCTION, text);
            }
            var texts =
                    given.stream().map(oid -> change.catalog().type(oid).formatType(-1)).toList();
            var text =
                    word(type)
                            + " "
                            + String.join(".", reference.name())
                            + "("
                            + String.join(",", texts)
                            + ") does not exist";
            requireKind(type, name, given, schemas, firstOid);
            if (missingOk) {
                change.notice(text + ", skipping");
                return null;
            }
            throw new SqlException(SqlState.UNDEFINED_FUNCTION, text);
        }
        return found;
    }

    /** 42809 where there is such a function, but of another kind. */
    private void requireKind(
            ObjectType type,
            String name,
            List<Integer> arguments,
            List<Integer> schemas,
            int firstOid) {
        for (var candidate : change.catalog().functions(name)) {
            if (candidate.oid() >= firstOid
                    && schemas.contains(candidate.schema())
                    && candidate.argumentTypes().equals(arguments)) {
                var described = describe(candidate);
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE,
                        described.substring(FunctionCommands.kindWord(candidate).length() + 1)
                                + " is not "
                                + article(
                                        type == ObjectType.AGGREGATE
                                                ? "aggregate function"
                                                : word(type)));
            }
        }
    }

    // ------------------------------------------------------------------ dependencies

    /** Removes objects and what depends on them; 2BP01 under RESTRICT where something else does. */
    void remove(List<CatalogObject> targets, boolean cascade) {
        var doomed = new LinkedHashMap<Integer, CatalogObject>();
        var dependentReports = new LinkedHashMap<Integer, String>();
        var reported = new ArrayList<String>();
        for (var target : targets) {
            doomed.put(target.oid(), target);
        }
        for (var target : targets) {
            checkInternal(target, doomed);
        }
        var queue = new ArrayList<>(targets);
        var columns = new LinkedHashMap<ColumnUse, String>();
        var defaults = new LinkedHashMap<ColumnUse, String>();
        for (int i = 0; i < queue.size(); i++) {
            var object = queue.get(i);
            for (var use : columnUses(object).entrySet()) {
                if (!doomed.containsKey(use.getKey().relation)) {
                    columns.put(use.getKey(), use.getValue());
                    reported.add(use.getValue() + " depends on " + describe(object));
                }
            }
            for (var use : RoutineUses.of(object, change)) {
                var owner = use.object();
                if (doomed.containsKey(owner.oid())) {
                    continue;
                }
                var by = " depends on " + describe(use.function());
                var column = use.column();
                if (column == null) {
                    dependentReports.put(owner.oid(), describe(owner) + by);
                    doomed.put(owner.oid(), owner);
                    queue.add(owner);
                    continue;
                }
                var place = "column " + column.name() + " of " + describe(owner);
                var columnUse = new ColumnUse(owner.oid(), column.name());
                if (column.isGenerated()) {
                    columns.put(columnUse, place);
                    reported.add(place + by);
                } else {
                    defaults.put(columnUse, "default value for " + place + by);
                }
            }
            for (var edge : dependents(object)) {
                var dependent = edge.getKey();
                boolean automatic = edge.getValue() == 'a' || edge.getValue() == 'i';
                if (automatic) {
                    // What goes with another of those that go is nobody's surprise.
                    dependentReports.remove(dependent.oid());
                }
                if (doomed.containsKey(dependent.oid())) {
                    continue;
                }
                if (!automatic) {
                    dependentReports.put(
                            dependent.oid(),
                            describe(dependent) + " depends on " + describe(object));
                }
                doomed.put(dependent.oid(), dependent);
                queue.add(dependent);
            }
        }
        defaults.keySet().removeIf(use -> doomed.containsKey(use.relation));
        reported.addAll(defaults.values());
        reported.addAll(dependentReports.values());
        if (!reported.isEmpty() && !cascade) {
            throw restricted(targets, reported);
        }
        if (!reported.isEmpty()) {
            notices(
                    reported.stream()
                            .map(text -> text.substring(0, text.indexOf(" depends on ")))
                            .toList());
        }
        defaults.keySet().forEach(this::dropDefault);
        for (var use : columns.keySet()) {
            if (!doomed.containsKey(use.relation)) {
                new TableAlterer(change).dropColumn(use.relation, use.column);
            }
        }
        for (var object : inOrder(doomed)) {
            erase(object);
        }
    }

    private void dropDefault(ColumnUse use) {
        if (change.catalog().object(use.relation) instanceof Relation table) {
            var columns =
                    table.columns().stream()
                            .map(column ->
                                    column.name().equals(use.column) && !column.dropped()
                                            ? column.withDefault(null)
                                            : column)
                            .toList();
            change.put(table.toBuilder().columns(columns).build());
        }
    }

    /** Removes an object with all that hangs on it, without asking. */
    void removeWithParts(CatalogObject object) {
        var doomed = new LinkedHashMap<Integer, CatalogObject>();
        doomed.put(object.oid(), object);
        var queue = new ArrayList<CatalogObject>();
        queue.add(object);
        for (int i = 0; i < queue.size(); i++) {
            for (var edge : dependents(queue.get(i))) {
                if (doomed.putIfAbsent(edge.getKey().oid(), edge.getKey()) == null) {
                    queue.add(edge.getKey());
                }
            }
        }
        for (var gone : inOrder(doomed)) {
            erase(gone);
        }
    }

    /**
     * An index of a constraint, a sequence of an identity column: they go with what owns them only.
     */
    private void checkInternal(CatalogObject target, Map<Integer, CatalogObject> doomed) {
        if (target instanceof Relation relation && relation.index() != null) {
            var constraint = change.catalog().constraintOfIndex(relation);
            if (constraint != null) {
                var owner = describe(constraint);
                throw new SqlException(
                                SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                                "cannot drop index "
                                        + relation.name()
                                        + " because "
                                        + owner
                                        + " requires it")
                        .withHint("You can drop " + owner + " instead.");
            }
        }
        if (target instanceof Relation relation) {
            var sequence = relation.sequence();
            if (sequence != null
                    && sequence.ownership() == 'i'
                    && sequence.ownedRelation() != 0
                    && !doomed.containsKey(sequence.ownedRelation())) {
                var table = change.catalog().relation(sequence.ownedRelation());
                if (table != null) {
                    var owner =
                            "column "
                                    + table.column(sequence.ownedColumn()).name()
                                    + " of table "
                                    + display(table);
                    throw new SqlException(
                                    SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                                    "cannot drop sequence "
                                            + relation.name()
                                            + " because "
                                            + owner
                                            + " requires it")
                            .withHint("You can drop " + owner + " instead.");
                }
            }
        }
    }

    private List<Map.Entry<CatalogObject, Character>> dependents(CatalogObject object) {
        var found = new LinkedHashMap<CatalogObject, Character>();
        var catalog = change.catalog();
        var all = new ArrayList<>(catalog.dependents(object.oid()));
        all.sort((left, right) -> Integer.compare(left.oid(), right.oid()));
        for (var dependent : all) {
            char kind = 0;
            for (var need : dependent.dependencies()) {
                boolean column = dependent instanceof Relation && need.subId() != 0;
                if (need.referenced() == object.oid() && !column) {
                    kind = kind == 0 || need.kind() == 'n' ? need.kind() : kind;
                }
            }
            if (kind == 0) {
                continue;
            }
            if (dependent instanceof Relation relation
                    && relation.index() != null
                    && object instanceof Constraint) {
                kind = 'i';
            }
            if (dependent instanceof Constraint own && own.relation() == object.oid()) {
                // Though it may refer to the same table.
                kind = 'a';
            }
            if (dependent instanceof Constraint key && !(object instanceof Constraint)) {
                found.putIfAbsent(wholeOf(key), kind);
            }
            found.put(dependent, kind);
        }
        if (object instanceof Constraint constraint
                && (constraint.kind() == 'p' || constraint.kind() == 'u')) {
            var index = catalog.relation(constraint.index());
            if (index != null) {
                found.put(index, 'i');
            }
        }
        return List.copyOf(found.entrySet());
    }

    /** A foreign key that refers to a partition too goes with its part for the partition. */
    private Constraint wholeOf(Constraint key) {
        var whole = key;
        while (whole.isOfReferencedPartition(change.catalog())
                && change.catalog().object(whole.parent()) instanceof Constraint above) {
            whole = above;
        }
        return whole;
    }

    /** A column whose type goes. */
    private record ColumnUse(int relation, String column) {}

    /** The columns of relations that have a type, or one of an extension's. */
    private Map<ColumnUse, String> columnUses(CatalogObject object) {
        var uses = new LinkedHashMap<ColumnUse, String>();
        var types = new HashSet<Integer>();
        if (object instanceof Extension extension) {
            for (var row : change.catalog().facts("pg_type", extension)) {
                types.add(row.number("oid"));
            }
        } else if (object instanceof UserType) {
            types.add(object.oid());
        }
        if (types.isEmpty()) {
            return uses;
        }
        for (var relation : change.catalog().objects(Relation.class)) {
            if (relation.index() != null) {
                continue;
            }
            for (var column : relation.liveColumns()) {
                if (types.contains(column.type())) {
                    uses.put(
                            new ColumnUse(relation.oid(), column.name()),
                            "column " + column.name() + " of " + describe(relation));
                }
            }
        }
        return uses;
    }

    private SqlException restricted(List<CatalogObject> targets, List<String> reported) {
        var detail = new StringBuilder();
        for (int i = 0; i < Math.min(reported.size(), REPORTED_MAX); i++) {
            detail.append(i == 0 ? "" : "\n").append(reported.get(i));
        }
        if (reported.size() > REPORTED_MAX) {
            detail.append("\nand ")
                    .append(reported.size() - REPORTED_MAX)
                    .append(" other objects (see server log for list)");
        }
        var message =
                targets.size() == 1
                        ? "cannot drop "
                                + describe(targets.getFirst())
                                + " because other objects depend on it"
                        : "cannot drop desired object(s) because other objects depend on them";
        return new SqlException(SqlState.DEPENDENT_OBJECTS_STILL_EXIST, message)
                .withDetail(detail.toString())
                .withHint("Use DROP ... CASCADE to drop the dependent objects too.");
    }

    /** Tells of what goes too. */
    void notices(List<String> reported) {
        if (reported.size() == 1) {
            change.notice("drop cascades to " + reported.getFirst());
            return;
        }
        var detail = new StringBuilder();
        for (int i = 0; i < Math.min(reported.size(), REPORTED_MAX); i++) {
            detail.append(i == 0 ? "" : "\n").append("drop cascades to ").append(reported.get(i));
        }
        change.add(
                new DdlAction.Notice(
                        new SqlException(
                                        SqlState.SUCCESSFUL_COMPLETION,
                                        "drop cascades to " + reported.size() + " other objects")
                                .withSeverity(dev.quiverdb.base.error.Severity.NOTICE)
                                .withDetail(detail.toString())));
    }

    /** Dependents before what they need. */
    private static List<CatalogObject> inOrder(Map<Integer, CatalogObject> doomed) {
        return new ArrayList<>(doomed.values()).reversed();
    }

    private void erase(CatalogObject object) {
        change.remove(object);
        if (!(object instanceof Relation relation)) {
            return;
        }
        change.lock(relation.oid());
        var index = relation.index();
        if (index != null) {
            var table = change.catalog().relation(index.relation());
            if (table != null) {
                change.add(new DdlAction.DropIndex(table, relation));
            }
        } else if (relation.sequence() != null) {
            change.add(new DdlAction.DropSequence(relation));
        } else if (relation.tablet() != 0) {
            change.add(new DdlAction.DropTablet(relation));
        }
    }

    private String display(Relation relation) {
        return change.context().searchPath().sees(relation.schema())
                ? Quoting.identifier(relation.name())
                : Quoting.qualified(
                        change.catalog().schemaName(relation.schema()), relation.name());
    }

    /** getObjectDescription. */
    String describe(@Nullable CatalogObject object) {
        return switch (object) {
            case null -> "object";
            case Relation relation -> Names.kind(relation) + " " + display(relation);
            case Constraint constraint -> {
                var table = change.catalog().relation(constraint.relation());
                yield "constraint "
                        + Quoting.identifier(constraint.name())
                        + (table == null ? "" : " on table " + display(table));
            }
            case UserType type -> "type " + change.catalog().type(type.oid()).formatType(-1);
            case Schema schema -> "schema " + Quoting.identifier(schema.name());
            case Function function -> {
                var types =
                        function.argumentTypes().stream()
                                .map(oid -> change.catalog().type(oid).formatType(-1))
                                .toList();
                var name =
                        change.context().searchPath().sees(function.schema())
                                ? Quoting.identifier(function.name())
                                : Quoting.qualified(
                                        change.catalog().schemaName(function.schema()),
                                        function.name());
                yield FunctionCommands.kindWord(function)
                        + " "
                        + name
                        + "("
                        + String.join(",", types)
                        + ")";
            }
            case Policy policy -> {
                var table = change.catalog().relation(policy.relation());
                yield "policy "
                        + policy.name()
                        + (table == null ? "" : " on table " + display(table));
            }
            case Extension extension -> "extension " + extension.name();
            case Role role -> "role " + Quoting.identifier(role.name());
            case Database database -> "database " + Quoting.identifier(database.name());
            case Comment comment -> "comment " + comment.name();
            case SettingDefaults ignored -> "settings";
            case DefaultPrivileges defaults -> describe(defaults);
        };
    }

    private String describe(DefaultPrivileges defaults) {
        var what =
                switch (defaults.kind()) {
                    case 's' -> "sequences";
                    case 'f' -> "functions";
                    case 'T' -> "types";
                    case 'n' -> "schemas";
                    default -> "relations";
                };
        return "default privileges on new "
                + what
                + " belonging to role "
                + Quoting.identifier(change.catalog().roleName(defaults.role()))
                + (defaults.schema() == 0
                        ? ""
                        : " in schema "
                                + Quoting.identifier(
                                        change.catalog().schemaName(defaults.schema())));
    }
}
