package dev.quiverdb.sql.system;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.bind.Definitions;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SystemFacts;
import dev.quiverdb.sql.catalog.UserType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The views of information_schema, as SQL/Schemata and PostgreSQL's documentation describe them.
 */
final class InformationSchema {
    private static final int HEADER = 4;

    private final Live live;
    private final Sink sink;
    private final Catalog catalog;
    private final String database;

    InformationSchema(Live live, Sink sink) {
        this.live = live;
        this.sink = sink;
        this.catalog = sink.catalog();
        this.database = live.context().database();
    }

    void fill(String view) {
        switch (view) {
            case "information_schema_catalog_name" -> sink.row("catalog_name", database);
            case "schemata" -> schemata();
            case "tables" -> tables();
            case "columns" -> columns();
            case "views" -> views();
            case "table_constraints" -> tableConstraints();
            case "key_column_usage" -> keyColumns();
            case "constraint_column_usage" -> constraintColumns();
            case "constraint_table_usage" -> constraintTables();
            case "referential_constraints" -> references();
            case "check_constraints" -> checks();
            case "sequences" -> sequences();
            case "domains" -> domains();
            case "enabled_roles" -> enabledRoles();
            case "applicable_roles" -> applicableRoles();
            default -> {}
        }
    }

    private int role() {
        return live.context().role();
    }

    private boolean visible(Relation relation) {
        return AccessControl.allows(catalog, relation, role(), 'r')
                || AccessControl.allows(catalog, relation, role(), 'a')
                || AccessControl.allows(catalog, relation, role(), 'w')
                || AccessControl.allows(catalog, relation, role(), 'd');
    }

    private List<Relation> relations() {
        var found = new ArrayList<Relation>();
        found.addAll(SystemFacts.relations());
        for (var relation : catalog.objects(Relation.class)) {
            if ((relation.kind() == 'r' || relation.kind() == 'v') && visible(relation)) {
                found.add(relation);
            }
        }
        return found;
    }

    private static String yes(boolean flag) {
        return flag ? "YES" : "NO";
    }

    private String schema(int oid) {
        return catalog.schemaName(oid);
    }

    private void schemata() {
        for (var schema : catalog.objects(Schema.class)) {
            var owner = catalog.role(schema.owner());
            if (AccessControl.allows(catalog, schema.owner(), schema.acl(), role(), 'U')) {
                sink.row(
                        "catalog_name",
                        database,
                        "schema_name",
                        schema.name(),
                        "schema_owner",
                        owner == null ? "" : owner.name());
            }
        }
    }

    private void tables() {
        for (var relation : relations()) {
            var type =
                    relation.isTemporary()
                            ? "LOCAL TEMPORARY"
                            : relation.kind() == 'v' ? "VIEW" : "BASE TABLE";
            sink.row(
                    "table_catalog",
                    database,
                    "table_schema",
                    schema(relation.schema()),
                    "table_name",
                    relation.name(),
                    "table_type",
                    type,
                    "is_insertable_into",
                    yes(relation.kind() == 'r'),
                    "is_typed",
                    "NO",
                    "commit_action",
                    null);
        }
    }

    private void views() {
        for (var relation : relations()) {
            if (relation.kind() == 'v') {
                var view = relation.view();
                sink.row(
                        "table_catalog",
                        database,
                        "table_schema",
                        schema(relation.schema()),
                        "table_name",
                        relation.name(),
                        "view_definition",
                        view == null ? null : " " + view.query() + ";",
                        "check_option",
                        view == null || view.check() == 'n'
                                ? "NONE"
                                : view.check() == 'l' ? "LOCAL" : "CASCADED",
                        "is_updatable",
                        "NO",
                        "is_insertable_into",
                        "NO",
                        "is_trigger_updatable",
                        "NO",
                        "is_trigger_deletable",
                        "NO",
                        "is_trigger_insertable_into",
                        "NO");
            }
        }
    }

    // ------------------------------------------------------------------ columns

    private void columns() {
        var definitions = new Definitions(live.context());
        for (var relation : relations()) {
            for (var column : relation.liveColumns()) {
                column(relation, column, definitions);
            }
        }
    }

