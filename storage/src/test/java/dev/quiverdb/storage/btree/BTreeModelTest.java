package dev.quiverdb.storage.btree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.block.BlockStoreClosedException;
import dev.quiverdb.storage.block.BlockStoreOptions;
import dev.quiverdb.storage.block.LocalBlockStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tree in the real block store beside a sorted set, with snapshots, checkpoints and crashes.
 */
final class BTreeModelTest {
    /** An entry of the model. */
    @SuppressWarnings("ArrayRecordComponent") // Equality goes by content, below.
    private record Entry(byte[] key, long rowId) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int keys = Arrays.compareUnsigned(key, other.key);
            return keys != 0 ? keys : Long.compareUnsigned(rowId, other.rowId);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry entry && compareTo(entry) == 0;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(key) * 31 + Long.hashCode(rowId);
        }

        @Override
        public String toString() {
            return Arrays.toString(key) + "/" + rowId;
        }
    }

    /** How keys of one run look. */
    private static byte[] key(SplittableRandom random, int style) {
        return switch (style) {
            case 0 -> ByteBuffer.allocate(8).putLong(random.nextInt(3000)).array();
            case 1 -> {
                var bytes = new byte[random.nextInt(12)];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (random.nextInt(3) - 1);
                }
                yield bytes;
            }
            case 2 -> ("a common prefix " + random.nextInt(400)).getBytes(StandardCharsets.UTF_8);
            default -> {
                var bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(630) : 20];
                random.nextBytes(bytes);
                yield bytes;
            }
        };
    }

    private static LocalBlockStore open(Disk disk, long salt) {
        return LocalBlockStore.open(
                BlockStoreOptions.of(disk, Chance.seeded(salt), "store", 1 << 20));
    }

    private static long create(BlockStore store) {
        int visit = store.enterWriter();
        try {
            return BTree.create(store, 4096);
        } finally {
            store.exitWriter(visit);
        }
    }

    private static List<Entry> scan(BTree tree, KeyBounds bounds, boolean reverse, long snapshot) {
        List<Entry> found = new ArrayList<>();
        try (var cursor = tree.range(bounds, reverse, snapshot)) {
            while (cursor.next()) {
                found.add(new Entry(cursor.key(), cursor.rowId()));
            }
        }
        return found;
    }

    private static void judge(
            BTree tree, NavigableSet<Entry> model, SplittableRandom random, int style) {
        byte[] a = key(random, style);
        byte[] b = key(random, style);
        boolean swap = Arrays.compareUnsigned(a, b) > 0;
        byte[] lower = random.nextInt(4) == 0 ? null : swap ? b : a;
        byte[] upper = random.nextInt(4) == 0 ? null : swap ? a : b;
        boolean lowerInclusive = random.nextBoolean();
        boolean upperInclusive = random.nextBoolean();
        List<Entry> expected = new ArrayList<>();
        for (var entry : model) {
            int low = lower == null ? 1 : Arrays.compareUnsigned(entry.key, lower);
            int high = upper == null ? -1 : Arrays.compareUnsigned(entry.key, upper);
            if ((low > 0 || (low == 0 && lowerInclusive))
                    && (high < 0 || (high == 0 && upperInclusive))) {
                expected.add(entry);
            }
        }
        var bounds = KeyBounds.of(lower, lowerInclusive, upper, upperInclusive);
        assertThat(scan(tree, bounds, false, Long.MAX_VALUE)).isEqualTo(expected);
        Collections.reverse(expected);
        assertThat(scan(tree, bounds, true, Long.MAX_VALUE)).isEqualTo(expected);
        long[] rows = new long[3000];
        int n = tree.find(a, Long.MAX_VALUE, rows);
        assertThat(Arrays.copyOf(rows, n))
                .isEqualTo(
                        model.stream()
                                .filter(e -> Arrays.equals(e.key, a))
                                .mapToLong(Entry::rowId)
                                .toArray());
        if (a.length > 0) {
            byte[] prefix = Arrays.copyOf(a, 1 + random.nextInt(a.length));
            assertThat(scan(tree, KeyBounds.prefix(prefix), false, Long.MAX_VALUE))
                    .isEqualTo(
                            model.stream()
                                    .filter(e ->
                                            e.key.length >= prefix.length
                                                    && Arrays.mismatch(
                                                                    Arrays.copyOf(
                                                                            e.key, prefix.length),
                                                                    prefix)
                                                            < 0)
                                    .toList());
        }
    }

    private static void change(
            BlockStore store,
            BTree tree,
            NavigableSet<Entry> model,
            SplittableRandom random,
            int style,
            boolean growing,
            long timestamp) {
        int visit = store.enterWriter();
        try {
            for (int i = 0; i < 40; i++) {
                boolean insert = random.nextInt(10) < (growing ? 8 : 2);
                Entry entry = new Entry(key(random, style), random.nextInt(50));
                if (insert) {
                    assertThat(tree.insert(entry.key, entry.rowId, timestamp))
                            .isEqualTo(model.add(entry));
                } else {
                    Entry near = model.ceiling(entry);
                    Entry gone = near == null ? entry : near;
                    assertThat(tree.delete(gone.key, gone.rowId, timestamp))
                            .isEqualTo(model.remove(gone));
                }
            }
        } finally {
            store.exitWriter(visit);
        }
    }

    @Randomised(runs = 120)
    void treeIsTheSortedSet(SplittableRandom random) {
        int style = random.nextInt(4);
        NavigableSet<Entry> model = new TreeSet<>();
        try (var store = open(new SimulatedDisk(), 1)) {
            var tree = BTree.open(store, create(store));
            int steps = 20 + random.nextInt(60);
            for (int step = 0; step < steps; step++) {
                change(store, tree, model, random, style, step < steps / 2, step);
                tree.prune(step);
                if (step % 10 == 0) {
                    store.checkpoint(step, ByteBuffer.allocate(0));
                }
                if (step % 6 == 0) {
                    judge(tree, model, random, style);
                    assertThat(tree.check()).isEmpty();
                    assertThat(tree.bytes()).isEqualTo(4096 * store.statistics().blocks());
                }
            }
            assertThat(scan(tree, KeyBounds.all(), false, Long.MAX_VALUE))
                    .isEqualTo(new ArrayList<>(model));
            int visit = store.enterWriter();
            for (var entry : new ArrayList<>(model)) {
                tree.delete(entry.key, entry.rowId, steps);
            }
            assertThat(tree.check()).isEmpty();
            assertThat(store.statistics().blocks()).isEqualTo(1);
            tree.drop();
            assertThat(store.statistics().blocks()).isEqualTo(0);
            store.exitWriter(visit);
        }
    }

    @Randomised(runs = 60)
    void olderSnapshotsSeeWhatWasDeleted(SplittableRandom random) {
        int style = random.nextInt(4);
        NavigableSet<Entry> model = new TreeSet<>();
        Map<Long, NavigableSet<Entry>> snapshots = new HashMap<>();
        try (var store = open(new SimulatedDisk(), 1)) {
            var tree = BTree.open(store, create(store));
            for (long time = 1; time < 30; time++) {
                change(store, tree, model, random, style, time < 15, time);
                if (random.nextInt(4) == 0) {
                    snapshots.put(time, new TreeSet<>(model));
                }
                for (var snapshot : snapshots.entrySet()) {
                    // What was inserted since may come too: the caller looks at the row.
                    boolean reverse = random.nextBoolean();
                    var found = scan(tree, KeyBounds.all(), reverse, snapshot.getKey());
                    assertThat(found)
                            .isSortedAccordingTo(
                                    reverse ? Collections.reverseOrder() : Entry::compareTo)
                            .doesNotHaveDuplicates()
                            .containsAll(snapshot.getValue());
                    if (snapshots.size() == 1) {
                        var key = key(random, style);
                        long[] rows = new long[100];
                        int n = tree.find(key, snapshot.getKey(), rows);
                        for (var entry : snapshot.getValue()) {
                            if (Arrays.equals(entry.key, key)) {
                                assertThat(Arrays.copyOf(rows, n)).contains(entry.rowId);
                            }
                        }
                    }
                }
                if (random.nextInt(3) == 0 && !snapshots.isEmpty()) {
                    snapshots.remove(Collections.min(snapshots.keySet()));
                }
                tree.prune(snapshots.isEmpty() ? time : Collections.min(snapshots.keySet()));
            }
            tree.prune(100);
            assertThat(tree.overlayBytes()).isZero();
        }
    }

    @Randomised(runs = 60)
    void crashReturnsToTheTreeOfTheCheckpoint(SplittableRandom random) {
        int style = random.nextInt(4);
        var disk = new SimulatedDisk();
        long name;
        try (var store = open(disk, 1)) {
            name = create(store);
            store.checkpoint(0, ByteBuffer.allocate(0));
        }
        NavigableSet<Entry> model = new TreeSet<>();
        Map<Long, NavigableSet<Entry>> frozen = new HashMap<>();
        frozen.put(1L, new TreeSet<>());
        for (int round = 0; round < 3; round++) {
            disk.cutPowerAt(disk.events() + 1 + random.nextInt(150));
            LocalBlockStore store = null;
            try {
                store = open(disk, round);
                var tree = BTree.open(store, name);
                model = new TreeSet<>(image(frozen, store.manifest().sequence()));
                judge(tree, model, random, style);
                for (int step = 0; step < 30; step++) {
                    change(store, tree, model, random, style, random.nextInt(3) > 0, step);
                    tree.prune(step);
                    if (random.nextInt(3) == 0) {
                        frozen.put(store.manifest().sequence() + 1, new TreeSet<>(model));
                        var checkpoint =
                                store.freeze(
                                        store.manifest().logIndex() + 1, ByteBuffer.allocate(0));
                        change(store, tree, model, random, style, true, step);
                        checkpoint.complete();
                    }
                }
            } catch (DiskException | BlockStoreClosedException e) {
                assertThat(disk.powerIsCut()).isTrue();
            } finally {
                if (store != null) {
                    store.close();
                }
            }
            disk = disk.crash(random);
        }
        try (var store = open(disk, 9)) {
            var tree = BTree.open(store, name);
            int visit = store.enterReader();
            assertThat(tree.check()).isEmpty();
            store.exitReader(visit);
            assertThat(scan(tree, KeyBounds.all(), false, Long.MAX_VALUE))
                    .isEqualTo(new ArrayList<>(image(frozen, store.manifest().sequence())));
        }
    }

    private static NavigableSet<Entry> image(Map<Long, NavigableSet<Entry>> frozen, long sequence) {
        return Objects.requireNonNull(frozen.get(sequence));
    }

    @Randomised(runs = 60)
    void builtTreeIsTheSortedInput(SplittableRandom random) {
        int style = random.nextInt(4);
        NavigableSet<Entry> model = new TreeSet<>();
        int entries = random.nextInt(4000);
        for (int i = 0; i < entries; i++) {
            model.add(new Entry(key(random, style), random.nextInt(1000)));
        }
        try (var store = open(new SimulatedDisk(), 1)) {
            int visit = store.enterWriter();
            var builder = BTree.build(store, 4096).at(7);
            model.forEach(entry -> builder.add(entry.key, entry.rowId));
            var tree = BTree.open(store, builder.finish());
            assertThat(tree.check()).isEmpty();
            store.exitWriter(visit);
            judge(tree, model, random, style);
            for (int step = 0; step < 5; step++) {
                change(store, tree, model, random, style, step < 2, 8 + step);
                tree.prune(8 + step);
                judge(tree, model, random, style);
            }
            assertThat(scan(tree, KeyBounds.all(), true, Long.MAX_VALUE))
                    .isEqualTo(new ArrayList<>(model.descendingSet()));
        }
    }
}
