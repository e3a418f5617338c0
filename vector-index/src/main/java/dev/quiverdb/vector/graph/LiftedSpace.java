package dev.quiverdb.vector.graph;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Vectors that are searched by inner product, with a measure between each other under which a graph
 * over them is one: they are lifted onto a sphere by one more dimension, {@code sqrt(M² - |x|²)},
 * which a query has as 0 (Bachrach et al., <em>Speeding up the Xbox recommender system using a
 * Euclidean transformation for inner-product spaces</em>, RecSys 2014). A query thus orders vectors
 * as before, while under the plain product the longest vectors are everybody's nearest, a vector is
 * not its own, and rows hold little but hubs.
 *
 * <p>{@code M} is the length of the longest vector so far; edges chosen under a shorter one stay.
 * Costs a float a vector, and nothing in a search.
 */
final class LiftedSpace implements VectorSpace {
    private final VectorSpace space;
    private final Lengths lengths;

    /** Lifts a space by what another measure of the same vectors knows of their lengths. */
    LiftedSpace(VectorSpace space, Lengths lengths) {
        this.space = space;
        this.lengths = lengths;
    }

    /** The squared lengths of vectors, which two spaces share. Any thread may call it. */
    static final class Lengths {
        private final VectorSpace exact;
        private final FloatTable squares = new FloatTable();
        private final ConcurrentLinkedQueue<Scorer> scorers = new ConcurrentLinkedQueue<>();
        private volatile float most;

        Lengths(VectorSpace exact) {
            this.exact = exact;
        }

        private void prepare(int vecId) {
            var idle = scorers.poll();
            var scorer = idle == null ? exact.scorer() : idle;
            scorer.bindVector(vecId);
            float square = -scorer.score(vecId);
            scorers.add(scorer);
            squares.set(vecId, square);
            if (square > most) {
                raise(square);
            }
        }

        private synchronized void raise(float square) {
            most = Math.max(most, square);
        }

        private float height(int vecId) {
            return (float) Math.sqrt(Math.max(0, most - squares.get(vecId)));
        }
    }

    @Override
    public void prepare(int vecId) {
        space.prepare(vecId);
        if (space == lengths.exact) {
            lengths.prepare(vecId);
        }
    }

    @Override
    public @Nullable MemorySegment vector(int vecId) {
        return space.vector(vecId);
    }

    @Override
    public double nanosPerScore() {
        return space.nanosPerScore();
    }

    @Override
    public double bytesPerVector() {
        return space.bytesPerVector() + (space == lengths.exact ? Float.BYTES : 0);
    }

    @Override
    public Scorer scorer() {
        return new Lifted(space.scorer());
    }

    private final class Lifted implements Scorer {
        private final Scorer plain;

        /** That of the bound vector; a query lies at 0. */
        private float height;

        Lifted(Scorer plain) {
            this.plain = plain;
        }

        @Override
        public void bindQuery(MemorySegment query) {
            plain.bindQuery(query);
            height = 0;
        }

        @Override
        public void bindVector(int vecId) {
            plain.bindVector(vecId);
            height = lengths.height(vecId);
        }

        @Override
        public void score(int[] vecIds, int count, float[] distances) {
            plain.score(vecIds, count, distances);
            lift(vecIds, count, distances);
        }

        private void lift(int[] vecIds, int count, float[] distances) {
            if (height != 0) {
                for (int i = 0; i < count; i++) {
                    distances[i] -= height * lengths.height(vecIds[i]);
                }
            }
        }

        @Override
        public float score(int vecId) {
            float distance = plain.score(vecId);
            return height == 0 ? distance : distance - height * lengths.height(vecId);
        }
    }
}
