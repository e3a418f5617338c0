package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows of the relations that have no tablet: those of pg_catalog and information_schema, and
 * sequences. Rows are whole, in the order of the relation's columns, of the classes that {@link
 * dev.quiverdb.base.type.Type} names; they are shared and must not be changed. Relations that a
 * fresh PostgreSQL has empty, and for which we have no objects, are empty.
 *
 * <p>What depends on nothing but the catalog is made once for each version of it: a nested loop may
 * ask a thousand times. Thread-safe.
 */
public final class SystemRows {
    /** Made rows by catalog version and relation. Catalogs are compared by identity. */
    private static final Map<Catalog, Map<Integer, List<@Nullable Object[]>>> MADE =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** Columns of pg_attribute that are the server's own; the same in every catalog. */
    private static volatile @Nullable List<@Nullable Object[]> systemAttributes;

    private SystemRows() {}

    /**
     * The rows of a system relation or a sequence.
     *
     * @throws IllegalArgumentException if the OID is no relation's
     */
    public static Iterator<@Nullable Object[]> rows(int relationOid, SessionView view) {
        var relation = view.catalog().relation(relationOid);
        if (relation == null) {
            throw new IllegalArgumentException(
                    "relation " + relationOid + " is not in the catalog");
        }
        if (relation.sequence() != null) {
            return SequenceRows.of(view.storage(), relation).iterator();
        }
        return list(relation, view).iterator();
    }

    private static List<@Nullable Object[]> list(Relation relation, SessionView view) {
        if (relation.schema() == Schema.INFORMATION_SCHEMA) {
            return standard(relation, view);
        }
        if (!isOfCatalogOnly(relation.name())) {
            return system(relation, view);
        }
        return MADE.computeIfAbsent(view.catalog(), catalog -> new ConcurrentHashMap<>())
                .computeIfAbsent(relation.oid(), oid -> List.copyOf(system(relation, view)));
    }

    private static boolean isOfCatalogOnly(String name) {
        return switch (name) {
            case "pg_attribute",
                    "pg_type",
                    "pg_proc",
                    "pg_constraint",
                    "pg_index",
                    "pg_depend",
                    "pg_description",
                    "pg_operator",
                    "pg_cast",
                    "pg_namespace",
                    "pg_attrdef",
                    "pg_opclass",
                    "pg_amop",
                    "pg_collation" ->
                    true;
            default -> false;
        };
    }

    private static List<@Nullable Object[]> system(Relation relation, SessionView view) {
        var catalog = view.catalog();
        var name = relation.name();
        var rows = new TableRows(catalog, relation);
        if (name.startsWith("pg_stat")) {
            statistics(rows, name, view);
            return rows.rows();
        }
        var classes = new ClassRows(catalog, view.storage());
        var objects = new ObjectRows(catalog);
        switch (name) {
            case "pg_class" -> classes.classes(rows);
            case "pg_inherits" -> classes.inherits(rows);
            case "pg_partitioned_table" -> classes.partitioned(rows);
            case "pg_attribute" -> {
                return attributes(rows, relation, classes, catalog);
            }
            case "pg_attrdef" -> classes.defaults(rows);
            case "pg_index" -> classes.indexes(rows);
            case "pg_sequence" -> classes.sequences(rows);
            case "pg_namespace" -> objects.namespaces(rows);
            case "pg_authid" -> objects.roles(rows);
            case "pg_default_acl" -> objects.defaultPrivileges(rows);
            case "pg_auth_members" -> objects.memberships(rows);
            case "pg_database" -> objects.databases(rows);
            case "pg_db_role_setting" -> objects.settings(rows);
            case "pg_extension" -> objects.extensions(rows);
            case "pg_enum" -> objects.enums(rows);
            case "pg_policy" -> objects.policies(rows);
            case "pg_init_privs" -> objects.initialPrivileges(rows);
            case "pg_rewrite" -> objects.rules(rows);
            case "pg_constraint" -> objects.constraints(rows);
            case "pg_shdescription" -> objects.sharedDescriptions(rows);
            case "pg_depend" -> new DependencyRows(catalog).dependencies(rows);
            case "pg_shdepend" -> new DependencyRows(catalog).shared(rows, view.databaseOid());
            case "pg_proc" -> {
                objects.functions(rows);
                var builtin = BuiltinRows.of(catalog, relation);
                // Those whose privileges were changed are among the objects.
                builtin.removeIf(row -> catalog.object(((Long) row[0]).intValue()) != null);
                return joined(builtin, rows);
            }
            case "pg_type" -> {
                objects.types(rows);
                return joined(BuiltinRows.of(catalog, relation), rows);
            }
            case "pg_description" -> {
                objects.descriptions(rows);
                return joined(BuiltinRows.of(catalog, relation), rows);
            }
            case "pg_aggregate",
                    "pg_am",
                    "pg_amop",
                    "pg_amproc",
                    "pg_cast",
                    "pg_collation",
                    "pg_conversion",
                    "pg_language",
                    "pg_opclass",
                    "pg_operator",
                    "pg_opfamily",
                    "pg_range",
                    "pg_tablespace",
                    "pg_ts_config",
                    "pg_ts_config_map",
                    "pg_ts_dict",
                    "pg_ts_parser",
                    "pg_ts_template" -> {
                return BuiltinRows.of(catalog, relation);
            }
            default -> {
                return views(rows, name, view);
            }
        }
        return rows.rows();
    }

    private static List<@Nullable Object[]> joined(
            List<@Nullable Object[]> builtin, TableRows rows) {
        var all = new ArrayList<>(builtin);
        all.addAll(rows.rows());
        return all;
    }

