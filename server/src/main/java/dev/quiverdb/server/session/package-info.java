/** A session: transactions, prepared statements, portals and the statements that are no query. */
@NullMarked
package dev.quiverdb.server.session;

import org.jspecify.annotations.NullMarked;
