package dev.quiverdb.bench.ann;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/** JVector's graph over fp32 in memory, degree 32/16, alpha 1.2; the effort is its rerankK. */
final class JVectorEngine implements AnnEngine {
    private static final VectorTypeSupport TYPES =
            VectorizationProvider.getInstance().getVectorTypeSupport();

    private @Nullable GraphIndexBuilder builder;
    private @Nullable ImmutableGraphIndex graph;
    private @Nullable GraphSearcher searcher;
    private @Nullable ListRandomAccessVectorValues values;
    private int count;

    @Override
    public String name() {
        return "jvector";
    }

    @Override
    public void build(AnnData data, int threads) {
        count = data.base().length;
        List<VectorFloat<?>> vectors = new ArrayList<>();
        for (float[] vector : data.base()) {
            vectors.add(TYPES.createFloatVector(vector));
        }
        values = new ListRandomAccessVectorValues(vectors, data.dimensions());
        var scores =
                BuildScoreProvider.randomAccessScoreProvider(
                        values, VectorSimilarityFunction.EUCLIDEAN);
        try (var simd = new ForkJoinPool(threads);
                var parallel = new ForkJoinPool(threads)) {
            var made =
                    GraphIndexBuilder.builder(scores, data.dimensions(), List.of(32, 16))
                            .withBeamWidth(64)
                            .withNeighborOverflow(1.2f)
                            .withAlpha(1.2f)
                            .withSimdExecutor(simd)
                            .withParallelExecutor(parallel)
                            .build();
            builder = made;
            graph = made.build(values);
        }
        searcher = new GraphSearcher(graph);
    }

    @Override
    public double indexBytesPerVector() {
        return graph == null ? 0 : (double) graph.ramBytesUsed() / count;
    }

    @Override
    public int[] efforts() {
        return new int[] {10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384};
    }

    @Override
    public int search(float[] query, int k, int effort, @Nullable BitSet admitted, int[] into) {
        if (searcher == null || values == null) {
            throw new IllegalStateException("build comes first");
        }
        var target = TYPES.createFloatVector(query);
        var provider =
                DefaultSearchScoreProvider.exact(
                        target, VectorSimilarityFunction.EUCLIDEAN, values);
        Bits bits = admitted == null ? Bits.ALL : admitted::get;
        SearchResult.NodeScore[] found =
                searcher.search(provider, k, Math.max(k, effort), 0f, 0f, bits).getNodes();
        for (int i = 0; i < found.length; i++) {
            into[i] = found[i].node;
        }
        return found.length;
    }

    @Override
    public void close() {
        try {
            if (searcher != null) {
                searcher.close();
            }
            if (builder != null) {
                builder.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
