package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type that users made: enum, domain, the row type of a relation, or the array type over one of
 * these.
 *
 * @param form {@code e}, {@code d}, {@code c} or {@code A} for an array type
 * @param element OID of the element of an array type; else 0
 * @param array OID of the array type over this one; 0 for an array type
 * @param relation OID of the relation whose rows these are; else 0
 * @param base OID of a domain's base type; else 0
 * @param defaultSql a domain's default
 */
public record UserType(
        int oid,
        long version,
        String name,
        int schema,
        int owner,
        char form,
        int element,
        int array,
        int relation,
        List<Label> labels,
        int base,
        int baseTypmod,
        boolean notNull,
        int collation,
        @Nullable String defaultSql,
        @Nullable String acl)
        implements CatalogObject {
    /** A label of an enum, pg_enum. */
    public record Label(int oid, float order, String text) {}

    public UserType {
        labels = List.copyOf(labels);
    }

    /** The next version, with what may change. */
    public UserType with(String newName, int newSchema, int newOwner, @Nullable String newAcl) {
        return new UserType(
                oid,
                version + 1,
                newName,
                newSchema,
                newOwner,
                form,
                element,
                array,
                relation,
                labels,
                base,
                baseTypmod,
                notNull,
                collation,
                defaultSql,
                newAcl);
    }

    @Override
    public int classId() {
        return CLASS_TYPE;
    }

    @Override
    public List<Dependency> dependencies() {
        var needs = new ArrayList<Dependency>();
        if (form == 'A') {
            needs.add(new Dependency(0, element, 0, 'i'));
        } else if (relation != 0) {
            needs.add(new Dependency(0, relation, 0, 'i'));
        } else {
            needs.add(new Dependency(0, schema, 0, 'n'));
            if (base != 0) {
                needs.add(new Dependency(0, base, 0, 'n'));
            }
        }
        return needs;
    }
}
