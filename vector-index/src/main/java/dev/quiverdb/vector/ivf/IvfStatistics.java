package dev.quiverdb.vector.ivf;

/**
 * What one search did.
 *
 * @param lists lists looked into
 * @param scanned entries of lists looked at
 * @param centroidDistances exact distances to centroids
 * @param distances exact distances to vectors (reranking, or the whole scan of a flat index)
 * @param tested vectors that admission was asked about
 * @param admitted how many of them it admitted
 */
public record IvfStatistics(
        int lists,
        long scanned,
        int centroidDistances,
        long distances,
        long tested,
        long admitted) {}
