/**
 * Plugs the vector indexes into {@code storage.access}: {@code CREATE INDEX ... USING hnsw}.
 *
 * <p>Start at {@code HnswAccessMethod}, which reads options and operator classes as pgvector does,
 * and {@code HnswAccessIndex}, which carries the storage's calls to a graph and its searches back
 * to rows. A search is asked for by a {@code VectorSearchRequest}. The room knows {@code
 * vector.graph}, {@code vector.filter} and the storage's door; only {@code server} knows it.
 */
@NullMarked
package dev.quiverdb.vector.access;

import org.jspecify.annotations.NullMarked;
