package dev.quiverdb.server.database;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;

/** One change that a statement makes to the catalog; a transaction's changes apply in order. */
public sealed interface CatalogChange {
    /** The object it is about. */
    CatalogObject object();

    /** The catalog after this change. */
    Catalog applyTo(Catalog catalog);

    /** Whether all databases of the server share the object. */
    default boolean shared() {
        return object().shared();
    }

    /** An object comes into being, or takes the place of the one with its OID. */
    record Put(CatalogObject object) implements CatalogChange {
        @Override
        public Catalog applyTo(Catalog catalog) {
            return catalog.with(object);
        }
    }

    /** An object goes. */
    record Remove(CatalogObject object) implements CatalogChange {
        @Override
        public Catalog applyTo(Catalog catalog) {
            return catalog.without(object.oid());
        }
    }
}
