package dev.quiverdb.sql.system;

import dev.quiverdb.sql.bind.Definitions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SystemFacts;
import dev.quiverdb.sql.catalog.SystemRelations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The views of pg_catalog. */
final class CatalogViews {
    private final Live live;
    private final Sink sink;
    private final Catalog catalog;

    CatalogViews(Live live, Sink sink) {
        this.live = live;
        this.sink = sink;
        this.catalog = sink.catalog();
    }

    void fill(String view) {
        switch (view) {
            case "pg_tables" -> tables();
            case "pg_views" -> views();
            case "pg_matviews" -> materializedViews();
            case "pg_indexes" -> indexes();
            case "pg_sequences" -> sequences();
            case "pg_roles" -> roles();
            case "pg_user" -> users();
            case "pg_group" -> groups();
            case "pg_policies" -> policies();
            case "pg_available_extensions" -> availableExtensions();
            case "pg_available_extension_versions" -> availableVersions();
            case "pg_stat_all_tables", "pg_stat_user_tables", "pg_stat_sys_tables" ->
                    tableStatistics(view);
            case "pg_stat_all_indexes", "pg_stat_user_indexes", "pg_stat_sys_indexes" ->
                    indexStatistics(view);
            case "pg_timezone_names" -> zones();
            default -> {}
        }
    }

    private String owner(int oid) {
        var role = catalog.role(oid);
        return role == null ? "unknown (OID=" + oid + ")" : role.name();
    }

    private List<Relation> all(char kind) {
        var found = new ArrayList<Relation>();
        for (var relation : SystemFacts.relations()) {
            if (relation.kind() == kind) {
                found.add(relation);
            }
        }
        for (var relation : catalog.objects(Relation.class)) {
            if (relation.kind() == kind) {
                found.add(relation);
            }
        }
        return found;
    }

    private void tables() {
        for (var table : all('r')) {
            sink.row(
                    "schemaname", catalog.schemaName(table.schema()),
                    "tablename", table.name(),
                    "tableowner", owner(table.owner()),
                    "tablespace", null,
                    "hasindexes", !catalog.indexes(table.oid()).isEmpty(),
                    "hasrules", false,
                    "hastriggers", !catalog.referencing(table.oid()).isEmpty(),
                    "rowsecurity", table.rowSecurity());
        }
    }

    private static @Nullable String query(Relation relation) {
        var view = relation.view();
        return view == null ? null : " " + view.query() + ";";
    }

    private void views() {
        for (var view : all('v')) {
            sink.row(
                    "schemaname", catalog.schemaName(view.schema()),
                    "viewname", view.name(),
                    "viewowner", owner(view.owner()),
                    "definition", query(view));
        }
    }

    private void materializedViews() {
        for (var view : all('m')) {
            sink.row(
                    "schemaname", catalog.schemaName(view.schema()),
                    "matviewname", view.name(),
                    "matviewowner", owner(view.owner()),
                    "hasindexes", !catalog.indexes(view.oid()).isEmpty(),
                    "ispopulated", view.populated(),
                    "definition", query(view));
        }
    }

    private void indexes() {
        var definitions = new Definitions(live.context());
        for (var index : all('i')) {
            var part = index.index();
            var table = part == null ? null : catalog.relation(part.relation());
            if (table != null) {
                sink.row(
                        "schemaname", catalog.schemaName(index.schema()),
                        "tablename", table.name(),
                        "indexname", index.name(),
                        "indexdef", definitions.index(index));
            }
        }
    }

    private void sequences() {
        for (var relation : all('S')) {
            var sequence = relation.sequence();
            if (sequence == null) {
                continue;
            }
            var state = live.sequenceState(relation);
            sink.row(
                    "schemaname", catalog.schemaName(relation.schema()),
                    "sequencename", relation.name(),
                    "sequenceowner", owner(relation.owner()),
                    "data_type", sequence.type(),
                    "start_value", sequence.start(),
                    "min_value", sequence.minimum(),
                    "max_value", sequence.maximum(),
                    "increment_by", sequence.increment(),
                    "cycle", sequence.cycle(),
                    "cache_size", sequence.cache(),
                    "last_value", Boolean.TRUE.equals(state[2]) ? state[0] : null);
        }
    }

    private void roles() {
        for (var role : catalog.objects(Role.class)) {
            sink.row(
                    "rolname", role.name(),
                    "rolsuper", role.superuser(),
                    "rolinherit", role.inherit(),
                    "rolcreaterole", role.createRole(),
                    "rolcreatedb", role.createDatabase(),
                    "rolcanlogin", role.login(),
                    "rolreplication", role.replication(),
                    "rolconnlimit", role.connectionLimit(),
                    "rolpassword", "********",
                    "rolvaliduntil", role.validUntilMicros(),
                    "rolbypassrls", role.bypassRowSecurity(),
                    "rolconfig", role.settings().isEmpty() ? null : role.settings(),
                    "oid", role.oid());
        }
    }

