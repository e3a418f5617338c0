/**
 * The storage engine measured beside RocksDB and H2's MVStore: the same rows, the same commits, one
 * after the other in one process, with every commit forced to disk. Start at {@link
 * dev.quiverdb.bench.storage.StorageBenchmark}; an engine is a {@link
 * dev.quiverdb.bench.storage.RowEngine}.
 */
@NullMarked
package dev.quiverdb.bench.storage;

import org.jspecify.annotations.NullMarked;
