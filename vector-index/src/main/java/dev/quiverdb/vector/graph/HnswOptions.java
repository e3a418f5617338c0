package dev.quiverdb.vector.graph;

/**
 * How a graph is built.
 *
 * @param m neighbours that a vector chooses on a layer; rows hold up to twice as many on the ground
 * @param efConstruction vectors that linking keeps in view
 * @param tailMax vectors that may wait for linking before inserting sessions help
 */
public record HnswOptions(int m, int efConstruction, int tailMax) {
    public static final int M_MIN = 2;
    public static final int M_MAX = 100;
    public static final int EF_CONSTRUCTION_MIN = 4;
    public static final int EF_CONSTRUCTION_MAX = 1000;

    public HnswOptions {
        if (m < M_MIN || m > M_MAX) {
            throw new IllegalArgumentException("m is " + m);
        }
        if (efConstruction < Math.max(EF_CONSTRUCTION_MIN, 2 * m)
                || efConstruction > EF_CONSTRUCTION_MAX) {
            throw new IllegalArgumentException("ef_construction is " + efConstruction);
        }
        if (tailMax < 1) {
            throw new IllegalArgumentException("tailMax is " + tailMax);
        }
    }

    /** pgvector's defaults. */
    public static HnswOptions defaults() {
        return new HnswOptions(16, 64, 4096);
    }
}
