package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Collation;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Facts;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.catalog.UserType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * information_schema: schemas, relations, columns and types. What a role may see follows its
 * privileges as there.
 */
final class SchemaRows {
    private final SessionView view;
    private final Catalog catalog;
    private final String database;
    private final Texts texts;
    private final Privileges privileges;
    private final ViewUpdates updates;

    SchemaRows(SessionView view) {
        this.view = view;
        catalog = view.catalog();
        database = view.databaseName();
        texts = new Texts(view, false);
        privileges = new Privileges(catalog, view.currentUser());
        updates = new ViewUpdates(view.bindContext());
    }

    private String schema(int oid) {
        return catalog.schemaName(oid);
    }

    /** Relations of some kinds that this session may name, the system's first. */
    private List<Relation> relations(String kinds) {
        var found = new ArrayList<Relation>();
        for (var relation : SystemRelations.all()) {
            if (kinds.indexOf(relation.kind()) >= 0) {
                found.add(relation);
            }
        }
        for (var relation : catalog.objects(Relation.class)) {
            boolean foreign =
                    relation.isTemporary() && relation.schema() != view.searchPath().temporary();
            if (kinds.indexOf(relation.kind()) >= 0 && !foreign) {
                found.add(relation);
            }
        }
        return found;
    }

    void schemata(TableRows rows) {
        for (var schema : catalog.objects(Schema.class)) {
            if (privileges.any(AccessControl.Subject.of(schema), "UC")) {
                var owner = catalog.role(schema.owner());
                rows.add(
                        database,
                        schema.name(),
                        owner == null ? null : owner.name(),
                        null,
                        null,
                        null,
                        null);
            }
        }
    }

    void tables(TableRows rows) {
        for (var relation : relations("rv")) {
            if (!privileges.shows(relation)) {
                continue;
            }
            boolean table = relation.isTable();
            boolean temporary = relation.isTemporary();
            rows.add(
                    database,
                    schema(relation.schema()),
                    relation.name(),
                    temporary ? "LOCAL TEMPORARY" : table ? "BASE TABLE" : "VIEW",
                    null,
                    null,
                    null,
                    null,
                    null,
                    (updates.events(relation) & ViewUpdates.INSERT) != 0,
                    false,
                    null);
        }
    }

    void views(TableRows rows) {
        for (var relation : relations("v")) {
            if (!privileges.shows(relation)) {
                continue;
            }
            var part = relation.view();
            int events = updates.events(relation);
            int both = ViewUpdates.UPDATE | ViewUpdates.DELETE;
            rows.add(
                    database,
                    schema(relation.schema()),
                    relation.name(),
                    privileges.has(relation.owner()) ? texts.view(relation) : null,
                    switch (part == null ? 'n' : part.check()) {
                        case 'l' -> "LOCAL";
                        case 'c' -> "CASCADED";
                        default -> "NONE";
                    },
                    (events & both) == both,
                    (events & ViewUpdates.INSERT) != 0,
                    false,
                    false,
                    false);
        }
    }

    private static final String COLUMN_PRIVILEGES = "rawx";

    void columns(TableRows rows) {
        for (var relation : relations("rv")) {
            boolean whole = privileges.any(relation, COLUMN_PRIVILEGES);
            for (var column : relation.liveColumns()) {
                if (whole || privileges.column(relation, column.number(), COLUMN_PRIVILEGES)) {
                    column(rows, relation, column);
                }
            }
        }
    }

