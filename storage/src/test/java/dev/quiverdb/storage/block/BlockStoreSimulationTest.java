package dev.quiverdb.storage.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.storage.key.KeyRing;
import dev.quiverdb.storage.key.KeyRings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The real store on a disk that loses and tears what was not forced; a map of blocks is the judge.
 */
final class BlockStoreSimulationTest {
    private static final String DIRECTORY = "store";

    /**
     * Blocks as they should be. Arrays are replaced, never changed, so that copies of the map are
     * snapshots.
     */
    private static final class Model {
        Map<Long, byte[]> blocks = new HashMap<>();
        final Map<Long, Map<Long, byte[]>> frozen = new HashMap<>();
        long completed;
        final @Nullable KeyRing keys;

        Model(SplittableRandom random) {
            var chance = Chance.seeded(random.nextLong());
            var key = new byte[32];
            chance.nextBytes(key);
            keys = random.nextBoolean() ? KeyRings.of(key, chance) : null;
            frozen.put(0L, Map.of());
        }

        byte[] block(long id) {
            return Objects.requireNonNull(blocks.get(id));
        }

        Map<Long, byte[]> image(long sequence) {
            return Objects.requireNonNull(frozen.get(sequence));
        }

        LocalBlockStore open(Disk disk, long salt) {
            return LocalBlockStore.open(
                    BlockStoreOptions.of(disk, Chance.seeded(salt), DIRECTORY, 1 << 20)
                            .withKeyRing(keys));
        }

        void judge(BlockStore store) {
            judge(store, blocks);
        }

        static void judge(BlockStore store, Map<Long, byte[]> expected) {
            assertThat(store.statistics().blocks()).isEqualTo(expected.size());
            expected.forEach((id, bytes) -> {
                int visit = store.enterReader();
                var memory = store.read(id);
                assertThat(memory.mismatch(MemorySegment.ofArray(bytes)))
                        .as("block %d", id)
                        .isEqualTo(-1);
                store.exitReader(visit);
            });
        }

        /**
         * After a crash the store stands at the last completed checkpoint or at one that was being
         * completed.
         */
        void follow(BlockStore store) {
            long sequence = store.manifest().sequence();
            assertThat(sequence).isGreaterThanOrEqualTo(completed);
            assertThat(frozen).containsKey(sequence);
            blocks = new HashMap<>(image(sequence));
            assertThat(store.manifest().logIndex()).isEqualTo(sequence * 10);
            assertThat(store.manifest().payload()).isEqualTo(ByteBuffer.wrap(payload(sequence)));
            completed = sequence;
            frozen.keySet().removeIf(s -> s > sequence);
            judge(store);
        }

        static byte[] payload(long sequence) {
            if (sequence == 0) {
                return new byte[0];
            }
            var random = new SplittableRandom(sequence);
            var bytes = new byte[random.nextInt(12_000)];
            random.nextBytes(bytes);
            return bytes;
        }
    }

    private static void change(BlockStore store, Model model, SplittableRandom random) {
        int visit = store.enterWriter();
        try {
            for (int i = random.nextInt(4); i >= 0; i--) {
                List<Long> ids = new ArrayList<>(model.blocks.keySet());
                int what = random.nextInt(10);
                if (ids.isEmpty() || what < 3) {
                    int size = 4096 << random.nextInt(5);
                    long id = store.allocate(size);
                    assertThat(model.blocks).doesNotContainKey(id);
                    model.blocks.put(id, new byte[size]);
                    fill(store, model, random, id);
                } else {
                    long id = ids.get(random.nextInt(ids.size()));
                    if (what == 3) {
                        store.free(id);
                        model.blocks.remove(id);
                    } else {
                        fill(store, model, random, id);
                    }
                }
            }
        } finally {
            store.exitWriter(visit);
        }
    }

    private static void fill(BlockStore store, Model model, SplittableRandom random, long id) {
        var bytes = model.block(id).clone();
        assertThat(store.sizeOf(id)).isEqualTo(bytes.length);
        var memory = store.write(id);
        for (int n = random.nextInt(3); n >= 0; n--) {
            int at = random.nextInt(bytes.length - 8);
            long value = random.nextLong();
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
            MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
        }
        model.blocks.put(id, bytes);
    }

    /** The checkpoint that has begun, until it is complete. */
    private static BlockStore.@Nullable Checkpoint step(
            BlockStore store,
            Model model,
            SplittableRandom random,
            BlockStore.@Nullable Checkpoint open) {
        switch (random.nextInt(20)) {
            case 0 -> {
                if (open == null) {
                    return freeze(store, model);
                }
                open.complete();
                model.completed = open.logIndex() / 10;
                return null;
            }
            case 1, 2 -> model.judge(store);
            default -> change(store, model, random);
        }
        return open;
    }

    private static BlockStore.Checkpoint freeze(BlockStore store, Model model) {
        long sequence = store.manifest().sequence() + 1;
        model.frozen.put(sequence, new HashMap<>(model.blocks));
        return store.freeze(sequence * 10, ByteBuffer.wrap(Model.payload(sequence)));
    }

