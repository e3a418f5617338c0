package dev.quiverdb.vector.ivf;

import java.lang.foreign.Arena;

/**
 * Chooses the lists of a vector: the nearest centroid and, for a second copy, the one that helps
 * most where the first fails: near the vector, and with a residual that points elsewhere than the
 * first one's.
 *
 * <p>Source for the second: Sun et al.: SOAR: improved indexing for approximate nearest neighbor
 * search (NeurIPS 2023), section 3.
 */
final class Assigner {
    private static final float ORTHOGONALITY = 1.0f;
    private static final int CONSIDERED = 12;

    private final CentroidIndex centroids;
    private final CentroidIndex.Probe probe;
    private final int copies;
    private final float[] vector;
    private final float[] first;
    private final float[] other;

    Assigner(CentroidIndex centroids, int copies, int dimensions, Arena arena) {
        this.centroids = centroids;
        this.probe = new CentroidIndex.Probe(centroids, arena);
        this.copies = copies;
        this.vector = new float[dimensions];
        this.first = new float[dimensions];
        this.other = new float[dimensions];
    }

    /**
     * Writes the lists of a projected vector to {@code lists[0 .. copies - 1]}; -1 where there are
     * not as many centroids.
     */
    void assign(Projector projected, int[] lists) {
        assign(projected, -1, lists);
    }

    /**
     * As {@link #assign(Projector, int[])}, with the second list chosen around a given first one
     * (-1: none given).
     */
    private void assign(Projector projected, int given, int[] lists) {
        centroids.search(
                projected.values(), projected.memory(), copies == 1 ? 2 : CONSIDERED, probe);
        lists[0] = given >= 0 ? given : probe.exact.vecId(0);
        if (copies == 1) {
            return;
        }
        lists[1] = second(projected, lists[0]);
    }

    /** The list for another copy of a vector that has one in {@code taken}. */
    int second(Projector projected, int taken) {
        System.arraycopy(projected.values(), 0, vector, 0, vector.length);
        centroids.points().get(taken, first);
        double firstNorm = 0;
        for (int d = 0; d < vector.length; d++) {
            first[d] = vector[d] - first[d];
            firstNorm += (double) first[d] * first[d];
        }
        int best = -1;
        double bestLoss = Double.POSITIVE_INFINITY;
        for (int i = 0; i < probe.exact.count(); i++) {
            int centroid = probe.exact.vecId(i);
            if (centroid == taken) {
                continue;
            }
            centroids.points().get(centroid, other);
            double norm = 0;
            double parallel = 0;
            for (int d = 0; d < vector.length; d++) {
                float r = vector[d] - other[d];
                norm += (double) r * r;
                parallel += (double) r * first[d];
            }
            double loss =
                    norm + (firstNorm > 0 ? ORTHOGONALITY * parallel * parallel / firstNorm : 0);
            if (loss < bestLoss) {
                bestLoss = loss;
                best = centroid;
            }
        }
        return best;
    }
}