    private void column(TableRows rows, Relation relation, Column column) {
        var type = catalog.type(column.type());
        var base = type.base();
        var real = base == null ? type : base;
        int typmod = base == null ? column.typmod() : type.baseTypmod();
        var figures = StandardType.of(real.oid(), typmod);
        var collation = shownCollation(column.collation());
        var sequenceRelation =
                column.hasIdentity()
                        ? catalog.ownedSequence(relation.oid(), column.number(), 'i')
                        : null;
        var sequence = sequenceRelation == null ? null : sequenceRelation.sequence();
        var stored = column.defaultSql();
        var shown = stored == null ? null : texts.expression(stored, relation.oid());
        rows.add(
                database,
                schema(relation.schema()),
                relation.name(),
                column.name(),
                column.number(),
                column.isGenerated() ? null : shown,
                !column.notNull() && !isNotNullDomain(type),
                texts.standardType(real.oid()),
                figures.characters(),
                figures.octets(),
                figures.precision(),
                figures.radix(),
                figures.scale(),
                figures.datetimePrecision(),
                texts.intervalType(real.oid(), typmod),
                null,
                null,
                null,
                null,
                collation == null ? null : database,
                collation == null ? null : schema(collation.schema()),
                collation == null ? null : collation.name(),
                base == null ? null : database,
                base == null ? null : schema(catalog.schemaOfType(type.oid())),
                base == null ? null : type.name(),
                database,
                schema(catalog.schemaOfType(real.oid())),
                real.name(),
                null,
                null,
                null,
                null,
                column.number(),
                false,
                column.hasIdentity(),
                switch (column.identity()) {
                    case 'a' -> "ALWAYS";
                    case 'd' -> "BY DEFAULT";
                    default -> null;
                },
                sequence == null ? null : (Object) sequence.start(),
                sequence == null ? null : (Object) sequence.increment(),
                sequence == null ? null : (Object) sequence.maximum(),
                sequence == null ? null : (Object) sequence.minimum(),
                sequence != null && sequence.cycle(),
                column.isGenerated() ? "ALWAYS" : "NEVER",
                column.isGenerated() ? shown : null,
                updates.column(relation, column.number()));
    }

    private boolean isNotNullDomain(Type type) {
        var user = catalog.userType(type.oid());
        return user != null && user.notNull();
    }

    /** A collation other than the default one. */
    private @Nullable Collation shownCollation(int oid) {
        return oid == 0 || oid == Collation.DEFAULT ? null : catalog.collation(oid);
    }

    void sequences(TableRows rows) {
        for (var relation : relations("S")) {
            var sequence = relation.sequence();
            boolean identity =
                    sequence != null
                            && sequence.ownership() == 'i'
                            && sequence.ownedRelation() != 0;
            if (sequence == null || identity || !privileges.any(relation, "rwU")) {
                continue;
            }
            var figures = StandardType.of(sequence.type(), -1);
            rows.add(
                    database,
                    schema(relation.schema()),
                    relation.name(),
                    texts.type(sequence.type()),
                    figures.precision(),
                    2,
                    0,
                    sequence.start(),
                    sequence.minimum(),
                    sequence.maximum(),
                    sequence.increment(),
                    sequence.cycle());
        }
    }

    // Types.

    /** Columns of composite types. */
    void attributes(TableRows rows) {
        for (var relation : relations("c")) {
            if (!privileges.has(relation.owner())) {
                continue;
            }
            for (var column : relation.liveColumns()) {
                var type = catalog.type(column.type());
                var base = type.base();
                var figures =
                        StandardType.of(
                                base == null ? type.oid() : base.oid(),
                                base == null ? column.typmod() : type.baseTypmod());
                var collation = shownCollation(column.collation());
                rows.add(
                        database,
                        schema(relation.schema()),
                        relation.name(),
                        column.name(),
                        column.number(),
                        null,
                        !column.notNull() && !isNotNullDomain(type),
                        texts.standardType(type.oid()),
                        figures.characters(),
                        figures.octets(),
                        null,
                        null,
                        null,
                        collation == null ? null : database,
                        collation == null ? null : schema(collation.schema()),
                        collation == null ? null : collation.name(),
                        figures.precision(),
                        figures.radix(),
                        figures.scale(),
                        figures.datetimePrecision(),
                        texts.intervalType(type.oid(), column.typmod()),
                        null,
                        database,
                        schema(catalog.schemaOfType(type.oid())),
                        type.name(),
                        null,
                        null,
                        null,
                        null,
                        column.number(),
                        false);
            }
        }
    }

    void userDefinedTypes(TableRows rows) {
        for (var relation : relations("c")) {
            if (privileges.has(relation.owner())) {
                rows.addNamed(
                        "user_defined_type_catalog",
                        database,
                        "user_defined_type_schema",
                        schema(relation.schema()),
                        "user_defined_type_name",
                        relation.name(),
                        "user_defined_type_category",
                        "STRUCTURED",
                        "is_instantiable",
                        true);
            }
        }
    }

    /** A domain: a user's, or one of information_schema's own. */
    private record Domain(
            int oid,
            String name,
            int schema,
            Type base,
            int typmod,
            int collation,
            @Nullable String standard) {}

