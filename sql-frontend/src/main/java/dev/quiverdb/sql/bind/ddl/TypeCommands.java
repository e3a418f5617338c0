package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.UserType;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.TableElement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Enums, domains and composite types. */
final class TypeCommands {
    private static final int LABEL_BYTES_MAX = 63;

    private final Change change;

    TypeCommands(Change change) {
        this.change = change;
    }

    private int free(List<String> name) {
        int schema = change.schemaOf(name);
        TypeNames.claim(change, schema, name.getLast());
        return schema;
    }

    private void putArray(int element, int array, String name, int schema) {
        change.put(
                Relations.type(
                        array,
                        TypeNames.array(change.catalog(), schema, name),
                        schema,
                        change.role(),
                        'A',
                        element,
                        0,
                        0));
    }

    // ------------------------------------------------------------------ enums

    private UserType enumeration(
            int oid,
            long version,
            String name,
            int schema,
            int array,
            List<UserType.Label> labels) {
        return new UserType(
                oid,
                version,
                name,
                schema,
                change.role(),
                'e',
                0,
                array,
                0,
                labels,
                0,
                -1,
                false,
                0,
                null,
                DefaultPrivileges.of(change.catalog(), 'T', change.role(), schema));
    }

    private static void checkLabel(String label) {
        if (label.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LABEL_BYTES_MAX) {
            throw new SqlException(SqlState.INVALID_NAME, "invalid enum label \"" + label + "\"")
                    .withDetail("Labels must be 63 bytes or less.");
        }
    }

    DdlResult create(ObjectDdl.CreateEnum create) {
        int schema = free(create.name());
        var seen = new HashSet<String>();
        var labels = new ArrayList<UserType.Label>();
        int oid = change.newOid();
        int array = change.newOid();
        for (var label : create.labels()) {
            checkLabel(label);
            if (!seen.add(label)) {
                throw new SqlException(
                        SqlState.UNIQUE_VIOLATION,
                        "duplicate key value violates unique constraint"
                                + " \"pg_enum_typid_label_index\"");
            }
            labels.add(new UserType.Label(change.newOid(), labels.size() + 1, label));
        }
        var name = create.name().getLast();
        change.put(enumeration(oid, 1, name, schema, array, labels));
        putArray(oid, array, name, schema);
        return change.result("CREATE TYPE");
    }

