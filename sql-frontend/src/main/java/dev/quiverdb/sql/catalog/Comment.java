package dev.quiverdb.sql.catalog;

import java.util.List;

/**
 * A row of pg_description: COMMENT ON. Its own OID is ours alone.
 *
 * @param subject OID of what is described
 * @param subjectClass the system table that the subject is in
 * @param subId column number, 0 for the whole
 */
public record Comment(int oid, long version, int subject, int subjectClass, int subId, String text)
        implements CatalogObject {
    @Override
    public int classId() {
        return CLASS_DESCRIPTION;
    }

    @Override
    public String name() {
        return subjectClass + "/" + subject + "/" + subId;
    }

    @Override
    public List<Dependency> dependencies() {
        return List.of(new Dependency(0, subject, subId, 'i'));
    }
}
