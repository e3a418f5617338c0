package dev.quiverdb.bench.ann;

import java.util.ArrayList;
import java.util.List;

/** Recall against queries per second over the effort. */
final class Curve {

    /**
     * One effort's outcome.
     *
     * @param effort the engine's own measure
     * @param recall share of the true ten found
     * @param queriesPerSecond one thread
     */
    record Point(int effort, double recall, double queriesPerSecond) {}

    private final List<Point> points = new ArrayList<>();

    void add(Point point) {
        points.add(point);
    }

    List<Point> points() {
        return points;
    }

    /**
     * Queries per second at a recall: the best of what the curve reaches at or above it, between
     * two efforts by interpolation over the logarithm; NaN where the recall is not reached.
     */
    double queriesPerSecondAt(double recall) {
        double best = Double.NaN;
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            if (point.recall >= recall) {
                best = better(best, point.queriesPerSecond);
            }
            if (i > 0) {
                Point before = points.get(i - 1);
                if (before.recall < recall && point.recall > recall) {
                    double share = (recall - before.recall) / (point.recall - before.recall);
                    double log =
                            (1 - share) * Math.log(before.queriesPerSecond)
                                    + share * Math.log(point.queriesPerSecond);
                    best = better(best, Math.exp(log));
                }
            }
        }
        return best;
    }

    private static double better(double a, double b) {
        return Double.isNaN(a) ? b : Math.max(a, b);
    }
}
