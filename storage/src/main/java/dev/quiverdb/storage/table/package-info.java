/**
 * Tables as columns: stripes of 1,024 row slots in blocks, one version of every row, the history
 * that older snapshots need, and the vectors that lie out of line. Start reading at {@code
 * README.md}, then {@link dev.quiverdb.storage.table.Tablet}. Knows {@code storage.block} and
 * {@code base}.
 */
@NullMarked
package dev.quiverdb.storage.table;

import org.jspecify.annotations.NullMarked;
