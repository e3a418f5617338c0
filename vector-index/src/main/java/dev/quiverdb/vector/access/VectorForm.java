package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.SparseVector;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.SparseVectors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How the values of an indexed column lie in memory, and how far they are from each other. */
sealed interface VectorForm {

    /** A value in the encoding of the index; throws PostgreSQL's error where it does not fit. */
    MemorySegment encode(Object value);

    /** Ranks values against one query. One thread. */
    Ranker ranker(MemorySegment query);

    /** One query's distances. */
    @FunctionalInterface
    interface Ranker {
        double rank(MemorySegment value);
    }

    /** Elements side by side, all of them. */
    record Dense(ElementKind kind, int dimensions, Metric metric) implements VectorForm {
        @Override
        public MemorySegment encode(Object value) {
            return VectorValues.encode(value, kind, dimensions);
        }

        @Override
        public Ranker ranker(MemorySegment query) {
            var function = DistanceFunction.of(metric, kind, dimensions);
            var bound = new QueryVector(kind, dimensions, Arena.ofAuto());
            bound.setBytes(query, 0);
            return value -> function.rank(bound, value, 0);
        }
    }

    /** Those that are not zero, with their places. */
    record Sparse(int dimensions, Metric metric) implements VectorForm {
        @Override
        public MemorySegment encode(Object value) {
            var vector = (SparseVector) value;
            if (dimensions > 0) {
                VectorValues.require(vector.dimensions(), dimensions, "sparsevec");
            }
            int size = SparseVectors.sizeBytes(vector.nonZeroCount());
            var bytes = Arena.ofAuto().allocate(size, 8);
            SparseVectors.write(bytes, 0, vector.unsafeIndices(), vector.unsafeValues());
            return bytes;
        }

        @Override
        public Ranker ranker(MemorySegment query) {
            return value -> SparseVectors.rank(metric, query, 0, value, 0);
        }
    }
}
