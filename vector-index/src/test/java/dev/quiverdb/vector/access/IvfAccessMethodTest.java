package dev.quiverdb.vector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessIndex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IvfAccessMethodTest {
    private static final int DIMENSIONS = 16;

    private final IvfAccessMethod flat = IvfAccessMethod.flat(1);
    private final IvfAccessMethod product = IvfAccessMethod.product(1);

    @AfterEach
    void endBackground() {
        flat.close();
        product.close();
    }

    private IvfAccessMethod method(String name) {
        return name.equals("ivfflat") ? flat : product;
    }

    private static ModelTablet tablet(
            SimulatedDisk disk, String method, Map<String, String> options) {
        return new ModelTablet(disk, method, Types.VECTOR, DIMENSIONS, "vector_l2_ops", options);
    }

    private static float[] random(SplittableRandom chance) {
        float[] vector = new float[DIMENSIONS];
        int centre = chance.nextInt(12);
        for (int i = 0; i < vector.length; i++) {
            double at = (centre * 37 + i * 11) % 17 - 8;
            vector[i] = (float) (at + chance.nextGaussian());
        }
        return vector;
    }

    private static List<Long> search(
            ModelTablet tablet,
            AccessIndex index,
            float[] query,
            int k,
            VectorEffort.Lists effort,
            @Nullable RowFilter filter) {
        var request = new VectorSearchRequest(Vector.of(query), k, effort, filter);
        long[] rowIds = new long[k];
        double[] distances = new double[k];
        try (var cursor = index.search(request, tablet)) {
            int count = cursor.next(rowIds, distances);
            var found = new ArrayList<Long>();
            for (int i = 0; i < count; i++) {
                found.add(rowIds[i]);
            }
            return found;
        }
    }

    private static final VectorEffort.Lists USUAL = new VectorEffort.Lists(8, 0, Integer.MAX_VALUE);

    private static double recall(
            ModelTablet tablet, AccessIndex index, int k, SplittableRandom chance) {
        int hits = 0;
        int wanted = 0;
        for (int q = 0; q < 20; q++) {
            float[] query = random(chance);
            var exact = tablet.nearest(query, k);
            var found = search(tablet, index, query, k, USUAL, null);
            assertThat(found).hasSameSizeAs(exact).doesNotHaveDuplicates();
            var answer = new HashSet<>(exact);
            hits += (int) found.stream().filter(answer::contains).count();
            wanted += exact.size();
        }
        return (double) hits / Math.max(1, wanted);
    }

    private static void insert(
            ModelTablet tablet, AccessIndex index, long rowId, int vecId, float[] vector) {
        var row = tablet.put(rowId, vector, vecId);
        tablet.apply(() -> index.insert(row, rowId, rowId));
    }

    /** Waits until nothing waits for a list, so that the index can be looked at whole. */
    private static void settle(AccessIndex index) throws InterruptedException {
        var lists = (IvfAccessIndex) index;
        for (int tries = 0; tries < 1000 && !lists.isSettled(); tries++) {
            Thread.sleep(5);
        }
        assertThat(lists.isSettled()).isTrue();
    }

    private static Map<String, String> options(String method) {
        return method.equals("ivfflat")
                ? Map.of("lists", "20")
                : Map.of("lists", "20", "pq_m", "16", "pq_bits", "8", "rerank", "60");
    }

    @Randomised(runs = 3)
    void rowsComeAndGoAndAnswersFollow(SplittableRandom chance) throws InterruptedException {
        String name = chance.nextBoolean() ? "ivfflat" : "ivfpq";
        var disk = new SimulatedDisk();
        var tablet = tablet(disk, name, options(name));
        var made = new ArrayList<AccessIndex>();
        tablet.apply(() -> made.add(method(name).create(tablet)));
        var index = made.getFirst();
        var free = new ArrayList<Integer>();
        long nextRow = 1;
        for (int step = 0; step < 4000; step++) {
            var rows = new ArrayList<>(tablet.rows.keySet());
            boolean grow = step < 2500 || rows.isEmpty();
            if (chance.nextInt(10) < (grow ? 8 : 3) || rows.isEmpty()) {
                int vecId = free.isEmpty() ? tablet.slots.allocate() : free.removeLast();
                insert(tablet, index, nextRow++, vecId, random(chance));
            } else {
                long rowId = rows.get(chance.nextInt(rows.size()));
                int vecId = Objects.requireNonNull(tablet.rows.remove(rowId));
                boolean forSnapshots = chance.nextBoolean();
                long commit = step;
                tablet.apply(() -> {
                    index.delete(tablet.view(vecId), rowId, commit, forSnapshots);
                    index.prune(commit);
                    index.unlink(ModelTablet.COLUMN, new int[] {vecId});
                });
                free.add(vecId);
            }
            if (step % 500 == 499) {
                assertThat(recall(tablet, index, 10, chance)).as("%s", name).isGreaterThan(0.85);
            }
        }
        settle(index);
        assertThat(index.check()).isEmpty();
        assertThat(((IvfAccessIndex) index).lists().listCount()).isGreaterThan(5);
        assertThat(recall(tablet, index, 10, chance)).isGreaterThan(0.9);
        var everything = search(tablet, index, random(chance), 5000, USUAL, null);
        assertThat(everything).containsExactlyInAnyOrderElementsOf(tablet.rows.keySet());
        index.close();
    }

    @ParameterizedTest
    @CsvSource({"ivfflat", "ivfpq"})
    void anIndexSurvivesACheckpointAndARestart(String name) throws InterruptedException {
        var chance = new SplittableRandom(11);
        var disk = new SimulatedDisk();
        var tablet = tablet(disk, name, options(name));
        for (long rowId = 1; rowId <= 1200; rowId++) {
            tablet.put(rowId, random(chance), tablet.slots.allocate());
        }
        var saved = new ByteWriter();
        var built = method(name).build(tablet, tablet, BuildProgress.SILENT);
        for (long rowId = 1201; rowId <= 1300; rowId++) {
            insert(tablet, built, rowId, tablet.slots.allocate(), random(chance));
        }
        int gone = Objects.requireNonNull(tablet.rows.remove(5L));
        tablet.apply(() -> built.delete(tablet.view(gone), 5, 2000, true));
        tablet.apply(() -> built.save(saved));
        built.close();
        tablet.blocks.checkpoint(1, ByteBuffer.wrap(saved.toBytes()));
        tablet.blocks.close();

        var again = tablet(disk, name, options(name));
        for (int vecId = 0; vecId < tablet.slots.count(); vecId++) {
            again.slots.allocate();
            again.slots.set(vecId, tablet.vector(vecId));
        }
        again.rows.putAll(tablet.rows);
        try (var index = method(name).open(again, again.blocks.manifest().payload())) {
            settle(index);
            assertThat(index.check()).isEmpty();
            assertThat(recall(again, index, 10, chance)).isGreaterThan(0.9);
            float[] vector = random(chance);
            insert(again, index, 1400, again.slots.allocate(), vector);
            assertThat(search(again, index, vector, 1, USUAL, null)).containsExactly(1400L);
            assertThat(search(again, index, vector, 5000, USUAL, null))
                    .containsExactlyInAnyOrderElementsOf(again.rows.keySet());
            again.apply(index::drop);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, set",
        "2, test",
        "2, gathers",
        "20, set",
        "20, test",
        "20, gathers",
        "300, set",
        "300, test",
        "300, gathers"
    })
    void filteredRowsAreFoundWhereverTheyAre(long oneIn, String kind) {
        for (String name : List.of("ivfflat", "ivfpq")) {
            var chance = new SplittableRandom(3);
            var tablet = tablet(new SimulatedDisk(), name, options(name));
            for (long rowId = 1; rowId <= 1500; rowId++) {
                tablet.put(rowId, random(chance), tablet.slots.allocate());
            }
            var filter = EveryNth.of(kind, tablet, oneIn);
            try (var index = method(name).build(tablet, tablet, BuildProgress.SILENT)) {
                int hits = 0;
                int wanted = 0;
                for (int q = 0; q < 20; q++) {
                    float[] query = random(chance);
                    var exact =
                            tablet.nearest(query, 1500).stream()
                                    .filter(rowId -> rowId % oneIn == 0)
                                    .limit(10)
                                    .toList();
                    var found = search(tablet, index, query, 10, USUAL, filter);
                    assertThat(found).hasSameSizeAs(exact).allMatch(rowId -> rowId % oneIn == 0);
                    hits += (int) found.stream().filter(exact::contains).count();
                    wanted += exact.size();
                }
                assertThat((double) hits / wanted).as("%s", name).isGreaterThan(0.9);
            }
        }
    }

    @Test
    void aBoundOnListsIsABoundOnAnswers() {
        var chance = new SplittableRandom(3);
        var tablet = tablet(new SimulatedDisk(), "ivfflat", options("ivfflat"));
        for (long rowId = 1; rowId <= 1500; rowId++) {
            tablet.put(rowId, random(chance), tablet.slots.allocate());
        }
        try (var index = flat.build(tablet, tablet, BuildProgress.SILENT)) {
            float[] query = random(chance);
            int one =
                    search(tablet, index, query, 1500, new VectorEffort.Lists(1, 0, 1), null)
                            .size();
            int three =
                    search(tablet, index, query, 1500, new VectorEffort.Lists(1, 0, 3), null)
                            .size();
            assertThat(one).isPositive().isLessThan(three);
            assertThat(three).isLessThan(1500);
            assertThat(search(tablet, index, query, 1500, USUAL, null)).hasSize(1500);
        }
    }

    @Test
    void aCursorGoesOnForAsLongAsItIsAsked() {
        var chance = new SplittableRandom(3);
        var tablet = tablet(new SimulatedDisk(), "ivfflat", options("ivfflat"));
        for (long rowId = 1; rowId <= 500; rowId++) {
            tablet.put(rowId, random(chance), tablet.slots.allocate());
        }
        tablet.ownRows.put(3L, Vector.of(random(chance)));
        tablet.ownRows.put(900L, Vector.of(random(chance)));
        var seen = new HashSet<Long>();
        long[] rowIds = new long[7];
        var request = new VectorSearchRequest(Vector.of(random(chance)), 10, USUAL, null);
        try (var index = flat.build(tablet, tablet, BuildProgress.SILENT);
                var cursor = index.search(request, tablet)) {
            for (int count; (count = cursor.next(rowIds, new double[7])) > 0; ) {
                for (int i = 0; i < count; i++) {
                    assertThat(seen.add(rowIds[i])).as("row " + rowIds[i]).isTrue();
                }
            }
        }
        assertThat(seen).hasSize(501).contains(3L, 900L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ivfflat | lists=0 | vector_l2_ops | value 0 out of bounds for option \"lists\"",
                "ivfflat | pq_m=4 | vector_l2_ops | unrecognized parameter \"pq_m\"",
                "ivfflat | lists=4 | vector_l1_ops | operator class \"vector_l1_ops\" does not"
                        + " exist for access method \"ivfflat\"",
                "ivfpq | pq_bits=5 | vector_l2_ops | pq_bits must be 4 or 8",
                "ivfpq | pq_m=3 | vector_l2_ops | pq_m must be even",
                "ivfpq | rotation=left | vector_l2_ops | invalid value for enum option"
                        + " \"rotation\": left"
            })
    void whatCannotBeMadeIsSaidAsPostgresSaysIt(
            String name, String option, String operatorClass, String message) {
        String[] parts = option.split("=", 2);
        var tablet =
                new ModelTablet(
                        new SimulatedDisk(),
                        name,
                        Types.VECTOR,
                        3,
                        operatorClass,
                        Map.of(parts[0], parts[1]));
        assertThatThrownBy(() -> method(name).validate(tablet))
                .isInstanceOf(SqlException.class)
                .hasMessage(message);
    }
}
