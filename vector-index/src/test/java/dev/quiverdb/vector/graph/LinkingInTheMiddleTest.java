package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens to a vector while another thread is in the middle of linking it. */
class LinkingInTheMiddleTest {
    private static final int STORED = 200;

    /** Stops whoever measures from one vector until it may go on. */
    private static final class Stopping implements VectorSpace {
        final VectorSpace space;
        final CountDownLatch stopped = new CountDownLatch(1);
        final CountDownLatch mayGoOn = new CountDownLatch(1);
        volatile int stopsAt = -1;

        Stopping(VectorSpace space) {
            this.space = space;
        }

        @Override
        public double nanosPerScore() {
            return space.nanosPerScore();
        }

        @Override
        public Scorer scorer() {
            var scorer = space.scorer();
            return new Scorer() {
                @Override
                public void bindQuery(MemorySegment query) {
                    scorer.bindQuery(query);
                }

                @Override
                public void bindVector(int vecId) {
                    if (vecId == stopsAt) {
                        stopsAt = -1;
                        stopped.countDown();
                        try {
                            mayGoOn.await();
                        } catch (InterruptedException ended) {
                            throw new IllegalStateException(ended);
                        }
                    }
                    scorer.bindVector(vecId);
                }

                @Override
                public void score(int[] vecIds, int count, float[] distances) {
                    scorer.score(vecIds, count, distances);
                }

                @Override
                public float score(int vecId) {
                    return scorer.score(vecId);
                }
            };
        }
    }

    /** Who stores must not wait for who links: here the one would wait for ever. */
    @ParameterizedTest
    @CsvSource({"comes again", "goes", "goes and comes twice", "comes again and goes"})
    @Timeout(60)
    void aSlotMayChangeItsVectorMeanwhile(String what) throws Exception {
        var cloud = new Cloud(new SplittableRandom(41), ElementKind.FLOAT32, 8, Metric.L2);
        for (int i = 0; i <= STORED; i++) {
            cloud.store();
        }
        var space = new Stopping(cloud.space);
        var index = HnswIndex.create(new HnswOptions(4, 16, 1 << 20), cloud.blocks, space, null);
        for (int vecId = 0; vecId < STORED; vecId++) {
            index.insert(vecId, vecId);
            cloud.live.add(vecId);
        }
        index.linkAll();
        try (var pool = Executors.newSingleThreadExecutor()) {
            index.insert(STORED, STORED);
            space.stopsAt = STORED;
            var linking = pool.submit(index::linkNext);
            space.stopped.await();

            boolean stays = !what.endsWith("goes");
            int rounds = what.endsWith("twice") ? 2 : 1;
            for (int i = 0; i < rounds; i++) {
                index.kill(STORED);
                if (!what.equals("goes")) {
                    cloud.vector(STORED).copyFrom(cloud.query());
                    index.insert(STORED, STORED + 1 + i);
                }
            }
            if (!stays) {
                index.kill(STORED);
            } else {
                cloud.live.add(STORED);
            }
            assertThat(found(index, cloud)).isEqualTo(stays);
            space.mayGoOn.countDown();
            assertThat(linking.get()).isTrue();
            assertThat(found(index, cloud)).isEqualTo(stays);
            index.linkAll();
            index.maintain();

            assertThat(found(index, cloud)).isEqualTo(stays);
            assertThat(index.check()).isEmpty();
            assertThat(index.graph().linkedCount()).isEqualTo(cloud.live.size());
            assertThat(index.takeReleased()).isEqualTo(stays ? null : STORED);
        }
    }

    /**
     * Who came again in the middle of its linking leaves the graph when that ends; until then all
     * others may go.
     */
    @Test
    @Timeout(60)
    void allOthersMayGoMeanwhile() throws Exception {
        var cloud = new Cloud(new SplittableRandom(43), ElementKind.FLOAT32, 8, Metric.L2);
        for (int i = 0; i <= STORED; i++) {
            cloud.store();
        }
        var space = new Stopping(cloud.space);
        var index = HnswIndex.create(new HnswOptions(4, 16, 1 << 20), cloud.blocks, space, null);
        for (int vecId = 0; vecId < STORED; vecId++) {
            index.insert(vecId, vecId);
        }
        index.linkAll();
        index.insert(STORED, STORED);
        space.stopsAt = STORED;
        var linking = new Thread(index::linkNext);
        linking.start();
        space.stopped.await();
        synchronized (index.graph().cutLock(STORED)) {
            space.mayGoOn.countDown();
            while (linking.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
            assertThat(index.graph().state().isAttached(STORED)).isTrue();
            index.kill(STORED);
            cloud.vector(STORED).copyFrom(cloud.query());
            index.insert(STORED, STORED + 1);
            for (int vecId = 0; vecId < STORED; vecId++) {
                index.delete(vecId);
            }
            assertThat(found(index, cloud)).isTrue();
        }
        linking.join();
        index.linkAll();
        index.maintain();
        assertThat(found(index, cloud)).isTrue();
        assertThat(index.check()).isEmpty();
        assertThat(index.graph().linkedCount()).isEqualTo(1);
    }

    private static boolean found(HnswIndex index, Cloud cloud) {
        var nearest = new Neighbours();
        index.search(cloud.vector(STORED), 1, SearchParameters.defaults(), Admission.ALL, nearest);
        return nearest.vecId(0) == STORED;
    }
}
