/**
 * The system catalogs as clients see them: the rows of pg_catalog and information_schema, computed
 * from the catalog value and the session, and the functions that look into the catalog. Start at
 * {@link dev.quiverdb.server.catalog.SystemRows} for rows and {@link
 * dev.quiverdb.server.catalog.CatalogCalls} for functions; both ask a {@link
 * dev.quiverdb.server.catalog.SessionView} for what they need. Follows PostgreSQL 15's
 * information_schema.sql, system_views.sql and ruleutils.c.
 */
@NullMarked
package dev.quiverdb.server.catalog;

import org.jspecify.annotations.NullMarked;
