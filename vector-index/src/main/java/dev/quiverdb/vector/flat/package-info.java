/**
 * Exact search: every admitted vector is compared. Start at {@link
 * dev.quiverdb.vector.flat.FlatScan}; {@link dev.quiverdb.vector.flat.NearestHeap} is the heap that
 * all searches collect in.
 */
@NullMarked
package dev.quiverdb.vector.flat;

import org.jspecify.annotations.NullMarked;
