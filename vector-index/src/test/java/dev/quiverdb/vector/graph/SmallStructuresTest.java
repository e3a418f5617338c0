package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import java.util.Arrays;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmallStructuresTest {
    @Randomised(runs = 20)
    void theHeapBehavesLikeAPriorityQueue(SplittableRandom chance) {
        var model = new PriorityQueue<Long>();
        var heap = new LongHeap(1);
        for (int step = 0; step < 2000; step++) {
            long value = chance.nextLong(-100, 100);
            switch (chance.nextInt(3)) {
                case 0 -> {
                    if (!model.isEmpty()) {
                        assertThat(heap.pop()).isEqualTo(model.remove());
                    }
                }
                case 1 -> {
                    if (!model.isEmpty()) {
                        model.remove();
                        model.add(value);
                        heap.replaceTop(value);
                    }
                }
                default -> {
                    model.add(value);
                    heap.push(value);
                }
            }
            assertThat(heap.size()).isEqualTo(model.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 5_000, VisitedSet.STAMPED_MAX + 1})
    void theVisitedSetForgetsOnlyWhenCleared(int idsMax) {
        var chance = new SplittableRandom(idsMax);
        var visited = new VisitedSet();
        for (int walk = 0; walk < 600; walk++) {
            visited.clear(idsMax);
            var model = new HashSet<Integer>();
            for (int i = 0; i < 40; i++) {
                int vecId = chance.nextInt(idsMax);
                assertThat(visited.contains(vecId)).isEqualTo(model.contains(vecId));
                assertThat(visited.add(vecId)).isEqualTo(model.add(vecId));
            }
            int[] some = chance.ints(40, 0, idsMax).distinct().toArray();
            int[] absent = new int[some.length];
            int count = visited.absent(some, some.length, absent);
            assertThat(Arrays.copyOf(absent, count))
                    .containsExactly(
                            Arrays.stream(some).filter(id -> !model.contains(id)).toArray());
            assertThat(visited.addAll(some, some.length, absent)).isEqualTo(count);
            assertThat(visited.absent(some, some.length, absent)).isZero();
        }
    }

    @Test
    void scoredLongsOrderAsTheirDistances() {
        float[] distances = {
            Float.NEGATIVE_INFINITY,
            -3f,
            -1e-20f,
            0f,
            1e-20f,
            2.5f,
            Float.POSITIVE_INFINITY,
            Float.NaN
        };
        for (int i = 0; i < distances.length; i++) {
            long scored = Scored.of(distances[i], 77);
            assertThat(Scored.vecId(scored)).isEqualTo(77);
            assertThat(Float.compare(Scored.distance(scored), distances[i])).isZero();
            if (i > 0) {
                assertThat(scored).isGreaterThan(Scored.of(distances[i - 1], 5));
            }
        }
    }
}
