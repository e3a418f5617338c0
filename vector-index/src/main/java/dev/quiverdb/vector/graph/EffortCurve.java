package dev.quiverdb.vector.graph;

/**
 * Recall measured at several efforts: what effort meets a target recall.
 *
 * <p>Immutable. Between two measured points effort is interpolated against the recall missed.
 */
public final class EffortCurve {
    private final int[] efforts;
    private final double[] recalls;
    private final int liveCount;

    /** Takes recalls measured at rising efforts, and of how many vectors. */
    public EffortCurve(int[] efforts, double[] recalls, int liveCount) {
        this.liveCount = liveCount;
        this.efforts = efforts.clone();
        this.recalls = recalls.clone();
        for (int i = 1; i < recalls.length; i++) {
            this.recalls[i] = Math.max(this.recalls[i], this.recalls[i - 1]);
        }
    }

    /** Returns whether an index grew or shrank so much since that the curve says little of it. */
    public boolean isStale(int liveNow) {
        return Math.abs(liveNow - liveCount) > Math.max(1000, liveCount / 3);
    }

    /** Returns the least effort expected to meet the recall; the greatest measured if none does. */
    public int effortFor(double recall) {
        for (int i = 0; i < efforts.length; i++) {
            if (recalls[i] >= recall) {
                if (i == 0) {
                    return efforts[0];
                }
                double share = (recall - recalls[i - 1]) / (recalls[i] - recalls[i - 1]);
                return (int) Math.ceil(efforts[i - 1] + share * (efforts[i] - efforts[i - 1]));
            }
        }
        return efforts[efforts.length - 1];
    }
}
