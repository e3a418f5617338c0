package dev.quiverdb.sql.catalog;

import java.util.List;

/** An installed extension, pg_extension. */
public record Extension(
        int oid,
        long version,
        String name,
        int owner,
        int schema,
        boolean relocatable,
        String release)
        implements CatalogObject {
    /** pgvector's release whose behaviour ours follows. */
    public static final String VECTOR_RELEASE = "0.8.1";

    @Override
    public int classId() {
        return CLASS_EXTENSION;
    }

    @Override
    public List<Dependency> dependencies() {
        return List.of(new Dependency(0, schema, 0, 'n'));
    }
}
