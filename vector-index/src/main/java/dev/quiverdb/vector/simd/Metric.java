package dev.quiverdb.vector.simd;

/**
 * The distances pgvector offers. Indexes rank by {@code rank} values, smaller is nearer; {@link
 * #toDistance} turns a rank into what the SQL operator returns.
 */
public enum Metric {
    /** {@code <->}; ranks are squared distances. */
    L2(1),
    /** {@code <#>}: the negative inner product. */
    INNER_PRODUCT(2),
    /** {@code <=>}: one minus the cosine, within [0, 2]. */
    COSINE(3),
    /** {@code <+>}. */
    L1(4),
    /** {@code <~>} over bits. */
    HAMMING(5),
    /** {@code <%>} over bits. */
    JACCARD(6);

    private final byte code;

    Metric(int code) {
        this.code = (byte) code;
    }

    /** The number that stands for the metric in stored structures. */
    public byte code() {
        return code;
    }

    /** The metric of a stored number. */
    public static Metric ofCode(byte code) {
        for (Metric metric : values()) {
            if (metric.code == code) {
                return metric;
            }
        }
        throw new IllegalArgumentException("unknown metric " + code);
    }

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
