package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.sql.catalog.UserType;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * pg_depend and pg_shdepend. As in PostgreSQL nothing is said of what came with the server, but for
 * the schema public and the members of extensions.
 */
final class DependencyRows {
    private static final int CLASS_DEFAULT = 2604;
    private static final int CLASS_RULE = 2618;

    /** System tables with members of extensions, by OID. */
    private static final Map<String, Integer> MEMBERS =
            Map.of(
                    "pg_type", 1247,
                    "pg_proc", 1255,
                    "pg_operator", 2617,
                    "pg_opclass", 2616,
                    "pg_opfamily", 2753,
                    "pg_am", 2601,
                    "pg_cast", 2605);

    private final Catalog catalog;

    DependencyRows(Catalog catalog) {
        this.catalog = catalog;
    }

    void dependencies(TableRows rows) {
        for (var object : catalog.objects()) {
            switch (object) {
                case Relation relation -> relation(rows, relation);
                case Schema ignored -> {}
                case Role ignored -> {}
                case Database ignored -> {}
                case SettingDefaults ignored -> {}
                case DefaultPrivileges defaults -> plain(rows, defaults);
                case dev.quiverdb.sql.catalog.Comment ignored -> {}
                case Constraint constraint -> plain(rows, constraint);
                case UserType type -> plain(rows, type);
                case Function function -> {
                    rows.add(
                            CatalogObject.CLASS_FUNCTION,
                            function.oid(),
                            0,
                            CatalogObject.CLASS_SCHEMA,
                            function.schema(),
                            0,
                            'n');
                    plain(rows, function);
                }
                case Extension extension -> extension(rows, extension);
                case Policy policy -> plain(rows, policy);
            }
        }
    }

    private void plain(TableRows rows, CatalogObject object) {
        for (var need : object.dependencies()) {
            edge(rows, object.classId(), object.oid(), need);
        }
    }

    /** One line, unless what is needed came with the server. */
    private void edge(TableRows rows, int classId, int oid, CatalogObject.Dependency need) {
        int referencedClass = classOf(need.referenced());
        boolean pinned =
                need.referenced() < Catalog.FIRST_USER_OID
                        && need.referenced() != Schema.PUBLIC
                        && need.referenced() < dev.quiverdb.base.type.Oids.VECTOR;
        if (referencedClass != 0 && !pinned) {
            rows.add(
                    classId,
                    oid,
                    need.subId(),
                    referencedClass,
                    need.referenced(),
                    need.referencedSubId(),
                    need.kind());
        }
    }

    private int classOf(int oid) {
        var object = catalog.object(oid);
        if (object != null) {
            return object.classId();
        }
        return oid >= dev.quiverdb.base.type.Oids.VECTOR && catalog.typeOrNull(oid) != null
                ? CatalogObject.CLASS_TYPE
                : 0;
    }

    private void relation(TableRows rows, Relation relation) {
        var constraint = relation.index() == null ? null : catalog.constraintOfIndex(relation);
        if (constraint != null) {
            rows.add(
                    CatalogObject.CLASS_RELATION,
                    relation.oid(),
                    0,
                    CatalogObject.CLASS_CONSTRAINT,
                    constraint.oid(),
                    0,
                    'i');
            return;
        }
        var view = relation.view();
        for (var need : relation.dependencies()) {
            boolean read =
                    view != null
                            && view.references()
                                    .contains(
                                            new Relation.Reference(
                                                    need.referenced(), need.referencedSubId()));
            if (read) {
                edge(rows, CLASS_RULE, SystemOids.rule(relation), need);
            } else {
                edge(rows, CatalogObject.CLASS_RELATION, relation.oid(), need);
            }
        }
        if (view != null) {
            for (char kind : new char[] {'i', 'n'}) {
                rows.add(
                        CLASS_RULE,
                        SystemOids.rule(relation),
                        0,
                        CatalogObject.CLASS_RELATION,
                        relation.oid(),
                        0,
                        kind);
            }
        }
        defaults(rows, relation);
    }

