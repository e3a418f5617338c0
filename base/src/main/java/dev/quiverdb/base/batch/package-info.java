/**
 * How rows flow: a {@code Batch} of at most 1,024 rows of typed columns, pulled from a {@code
 * Cursor}.
 */
@NullMarked
package dev.quiverdb.base.batch;

import org.jspecify.annotations.NullMarked;
