package dev.quiverdb.vector.graph;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/** Random stored vectors as queries, with their exact answers. */
public final class RecallSample {
    private final int k;
    private final List<Query> queries;

    private record Query(int vecId, MemorySegment vector, Set<Integer> nearest) {}

    private RecallSample(int k, List<Query> queries) {
        this.k = k;
        this.queries = queries;
    }

    /** Hears how much of a stored vector's nearest its search found. */
    public interface Listener {
        void measured(int vecId, double share);
    }

    static RecallSample take(
            HnswIndex index,
            IntFunction<MemorySegment> queryOf,
            int sampleCount,
            int k,
            SplittableRandom chance) {
        var queries = new ArrayList<Query>();
        var state = index.state();
        var blocks = index.graph().blocks();
        var context = index.graph().contexts().take();
        try {
            int tries = 50 * sampleCount;
            while (queries.size() < sampleCount && state.idsMax() > 0 && tries-- > 0) {
                int vecId = chance.nextInt(state.idsMax());
                long ticket = blocks.enter();
                try {
                    if (state.isStored(vecId) && vecId != state.entryId()) {
                        var vector = copy(queryOf.apply(vecId));
                        queries.add(
                                new Query(vecId, vector, exact(index, context, vecId, vector, k)));
                    }
                } finally {
                    blocks.exit(ticket);
                }
            }
        } finally {
            index.graph().contexts().give(context);
        }
        return new RecallSample(k, queries);
    }

    /** What outlives the visit. */
    private static MemorySegment copy(MemorySegment vector) {
        return Arena.ofAuto().allocate(vector.byteSize(), 64).copyFrom(vector);
    }

    private static Set<Integer> exact(
            HnswIndex index, SearchContext context, int self, MemorySegment vector, int k) {
        var state = index.state();
        context.exact.bindQuery(vector);
        var best = new LongHeap(k + 1);
        int[] batch = new int[64];
        float[] distances = new float[64];
        int count = 0;
        for (int id = 0; id < state.idsMax(); id++) {
            if (id != self && state.isStored(id)) {
                batch[count++] = id;
            }
            if (count == batch.length || id == state.idsMax() - 1) {
                context.exact.score(batch, count, distances);
                for (int i = 0; i < count; i++) {
                    best.push(~Scored.of(distances[i], batch[i]));
                    if (best.size() > k) {
                        best.pop();
                    }
                }
                count = 0;
            }
        }
        var nearest = new HashSet<Integer>();
        while (!best.isEmpty()) {
            nearest.add(Scored.vecId(~best.pop()));
        }
        return nearest;
    }

    double recall(HnswIndex index, SearchParameters parameters) {
        double[] sum = new double[1];
        int[] count = new int[1];
        measure(
                index,
                parameters,
                (vecId, share) -> {
                    sum[0] += share;
                    count[0]++;
                });
        return count[0] == 0 ? 1 : sum[0] / count[0];
    }

    /** Searches for each of the sample; those that have no neighbours are left out. */
    void measure(HnswIndex index, SearchParameters parameters, Listener listener) {
        var answer = new Neighbours();
        for (var query : queries) {
            index.searchBeside(query.vecId, query.vector, k, parameters, answer);
            int found = 0;
            for (int i = 0; i < answer.count(); i++) {
                found += query.nearest.contains(answer.vecId(i)) ? 1 : 0;
            }
            if (!query.nearest.isEmpty()) {
                listener.measured(query.vecId, (double) found / query.nearest.size());
            }
        }
    }
}
