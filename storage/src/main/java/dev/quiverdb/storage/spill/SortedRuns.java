package dev.quiverdb.storage.spill;

import dev.quiverdb.base.type.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries that were too many for memory: a few sorted runs in a {@link SpillFile}, of which the
 * newest that has an entry is right. Runs of a kind are merged eight at a time, so there are
 * O(log(entries)) of them, and each entry is written as often. In memory stay the place of every
 * eighth KiB, and 16 bits an entry that tell most absent entries from present ones.
 *
 * <p>The log-structured merge tree: O'Neil, Cheng, Gawlick, O'Neil, 1996; the filter: Bloom, 1970.
 *
 * <pre>
 * block*    of about 8 KiB: entry*
 *   entry   varint length, key, long row id, varint length, payload
 * </pre>
 *
 * <p>One thread adds; any thread reads. What merged runs took in the file comes back with the file.
 */
public final class SortedRuns {
    private static final int BLOCK_BYTES = 8 << 10;
    private static final int RUNS_OF_A_LEVEL = 8;
    private static final int FILTER_BITS_PER_ENTRY = 16;
    private static final int FILTER_PROBES = 4;

    /** One entry. Its arrays are not changed by anybody. */
    public static final class Entry {
        private final byte[] key;
        private final long rowId;
        private final byte[] payload;

        public Entry(byte[] key, long rowId, byte[] payload) {
            this.key = key;
            this.rowId = rowId;
            this.payload = payload;
        }

        public byte[] key() {
            return key;
        }

        public long rowId() {
            return rowId;
        }

        public byte[] payload() {
            return payload;
        }

        private int compare(byte[] otherKey, long otherRow) {
            int order = Arrays.compareUnsigned(key, otherKey);
            return order != 0 ? order : Long.compare(rowId, otherRow);
        }
    }

    /** A run: where its blocks begin, with what, and which entries it may have. Not changed. */
    private static final class Run {
        final int level;
        final byte[][] firstKeys;
        final long[] firstRows;
        final long[] positions;
        final int[] lengths;
        final long[] filter;
        final long count;

        /** The block that was searched last; guarded by the run. */
        private int cachedBlock = -1;

        private List<Entry> cached = List.of();

        Run(int level, RunWriter from) {
            this.level = level;
            this.firstKeys = from.firstKeys.toArray(byte[][]::new);
            this.firstRows = from.firstRows.stream().mapToLong(Long::longValue).toArray();
            this.positions = from.positions.stream().mapToLong(Long::longValue).toArray();
            this.lengths = from.lengths.stream().mapToInt(Integer::intValue).toArray();
            this.filter = from.filter;
            this.count = from.count;
        }