    private void column(Relation relation, Column column, Definitions definitions) {
        var type = catalog.type(column.type());
        var base = type.actual();
        int typmod = type.base() == null ? column.typmod() : type.baseTypmod();
        boolean generated = column.isGenerated();
        var stored = column.defaultSql();
        var expression = stored == null ? null : definitions.expression(stored, relation);
        boolean domain = type.base() != null;
        boolean identity = column.hasIdentity();
        var sequence =
                identity ? catalog.ownedSequence(relation.oid(), column.number(), 'i') : null;
        var part = sequence == null ? null : sequence.sequence();
        sink.row(
                "table_catalog", database,
                "table_schema", schema(relation.schema()),
                "table_name", relation.name(),
                "column_name", column.name(),
                "ordinal_position", column.number(),
                "column_default", generated ? null : expression,
                "is_nullable", yes(!column.notNull()),
                "data_type", dataType(base),
                "character_maximum_length", length(base, typmod),
                "character_octet_length", octets(base, typmod),
                "numeric_precision", precision(base, typmod),
                "numeric_precision_radix", radix(base),
                "numeric_scale", scale(base, typmod),
                "datetime_precision", datetimePrecision(base, typmod),
                "domain_catalog", domain ? database : null,
                "domain_schema", domain ? schema(catalog.schemaOfType(type.oid())) : null,
                "domain_name", domain ? type.name() : null,
                "udt_catalog", database,
                "udt_schema", schema(catalog.schemaOfType(base.oid())),
                "udt_name", base.name(),
                "dtd_identifier", String.valueOf(column.number()),
                "is_self_referencing", "NO",
                "is_identity", yes(identity),
                "identity_generation",
                        identity ? (column.identity() == 'a' ? "ALWAYS" : "BY DEFAULT") : null,
                "identity_start", part == null ? null : String.valueOf(part.start()),
                "identity_increment", part == null ? null : String.valueOf(part.increment()),
                "identity_maximum", part == null ? null : String.valueOf(part.maximum()),
                "identity_minimum", part == null ? null : String.valueOf(part.minimum()),
                "identity_cycle", yes(part != null && part.cycle()),
                "is_generated", generated ? "ALWAYS" : "NEVER",
                "generation_expression", generated ? expression : null,
                "is_updatable", yes(relation.kind() == 'r'));
    }

    private String dataType(Type type) {
        if (type.isTrueArray()) {
            return "ARRAY";
        }
        boolean builtin = catalog.schemaOfType(type.oid()) == Schema.PG_CATALOG;
        return builtin ? type.formatType(-1) : "USER-DEFINED";
    }

    private static @Nullable Integer length(Type type, int typmod) {
        return switch (type.oid()) {
            case Oids.BPCHAR, Oids.VARCHAR -> typmod < 0 ? null : Integer.valueOf(typmod - HEADER);
            case Oids.BIT, Oids.VARBIT -> typmod < 0 ? null : Integer.valueOf(typmod);
            default -> null;
        };
    }

    private static @Nullable Integer octets(Type type, int typmod) {
        return switch (type.oid()) {
            case Oids.TEXT -> 1 << 30;
            case Oids.BPCHAR, Oids.VARCHAR ->
                    typmod < 0 ? Integer.valueOf(1 << 30) : Integer.valueOf(4 * (typmod - HEADER));
            default -> null;
        };
    }

    private static @Nullable Integer precision(Type type, int typmod) {
        return switch (type.oid()) {
            case Oids.INT2 -> 16;
            case Oids.INT4 -> 32;
            case Oids.INT8 -> 64;
            case Oids.FLOAT4 -> 24;
            case Oids.FLOAT8 -> 53;
            case Oids.NUMERIC ->
                    typmod < 0 ? null : Integer.valueOf((typmod - HEADER) >> 16 & 0xffff);
            default -> null;
        };
    }

    private static @Nullable Integer radix(Type type) {
        return switch (type.oid()) {
            case Oids.INT2, Oids.INT4, Oids.INT8, Oids.FLOAT4, Oids.FLOAT8 -> 2;
            case Oids.NUMERIC -> 10;
            default -> null;
        };
    }

    private static @Nullable Integer scale(Type type, int typmod) {
        return switch (type.oid()) {
            case Oids.INT2, Oids.INT4, Oids.INT8 -> 0;
            case Oids.NUMERIC -> typmod < 0 ? null : Integer.valueOf(typmod - HEADER & 0x7ff);
            default -> null;
        };
    }

    private static @Nullable Integer datetimePrecision(Type type, int typmod) {
        return switch (type.oid()) {
            case Oids.DATE -> 0;
            case Oids.TIME, Oids.TIMETZ, Oids.TIMESTAMP, Oids.TIMESTAMPTZ ->
                    typmod < 0 ? Integer.valueOf(6) : Integer.valueOf(typmod);
            case Oids.INTERVAL -> 6;
            default -> null;
        };
    }

    // ------------------------------------------------------------------ constraints

