/**
 * Nearest-neighbour search measured beside its peers: QuiverDB's indexes, Lucene and JVector build
 * over the same vectors and answer the same queries in the same process, one after the other. Start
 * at {@link dev.quiverdb.bench.ann.AnnBenchmark}; an engine is an {@link
 * dev.quiverdb.bench.ann.AnnEngine}.
 */
@NullMarked
package dev.quiverdb.bench.ann;

import org.jspecify.annotations.NullMarked;