    private static List<@Nullable Object[]> attributes(
            TableRows rows, Relation relation, ClassRows classes, Catalog catalog) {
        var own = systemAttributes;
        if (own == null) {
            var made = new TableRows(catalog, relation);
            classes.systemAttributes(made);
            own = List.copyOf(made.rows());
            systemAttributes = own;
        }
        classes.userAttributes(rows);
        return joined(own, rows);
    }

    /** The views of pg_catalog. */
    private static List<@Nullable Object[]> views(TableRows rows, String name, SessionView view) {
        var views = new ViewRows(view);
        switch (name) {
            case "pg_roles" -> views.roles(rows);
            case "pg_user" -> views.users(rows, false);
            case "pg_shadow" -> views.users(rows, true);
            case "pg_group" -> views.groups(rows);
            case "pg_tables" -> views.tables(rows);
            case "pg_views" -> views.views(rows);
            case "pg_matviews" -> views.materializedViews(rows);
            case "pg_indexes" -> views.indexes(rows);
            case "pg_sequences" -> views.sequences(rows);
            case "pg_policies" -> views.policies(rows);
            case "pg_locks" -> views.locks(rows);
            case "pg_prepared_statements" -> views.preparedStatements(rows);
            case "pg_cursors" -> views.cursors(rows);
            case "pg_prepared_xacts" -> views.preparedTransactions(rows);
            case "pg_settings" -> {
                return view.settingsRows();
            }
            case "pg_available_extensions" -> {
                return views.extensions();
            }
            case "pg_available_extension_versions" -> {
                return views.extensionVersions();
            }
            case "pg_timezone_names" -> {
                return views.zoneNames();
            }
            case "pg_timezone_abbrevs" -> {
                return views.zoneAbbreviations();
            }
            default -> {}
        }
        return rows.rows();
    }

    private static void statistics(TableRows rows, String name, SessionView view) {
        var activity = new ActivityRows(view);
        switch (name) {
            case "pg_stat_activity" -> activity.activity(rows);
            case "pg_stat_progress_create_index" -> activity.builds(rows);
            case "pg_stat_database" -> activity.databases(rows);
            case "pg_stat_bgwriter", "pg_stat_wal", "pg_stat_archiver" ->
                    activity.single(rows, name);
            case "pg_stat_all_tables",
                    "pg_stat_user_tables",
                    "pg_stat_sys_tables",
                    "pg_stat_xact_all_tables",
                    "pg_stat_xact_user_tables",
                    "pg_stat_xact_sys_tables",
                    "pg_statio_all_tables",
                    "pg_statio_user_tables",
                    "pg_statio_sys_tables" ->
                    activity.tables(rows, name);
            case "pg_stat_all_indexes",
                    "pg_stat_user_indexes",
                    "pg_stat_sys_indexes",
                    "pg_statio_all_indexes",
                    "pg_statio_user_indexes",
                    "pg_statio_sys_indexes" ->
                    activity.indexes(rows, name);
            case "pg_statio_all_sequences", "pg_statio_user_sequences", "pg_statio_sys_sequences" ->
                    activity.sequences(rows, name);
            default -> {}
        }
    }

    /** information_schema. */
    private static List<@Nullable Object[]> standard(Relation relation, SessionView view) {
        var rows = new TableRows(view.catalog(), relation);
        var schema = new SchemaRows(view);
        var constraints = new ConstraintRows(view);
        var routines = new RoutineRows(view);
        var name = relation.name();
        var grants = new GrantRows(view, name.startsWith("role_"));
        switch (name) {
            case "schemata" -> schema.schemata(rows);
            case "tables" -> schema.tables(rows);
            case "views" -> schema.views(rows);
            case "columns" -> schema.columns(rows);
            case "sequences" -> schema.sequences(rows);
            case "attributes" -> schema.attributes(rows);
            case "user_defined_types" -> schema.userDefinedTypes(rows);
            case "domains" -> schema.domains(rows);
            case "domain_udt_usage" -> schema.domainUdtUsage(rows);
            case "column_domain_usage" -> schema.columnDomainUsage(rows);
            case "column_udt_usage" -> schema.columnUdtUsage(rows);
            case "element_types" -> schema.elementTypes(rows);
            case "data_type_privileges" -> schema.dataTypePrivileges(rows);
            case "view_table_usage" -> schema.viewTableUsage(rows);
            case "view_column_usage" -> schema.viewColumnUsage(rows);
            case "character_sets" -> schema.characterSets(rows);
            case "collations" -> schema.collations(rows);
            case "collation_character_set_applicability" -> schema.collationCharacterSets(rows);
            case "information_schema_catalog_name" -> schema.catalogName(rows);
            case "enabled_roles" -> schema.enabledRoles(rows);
            case "applicable_roles" -> schema.applicableRoles(rows, false);
            case "administrable_role_authorizations" -> schema.applicableRoles(rows, true);
            case "table_constraints" -> constraints.tableConstraints(rows);
            case "check_constraints" -> constraints.checks(rows);
            case "domain_constraints" -> constraints.domainConstraints(rows);
            case "key_column_usage" -> constraints.keyColumns(rows);
            case "constraint_column_usage" -> constraints.columnUsage(rows);
            case "constraint_table_usage" -> constraints.tableUsage(rows);
            case "referential_constraints" -> constraints.referential(rows);
            case "routines" -> routines.routines(rows);
            case "parameters" -> routines.parameters(rows);
            case "table_privileges", "role_table_grants" -> grants.tables(rows);
            case "column_privileges", "role_column_grants" -> grants.columns(rows);
            case "routine_privileges", "role_routine_grants" -> grants.routines(rows);
            case "udt_privileges", "role_udt_grants" -> grants.types(rows);
            case "usage_privileges", "role_usage_grants" -> grants.usage(rows);
            default -> {}
        }
        return rows.rows();
    }
}