    private void defaults(TableRows rows, Relation relation) {
        for (var column : relation.columns()) {
            if (column.defaultSql() == null || column.dropped()) {
                continue;
            }
            int oid = SystemOids.columnDefault(relation, column.number());
            rows.add(
                    CLASS_DEFAULT,
                    oid,
                    0,
                    CatalogObject.CLASS_RELATION,
                    relation.oid(),
                    column.number(),
                    'a');
            var sequence = catalog.ownedSequence(relation.oid(), column.number(), 'a');
            if (sequence != null) {
                rows.add(
                        CLASS_DEFAULT,
                        oid,
                        0,
                        CatalogObject.CLASS_RELATION,
                        sequence.oid(),
                        0,
                        'n');
            }
        }
    }

    private void extension(TableRows rows, Extension extension) {
        plain(rows, extension);
        MEMBERS.forEach((table, classId) -> {
            for (var row : catalog.facts(table, extension)) {
                boolean arrayType = table.equals("pg_type") && row.letter("typcategory") == 'A';
                rows.add(
                        classId,
                        row.number("oid"),
                        0,
                        arrayType ? CatalogObject.CLASS_TYPE : CatalogObject.CLASS_EXTENSION,
                        arrayType ? row.number("typelem") : extension.oid(),
                        0,
                        arrayType ? 'i' : 'e');
            }
        });
    }

    private static void shared(
            TableRows rows, CatalogObject object, int database, int subId, int role, char kind) {
        rows.add(
                object instanceof Database ? 0 : database,
                object.classId(),
                object.oid(),
                subId,
                CatalogObject.CLASS_ROLE,
                role,
                kind);
    }

    private static void granted(TableRows rows, CatalogObject object, int database) {
        switch (object) {
            case Relation relation -> {
                granted(rows, object, database, 0, relation.owner(), relation.acl());
                for (var column : relation.liveColumns()) {
                    int number = column.number();
                    granted(rows, object, database, number, relation.owner(), column.acl());
                }
            }
            case Schema schema -> granted(rows, object, database, 0, schema.owner(), schema.acl());
            case UserType type -> granted(rows, object, database, 0, type.owner(), type.acl());
            case Function function ->
                    granted(rows, object, database, 0, function.owner(), function.acl());
            case Database each -> granted(rows, object, database, 0, each.owner(), each.acl());
            case DefaultPrivileges defaults ->
                    granted(rows, object, database, 0, defaults.role(), defaults.acl());
            default -> {
                // Has no privileges.
            }
        }
    }

    /** Every role that a list names, but the owner. */
    private static void granted(
            TableRows rows,
            CatalogObject object,
            int database,
            int subId,
            int owner,
            @Nullable String acl) {
        var roles = new TreeSet<Integer>();
        for (var entry : AccessControl.parse(acl)) {
            roles.add(entry.grantee());
            roles.add(entry.grantor());
        }
        for (int role : roles) {
            if (role >= Catalog.FIRST_USER_OID && role != owner) {
                shared(rows, object, database, subId, role, 'a');
            }
        }
    }

    /** Owners other than the first role, grants, and policies. */
    void shared(TableRows rows, int database) {
        for (var object : catalog.objects()) {
            int owner =
                    switch (object) {
                        case Relation relation when relation.index() == null -> relation.owner();
                        case Schema schema -> schema.owner();
                        case UserType type when type.relation() == 0 && type.form() != 'A' ->
                                type.owner();
                        case Function function -> function.owner();
                        case Extension extension -> extension.owner();
                        case Database each -> each.owner();
                        default -> Role.BOOTSTRAP;
                    };
            if (object instanceof DefaultPrivileges defaults) {
                owner = defaults.role();
            }
            if (owner >= Catalog.FIRST_USER_OID) {
                shared(rows, object, database, 0, owner, 'o');
            }
            granted(rows, object, database);
            if (object instanceof Policy policy) {
                for (int role : policy.roles()) {
                    if (role >= Catalog.FIRST_USER_OID) {
                        shared(rows, object, database, 0, role, 'r');
                    }
                }
            }
        }
    }
}
