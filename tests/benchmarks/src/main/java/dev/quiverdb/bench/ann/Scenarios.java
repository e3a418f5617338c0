package dev.quiverdb.bench.ann;

import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.flat.FlatScan;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What is done to an engine and timed. Times are those of the thread's processor, so that other
 * work on the machine disturbs less.
 */
final class Scenarios {
    private static final int K = 10;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final AnnData data;
    private final int passes;
    private final int[] into = new int[1024];

    Scenarios(AnnData data, int passes) {
        this.data = data;
        this.passes = passes;
    }

    /**
     * Compiles the engine's loops: so long by the thread's own time that the compiler, which shares
     * a loaded machine with it, has had its turn too.
     */
    void warmUp(AnnEngine engine) {
        int middle = engine.efforts()[engine.efforts().length / 2];
        long end = THREADS.getCurrentThreadCpuTime() + TimeUnit.SECONDS.toNanos(4);
        do {
            for (float[] query : data.queries()) {
                engine.search(query, K, middle, null, into);
            }
        } while (THREADS.getCurrentThreadCpuTime() < end);
    }

    /** Recall and the least time of some passes at one effort. */
    Curve.Point measure(AnnEngine engine, int effort) {
        return measure(engine, effort, null, null, data.truth());
    }

    private Curve.Point measure(
            AnnEngine engine,
            int effort,
            @Nullable BitSet admitted,
            @Nullable Object prepared,
            int[][] truth) {
        long best = Long.MAX_VALUE;
        long hits = 0;
        long possible = 0;
        for (int pass = 0; pass < passes; pass++) {
            hits = 0;
            possible = 0;
            long spent = 0;
            for (int q = 0; q < data.queries().length; q++) {
                long start = THREADS.getCurrentThreadCpuTime();
                int found =
                        admitted == null
                                ? engine.search(data.queries()[q], K, effort, null, into)
                                : engine.searchFiltered(
                                        data.queries()[q], K, effort, admitted, prepared, into);
                spent += THREADS.getCurrentThreadCpuTime() - start;
                int wanted = Math.min(K, truth[q].length);
                possible += wanted;
                for (int i = 0; i < found; i++) {
                    for (int t = 0; t < wanted; t++) {
                        hits += truth[q][t] == into[i] ? 1 : 0;
                    }
                }
            }
            best = Math.min(best, spent);
        }
        return new Curve.Point(
                effort, (double) hits / possible, data.queries().length * 1e9 / best);
    }

    /**
     * Filters by name: shares of the vectors at random, and the same shares by category, which goes
     * with the vectors.
     */
    Map<String, BitSet> filters() {
        Map<String, BitSet> filters = new LinkedHashMap<>();
        var random = new SplittableRandom(11);
        for (double share : new double[] {0.5, 0.1, 0.05, 0.02, 0.01, 0.001}) {
            var bits = new BitSet();
            for (int id = 0; id < data.base().length; id++) {
                if (random.nextDouble() < share) {
                    bits.set(id);
                }
            }
            filters.put(share * 100 + " % random", bits);
            filters.put(share * 100 + " % by category", byCategory(share));
        }
        return filters;
    }

    private BitSet byCategory(double share) {
        var bits = new BitSet();
        int target = Math.max(1, (int) (share * data.base().length));
        for (int category = 0; category < 1000 && bits.cardinality() < target; category++) {
            int wanted = (category * 7 + 3) % 45;
            for (int id = 0; id < data.base().length && bits.cardinality() < target; id++) {
                if (data.categories()[id] == wanted) {
                    bits.set(id);
                }
            }
        }
        return bits;
    }

    /** Filtered searches at the given effort. */
    void filtered(
            AnnEngine engine,
            int effort,
            Map<String, BitSet> filters,
            Map<String, Exact> truths,
            Outcome outcome) {
        truths.forEach((name, exact) -> {
            BitSet bits = filters.getOrDefault(name, new BitSet());
            Object prepared = engine.prepareFilter(bits);
            measure(engine, effort, bits, prepared, exact.nearest());
            // Side by side, as a machine's pace changes over the minutes.
            double unfiltered = measure(engine, effort).queriesPerSecond();
            Curve.Point point = measure(engine, effort, bits, prepared, exact.nearest());
            outcome.filtered.put(
                    name,
                    new Outcome.Filtered(
                            point.recall(),
                            point.queriesPerSecond(),
                            unfiltered,
                            exact.queriesPerSecond()));
        });
    }

    /** Exact answers among some vectors, and how fast a scan found them. */
    static final class Exact {
        private final int[][] nearest;
        private final double queriesPerSecond;

        Exact(int[][] nearest, double queriesPerSecond) {
            this.nearest = nearest;
            this.queriesPerSecond = queriesPerSecond;
        }

        /** Ids for each query, nearest first. */
        int[][] nearest() {
            return nearest;
        }

        double queriesPerSecond() {
            return queriesPerSecond;
        }
    }

    /** The exact answers among the admitted. */
    Map<String, Exact> truths(Map<String, BitSet> filters) {
        Map<String, Exact> truths = new LinkedHashMap<>();
        try (var slots = new ArenaVectorSlots(ElementKind.FLOAT32, data.dimensions());
                Arena arena = Arena.ofConfined()) {
            for (float[] vector : data.base()) {
                slots.add(vector);
            }
            var scan =
                    new FlatScan(
                            DistanceFunction.of(Metric.L2, ElementKind.FLOAT32, data.dimensions()),
                            slots);
            var query = new QueryVector(ElementKind.FLOAT32, data.dimensions(), arena);
            var heap = new NearestHeap();
            filters.forEach((name, bits) -> {
                var bitmap = VecIdBitmap.ofWords(bits.toLongArray());
                int[][] truth = new int[data.queries().length][];
                long[] spent = new long[truth.length];
                for (int q = 0; q < truth.length; q++) {
                    long start = THREADS.getCurrentThreadCpuTime();
                    heap.reset(K);
                    scan.nearest(query.set(data.queries()[q]), data.base().length, bitmap, heap);
                    heap.sort();
                    spent[q] = THREADS.getCurrentThreadCpuTime() - start;
                    truth[q] = heap.toVecIds();
                }
                Arrays.sort(spent);
                truths.put(name, new Exact(truth, 1e9 / spent[spent.length / 2]));
            });
        }
        return truths;
    }

    /**
     * Replaces half the vectors, again and again, by themselves: a good index is afterwards as it
     * was.
     */
    void churn(AnnEngine engine, int effort, int rounds, Outcome outcome) {
        outcome.recallBeforeChurn = measure(engine, effort).recall();
        var random = new SplittableRandom(5);
        long inserts = 0;
        long spent = 0;
        for (int round = 0; round < rounds; round++) {
            int[] ids = data.ids();
            for (int i = ids.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swap = ids[i];
                ids[i] = ids[j];
                ids[j] = swap;
            }
            for (int i = 0; i < ids.length / 2; i++) {
                engine.delete(ids[i]);
            }
            engine.settle();
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < ids.length / 2; i++) {
                engine.insert(ids[i]);
            }
            spent += THREADS.getCurrentThreadCpuTime() - start;
            inserts += ids.length / 2;
            engine.settle();
        }
        outcome.recallAfterChurn = measure(engine, effort).recall();
        outcome.insertMicros = spent / 1e3 / Math.max(1, inserts);
    }
}
