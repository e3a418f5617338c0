/**
 * The catalog: an immutable value that knows every schema, relation, type, function, operator, cast
 * and role, and how names are found. Start reading at {@link dev.quiverdb.sql.catalog.Catalog}.
 *
 * <p>What PostgreSQL and pgvector bring with them lies in tab-separated resources beside this
 * package (facts: names, OIDs, signatures, as the system catalogs of a PostgreSQL 15 list them);
 * what users make are {@link dev.quiverdb.sql.catalog.CatalogObject}s. pg_catalog and
 * information_schema are computed from both, see {@link dev.quiverdb.sql.catalog.SystemRelations}.
 */
@NullMarked
package dev.quiverdb.sql.catalog;

import org.jspecify.annotations.NullMarked;
