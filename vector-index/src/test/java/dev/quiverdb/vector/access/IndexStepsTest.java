package dev.quiverdb.vector.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.vector.graph.SearchParameters;
import dev.quiverdb.vector.ivf.IvfOptions.Coding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * One index and its background, stepped by one thread: rows come, go, move to other rows' vectors,
 * slots come again at once or late, the index is closed and opened. After every step a search of
 * everything finds every row, once, and nothing is wrong whenever all is done.
 */
class IndexStepsTest {
    private static final int DIMENSIONS = 6;

    /** A method under test and how it is asked for everything. */
    private record Kind(
            String name, AccessMethod method, Map<String, String> options, VectorEffort effort) {
        static Kind of(String name, HandCranked background) {
            var lists = new VectorEffort.Lists(3, 0, Integer.MAX_VALUE);
            return switch (name) {
                case "hnsw" ->
                        new Kind(
                                name,
                                new HnswAccessMethod(1, background),
                                Map.of("m", "2", "ef_construction", "6"),
                                new VectorEffort.Graph(SearchParameters.defaults(), false));
                case "ivfflat" ->
                        new Kind(
                                name,
                                new IvfAccessMethod(name, Coding.FLAT, 1, background),
                                Map.of("lists", "6"),
                                lists);
                default ->
                        new Kind(
                                name,
                                new IvfAccessMethod(name, Coding.PRODUCT, 1, background),
                                Map.of("lists", "6", "pq_m", "6", "pq_bits", "8"),
                                lists);
            };
        }
    }

    private static final class Steps {
        final SplittableRandom chance;
        final HandCranked background = new HandCranked();
        final SimulatedDisk disk = new SimulatedDisk();
        final Kind kind;
        final List<Integer> free = new ArrayList<>();

        /** Vectors whose rows went, which the storage has not let go yet. */
        final List<Integer> leaving = new ArrayList<>();

        ModelTablet tablet;
        AccessIndex index;
        long commit = 1;
        long nextRow = 1;

        Steps(SplittableRandom chance) {
            this.chance = chance;
            kind = Kind.of(List.of("hnsw", "ivfflat", "ivfpq").get(chance.nextInt(3)), background);
            tablet = newTablet();
            for (int i = 0; i < 60; i++) {
                tablet.put(nextRow++, random(), tablet.slots.allocate());
            }
            index = kind.method.build(tablet, tablet, BuildProgress.SILENT);
        }

        ModelTablet newTablet() {
            return new ModelTablet(
                    disk, kind.name, Types.VECTOR, DIMENSIONS, "vector_l2_ops", kind.options);
        }

        float[] random() {
            float[] vector = new float[DIMENSIONS];
            int cluster = chance.nextInt(5);
            for (int i = 0; i < DIMENSIONS; i++) {
                vector[i] = (float) (6 * ((cluster * (i + 3)) % 5) + chance.nextGaussian());
            }
            return vector;
        }

        void insert() {
            int vecId =
                    free.isEmpty()
                            ? tablet.slots.allocate()
                            : free.remove(chance.nextInt(free.size()));
            long rowId = nextRow++;
            var row = tablet.put(rowId, random(), vecId);
            tablet.apply(() -> index.insert(row, rowId, commit++));
        }

        private long anyRow() {
            return tablet.rows.keySet().stream()
                    .skip(chance.nextInt(tablet.rows.size()))
                    .findFirst()
                    .orElseThrow();
        }

        void delete() {
            long rowId = anyRow();
            int vecId = Objects.requireNonNull(tablet.rows.remove(rowId));
            boolean forSnapshots = chance.nextInt(3) > 0;
            tablet.apply(() -> index.delete(tablet.view(vecId), rowId, commit++, forSnapshots));
            leaving.add(vecId);
        }

        /** The vector stays, the row is another: what an update of other columns may do. */
        void moveToAnotherRow() {
            long rowId = anyRow();
            int vecId = Objects.requireNonNull(tablet.rows.remove(rowId));
            long to = nextRow++;
            tablet.rows.put(to, vecId);
            tablet.apply(() -> {
                index.delete(tablet.view(vecId), rowId, commit, true);
                index.insert(tablet.view(vecId), to, commit++);
            });
        }

        /** What no snapshot looks for is let go; now and then a slot comes again at once. */
        void letGo() {
            tablet.apply(() -> {
                index.prune(commit);
                int[] vecIds = leaving.stream().mapToInt(i -> i).toArray();
                index.unlink(ModelTablet.COLUMN, vecIds);
            });
            free.addAll(leaving);
            leaving.clear();
            for (int i = chance.nextInt(8); i > 0 && !free.isEmpty(); i--) {
                insert();
            }
        }

        void openAgain() {
            var saved = new ByteWriter();
            tablet.apply(() -> index.save(saved));
            index.close();
            background.shutdown();
            tablet.blocks.checkpoint(commit, ByteBuffer.wrap(saved.toBytes()));
            tablet.blocks.close();
            var before = tablet;
            tablet = newTablet();
            for (int vecId = 0; vecId < before.slots.count(); vecId++) {
                tablet.slots.allocate();
                tablet.slots.set(vecId, before.vector(vecId));
            }
            tablet.rows.putAll(before.rows);
            index = kind.method.open(tablet, tablet.blocks.manifest().payload());
        }

        String step() {
            int rows = tablet.rows.size();
            int kindOfStep = chance.nextInt(100);
            if (rows < 20 || (kindOfStep < 40 && rows < 300)) {
                insert();
                return "insert";
            } else if (kindOfStep < 65) {
                delete();
                return "delete";
            } else if (kindOfStep < 70) {
                moveToAnotherRow();
                return "move to another row";
            } else if (kindOfStep < 78) {
                letGo();
                return "let go";
            } else if (kindOfStep < 98) {
                background.turn();
                return "background";
            } else if (kindOfStep < 99) {
                assertThat(index.check()).isEmpty();
                return "check";
            }
            openAgain();
            return "open again";
        }

        void findEverything(String step) {
            long[] rowIds = new long[1000];
            var request = new VectorSearchRequest(Vector.of(random()), 1000, kind.effort, null);
            try (var cursor = index.search(request, tablet)) {
                int count = cursor.next(rowIds, new double[rowIds.length]);
                assertThat(Arrays.copyOf(rowIds, count))
                        .as("%s, %s", kind.name, step)
                        .containsExactlyInAnyOrder(
                                tablet.rows.keySet().stream().mapToLong(Long::longValue).toArray());
            }
        }
    }

    @Randomised(runs = 24)
    void everyRowIsFoundAfterEveryStep(SplittableRandom chance) {
        var steps = new Steps(chance);
        for (int i = 0; i < 500; i++) {
            String step = steps.step();
            steps.findEverything("step " + i + ": " + step);
        }
        assertThat(steps.index.check()).isEmpty();
        steps.index.close();
    }
}
