/** Databases on disk: their storage, their catalogs and the roles they share. */
@NullMarked
package dev.quiverdb.server.database;

import org.jspecify.annotations.NullMarked;
