package dev.quiverdb.storage.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.AccessRequest;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.IndexSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The ordered index in memory alone: a skip list that is saved as a whole with each checkpoint. It
 * is what the tests hold the B+tree against.
 */
public final class MemoryOrderedMethod implements AccessMethod {
    @Override
    public String name() {
        return IndexSpec.BTREE;
    }

    @Override
    public AccessIndex create(AccessContext context) {
        return new Index(new IndexKeys(context.tablet(), context.index()));
    }

    @Override
    public AccessIndex open(AccessContext context, ByteBuffer saved) {
        var index = new Index(new IndexKeys(context.tablet(), context.index()));
        int count = saved.getInt();
        for (int i = 0; i < count; i++) {
            byte[] entry = new byte[saved.getInt()];
            saved.get(entry);
            index.entries.put(entry, Index.CURRENT);
        }
        return index;
    }

    @Override
    public AccessIndex build(AccessContext context, RowSource rows, BuildProgress progress) {
        var index = new Index(new IndexKeys(context.tablet(), context.index()));
        for (int stripe = 0; stripe < rows.stripes(); stripe++) {
            rows.visit(
                    stripe,
                    (rowId, row) -> {
                        if (index.keys.belongs(row)) {
                            index.insert(row, rowId, 0);
                        }
                    });
            progress.report("building index: scanning table", stripe + 1, rows.stripes());
        }
        return index;
    }

    @Override
    public void validate(AccessContext context) {}

    private static final class Index implements OrderedIndex {
        static final Long CURRENT = Long.MAX_VALUE;
        private final IndexKeys keys;

        /** Key and row id (8 bytes) to the commit that deleted the entry. */
        final ConcurrentSkipListMap<byte[], Long> entries =
                new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

        Index(IndexKeys keys) {
            this.keys = keys;
        }

        private static byte[] entry(byte[] key, long rowId) {
            byte[] entry = Arrays.copyOf(key, key.length + 8);
            ByteBuffer.wrap(entry).putLong(key.length, rowId);
            return entry;
        }

        @Override
        public IndexKeys keys() {
            return keys;
        }

        @Override
        public void insert(RowView row, long rowId, long commit) {
            entries.put(entry(keys.key(row), rowId), CURRENT);
        }

        @Override
        public void delete(RowView row, long rowId, long commit, boolean forSnapshots) {
            byte[] entry = entry(keys.key(row), rowId);
            if (forSnapshots) {
                entries.put(entry, commit);
            } else {
                entries.remove(entry);
            }
        }

        @Override
        public void prune(long horizon) {
            entries.values().removeIf(commit -> commit <= horizon);
        }

        @Override
        public void save(ByteWriter out) {
            var current =
                    entries.entrySet().stream()
                            .filter(entry -> entry.getValue().equals(CURRENT))
                            .map(Map.Entry::getKey)
                            .toList();
            out.putInt(current.size());
            for (byte[] entry : current) {
                out.putInt(entry.length);
                out.putBytes(entry);
            }
        }

        @Override
        public void drop() {
            entries.clear();
        }

        @Override
        public List<String> check() {
            return List.of();
        }

        @Override
        public AccessCursor search(AccessRequest request, AccessReader reader) {
            throw new UnsupportedOperationException("an ordered index has no distances");
        }

        @Override
        public EntryCursor entries(IndexKeys.Bounds bounds, boolean reverse, long snapshot) {
            var lower = bounds.lower();
            var upper = bounds.upper();
            var range =
                    lower == null
                            ? upper == null ? entries : entries.headMap(upper, false)
                            : upper == null
                                    ? entries.tailMap(lower, true)
                                    : Arrays.compareUnsigned(lower, upper) >= 0
                                            ? new ConcurrentSkipListMap<byte[], Long>(
                                                    Arrays::compareUnsigned)
                                            : entries.subMap(lower, true, upper, false);
            var keysInOrder = (reverse ? range.descendingMap() : range).keySet().iterator();
            return new EntryCursor() {
                private byte[] entry = new byte[8];

                @Override
                public boolean next() {
                    if (!keysInOrder.hasNext()) {
                        return false;
                    }
                    entry = keysInOrder.next();
                    return true;
                }

                @Override
                public byte[] key() {
                    return Arrays.copyOf(entry, entry.length - 8);
                }

                @Override
                public long rowId() {
                    return ByteBuffer.wrap(entry).getLong(entry.length - 8);
                }

                @Override
                public void close() {}
            };
        }
    }
}
