package dev.quiverdb.storage.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.FileDisk;
import dev.quiverdb.storage.key.KeyException;
import dev.quiverdb.storage.key.KeyRing;
import dev.quiverdb.storage.key.KeyRings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalBlockStoreTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static BlockStoreOptions on(Disk disk) {
        return BlockStoreOptions.of(disk, Chance.seeded(1), "store", 1 << 20);
    }

    private static long add(BlockStore store, int sizeBytes, long value) {
        int visit = store.enterWriter();
        long id = store.allocate(sizeBytes);
        store.write(id).set(ValueLayout.JAVA_LONG, 0, value);
        store.exitWriter(visit);
        return id;
    }

    private static long first(BlockStore store, long id) {
        int visit = store.enterReader();
        try {
            return store.read(id).get(ValueLayout.JAVA_LONG, 0);
        } finally {
            store.exitReader(visit);
        }
    }

    @Test
    void storeManyTimesItsCacheWorksOnARealDisk(@TempDir Path directory) {
        int blocks = 300;
        List<Long> ids = new ArrayList<>();
        try (var store = LocalBlockStore.open(on(new FileDisk(directory)))) {
            for (int i = 0; i < blocks; i++) {
                ids.add(add(store, 16 << 10, i));
            }
            assertThat(store.statistics().cacheBytes()).isLessThanOrEqualTo((1 << 20) + (64 << 10));
            for (int i = 0; i < blocks; i++) {
                assertThat(first(store, ids.get(i))).isEqualTo(i);
            }
            store.checkpoint(1, NOTHING);
        }
        try (var store = LocalBlockStore.open(on(new FileDisk(directory)))) {
            for (int i = 0; i < blocks; i++) {
                assertThat(first(store, ids.get(i))).isEqualTo(i);
            }
            assertThat(store.statistics().cacheBytes()).isLessThanOrEqualTo((1 << 20) + (64 << 10));
            assertThat(store.verify()).isEmpty();
        }
    }

    @Test
    void zerosAtTheEndOfABlockAreNotStored() {
        var chance = Chance.seeded(1);
        for (var keys : new KeyRing[] {null, KeyRings.of(new byte[32], chance)}) {
            var disk = new SimulatedDisk();
            long id;
            try (var store = LocalBlockStore.open(on(disk).withKeyRing(keys))) {
                id = add(store, 64 << 10, 42);
                long empty = add(store, 64 << 10, 0);
                store.checkpoint(1, NOTHING);
                long small = store.statistics().usedBytes();
                assertThat(small).isLessThan(64 << 10);
                assertThat(store.sizeOf(empty)).isEqualTo(64 << 10);
                int visit = store.enterWriter();
                store.write(id).set(ValueLayout.JAVA_LONG, 20_000, 43);
                store.exitWriter(visit);
                store.checkpoint(2, NOTHING);
            }
            try (var store = LocalBlockStore.open(on(disk).withKeyRing(keys))) {
                int visit = store.enterReader();
                var memory = store.read(id);
                assertThat(memory.byteSize()).isEqualTo(64 << 10);
                assertThat(memory.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
                assertThat(memory.get(ValueLayout.JAVA_LONG, 20_000)).isEqualTo(43);
                assertThat(memory.asSlice(20_008).mismatch(zeros(45_528))).isEqualTo(-1);
                store.exitReader(visit);
                assertThat(store.verify()).isEmpty();
            }
        }
    }

    private static MemorySegment zeros(int bytes) {
        return MemorySegment.ofArray(new byte[bytes]);
    }

    @Test
    void oneLongVisitDoesNotEmptyTheCache() {
        try (var store = LocalBlockStore.open(on(new SimulatedDisk()))) {
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                ids.add(add(store, 16 << 10, i));
            }
            int visit = store.enterReader();
            for (long id : ids) {
                store.read(id);
            }
            long reads = store.statistics().reads();
            // What was read last is still there: eviction took no more than it had to.
            for (long id : ids.subList(160, 200)) {
                store.read(id);
            }
            assertThat(store.statistics().reads() - reads).isLessThanOrEqualTo(8);
            store.exitReader(visit);
        }
    }

    @Test
    void readerKeepsItsMemoryThoughTheBlockIsChangedAndFreed() {
        try (var store = LocalBlockStore.open(on(new SimulatedDisk()))) {
            long id = add(store, 4096, 5);
            var checkpoint = store.freeze(1, NOTHING);
            int visit = store.enterReader();
            var old = store.read(id);
            int writer = store.enterWriter();
            store.write(id).set(ValueLayout.JAVA_LONG, 0, 6);
            assertThat(store.read(id).get(ValueLayout.JAVA_LONG, 0)).isEqualTo(6);
            store.free(id);
            store.exitWriter(writer);
            checkpoint.complete();
            for (int i = 0; i < 500; i++) {
                add(store, 4096, -1);
            }
            assertThat(old.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(5);
            assertThatThrownBy(() -> store.read(id)).isInstanceOf(IllegalArgumentException.class);
            store.exitReader(visit);
        }
    }

    @Test
    void writersOfManyThreadsAndCheckpointsAgreeOnEachImage() throws InterruptedException {
        var disk = new SimulatedDisk();
        int threads = 4;
        int blocksEach = 40;
        var ids = new AtomicLongArray(threads * blocksEach);
        var failure = new AtomicReference<@Nullable Throwable>();
        try (var store = LocalBlockStore.open(on(disk))) {
            for (int i = 0; i < ids.length(); i++) {
                ids.set(i, add(store, 16 << 10, 0));
            }
            var stop = new AtomicBoolean();
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                writers.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        change(store, ids, thread, blocksEach, stop);
                                    } catch (Throwable e) {
                                        failure.compareAndSet(null, e);
                                    }
                                }));
            }
            for (int i = 1; i <= 60 && failure.get() == null; i++) {
                store.checkpoint(i, NOTHING);
                try (var image =
                        LocalBlockStore.open(
                                BlockStoreOptions.of(
                                        disk.crashLosingAll(),
                                        Chance.seeded(2),
                                        "store",
                                        1 << 20))) {
                    assertThat(image.manifest().sequence()).isEqualTo(i);
                    requireEqualPairs(image, ids, threads, blocksEach);
                }
            }
            stop.set(true);
            for (var writer : writers) {
                writer.join();
            }
        }
        assertThat(failure.get()).isNull();
    }

    /** In one visit two blocks always get the same number, at both ends. */
    private static void change(
            BlockStore store, AtomicLongArray ids, int thread, int blocksEach, AtomicBoolean stop) {
        var random = new SplittableRandom(thread);
        long number = 0;
        while (!stop.get()) {
            int pair = thread * blocksEach + random.nextInt(blocksEach / 2) * 2;
            int visit = store.enterWriter();
            try {
                number++;
                if (random.nextInt(8) == 0) {
                    store.free(ids.get(pair));
                    ids.set(pair, store.allocate(16 << 10));
                    store.write(ids.get(pair)).set(ValueLayout.JAVA_LONG, 8, ids.get(pair + 1));
                }
                for (int i = pair; i < pair + 2; i++) {
                    var memory = store.write(ids.get(i));
                    memory.set(ValueLayout.JAVA_LONG, 0, number);
                    memory.set(ValueLayout.JAVA_LONG, memory.byteSize() - 8, number);
                }
            } finally {
                store.exitWriter(visit);
            }
        }
    }

    private static void requireEqualPairs(
            BlockStore image, AtomicLongArray ids, int threads, int blocksEach) {
        int visit = image.enterReader();
        for (int i = 1; i < threads * blocksEach; i += 2) {
            // The second of a pair never moves; the first one is only found where its number did
            // not change since.
            var second = image.read(ids.get(i));
            assertEnds(second);
            long first = ids.get(i - 1);
            try {
                var memory = image.read(first);
                boolean stillPair =
                        memory.get(ValueLayout.JAVA_LONG, 8) == 0
                                || memory.get(ValueLayout.JAVA_LONG, 8) == ids.get(i);
                if (stillPair) {
                    assertEnds(memory);
                }
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("no block " + first);
            }
        }
        image.exitReader(visit);
    }

    private static void assertEnds(MemorySegment memory) {
        assertThat(memory.get(ValueLayout.JAVA_LONG, 0))
                .isEqualTo(memory.get(ValueLayout.JAVA_LONG, memory.byteSize() - 8));
    }

    @Test
    void spaceIsUsedAgain() {
        try (var store = LocalBlockStore.open(on(new SimulatedDisk()))) {
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                ids.add(add(store, 16 << 10, 0));
            }
            for (int round = 1; round <= 50; round++) {
                int visit = store.enterWriter();
                for (long id : ids) {
                    store.write(id).set(ValueLayout.JAVA_LONG, 0, round);
                }
                store.exitWriter(visit);
                store.checkpoint(round, NOTHING);
            }
            // Newest root, the one before, and the one being written.
            assertThat(store.statistics().fileBytes()).isLessThan(4 * (64 << 14));
        }
    }

    @Test
    void encryptedStoreShowsNothingAndNeedsItsKey() {
        var disk = new SimulatedDisk();
        var key = new byte[32];
        var ring = KeyRings.of(key, Chance.seeded(2));
        var text = "attack at dawn".getBytes(StandardCharsets.UTF_8);
        long id;
        try (var store = LocalBlockStore.open(on(disk).withKeyRing(ring))) {
            int visit = store.enterWriter();
            id = store.allocate(4096);
            MemorySegment.copy(text, 0, store.write(id), ValueLayout.JAVA_BYTE, 100, text.length);
            store.exitWriter(visit);
            store.checkpoint(1, ByteBuffer.wrap(text));
        }
        var stored = new String(disk.contentOf("store/blocks"), StandardCharsets.ISO_8859_1);
        assertThat(stored).doesNotContain("attack");
        assertThatThrownBy(() -> LocalBlockStore.open(on(disk))).isInstanceOf(KeyException.class);
        var other =
                KeyRings.of(
                        "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8),
                        Chance.seeded(2));
        assertThatThrownBy(() -> LocalBlockStore.open(on(disk).withKeyRing(other)))
                .isInstanceOf(KeyException.class);
        try (var store = LocalBlockStore.open(on(disk).withKeyRing(ring))) {
            int visit = store.enterReader();
            assertThat(store.read(id).asSlice(100, text.length).toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(text);
            store.exitReader(visit);
            assertThat(store.manifest().payload()).isEqualTo(ByteBuffer.wrap(text));
        }
    }

    @Test
    void missingManifestBesideBlocksIsRefused() {
        var disk = new SimulatedDisk();
        try (var store = LocalBlockStore.open(on(disk))) {
            add(store, 4096, 1);
            store.checkpoint(1, NOTHING);
        }
        disk.delete("store/manifest");
        assertThatThrownBy(() -> LocalBlockStore.open(on(disk)))
                .isInstanceOf(BlockDamagedException.class)
                .hasMessageContaining("manifest");
    }
}
