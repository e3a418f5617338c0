package dev.quiverdb.vector.filter;

import org.jspecify.annotations.Nullable;

/**
 * An admission that is only known by asking: a predicate over rows, a visibility check, a policy.
 * {@link #admitMany} is the form that searches prefer; implementations that evaluate SQL read the
 * rows of a whole batch there.
 *
 * <p>The answer for a vecId must not change during one search.
 */
public non-sealed interface AdmissionTest extends Admission {
    @Override
    default void admitMany(int[] vecIds, int count, boolean[] admitted) {
        for (int i = 0; i < count; i++) {
            admitted[i] = admits(vecIds[i]);
        }
    }

    @Override
    default @Nullable VecIdBitmap superset() {
        return null;
    }

    /** Returns the planner's estimate; a search corrects it by what it sees. */
    @Override
    default double passRate(long liveCount) {
        return 0.5;
    }

    /**
     * Returns after how many tests a search had better ask for {@link #gathered}; {@link
     * Long#MAX_VALUE} for never.
     */
    default long testsMax() {
        return Long.MAX_VALUE;
    }

    /**
     * Returns an admission of the same vectors that has a {@link #superset}, at the price of
     * testing all there are. In no visit of the graph's blocks.
     */
    default Admission gathered() {
        return this;
    }
}
