package dev.quiverdb.vector.filter;

import org.jspecify.annotations.Nullable;

/**
 * Decides which vecIds a search may return. A traversal may walk through vectors that are not
 * admitted, but never returns one.
 *
 * <p>The three kinds differ in what a search can know beforehand: {@link Everything} filters
 * nothing, a {@link VecIdBitmap} knows how many it admits and which (so a search can scan them
 * exactly when they are few), an {@link AdmissionTest} has to be asked vector by vector, in batches
 * where it can.
 *
 * <p>One search on one thread uses an admission at a time, unless the kind says otherwise.
 */
public sealed interface Admission permits Everything, VecIdBitmap, AdmissionTest {
    /** Admits every vector. */
    Admission ALL = Everything.INSTANCE;

    /** Returns whether the vector may be returned. */
    boolean admits(int vecId);

    /**
     * Answers for {@code vecIds[0..count)} at once: {@code admitted[i]} tells of {@code vecIds[i]}.
     * The ids may come in any order, and repeat.
     */
    void admitMany(int[] vecIds, int count, boolean[] admitted);

    /**
     * Returns the expected share of vectors admitted, in [0, 1], of {@code liveCount} live ones.
     */
    double passRate(long liveCount);

    /** Returns a known set outside of which nothing is admitted, or null where none is known. */
    @Nullable VecIdBitmap superset();

    /**
     * Returns what both admit. Two bitmaps make a bitmap; a bitmap before a test spares the test
     * every vector that the bitmap rejects. Put what is cheap and what must be decided first
     * (row-level security) left: {@code right} is never asked about a vector that {@code left}
     * rejects.
     */
    static Admission and(Admission left, Admission right) {
        if (left instanceof Everything) {
            return right;
        }
        if (right instanceof Everything) {
            return left;
        }
        if (left instanceof VecIdBitmap a && right instanceof VecIdBitmap b) {
            return a.and(b);
        }
        return new BothAdmit(left, right);
    }
}
