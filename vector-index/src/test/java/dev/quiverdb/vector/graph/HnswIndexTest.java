package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.quantise.RabitqCodec;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HnswIndexTest {
    private static Cloud cloud(long seed) {
        return new Cloud(new SplittableRandom(seed), ElementKind.FLOAT32, 24, Metric.L2);
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, L2", "FLOAT32, INNER_PRODUCT", "FLOAT32, COSINE", "FLOAT32, L1",
        "FLOAT16, L2", "FLOAT16, INNER_PRODUCT", "FLOAT16, COSINE", "FLOAT16, L1",
        "BIT, HAMMING", "BIT, JACCARD"
    })
    void findsTheNearestUnderEveryMetric(ElementKind kind, Metric metric) {
        int dimensions = kind == ElementKind.BIT ? 128 : 24;
        var cloud = new Cloud(new SplittableRandom(7), kind, dimensions, metric).grow(1500);
        // Bits have many equal distances, of which any may be returned.
        double floor = kind == ElementKind.BIT ? 0.75 : 0.95;
        assertThat(cloud.recall(40, 10, 100, Admission.ALL)).isGreaterThan(floor);
        assertThat(cloud.index.check()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "L2, 1",
        "L2, 2",
        "L2, 3",
        "INNER_PRODUCT, 1",
        "INNER_PRODUCT, 2",
        "COSINE, 1",
        "COSINE, 2"
    })
    void codesNavigateAndVectorsDecide(Metric metric, int bits) {
        var cloud =
                new Cloud(
                        new SplittableRandom(17),
                        ElementKind.FLOAT32,
                        96,
                        metric,
                        new HnswOptions(12, 60, 1 << 20),
                        new RabitqCodec(metric, new float[96], bits, 3));
        cloud.grow(2500);
        for (int i = 0; i < 30; i++) {
            cloud.insert();
        }
        assertThat(cloud.recall(40, 10, 100, Admission.ALL)).isGreaterThan(0.95);
        var some = new VecIdBitmap(2530);
        for (int vecId = 0; vecId < 2530; vecId += 4) {
            some.add(vecId);
        }
        assertThat(cloud.recall(40, 10, 100, some)).isGreaterThan(0.95);
        var found = new Neighbours();
        var query = cloud.query();
        var statistics =
                cloud.index.search(
                        query,
                        10,
                        SearchParameters.defaults().withRerank(25),
                        Admission.ALL,
                        found);
        assertThat(statistics.reranked()).isBetween(10L, 25L);
        var scorer = cloud.space.scorer();
        scorer.bindQuery(query);
        float exact = scorer.score(found.vecId(3));
        assertThat(found.distance(3)).isCloseTo(exact, within(1e-4f * Math.abs(exact) + 1e-5f));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10})
    void whatCannotBeAmongTheNearestIsNotRanked(int k) {
        var cloud =
                new Cloud(
                        new SplittableRandom(18),
                        ElementKind.FLOAT32,
                        128,
                        Metric.L2,
                        HnswOptions.defaults(),
                        new RabitqCodec(Metric.L2, new float[128], 2, 3));
        cloud.grow(2000);
        var found = new Neighbours();
        long ranked = 0;
        int hits = 0;
        int hitsOfAll = 0;
        for (int q = 0; q < 40; q++) {
            var query = cloud.query();
            var exact = new HashSet<>(cloud.nearest(query, k, Admission.ALL));
            var parameters = SearchParameters.defaults().withEfSearch(600);
            ranked += cloud.index.search(query, k, parameters, Admission.ALL, found).reranked();
            for (int vecId : found.vecIds()) {
                hits += exact.contains(vecId) ? 1 : 0;
            }
            try (var cursor = cloud.index.openCursor(query, parameters, Admission.ALL)) {
                cursor.next(k, found);
                assertThat(cursor.statistics().reranked()).isGreaterThanOrEqualTo(600);
                for (int vecId : found.vecIds()) {
                    hitsOfAll += exact.contains(vecId) ? 1 : 0;
                }
            }
        }
        assertThat(ranked).isLessThan(40 * 400);
        assertThat(hits).isGreaterThanOrEqualTo(hitsOfAll - k);
    }

    @Test
    void aVectorIsFoundBeforeItIsLinked() {
        var cloud = cloud(1).grow(300);
        int fresh = cloud.insert();
        assertThat(cloud.index.tailCount()).isOne();
        var found = cloud.search(cloud.vector(fresh), 1, 20, Admission.ALL);
        assertThat(found.vecId(0)).isEqualTo(fresh);

        cloud.delete(fresh);
        found = cloud.search(cloud.query(), 301, 20, Admission.ALL);
        assertThat(found.vecIds()).hasSize(300).doesNotContain(fresh);
        cloud.index.linkAll();
        assertThat(cloud.index.takeReleased()).isEqualTo(fresh);
    }

    /** Stale edges of the upper layers still lead to what was cut out, whose own row is empty. */
    @Test
    void aSearchBesideWhatWasCutOutWalksTheGraph() {
        var cloud =
                new Cloud(
                        new SplittableRandom(12),
                        ElementKind.FLOAT32,
                        8,
                        Metric.L2,
                        new HnswOptions(3, 16, 4096));
        cloud.grow(3000);
        var queries = new ArrayList<MemorySegment>();
        for (int vecId = 0; queries.size() < 60; vecId += 40) {
            var vector = cloud.vector(vecId);
            queries.add(Arena.ofAuto().allocate(vector.byteSize(), 64).copyFrom(vector));
            cloud.delete(vecId);
        }
        for (int i = 0; i < 30; i++) {
            cloud.insert();
        }
        assertThat(cloud.index.tailCount()).isEqualTo(30);
        for (var query : queries) {
            var exact = cloud.nearest(query, 10, Admission.ALL);
            var found = cloud.search(query, 10, 100, Admission.ALL);
            assertThat(Arrays.stream(found.vecIds()).filter(exact::contains).count())
                    .isGreaterThan(5);
        }
    }

    @Test
    void aLongTailHidesNothingOfTheGraph() {
        var cloud = cloud(2).grow(800);
        for (int i = 0; i < 800; i++) {
            cloud.insert();
        }
        assertThat(cloud.index.tailCount()).isEqualTo(800);
        assertThat(cloud.recall(50, 10, 80, Admission.ALL)).isGreaterThan(0.985);
    }

    @Test
    void theTailStaysBounded() {
        var cloud =
                new Cloud(
                        new SplittableRandom(3),
                        ElementKind.FLOAT32,
                        8,
                        Metric.L2,
                        new HnswOptions(8, 32, 50));
        for (int i = 0; i < 500; i++) {
            cloud.insert();
            assertThat(cloud.index.tailCount()).isLessThanOrEqualTo(50);
        }
        assertThat(cloud.recall(20, 5, 60, Admission.ALL)).isGreaterThan(0.95);
    }

    @Test
    void recallSurvivesReplacingHalfFiveTimes() {
        var cloud = cloud(11).grow(3000);
        double before = cloud.recall(100, 10, 60, Admission.ALL);
        for (int round = 0; round < 5; round++) {
            var doomed = new ArrayList<>(cloud.live);
            Collections.shuffle(doomed, new Random(round));
            for (int vecId : doomed.subList(0, 1500)) {
                cloud.delete(vecId);
            }
            cloud.grow(1500);
        }
        assertThat(cloud.index.check()).isEmpty();
        double after = cloud.recall(100, 10, 60, Admission.ALL);
        assertThat(after).isGreaterThan(before - 0.015);
        // Slots are reused, so the graph does not grow with the number of vectors ever stored.
        assertThat(cloud.slots.count()).isLessThan(4800);
    }

    @ParameterizedTest
    @CsvSource({"0.5", "0.1", "0.01", "0.001"})
    void filtersKeepRecallAtEveryPassRate(double passRate) {
        var cloud = cloud(5).grow(4000);
        var chance = new SplittableRandom(9);
        var bitmap = new VecIdBitmap(4000);
        for (int vecId = 0; vecId < 4000; vecId++) {
            if (chance.nextDouble() < passRate) {
                bitmap.add(vecId);
            }
        }
        AdmissionTest test = bitmap::admits;
        assertThat(cloud.recall(30, 10, 60, bitmap)).isGreaterThan(0.95);
        assertThat(cloud.recall(30, 10, 60, test)).isGreaterThan(0.95);
        for (long testsMax : new long[] {0, 100, 1000}) {
            assertThat(cloud.recall(30, 10, 60, gathering(bitmap, testsMax)))
                    .as("at most " + testsMax + " tests")
                    .isGreaterThan(0.95);
        }
    }

    /** A test of a set, which shows the set after some tests. */
    private static AdmissionTest gathering(VecIdBitmap bitmap, long testsMax) {
        return new AdmissionTest() {
            @Override
            public boolean admits(int vecId) {
                return bitmap.admits(vecId);
            }

            @Override
            public long testsMax() {
                return testsMax;
            }

            @Override
            public Admission gathered() {
                return bitmap;
            }
        };
    }

    @Test
    void aSearchThatTestsTooManyAsksForTheSet() {
        var cloud = cloud(5).grow(4000);
        var bitmap = new VecIdBitmap(4000);
        for (int vecId = 0; vecId < 4000; vecId += 100) {
            bitmap.add(vecId);
        }
        var found = new Neighbours();
        var statistics =
                cloud.index.search(
                        cloud.query(),
                        10,
                        SearchParameters.defaults(),
                        gathering(bitmap, 200),
                        found);
        assertThat(found.count()).isEqualTo(10);
        assertThat(statistics.mode()).isEqualTo(SearchMode.EXACT_FEW);
        // A walk to the end would pass by about a hundred vectors for each that it keeps.
        assertThat(statistics.visits()).isBetween(1L, 128L);
    }

    @Test
    void aWalkThroughAdmittedVectorsOnlyFindsThem() {
        var cloud = cloud(5).grow(4000);
        for (int oneIn : new int[] {2, 5, 10, 20}) {
            var bitmap = new VecIdBitmap(4000);
            for (int vecId = 0; vecId < 4000; vecId += oneIn) {
                bitmap.add(vecId);
            }
            double hits = 0;
            for (int q = 0; q < 40; q++) {
                var query = cloud.query();
                try (var cursor =
                        new SearchCursor(
                                cloud.index.graph(),
                                _ -> new FilterChoice(SearchMode.ADMITTED_ONLY, 60),
                                new FilterCosts(cloud.space, null),
                                cloud.index.graph().contexts().take(),
                                new Tail(),
                                query,
                                SearchParameters.defaults(),
                                bitmap,
                                false)) {
                    var found = new Neighbours();
                    cursor.next(10, found);
                    cloud.assertSound(found, bitmap);
                    var exact = new HashSet<>(cloud.nearest(query, 10, bitmap));
                    for (int vecId : found.vecIds()) {
                        hits += exact.contains(vecId) ? 1 : 0;
                    }
                }
            }
            assertThat(hits / 400).as("one in " + oneIn).isGreaterThan(0.93);
        }
    }

    @Test
    void asManyAsQualifyAreReturnedHoweverFarAway() {
        var cloud = cloud(6).grow(3000);
        var query = cloud.query();
        var farthest = cloud.nearest(query, 3000, Admission.ALL).subList(2985, 3000);
        var far = new VecIdBitmap(3000);
        farthest.forEach(far::add);
        AdmissionTest hidden = far::admits;
        for (Admission admission : new Admission[] {far, hidden}) {
            var found = cloud.search(query, 20, 40, admission);
            assertThat(found.vecIds())
                    .containsExactly(farthest.stream().mapToInt(i -> i).toArray());
        }
        assertThat(cloud.search(query, 10, 40, new VecIdBitmap(0)).count()).isZero();
        assertThat(cloud.search(query, 4000, 10, Admission.ALL).count()).isEqualTo(3000);
    }

    @Randomised(runs = 6)
    void aCursorGoesThroughEverythingOnce(SplittableRandom chance) {
        var cloud = new Cloud(chance, ElementKind.FLOAT32, 16, Metric.L2).grow(800);
        for (int i = 0; i < 40; i++) {
            cloud.insert();
        }
        for (int vecId : new ArrayList<>(cloud.live).subList(100, 150)) {
            cloud.delete(vecId);
        }
        AdmissionTest odd = vecId -> vecId % 2 == 1;
        var bitmap = new VecIdBitmap(840);
        cloud.live.stream().filter(vecId -> vecId % 3 == 0).forEach(bitmap::add);
        var gathering = gathering(bitmap, chance.nextInt(300));
        for (Admission admission : new Admission[] {Admission.ALL, odd, bitmap, gathering}) {
            var expected = new TreeSet<>(cloud.live);
            expected.removeIf(vecId -> !admission.admits(vecId));
            var seen = new TreeSet<Integer>();
            var page = new Neighbours();
            try (var cursor =
                    cloud.index.openCursor(cloud.query(), SearchParameters.defaults(), admission)) {
                do {
                    cursor.next(1 + chance.nextInt(30), page);
                    for (int vecId : page.vecIds()) {
                        assertThat(seen.add(vecId)).as("repeats " + vecId).isTrue();
                    }
                } while (page.count() > 0);
            }
            assertThat(seen).isEqualTo(expected);
        }
    }

    @Test
    void strictOrderNeverStepsBack() {
        var cloud = cloud(8).grow(2000);
        var page = new Neighbours();
        float last = Float.NEGATIVE_INFINITY;
        int given = 0;
        try (var cursor =
                cloud.index.openCursor(
                        cloud.query(),
                        SearchParameters.defaults().withStrictOrder(true),
                        Admission.ALL)) {
            for (int i = 0; i < 20; i++) {
                cursor.next(25, page);
                for (int j = 0; j < page.count(); j++) {
                    assertThat(page.distance(j)).isGreaterThanOrEqualTo(last);
                    last = page.distance(j);
                    given++;
                }
            }
        }
        assertThat(given).isEqualTo(500);
    }

    @Test
    void anIndexIsFoundAgainFromItsRootBlock() {
        var cloud = cloud(12).grow(2500);
        cloud.insert();
        for (int vecId : new ArrayList<>(cloud.live).subList(0, 200)) {
            cloud.delete(vecId);
        }
        cloud.index.graph().mend();
        var reopened =
                HnswIndex.open(
                        cloud.index.options(),
                        cloud.blocks,
                        cloud.index.rootBlock(),
                        cloud.space,
                        null);
        assertThat(reopened.check()).isEmpty();
        assertThat(reopened.liveCount()).isEqualTo(cloud.live.size());
        assertThat(reopened.tailCount()).isOne();
        for (int q = 0; q < 20; q++) {
            var query = cloud.query();
            var again = new Neighbours();
            reopened.search(query, 10, SearchParameters.defaults(), Admission.ALL, again);
            assertThat(again.vecIds())
                    .isEqualTo(cloud.search(query, 10, 40, Admission.ALL).vecIds());
        }
        reopened.linkAll();
        assertThat(reopened.tailCount()).isZero();
    }

    @Test
    void aThousandEqualVectorsHideNothing() {
        var cloud = cloud(13).grow(500);
        var original = cloud.vector(0).toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < 1000; i++) {
            int vecId = cloud.slots.allocate();
            cloud.vector(vecId).copyFrom(MemorySegment.ofArray(original));
            cloud.index.insert(vecId);
            cloud.live.add(vecId);
        }
        cloud.grow(500);
        assertThat(cloud.index.check()).isEmpty();
        var twins = cloud.search(cloud.vector(0), 900, 1000, Admission.ALL);
        assertThat(twins.count()).isEqualTo(900);
        assertThat(twins.distance(899)).isZero();
        assertThat(cloud.recall(50, 10, 80, Admission.ALL)).isGreaterThan(0.93);
    }

    @Test
    void checkNamesWhatIsBroken() {
        var cloud = cloud(14).grow(200);
        var state = cloud.index.state();
        state.setNeighbours(5, 0, new int[] {5, 7, 7, 100_000}, 4);
        assertThat(cloud.index.check())
                .anyMatch(line -> line.contains("node 5 points to itself"))
                .anyMatch(line -> line.contains("node 5 points to 7 twice"))
                .anyMatch(line -> line.contains("points to 100000"))
                .anyMatch(line -> line.contains("rows that point to it"));
    }

    @Test
    void anEffortThatMeetsTheTargetIsFound() {
        var cloud = cloud(15).grow(3000);
        cloud.index.calibrate(cloud::vector, 60, 10, new SplittableRandom(1));
        int low = cloud.index.effortFor(0.80, 0);
        int high = cloud.index.effortFor(0.99, 0);
        assertThat(low).isPositive().isLessThanOrEqualTo(high);
        double reached =
                cloud.index.recall(
                        cloud::vector,
                        100,
                        10,
                        SearchParameters.defaults().withTargetRecall(0.99),
                        new SplittableRandom(2));
        assertThat(reached).isGreaterThan(0.97);
    }

    @Test
    void aTargetRecallIsMetWithoutBeingToldAnEffort() {
        var cloud = cloud(19).grow(3000);
        var target = SearchParameters.defaults().withEfSearch(1).withTargetRecall(0.98);
        var found = new Neighbours();
        double hits = 0;
        int effort = 0;
        for (int q = 0; q < 60; q++) {
            var query = cloud.query();
            var statistics = cloud.index.search(query, 10, target, Admission.ALL, found);
            effort = statistics.efSearch();
            var exact = new HashSet<>(cloud.nearest(query, 10, Admission.ALL));
            for (int vecId : found.vecIds()) {
                hits += exact.contains(vecId) ? 1 : 0;
            }
        }
        assertThat(hits / 600).isGreaterThan(0.96);
        assertThat(effort).isEqualTo(cloud.index.effortFor(0.98, 0)).isGreaterThan(10);
        var curve = new EffortCurve(new int[] {10}, new double[] {0.9}, 3000);
        assertThat(curve.isStale(3900)).isFalse();
        assertThat(curve.isStale(4500)).isTrue();
    }

    @Test
    void statisticsTellTheWork() {
        var cloud = cloud(16).grow(2000);
        cloud.insert();
        var found = new Neighbours();
        var bitmap = new VecIdBitmap(2001);
        for (int vecId = 0; vecId < 2001; vecId += 50) {
            bitmap.add(vecId);
        }
        var plain =
                cloud.index.search(
                        cloud.query(), 10, SearchParameters.defaults(), Admission.ALL, found);
        assertThat(plain.mode()).isEqualTo(SearchMode.GATED);
        assertThat(plain.visits()).isGreaterThanOrEqualTo(40);
        assertThat(plain.distances()).isBetween(plain.visits(), 2000L);
        assertThat(plain.tailScanned()).isOne();
        var few = cloud.index.search(cloud.query(), 10, SearchParameters.defaults(), bitmap, found);
        assertThat(few.mode()).isEqualTo(SearchMode.EXACT_FEW);
        assertThat(few.distances()).isEqualTo(bitmap.cardinality());
        assertThat(few.passRate()).isEqualTo(1);
    }

    @Test
    void whatWasDeadWhenAnIndexWasClosedIsTakenOutWhenItIsOpened() {
        var cloud = cloud(31).grow(600);
        int inTail = cloud.insert();
        cloud.live.remove(inTail);
        cloud.index.kill(inTail);
        for (int vecId = 0; vecId < 40; vecId++) {
            // Killed in the graph, unlinked and in quarantine, killed in the tail.
            cloud.live.remove(vecId);
            if (vecId < 20) {
                cloud.index.kill(vecId);
            } else {
                cloud.index.delete(vecId);
            }
        }

        var opened =
                HnswIndex.open(
                        cloud.index.options(),
                        cloud.blocks,
                        cloud.index.rootBlock(),
                        cloud.space,
                        null);
        assertThat(opened.deadAtOpen())
                .hasSize(20)
                .allMatch(vecId -> vecId < 20 && opened.isDead(vecId));
        opened.deadAtOpen().forEach(opened::unlink);
        opened.maintain();
        assertThat(opened.check()).isEmpty();
        var released = new TreeSet<Integer>();
        for (var free = opened.takeReleased(); free != null; free = opened.takeReleased()) {
            released.add(free);
        }
        assertThat(released).hasSize(41).contains(0, 19, 20, 39, inTail);
        assertThat(opened.graph().deadCount()).isZero();
    }
}
