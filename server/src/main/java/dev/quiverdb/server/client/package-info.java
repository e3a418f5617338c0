/** A small client of our own: what ./quiver sql and the demo speak to the server with. */
@NullMarked
package dev.quiverdb.server.client;

import org.jspecify.annotations.NullMarked;
