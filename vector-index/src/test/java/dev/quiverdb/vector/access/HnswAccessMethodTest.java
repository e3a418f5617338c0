package dev.quiverdb.vector.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.vector.graph.SearchParameters;
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

class HnswAccessMethodTest {
    private static final int DIMENSIONS = 16;

    private final SplittableRandom chance = new SplittableRandom(5);
    private final HnswAccessMethod method = new HnswAccessMethod(1);

    @AfterEach
    void endLinkers() {
        method.close();
    }

    private static ModelTablet tablet(Map<String, String> options) {
        return new ModelTablet(new SimulatedDisk(), DIMENSIONS, "vector_l2_ops", options);
    }

    private float[] random() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) chance.nextGaussian();
        }
        return vector;
    }

    private static List<Long> search(
            ModelTablet tablet,
            AccessIndex index,
            float[] query,
            int k,
            @Nullable RowFilter filter) {
        var request =
                new VectorSearchRequest(
                        Vector.of(query),
                        k,
                        new VectorEffort.Graph(SearchParameters.defaults().withEfSearch(80), false),
                        filter);
        long[] rowIds = new long[k];
        double[] distances = new double[k];
        try (var cursor = index.search(request, tablet)) {
            int count = cursor.next(rowIds, distances);
            var found = new ArrayList<Long>();
            for (int i = 0; i < count; i++) {
                found.add(rowIds[i]);
                if (i > 0) {
                    assertThat(distances[i]).isGreaterThanOrEqualTo(distances[i - 1]);
                }
            }
            return found;
        }
    }

    private double recall(ModelTablet tablet, AccessIndex index, int k) {
        int hits = 0;
        int wanted = 0;
        for (int q = 0; q < 30; q++) {
            float[] query = random();
            var exact = tablet.nearest(query, k);
            var found = search(tablet, index, query, k, null);
            assertThat(found).hasSameSizeAs(exact).doesNotHaveDuplicates();
            var answer = new HashSet<>(exact);
            hits += (int) found.stream().filter(answer::contains).count();
            wanted += exact.size();
        }
        return (double) hits / wanted;
    }

    private void insert(ModelTablet tablet, AccessIndex index, long rowId, int vecId) {
        var row = tablet.put(rowId, random(), vecId);
        tablet.apply(() -> index.insert(row, rowId, rowId));
    }

    @ParameterizedTest
    @CsvSource({"none", "rabitq"})
    void rowsComeAndGoAndAnswersFollow(String quantization) {
        var tablet = tablet(Map.of("m", "12", "quantization", quantization));
        var made = new ArrayList<AccessIndex>();
        tablet.apply(() -> made.add(method.create(tablet)));
        try (var index = made.getFirst()) {
            for (long rowId = 1; rowId <= 800; rowId++) {
                insert(tablet, index, rowId, tablet.slots.allocate());
            }
            assertThat(recall(tablet, index, 10)).isGreaterThan(0.95);
            for (long rowId = 1; rowId <= 300; rowId++) {
                int vecId = Objects.requireNonNull(tablet.rows.remove(rowId));
                long commit = 800 + rowId;
                long row = rowId;
                tablet.apply(() -> {
                    index.delete(tablet.view(vecId), row, commit, row % 2 == 0);
                    index.unlink(ModelTablet.COLUMN, new int[] {vecId});
                });
                insert(tablet, index, 1000 + rowId, vecId);
            }
            assertThat(recall(tablet, index, 10)).isGreaterThan(0.95);
            var everything = search(tablet, index, random(), 1000, null);
            assertThat(everything).containsExactlyInAnyOrderElementsOf(tablet.rows.keySet());
        }
    }

    @Test
    void aCursorGoesOnForAsLongAsItIsAsked() {
        var tablet = tablet(Map.of());
        for (long rowId = 1; rowId <= 500; rowId++) {
            tablet.put(rowId, random(), tablet.slots.allocate());
        }
        var index = method.build(tablet, tablet, BuildProgress.SILENT);
        tablet.ownRows.put(3L, Vector.of(random()));
        tablet.ownRows.put(900L, Vector.of(random()));
        var seen = new HashSet<Long>();
        long[] rowIds = new long[7];
        var request =
                new VectorSearchRequest(
                        Vector.of(random()),
                        10,
                        new VectorEffort.Graph(SearchParameters.defaults(), false),
                        null);
        try (var cursor = index.search(request, tablet)) {
            for (int count; (count = cursor.next(rowIds, new double[7])) > 0; ) {
                for (int i = 0; i < count; i++) {
                    assertThat(seen.add(rowIds[i])).as("row " + rowIds[i]).isTrue();
                }
            }
        }
        assertThat(seen).hasSize(501).contains(3L, 900L);
        assertThat(recall(tablet, index, 10)).isGreaterThan(0.95);
        assertThat(index.check()).isEmpty();
        index.close();
    }

    @Test
    void whatSnapshotsMayLookForStaysUntilItIsPruned() throws InterruptedException {
        var tablet = tablet(Map.of());
        for (long rowId = 1; rowId <= 50; rowId++) {
            tablet.put(rowId, random(), tablet.slots.allocate());
        }
        try (var index = method.build(tablet, tablet, BuildProgress.SILENT)) {
            int vecId = Objects.requireNonNull(tablet.rows.get(7L));
            tablet.apply(() -> index.delete(tablet.view(vecId), 7, 100, true));
            tablet.apply(() -> index.prune(99));
            Thread.sleep(50);
            assertThat(search(tablet, index, tablet.vector(vecId), 1, null)).containsExactly(7L);
            tablet.apply(() -> index.prune(100));
            for (int tries = 0; tries < 500; tries++) {
                if (!search(tablet, index, tablet.vector(vecId), 1, null).contains(7L)) {
                    break;
                }
                Thread.sleep(10);
            }
            assertThat(search(tablet, index, tablet.vector(vecId), 50, null))
                    .hasSize(49)
                    .doesNotContain(7L);
        }
    }

    @Test
    void anIndexSurvivesACheckpointAndARestart() {
        var disk = new SimulatedDisk();
        var tablet = new ModelTablet(disk, DIMENSIONS, "vector_l2_ops", Map.of());
        for (long rowId = 1; rowId <= 600; rowId++) {
            tablet.put(rowId, random(), tablet.slots.allocate());
        }
        var saved = new ByteWriter();
        var built = method.build(tablet, tablet, BuildProgress.SILENT);
        tablet.apply(() -> built.save(saved));
        built.close();
        tablet.blocks.checkpoint(1, ByteBuffer.wrap(saved.toBytes()));
        tablet.blocks.close();

        var again = new ModelTablet(disk, DIMENSIONS, "vector_l2_ops", Map.of());
        tablet.rows.forEach((rowId, vecId) -> {
            int same = again.slots.allocate();
            assertThat(same).isEqualTo(vecId);
            again.put(rowId, tablet.vector(vecId), vecId);
        });
        try (var index = method.open(again, again.blocks.manifest().payload())) {
            assertThat(index.check()).isEmpty();
            assertThat(recall(again, index, 10)).isGreaterThan(0.95);
            insert(again, index, 700, again.slots.allocate());
            assertThat(search(again, index, again.vector(600), 1, null)).containsExactly(700L);
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
        "200, set",
        "200, test",
        "200, gathers"
    })
    void filteredRowsAreFoundWhereverTheyAre(long oneIn, String kind) {
        var tablet = tablet(Map.of());
        for (long rowId = 1; rowId <= 1500; rowId++) {
            tablet.put(rowId, random(), tablet.slots.allocate());
        }
        try (var index = method.build(tablet, tablet, BuildProgress.SILENT)) {
            var filter = EveryNth.of(kind, tablet, oneIn);
            int hits = 0;
            int wanted = 0;
            for (int q = 0; q < 20; q++) {
                float[] query = random();
                var exact =
                        tablet.nearest(query, 1500).stream()
                                .filter(rowId -> rowId % oneIn == 0)
                                .limit(10)
                                .toList();
                var found = search(tablet, index, query, 10, filter);
                assertThat(found).hasSameSizeAs(exact).allMatch(rowId -> rowId % oneIn == 0);
                hits += (int) found.stream().filter(exact::contains).count();
                wanted += exact.size();
            }
            assertThat((double) hits / wanted).isGreaterThan(0.95);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "m=1 | vector_l2_ops | 3 | value 1 out of bounds for option \"m\"",
                "m=50 | vector_l2_ops | 3 | ef_construction must be greater than or equal to 2 * m",
                "foo=64 | vector_l2_ops | 3 | unrecognized parameter \"foo\"",
                "m=a | vector_l2_ops | 3 | invalid value for integer option \"m\": a",
                "m=16 | vector_l2_ops | -1 | column does not have dimensions",
                "m=16 | vector_foo_ops | 3 | operator class \"vector_foo_ops\" does not exist for"
                        + " access method \"hnsw\"",
                "m=16 | halfvec_l2_ops | 3 | operator class \"halfvec_l2_ops\" does not accept data"
                        + " type vector",
                "quantization=pq | vector_l2_ops | 3 | invalid value for enum option"
                        + " \"quantization\": pq",
                "quantization=rabitq | vector_l1_ops | 3 | operator class \"vector_l1_ops\" does"
                        + " not support quantization \"rabitq\""
            })
    void whatCannotBeMadeIsSaidAsPostgresSaysIt(
            String option, String operatorClass, int typmod, String message) {
        String[] parts = option.split("=", 2);
        var tablet =
                new ModelTablet(
                        new SimulatedDisk(),
                        Types.VECTOR,
                        typmod,
                        operatorClass,
                        Map.of(parts[0], parts[1]));
        assertThatThrownBy(() -> method.validate(tablet))
                .isInstanceOf(SqlException.class)
                .hasMessage(message);
    }
}
