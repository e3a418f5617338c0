package dev.quiverdb.sql.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A role, pg_authid, with the roles it is a member of.
 *
 * @param connectionLimit -1 for none
 * @param password as stored: a SCRAM verifier; null for none
 * @param validUntilMicros microseconds since 2000-01-01 UTC; null for ever
 */
public record Role(
        int oid,
        long version,
        String name,
        boolean superuser,
        boolean inherit,
        boolean createRole,
        boolean createDatabase,
        boolean login,
        boolean replication,
        boolean bypassRowSecurity,
        int connectionLimit,
        @Nullable String password,
        @Nullable Long validUntilMicros,
        List<Membership> memberOf)
        implements CatalogObject {
    /** OID of the role that a fresh server has. */
    public static final int BOOTSTRAP = 10;

    /** OID of pg_read_all_stats. */
    public static final int READ_ALL_STATS = 3375;

    /** OID of pg_read_all_data, which may read every table and use every schema. */
    public static final int READ_ALL_DATA = 6181;

    /** OID of pg_write_all_data, which may change every table and use every schema. */
    public static final int WRITE_ALL_DATA = 6182;

    /** OID of pg_database_owner, whose one member is the owner of the database at hand. */
    public static final int DATABASE_OWNER = 6171;

    /** A row of pg_auth_members, seen from the member. */
    public record Membership(int role, int grantor, boolean adminOption) {}

    public Role {
        memberOf = List.copyOf(memberOf);
    }

    /** The next version, with other memberships. */
    public Role withMemberships(List<Membership> memberships) {
        return new Role(
                oid,
                version + 1,
                name,
                superuser,
                inherit,
                createRole,
                createDatabase,
                login,
                replication,
                bypassRowSecurity,
                connectionLimit,
                password,
                validUntilMicros,
                memberships);
    }

    @Override
    public int classId() {
        return CLASS_ROLE;
    }

    @Override
    public boolean shared() {
        return true;
    }
}
