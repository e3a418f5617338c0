/**
 * Inverted lists: vectors are kept by their nearest centroid, a search looks into the lists whose
 * centroids are nearest.
 *
 * <p>Start at {@link dev.quiverdb.vector.ivf.IvfIndex}; a search is an {@link
 * dev.quiverdb.vector.ivf.IvfSearch}. The README has the papers, the invariants and what was tried.
 */
@NullMarked
package dev.quiverdb.vector.ivf;

import org.jspecify.annotations.NullMarked;
