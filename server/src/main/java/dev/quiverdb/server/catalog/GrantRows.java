package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.AccessControl.Subject;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Collation;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.catalog.UserType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** information_schema: who may do what, one line for each privilege of each grantee. */
final class GrantRows {
    private static final Set<String> TABLE =
            Set.of("INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER");
    private static final Set<String> COLUMN = Set.of("INSERT", "SELECT", "UPDATE", "REFERENCES");

    private final Catalog catalog;
    private final String database;
    private final Privileges privileges;

    /**
     * Whether to leave out what concerns no role that the user is a member of: the role_... views.
     */
    private final boolean rolesOnly;

    GrantRows(SessionView view, boolean rolesOnly) {
        catalog = view.catalog();
        database = view.databaseName();
        privileges = new Privileges(catalog, view.currentUser());
        this.rolesOnly = rolesOnly;
    }

    private List<Relation> relations(String kinds) {
        var found = new ArrayList<>(SystemRelations.all());
        found.addAll(catalog.objects(Relation.class));
        found.removeIf(relation -> kinds.indexOf(relation.kind()) < 0);
        return found;
    }

    private boolean shows(Acl.Grant grant) {
        boolean role =
                privileges.has(grant.grantor())
                        || (grant.grantee() != 0 && privileges.has(grant.grantee()));
        return role || (grant.grantee() == 0 && !rolesOnly);
    }

    private String name(int role) {
        var found = catalog.role(role);
        return role == 0 || found == null ? "PUBLIC" : found.name();
    }

    /** The owner may always grant on. */
    private boolean grantable(Acl.Grant grant, int owner) {
        return grant.grantable()
                || (grant.grantee() != 0 && catalog.hasPrivilegesOf(grant.grantee(), owner));
    }

    void tables(TableRows rows) {
        for (var relation : relations("rv")) {
            for (var grant : Acl.grants(Subject.of(relation))) {
                if (TABLE.contains(grant.privilege()) && shows(grant)) {
                    rows.add(
                            name(grant.grantor()),
                            name(grant.grantee()),
                            database,
                            catalog.schemaName(relation.schema()),
                            relation.name(),
                            grant.privilege(),
                            grantable(grant, relation.owner()),
                            grant.privilege().equals("SELECT"));
                }
            }
        }
    }

    void columns(TableRows rows) {
        for (var relation : relations("rv")) {
            var whole = Acl.grants(Subject.of(relation));
            for (var column : relation.liveColumns()) {
                var grants = new LinkedHashSet<>(whole);
                if (column.acl() != null) {
                    grants.addAll(Acl.grants(Subject.of(relation, column)));
                }
                for (var grant : grants) {
                    if (COLUMN.contains(grant.privilege()) && shows(grant)) {
                        rows.add(
                                name(grant.grantor()),
                                name(grant.grantee()),
                                database,
                                catalog.schemaName(relation.schema()),
                                relation.name(),
                                column.name(),
                                grant.privilege(),
                                grantable(grant, relation.owner()));
                    }
                }
            }
        }
    }

    void routines(TableRows rows) {
        var functions = new ArrayList<>(catalog.builtinFunctions());
        functions.addAll(catalog.objects(Function.class));
        for (var function : functions) {
            for (var grant : Acl.grants(Subject.of(function))) {
                if (shows(grant)) {
                    var schema = catalog.schemaName(function.schema());
                    rows.add(
                            name(grant.grantor()),
                            name(grant.grantee()),
                            database,
                            schema,
                            RoutineRows.specificName(function),
                            database,
                            schema,
                            function.name(),
                            "EXECUTE",
                            grantable(grant, function.owner()));
                }
            }
        }
    }

    /** Composite types, under the name that the standard has for them. */
    void types(TableRows rows) {
        for (var type : catalog.objects(UserType.class)) {
            if (type.form() != 'c') {
                continue;
            }
            for (var grant : Acl.grants(Subject.of(type))) {
                if (shows(grant)) {
                    rows.add(
                            name(grant.grantor()),
                            name(grant.grantee()),
                            database,
                            catalog.schemaName(type.schema()),
                            type.name(),
                            "TYPE USAGE",
                            grantable(grant, type.owner()));
                }
            }
        }
    }

    /** Collations, domains and sequences. */
    void usage(TableRows rows) {
        if (!rolesOnly) {
            for (var facts : catalog.facts("pg_collation")) {
                for (var row : facts.rows()) {
                    collation(rows, catalog.collation(row.number("oid")));
                }
            }
        }
        for (var type : catalog.objects(UserType.class)) {
            if (type.form() == 'd') {
                usage(
                        rows,
                        Acl.grants(Subject.of(type)),
                        type.schema(),
                        type.name(),
                        "DOMAIN",
                        type.owner());
            }
        }
        for (var relation : relations("S")) {
            usage(
                    rows,
                    Acl.grants(Subject.of(relation)),
                    relation.schema(),
                    relation.name(),
                    "SEQUENCE",
                    relation.owner());
        }
    }

    private void collation(TableRows rows, @Nullable Collation collation) {
        if (collation != null && (collation.encoding() == -1 || collation.encoding() == 6)) {
            rows.add(
                    name(Role.BOOTSTRAP),
                    "PUBLIC",
                    database,
                    catalog.schemaName(collation.schema()),
                    collation.name(),
                    "COLLATION",
                    "USAGE",
                    false);
        }
    }

    private void usage(
            TableRows rows,
            List<Acl.Grant> grants,
            int schema,
            String name,
            String kind,
            int owner) {
        for (var grant : grants) {
            if (grant.privilege().equals("USAGE") && shows(grant)) {
                rows.add(
                        name(grant.grantor()),
                        name(grant.grantee()),
                        database,
                        catalog.schemaName(schema),
                        name,
                        kind,
                        "USAGE",
                        grantable(grant, owner));
            }
        }
    }
}