    private void tableConstraints() {
        for (var constraint : catalog.objects(Constraint.class)) {
            var table = catalog.relation(constraint.relation());
            if (table == null || !visible(table)) {
                continue;
            }
            var type =
                    switch (constraint.kind()) {
                        case 'p' -> "PRIMARY KEY";
                        case 'u' -> "UNIQUE";
                        case 'f' -> "FOREIGN KEY";
                        default -> "CHECK";
                    };
            tableConstraint(
                    constraint.name(),
                    constraint.schema(),
                    table,
                    type,
                    constraint.deferrable(),
                    constraint.initiallyDeferred());
        }
        for (var table : catalog.objects(Relation.class)) {
            if (table.kind() == 'r' && visible(table)) {
                for (var column : table.liveColumns()) {
                    if (column.notNull()) {
                        tableConstraint(
                                notNullName(table, column),
                                table.schema(),
                                table,
                                "CHECK",
                                false,
                                false);
                    }
                }
            }
        }
    }

    private static String notNullName(Relation table, Column column) {
        return table.schema() + "_" + table.oid() + "_" + column.number() + "_not_null";
    }

    private void tableConstraint(
            String name,
            int constraintSchema,
            Relation table,
            String type,
            boolean deferrable,
            boolean deferred) {
        sink.row(
                "constraint_catalog",
                database,
                "constraint_schema",
                schema(constraintSchema),
                "constraint_name",
                name,
                "table_catalog",
                database,
                "table_schema",
                schema(table.schema()),
                "table_name",
                table.name(),
                "constraint_type",
                type,
                "is_deferrable",
                yes(deferrable),
                "initially_deferred",
                yes(deferred),
                "enforced",
                "YES");
    }

    private void keyColumns() {
        for (var constraint : catalog.objects(Constraint.class)) {
            var table = catalog.relation(constraint.relation());
            if (table == null || constraint.kind() == 'c' || !visible(table)) {
                continue;
            }
            for (int i = 0; i < constraint.columns().size(); i++) {
                Integer position = null;
                if (constraint.kind() == 'f') {
                    position = positionInKey(constraint, i);
                }
                sink.row(
                        "constraint_catalog", database,
                        "constraint_schema", schema(constraint.schema()),
                        "constraint_name", constraint.name(),
                        "table_catalog", database,
                        "table_schema", schema(table.schema()),
                        "table_name", table.name(),
                        "column_name", table.column(constraint.columns().get(i)).name(),
                        "ordinal_position", i + 1,
                        "position_in_unique_constraint", position);
            }
        }
    }

    private @Nullable Integer positionInKey(Constraint constraint, int column) {
        var index = catalog.relation(constraint.index());
        var part = index == null ? null : index.index();
        if (part == null) {
            return null;
        }
        for (int i = 0; i < part.keys().size(); i++) {
            if (part.keys().get(i).column() == constraint.referencedColumns().get(column)) {
                return i + 1;
            }
        }
        return null;
    }

    private void constraintColumns() {
        for (var constraint : catalog.objects(Constraint.class)) {
            boolean foreign = constraint.kind() == 'f';
            var table =
                    catalog.relation(
                            foreign ? constraint.referencedRelation() : constraint.relation());
            if (table == null || !catalog.isMember(role(), table.owner())) {
                continue;
            }
            for (int number : foreign ? constraint.referencedColumns() : constraint.columns()) {
                sink.row(
                        "table_catalog", database,
                        "table_schema", schema(table.schema()),
                        "table_name", table.name(),
                        "column_name", table.column(number).name(),
                        "constraint_catalog", database,
                        "constraint_schema", schema(constraint.schema()),
                        "constraint_name", constraint.name());
            }
        }
    }

    private void constraintTables() {
        for (var constraint : catalog.objects(Constraint.class)) {
            boolean foreign = constraint.kind() == 'f';
            var table =
                    catalog.relation(
                            foreign ? constraint.referencedRelation() : constraint.relation());
            if (table != null && constraint.kind() != 'c') {
                sink.row(
                        "table_catalog", database,
                        "table_schema", schema(table.schema()),
                        "table_name", table.name(),
                        "constraint_catalog", database,
                        "constraint_schema", schema(constraint.schema()),
                        "constraint_name", constraint.name());
            }
        }
    }

    private static String rule(char action) {
        return switch (action) {
            case 'r' -> "RESTRICT";
            case 'c' -> "CASCADE";
            case 'n' -> "SET NULL";
            case 'd' -> "SET DEFAULT";
            default -> "NO ACTION";
        };
    }