    private List<Domain> domains() {
        var found = new ArrayList<Domain>();
        for (var facts : catalog.facts("pg_type")) {
            for (var row : facts.rows()) {
                if (row.letter("typtype") == 'd') {
                    found.add(builtinDomain(row));
                }
            }
        }
        for (var type : catalog.objects(UserType.class)) {
            if (type.form() == 'd' && privileges.any(AccessControl.Subject.of(type), "U")) {
                found.add(
                        new Domain(
                                type.oid(),
                                type.name(),
                                type.schema(),
                                catalog.type(type.base()),
                                type.baseTypmod(),
                                type.collation(),
                                type.defaultSql()));
            }
        }
        return found;
    }

    private Domain builtinDomain(Facts.Row row) {
        return new Domain(
                row.number("oid"),
                row.text("typname"),
                row.number("typnamespace"),
                catalog.type(row.number("typbasetype")),
                row.number("typtypmod"),
                row.number("typcollation"),
                row.get("typdefault"));
    }

    void domains(TableRows rows) {
        for (var domain : domains()) {
            int base = domain.base().oid();
            var figures = StandardType.of(base, domain.typmod());
            var collation = shownCollation(domain.collation());
            rows.add(
                    database,
                    schema(domain.schema()),
                    domain.name(),
                    texts.standardType(base),
                    figures.characters(),
                    figures.octets(),
                    null,
                    null,
                    null,
                    collation == null ? null : database,
                    collation == null ? null : schema(collation.schema()),
                    collation == null ? null : collation.name(),
                    figures.precision(),
                    figures.radix(),
                    figures.scale(),
                    figures.datetimePrecision(),
                    texts.intervalType(base, domain.typmod()),
                    null,
                    domain.standard(),
                    database,
                    schema(catalog.schemaOfType(base)),
                    domain.base().name(),
                    null,
                    null,
                    null,
                    null,
                    1);
        }
    }

    void domainUdtUsage(TableRows rows) {
        for (var domain : domains()) {
            if (privileges.has(Role.BOOTSTRAP) || domain.oid() >= Catalog.FIRST_USER_OID) {
                rows.add(
                        database,
                        schema(catalog.schemaOfType(domain.base().oid())),
                        domain.base().name(),
                        database,
                        schema(domain.schema()),
                        domain.name());
            }
        }
    }

    void columnDomainUsage(TableRows rows) {
        for (var relation : relations("rv")) {
            for (var column : relation.liveColumns()) {
                var type = catalog.type(column.type());
                if (type.base() != null && privileges.has(ownerOf(type))) {
                    rows.add(
                            database,
                            schema(catalog.schemaOfType(type.oid())),
                            type.name(),
                            database,
                            schema(relation.schema()),
                            relation.name(),
                            column.name());
                }
            }
        }
    }

    void columnUdtUsage(TableRows rows) {
        for (var relation : relations("rv")) {
            for (var column : relation.liveColumns()) {
                var type = catalog.type(column.type());
                var base = type.base();
                var real = base == null ? type : base;
                if (privileges.has(ownerOf(real))) {
                    rows.add(
                            database,
                            schema(catalog.schemaOfType(real.oid())),
                            real.name(),
                            database,
                            schema(relation.schema()),
                            relation.name(),
                            column.name());
                }
            }
        }
    }

    private int ownerOf(Type type) {
        var user = catalog.userType(type.oid());
        return user == null ? Role.BOOTSTRAP : user.owner();
    }

    /** Elements of the arrays that columns, composite types and domains have. */
    void elementTypes(TableRows rows) {
        for (var relation : relations("rvc")) {
            if (!privileges.any(relation, COLUMN_PRIVILEGES)) {
                continue;
            }
            for (var column : relation.liveColumns()) {
                element(
                        rows,
                        schema(relation.schema()),
                        relation.name(),
                        relation.kind() == 'c' ? "USER-DEFINED TYPE" : "TABLE",
                        column.number(),
                        catalog.type(column.type()),
                        column.collation());
            }
        }
        for (var domain : domains()) {
            element(
                    rows,
                    schema(domain.schema()),
                    domain.name(),
                    "DOMAIN",
                    1,
                    domain.base(),
                    domain.collation());
        }
    }

