package dev.quiverdb.sql.catalog;

import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable hash map that shares structure with the maps it was made from: a hash array mapped
 * trie (Bagwell 2001). Look-up and copying change cost O(log32 n). Safe for any number of threads.
 */
final class PersistentMap<K, V> {
    private static final int BITS = 5;
    private static final PersistentMap<?, ?> EMPTY =
            new PersistentMap<>(new Node(0, new Object[0]), 0);

    /**
     * Slots of a node hold an {@link Entry}, a deeper {@link Node}, or an {@code Entry[]} of equal
     * hashes.
     */
    private record Entry(Object key, Object value) {}

    private static final class Node {
        final int bitmap;
        final Object[] slots;

        Node(int bitmap, Object[] slots) {
            this.bitmap = bitmap;
            this.slots = slots;
        }
    }

    private final Node root;
    private final int size;

    private PersistentMap(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    @SuppressWarnings("unchecked")
    static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    int size() {
        return size;
    }

    private static int spread(Object key) {
        int hash = key.hashCode() * 0x9E3779B1;
        return hash ^ (hash >>> 16);
    }

    private static int bit(int hash, int shift) {
        return 1 << ((hash >>> shift) & 31);
    }

    private static int slot(Node node, int bit) {
        return Integer.bitCount(node.bitmap & (bit - 1));
    }

    @SuppressWarnings("unchecked")
    @Nullable V get(K key) {
        int hash = spread(key);
        Node node = root;
        for (int shift = 0; ; shift += BITS) {
            int bit = bit(hash, shift);
            if ((node.bitmap & bit) == 0) {
                return null;
            }
            switch (node.slots[slot(node, bit)]) {
                case Node deeper -> node = deeper;
                case Entry entry -> {
                    return entry.key.equals(key) ? (V) entry.value : null;
                }
                case Entry[] equalHashes -> {
                    for (var entry : equalHashes) {
                        if (entry.key.equals(key)) {
                            return (V) entry.value;
                        }
                    }
                    return null;
                }
                default -> throw new AssertionError("a slot holds an entry or a node");
            }
        }
    }

    PersistentMap<K, V> with(K key, V value) {
        boolean replaces = get(key) != null;
        var made = put(root, spread(key), 0, new Entry(key, value));
        return new PersistentMap<>(made, replaces ? size : size + 1);
    }

    private static Node put(Node node, int hash, int shift, Entry entry) {
        int bit = bit(hash, shift);
        int at = slot(node, bit);
        if ((node.bitmap & bit) == 0) {
            var slots = new Object[node.slots.length + 1];
            System.arraycopy(node.slots, 0, slots, 0, at);
            slots[at] = entry;
            System.arraycopy(node.slots, at, slots, at + 1, node.slots.length - at);
            return new Node(node.bitmap | bit, slots);
        }
        var slots = node.slots.clone();
        slots[at] =
                switch (slots[at]) {
                    case Node deeper -> put(deeper, hash, shift + BITS, entry);
                    case Entry old when old.key.equals(entry.key) -> entry;
                    case Entry old when spread(old.key) == hash -> new Entry[] {old, entry};
                    case Entry old -> {
                        var split =
                                put(new Node(0, new Object[0]), spread(old.key), shift + BITS, old);
                        yield put(split, hash, shift + BITS, entry);
                    }
                    case Entry[] equalHashes -> {
                        if (spread(equalHashes[0].key) != hash) {
                            int oldHash = spread(equalHashes[0].key);
                            var below =
                                    new Node(
                                            bit(oldHash, shift + BITS), new Object[] {equalHashes});
                            yield put(below, hash, shift + BITS, entry);
                        }
                        for (int i = 0; i < equalHashes.length; i++) {
                            if (equalHashes[i].key.equals(entry.key)) {
                                var copy = equalHashes.clone();
                                copy[i] = entry;
                                yield copy;
                            }
                        }
                        var copy = Arrays.copyOf(equalHashes, equalHashes.length + 1);
                        copy[equalHashes.length] = entry;
                        yield copy;
                    }
                    default -> throw new AssertionError("a slot holds an entry or a node");
                };
        return new Node(node.bitmap, slots);
    }

    PersistentMap<K, V> without(K key) {
        return get(key) == null
                ? this
                : new PersistentMap<>(remove(root, spread(key), 0, key), size - 1);
    }

    private static Node remove(Node node, int hash, int shift, Object key) {
        int bit = bit(hash, shift);
        int at = slot(node, bit);
        Object left =
                switch (node.slots[at]) {
                    case Node deeper -> remove(deeper, hash, shift + BITS, key);
                    case Entry[] equalHashes -> {
                        var rest = new Entry[equalHashes.length - 1];
                        int n = 0;
                        for (var entry : equalHashes) {
                            if (!entry.key.equals(key)) {
                                rest[n++] = entry;
                            }
                        }
                        yield rest.length == 1 ? rest[0] : rest;
                    }
                    default -> new Node(0, new Object[0]);
                };
        if (left instanceof Node below && below.bitmap == 0) {
            var slots = new Object[node.slots.length - 1];
            System.arraycopy(node.slots, 0, slots, 0, at);
            System.arraycopy(node.slots, at + 1, slots, at, slots.length - at);
            return new Node(node.bitmap & ~bit, slots);
        }
        var slots = node.slots.clone();
        slots[at] = left;
        return new Node(node.bitmap, slots);
    }

    /** Visits all entries in no particular order. */
    void forEach(BiConsumer<? super K, ? super V> action) {
        visit(root, action);
    }

    @SuppressWarnings("unchecked")
    private static <K, V> void visit(Node node, BiConsumer<? super K, ? super V> action) {
        for (var slot : node.slots) {
            switch (slot) {
                case Node deeper -> visit(deeper, action);
                case Entry entry -> action.accept((K) entry.key, (V) entry.value);
                case Entry[] equalHashes -> {
                    for (var entry : equalHashes) {
                        action.accept((K) entry.key, (V) entry.value);
                    }
                }
                default -> throw new AssertionError("a slot holds an entry or a node");
            }
        }
    }
}
