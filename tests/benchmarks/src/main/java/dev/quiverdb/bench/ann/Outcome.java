package dev.quiverdb.bench.ann;

import java.util.LinkedHashMap;
import java.util.Map;

/** What was measured of one engine. */
final class Outcome {
    final String engine;
    final Map<Integer, Double> buildSeconds = new LinkedHashMap<>();

    /** Of all threads, the collector's and the compiler's too. */
    final Map<Integer, Double> buildProcessorSeconds = new LinkedHashMap<>();

    final Curve curve = new Curve();
    final Map<String, Filtered> filtered = new LinkedHashMap<>();
    double bytesPerVector = Double.NaN;
    double recallBeforeChurn = Double.NaN;
    double recallAfterChurn = Double.NaN;
    double insertMicros = Double.NaN;
    double storeMicros = Double.NaN;
    double linkedPerSecond = Double.NaN;

    /**
     * A filtered search at one pass rate.
     *
     * @param recall against the exact answer among the admitted
     * @param queriesPerSecond one thread
     * @param unfiltered queries per second of the same effort without a filter
     * @param exactScan queries per second of an exact scan of the admitted vectors
     */
    record Filtered(double recall, double queriesPerSecond, double unfiltered, double exactScan) {

        /** Speed over the faster of half the unfiltered speed and the exact scan. */
        double shareOfFair() {
            return queriesPerSecond / Math.max(unfiltered / 2, exactScan);
        }
    }

    Outcome(String engine) {
        this.engine = engine;
    }

    double buildSeconds() {
        return first(buildSeconds);
    }

    double buildProcessorSeconds() {
        return first(buildProcessorSeconds);
    }

    private static double first(Map<Integer, Double> seconds) {
        return seconds.isEmpty() ? Double.NaN : seconds.values().iterator().next();
    }
}
