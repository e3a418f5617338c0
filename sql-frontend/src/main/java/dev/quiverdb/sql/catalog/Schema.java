package dev.quiverdb.sql.catalog;

import org.jspecify.annotations.Nullable;

/** A schema, pg_namespace. */
public record Schema(int oid, long version, String name, int owner, @Nullable String acl)
        implements CatalogObject {
    public static final int PG_CATALOG = 11;
    public static final int PG_TOAST = 99;
    public static final int PUBLIC = 2200;
    public static final int INFORMATION_SCHEMA = SystemColumns.INFORMATION_SCHEMA;

    /** The next version, with what may change. */
    public Schema with(String newName, int newOwner, @Nullable String newAcl) {
        return new Schema(oid, version + 1, newName, newOwner, newAcl);
    }

    @Override
    public int classId() {
        return CLASS_SCHEMA;
    }
}
