package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Whatever is done to a graph, step by step: after each step every linked vector can be reached
 * from the entry on the ground layer, and the graph is whole.
 */
class ReachabilityTest {
    private static final int LIVE_MAX = 160;

    /** A small graph and what waits to be done to it. */
    private static final class Steps {
        final SplittableRandom chance;
        final Cloud cloud;
        final TreeSet<Integer> live = new TreeSet<>();
        final ArrayDeque<Integer> killed = new ArrayDeque<>();
        final List<Integer> unused = new ArrayList<>();
        HnswIndex index;

        Steps(SplittableRandom chance) {
            this.chance = chance;
            int m = 2 + chance.nextInt(4);
            cloud =
                    new Cloud(
                            chance.split(),
                            ElementKind.FLOAT32,
                            2 + chance.nextInt(6),
                            Metric.L2,
                            new HnswOptions(m, 2 * m + chance.nextInt(8), 1 << 20));
            index = cloud.index;
        }

        int any() {
            var from = live.ceiling(chance.nextInt(live.last() + 1));
            return from == null ? live.first() : from;
        }

        void insert() {
            int vecId = unused.isEmpty() ? released() : unused.removeLast();
            store(vecId);
        }

        private int released() {
            Integer free = index.takeReleased();
            return free == null || live.contains(free) || killed.contains(free)
                    ? cloud.slots.allocate()
                    : free;
        }

        void store(int vecId) {
            cloud.vector(vecId).copyFrom(cloud.query());
            index.insert(vecId, vecId);
            live.add(vecId);
        }

        void kill(int vecId) {
            live.remove(vecId);
            index.kill(vecId);
            killed.add(vecId);
        }

        void unlink(int vecId) {
            index.unlink(vecId);
        }

        /** The slot of a dead vector has another one before the dead one is out of the graph. */
        void comeAgain() {
            var again = killed.pollLast();
            if (again != null) {
                store(again);
            }
        }

        void killAround() {
            var around = cloud.space.scorer();
            around.bindVector(any());
            var near =
                    live.stream()
                            .map(vecId -> Scored.of(around.score(vecId), vecId))
                            .sorted()
                            .limit(1 + chance.nextInt(25))
                            .map(Scored::vecId)
                            .toList();
            near.forEach(this::kill);
        }

        void killEntry() {
            int entry = index.state().entryId();
            if (live.contains(entry)) {
                kill(entry);
                if (chance.nextBoolean()) {
                    unlink(entry);
                }
            }
        }

        void reopen() {
            index =
                    HnswIndex.open(
                            index.options(), cloud.blocks, index.rootBlock(), cloud.space, null);
            killed.clear();
            killed.addAll(index.deadAtOpen());
        }

        String step(boolean grow) {
            int kind = chance.nextInt(100);
            if (live.isEmpty() || kind < (grow ? 35 : 15)) {
                insert();
                return "insert";
            } else if (kind < (grow ? 70 : 40)) {
                index.linkNext();
                return "link";
            } else if (kind < 74) {
                kill(any());
                return "kill";
            } else if (kind < 84) {
                if (!killed.isEmpty()) {
                    unlink(killed.poll());
                }
                return "unlink";
            } else if (kind < 88) {
                comeAgain();
                return "come again";
            } else if (kind < 91) {
                killEntry();
                return "kill the entry";
            } else if (kind < 93) {
                killAround();
                return "kill around";
            } else if (kind < 96) {
                while (!killed.isEmpty()) {
                    unlink(killed.poll());
                }
                return "unlink all";
            } else if (kind < 98) {
                index.maintain();
                return "maintain";
            }
            reopen();
            return "open again";
        }

        void check(String step) {
            assertThat(index.check()).as(step).isEmpty();
            assertThat(index.liveCount()).as(step).isGreaterThanOrEqualTo(live.size());
        }

        /** An effort that takes in all of the graph finds all of it, without looking behind it. */
        void findEverything() {
            var found = new Neighbours();
            var all = SearchParameters.defaults().withEfSearch(100_000).withTuplesAtMost(100_000);
            try (var cursor = index.openCursor(cloud.query(), all, Admission.ALL)) {
                cursor.next(100_000, found);
            }
            assertThat(new TreeSet<>(ints(found.vecIds()))).isEqualTo(live);
        }

        private static List<Integer> ints(int[] ids) {
            var list = new ArrayList<Integer>();
            for (int id : ids) {
                list.add(id);
            }
            return list;
        }
    }

    @Randomised(runs = 60)
    void everyLinkedVectorIsReachedAfterEveryStep(SplittableRandom chance) {
        var steps = new Steps(chance);
        boolean grow = true;
        for (int i = 0; i < 700; i++) {
            if (steps.live.size() > LIVE_MAX) {
                grow = false;
            } else if (steps.live.size() < 5) {
                grow = true;
            }
            String step = steps.step(grow);
            steps.check("step " + i + ": " + step);
            if (i % 50 == 0) {
                steps.findEverything();
            }
        }
    }
}
