package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Comment;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Facts;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.catalog.UserType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** System tables with one row for each object of a kind, pg_class and its family left out. */
final class ObjectRows {
    private static final int UTF8 = 6;
    private static final int DEFAULT_TABLESPACE = 1663;
    private static final String COLLATION = "C";

    private final Catalog catalog;

    ObjectRows(Catalog catalog) {
        this.catalog = catalog;
    }

    static @Nullable List<?> orNull(List<?> list) {
        return list.isEmpty() ? null : list;
    }

    void namespaces(TableRows rows) {
        for (var schema : catalog.objects(Schema.class)) {
            rows.add(schema.oid(), schema.name(), schema.owner(), Acl.shown(catalog, schema.acl()));
        }
    }

    void roles(TableRows rows) {
        for (var role : catalog.objects(Role.class)) {
            rows.add(
                    role.oid(),
                    role.name(),
                    role.superuser(),
                    role.inherit(),
                    role.createRole(),
                    role.createDatabase(),
                    role.login(),
                    role.replication(),
                    role.bypassRowSecurity(),
                    role.connectionLimit(),
                    role.password(),
                    role.validUntilMicros());
        }
    }

    void memberships(TableRows rows) {
        for (var role : catalog.objects(Role.class)) {
            for (var membership : role.memberOf()) {
                rows.add(
                        membership.role(),
                        role.oid(),
                        membership.grantor(),
                        membership.adminOption());
            }
        }
    }

    void databases(TableRows rows) {
        for (var database : catalog.objects(Database.class)) {
            rows.add(
                    database.oid(),
                    database.name(),
                    database.owner(),
                    UTF8,
                    'c',
                    database.template(),
                    database.allowConnections(),
                    database.connectionLimit(),
                    3L,
                    1L,
                    DEFAULT_TABLESPACE,
                    COLLATION,
                    COLLATION,
                    null,
                    null,
                    Acl.shown(catalog, database.acl()));
        }
    }

    /** pg_default_acl. */
    void defaultPrivileges(TableRows rows) {
        for (var defaults : catalog.objects(DefaultPrivileges.class)) {
            rows.add(
                    defaults.oid(),
                    defaults.role(),
                    defaults.schema(),
                    defaults.kind() == 's' ? 'S' : defaults.kind(),
                    Acl.shown(catalog, defaults.acl()));
        }
    }

    /** pg_db_role_setting. */
    void settings(TableRows rows) {
        for (var defaults : catalog.objects(SettingDefaults.class)) {
            rows.add(defaults.database(), defaults.role(), defaults.settings());
        }
    }

    void extensions(TableRows rows) {
        for (var extension : catalog.objects(Extension.class)) {
            rows.add(
                    extension.oid(),
                    extension.name(),
                    extension.owner(),
                    extension.schema(),
                    extension.relocatable(),
                    extension.release(),
                    null,
                    null);
        }
    }

    void enums(TableRows rows) {
        for (var type : catalog.objects(UserType.class)) {
            for (var label : type.labels()) {
                rows.add(label.oid(), type.oid(), label.order(), label.text());
            }
        }
    }

    void policies(TableRows rows) {
        for (var policy : catalog.objects(Policy.class)) {
            rows.add(
                    policy.oid(),
                    policy.name(),
                    policy.relation(),
                    policy.command(),
                    policy.permissive(),
                    policy.roles().isEmpty() ? List.of(0) : policy.roles(),
                    policy.using(),
                    policy.withCheck());
        }
    }

    /** The rule behind each view. */
    void rules(TableRows rows) {
        for (var relation : catalog.objects(Relation.class)) {
            var view = relation.view();
            if (view != null) {
                rows.add(
                        SystemOids.rule(relation),
                        "_RETURN",
                        relation.oid(),
                        '1',
                        'O',
                        true,
                        "<>",
                        view.query());
            }
        }
    }

