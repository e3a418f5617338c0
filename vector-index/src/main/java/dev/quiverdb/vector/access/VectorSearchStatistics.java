package dev.quiverdb.vector.access;

/**
 * What one search did, for EXPLAIN.
 *
 * @param mode how the rows were looked for, in words
 * @param visits places of the index looked at: nodes of a graph, or lists
 * @param distances distances computed while searching, by codes where there are some
 * @param reranked distances computed exactly beside those
 * @param waiting vectors that had no place in the index yet and were compared one by one
 * @param tested vectors that snapshot and filter were asked about
 * @param passed those they let pass
 */
public record VectorSearchStatistics(
        String mode,
        long visits,
        long distances,
        long reranked,
        long waiting,
        long tested,
        long passed) {}
