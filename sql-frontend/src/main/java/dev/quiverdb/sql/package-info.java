/** From SQL text to a secured statement: parse, catalog, bind, rewrite. */
@NullMarked
package dev.quiverdb.sql;

import org.jspecify.annotations.NullMarked;
