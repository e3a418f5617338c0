package dev.quiverdb.storage.btree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** The search in a node, which guesses, beside one that looks at every entry. */
final class NodeSearchTest {
    private static final int NODE_BYTES = 16 << 10;

    /** Keys even, uneven, alike in their first bytes, one with many row ids, or beginning alike. */
    private static byte[] key(SplittableRandom random, int style, int many) {
        return switch (style) {
            case 0 -> ByteBuffer.allocate(9).put((byte) 1).putLong(random.nextInt(many)).array();
            case 1 ->
                    ByteBuffer.allocate(8).putLong(random.nextLong() >> random.nextInt(60)).array();
            case 2 -> {
                var bytes = new byte[8 + random.nextInt(6)];
                for (int i = 8; i < bytes.length; i++) {
                    bytes[i] = (byte) (random.nextInt(3) - 1);
                }
                yield bytes;
            }
            case 3 -> new byte[] {(byte) random.nextInt(3)};
            default -> {
                var bytes = new byte[random.nextInt(4)];
                random.nextBytes(bytes);
                yield bytes;
            }
        };
    }

    @Randomised(runs = 60)
    void aGuessedSearchEndsWhereAPlainOneDoes(SplittableRandom random) {
        int style = random.nextInt(5);
        int count = random.nextInt(1, random.nextInt(4) == 0 ? 20 : 400);
        var fences = new TreeSet<Fence>(NodeSearchTest::order);
        for (int i = 0; i < count; i++) {
            fences.add(new Fence(key(random, style, count * 2), random.nextInt(300)));
        }
        var sorted = List.copyOf(fences);
        var entries = new ArrayList<NodeImage.Entry>();
        sorted.forEach(one -> entries.add(new NodeImage.Entry(one.key, one.rowId, 0)));
        try (var arena = Arena.ofConfined()) {
            var node = arena.allocate(NODE_BYTES, 64);
            new NodeImage(0, Fence.NONE, Fence.NONE, entries, 0).encode(node);
            for (int i = 0; i < 400; i++) {
                byte[] key =
                        random.nextBoolean()
                                ? sorted.get(random.nextInt(sorted.size())).key
                                : key(random, style, count * 2);
                long rowId = random.nextInt(3) == 0 ? 0 : random.nextInt(300);
                int from = random.nextInt(4) == 0 ? before(sorted, key, rowId) : 0;

                assertThat(Node.lowerBound(node, key, rowId, from))
                        .isEqualTo(plain(sorted, key, rowId, 0));
                assertThat(Node.childIndex(node, key, rowId, false))
                        .isEqualTo(Math.max(1, plain(sorted, key, rowId, 1)) - 1);
                int at = plain(sorted, key, rowId, 0);
                assertThat(at < sorted.size() && Node.hasKey(node, at, key))
                        .isEqualTo(at < sorted.size() && sameKey(sorted.get(at), key));
            }
        }
    }

    private static int order(Fence a, Fence b) {
        return Fence.compare(a.key, a.rowId, b.key, b.rowId);
    }

    private static boolean sameKey(Fence fence, byte[] key) {
        return Arrays.equals(fence.key, key);
    }

    private static int before(List<Fence> sorted, byte[] key, long rowId) {
        return plain(sorted, key, rowId, 0) / 2;
    }

    /** The first entry that compares with the place as {@code least} or above it. */
    private static int plain(List<Fence> sorted, byte[] key, long rowId, int least) {
        int at = 0;
        while (at < sorted.size()
                && Fence.compare(sorted.get(at).key, sorted.get(at).rowId, key, rowId) < least) {
            at++;
        }
        return at;
    }
}