    @Randomised(runs = 200)
    void crashReturnsToTheNewestCheckpoint(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        for (int round = 0; round < 4; round++) {
            disk.cutPowerAt(disk.events() + 1 + random.nextInt(120));
            LocalBlockStore store = null;
            BlockStore.Checkpoint open = null;
            try {
                store = model.open(disk, random.nextLong());
                model.follow(store);
                for (int i = 0; i < 150; i++) {
                    open = step(store, model, random, open);
                }
            } catch (DiskException | BlockStoreClosedException e) {
                assertThat(disk.powerIsCut()).isTrue();
            } finally {
                if (store != null) {
                    store.close();
                }
            }
            disk = random.nextInt(3) == 0 ? disk.killProcess() : disk.crash(random);
        }
        try (var store = model.open(disk, 1)) {
            model.follow(store);
            assertThat(store.verify()).isEmpty();
        }
    }

    @Randomised(runs = 10)
    void everyWriteMayBeTheLast(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        var images = random.split();
        disk.onEvent(_ ->
                disk.crashImages(images, 1)
                        .forEach(image -> {
                            try (var store = model.open(image, 7)) {
                                long sequence = store.manifest().sequence();
                                assertThat(sequence).isGreaterThanOrEqualTo(model.completed);
                                Model.judge(store, model.image(sequence));
                                assertThat(store.verify()).isEmpty();
                            }
                        }));
        BlockStore.Checkpoint open = null;
        try (var store = model.open(disk, 3)) {
            for (int i = 0; i < 60; i++) {
                open = step(store, model, random, open);
            }
        }
    }

    @Randomised(runs = 200)
    void flippedBitIsNamedAndNeverServed(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        try (var store = model.open(disk, 3)) {
            for (int i = 0; i < 30; i++) {
                change(store, model, random);
            }
            freeze(store, model).complete();
            change(store, model, random);
            freeze(store, model).complete();
        }
        var file = random.nextInt(6) == 0 ? "store/manifest" : "store/blocks";
        disk.flipBit(file, random.nextInt(disk.contentOf(file).length), random.nextInt(8));
        try (var store = model.open(disk, 5)) {
            var damage = store.verify();
            long newest = store.manifest().sequence();
            if (!file.endsWith("manifest")) {
                assertThat(newest).isEqualTo(2);
            }
            for (var entry : model.image(newest).entrySet()) {
                int visit = store.enterReader();
                try {
                    assertThat(
                                    store.read(entry.getKey())
                                            .mismatch(MemorySegment.ofArray(entry.getValue())))
                            .isEqualTo(-1);
                } catch (BlockDamagedException e) {
                    assertThat(e.blockId()).isEqualTo(entry.getKey());
                    assertThat(e.file()).isEqualTo(disk.describe(file));
                    assertThat(damage)
                            .extracting(BlockDamagedException::blockId)
                            .contains(e.blockId());
                } finally {
                    store.exitReader(visit);
                }
            }
        } catch (BlockDamagedException e) {
            assertThat(e.file()).isEqualTo(disk.describe(file));
        }
    }

    @Randomised(runs = 60)
    void failedForceStopsTheStoreAndLosesNoCheckpoint(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        var store = model.open(disk, 3);
        disk.failForceAt(disk.forces() + 1 + random.nextInt(12), random.nextLong());
        BlockStore.Checkpoint open = null;
        Exception failure = null;
        for (int i = 0; i < 2000 && failure == null; i++) {
            try {
                open = step(store, model, random, open);
            } catch (DiskException | BlockStoreClosedException e) {
                failure = e;
            }
        }
        assertThat(failure).isNotNull();
        assertThatThrownBy(store::enterWriter).isInstanceOf(BlockStoreClosedException.class);
        store.close();
        try (var again = model.open(disk.crash(random), 9)) {
            model.follow(again);
        }
    }

    @Randomised(runs = 60)
    void fullDiskFailsTheCheckpointWhichSucceedsWhenThereIsRoom(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        disk.limitCapacity(random.nextInt(100_000, 1_500_000));
        BlockStore.Checkpoint open = null;
        try (var store = model.open(disk, 3)) {
            for (int i = 0; i < 400; i++) {
                try {
                    open = step(store, model, random, open);
                } catch (DiskFullException e) {
                    if (random.nextBoolean()) {
                        disk.limitCapacity(Long.MAX_VALUE);
                    }
                    model.judge(store);
                }
            }
            disk.limitCapacity(Long.MAX_VALUE);
            if (open != null) {
                open.complete();
                model.completed = open.logIndex() / 10;
            }
            model.judge(store);
            assertThat(store.verify()).isEmpty();
        }
        try (var again = model.open(disk.crash(random), 9)) {
            model.follow(again);
        }
    }

    @Randomised(runs = 40)
    void backupIsTheStateAtItsPin(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        var target = new SimulatedDisk();
        try (var store = model.open(disk, 3)) {
            for (int i = 0; i < 20; i++) {
                change(store, model, random);
            }
            freeze(store, model).complete();
            try (var pin = store.pin()) {
                for (int i = 0; i < 40; i++) {
                    change(store, model, random);
                    if (i % 5 == 0) {
                        freeze(store, model).complete();
                    }
                }
                pin.copyTo(target, DIRECTORY);
                assertThat(pin.manifest().sequence()).isEqualTo(1);
            }
            for (int i = 0; i < 10; i++) {
                change(store, model, random);
                freeze(store, model).complete();
            }
            long needed = model.blocks.values().stream().mapToLong(b -> b.length).sum();
            // Two roots and the table: space of the pinned image was given back.
            assertThat(store.statistics().usedBytes()).isLessThan(3 * needed + 400_000);
        }
        try (var copy = model.open(target.crashLosingAll(), 4)) {
            Model.judge(copy, model.image(1));
        }
    }
}
