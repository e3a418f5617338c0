package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.storage.table.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SnapshotRegistryTest {
    private static final int SEEDS = 200;
    private static final int STEPS = 300;

    @Test
    void horizonIsWhatTheOldestOpenSnapshotSees() {
        var only = Long.getLong("seed");
        for (long seed = only == null ? 0 : only;
                seed < (only == null ? SEEDS : only + 1);
                seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var random = new SplittableRandom(seed);
        var registry = new SnapshotRegistry();
        List<Snapshot> open = new ArrayList<>();
        var late = new TreeSet<Long>();
        long published = 0;
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> registry.publish(++published);
                case 2 -> {
                    registry.beginLate(++published);
                    late.add(published);
                }
                case 3 -> {
                    if (!late.isEmpty()) {
                        long done = random.nextBoolean() ? late.first() : late.last();
                        registry.publishLate(done);
                        late.remove(done);
                    }
                }
                case 4, 5 -> open.add(registry.take());
                case 6 -> {
                    if (!open.isEmpty()) {
                        open.add(registry.keep(open.get(random.nextInt(open.size()))));
                    }
                }
                default -> {
                    if (!open.isEmpty()) {
                        registry.close(open.remove(random.nextInt(open.size())));
                    }
                }
            }
            long newest = late.isEmpty() ? published : late.first() - 1;
            long oldest = open.stream().mapToLong(Snapshot::quiet).min().orElse(newest);
            assertThat(registry.horizon())
                    .as("step %d, replay with -Dseed=%d", step, seed)
                    .isEqualTo(Math.min(newest, oldest));
            var now = registry.take();
            registry.close(now);
            for (long commit = 1; commit <= published + 1; commit++) {
                assertThat(now.sees(commit))
                        .as("commit %d at step %d, replay with -Dseed=%d", commit, step, seed)
                        .isEqualTo(commit <= published && !late.contains(commit));
            }
        }
    }

    @Test
    void closingTwiceIsAnError() {
        var registry = new SnapshotRegistry();
        registry.publish(1);
        var newest = registry.take();
        registry.close(newest);
        assertThatThrownBy(() -> registry.close(newest)).isInstanceOf(IllegalStateException.class);

        var older = registry.take();
        registry.publish(2);
        registry.close(older);
        assertThatThrownBy(() -> registry.close(older)).isInstanceOf(IllegalStateException.class);
    }
}
