package dev.quiverdb.vector.ivf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.ivf.IvfOptions.Coding;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Lists are split and merged in the middle of a search, where it asks its filter: whatever was
 * there before the search and is there after it is found, once.
 */
class MovingListsTest {
    private static final int DIMENSIONS = 8;

    private final ArenaVectorSlots slots = new ArenaVectorSlots(ElementKind.FLOAT32, DIMENSIONS);
    private final TreeSet<Integer> live = new TreeSet<>();

    private void store(int vecId, SplittableRandom chance, int cluster) {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) (4 * ((cluster >> (i % 4)) & 1) + chance.nextGaussian());
        }
        slots.set(vecId, vector);
    }

    /** Makes one list grow until it is split, or others shrink until they are merged. */
    private void change(IvfWriter writer, SplittableRandom chance) {
        if (chance.nextBoolean()) {
            int cluster = chance.nextInt(16);
            for (int i = 0; i < 120; i++) {
                int vecId = slots.allocate();
                store(vecId, chance, cluster);
                writer.insert(vecId);
                live.add(vecId);
            }
        } else if (live.size() > 400) {
            int from = chance.nextInt(live.last());
            for (int vecId : new ArrayList<>(live.tailSet(from)).stream().limit(200).toList()) {
                writer.delete(vecId);
                live.remove(vecId);
            }
        }
    }

    /** A filter that lets all pass and changes the index now and then. */
    private AdmissionTest changing(IvfWriter writer, SplittableRandom chance) {
        return new AdmissionTest() {
            @Override
            public boolean admits(int vecId) {
                if (chance.nextInt(100) == 0) {
                    change(writer, chance);
                }
                return true;
            }
        };
    }

    @Randomised(runs = 12)
    void whatMovesDuringASearchIsFoundOnce(SplittableRandom chance) {
        var coding = chance.nextBoolean() ? Coding.FLAT : Coding.RABITQ;
        for (int vecId = 0; vecId < 900; vecId++) {
            slots.allocate();
            store(vecId, chance, chance.nextInt(16));
            live.add(vecId);
        }
        int[] all = live.stream().mapToInt(i -> i).toArray();
        var index = IvfIndex.build(new IvfOptions(Metric.L2, 20, coding, 0, 1, 7), slots, all, 1);
        var writer = index.newWriter();
        var search = index.newSearch();
        var query = new QueryVector(ElementKind.FLOAT32, DIMENSIONS, Arena.ofAuto());
        for (int round = 0; round < 4; round++) {
            query.set(new float[DIMENSIONS]);
            var stay = new TreeSet<>(live);
            var found = new ArrayList<Integer>();
            if (chance.nextBoolean()) {
                var heap = search.search(query, 4000, 1000, 4000, changing(writer, chance));
                for (int vecId : heap.toVecIds()) {
                    found.add(vecId);
                }
            } else {
                var cursor = index.openCursor(query, changing(writer, chance), 3, 20);
                while (cursor.advance()) {
                    found.add(cursor.vecId());
                    if (chance.nextInt(100) == 0) {
                        change(writer, chance);
                    }
                }
            }
            stay.retainAll(live);
            assertThat(found).doesNotHaveDuplicates();
            stay.removeAll(found);
            assertThat(stay).as("not found in round " + round).isEmpty();
            index.check();
        }
        assertThat(index.moves.end()).isPositive();
    }
}
