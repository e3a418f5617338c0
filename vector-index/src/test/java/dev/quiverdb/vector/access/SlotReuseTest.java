package dev.quiverdb.vector.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.vector.graph.SearchParameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slots that get another vector while the background still has to do with the one before. */
class SlotReuseTest {
    private static final int DIMENSIONS = 8;
    private static final int ROWS = 1200;

    private final SplittableRandom chance = new SplittableRandom(17);

    private float[] random() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) chance.nextGaussian();
        }
        return vector;
    }

    private static Set<Long> everything(ModelTablet tablet, AccessIndex index, float[] query) {
        VectorEffort effort =
                index instanceof HnswAccessIndex
                        ? new VectorEffort.Graph(SearchParameters.defaults(), false)
                        : new VectorEffort.Lists(4, 0, Integer.MAX_VALUE);
        var request = new VectorSearchRequest(Vector.of(query), 2 * ROWS, effort, null);
        long[] rowIds = new long[2 * ROWS];
        var found = new HashSet<Long>();
        try (var cursor = index.search(request, tablet)) {
            int count = cursor.next(rowIds, new double[rowIds.length]);
            for (int i = 0; i < count; i++) {
                found.add(rowIds[i]);
            }
        }
        return found;
    }

    /**
     * The applying thread says that no snapshot looks for what went, and gives the slots to other
     * rows, while the background goes through those that went.
     */
    @ParameterizedTest
    @CsvSource({"hnsw", "ivfflat"})
    void aSlotThatComesAgainWhileItsOldVectorIsRetiredKeepsItsNewOne(String name) {
        try (var graphs = new HnswAccessMethod(1);
                var lists = IvfAccessMethod.flat(1)) {
            slotsComeAgain(name, name.equals("hnsw") ? graphs : lists);
        }
    }

    private void slotsComeAgain(String name, AccessMethod method) {
        var tablet =
                new ModelTablet(
                        new SimulatedDisk(),
                        name,
                        Types.VECTOR,
                        DIMENSIONS,
                        "vector_l2_ops",
                        name.equals("hnsw") ? Map.of("m", "4", "ef_construction", "8") : Map.of());
        var made = new ArrayList<AccessIndex>();
        tablet.apply(() -> made.add(method.create(tablet)));
        var index = made.getFirst();
        for (long rowId = 0; rowId < ROWS; rowId++) {
            insert(tablet, index, rowId, tablet.slots.allocate());
        }
        for (int round = 1; round <= 8; round++) {
            long commit = round;
            long before = (round - 1L) * ROWS;
            int[] vecIds = new int[ROWS];
            tablet.apply(() -> {
                for (int i = 0; i < ROWS; i++) {
                    int vecId = Objects.requireNonNull(tablet.rows.remove(before + i));
                    index.delete(tablet.view(vecId), before + i, commit, true);
                    vecIds[i] = vecId;
                }
                index.prune(commit);
            });
            for (int i = 0; i < ROWS; i++) {
                int vecId = vecIds[i];
                tablet.apply(() -> index.unlink(ModelTablet.COLUMN, new int[] {vecId}));
                insert(tablet, index, before + ROWS + i, vecId);
            }
            assertThat(index.check()).isEmpty();
            assertThat(everything(tablet, index, random())).isEqualTo(tablet.rows.keySet());
        }
        index.close();
    }

    private void insert(ModelTablet tablet, AccessIndex index, long rowId, int vecId) {
        var row = tablet.put(rowId, random(), vecId);
        tablet.apply(() -> index.insert(row, rowId, rowId));
    }
}
