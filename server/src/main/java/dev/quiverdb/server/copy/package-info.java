/** COPY's formats: text, CSV and binary, to rows and from rows. Knows types, nothing of tables. */
@NullMarked
package dev.quiverdb.server.copy;

import org.jspecify.annotations.NullMarked;
