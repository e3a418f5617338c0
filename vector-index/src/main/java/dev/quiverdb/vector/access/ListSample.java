package dev.quiverdb.vector.access;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.flat.FlatScan;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.graph.EffortCurve;
import dev.quiverdb.vector.graph.RecallSample;
import dev.quiverdb.vector.ivf.IvfEffort;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random stored vectors as queries of lists, with their exact answers, in which a vector itself
 * does not count. Costs a scan of all vectors for each query. One thread.
 */
final class ListSample {
    private static final int BATCH = 256;
    private static final double PERFECT = 0.9995;

    private final IvfAccessIndex access;
    private final int k;
    private final List<Query> queries = new ArrayList<>();

    private record Query(int vecId, QueryVector vector, Set<Integer> nearest) {}

    ListSample(IvfAccessIndex access, int sampleCount, int k, SplittableRandom chance) {
        this.access = access;
        this.k = k;
        int[] stored = access.stored();
        var slots = access.holding().slots();
        var metric = access.column().operatorClass().metric();
        var exact =
                new FlatScan(DistanceFunction.of(metric, slots.kind(), slots.dimensions()), slots);
        for (int i = 0; i < Math.min(sampleCount, stored.length); i++) {
            int other = i + chance.nextInt(stored.length - i);
            int vecId = stored[other];
            stored[other] = stored[i];
            stored[i] = vecId;
            var vector = new QueryVector(slots.kind(), slots.dimensions(), Arena.ofAuto());
            long ticket = access.blocks().enter();
            try {
                vector.set(slots, vecId);
            } finally {
                access.blocks().exit(ticket);
            }
            queries.add(new Query(vecId, vector, nearest(exact, vecId, vector, stored)));
        }
    }

    private Set<Integer> nearest(FlatScan exact, int self, QueryVector vector, int[] stored) {
        var heap = new NearestHeap();
        heap.reset(k);
        int[] ids = new int[BATCH];
        float[] ranks = new float[BATCH];
        for (int from = 0; from < stored.length; from += BATCH) {
            int count = 0;
            long ticket = access.blocks().enter();
            try {
                for (int i = from; i < Math.min(stored.length, from + BATCH); i++) {
                    if (stored[i] != self && access.isStored(stored[i])) {
                        ids[count++] = stored[i];
                    }
                }
                exact.ranks(vector, ids, count, ranks);
            } finally {
                access.blocks().exit(ticket);
            }
            for (int i = 0; i < count; i++) {
                heap.offer(ranks[i], ids[i]);
            }
        }
        heap.sort();
        var nearest = new HashSet<Integer>();
        for (int vecId : heap.toVecIds()) {
            nearest.add(vecId);
        }
        return nearest;
    }

    /** Searches for each of the sample; those that have no neighbours are left out. */
    void measure(int probes, int rerank, int listsMax, RecallSample.Listener listener) {
        var search = access.lists().takeSearch();
        try {
            // One more than k, for a vector finds itself.
            var effort = new IvfEffort(k + 1, probes, Math.max(rerank, k + 1), listsMax);
            for (var query : queries) {
                var found =
                        search.search(
                                query.vector,
                                effort,
                                access.waiting(),
                                access::isThere,
                                access.visits(),
                                Admission.ALL);
                var hits = new HashSet<Integer>();
                int others = 0;
                for (int i = 0; i < found.count() && others < k; i++) {
                    int vecId = found.vecId(i);
                    others += vecId != query.vecId ? 1 : 0;
                    if (query.nearest.contains(vecId)) {
                        hits.add(vecId);
                    }
                }
                if (!query.nearest.isEmpty()) {
                    listener.measured(query.vecId, (double) hits.size() / query.nearest.size());
                }
            }
        } finally {
            access.lists().giveSearch(search);
        }
    }

    /** Measures recall at rising numbers of lists, up to all of them. */
    EffortCurve curve(int rerank, int liveCount) {
        int all = Math.max(1, access.lists().listCount());
        int[] probes = new int[2 * 32];
        double[] recalls = new double[probes.length];
        int count = 0;
        for (int tried = 1;
                count == 0 || probes[count - 1] < all;
                tried = tried + (tried + 1) / 2) {
            probes[count] = Math.min(tried, all);
            recalls[count] = recall(probes[count], rerank);
            if (recalls[count++] >= PERFECT) {
                break;
            }
        }
        return new EffortCurve(
                Arrays.copyOf(probes, count), Arrays.copyOf(recalls, count), liveCount);
    }

    private double recall(int probes, int rerank) {
        double[] sum = new double[1];
        int[] count = new int[1];
        measure(
                probes,
                rerank,
                probes,
                (vecId, share) -> {
                    sum[0] += share;
                    count[0]++;
                });
        return count[0] == 0 ? 1 : sum[0] / count[0];
    }
}
