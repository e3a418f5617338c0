/** The frontend's messages as records, after PostgreSQL's protocol 3. Knows nobody. */
@NullMarked
package dev.quiverdb.pgwire.message;

import org.jspecify.annotations.NullMarked;
