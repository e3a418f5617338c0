package dev.quiverdb.vector.access;

import dev.quiverdb.vector.graph.SearchParameters;

/** How hard a search tries, by the method of the index it asks. */
public sealed interface VectorEffort {

    /**
     * Through a graph.
     *
     * @param once whether one pass is all: at most {@code efSearch} rows come
     */
    record Graph(SearchParameters parameters, boolean once) implements VectorEffort {}

    /**
     * Through lists.
     *
     * @param probes lists looked into first
     * @param rerank estimates compared exactly; 0 for the index's own number
     * @param listsMax lists after which the search ends with what it has
     */
    record Lists(int probes, int rerank, int listsMax) implements VectorEffort {}
}