    /** The constraint that one is a part of, be it by its index; 0 for none. */
    private int parent(Constraint constraint) {
        if (constraint.kind() != 'p' && constraint.kind() != 'u') {
            return constraint.parent();
        }
        var index = catalog.relation(constraint.index());
        var above =
                index == null || index.parents().isEmpty()
                        ? null
                        : catalog.relation(index.parents().getFirst());
        var whole = above == null ? null : catalog.constraintOfIndex(above);
        return whole == null ? 0 : whole.oid();
    }

    void constraints(TableRows rows) {
        for (var constraint : catalog.objects(Constraint.class)) {
            boolean foreign = constraint.kind() == 'f';
            boolean check = constraint.kind() == 'c';
            var equalities = foreign ? orNull(constraint.equalities()) : null;
            int parent = parent(constraint);
            rows.add(
                    constraint.oid(),
                    constraint.name(),
                    constraint.schema(),
                    constraint.kind(),
                    constraint.deferrable(),
                    constraint.initiallyDeferred(),
                    constraint.validated(),
                    constraint.relation(),
                    constraint.domain(),
                    constraint.index(),
                    parent,
                    constraint.referencedRelation(),
                    foreign ? constraint.onUpdate() : ' ',
                    foreign ? constraint.onDelete() : ' ',
                    foreign ? constraint.match() : ' ',
                    parent == 0,
                    parent == 0 ? 0 : 1,
                    check || foreign ? constraint.noInherit() : parent == 0,
                    orNull(constraint.columns()),
                    foreign ? orNull(constraint.referencedColumns()) : null,
                    equalities,
                    equalities,
                    equalities,
                    orNull(constraint.deleteSetColumns()),
                    null,
                    constraint.check());
        }
    }

    void functions(TableRows rows) {
        for (var function : catalog.objects(Function.class)) {
            rows.add(
                    function.oid(),
                    function.name(),
                    function.schema(),
                    function.owner(),
                    function.language(),
                    function.cost(),
                    function.rows(),
                    function.variadicElement(),
                    0,
                    function.kind(),
                    function.securityDefiner(),
                    function.leakproof(),
                    function.strict(),
                    function.returnsSet(),
                    function.volatility(),
                    function.parallel(),
                    function.argumentTypes().size(),
                    function.defaults().size(),
                    function.resultType(),
                    function.argumentTypes(),
                    orNull(function.allArgumentTypes()),
                    orNull(function.argumentModes()),
                    orNull(function.argumentNames()),
                    function.defaults().isEmpty() ? null : String.join(", ", function.defaults()),
                    null,
                    function.source(),
                    null,
                    function.sqlBody(),
                    orNull(function.configuration()),
                    Acl.shown(catalog, function.acl()));
        }
    }

    /** OIDs of the input and output functions of types that users make. */
    private record Routines(int input, int output, int receive, int send) {
        static final Routines ENUM = new Routines(3506, 3507, 3532, 3533);
        static final Routines RECORD = new Routines(2290, 2291, 2402, 2403);
        static final Routines ARRAY = new Routines(750, 751, 2400, 2401);
    }

    private static final int DOMAIN_IN = 2597;
    private static final int DOMAIN_RECEIVE = 2598;
    private static final int ARRAY_ANALYZE = 3816;
    private static final int ARRAY_SUBSCRIPT = 6179;

    private Routines routines(UserType type) {
        return switch (type.form()) {
            case 'e' -> Routines.ENUM;
            case 'A' -> Routines.ARRAY;
            case 'd' -> {
                var base = catalog.userType(type.base());
                var below = base != null ? routines(base) : builtin(type.base());
                yield new Routines(DOMAIN_IN, below.output(), DOMAIN_RECEIVE, below.send());
            }
            default -> Routines.RECORD;
        };
    }

    private Routines builtin(int oid) {
        var row = typeFact(oid);
        return row == null
                ? Routines.RECORD
                : new Routines(
                        row.number("typinput"),
                        row.number("typoutput"),
                        row.number("typreceive"),
                        row.number("typsend"));
    }

    private Facts.@Nullable Row typeFact(int oid) {
        for (var facts : catalog.facts("pg_type")) {
            for (var row : facts.rows()) {
                if (row.number("oid") == oid) {
                    return row;
                }
            }
        }
        return null;
    }

