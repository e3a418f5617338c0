package dev.quiverdb.sql.catalog;

import org.jspecify.annotations.Nullable;

/** A database, pg_database. */
public record Database(
        int oid,
        long version,
        String name,
        int owner,
        boolean template,
        boolean allowConnections,
        int connectionLimit,
        @Nullable String acl)
        implements CatalogObject {
    /** The next version, with another owner and other privileges. */
    public Database with(int newOwner, @Nullable String newAcl) {
        return new Database(
                oid,
                version + 1,
                name,
                newOwner,
                template,
                allowConnections,
                connectionLimit,
                newAcl);
    }

    @Override
    public int classId() {
        return CLASS_DATABASE;
    }

    @Override
    public boolean shared() {
        return true;
    }
}
