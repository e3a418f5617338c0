package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.spill.SortedRuns;
import dev.quiverdb.storage.spill.SortedRuns.Entry;
import dev.quiverdb.storage.spill.SpillFile;
import dev.quiverdb.storage.txn.WriteSet.OwnKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys that own rows have or had in one ordered index, in order: the newest in memory, the rest
 * in sorted runs. One thread adds; any thread reads while it does not.
 */
final class OwnKeys {
    private static final byte[] NOTHING = {};

    /** What one key costs in memory beside its bytes. */
    static final int KEY_BYTES = 112;

    private final NavigableSet<OwnKey> memory = new TreeSet<>();
    private final SortedRuns spilled;

    OwnKeys(Supplier<SpillFile> file) {
        spilled = new SortedRuns(file);
    }

    /** Adds a key. Returns the bytes it takes in memory. */
    long add(OwnKey key) {
        return memory.add(key) ? KEY_BYTES + key.key().length : 0;
    }

    boolean isEmpty() {
        return memory.isEmpty() && spilled.isEmpty();
    }

    /** How many there are at most. */
    long size() {
        return memory.size() + spilled.count();
    }

    /** Moves what is in memory to the file. */
    void spill() {
        if (!memory.isEmpty()) {
            var keys = memory.iterator();
            spilled.add(
                    new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return keys.hasNext();
                        }

                        @Override
                        public Entry next() {
                            var key = keys.next();
                            return new Entry(key.key(), key.rowId(), NOTHING);
                        }
                    },
                    memory.size());
            memory.clear();
        }
    }

    /** Whether a row has the key. */
    boolean has(byte[] key) {
        var rows = of(key);
        return rows.hasNext();
    }

    /** The entries of exactly one key, in the order of their rows. */
    Iterator<OwnKey> of(byte[] key) {
        return range(key, Arrays.copyOf(key, key.length + 1), false);
    }

    /**
     * The keys in a range, in order, as they are now.
     *
     * @param lower the least key, null for none
     * @param upper the key before which it ends, null for none
     */
    Iterator<OwnKey> range(byte @Nullable [] lower, byte @Nullable [] upper, boolean reverse) {
        var inMemory = inMemory(lower, upper, reverse);
        if (spilled.isEmpty()) {
            return inMemory.iterator();
        }
        var from = lower == null ? null : new Entry(lower, Long.MIN_VALUE, NOTHING);
        var to = upper == null ? null : new Entry(upper, Long.MIN_VALUE, NOTHING);
        return new Both(inMemory.iterator(), spilled.range(from, to, reverse), reverse);
    }

    private Iterable<OwnKey> inMemory(
            byte @Nullable [] lower, byte @Nullable [] upper, boolean reverse) {
        if (memory.isEmpty()) {
            return new ArrayList<>();
        }
        var range = memory;
        if (lower != null) {
            range = range.tailSet(new OwnKey(lower, Long.MIN_VALUE), true);
        }
        if (upper != null) {
            if (lower != null && Arrays.compareUnsigned(lower, upper) >= 0) {
                return new ArrayList<>();
            }
            range = range.headSet(new OwnKey(upper, Long.MIN_VALUE), false);
        }
        // A copy, for more keys may come before the last one is asked for.
        return new ArrayList<>(reverse ? range.descendingSet() : range);
    }

    /** Two sources side by side; what both have comes once. */
    private static final class Both implements Iterator<OwnKey> {
        private final Iterator<OwnKey> memory;
        private final Iterator<Entry> spilled;
        private final boolean reverse;
        private @Nullable OwnKey nextInMemory;
        private @Nullable OwnKey nextSpilled;

        Both(Iterator<OwnKey> memory, Iterator<Entry> spilled, boolean reverse) {
            this.memory = memory;
            this.spilled = spilled;
            this.reverse = reverse;
            nextInMemory = memory.hasNext() ? memory.next() : null;
            nextSpilled = readSpilled();
        }

        private @Nullable OwnKey readSpilled() {
            if (!spilled.hasNext()) {
                return null;
            }
            var entry = spilled.next();
            return new OwnKey(entry.key(), entry.rowId());
        }

        @Override
        public boolean hasNext() {
            return nextInMemory != null || nextSpilled != null;
        }

        @Override
        public OwnKey next() {
            var one = nextInMemory;
            var other = nextSpilled;
            int order;
            if (one == null && other == null) {
                throw new NoSuchElementException();
            } else if (one == null) {
                order = 1;
            } else if (other == null) {
                order = -1;
            } else {
                order = reverse ? other.compareTo(one) : one.compareTo(other);
            }
            if (order <= 0) {
                nextInMemory = memory.hasNext() ? memory.next() : null;
            }
            if (order >= 0) {
                nextSpilled = readSpilled();
            }
            return order <= 0 && one != null ? one : Objects.requireNonNull(other);
        }
    }
}
