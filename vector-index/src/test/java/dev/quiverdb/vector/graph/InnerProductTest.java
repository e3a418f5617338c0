package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Searches by inner product, where the longest vectors are near to all others. */
class InnerProductTest {
    private static final int DIMENSIONS = 6;

    private final ArenaVectorSlots slots = new ArenaVectorSlots(ElementKind.FLOAT32, DIMENSIONS);
    private final SlotSpace space = new SlotSpace(Metric.INNER_PRODUCT, slots);
    private final ArenaGraphBlocks blocks = new ArenaGraphBlocks();
    private final TreeSet<Integer> live = new TreeSet<>();

    /** A point near one of 20 centres, which are of many lengths. */
    private static float[] point(int i) {
        float[] values = new float[DIMENSIONS];
        for (int d = 1; d <= DIMENSIONS; d++) {
            values[d - 1] = (float) (Math.sin(i % 20 * 7.3 + d * 1.9) * 10 + Math.sin(i * d * 1.7));
        }
        return values;
    }

    private void insert(HnswIndex index, int from, int to) {
        for (int i = from; i <= to; i++) {
            while (slots.count() <= i) {
                slots.allocate();
            }
            slots.set(i, point(i));
            index.insert(i);
            live.add(i);
        }
        index.linkAll();
    }

    private double recall(HnswIndex index) {
        int hits = 0;
        int wanted = 0;
        for (int q = 0; q < 60; q++) {
            int id = 500 + 7 * q;
            var query = slots.slabOf(id).asSlice(slots.offset(id), slots.strideBytes());
            var scorer = space.scorer();
            scorer.bindQuery(query);
            List<Integer> exact = new ArrayList<>(live);
            exact.sort(Comparator.comparingDouble(scorer::score));
            var nearest = new HashSet<>(exact.subList(0, 10));
            var found = new Neighbours();
            index.search(query, 10, SearchParameters.defaults(), Admission.ALL, found);
            for (int vecId : found.vecIds()) {
                hits += nearest.contains(vecId) ? 1 : 0;
            }
            wanted += nearest.size();
        }
        return (double) hits / wanted;
    }

    @Test
    void theLongestAreFoundThoughTheyAreNearToAll() {
        var index = HnswIndex.create(HnswOptions.defaults(), blocks, space, null);
        insert(index, 1, 1500);
        assertThat(recall(index)).as("built").isGreaterThan(0.95);
        insert(index, 1501, 1700);
        for (int i = 100; i <= 400; i++) {
            index.delete(i);
            live.remove(i);
        }
        assertThat(recall(index)).as("after deletes").isGreaterThan(0.95);
        insert(index, 1701, 1751);
        assertThat(recall(index)).as("after inserts").isGreaterThan(0.95);
        index.maintain();
        assertThat(index.check()).isEmpty();
        var again = HnswIndex.open(index.options(), blocks, index.rootBlock(), space, null);
        assertThat(recall(again)).as("opened").isGreaterThan(0.95);
    }
}
