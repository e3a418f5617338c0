/**
 * The rows of pg_catalog and information_schema, computed from the catalog when they are read.
 * Start at {@link dev.quiverdb.sql.system.SystemRows}.
 */
@NullMarked
package dev.quiverdb.sql.system;

import org.jspecify.annotations.NullMarked;
