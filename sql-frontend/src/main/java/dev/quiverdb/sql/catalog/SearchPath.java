package dev.quiverdb.sql.catalog;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schemas in which unqualified names are looked for, in order: the session's temporary schema,
 * pg_catalog unless the setting names it, then what {@code search_path} names and exists.
 *
 * @param schemas OIDs to search
 * @param creation OID of the schema that new objects go to; 0 where the setting names none that
 *     exists
 * @param temporary OID of the session's temporary schema; 0 while it has none
 * @param role who looks, and may look into schemas that it has USAGE of; 0 for stored text, whose
 *     names were found when it was made
 */
public record SearchPath(List<Integer> schemas, int creation, int temporary, int role) {
    public SearchPath {
        schemas = List.copyOf(schemas);
    }

    /** The path of stored text. */
    public SearchPath(List<Integer> schemas, int creation, int temporary) {
        this(schemas, creation, temporary, 0);
    }

    /** The path that a setting means for a role. Schemas that it may not use are left out. */
    public static SearchPath of(Catalog catalog, List<String> names, int role, int temporary) {
        var listed = new ArrayList<Integer>();
        boolean temporaryListed = false;
        for (var name : names) {
            if (name.equals("pg_temp")) {
                temporaryListed = true;
                if (temporary != 0) {
                    listed.add(temporary);
                }
                continue;
            }
            var schema = catalog.schema(name.equals("$user") ? catalog.roleName(role) : name);
            if (schema != null
                    && !listed.contains(schema.oid())
                    && mayUse(catalog, schema, role, temporary)) {
                listed.add(schema.oid());
            }
        }
        int creation = listed.isEmpty() ? 0 : listed.getFirst();
        var all = new ArrayList<Integer>();
        if (temporary != 0 && !temporaryListed) {
            all.add(temporary);
        }
        if (!listed.contains(Schema.PG_CATALOG)) {
            all.add(Schema.PG_CATALOG);
        }
        all.addAll(listed);
        return new SearchPath(all, creation, temporary, role);
    }

    /** {@code "$user", public}, as a fresh session has it. */
    public static SearchPath standard(Catalog catalog) {
        return of(catalog, List.of("$user", "public"), Role.BOOTSTRAP, 0);
    }

    private static boolean mayUse(Catalog catalog, Schema schema, int role, int temporary) {
        return role == 0
                || schema.oid() == temporary
                || AccessControl.allows(catalog, AccessControl.Subject.of(schema), role, 'U');
    }

    /**
     * The schema that a qualified name names; null if there is none.
     *
     * @throws SqlException 42501 where who looks may not use it
     */
    public @Nullable Schema schema(Catalog catalog, String name) {
        var schema = catalog.schema(name);
        if (schema != null && !mayUse(catalog, schema, role, temporary)) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "permission denied for schema " + name);
        }
        return schema;
    }

    /** The first relation of this name. */
    public @Nullable Relation relation(Catalog catalog, String name) {
        for (int schema : schemas) {
            var relation = catalog.relation(schema, name);
            if (relation != null) {
                return relation;
            }
        }
        return null;
    }

    /**
     * Whether the bare name of something in a schema finds it, given what an earlier schema holds.
     */
    public boolean sees(int schema) {
        return schemas.contains(schema);
    }

    /** Position of a schema in the path, or a huge number. */
    public int rank(int schema) {
        int rank = schemas.indexOf(schema);
        return rank < 0 ? Integer.MAX_VALUE : rank;
    }
}
