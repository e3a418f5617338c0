/**
 * Nearest-neighbour search over vectors: distances, codes, graphs, lists and the door to storage.
 */
@NullMarked
package dev.quiverdb.vector;

import org.jspecify.annotations.NullMarked;
