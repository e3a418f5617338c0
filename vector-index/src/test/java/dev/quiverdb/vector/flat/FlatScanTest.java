package dev.quiverdb.vector.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

class FlatScanTest {

    @Randomised(runs = 20)
    void theNearestAreThoseThatSortingFinds(SplittableRandom random) {
        int dims = 1 + random.nextInt(40);
        int count = random.nextInt(300);
        try (var slots = new ArenaVectorSlots(ElementKind.FLOAT32, dims);
                Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < count; i++) {
                float[] x = new float[dims];
                for (int d = 0; d < dims; d++) {
                    x[d] = random.nextInt(-3, 4);
                }
                slots.add(x);
            }
            float[] q = new float[dims];
            q[0] = 1;
            var query = new QueryVector(ElementKind.FLOAT32, dims, arena).set(q);
            var function = DistanceFunction.of(Metric.L2, ElementKind.FLOAT32, dims);
            int k = random.nextInt(30);
            var bitmap = new VecIdBitmap(count);
            for (int i = 0; i < count; i++) {
                if (random.nextBoolean()) {
                    bitmap.add(i);
                }
            }
            AdmissionTest test = bitmap::admits;
            for (Admission admission : List.of(Admission.ALL, bitmap, test)) {
                List<Integer> expected =
                        IntStream.range(0, count)
                                .filter(admission::admits)
                                .boxed()
                                .sorted(
                                        Comparator.comparingDouble((Integer i) ->
                                                        function.rank(query, slots, i))
                                                .thenComparing(i -> i))
                                .toList();
                var heap = new NearestHeap();
                heap.reset(k);
                var scan = new FlatScan(function, slots);
                scan.nearest(query, count, admission, heap);
                heap.sort();
                assertThat(heap.toVecIds())
                        .containsExactly(expected.stream().limit(k).mapToInt(i -> i).toArray());
                assertThat(scan.distances()).isEqualTo(expected.size());
                var within = new TreeSet<Integer>();
                scan.within(query, count, admission, 20, (vecId, rank) -> within.add(vecId));
                assertThat(within).allMatch(i -> function.rank(query, slots, i) <= 20);
                assertThat(within)
                        .hasSize(
                                (int)
                                        expected.stream()
                                                .filter(i -> function.rank(query, slots, i) <= 20)
                                                .count());
            }
        }
    }
}
