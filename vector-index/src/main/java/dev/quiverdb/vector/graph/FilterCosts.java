package dev.quiverdb.vector.graph;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.Everything;
import org.jspecify.annotations.Nullable;

/**
 * Estimates in nanoseconds that decide how a filtered search runs. Distances are priced by the
 * spaces, the length of a walk is learned from unfiltered searches. Any thread may call it; races
 * lose a sample.
 */
final class FilterCosts {
    /** One look at a rejected neighbour's row, fetched together with others. */
    private static final double ROW_NANOS = 110;

    /**
     * What a walk spends on a vector beside its distance: waiting, its part of a hop, the visited
     * set, heaps.
     */
    private static final double WALKED_NANOS = 36;

    /** Distances on the way to the nearest region; those that follow go with the effort. */
    private static final double SCORED_BEFORE = 170;

    /** How full rows are. */
    private static final double FILLED = 0.75;

    /** The share of a row's vectors that were not met before. */
    private static final double FRESH = 0.5;

    /** What a scan spends on a vector beside its distance. */
    private static final double SCANNED_NANOS = 20;

    /**
     * The same where codes are scanned. Measured, 5,800 to 11,600 of 116,000 vectors by codes of
     * two bits: 17 to 18 ns each in all.
     */
    private static final double SCANNED_BY_CODE_NANOS = 7;

    /** What a distance costs in the order of vecIds, over one to a random vector. */
    private static final double IN_ORDER = 0.6;

    /** What a test of a row costs. */
    private static final double TEST_NANOS = 150;

    /**
     * So much of the effort is enough, and so much more for each part of the vectors admitted,
     * where the filter decides about the results of a walk: it keeps a multiple of what it keeps
     * without one, and of a longer list of nearest vectors a walk finds a larger part. Measured for
     * equal recall: 0.75 at a share of 0.4, 0.64 at 0.2, 0.58 at 0.1, 0.56 at 0.05, 0.5 at 0.02.
     */
    private static final double GATED_EFFORT = 0.53;

    private static final double GATED_EFFORT_BY_SHARE = 0.55;

    /**
     * Below this share the admitted neighbours of neighbours hold together less and less. At equal
     * recall a walk through them needs 1.2 times the effort at 5 %, twice at 3 %, three times at 2
     * %.
     */
    private static final double ADMITTED_SHARE_WHOLE = 0.06;

    /** Below this share no effort helps: 0.88 at 1 % with three times the effort. */
    private static final double ADMITTED_SHARE_MIN = 0.01;

    /** Vectors ranked exactly at the end of a scan by codes. */
    private static final int RANKED = 40;

    private final double exactNanos;
    private final double navigationNanos;

    /** Distances computed for each vector kept in view. */
    private volatile double scoredPerEffort = 12;

    FilterCosts(VectorSpace exactSpace, @Nullable VectorSpace codes) {
        exactNanos = exactSpace.nanosPerScore();
        navigationNanos = codes == null ? exactNanos : codes.nanosPerScore();
    }

    void learn(SearchStatistics statistics) {
        if (statistics.tested() == 0 && statistics.visits() > 0) {
            double seen =
                    Math.max(0, statistics.distances() - SCORED_BEFORE) / statistics.efSearch();
            double known = scoredPerEffort;
            scoredPerEffort = known + (seen - known) / 64;
        }
    }

    /**
     * Chooses how a search meets its filter.
     *
     * @param wanted how many vectors are asked for
     */
    FilterChoice choose(Admission admission, int effort, int wanted, int live, int rowRoom) {
        if (admission instanceof Everything) {
            return new FilterChoice(SearchMode.GATED, effort);
        }
        double share = admission.passRate(live);
        var bitmap = admission.superset();
        if (bitmap == null) {
            return new FilterChoice(
                    share * live <= effort ? SearchMode.EXACT_REST : SearchMode.GATED, effort);
        }
        int less =
                Math.clamp(
                        (long) ((GATED_EFFORT + GATED_EFFORT_BY_SHARE * share) * effort),
                        Math.min(wanted, effort),
                        effort);
        double exact = exactFew(bitmap.cardinality());
        double gated = gated(less, share);
        int more = (int) (effort * Math.max(1, ADMITTED_SHARE_WHOLE / Math.max(share, 1e-3)));
        double admitted =
                share < ADMITTED_SHARE_MIN ? Double.MAX_VALUE : admittedOnly(more, share, rowRoom);
        if (exact <= gated && exact <= admitted) {
            return new FilterChoice(SearchMode.EXACT_FEW, effort);
        }
        return gated <= admitted
                ? new FilterChoice(SearchMode.GATED, less)
                : new FilterChoice(SearchMode.ADMITTED_ONLY, more);
    }

    /**
     * Whether a walk with a test has cost as much as it costs to find all vectors that pass.
     *
     * @param testsMax how many tests finding them costs as much as
     */
    boolean isWorthGathering(long scored, long tested, long testsMax) {
        return scored * walked() + tested * TEST_NANOS >= testsMax * TEST_NANOS;
    }

    double exactFew(int count) {
        if (navigationNanos < exactNanos && count > HnswIndex.EXACT_WITHOUT_CODES) {
            return count * (navigationNanos + SCANNED_BY_CODE_NANOS) + RANKED * exactNanos;
        }
        return count * (IN_ORDER * exactNanos + SCANNED_NANOS);
    }

    double gated(int effort, double share) {
        double kept = effort / Math.max(share, 1e-9);
        // The longer the list, the fewer of the vectors around those on it are new.
        double fewer = Math.clamp(1.2 + 0.08 * Math.log(share) / Math.log(2), 0.5, 1);
        return (SCORED_BEFORE + kept * scoredPerEffort * fewer) * walked();
    }

    double admittedOnly(int effort, double share, int rowRoom) {
        double row = FILLED * rowRoom;
        double behind = row * (1 - share);
        double admitted = FRESH * row * share * (1 + FILLED * behind);
        return (SCORED_BEFORE + effort * Math.min(rowRoom, admitted)) * walked()
                + effort * behind * ROW_NANOS;
    }

    private double walked() {
        return navigationNanos + WALKED_NANOS;
    }
}
