package dev.quiverdb.execute;

import static dev.quiverdb.execute.TestWorld.constant;
import static dev.quiverdb.execute.TestWorld.input;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.plan.Estimate;
import dev.quiverdb.plan.Matching;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ORDER BY distance LIMIT k: exactly, by index, with filters, and when rows run short. */
final class VectorSearchTest {
    private static final int ROWS = 300;
    private static final int DIMENSIONS = 8;

    private @TempDir Path directory;
    private TestWorld world;
    private Relation table;
    private final List<Vector> vectors = new ArrayList<>();

    @BeforeEach
    void open() {
        world = new TestWorld(directory);
        var index =
                new Relation.Index(
                        401,
                        401,
                        "items_idx",
                        "hnsw",
                        List.of(1),
                        List.of("v"),
                        false,
                        false,
                        -1,
                        0,
                        false,
                        false);
        table =
                world.create(
                        TestWorld.relation(
                                111,
                                "items",
                                List.of(
                                        TestWorld.column(1, "id", Types.INT4, false),
                                        new Relation.Column(
                                                2,
                                                "v",
                                                Types.VECTOR,
                                                DIMENSIONS,
                                                false,
                                                false,
                                                null)),
                                List.of(index)));
        var random = new SplittableRandom(3);
        var rows = new ArrayList<List<@Nullable Object>>();
        for (int i = 0; i < ROWS; i++) {
            float[] values = new float[DIMENSIONS];
            for (int d = 0; d < DIMENSIONS; d++) {
                values[d] = (float) random.nextDouble();
            }
            vectors.add(Vector.of(values));
            rows.add(List.of(i, Vector.of(values)));
        }
        rows.add(Arrays.asList(ROWS, null));
        world.change(
                new Plan.Insert(
                        table,
                        TestWorld.values(List.of(Types.INT4, Types.VECTOR), rows),
                        List.of(input(0, Types.INT4), input(1, Types.VECTOR)),
                        null,
                        List.of(),
                        null,
                        Estimate.UNKNOWN));
        world.commit();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static final FunctionRef DISTANCE =
            new FunctionRef(
                    0,
                    "l2_distance",
                    "l2_distance",
                    List.of(Types.VECTOR, Types.VECTOR),
                    Types.FLOAT8,
                    true,
                    'i',
                    false,
                    "<->");

    private Plan.VectorSearch search(
            Plan.VectorMode mode, Vector query, long limit, @Nullable Expression filter) {
        return new Plan.VectorSearch(
                new Plan.TableSource(table, "items", List.of(0), -1),
                mode,
                table.indexes().getFirst(),
                1,
                constant(query, Types.VECTOR),
                DISTANCE,
                constant(limit, Types.INT8),
                filter,
                filter == null
                        ? null
                        : new Matching(
                                new Plan.SeqScan(
                                        new Plan.TableSource(
                                                table, "items", List.of(0, Plan.ROW_ID), -1),
                                        filter,
                                        Estimate.UNKNOWN),
                                null,
                                ROWS),
                true,
                "",
                Estimate.UNKNOWN);
    }

    private List<Integer> nearest(Vector query, int count, java.util.function.IntPredicate wanted) {
        return java.util.stream.IntStream.range(0, ROWS)
                .filter(wanted)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> distance(query, vectors.get(i))))
                .limit(count)
                .toList();
    }

    private static double distance(Vector a, Vector b) {
        float sum = 0;
        for (int i = 0; i < a.dimensions(); i++) {
            float difference = a.get(i) - b.get(i);
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    @Test
    void exactSearchGivesTheNearestWithTheirDistances() {
        var query = vectors.get(17);

        var rows = world.run(search(Plan.VectorMode.EXACT, query, 10, null));

        assertThat(rows.stream().map(row -> row.get(0)).toList())
                .isEqualTo(nearest(query, 10, i -> true));
        assertThat(rows.getFirst()).isEqualTo(List.of(17, 0.0));
    }

    @Test
    void searchByIndexFindsNearlyAllOfThem() {
        int found = 0;
        for (int i = 0; i < 20; i++) {
            var query = vectors.get(i * 7);
            var rows = world.run(search(Plan.VectorMode.INDEX, query, 10, null));
            assertThat(rows)
                    .hasSize(10)
                    .isSortedAccordingTo(Comparator.comparingDouble(row -> distance(row)));
            var expected = nearest(query, 10, id -> true);
            found +=
                    (int)
                            rows.stream()
                                    .filter(row -> expected.contains((Integer) row.get(0)))
                                    .count();
        }

        assertThat(found).isGreaterThan(180);
    }

    private static double distance(List<?> row) {
        return row.get(1) instanceof Double d ? d : Double.MAX_VALUE;
    }

    @Test
    void aFilterNeverEatsResults() {
        var query = vectors.get(5);
        var mod =
                TestWorld.call(
                        "int4mod", Types.INT4, input(0, Types.INT4), constant(50, Types.INT4));
        var filter = TestWorld.equal(mod, constant(3, Types.INT4));

        var rows = world.run(search(Plan.VectorMode.INDEX, query, 10, filter));

        assertThat(rows.stream().map(row -> (Integer) row.get(0)).toList())
                .containsExactlyInAnyOrderElementsOf(nearest(query, 10, i -> i % 50 == 3));
    }

    @Test
    void rowsWithoutAVectorComeLastWhenOthersRunShort() {
        var rows = world.run(search(Plan.VectorMode.INDEX, vectors.get(1), ROWS + 10, null));

        assertThat(rows).hasSize(ROWS + 1);
        assertThat(rows.getLast()).isEqualTo(Arrays.asList(ROWS, null));
    }
}
