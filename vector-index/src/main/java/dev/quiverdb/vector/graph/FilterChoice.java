package dev.quiverdb.vector.graph;

/**
 * How a search meets a filter.
 *
 * @param effort vectors kept in view
 */
record FilterChoice(SearchMode mode, int effort) {}
