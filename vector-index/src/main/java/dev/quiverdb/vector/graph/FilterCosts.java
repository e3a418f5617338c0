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
    private static final double ROW_NANOS = 120;

    private static final double HOP_NANOS = 400;

    /** What a walk spends on a vector beside its distance: waiting, the visited set, heaps. */
    private static final double WALKED_NANOS = 125;

    /** What a scan spends on a vector beside its distance. */
    private static final double SCANNED_NANOS = 20;

    /**
     * The same where codes are scanned: most are looked at twice, by signs and whole, until the
     * bound is near. Measured, 3,000 of 30,000 vectors by codes of two bits: 75 to 100 ns each.
     */
    private static final double SCANNED_BY_CODE_NANOS = 65;

    /** What a distance costs in the order of vecIds, over one to a random vector. */
    private static final double IN_ORDER = 0.6;

    /** The share of admitted vectors above which the filter only decides about results. */
    private static final double GATED_SHARE = 0.4;

    /** Vectors ranked exactly at the end of a scan by codes. */
    private static final int RANKED = 40;

    private final double exactNanos;
    private final double navigationNanos;

    /** Distances computed for each vector kept in view. */
    private volatile double scoredPerEffort = 14;

    FilterCosts(VectorSpace exactSpace, @Nullable VectorSpace codes) {
        exactNanos = exactSpace.nanosPerScore();
        navigationNanos = codes == null ? exactNanos : codes.nanosPerScore();
    }

    void learn(SearchStatistics statistics) {
        if (statistics.tested() == 0 && statistics.visits() > 0) {
            double seen = (double) statistics.distances() / statistics.efSearch();
            double known = scoredPerEffort;
            scoredPerEffort = known + (seen - known) / 64;
        }
    }

    /** Chooses how a search meets its filter. */
    SearchMode choose(Admission admission, int effort, int live, int rowRoom) {
        if (admission instanceof Everything) {
            return SearchMode.GATED;
        }
        double share = admission.passRate(live);
        var bitmap = admission.superset();
        if (bitmap == null) {
            return share * live <= effort ? SearchMode.EXACT_REST : SearchMode.GATED;
        }
        double exact = exactFew(bitmap.cardinality());
        double gated = gated(effort, share);
        double admitted =
                share >= GATED_SHARE ? Double.MAX_VALUE : admittedOnly(effort, share, rowRoom);
        if (exact <= gated && exact <= admitted) {
            return SearchMode.EXACT_FEW;
        }
        return gated <= admitted ? SearchMode.GATED : SearchMode.ADMITTED_ONLY;
    }

    double exactFew(int count) {
        if (navigationNanos < exactNanos && count > HnswIndex.EXACT_WITHOUT_CODES) {
            return count * (navigationNanos + SCANNED_BY_CODE_NANOS) + RANKED * exactNanos;
        }
        return count * (IN_ORDER * exactNanos + SCANNED_NANOS);
    }

    double gated(int effort, double share) {
        double kept = effort / Math.max(share, 1e-9);
        return kept * hop();
    }

    double admittedOnly(int effort, double share, int rowRoom) {
        double looked = rowRoom * 0.6 * (1 - share) * ROW_NANOS;
        return effort * (hop() + looked);
    }

    private double hop() {
        return scoredPerEffort * (navigationNanos + WALKED_NANOS) + HOP_NANOS;
    }
}