        /** The last block that begins at or below a place; -1 if all begin above. */
        int blockOf(byte[] key, long rowId) {
            int low = 0;
            int high = positions.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                int order = Arrays.compareUnsigned(firstKeys[middle], key);
                if (order < 0 || (order == 0 && firstRows[middle] <= rowId)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low - 1;
        }

        List<Entry> block(SpillFile file, int number) {
            byte[] bytes = new byte[lengths[number]];
            file.read(positions[number], bytes, 0, bytes.length);
            var in = ByteBuffer.wrap(bytes);
            var entries = new ArrayList<Entry>();
            while (in.hasRemaining()) {
                byte[] key = readBytes(in);
                long rowId = in.getLong();
                entries.add(new Entry(key, rowId, readBytes(in)));
            }
            return entries;
        }

        @Nullable Entry find(SpillFile file, byte[] key, long rowId) {
            int number = mayHave(filter, hash(key, rowId)) ? blockOf(key, rowId) : -1;
            if (number < 0) {
                return null;
            }
            List<Entry> entries;
            synchronized (this) {
                if (cachedBlock != number) {
                    cached = block(file, number);
                    cachedBlock = number;
                }
                entries = cached;
            }
            int low = 0;
            int high = entries.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = entries.get(middle).compare(key, rowId);
                if (order == 0) {
                    return entries.get(middle);
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return null;
        }
    }

    private static byte[] readBytes(ByteBuffer in) {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            length |= (b & 0x7f) << shift;
            if (b >= 0) {
                break;
            }
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static long hash(byte[] key, long rowId) {
        long hash = (rowId + 31L * Arrays.hashCode(key)) * 0x9E3779B97F4A7C15L;
        hash ^= hash >>> 32;
        hash *= 0xD6E8FEB86659FD93L;
        return hash ^ hash >>> 29;
    }

    private static boolean mayHave(long[] filter, long hash) {
        for (int probe = 0; probe < FILTER_PROBES; probe++) {
            int bit = bit(filter, hash, probe);
            if ((filter[bit >>> 6] & 1L << bit) == 0) {
                return false;
            }
        }
        return true;
    }

    private static int bit(long[] filter, long hash, int probe) {
        int mixed = (int) hash + probe * ((int) (hash >>> 32) | 1);
        return (int) ((mixed & 0xFFFF_FFFFL) * (filter.length * 64L) >>> 32);
    }

    /** Writes one run. */
    private static final class RunWriter {
        private final SpillFile file;
        final List<byte[]> firstKeys = new ArrayList<>();
        final List<Long> firstRows = new ArrayList<>();
        final List<Long> positions = new ArrayList<>();
        final List<Integer> lengths = new ArrayList<>();
        final long[] filter;
        long count;
        private final ByteWriter block = new ByteWriter(BLOCK_BYTES + 256);

        RunWriter(SpillFile file, long entriesMax) {
            this.file = file;
            long words = Math.max(1, entriesMax * FILTER_BITS_PER_ENTRY / 64);
            this.filter = new long[(int) Math.min(words, 1 << 24)];
        }

        void add(Entry entry) {
            if (block.size() == 0) {
                firstKeys.add(entry.key);
                firstRows.add(entry.rowId);
            }
            block.putVarInt(entry.key.length);
            block.putBytes(entry.key);
            block.putLong(entry.rowId);
            block.putVarInt(entry.payload.length);
            block.putBytes(entry.payload);
            long hash = hash(entry.key, entry.rowId);
            for (int probe = 0; probe < FILTER_PROBES; probe++) {
                int bit = bit(filter, hash, probe);
                filter[bit >>> 6] |= 1L << bit;
            }
            count++;
            if (block.size() >= BLOCK_BYTES) {
                endBlock();
            }
        }

        void endBlock() {
            if (block.size() > 0) {
                positions.add(file.append(block.array(), 0, block.size()));
                lengths.add(block.size());
                block.reset();
            }
        }
    }

    private final Supplier<SpillFile> file;

    /** The newest first. */
    private volatile List<Run> runs = List.of();

    /**
     * No entries.
     *
     * @param file where they go; asked for when the first come
     */
    public SortedRuns(Supplier<SpillFile> file) {
        this.file = file;
    }

    public boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Entries in all runs; one that is in several counts as often. */
    public long count() {
        long count = 0;
        for (var run : runs) {
            count += run.count;
        }
        return count;
    }

    /**
     * Adds entries that hide those of the same place which came before. If it fails, none is added.
     *
     * @param sorted ascending by key and row id, each place once
     * @param count how many there are at most
     */
    public void add(Iterator<Entry> sorted, long count) {
        var next = new ArrayList<>(runs);
        next.addFirst(write(sorted, count, 0));
        while (true) {
            int level = next.getFirst().level;
            int same = 0;
            long entries = 0;
            while (same < next.size() && next.get(same).level == level) {
                entries += next.get(same).count;
                same++;
            }
            if (same < RUNS_OF_A_LEVEL) {
                break;
            }
            var merged = List.copyOf(next.subList(0, same));
            var run = write(new Merge(file.get(), merged, null, null, false), entries, level + 1);
            next.subList(0, same).clear();
            next.addFirst(run);
        }
        runs = List.copyOf(next);
    }

    private Run write(Iterator<Entry> sorted, long count, int level) {
        var writer = new RunWriter(file.get(), count);
        sorted.forEachRemaining(writer::add);
        writer.endBlock();
        return new Run(level, writer);
    }

    /** Forgets every run. */
    public void clear() {
        runs = List.of();
    }

    /** The newest entry at a place; null if there is none. */
    public @Nullable Entry find(byte[] key, long rowId) {
        for (var run : runs) {
            var entry = run.find(file.get(), key, rowId);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    /**
     * The newest entry of each place in a range, in order. What is added meanwhile does not come.
     *
     * @param from the first place, null for the very first
     * @param to the place before which it ends, null for the very end
     */
    public Iterator<Entry> range(@Nullable Entry from, @Nullable Entry to, boolean reverse) {
        var now = runs;
        return now.isEmpty()
                ? List.<Entry>of().iterator()
                : new Merge(file.get(), now, from, to, reverse);
    }

    /** The entries of one run, from one end to the other, a block at a time. */
    private static final class RunCursor {
        private final SpillFile file;
        private final Run run;
        private final @Nullable Entry from;
        private final @Nullable Entry to;
        private final boolean reverse;
        private int block;
        private List<Entry> entries = List.of();
        private int at;
        @Nullable Entry head;

        RunCursor(
                SpillFile file,
                Run run,
                @Nullable Entry from,
                @Nullable Entry to,
                boolean reverse) {
            this.file = file;
            this.run = run;
            this.from = from;
            this.to = to;
            this.reverse = reverse;
            var start = reverse ? to : from;
            int last = run.positions.length - 1;
            if (start == null) {
                block = reverse ? last : 0;
            } else {
                block = Math.max(0, run.blockOf(start.key, start.rowId));
            }
            load();
            advance();
        }

        private void load() {
            boolean there = block >= 0 && block < run.positions.length;
            entries = there ? run.block(file, block) : List.of();
            at = reverse ? entries.size() - 1 : 0;
        }

        void advance() {
            while (true) {
                if (at < 0 || at >= entries.size()) {
                    if (entries.isEmpty()) {
                        head = null;
                        return;
                    }
                    block += reverse ? -1 : 1;
                    load();
                    continue;
                }
                var entry = entries.get(at);
                at += reverse ? -1 : 1;
                boolean below = from != null && entry.compare(from.key, from.rowId) < 0;
                boolean above = to != null && entry.compare(to.key, to.rowId) >= 0;
                if (reverse ? below : above) {
                    head = null;
                    entries = List.of();
                    return;
                }
                if (!below && !above) {
                    head = entry;
                    return;
                }
            }
        }
    }

    /** Runs side by side; of the same place the newest counts. */
    private static final class Merge implements Iterator<Entry> {
        private final List<RunCursor> cursors = new ArrayList<>();
        private final boolean reverse;
        private @Nullable Entry next;

        Merge(
                SpillFile file,
                List<Run> runs,
                @Nullable Entry from,
                @Nullable Entry to,
                boolean reverse) {
            this.reverse = reverse;
            for (var run : runs) {
                cursors.add(new RunCursor(file, run, from, to, reverse));
            }
            advance();
        }

        private void advance() {
            Entry best = null;
            for (var cursor : cursors) {
                var head = cursor.head;
                if (head == null) {
                    continue;
                }
                int order = best == null ? -1 : head.compare(best.key, best.rowId);
                if (best == null || (reverse ? order > 0 : order < 0)) {
                    best = head;
                }
            }
            next = best;
            if (best == null) {
                return;
            }
            for (var cursor : cursors) {
                var head = cursor.head;
                if (head != null && head.compare(best.key, best.rowId) == 0) {
                    cursor.advance();
                }
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Entry next() {
            var entry = next;
            if (entry == null) {
                throw new NoSuchElementException();
            }
            advance();
            return entry;
        }
    }
}
