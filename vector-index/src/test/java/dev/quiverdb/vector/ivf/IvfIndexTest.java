package dev.quiverdb.vector.ivf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.flat.FlatScan;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.ivf.IvfOptions.Coding;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IvfIndexTest {
    private static final int DIMENSIONS = 48;
    private static final int CLUSTERS = 40;

    private final SplittableRandom random = new SplittableRandom(3);
    private final float[][] centres = new float[CLUSTERS][];

    IvfIndexTest() {
        for (int c = 0; c < CLUSTERS; c++) {
            centres[c] = gaussian(1.0);
        }
    }

    private float[] gaussian(double deviation) {
        float[] x = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            x[i] = (float) (random.nextGaussian() * deviation);
        }
        return x;
    }

    /** A vector near one of the clusters. */
    private float[] vector() {
        float[] x = gaussian(0.6);
        float[] centre = centres[random.nextInt(CLUSTERS)];
        for (int i = 0; i < DIMENSIONS; i++) {
            x[i] += centre[i];
        }
        return x;
    }

    private ArenaVectorSlots slots(ElementKind kind, int count) {
        var slots = new ArenaVectorSlots(kind, DIMENSIONS);
        for (int i = 0; i < count; i++) {
            slots.add(vector());
        }
        return slots;
    }

    private static double recall(int[] found, int[] truth) {
        int hits = 0;
        for (int id : truth) {
            hits += IntStream.of(found).anyMatch(x -> x == id) ? 1 : 0;
        }
        return truth.length == 0 ? 1 : (double) hits / truth.length;
    }

    private int[] exact(
            ArenaVectorSlots slots, Metric metric, QueryVector query, int k, Admission admission) {
        var heap = new NearestHeap();
        heap.reset(k);
        new FlatScan(DistanceFunction.of(metric, slots.kind(), DIMENSIONS), slots)
                .nearest(query, slots.count(), admission, heap);
        heap.sort();
        return heap.toVecIds();
    }

    private double meanRecall(
            IvfIndex index, ArenaVectorSlots slots, int probes, int rerank, Admission admission) {
        double sum = 0;
        int queries = 30;
        IvfSearch search = index.newSearch();
        try (Arena arena = Arena.ofConfined()) {
            var query = new QueryVector(slots.kind(), DIMENSIONS, arena);
            for (int i = 0; i < queries; i++) {
                query.set(vector());
                int[] found = search.search(query, 10, probes, rerank, admission).toVecIds();
                int[] truth = exact(slots, index.options().metric(), query, 10, admission);
                assertThat(found).as("k results whenever k are admitted").hasSameSizeAs(truth);
                sum += recall(found, truth);
            }
        }
        return sum / queries;
    }

    @Test
    void everyCodingMetricAndKindFindsTheNearest() {
        for (ElementKind kind : List.of(ElementKind.FLOAT32, ElementKind.FLOAT16)) {
            try (var slots = slots(kind, 2500)) {
                int[] ids = IntStream.range(0, 2500).toArray();
                List<Metric> metrics =
                        kind == ElementKind.FLOAT16
                                ? List.of(Metric.L2)
                                : List.of(Metric.L2, Metric.COSINE, Metric.INNER_PRODUCT);
                for (Metric metric : metrics) {
                    for (Coding coding : Coding.values()) {
                        for (int copies = 1; copies <= 2; copies++) {
                            var options = new IvfOptions(metric, 60, coding, 0, copies, 5);
                            IvfIndex index = IvfIndex.build(options, slots, ids, 1);
                            assertThat(index.check()).isBetween(2500L, 5000L);
                            assertThat(meanRecall(index, slots, 20, 60, Admission.ALL))
                                    .as("%s %s %s copies %d", kind, metric, coding, copies)
                                    .isGreaterThan(0.93);
                        }
                    }
                }
            }
        }
    }

    @Test
    void allListsOfAFlatIndexGiveTheExactAnswer() {
        try (var slots = slots(ElementKind.FLOAT32, 3000)) {
            IvfIndex index =
                    IvfIndex.build(
                            IvfOptions.of(Metric.L2, Coding.FLAT),
                            slots,
                            IntStream.range(0, 3000).toArray(),
                            2);
            assertThat(meanRecall(index, slots, index.listCount(), 0, Admission.ALL)).isEqualTo(1);
        }
    }

    @Test
    void twoThreadsBuildTheSameIndexAsOne() {
        try (var slots = slots(ElementKind.FLOAT32, 3000)) {
            int[] ids = IntStream.range(0, 3000).toArray();
            var options = IvfOptions.of(Metric.L2, Coding.PRODUCT);
            IvfIndex one = IvfIndex.build(options, slots, ids, 1);
            IvfIndex two = IvfIndex.build(options, slots, ids, 2);
            assertThat(two.places).isDeepEqualTo(one.places);
        }
    }

    @Test
    void whatIsAdmittedIsFoundAtEveryPassRate() {
        try (var slots = slots(ElementKind.FLOAT32, 6000)) {
            IvfIndex index =
                    IvfIndex.build(
                            new IvfOptions(Metric.L2, 80, Coding.RABITQ, 0, 1, 5),
                            slots,
                            IntStream.range(0, 6000).toArray(),
                            1);
            for (int oneOf : new int[] {2, 10, 100, 1000, 6000}) {
                var bitmap = new VecIdBitmap(6000);
                for (int i = 0; i < 6000; i += oneOf) {
                    bitmap.add(i);
                }
                AdmissionTest test = bitmap::admits;
                assertThat(meanRecall(index, slots, 20, 60, bitmap))
                        .as("bitmap 1/%d", oneOf)
                        .isGreaterThan(0.93);
                assertThat(meanRecall(index, slots, 20, 60, test))
                        .as("test 1/%d", oneOf)
                        .isGreaterThan(0.93);
            }
        }
    }

    @Randomised(runs = 4)
    void churnKeepsTheIndexWholeAndFinding(SplittableRandom chance) {
        int copies = 1 + chance.nextInt(2);
        Coding coding = List.of(Coding.FLAT, Coding.RABITQ, Coding.PRODUCT).get(chance.nextInt(3));
        try (var slots = slots(ElementKind.FLOAT32, 2000)) {
            var options = new IvfOptions(Metric.L2, 20, coding, 0, copies, 5);
            IvfIndex index = IvfIndex.build(options, slots, IntStream.range(0, 1000).toArray(), 1);
            IvfWriter writer = index.newWriter();
            var live = new VecIdBitmap(2000);
            for (int i = 0; i < 1000; i++) {
                live.add(i);
            }
            for (int step = 0; step < 6000; step++) {
                int id = chance.nextInt(step > 4000 ? 400 : 2000);
                if (live.admits(id)) {
                    assertThat(writer.delete(id)).isTrue();
                    live.remove(id);
                } else {
                    writer.insert(id);
                    live.add(id);
                    if (step % 500 == 0) {
                        assertFoundAtOnce(index, slots, id);
                    }
                }
                if (step % 1500 == 0) {
                    index.check();
                }
            }
            index.check();
            assertThat(index.count()).isEqualTo(live.cardinality());
            assertThat(meanRecall(index, slots, 12, 60, live)).isGreaterThan(0.93);
        }
    }

    private static void assertFoundAtOnce(IvfIndex index, ArenaVectorSlots slots, int id) {
        IvfSearch search = index.newSearch();
        try (Arena arena = Arena.ofConfined()) {
            var query = new QueryVector(slots.kind(), DIMENSIONS, arena).set(slots, id);
            assertThat(search.search(query, 1, 4, 20, Admission.ALL).toVecIds())
                    .containsExactly(id);
        }
    }

    @Test
    void aCursorReturnsEveryAdmittedVectorOnceAndNearlyInOrder() {
        try (var slots = slots(ElementKind.FLOAT32, 1500);
                Arena arena = Arena.ofConfined()) {
            for (Coding coding : Coding.values()) {
                var options = new IvfOptions(Metric.L2, 30, coding, 0, 2, 5);
                IvfIndex index =
                        IvfIndex.build(options, slots, IntStream.range(0, 1500).toArray(), 1);
                AdmissionTest third = id -> id % 3 == 0;
                var query = new QueryVector(ElementKind.FLOAT32, DIMENSIONS, arena).set(vector());
                List<Integer> found = new ArrayList<>();
                List<Float> ranks = new ArrayList<>();
                IvfCursor cursor = index.openCursor(query, third, 6, 40);
                while (cursor.advance()) {
                    found.add(cursor.vecId());
                    ranks.add(cursor.rank());
                }
                assertThat(found).hasSize(500).doesNotHaveDuplicates().allMatch(id -> id % 3 == 0);
                int[] truth = exact(slots, Metric.L2, query, 10, third);
                assertThat(recall(found.stream().limit(20).mapToInt(i -> i).toArray(), truth))
                        .isGreaterThan(0.7);
                assertThat(
                                ranks.subList(0, 20).stream()
                                        .mapToDouble(r -> r)
                                        .average()
                                        .orElseThrow())
                        .isLessThan(ranks.stream().mapToDouble(r -> r).average().orElseThrow());
            }
        }
    }

    /** Keeps what an index tells, as its owner does. */
    private static final class Kept implements Placements {
        final Map<Integer, Integer> listOf = new TreeMap<>();
        final Map<Integer, float[]> centroids = new TreeMap<>();

        @Override
        public void placed(int vecId, int list) {
            listOf.put(vecId, list);
        }

        @Override
        public void centroidMoved(int list, float[] centroid) {
            centroids.put(list, centroid.clone());
        }

        @Override
        public void centroidRemoved(int list) {
            centroids.remove(list);
        }
    }

    @Test
    void anIndexIsMadeAgainOfWhatItsListenerKept() {
        try (var slots = slots(ElementKind.FLOAT32, 3000);
                Arena arena = Arena.ofConfined()) {
            for (Coding coding : Coding.values()) {
                var options = new IvfOptions(Metric.L2, 12, coding, 0, 8, true, 1, 5);
                IvfIndex index =
                        IvfIndex.build(options, slots, IntStream.range(0, 700).toArray(), 1);
                var kept = new Kept();
                for (int list = 0; list < index.listEnd(); list++) {
                    kept.centroidMoved(list, index.centroid(list));
                }
                for (int id = 0; id < 700; id++) {
                    kept.placed(id, index.listOf(id));
                }
                index.listen(kept);
                IvfWriter writer = index.newWriter();
                for (int id = 700; id < 2900; id++) {
                    writer.insert(id);
                }
                for (int id = 0; id < 300; id++) {
                    writer.delete(id);
                    kept.listOf.remove(id);
                }
                float[][] centroids = new float[index.listEnd()][];
                kept.centroids.forEach((list, centroid) -> centroids[list] = centroid);
                assertThat(index.listCount()).as("lists were split").isGreaterThan(12);

                IvfIndex again =
                        IvfIndex.restore(
                                options,
                                slots,
                                index.modelBytes(),
                                centroids,
                                kept.listOf.keySet().stream().mapToInt(i -> i).toArray(),
                                kept.listOf.values().stream().mapToInt(i -> i).toArray(),
                                2,
                                Visits.NONE);
                assertThat(again.check()).isEqualTo(index.check()).isEqualTo(2600);
                assertThat(again.listCount()).isEqualTo(index.listCount());
                IvfSearch before = index.newSearch();
                IvfSearch after = again.newSearch();
                var query = new QueryVector(ElementKind.FLOAT32, DIMENSIONS, arena);
                for (int i = 0; i < 20; i++) {
                    query.set(vector());
                    assertThat(after.search(query, 10, 5, 40, Admission.ALL).toVecIds())
                            .isEqualTo(before.search(query, 10, 5, 40, Admission.ALL).toVecIds());
                }
            }
        }
    }

    @Test
    void bytesSayMoreThanNibblesAndLearnedRotationsDoNoHarm() {
        try (var slots = slots(ElementKind.FLOAT32, 3000)) {
            int[] ids = IntStream.range(0, 3000).toArray();
            double[] recalls = new double[4];
            for (int way = 0; way < 4; way++) {
                var options =
                        new IvfOptions(
                                Metric.L2,
                                20,
                                Coding.PRODUCT,
                                8,
                                way < 2 ? 4 : 8,
                                way % 2 == 1,
                                1,
                                5);
                IvfIndex index = IvfIndex.build(options, slots, ids, 1);
                recalls[way] = meanRecall(index, slots, 20, 15, Admission.ALL);
            }
            assertThat(recalls[2]).as("8 bits").isGreaterThan(recalls[0] + 0.05);
            assertThat(recalls[1]).as("4 bits, learned").isGreaterThan(recalls[0] - 0.03);
            assertThat(recalls[3]).as("8 bits, learned").isGreaterThan(recalls[2] - 0.03);
        }
    }

    @Test
    void bitsAreListedByHammingDistance() {
        int bits = 100;
        try (var slots = new ArenaVectorSlots(ElementKind.BIT, bits);
                Arena arena = Arena.ofConfined()) {
            var value = arena.allocate(64, 64);
            for (int i = 0; i < 1000; i++) {
                randomBits(value, bits);
                slots.setBytes(slots.allocate(), value, 0);
            }
            var options = new IvfOptions(Metric.HAMMING, 10, Coding.FLAT, 0, 1, 5);
            IvfIndex index = IvfIndex.build(options, slots, IntStream.range(0, 1000).toArray(), 1);
            IvfSearch search = index.newSearch();
            var query = new QueryVector(ElementKind.BIT, bits, arena);
            var heap = new NearestHeap();
            var flat =
                    new FlatScan(DistanceFunction.of(Metric.HAMMING, ElementKind.BIT, bits), slots);
            for (int i = 0; i < 20; i++) {
                query.setBytes(slots.slabOf(i), slots.offset(i));
                assertThat(search.search(query, 1, 1, 0, Admission.ALL).toVecIds())
                        .as("a vector is in the list it is looked for in")
                        .containsExactly(i);
                heap.reset(10);
                flat.nearest(query, 1000, Admission.ALL, heap);
                heap.sort();
                assertThat(search.search(query, 10, 10, 0, Admission.ALL).toVecIds())
                        .isEqualTo(heap.toVecIds());
            }
        }
    }

    private void randomBits(MemorySegment into, int bits) {
        into.fill((byte) 0);
        for (int i = 0; i < bits; i++) {
            if (random.nextBoolean()) {
                byte now = into.get(ValueLayout.JAVA_BYTE, i >> 3);
                into.set(ValueLayout.JAVA_BYTE, i >> 3, (byte) (now | 0x80 >> (i & 7)));
            }
        }
    }

    @Test
    void aListThatGrowsIsSplit() {
        try (var slots = slots(ElementKind.FLOAT32, 3000)) {
            var options = new IvfOptions(Metric.L2, 4, Coding.RABITQ, 0, 1, 5);
            IvfIndex index = IvfIndex.build(options, slots, IntStream.range(0, 100).toArray(), 1);
            IvfWriter writer = index.newWriter();
            List<Integer> order = new ArrayList<>(IntStream.range(100, 3000).boxed().toList());
            Collections.shuffle(order, new Random(1));
            order.forEach(writer::insert);
            assertThat(index.listCount()).isGreaterThan(15);
            index.check();
            for (int id = 0; id < 2990; id++) {
                writer.delete(id);
            }
            assertThat(index.check()).isEqualTo(10);
            assertThat(index.listCount()).isLessThan(15);
        }
    }

    @Test
    void anEmptyIndexAnswersAndGrows() {
        try (var slots = slots(ElementKind.FLOAT32, 500);
                Arena arena = Arena.ofConfined()) {
            IvfIndex index =
                    IvfIndex.build(
                            IvfOptions.of(Metric.COSINE, Coding.RABITQ), slots, new int[0], 1);
            IvfWriter writer = index.newWriter();
            IvfSearch search = index.newSearch();
            var query = new QueryVector(ElementKind.FLOAT32, DIMENSIONS, arena).set(vector());
            assertThat(search.search(query, 10, 1, 10, Admission.ALL).count()).isZero();
            for (int i = 0; i < 500; i++) {
                writer.insert(i);
            }
            index.check();
            assertThat(search.search(query, 10, 100, 200, Admission.ALL).toVecIds())
                    .isEqualTo(exact(slots, Metric.COSINE, query, 10, Admission.ALL));
        }
    }
}