    private void users() {
        for (var role : catalog.objects(Role.class)) {
            if (role.login()) {
                sink.row(
                        "usename", role.name(),
                        "usesysid", role.oid(),
                        "usecreatedb", role.createDatabase(),
                        "usesuper", role.superuser(),
                        "userepl", role.replication(),
                        "usebypassrls", role.bypassRowSecurity(),
                        "passwd", "********",
                        "valuntil", role.validUntilMicros());
            }
        }
    }

    private void groups() {
        for (var role : catalog.objects(Role.class)) {
            if (!role.login()) {
                var members = new ArrayList<Integer>();
                for (var member : catalog.objects(Role.class)) {
                    if (member.memberOf().stream().anyMatch(of -> of.role() == role.oid())) {
                        members.add(member.oid());
                    }
                }
                sink.row("groname", role.name(), "grosysid", role.oid(), "grolist", members);
            }
        }
    }

    private void policies() {
        for (var policy : catalog.objects(Policy.class)) {
            var table = catalog.relation(policy.relation());
            if (table == null) {
                continue;
            }
            var roles = new ArrayList<String>();
            for (int oid : policy.roles()) {
                roles.add(oid == 0 ? "public" : owner(oid));
            }
            sink.row(
                    "schemaname", catalog.schemaName(table.schema()),
                    "tablename", table.name(),
                    "policyname", policy.name(),
                    "permissive", policy.permissive() ? "PERMISSIVE" : "RESTRICTIVE",
                    "roles", roles,
                    "cmd",
                            switch (policy.command()) {
                                case 'r' -> "SELECT";
                                case 'a' -> "INSERT";
                                case 'w' -> "UPDATE";
                                case 'd' -> "DELETE";
                                default -> "ALL";
                            },
                    "qual", policy.using(),
                    "with_check", policy.withCheck());
        }
    }

    private void availableExtensions() {
        available("plpgsql", "1.0", "PL/pgSQL procedural language");
        available(
                "vector",
                Extension.VECTOR_RELEASE,
                "vector data type and ivfflat and hnsw access methods");
    }

    private void available(String name, String release, String comment) {
        var installed = catalog.extension(name);
        sink.row(
                "name", name,
                "default_version", release,
                "installed_version", installed == null ? null : installed.release(),
                "comment", comment);
    }

    private void availableVersions() {
        sink.row(
                "name",
                "vector",
                "version",
                Extension.VECTOR_RELEASE,
                "installed",
                catalog.extension("vector") != null,
                "superuser",
                true,
                "trusted",
                true,
                "relocatable",
                true,
                "comment",
                "vector data type and ivfflat and hnsw access methods");
    }

    private boolean shown(Relation relation, String view) {
        boolean system = SystemRelations.isSystem(relation);
        return view.contains("_all_") || view.contains("_sys_") == system;
    }

    private void tableStatistics(String view) {
        for (var table : all('r')) {
            if (shown(table, view)) {
                double rows =
                        SystemRelations.isSystem(table) ? 0 : Math.max(0, live.rowCount(table));
                sink.row(
                        "relid", table.oid(),
                        "schemaname", catalog.schemaName(table.schema()),
                        "relname", table.name(),
                        "seq_scan", 0,
                        "seq_tup_read", 0,
                        "n_tup_ins", 0,
                        "n_tup_upd", 0,
                        "n_tup_del", 0,
                        "n_tup_hot_upd", 0,
                        "n_live_tup", (long) rows,
                        "n_dead_tup", 0,
                        "n_mod_since_analyze", 0,
                        "n_ins_since_vacuum", 0,
                        "vacuum_count", 0,
                        "autovacuum_count", 0,
                        "analyze_count", 0,
                        "autoanalyze_count", 0);
            }
        }
    }

    private void indexStatistics(String view) {
        for (var index : all('i')) {
            var part = index.index();
            var table = part == null ? null : catalog.relation(part.relation());
            if (table != null && shown(table, view)) {
                sink.row(
                        "relid", table.oid(),
                        "indexrelid", index.oid(),
                        "schemaname", catalog.schemaName(table.schema()),
                        "relname", table.name(),
                        "indexrelname", index.name(),
                        "idx_scan", 0,
                        "idx_tup_read", 0,
                        "idx_tup_fetch", 0);
            }
        }
    }

    private void zones() {
        var now = java.time.Instant.now();
        for (var id : java.time.ZoneId.getAvailableZoneIds()) {
            var rules = java.time.ZoneId.of(id).getRules();
            var offset = rules.getOffset(now);
            sink.row(
                    "name",
                    id,
                    "abbrev",
                    java.util.TimeZone.getTimeZone(id)
                            .getDisplayName(
                                    rules.isDaylightSavings(now),
                                    java.util.TimeZone.SHORT,
                                    java.util.Locale.ROOT),
                    "utc_offset",
                    new dev.quiverdb.base.type.Interval(
                            0, 0, offset.getTotalSeconds() * 1_000_000L),
                    "is_dst",
                    rules.isDaylightSavings(now));
        }
    }
}
