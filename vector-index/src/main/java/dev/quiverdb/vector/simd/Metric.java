package dev.quiverdb.vector.simd;

/**
 * The distances pgvector offers. Indexes rank by {@code rank} values, smaller is nearer; {@link
 * #toDistance} turns a rank into what the SQL operator returns.
 */
public enum Metric {
    /** {@code <->}; ranks are squared distances. */
    L2,
    /** {@code <#>}: the negative inner product. */
    INNER_PRODUCT,
    /** {@code <=>}: one minus the cosine, within [0, 2]. */
    COSINE,
    /** {@code <+>}. */
    L1,
    /** {@code <~>} over bits. */
    HAMMING,
    /** {@code <%>} over bits. */
    JACCARD;

    /** The distance the SQL operator shows for a rank value. */
    public double toDistance(double rank) {
        return this == L2 ? Math.sqrt(rank) : rank;
    }

    /**
     * The rank value of a distance: the inverse of {@link #toDistance} for distances a metric can
     * have.
     */
    public double toRank(double distance) {
        return this == L2 ? distance * distance : distance;
    }
}
