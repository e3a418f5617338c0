package dev.quiverdb.storage.btree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.storage.block.BlockStoreOptions;
import dev.quiverdb.storage.block.LocalBlockStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Runs of entries put into a tree, beside a list. */
final class KeyRunTest {
    private static byte[] key(SplittableRandom random, int style) {
        int length =
                switch (style) {
                    case 0 -> 9;
                    case 1 -> random.nextInt(4);
                    default -> random.nextInt(300);
                };
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = (byte) (style == 0 && i < 6 ? 1 : random.nextInt(style == 1 ? 3 : 256));
        }
        return key;
    }

    @Randomised(runs = 60)
    void aRunIsInOrderAndEveryKeyThatIsThereAlreadyIsDoubtful(SplittableRandom random) {
        try (var store =
                LocalBlockStore.open(
                        BlockStoreOptions.of(
                                new SimulatedDisk(), Chance.seeded(1), "store", 8 << 20))) {
            int ticket = store.enterWriter();
            var tree = BTree.open(store, BTree.create(store, 4096));
            store.exitWriter(ticket);
            int style = random.nextInt(3);
            Set<List<Byte>> known = new HashSet<>();
            long rowId = 0;
            for (int runs = 0; runs < 8; runs++) {
                int count = 1 + random.nextInt(400);
                var builder = new KeyRun.Builder(random.nextInt(500));
                for (int i = 0; i < count; i++) {
                    builder.add(key(random, style), rowId++);
                }
                var run = builder.build();
                assertThat(run.size()).isEqualTo(count);
                ticket = store.enterWriter();
                for (int next = 0; next < count; ) {
                    int reached = tree.insertNext(run, next, 5);
                    assertThat(reached).isGreaterThan(next);
                    next = reached;
                }
                store.exitWriter(ticket);
                for (int i = 0; i < count; i++) {
                    if (!known.add(bytes(run.key(i)))) {
                        assertThat(run.doubtful().get(i)).as("key %d", i).isTrue();
                    }
                    if (i > 0) {
                        int order = Arrays.compareUnsigned(run.key(i - 1), run.key(i));
                        assertThat(order).isLessThanOrEqualTo(0);
                        if (order == 0) {
                            assertThat(run.rowId(i)).isGreaterThan(run.rowId(i - 1));
                        }
                    }
                }
            }
            int ticketOfReader = store.enterReader();
            assertThat(tree.check()).isEmpty();
            store.exitReader(ticketOfReader);
            Set<Long> found = new HashSet<>();
            try (var all = tree.range(KeyBounds.of(null, true, null, false), false, 9)) {
                while (all.next()) {
                    found.add(all.rowId());
                }
            }
            assertThat(found).hasSize((int) rowId);
        }
    }

    private static List<Byte> bytes(byte[] key) {
        var list = new ArrayList<Byte>();
        for (byte b : key) {
            list.add(b);
        }
        return list;
    }
}
