package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.UserType;

/**
 * Names of types. That of an array type is made from its element's, and gives way to a type that a
 * user calls so.
 */
final class TypeNames {
    private TypeNames() {}

    /** A free name for the array type of an element: underscores before it until it is free. */
    static String array(Catalog catalog, int schema, String element) {
        var name = element;
        do {
            name = Names.cut("_" + name, Names.NAME_BYTES_MAX);
        } while (catalog.type(schema, name) != null);
        return name;
    }

    /** Has the name free for a type; 42710 if it is taken by more than an array type. */
    static void claim(Change change, int schema, String name) {
        if (!claims(change, schema, name)) {
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT, "type \"" + name + "\" already exists");
        }
    }

    /** As {@link #claim}, for the row type of a relation. */
    static void claimForRows(Change change, int schema, String name) {
        if (!claims(change, schema, name)) {
            throw new SqlException(
                            SqlState.DUPLICATE_OBJECT, "type \"" + name + "\" already exists")
                    .withHint(
                            "A relation has an associated type of the same name, so you must use a"
                                    + " name that doesn't conflict with any existing type.");
        }
    }

    private static boolean claims(Change change, int schema, String name) {
        var old = change.catalog().type(schema, name);
        if (old == null) {
            return true;
        }
        if (!(change.catalog().object(old.oid()) instanceof UserType made) || made.form() != 'A') {
            return false;
        }
        change.put(
                made.with(array(change.catalog(), schema, name), schema, made.owner(), made.acl()));
        return true;
    }
}
