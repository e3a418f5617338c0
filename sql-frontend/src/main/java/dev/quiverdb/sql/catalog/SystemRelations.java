package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The relations of pg_catalog and information_schema as the binder sees them. */
public final class SystemRelations {
    private static final Map<Integer, Relation> RELATIONS = new ConcurrentHashMap<>();

    /** Those that only superusers may read. */
    private static final Set<String> SECRET =
            Set.of(
                    "pg_authid",
                    "pg_backend_memory_contexts",
                    "pg_config",
                    "pg_file_settings",
                    "pg_hba_file_rules",
                    "pg_ident_file_mappings",
                    "pg_largeobject",
                    "pg_replication_origin_status",
                    "pg_shadow",
                    "pg_shmem_allocations",
                    "pg_statistic",
                    "pg_statistic_ext_data",
                    "pg_subscription",
                    "pg_user_mapping");

    private SystemRelations() {}

    static Relation relation(SystemColumns.Shape shape) {
        return RELATIONS.computeIfAbsent(shape.oid(), oid -> make(shape));
    }

    private static Relation make(SystemColumns.Shape shape) {
        return new Relation(
                shape.oid(),
                1,
                shape.name(),
                shape.schema(),
                shape.kind(),
                'p',
                Role.BOOTSTRAP,
                shape.columns(),
                shape.rowType(),
                0,
                Map.of(),
                null,
                null,
                null,
                false,
                false,
                true,
                'p',
                'n',
                acl(shape.name()));
    }

    private static String acl(String name) {
        int owner = Role.BOOTSTRAP;
        var own = new AccessControl.Entry(owner, AccessControl.all('r'), owner);
        var world =
                new AccessControl.Entry(
                        AccessControl.PUBLIC, name.equals("pg_settings") ? "rw" : "r", owner);
        if (name.equals("pg_shmem_allocations") || name.equals("pg_backend_memory_contexts")) {
            var statistics = new AccessControl.Entry(Role.READ_ALL_STATS, "r", owner);
            return AccessControl.format(List.of(own, statistics));
        }
        return AccessControl.format(SECRET.contains(name) ? List.of(own) : List.of(own, world));
    }

    /** All of them. */
    public static List<Relation> all() {
        var all = new ArrayList<Relation>();
        for (var shape : SystemColumns.all()) {
            all.add(relation(shape));
        }
        return all;
    }

    /** Whether the rows of a relation are computed from the catalog. */
    public static boolean isSystem(Relation relation) {
        return SystemColumns.byOid(relation.oid()) != null;
    }
}
