/**
 * Plugs the vector indexes into {@code storage.access}: {@code CREATE INDEX ... USING hnsw}, {@code
 * ivfflat} and {@code ivfpq}.
 *
 * <p>Start at {@code HnswAccessMethod} or {@code IvfAccessMethod}, which read options and operator
 * classes as pgvector does; {@code HnswAccessIndex} and {@code IvfAccessIndex} carry the storage's
 * calls to a graph or to lists, and {@code MergingCursor} brings searches back to rows. A search is
 * asked for by a {@code VectorSearchRequest}. The room knows {@code vector.graph}, {@code
 * vector.ivf}, {@code vector.filter} and the storage's door; only {@code server} knows it.
 */
@NullMarked
package dev.quiverdb.vector.access;

import org.jspecify.annotations.NullMarked;
