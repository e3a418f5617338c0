/**
 * A connection's life: start-up, simple and extended query, COPY, errors. Start at {@link
 * Connection}; {@link Engine} is what this room asks of the database.
 */
@NullMarked
package dev.quiverdb.pgwire.session;

import org.jspecify.annotations.NullMarked;
