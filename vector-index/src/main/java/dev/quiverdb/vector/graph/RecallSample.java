package dev.quiverdb.vector.graph;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/** Random stored vectors as queries, with their exact answers. */
final class RecallSample {
    private final int k;
    private final List<Query> queries;

    private record Query(int vecId, MemorySegment vector, Set<Integer> nearest) {}

    private RecallSample(int k, List<Query> queries) {
        this.k = k;
        this.queries = queries;
    }

    static RecallSample take(
            HnswIndex index,
            IntFunction<MemorySegment> queryOf,
            int sampleCount,
            int k,
            SplittableRandom chance) {
        var queries = new ArrayList<Query>();
        var state = index.state();
        var graph = index.graph();
        long ticket = graph.blocks().enter();
        var context = graph.contexts().take();
        try {
            int tries = 50 * sampleCount;
            while (queries.size() < sampleCount && state.idsMax() > 0 && tries-- > 0) {
                int vecId = chance.nextInt(state.idsMax());
                if (state.isStored(vecId) && vecId != state.entryId()) {
                    queries.add(
                            new Query(
                                    vecId, queryOf.apply(vecId), exact(index, context, vecId, k)));
                }
            }
        } finally {
            graph.contexts().give(context);
            graph.blocks().exit(ticket);
        }
        return new RecallSample(k, queries);
    }

    private static Set<Integer> exact(HnswIndex index, SearchContext context, int self, int k) {
        var state = index.state();
        context.exact.bindVector(self);
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
        long found = 0;
        long wanted = 0;
        var answer = new Neighbours();
        for (var query : queries) {
            index.searchBeside(query.vecId, query.vector, k, parameters, answer);
            wanted += query.nearest.size();
            for (int i = 0; i < answer.count(); i++) {
                found += query.nearest.contains(answer.vecId(i)) ? 1 : 0;
            }
        }
        return wanted == 0 ? 1 : (double) found / wanted;
    }
}
