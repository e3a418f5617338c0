package dev.quiverdb.vector.graph;

import org.jspecify.annotations.Nullable;

/**
 * Everything one walk over a graph needs: heaps, visited set, scorers, buffers. Pooled by the graph
 * and used by one thread at a time.
 */
final class SearchContext {
    /** The epoch since which this context reads the graph; {@link Long#MAX_VALUE} while idle. */
    volatile long activeSince = Long.MAX_VALUE;

    final Traversal traversal;

    /** Measures by the navigating space. */
    final Scorer navigator;

    /** Measures exactly; the navigator itself where navigation is exact. */
    final Scorer exact;

    /** Measures between stored vectors, exactly. */
    final Scorer pairs;

    final Diversity diversity;

    /** Exactly measured vectors that a cursor will give next. */
    final LongHeap ready = new LongHeap(256);

    /** Vectors that a walk found by estimates and that no one measured yet. */
    final LongHeap unranked = new LongHeap(256);

    /** The nearest of those measured, the farthest of them on top. */
    final LongHeap nearest = new LongHeap(16);

    /** Vectors of the tail, to be merged with what the walk finds. */
    final LongHeap beside = new LongHeap(256);

    final int[] row;
    final int[] secondRow;
    final float[] distances;
    final long[] judged;

    SearchContext(GraphState state, VectorSpace exactSpace, @Nullable VectorSpace codes) {
        exact = exactSpace.scorer();
        navigator = codes == null ? exact : codes.scorer();
        pairs = exactSpace.scorer();
        traversal = new Traversal(state, navigator);
        int room = state.rowRoom(0);
        diversity = new Diversity(room + 1);
        row = new int[room + 1];
        secondRow = new int[room + 1];
        distances = new float[room + 1];
        judged = new long[room + 1];
    }
}
