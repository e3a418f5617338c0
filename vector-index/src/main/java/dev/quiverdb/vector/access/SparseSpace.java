package dev.quiverdb.vector.access;

import dev.quiverdb.vector.graph.Scorer;
import dev.quiverdb.vector.graph.VectorSpace;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.SparseVectors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sparse vectors of an index's own, measured by merging their entries. */
final class SparseSpace implements VectorSpace {
    private final OwnHolding holding;
    private final Metric metric;

    SparseSpace(OwnHolding holding, Metric metric) {
        this.holding = holding;
        this.metric = metric;
    }

    @Override
    public MemorySegment vector(int vecId) {
        return holding.value(vecId);
    }

    @Override
    public Scorer scorer() {
        return new Merging();
    }

    @Override
    public boolean isByInnerProduct() {
        return metric == Metric.INNER_PRODUCT;
    }

    @Override
    public double nanosPerScore() {
        return 400;
    }

    @Override
    public double bytesPerVector() {
        return 8;
    }

    private final class Merging implements Scorer {
        private MemorySegment query = MemorySegment.NULL;

        @Override
        public void bindQuery(MemorySegment vector) {
            query = vector;
        }

        @Override
        public void bindVector(int vecId) {
            // A copy: the vector's block may be written to elsewhere while it is bound.
            var value = holding.value(vecId);
            byte[] bytes =
                    value.asSlice(0, SparseVectors.sizeBytes(SparseVectors.count(value, 0)))
                            .toArray(ValueLayout.JAVA_BYTE);
            query = MemorySegment.ofArray(bytes);
        }

        @Override
        public void score(int[] vecIds, int count, float[] distances) {
            for (int i = 0; i < count; i++) {
                distances[i] = score(vecIds[i]);
            }
        }

        @Override
        public float score(int vecId) {
            return (float) SparseVectors.rank(metric, query, 0, holding.value(vecId), 0);
        }
    }
}