    void types(TableRows rows) {
        for (var user : catalog.objects(UserType.class)) {
            var type = catalog.typeOrNull(user.oid());
            if (type == null) {
                continue;
            }
            var layout = type.layout();
            var element = type.isTrueArray() ? type.element() : null;
            boolean domain = user.form() == 'd';
            boolean array = user.form() == 'A';
            var routines = routines(user);
            rows.add(
                    user.oid(),
                    user.name(),
                    user.schema(),
                    user.owner(),
                    layout.length(),
                    layout.byValue(),
                    array ? 'b' : user.form(),
                    category(type, user),
                    false,
                    true,
                    ',',
                    user.relation(),
                    array ? ARRAY_SUBSCRIPT : 0,
                    array && element != null ? element.oid() : 0,
                    user.array(),
                    routines.input(),
                    routines.output(),
                    routines.receive(),
                    routines.send(),
                    0,
                    0,
                    array ? ARRAY_ANALYZE : 0,
                    user.form() == 'c' ? 'd' : layout.alignment(),
                    layout.storage(),
                    user.notNull(),
                    user.base(),
                    domain ? user.baseTypmod() : -1,
                    domain && type.actual().isTrueArray() ? 1 : 0,
                    domain ? user.collation() : array ? type.collation() : 0,
                    user.defaultSql(),
                    user.defaultSql(),
                    Acl.shown(catalog, user.acl()));
        }
    }

    private static char category(Type type, UserType user) {
        return switch (user.form()) {
            case 'e' -> 'E';
            case 'A' -> 'A';
            case 'd' -> type.actual().category();
            default -> 'C';
        };
    }

    // Comments.

    static boolean isShared(int classId) {
        return classId == 1260 || classId == 1262 || classId == 1213;
    }

    void descriptions(TableRows rows) {
        for (var extension : catalog.objects(Extension.class)) {
            var text = ViewRows.extensionComment(extension.name());
            if (text != null && catalog.comment(extension.oid(), 0) == null) {
                rows.add(extension.oid(), CatalogObject.CLASS_EXTENSION, 0, text);
            }
        }
        for (var comment : catalog.objects(Comment.class)) {
            if (!isShared(comment.subjectClass())) {
                rows.add(
                        comment.subject(), comment.subjectClass(), comment.subId(), comment.text());
            }
        }
    }

    /**
     * Privileges that objects of a fresh server have, so that a dump leaves them alone where they
     * were not changed.
     */
    void initialPrivileges(TableRows rows) {
        for (var relation : SystemRelations.all()) {
            rows.add(
                    relation.oid(),
                    CatalogObject.CLASS_RELATION,
                    0,
                    "i",
                    Acl.shown(catalog, relation.acl()));
        }
        initialPrivileges(rows, "pg_namespace", "nspacl", CatalogObject.CLASS_SCHEMA);
        initialPrivileges(rows, "pg_proc", "proacl", CatalogObject.CLASS_FUNCTION);
    }

    private void initialPrivileges(TableRows rows, String table, String column, int classId) {
        for (var facts : catalog.facts(table)) {
            for (var row : facts.rows()) {
                if (row.get(column) != null) {
                    rows.add(row.number("oid"), classId, 0, "i", Acl.items(row.text(column)));
                }
            }
        }
    }

    /** What a fresh server says of its databases, then comments of users. */
    void sharedDescriptions(TableRows rows) {
        for (var database : catalog.objects(Database.class)) {
            var text =
                    switch (database.oid()) {
                        case 1 -> "default template for new databases";
                        case 4 -> "unmodifiable empty database";
                        case 5 -> "default administrative connection database";
                        default -> null;
                    };
            if (text != null && catalog.comment(database.oid(), 0) == null) {
                rows.add(database.oid(), 1262, text);
            }
        }
        for (var comment : catalog.objects(Comment.class)) {
            if (isShared(comment.subjectClass())) {
                rows.add(comment.subject(), comment.subjectClass(), comment.text());
            }
        }
    }
}
