/**
 * DDL: definitions resolved against the catalog into what changes, in the catalog and in storage.
 * Nothing is executed here. Start at {@link dev.quiverdb.sql.bind.ddl.DdlBinder}.
 */
@NullMarked
package dev.quiverdb.sql.bind.ddl;

import org.jspecify.annotations.NullMarked;
