package dev.quiverdb.sql.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A database, pg_database. {@code settings} are {@code name=value} of ALTER DATABASE SET. */
public record Database(
        int oid,
        long version,
        String name,
        int owner,
        boolean template,
        boolean allowConnections,
        int connectionLimit,
        List<String> settings,
        @Nullable String acl)
        implements CatalogObject {
    public Database {
        settings = List.copyOf(settings);
    }

    @Override
    public int classId() {
        return CLASS_DATABASE;
    }
}
