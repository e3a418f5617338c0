package dev.quiverdb.vector.graph;

/**
 * What a search did, for EXPLAIN and for watching.
 *
 * @param mode how the filter was met in the end
 * @param efSearch the effort used
 * @param visits vectors whose neighbours were looked at
 * @param distances distances computed for navigation
 * @param reranked distances computed exactly beside those
 * @param tailScanned vectors of the tail that were compared
 * @param tested vectors the filter was asked about
 * @param passed those it admitted
 */
public record SearchStatistics(
        SearchMode mode,
        int efSearch,
        long visits,
        long distances,
        long reranked,
        long tailScanned,
        long tested,
        long passed) {
    /** Returns the share of tested vectors that the filter admitted; 1 when it was never asked. */
    public double passRate() {
        return tested == 0 ? 1 : (double) passed / tested;
    }
}
