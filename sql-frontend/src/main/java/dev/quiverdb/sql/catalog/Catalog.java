package dev.quiverdb.sql.catalog;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.EnumLabel;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything a database knows by name, at one moment. Immutable and safe for all threads; {@link
 * #with} and {@link #without} answer a changed catalog that shares structure with this one, in time
 * proportional to what the object depends on.
 *
 * <p>Built-in functions, operators, casts and so on come from resources and are not listed by
 * {@link #objects}; what {@link #initialObjects} answers is what a fresh database stores in its
 * first transaction.
 */
public final class Catalog {
    /** The first OID of objects that users make; smaller ones are PostgreSQL's and pgvector's. */
    public static final int FIRST_USER_OID = Oids.FIRST_USER;

    private static final int PLPGSQL_OID = 13559;

    /** Spaces of names: two objects of different spaces may share a name. */
    private enum Space {
        SCHEMA,
        RELATION,
        TYPE,
        ROLE,
        DATABASE,
        EXTENSION
    }

    private record Name(Space space, int schema, String name) {}

    private final Builtins builtins;
    private final PersistentMap<Integer, CatalogObject> objects;
    private final PersistentMap<Name, Integer> names;
    private final PersistentMap<String, List<Integer>> functionsByName;
    private final PersistentMap<Integer, List<Integer>> dependents;
    private final Object security;
    private final int database;
    private final Map<Integer, Type> types = new ConcurrentHashMap<>();

    private Catalog(
            Builtins builtins,
            PersistentMap<Integer, CatalogObject> objects,
            PersistentMap<Name, Integer> names,
            PersistentMap<String, List<Integer>> functionsByName,
            PersistentMap<Integer, List<Integer>> dependents,
            Object security,
            int database) {
        this.builtins = builtins;
        this.objects = objects;
        this.names = names;
        this.functionsByName = functionsByName;
        this.dependents = dependents;
        this.security = security;
        this.database = database;
    }

    /** A catalog of the given objects, as read from storage, of no database in particular. */
    public static Catalog of(Collection<? extends CatalogObject> objects) {
        return of(objects, 0);
    }

    /**
     * A catalog of the given objects, as read from storage.
     *
     * @param database OID of the database whose catalog it is, whose owner is the one member of
     *     pg_database_owner; 0 for none
     */
    public static Catalog of(Collection<? extends CatalogObject> objects, int database) {
        var catalog =
                new Catalog(
                        Builtins.core(),
                        PersistentMap.empty(),
                        PersistentMap.empty(),
                        PersistentMap.empty(),
                        PersistentMap.empty(),
                        new Object(),
                        database);
        for (var object : objects) {
            catalog = catalog.with(object);
        }
        return catalog;
    }

    /** The catalog of a fresh server. */
    public static Catalog initial() {
        return of(initialObjects());
    }

    /** Schemas, roles, databases and extensions of a fresh server. */
    public static List<CatalogObject> initialObjects() {
        var made = new ArrayList<CatalogObject>();
        var core = Builtins.core();
        for (var row : core.rows("pg_namespace")) {
            made.add(
                    new Schema(
                            row.number("oid"),
                            1,
                            row.text("nspname"),
                            row.number("nspowner"),
                            AccessControl.builtin(row.get("nspacl"), core::role)));
        }
        for (var row : core.rows("pg_authid")) {
            int oid = row.number("oid");
            var memberships =
                    core.rows("pg_auth_members").stream()
                            .filter(member -> member.number("member") == oid)
                            .map(member ->
                                    new Role.Membership(
                                            member.number("roleid"),
                                            member.number("grantor"),
                                            member.flag("admin_option")))
                            .toList();
            made.add(
                    new Role(
                            oid,
                            1,
                            row.text("rolname"),
                            row.flag("rolsuper"),
                            row.flag("rolinherit"),
                            row.flag("rolcreaterole"),
                            row.flag("rolcreatedb"),
                            row.flag("rolcanlogin"),
                            row.flag("rolreplication"),
                            row.flag("rolbypassrls"),
                            -1,
                            null,
                            null,
                            memberships));
        }
        int owner = Role.BOOTSTRAP;
        var acl =
                AccessControl.format(
                        List.of(
                                new AccessControl.Entry(AccessControl.PUBLIC, "c", owner),
                                new AccessControl.Entry(owner, "CTc", owner)));
        made.add(new Database(1, 1, "template1", owner, true, true, -1, acl));
        made.add(new Database(4, 1, "template0", owner, true, false, -1, acl));
        made.add(new Database(5, 1, "postgres", owner, false, true, -1, null));
        made.add(new Extension(PLPGSQL_OID, 1, "plpgsql", owner, Schema.PG_CATALOG, false, "1.0"));
        return made;
    }

    private static @Nullable Name nameOf(CatalogObject object) {
        return switch (object) {
            case Schema schema -> new Name(Space.SCHEMA, 0, schema.name());
            case Relation relation -> new Name(Space.RELATION, relation.schema(), relation.name());
            case UserType type -> new Name(Space.TYPE, type.schema(), type.name());
            case Role role -> new Name(Space.ROLE, 0, role.name());
            case Database database -> new Name(Space.DATABASE, 0, database.name());
            case Extension extension -> new Name(Space.EXTENSION, 0, extension.name());
            case Constraint ignored -> null;
            case Function ignored -> null;
            case Policy ignored -> null;
            case Comment ignored -> null;
            case SettingDefaults ignored -> null;
            case DefaultPrivileges ignored -> null;
        };
    }

    /** This catalog with an object added, or put in place of the one with the same OID. */
    public Catalog with(CatalogObject object) {
        var base = objects.get(object.oid()) == null ? this : without(object.oid());
        var named = base.names;
        var name = nameOf(object);
        if (name != null) {
            named = named.with(name, object.oid());
        }
        var functions = base.functionsByName;
        if (object instanceof Function function) {
            functions =
                    functions.with(
                            function.name(), plus(functions.get(function.name()), object.oid()));
        }
        var edges = base.dependents;
        for (var need : object.dependencies()) {
            edges = edges.with(need.referenced(), plus(edges.get(need.referenced()), object.oid()));
        }
        return new Catalog(
                object instanceof Extension extension
                        ? base.builtins.with(extension.name())
                        : base.builtins,
                base.objects.with(object.oid(), object),
                named,
                functions,
                edges,
                securityWith(object),
                database);
    }

    /**
     * Roles, policies and schemas decide who may do what, whatever else a statement looks at, and
     * any statement may print labels of enums.
     */
    private Object securityWith(CatalogObject changed) {
        boolean decides =
                changed instanceof Role
                        || changed instanceof Policy
                        || changed instanceof Schema
                        || changed instanceof UserType type && type.form() == 'e'
                        || changed instanceof Function function && mayCallChanges(function);
        return decides ? new Object() : security;
    }

    private boolean mayCallChanges(Function function) {
        var before = function(function.oid());
        return before != null
                && (before.owner() != function.owner()
                        || !java.util.Objects.equals(before.acl(), function.acl()));
    }

    /**
     * What stands for all roles, policies and schemas as they are: the same object while none of
     * them changes, and one never seen before after any change.
     */
    public Object security() {
        return security;
    }

    /** This catalog without an object; itself where there is none. */
    public Catalog without(int oid) {
        var object = objects.get(oid);
        if (object == null) {
            return this;
        }
        var named = names;
        var name = nameOf(object);
        var holder = name == null ? null : named.get(name);
        if (name != null && holder != null && holder == oid) {
            named = named.without(name);
        }
        var functions = functionsByName;
        if (object instanceof Function function) {
            functions = functions.with(function.name(), minus(functions.get(function.name()), oid));
        }
        var edges = dependents;
        for (var need : object.dependencies()) {
            edges = edges.with(need.referenced(), minus(edges.get(need.referenced()), oid));
        }
        return new Catalog(
                object instanceof Extension extension
                        ? builtins.without(extension.name())
                        : builtins,
                objects.without(oid),
                named,
                functions,
                edges,
                securityWith(object),
                database);
    }

    private static List<Integer> plus(@Nullable List<Integer> list, int oid) {
        if (list == null) {
            return List.of(oid);
        }
        if (list.contains(oid)) {
            return list;
        }
        var longer = new ArrayList<>(list);
        longer.add(oid);
        return longer;
    }

    private static List<Integer> minus(@Nullable List<Integer> list, int oid) {
        return list == null ? List.of() : list.stream().filter(member -> member != oid).toList();
    }

    /** All user objects and the initial ones, in no particular order. */
    public List<CatalogObject> objects() {
        var all = new ArrayList<CatalogObject>(objects.size());
        objects.forEach((oid, object) -> all.add(object));
        return all;
    }

    /** All objects of a kind, by rising OID. */
    public <T extends CatalogObject> List<T> objects(Class<T> kind) {
        var all = new ArrayList<T>();
        objects.forEach((oid, object) -> {
            if (kind.isInstance(object)) {
                all.add(kind.cast(object));
            }
        });
        all.sort((left, right) -> Integer.compareUnsigned(left.oid(), right.oid()));
        return all;
    }

    /** The highest OID in use, at least {@link #FIRST_USER_OID} - 1. */
    public int highestOid() {
        int[] highest = {FIRST_USER_OID - 1};
        objects.forEach((oid, object) -> {
            highest[0] = Math.max(highest[0], oid);
            if (object instanceof UserType type) {
                type.labels().forEach(label -> highest[0] = Math.max(highest[0], label.oid()));
            }
            if (object instanceof Relation relation) {
                highest[0] = Math.max(highest[0], relation.tablet());
            }
        });
        return highest[0];
    }

    public @Nullable CatalogObject object(int oid) {
        return objects.get(oid);
    }

    private <T extends CatalogObject> @Nullable T named(
            Class<T> kind, Space space, int schema, String name) {
        var oid = names.get(new Name(space, schema, name));
        var object = oid == null ? null : objects.get(oid);
        return kind.isInstance(object) ? kind.cast(object) : null;
    }

    public @Nullable Schema schema(String name) {
        return named(Schema.class, Space.SCHEMA, 0, name);
    }

    public @Nullable Schema schema(int oid) {
        return objects.get(oid) instanceof Schema schema ? schema : null;
    }

    /** The name of a schema, "" if there is none. */
    public String schemaName(int oid) {
        var schema = schema(oid);
        return schema == null ? "" : schema.name();
    }

    public @Nullable Role role(String name) {
        return named(Role.class, Space.ROLE, 0, name);
    }

    public @Nullable Role role(int oid) {
        return objects.get(oid) instanceof Role role ? role : null;
    }

    public @Nullable Database database(String name) {
        return named(Database.class, Space.DATABASE, 0, name);
    }

    public @Nullable Extension extension(String name) {
        return named(Extension.class, Space.EXTENSION, 0, name);
    }

    /** A relation of a schema, a user's or the system's. */
    public @Nullable Relation relation(int schema, String name) {
        var relation = named(Relation.class, Space.RELATION, schema, name);
        if (relation == null
                && (schema == Schema.PG_CATALOG || schema == Schema.INFORMATION_SCHEMA)) {
            var shape = SystemColumns.byName(schema, name);
            return shape == null ? null : SystemRelations.relation(shape);
        }
        return relation;
    }

    public @Nullable Relation relation(int oid) {
        if (objects.get(oid) instanceof Relation relation) {
            return relation;
        }
        var shape = SystemColumns.byOid(oid);
        return shape == null ? null : SystemRelations.relation(shape);
    }

    /** What needs the object: indexes, constraints, views, owned sequences, comments... */
    public List<CatalogObject> dependents(int oid) {
        var found = new ArrayList<CatalogObject>();
        var list = dependents.get(oid);
        if (list != null) {
            for (int dependent : list) {
                var object = objects.get(dependent);
                if (object != null) {
                    found.add(object);
                }
            }
        }
        return found;
    }

    private <T extends CatalogObject> List<T> dependents(
            int oid, Class<T> kind, Predicate<T> condition) {
        var found = new ArrayList<T>();
        for (var dependent : dependents(oid)) {
            if (kind.isInstance(dependent) && condition.test(kind.cast(dependent))) {
                found.add(kind.cast(dependent));
            }
        }
        found.sort((left, right) -> Integer.compare(left.oid(), right.oid()));
        return found;
    }

    /** Indexes of a table, by rising OID. */
    public List<Relation> indexes(int table) {
        return dependents(
                table,
                Relation.class,
                relation -> {
                    var index = relation.index();
                    return index != null && index.relation() == table;
                });
    }

    /** Constraints of a table or domain, by rising OID. */
    public List<Constraint> constraints(int owner) {
        return dependents(
                owner,
                Constraint.class,
                constraint -> constraint.relation() == owner || constraint.domain() == owner);
    }

    /** Foreign keys that refer to a table, by rising OID. */
    public List<Constraint> referencing(int table) {
        return dependents(
                table,
                Constraint.class,
                constraint -> constraint.kind() == 'f' && constraint.referencedRelation() == table);
    }

    /** The constraint that an index belongs to; null for a plain index. */
    public @Nullable Constraint constraintOfIndex(Relation index) {
        var part = index.index();
        if (part == null) {
            return null;
        }
        for (var constraint : constraints(part.relation())) {
            if (constraint.index() == index.oid() && constraint.kind() != 'f') {
                return constraint;
            }
        }
        return null;
    }

    /** Row-level security policies of a table, by name. */
    public List<Policy> policies(int table) {
        var found = dependents(table, Policy.class, policy -> policy.relation() == table);
        found.sort((left, right) -> left.name().compareTo(right.name()));
        return found;
    }

    /** Sequences owned by a table's columns. */
    public List<Relation> ownedSequences(int table) {
        return dependents(
                table,
                Relation.class,
                relation -> {
                    var sequence = relation.sequence();
                    return sequence != null && sequence.ownedRelation() == table;
                });
    }

    /** The sequence behind an identity or serial column; null if it has none. */
    public @Nullable Relation ownedSequence(int table, int column, char ownership) {
        for (var relation : ownedSequences(table)) {
            var sequence = relation.sequence();
            if (sequence != null
                    && sequence.ownedColumn() == column
                    && sequence.ownership() == ownership) {
                return relation;
            }
        }
        return null;
    }

    public @Nullable Comment comment(int subject, int subId) {
        var found =
                dependents(
                        subject,
                        Comment.class,
                        comment -> comment.subject() == subject && comment.subId() == subId);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** The type with this OID; null if there is none. */
    public @Nullable Type typeOrNull(int oid) {
        if (oid < FIRST_USER_OID) {
            return Builtins.complete().type(oid);
        }
        var known = types.get(oid);
        if (known != null) {
            return known;
        }
        var made = make(oid);
        if (made != null) {
            types.put(oid, made);
        }
        return made;
    }

    /**
     * What a session starts with, {@code name=value}: for one database (0: any) and one role (0:
     * any) alone.
     */
    public List<String> settings(int database, int role) {
        for (var defaults : objects(SettingDefaults.class)) {
            if (defaults.database() == database && defaults.role() == role) {
                return defaults.settings();
            }
        }
        return List.of();
    }

    /** The type with this OID, which must exist. */
    public Type type(int oid) {
        var type = typeOrNull(oid);
        if (type == null) {
            throw new SqlException(
                    SqlState.INTERNAL_ERROR,
                    "cache lookup failed for type " + Integer.toUnsignedString(oid));
        }
        return type;
    }

    private @Nullable Type make(int oid) {
        if (!(objects.get(oid) instanceof UserType user)) {
            return Types.byOid(oid);
        }
        var schema = schemaName(user.schema());
        return switch (user.form()) {
            case 'e' ->
                    Type.enumeration(
                            oid,
                            schema,
                            user.name(),
                            user.array(),
                            user.labels().stream()
                                    .map(label ->
                                            new EnumLabel(label.oid(), label.order(), label.text()))
                                    .toList());
            case 'd' ->
                    Type.domain(
                            oid,
                            schema,
                            user.name(),
                            user.array(),
                            type(user.base()),
                            user.baseTypmod());
            case 'A' -> Type.array(oid, schema, user.name(), type(user.element()));
            default ->
                    Type.composite(oid, schema, user.name(), user.array(), fields(user.relation()));
        };
    }

    private List<Type.Field> fields(int relation) {
        var row = relation(relation);
        var fields = new ArrayList<Type.Field>();
        if (row != null) {
            for (var column : row.liveColumns()) {
                fields.add(new Type.Field(column.name(), type(column.type()), column.typmod()));
            }
        }
        return fields;
    }

    public @Nullable UserType userType(int oid) {
        return objects.get(oid) instanceof UserType type ? type : null;
    }

    /** The type of a schema with this name; null if there is none. */
    public @Nullable Type type(int schema, String name) {
        var user = named(UserType.class, Space.TYPE, schema, name);
        if (user != null) {
            return typeOrNull(user.oid());
        }
        for (int oid : builtins.types(name)) {
            var row = builtins.typeRow(oid);
            if (row != null && row.number("typnamespace") == schema) {
                return typeOrNull(oid);
            }
        }
        return null;
    }

    /** OID of the schema that a type is in. */
    public int schemaOfType(int oid) {
        var user = userType(oid);
        if (user != null) {
            return user.schema();
        }
        var row = Builtins.complete().typeRow(oid);
        return row == null ? Schema.PG_CATALOG : row.number("typnamespace");
    }

    /** Tables that inherit from a table, or are its partitions, in the order of their making. */
    public List<Relation> children(int table) {
        var found = new ArrayList<Relation>();
        for (var dependent : dependents(table)) {
            if (dependent instanceof Relation relation
                    && relation.index() == null
                    && relation.parents().contains(table)) {
                found.add(relation);
            }
        }
        found.sort(java.util.Comparator.comparingInt(Relation::oid));
        return found;
    }

    /** A table and all that inherits from it, each once, parents before children. */
    public List<Relation> family(Relation table) {
        var found = new java.util.LinkedHashMap<Integer, Relation>();
        found.put(table.oid(), table);
        var queue = new java.util.ArrayDeque<Relation>(List.of(table));
        while (!queue.isEmpty()) {
            for (var child : children(queue.poll().oid())) {
                if (found.putIfAbsent(child.oid(), child) == null) {
                    queue.add(child);
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** Indexes of partitions that belong to a partitioned table's index. */
    public List<Relation> indexChildren(int index) {
        var found = new ArrayList<Relation>();
        for (var dependent : dependents(index)) {
            if (dependent instanceof Relation relation
                    && relation.index() != null
                    && relation.parents().contains(index)) {
                found.add(relation);
            }
        }
        return found;
    }

    /** All functions of a name, in any schema. */
    public List<Function> functions(String name) {
        var own = functionsByName.get(name);
        if (own == null || own.isEmpty()) {
            return builtins.functions(name);
        }
        var all = new ArrayList<>(builtins.functions(name));
        all.removeIf(function -> own.contains(function.oid()));
        for (int oid : own) {
            if (objects.get(oid) instanceof Function function) {
                all.add(function);
            }
        }
        return all;
    }

    public @Nullable Function function(int oid) {
        return objects.get(oid) instanceof Function function ? function : builtins.function(oid);
    }

    /**
     * Functions that came with PostgreSQL and installed extensions, but those whose privileges
     * somebody has changed: they are among the objects.
     */
    public Collection<Function> builtinFunctions() {
        return builtins.functions().values().stream()
                .filter(function -> objects.get(function.oid()) == null)
                .toList();
    }

    /** All operators of a name, in any schema. */
    public List<Operator> operators(String name) {
        return builtins.operators(name);
    }

    public @Nullable Operator operator(int oid) {
        return builtins.operator(oid);
    }

    public @Nullable Cast cast(int source, int target) {
        return builtins.cast(source, target);
    }

    public @Nullable Aggregate aggregate(int function) {
        return builtins.aggregate(function);
    }

    public @Nullable AccessMethod accessMethod(String name) {
        return builtins.accessMethod(name);
    }

    public @Nullable Collation collation(int oid) {
        return builtins.collation(oid);
    }

    /** The collation of a schema with this name. */
    public @Nullable Collation collation(int schema, String name) {
        for (var collation : builtins.collations()) {
            if (collation.schema() == schema && collation.name().equals(name)) {
                return collation;
            }
        }
        return null;
    }

    public @Nullable OperatorClass operatorClass(int oid) {
        return builtins.operatorClass(oid);
    }

    /** All operator classes of an access method with this name. */
    public @Nullable OperatorClass operatorClass(int method, String name) {
        for (var operatorClass : builtins.operatorClasses()) {
            if (operatorClass.method() == method && operatorClass.name().equals(name)) {
                return operatorClass;
            }
        }
        return null;
    }

    public List<OperatorClass> operatorClasses() {
        return builtins.operatorClasses();
    }

    /**
     * The default operator class of an access method for a type, as GetDefaultOpClass finds it:
     * exact, else the one of a preferred type that it is binary-coercible to, else the only such
     * one.
     */
    public @Nullable OperatorClass defaultOperatorClass(int method, Type type) {
        var actual = type.actual();
        OperatorClass coercible = null;
        for (var candidate : builtins.operatorClasses()) {
            if (candidate.method() != method || !candidate.isDefault()) {
                continue;
            }
            if (candidate.inputType() == actual.oid()) {
                return candidate;
            }
            if (isBinaryCoercible(actual, candidate.inputType())
                    && (coercible == null || type(candidate.inputType()).preferred())) {
                coercible = candidate;
            }
        }
        return coercible;
    }

    /** IsBinaryCoercible: same bits under another name, by an implicit cast. */
    public boolean isBinaryCoercible(Type source, int target) {
        int from = source.actual().oid();
        if (from == target || source.oid() == target) {
            return true;
        }
        if (target == Oids.ANY || target == Oids.ANYELEMENT || target == Oids.ANYCOMPATIBLE) {
            return true;
        }
        if ((target == Oids.ANYARRAY || target == Oids.ANYCOMPATIBLEARRAY)
                && source.actual().isArray()) {
            return true;
        }
        if (target == Oids.ANYENUM && source.actual().form() == Type.Form.ENUM) {
            return true;
        }
        if ((target == Oids.ANYRANGE || target == Oids.ANYCOMPATIBLERANGE)
                && source.actual().form() == Type.Form.RANGE) {
            return true;
        }
        if ((target == Oids.ANYMULTIRANGE || target == Oids.ANYCOMPATIBLEMULTIRANGE)
                && source.actual().form() == Type.Form.MULTIRANGE) {
            return true;
        }
        if (target == Oids.RECORD && source.actual().form() == Type.Form.COMPOSITE) {
            return true;
        }
        if (target == Oids.RECORD_ARRAY
                && source.element() != null
                && source.element().form() == Type.Form.COMPOSITE) {
            return true;
        }
        var cast = builtins.cast(from, target);
        return cast != null && cast.method() == 'b' && cast.context() == 'i';
    }

    /** Seats of a family. */
    public List<OperatorClass.Member> members(int family) {
        return builtins.members(family);
    }

    /** Seats that an operator has in any family. */
    public List<OperatorClass.Member> seats(int operator) {
        return builtins.seats(operator);
    }

    public List<OperatorClass.Support> support(int family) {
        return builtins.support(family);
    }

    /** The operator at a seat of a family; null if the seat is empty. */
    public @Nullable Operator familyOperator(int family, int left, int right, int strategy) {
        for (var member : builtins.members(family)) {
            if (member.left() == left && member.right() == right && member.strategy() == strategy) {
                return builtins.operator(member.operator());
            }
        }
        return null;
    }

    /** Subtype of a range type, 0 if it is none. */
    public int rangeSubtype(int range) {
        return builtins.rangeSubtype(range);
    }

    public int multirange(int range) {
        return builtins.multirange(range);
    }

    public int rangeOfMultirange(int multirange) {
        return builtins.rangeOfMultirange(multirange);
    }

    public int rangeOver(int subtype) {
        return builtins.rangeOver(subtype);
    }

    /**
     * The rows of a system table that came with PostgreSQL, then those of installed extensions; no
     * rows where the table has none.
     */
    public List<Facts> facts(String table) {
        return builtins.tables(table);
    }

    /** The rows of a system table that an installed extension brought. */
    public List<Facts.Row> facts(String table, Extension extension) {
        return builtins.rows(table, extension.name());
    }

    Builtins builtins() {
        return builtins;
    }

    /** Whether a role may do everything. */
    public boolean isSuperuser(int role) {
        var found = role(role);
        return found != null && found.superuser();
    }

    /**
     * Whether a role is, or is a member of, another, directly or not, so that it may SET ROLE to
     * it; superusers are of all.
     */
    public boolean isMember(int role, int of) {
        return isSuperuser(role) || isDirectMember(role, of);
    }

    /** As {@link #isMember}, for superusers too only what was granted. */
    public boolean isDirectMember(int role, int of) {
        return reaches(role, of, false, new java.util.HashSet<>());
    }

    /**
     * Whether a role has the privileges of another without SET ROLE: roles that are NOINHERIT do
     * not have those of the roles that they are members of. Superusers have all.
     */
    public boolean hasPrivilegesOf(int role, int of) {
        return role == of
                || isSuperuser(role)
                || reaches(role, of, true, new java.util.HashSet<>());
    }

    private boolean reaches(int role, int of, boolean inheriting, java.util.Set<Integer> seen) {
        if (role == of) {
            return true;
        }
        var member = role(role);
        if (member == null || !seen.add(role) || inheriting && !member.inherit()) {
            return false;
        }
        if (of == Role.DATABASE_OWNER && ownsDatabase(role)) {
            return true;
        }
        for (var membership : member.memberOf()) {
            if (reaches(membership.role(), of, inheriting, seen)) {
                return true;
            }
        }
        return false;
    }

    private boolean ownsDatabase(int role) {
        return objects.get(database) instanceof Database current && current.owner() == role;
    }

    /** Whether a role may grant membership of another, having been granted it so or being it. */
    public boolean isAdminOf(int role, int of) {
        if (isSuperuser(role)) {
            return true;
        }
        for (var candidate : objects(Role.class)) {
            boolean admin =
                    candidate.memberOf().stream().anyMatch(m -> m.role() == of && m.adminOption());
            if (admin && isDirectMember(role, candidate.oid())) {
                return true;
            }
        }
        return false;
    }

    /** The role's own name, or what stands for one that is gone. */
    public String roleName(int role) {
        var found = role(role);
        return found == null
                ? "unknown (OID=" + Integer.toUnsignedString(role) + ")"
                : found.name();
    }
}
