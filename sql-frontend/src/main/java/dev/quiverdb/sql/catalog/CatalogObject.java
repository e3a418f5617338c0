package dev.quiverdb.sql.catalog;

import java.util.List;

/**
 * Something that users create, alter and drop. Each has an OID, unique among all user objects of a
 * database, and a version that grows with every change; plans depend on (OID, version) pairs.
 * Immutable.
 */
public sealed interface CatalogObject
        permits Schema,
                Relation,
                Constraint,
                UserType,
                Function,
                Role,
                Database,
                SettingDefaults,
                Extension,
                Policy,
                DefaultPrivileges,
                Comment {
    int CLASS_DEFAULT_PRIVILEGES = 826;
    int CLASS_TYPE = 1247;
    int CLASS_FUNCTION = 1255;
    int CLASS_RELATION = 1259;
    int CLASS_ROLE = 1260;
    int CLASS_DATABASE = 1262;
    int CLASS_CONSTRAINT = 2606;
    int CLASS_DESCRIPTION = 2609;
    int CLASS_SCHEMA = 2615;
    int CLASS_SETTING_DEFAULTS = 2964;
    int CLASS_EXTENSION = 3079;
    int CLASS_POLICY = 3256;

    int oid();

    long version();

    String name();

    /** OID of the system table that PostgreSQL keeps such objects in. */
    int classId();

    /** Whether all databases of the server have this object in common. */
    default boolean shared() {
        return false;
    }

    /** What this object needs, for DROP and pg_depend. */
    default List<Dependency> dependencies() {
        return List.of();
    }

    /**
     * An edge of pg_depend, seen from the dependent.
     *
     * @param subId column number of the dependent, 0 for all of it
     * @param referenced OID of what is needed
     * @param referencedSubId its column number, 0 for all of it
     * @param kind {@code n} normal, {@code a} dropped together with what it needs, {@code i} part
     *     of it
     */
    record Dependency(int subId, int referenced, int referencedSubId, char kind) {}
}
