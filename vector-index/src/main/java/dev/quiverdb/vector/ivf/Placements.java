package dev.quiverdb.vector.ivf;

/**
 * Hears where vectors and centroids go, so that an owner can keep it. Called by the writing thread,
 * with the index locked.
 */
public interface Placements {
    /** Nobody wants to know. */
    Placements NONE =
            new Placements() {
                @Override
                public void placed(int vecId, int list) {}

                @Override
                public void centroidMoved(int list, float[] centroid) {}

                @Override
                public void centroidRemoved(int list) {}
            };

    /** A vector's first copy came to a list. */
    void placed(int vecId, int list);

    /** A list has this centroid from now on; the list may be new. */
    void centroidMoved(int list, float[] centroid);

    void centroidRemoved(int list);
}
