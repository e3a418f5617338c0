package dev.quiverdb.storage.btree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.storage.block.BlockStoreOptions;
import dev.quiverdb.storage.block.LocalBlockStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Readers beside a writer that splits, merges and is checkpointed, in a cache too small for the
 * tree.
 */
final class BTreeConcurrencyTest {
    private static final int STABLE = 3000;

    private static byte[] key(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    /** Even numbers below {@code 2 * STABLE} stay; odd ones come and go. */
    @Test
    void readersSeeEveryStableEntryOnceWhileOthersComeAndGo() throws InterruptedException {
        try (var store =
                LocalBlockStore.open(
                        BlockStoreOptions.of(
                                new SimulatedDisk(), Chance.seeded(1), "store", 1 << 20))) {
            int visit = store.enterWriter();
            var tree = BTree.open(store, BTree.create(store, 4096));
            for (int i = 0; i < STABLE; i++) {
                tree.insert(key(2L * i), i, 0);
            }
            store.exitWriter(visit);
            var stop = new AtomicBoolean();
            var failure = new AtomicReference<@Nullable Throwable>();
            var scans = new AtomicLong();
            List<Thread> readers = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                long seed = t;
                readers.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    var random = new SplittableRandom(seed);
                                    try {
                                        while (!stop.get()) {
                                            scan(tree, random);
                                            scans.incrementAndGet();
                                        }
                                    } catch (Throwable e) {
                                        failure.compareAndSet(null, e);
                                    }
                                }));
            }
            var random = new SplittableRandom(7);
            long deadline = System.nanoTime() + 3_000_000_000L;
            for (long time = 1; System.nanoTime() < deadline && failure.get() == null; time++) {
                visit = store.enterWriter();
                int from = random.nextInt(STABLE);
                boolean insert = random.nextBoolean();
                for (int i = from; i < Math.min(STABLE, from + 300); i++) {
                    if (insert) {
                        tree.insert(key(2L * i + 1), i, time);
                    } else {
                        tree.delete(key(2L * i + 1), i, time);
                    }
                }
                store.exitWriter(visit);
                tree.prune(time);
                if (time % 20 == 0) {
                    store.checkpoint(time, ByteBuffer.allocate(0));
                }
            }
            stop.set(true);
            for (var reader : readers) {
                reader.join();
            }
            assertThat(failure.get()).isNull();
            assertThat(scans.get()).isPositive();
            visit = store.enterReader();
            assertThat(tree.check()).isEmpty();
            store.exitReader(visit);
        }
    }

    private static void scan(BTree tree, SplittableRandom random) {
        if (random.nextInt(20) > 0) {
            for (int i = 0; i < 50; i++) {
                int number = random.nextInt(STABLE);
                long[] rows = new long[2];
                assertThat(tree.find(key(2L * number), Long.MAX_VALUE, rows)).isEqualTo(1);
                assertThat(rows[0]).isEqualTo(number);
            }
            return;
        }
        boolean reverse = random.nextBoolean();
        int seen = 0;
        long last = reverse ? Long.MAX_VALUE : -1;
        try (var cursor = tree.range(KeyBounds.all(), reverse, Long.MAX_VALUE)) {
            while (cursor.next()) {
                long number = ByteBuffer.wrap(cursor.key()).getLong();
                assertThat(reverse ? number < last : number > last)
                        .as("%d after %d", number, last)
                        .isTrue();
                last = number;
                seen += number % 2 == 0 ? 1 : 0;
            }
        }
        assertThat(seen).isEqualTo(STABLE);
    }
}