    /** A type by its name. */
    UserType userType(List<String> name) {
        Type found = null;
        if (name.size() > 1) {
            found =
                    change.catalog()
                            .type(
                                    change.usableSchema(name.get(name.size() - 2), -1).oid(),
                                    name.getLast());
        } else {
            for (int schema : change.context().searchPath().schemas()) {
                found = found == null ? change.catalog().type(schema, name.getFirst()) : found;
            }
        }
        var user = found == null ? null : change.catalog().userType(found.oid());
        if (user == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "type \"" + String.join(".", name) + "\" does not exist");
        }
        return user;
    }

    DdlResult alter(ObjectDdl.AlterEnum alter) {
        var before = change.catalog();
        var user = userType(alter.name());
        new Owners(change).require(user);
        if (user.form() != 'e') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    change.catalog().type(user.oid()).formatType(-1) + " is not an enum");
        }
        var labels = new ArrayList<>(user.labels());
        var old = alter.oldLabel();
        if (old != null) {
            rename(labels, old, alter.newLabel());
        } else if (!add(labels, alter)) {
            return change.result("ALTER TYPE");
        }
        change.put(
                new UserType(
                        user.oid(),
                        user.version() + 1,
                        user.name(),
                        user.schema(),
                        user.owner(),
                        'e',
                        0,
                        user.array(),
                        0,
                        labels,
                        0,
                        -1,
                        false,
                        0,
                        null,
                        user.acl()));
        if (old != null) {
            new LabelRenames(change, before, user.oid(), old, alter.newLabel()).apply();
        }
        change.rewriteViews(before, 0);
        return change.result("ALTER TYPE");
    }

    private static int find(List<UserType.Label> labels, String text) {
        for (int i = 0; i < labels.size(); i++) {
            if (labels.get(i).text().equals(text)) {
                return i;
            }
        }
        return -1;
    }

    private static void rename(List<UserType.Label> labels, String old, String text) {
        int at = find(labels, old);
        if (at < 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "\"" + old + "\" is not an existing enum label");
        }
        if (find(labels, text) >= 0) {
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT, "enum label \"" + text + "\" already exists");
        }
        labels.set(at, new UserType.Label(labels.get(at).oid(), labels.get(at).order(), text));
    }

    private boolean add(List<UserType.Label> labels, ObjectDdl.AlterEnum alter) {
        checkLabel(alter.newLabel());
        if (find(labels, alter.newLabel()) >= 0) {
            if (alter.ifNotExists()) {
                change.notice("enum label \"" + alter.newLabel() + "\" already exists, skipping");
                return false;
            }
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT,
                    "enum label \"" + alter.newLabel() + "\" already exists");
        }
        var neighbour = alter.neighbour();
        int at = labels.size();
        if (neighbour != null) {
            int found = find(labels, neighbour);
            if (found < 0) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "\"" + neighbour + "\" is not an existing enum label");
            }
            at = alter.after() ? found + 1 : found;
        }
        float below =
                at == 0
                        ? (labels.isEmpty() ? 0 : labels.getFirst().order() - 2)
                        : labels.get(at - 1).order();
        float above = at == labels.size() ? below + 2 : labels.get(at).order();
        labels.add(at, new UserType.Label(change.newOid(), (below + above) / 2, alter.newLabel()));
        return true;
    }

    // ------------------------------------------------------------------ domains

    DdlResult create(ObjectDdl.CreateDomain create) {
        int schema = free(create.name());
        var base = change.usableType(create.type());
        if (base.type().form() == Type.Form.PSEUDO) {
            throw new SqlException(
                    SqlState.DATATYPE_MISMATCH,
                    "\"" + base.type().name() + "\" is not a valid base type for a domain");
        }
        boolean notNull = false;
        String defaultSql = null;
        var checks = new ArrayList<TableElement.Constraint>();
        for (var constraint : create.constraints()) {
            switch (constraint.kind()) {
                case NOT_NULL -> notNull = true;
                case NULL -> {}
                case CHECK -> checks.add(constraint);
                case DEFAULT -> {
                    var expression = constraint.expression();
                    if (expression != null) {
                        defaultSql =
                                change.expressions()
                                        .defaultValue(expression, base, create.name().getLast())
                                        .sql();
                    }
                }
                default ->
                        throw new SqlException(
                                SqlState.SYNTAX_ERROR,
                                constraint
                                                .kind()
                                                .name()
                                                .toLowerCase(java.util.Locale.ROOT)
                                                .replace('_', ' ')
                                        + " constraints not possible for domains");
            }
        }
        int oid = change.newOid();
        int array = change.newOid();
        var name = create.name().getLast();
        change.put(
                new UserType(
                        oid,
                        1,
                        name,
                        schema,
                        change.role(),
                        'd',
                        0,
                        array,
                        0,
                        List.of(),
                        base.type().oid(),
                        base.typmod(),
                        notNull,
                        base.type().collation(),
                        defaultSql,
                        DefaultPrivileges.of(change.catalog(), 'T', change.role(), schema)));
        putArray(oid, array, name, schema);
        for (var check : checks) {
            addCheck(oid, name, schema, check, true);
        }
        return change.result("CREATE DOMAIN");
    }

    private void addCheck(
            int domain,
            String domainName,
            int schema,
            TableElement.Constraint constraint,
            boolean fresh) {
        var expression = constraint.expression();
        if (expression == null) {
            throw SqlException.internal("CHECK without expression");
        }
        var type = change.catalog().type(domain);
        var stored = change.expressions().domainCheck(expression, PgType.of(type.actual(), -1));
        var wanted = constraint.name();
        var name =
                wanted != null
                        ? wanted
                        : Names.constraint(change.catalog(), domain, domainName, "", "check");
        if (change.catalog().constraints(domain).stream().anyMatch(c -> c.name().equals(name))) {
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT,
                    "constraint \"" + name + "\" for domain \"" + domainName + "\" already exists");
        }
        var made =
                Constraint.builder('c', change.newOid(), name, schema)
                        .domain(domain)
                        .validated(!constraint.notValid())
                        .check(stored.sql())
                        .build();
        change.put(made);
        if (!fresh && !constraint.notValid()) {
            forbidWithin(domain);
            change.add(new DdlAction.ValidateDomain(domain, made));
        }
    }

    /** 0A000 where columns hold the domain's values within others, which nobody looks into. */
    private void forbidWithin(int domain) {
        for (var relation : change.catalog().objects(Relation.class)) {
            if (relation.index() != null || !relation.isTable() && relation.kind() != 'm') {
                continue;
            }
            for (var column : relation.liveColumns()) {
                var type = change.catalog().type(column.type());
                while (type.base() != null && type.oid() != domain) {
                    type = type.base();
                }
                if (type.oid() != domain && holds(type, domain)) {
                    throw SqlException.notSupported(
                            "cannot alter type \""
                                    + change.catalog().type(domain).formatType(-1)
                                    + "\" because column \""
                                    + relation.name()
                                    + "."
                                    + column.name()
                                    + "\" uses it");
                }
            }
        }
    }

    private static boolean holds(Type type, int domain) {
        if (type.oid() == domain) {
            return true;
        }
        var base = type.base();
        if (base != null) {
            return holds(base, domain);
        }
        var element = type.isTrueArray() ? type.element() : null;
        return element != null
                ? holds(element, domain)
                : type.fields().stream().anyMatch(field -> holds(field.type(), domain));
    }

    private static UserType with(UserType user, boolean notNull, @Nullable String defaultSql) {
        return new UserType(
                user.oid(),
                user.version() + 1,
                user.name(),
                user.schema(),
                user.owner(),
                user.form(),
                user.element(),
                user.array(),
                user.relation(),
                user.labels(),
                user.base(),
                user.baseTypmod(),
                notNull,
                user.collation(),
                defaultSql,
                user.acl());
    }

    DdlResult alter(ObjectDdl.AlterDomain alter) {
        var user = userType(alter.name());
        new Owners(change).require(user);
        if (user.form() != 'd') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + user.name() + "\" is not a domain");
        }
        var action = alter.action();
        switch (action.kind()) {
            case COLUMN_DEFAULT -> {
                String sql = null;
                if (action.definition() instanceof Expr expression) {
                    var base = PgType.of(change.catalog().type(user.base()), user.baseTypmod());
                    sql = change.expressions().defaultValue(expression, base, user.name()).sql();
                }
                change.put(with(user, user.notNull(), sql));
            }
            case SET_NOT_NULL -> change.put(with(user, true, user.defaultSql()));
            case DROP_NOT_NULL -> change.put(with(user, false, user.defaultSql()));
            case ADD_CONSTRAINT -> {
                if (action.definition() instanceof TableElement.Constraint constraint) {
                    addCheck(user.oid(), user.name(), user.schema(), constraint, false);
                }
            }
            case DROP_CONSTRAINT -> dropCheck(user, action);
            case VALIDATE_CONSTRAINT -> {
                for (var constraint : change.catalog().constraints(user.oid())) {
                    if (constraint.name().equals(action.name()) && !constraint.validated()) {
                        var valid = constraint.toBuilder().validated(true).build();
                        change.put(valid);
                        change.add(new DdlAction.ValidateDomain(user.oid(), valid));
                    }
                }
            }
            default -> throw SqlException.notSupported("this ALTER DOMAIN is not supported");
        }
        return change.result("ALTER DOMAIN");
    }

    private void dropCheck(UserType user, TableDdl.AlterAction action) {
        for (var constraint : change.catalog().constraints(user.oid())) {
            if (constraint.name().equals(action.name())) {
                change.remove(constraint);
                return;
            }
        }
        var text =
                "constraint \""
                        + action.name()
                        + "\" of domain \""
                        + user.name()
                        + "\" does not exist";
        if (action.missingOk()) {
            change.notice(text + ", skipping");
            return;
        }
        throw new SqlException(SqlState.UNDEFINED_OBJECT, text);
    }

    // ------------------------------------------------------------------ composites

    DdlResult create(ObjectDdl.CreateCompositeType create) {
        int schema = free(create.name());
        var name = create.name().getLast();
        var columns = new ArrayList<Column>();
        for (var attribute : create.attributes()) {
            if (!(attribute instanceof TableElement.Column element)) {
                continue;
            }
            var typeName = element.type();
            if (typeName == null) {
                throw SqlException.internal("attribute without type");
            }
            var type = change.usableType(typeName);
            TableCreator.checkColumnType(element.name(), type.type());
            columns.add(
                    Column.of(
                            columns.size() + 1,
                            element.name(),
                            type.type().oid(),
                            type.typmod(),
                            type.type().collation(),
                            false));
        }
        int rowType = change.newOid();
        var relation =
                Relations.make(
                        change,
                        change.newOid(),
                        name,
                        schema,
                        'c',
                        'p',
                        change.role(),
                        columns,
                        rowType,
                        0,
                        Map.of(),
                        null,
                        null,
                        null,
                        true,
                        'p');
        change.put(relation);
        Relations.putRowType(change, rowType, name, schema, relation.oid());
        return change.result("CREATE TYPE");
    }
}