    private void references() {
        for (var constraint : catalog.objects(Constraint.class)) {
            if (constraint.kind() != 'f') {
                continue;
            }
            var index = catalog.relation(constraint.index());
            var unique = index == null ? null : catalog.constraintOfIndex(index);
            sink.row(
                    "constraint_catalog",
                    database,
                    "constraint_schema",
                    schema(constraint.schema()),
                    "constraint_name",
                    constraint.name(),
                    "unique_constraint_catalog",
                    unique == null ? null : database,
                    "unique_constraint_schema",
                    unique == null ? null : schema(unique.schema()),
                    "unique_constraint_name",
                    unique == null ? null : unique.name(),
                    "match_option",
                    constraint.match() == 'f' ? "FULL" : "NONE",
                    "update_rule",
                    rule(constraint.onUpdate()),
                    "delete_rule",
                    rule(constraint.onDelete()));
        }
    }

    private void checks() {
        var definitions = new Definitions(live.context());
        for (var constraint : catalog.objects(Constraint.class)) {
            var check = constraint.check();
            if (check != null) {
                var table =
                        constraint.relation() == 0 ? null : catalog.relation(constraint.relation());
                var text =
                        table == null
                                ? definitions.domainCheck(constraint)
                                : definitions.expression(check, table);
                sink.row(
                        "constraint_catalog",
                        database,
                        "constraint_schema",
                        schema(constraint.schema()),
                        "constraint_name",
                        constraint.name(),
                        "check_clause",
                        "(" + text + ")");
            }
        }
        for (var table : catalog.objects(Relation.class)) {
            if (table.kind() == 'r') {
                for (var column : table.liveColumns()) {
                    if (column.notNull()) {
                        sink.row(
                                "constraint_catalog",
                                database,
                                "constraint_schema",
                                schema(table.schema()),
                                "constraint_name",
                                notNullName(table, column),
                                "check_clause",
                                column.name() + " IS NOT NULL");
                    }
                }
            }
        }
    }

    // ------------------------------------------------------------------ the rest

    private void sequences() {
        for (var relation : catalog.objects(Relation.class)) {
            var sequence = relation.sequence();
            if (sequence == null || sequence.ownership() == 'i' && sequence.ownedRelation() != 0) {
                continue;
            }
            int bits = sequence.type() == Oids.INT2 ? 16 : sequence.type() == Oids.INT4 ? 32 : 64;
            sink.row(
                    "sequence_catalog", database,
                    "sequence_schema", schema(relation.schema()),
                    "sequence_name", relation.name(),
                    "data_type", catalog.type(sequence.type()).formatType(-1),
                    "numeric_precision", bits,
                    "numeric_precision_radix", 2,
                    "numeric_scale", 0,
                    "start_value", String.valueOf(sequence.start()),
                    "minimum_value", String.valueOf(sequence.minimum()),
                    "maximum_value", String.valueOf(sequence.maximum()),
                    "increment", String.valueOf(sequence.increment()),
                    "cycle_option", yes(sequence.cycle()));
        }
    }

    private void domains() {
        for (var user : catalog.objects(UserType.class)) {
            if (user.form() != 'd') {
                continue;
            }
            var base = catalog.type(user.base()).actual();
            sink.row(
                    "domain_catalog", database,
                    "domain_schema", schema(user.schema()),
                    "domain_name", user.name(),
                    "data_type", dataType(base),
                    "character_maximum_length", length(base, user.baseTypmod()),
                    "character_octet_length", octets(base, user.baseTypmod()),
                    "numeric_precision", precision(base, user.baseTypmod()),
                    "numeric_precision_radix", radix(base),
                    "numeric_scale", scale(base, user.baseTypmod()),
                    "datetime_precision", datetimePrecision(base, user.baseTypmod()),
                    "domain_default", user.defaultSql(),
                    "udt_catalog", database,
                    "udt_schema", schema(catalog.schemaOfType(base.oid())),
                    "udt_name", base.name(),
                    "dtd_identifier", "1");
        }
    }

    private void enabledRoles() {
        for (var role : catalog.objects(Role.class)) {
            if (catalog.isMember(role(), role.oid())) {
                sink.row("role_name", role.name());
            }
        }
    }

    private void applicableRoles() {
        for (var role : catalog.objects(Role.class)) {
            for (var membership : role.memberOf()) {
                var of = catalog.role(membership.role());
                if (of != null && catalog.isMember(role(), role.oid())) {
                    sink.row(
                            "grantee", role.name(),
                            "role_name", of.name(),
                            "is_grantable", yes(membership.adminOption()));
                }
            }
        }
    }
}