    private void element(
            TableRows rows,
            String schema,
            String name,
            String kind,
            int identifier,
            Type type,
            int collationOid) {
        var element = type.isArray() && type.base() == null ? type.element() : null;
        if (element == null) {
            return;
        }
        var collation = shownCollation(collationOid);
        boolean own = catalog.schemaOfType(element.oid()) == Schema.PG_CATALOG;
        rows.addNamed(
                "object_catalog",
                database,
                "object_schema",
                schema,
                "object_name",
                name,
                "object_type",
                kind,
                "collection_type_identifier",
                identifier,
                "data_type",
                own ? texts.type(element.oid()) : "USER-DEFINED",
                "collation_catalog",
                collation == null ? null : database,
                "collation_schema",
                collation == null ? null : schema(collation.schema()),
                "collation_name",
                collation == null ? null : collation.name(),
                "udt_catalog",
                database,
                "udt_schema",
                schema(catalog.schemaOfType(element.oid())),
                "udt_name",
                element.name(),
                "dtd_identifier",
                "a" + identifier);
    }

    void dataTypePrivileges(TableRows rows) {
        for (var relation : relations("rvc")) {
            if (privileges.any(relation, COLUMN_PRIVILEGES)) {
                for (var column : relation.liveColumns()) {
                    rows.add(
                            database,
                            schema(relation.schema()),
                            relation.name(),
                            relation.kind() == 'c' ? "USER-DEFINED TYPE" : "TABLE",
                            column.number());
                }
            }
        }
        for (var domain : domains()) {
            rows.add(database, schema(domain.schema()), domain.name(), "DOMAIN", 1);
        }
    }

    // What views read.

    void viewTableUsage(TableRows rows) {
        for (var relation : relations("v")) {
            var part = relation.view();
            if (part == null) {
                continue;
            }
            var seen = new TreeSet<Integer>();
            part.references().forEach(reference -> seen.add(reference.oid()));
            for (int oid : seen) {
                var table = catalog.relation(oid);
                if (table != null
                        && (table.isTable() || table.kind() == 'v')
                        && privileges.has(table.owner())) {
                    rows.add(
                            database,
                            schema(relation.schema()),
                            relation.name(),
                            database,
                            schema(table.schema()),
                            table.name());
                }
            }
        }
    }

    void viewColumnUsage(TableRows rows) {
        for (var relation : relations("v")) {
            var part = relation.view();
            if (part == null) {
                continue;
            }
            for (var reference : new java.util.LinkedHashSet<>(part.references())) {
                var table = catalog.relation(reference.oid());
                if (table != null
                        && reference.column() > 0
                        && (table.isTable() || table.kind() == 'v')
                        && privileges.has(table.owner())) {
                    rows.add(
                            database,
                            schema(relation.schema()),
                            relation.name(),
                            database,
                            schema(table.schema()),
                            table.name(),
                            table.column(reference.column()).name());
                }
            }
        }
    }

    // Small ones.

    void characterSets(TableRows rows) {
        rows.add(null, null, "UTF8", "UCS", "UTF8", database, "pg_catalog", "C");
    }

    private List<Facts.Row> collationFacts() {
        var found = new ArrayList<Facts.Row>();
        for (var facts : catalog.facts("pg_collation")) {
            for (var row : facts.rows()) {
                if (row.text("collencoding").equals("-1") || row.text("collencoding").equals("6")) {
                    found.add(row);
                }
            }
        }
        return found;
    }

    void collations(TableRows rows) {
        for (var row : collationFacts()) {
            rows.add(database, schema(row.number("collnamespace")), row.text("collname"), "NO PAD");
        }
    }

    void collationCharacterSets(TableRows rows) {
        for (var row : collationFacts()) {
            rows.add(
                    database,
                    schema(row.number("collnamespace")),
                    row.text("collname"),
                    null,
                    null,
                    "UTF8");
        }
    }

    void catalogName(TableRows rows) {
        rows.add(database);
    }

    void enabledRoles(TableRows rows) {
        for (var role : catalog.objects(Role.class)) {
            if (privileges.has(role.oid())) {
                rows.add(role.name());
            }
        }
    }

    void applicableRoles(TableRows rows, boolean administrable) {
        for (var role : catalog.objects(Role.class)) {
            if (!privileges.has(role.oid())) {
                continue;
            }
            for (var membership : role.memberOf()) {
                var of = catalog.role(membership.role());
                if (of != null && (membership.adminOption() || !administrable)) {
                    rows.add(role.name(), of.name(), membership.adminOption());
                }
            }
        }
        var owners = catalog.role("pg_database_owner");
        if (catalog.object(view.databaseOid()) instanceof dev.quiverdb.sql.catalog.Database here
                && owners != null
                && !administrable
                && privileges.has(here.owner())) {
            var owner = catalog.role(here.owner());
            if (owner != null) {
                rows.add(owner.name(), owners.name(), false);
            }
        }
    }
}
