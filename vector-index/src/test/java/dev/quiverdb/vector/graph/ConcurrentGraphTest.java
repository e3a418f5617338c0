package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ConcurrentGraphTest {
    @Test
    void threadsBuildSearchAndDeleteAtTheSameTime() throws Exception {
        var cloud =
                new Cloud(new SplittableRandom(21), ElementKind.FLOAT32, 16, Metric.L2).grow(500);
        // Some stay, so that a search finds ten however late the inserts come.
        var deletable = new ConcurrentLinkedQueue<>(cloud.live.headSet(400));
        var deleted = new ConcurrentLinkedQueue<Integer>();
        var over = new AtomicBoolean();
        try (var pool = Executors.newFixedThreadPool(6)) {
            var work = new ArrayList<Future<Integer>>();
            Callable<Integer> linker =
                    () -> {
                        int linked = 0;
                        while (!over.get() || cloud.index.tailCount() > 0) {
                            if (cloud.index.linkNext()) {
                                linked++;
                            } else {
                                Thread.onSpinWait();
                            }
                        }
                        return linked;
                    };
            work.add(pool.submit(linker));
            work.add(pool.submit(linker));
            // Two, for those that lie beside each other are taken out at the same time.
            Callable<Integer> deleter =
                    () -> {
                        int count = 0;
                        while (!over.get()) {
                            Integer vecId = deletable.poll();
                            if (vecId != null) {
                                cloud.index.delete(vecId);
                                deleted.add(vecId);
                                count++;
                            }
                            Thread.sleep(1);
                        }
                        return count;
                    };
            work.add(pool.submit(deleter));
            work.add(pool.submit(deleter));
            var queries = new SplittableRandom(4);
            work.add(
                    pool.submit(() -> {
                        int searches = 0;
                        var found = new Neighbours();
                        var vector = Arena.ofAuto().allocate(64, 64);
                        while (!over.get()) {
                            for (int i = 0; i < 16; i++) {
                                vector.set(
                                        ValueLayout.JAVA_FLOAT,
                                        4L * i,
                                        (float) queries.nextGaussian());
                            }
                            cloud.index.search(
                                    vector, 10, SearchParameters.defaults(), Admission.ALL, found);
                            assertThat(found.count()).isEqualTo(10);
                            assertThat(found.vecIds()).doesNotHaveDuplicates();
                            searches++;
                        }
                        return searches;
                    }));
            try {
                for (int i = 0; i < 4000; i++) {
                    int vecId = cloud.slots.allocate();
                    int source = vecId % 500;
                    cloud.vector(vecId).copyFrom(cloud.vector(source));
                    cloud.vector(vecId).set(ValueLayout.JAVA_FLOAT, 4L * (i % 16), i * 0.001f);
                    cloud.index.insert(vecId);
                    cloud.live.add(vecId);
                }
                Thread.sleep(500);
            } finally {
                over.set(true);
            }
            for (var future : work) {
                assertThat(future.get()).isPositive();
            }
        }
        cloud.live.removeAll(new ArrayList<>(deleted));
        cloud.index.maintain();
        assertThat(cloud.index.check()).isEmpty();
        assertThat(cloud.index.graph().linkedCount()).isEqualTo(cloud.live.size());
        assertThat(cloud.recall(50, 10, 80, Admission.ALL)).isGreaterThan(0.9);
    }

    /**
     * As an index behind a table has it: one thread stores and kills, another links and cuts out.
     */
    @Test
    void slotsComeAgainWhileTheyAreLinkedAndCutOut() throws Exception {
        var cloud =
                new Cloud(
                        new SplittableRandom(23),
                        ElementKind.FLOAT32,
                        8,
                        Metric.L2,
                        new HnswOptions(4, 16, 1 << 20));
        var toUnlink = new ConcurrentLinkedQueue<Integer>();
        var over = new AtomicBoolean();
        try (var pool = Executors.newSingleThreadExecutor()) {
            var background =
                    pool.submit(() -> {
                        while (!over.get() || cloud.index.tailCount() > 0 || !toUnlink.isEmpty()) {
                            cloud.index.linkNext();
                            Integer vecId = toUnlink.poll();
                            if (vecId != null) {
                                cloud.index.unlink(vecId);
                            }
                            cloud.index.takeReleased();
                        }
                        return true;
                    });
            var chance = new SplittableRandom(24);
            for (int i = 0; i < 40; i++) {
                cloud.slots.allocate();
            }
            try {
                for (int i = 0; i < 60_000; i++) {
                    // Few slots, so that one often comes again at once, in the middle of its
                    // linking.
                    int vecId = chance.nextInt(40);
                    if (cloud.live.contains(vecId)) {
                        cloud.live.remove(vecId);
                        cloud.index.kill(vecId);
                        toUnlink.add(vecId);
                    }
                    if (chance.nextInt(3) > 0) {
                        cloud.vector(vecId).copyFrom(cloud.query());
                        cloud.index.insert(vecId, i);
                        cloud.live.add(vecId);
                    }
                }
            } finally {
                over.set(true);
            }
            assertThat(background.get()).isTrue();
        }
        assertThat(cloud.index.check()).isEmpty();
        assertThat(cloud.index.graph().linkedCount()).isEqualTo(cloud.live.size());
        assertThat(cloud.recall(20, 10, 40, Admission.ALL)).isEqualTo(1);
    }
}
