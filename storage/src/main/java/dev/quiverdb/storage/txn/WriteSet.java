package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.spill.SortedRuns;
import dev.quiverdb.storage.spill.SortedRuns.Entry;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.spill.SpillFile;
import dev.quiverdb.storage.table.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction wrote and nobody else sees: per row a chain of versions from newest to oldest,
 * each with the command that made it, and per ordered index the keys that own rows have or had. A
 * key that a rollback left behind is harmless, for every hit is checked against the row.
 *
 * <p>Beyond a budget all of it moves to sorted runs in a temporary file, one entry a row with its
 * whole chain. What memory has of a row is newer than what the file has; a row that a rollback took
 * back hides what the file has of it.
 */
final class WriteSet implements AutoCloseable {
    /** What a version did to its row. */
    enum Kind {
        INSERT,
        UPDATE,
        DELETE,
        /** A rollback took the writes back that the file still has. */
        GONE
    }

    /** One version of one row. */
    static final class Version {
        static final @Nullable Object[] NO_VALUES = {};

        final long rowId;
        final int command;
        final Kind kind;
        final Layout layout;

        /** The whole row, by the layout's positions; empty for a deleted row. */
        final @Nullable Object[] values;

        /** Which columns differ from the committed row; null for all. */
        final boolean @Nullable [] changed;

        final @Nullable Version previous;

        Version(
                long rowId,
                int command,
                Kind kind,
                Layout layout,
                @Nullable Object[] values,
                boolean @Nullable [] changed,
                @Nullable Version previous) {
            this.rowId = rowId;
            this.command = command;
            this.kind = kind;
            this.layout = layout;
            this.values = values;
            this.changed = changed;
            this.previous = previous;
        }

        boolean isLive() {
            return kind == Kind.INSERT || kind == Kind.UPDATE;
        }

        boolean isGone() {
            return kind == Kind.GONE;
        }

        /** Hides what the file has of the row. */
        Version gone() {
            return new Version(rowId, command, Kind.GONE, layout, NO_VALUES, null, null);
        }

        /** Whether the row was not there before this transaction. */
        boolean bornHere() {
            var version = this;
            while (version.previous != null) {
                version = version.previous;
            }
            return version.kind == Kind.INSERT;
        }

        /** A value by column; of a column that came later, its missing value. */
        @Nullable Object value(Layout of, int position) {
            if (of == layout) {
                return values[position];
            }
            int there = layout.positionOrMinusOne(of.spec().columns().get(position).columnId());
            return there >= 0 ? values[there] : of.spec().columns().get(position).missingValue();
        }
    }

    /** A key of an own row in an ordered index. */
    static final class OwnKey implements Comparable<OwnKey> {
        private final byte[] key;
        private final long rowId;

        OwnKey(byte[] key, long rowId) {
            this.key = key;
            this.rowId = rowId;
        }

        byte[] key() {
            return key;
        }

        long rowId() {
            return rowId;
        }

        @Override
        public int compareTo(OwnKey other) {
            int order = Arrays.compareUnsigned(key, other.key);
            return order != 0 ? order : Long.compare(rowId, other.rowId);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof OwnKey own && compareTo(own) == 0;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(key) * 31 + Long.hashCode(rowId);
        }
    }

    /** The writes to one tablet. */
    static final class TabletWrites {
        private static final byte[] NO_KEY = {};

        final int tabletId;
        private final WriteSet all;
        private final TreeMap<Long, Version> memory = new TreeMap<>();
        private final SortedRuns spilled;
        private final Map<Integer, OwnKeys> keys = new HashMap<>();
        private long lastRow = -1;

        TabletWrites(int tabletId, WriteSet all) {
            this.tabletId = tabletId;
            this.all = all;
            this.spilled = new SortedRuns(all.file);
        }

        /** Whether no row was written. */
        boolean isEmpty() {
            return memory.isEmpty() && spilled.isEmpty();
        }

        /** How many rows were written, at most. */
        long size() {
            return memory.size() + spilled.count();
        }

        /** No row above it was written. */
        long lastRow() {
            return lastRow;
        }

        boolean has(long rowId) {
            return newest(rowId) != null;
        }

        @Nullable Version newest(long rowId) {
            var version = memory.get(rowId);
            if (version != null) {
                return version.isGone() ? null : version;
            }
            var entry = spilled.isEmpty() ? null : spilled.find(NO_KEY, rowId);
            return entry == null ? null : all.codec().read(entry);
        }

        private void put(Version version) {
            memory.put(version.rowId, version);
            lastRow = Math.max(lastRow, version.rowId);
        }

        private void remove(Version version) {
            if (version.previous != null) {
                memory.put(version.rowId, version.previous);
            } else if (spilled.isEmpty()) {
                memory.remove(version.rowId);
            } else {
                memory.put(version.rowId, version.gone());
            }
        }

        /** The newest versions of rows in [from, end), in their order. */
        List<Version> in(long from, long end) {
            if (isEmpty()) {
                return List.of();
            }
            var found = new ArrayList<Version>();
            forEach(from, end, found::add);
            return found;
        }

        /** Tells of the newest version of every row, in the order of rows. */
        void forEach(Consumer<Version> consumer) {
            forEach(0, Long.MAX_VALUE, consumer);
        }

        private void forEach(long from, long end, Consumer<Version> consumer) {
            var fresh = memory.subMap(from, end).values().iterator();
            var next = fresh.hasNext() ? fresh.next() : null;
            var old = spilled.range(place(from), place(end), false);
            while (next != null || old.hasNext()) {
                var entry = old.hasNext() ? old.next() : null;
                long row = entry == null ? Long.MAX_VALUE : entry.rowId();
                while (next != null && next.rowId <= row) {
                    if (next.rowId == row) {
                        entry = null;
                    }
                    if (!next.isGone()) {
                        consumer.accept(next);
                    }
                    next = fresh.hasNext() ? fresh.next() : null;
                }
                var version = entry == null ? null : all.codec().read(entry);
                if (version != null) {
                    consumer.accept(version);
                }
            }
        }

        private static Entry place(long rowId) {
            return new Entry(NO_KEY, rowId, NO_KEY);
        }

        private void spill() {
            if (!memory.isEmpty()) {
                var rows = memory.entrySet().iterator();
                spilled.add(
                        new Iterator<>() {
                            @Override
                            public boolean hasNext() {
                                return rows.hasNext();
                            }

                            @Override
                            public Entry next() {
                                var row = rows.next();
                                return all.codec().write(row.getKey(), row.getValue());
                            }
                        },
                        memory.size());
                memory.clear();
            }
            keys.values().forEach(OwnKeys::spill);
        }

        private void clear() {
            memory.clear();
            spilled.clear();
            keys.clear();
        }

        @Nullable OwnKeys keysOrNull(int indexId) {
            return keys.get(indexId);
        }

        void addKey(int indexId, OwnKey key) {
            all.bytes += keys.computeIfAbsent(indexId, _ -> new OwnKeys(all.file)).add(key);
            all.maybeSpill();
        }
    }

    private final long bytesMax;
    private final SpillDirectory directory;
    private final Supplier<SpillFile> file = this::file;
    private final Map<Integer, TabletWrites> tablets = new HashMap<>();

    /** Every write in order, to be undone by savepoints. */
    private final UndoLog log = new UndoLog();

    private @Nullable SpillFile opened;

    /** Not before it is used: most transactions write nothing. */
    private @Nullable VersionCodec codec;

    /** What is in memory, about. */
    private long bytes;

    /** Whether a row was deleted that this transaction had inserted. */
    private boolean anyUnused;

    /**
     * Nothing.
     *
     * @param bytesMax so much stays in memory, about
     * @param directory where the rest goes, into a file without a name
     */
    WriteSet(long bytesMax, SpillDirectory directory) {
        this.bytesMax = bytesMax;
        this.directory = directory;
    }

    private synchronized SpillFile file() {
        var known = opened;
        if (known == null) {
            known = directory.newFile();
            opened = known;
        }
        return known;
    }

    private VersionCodec codec() {
        var known = codec;
        if (known == null) {
            known = new VersionCodec();
            codec = known;
        }
        return known;
    }

    @Nullable TabletWrites tabletOrNull(int tabletId) {
        return tablets.get(tabletId);
    }

    TabletWrites tablet(int tabletId) {
        return tablets.computeIfAbsent(tabletId, id -> new TabletWrites(id, this));
    }

    Iterable<TabletWrites> tablets() {
        return tablets.values();
    }

    @Nullable Version newest(int tabletId, long rowId) {
        var writes = tablets.get(tabletId);
        return writes == null ? null : writes.newest(rowId);
    }

    /** The newest version made by a command before the given one; null if there is none. */
    static @Nullable Version before(@Nullable Version newest, int command) {
        var version = newest;
        while (version != null && version.command >= command) {
            version = version.previous;
        }
        return version;
    }

    void add(int tabletId, Version version) {
        tablet(tabletId).put(version);
        log.add(tabletId, version.rowId, version.kind == Kind.INSERT);
        anyUnused |= !version.isLive() && version.bornHere();
        bytes += codec().sizeOf(version, log.size());
        maybeSpill();
    }

    private void maybeSpill() {
        if (bytes > bytesMax) {
            tablets.values().forEach(TabletWrites::spill);
            log.spill(file());
            bytes = 0;
        }
    }

    boolean isEmpty() {
        return log.size() == 0;
    }

    int size() {
        return log.size();
    }

    /** Whether rows were inserted and deleted again. */
    boolean hasUnused() {
        return anyUnused;
    }

    /** Called with the inserts that are undone. */
    interface Undone {
        void undone(int tabletId, long rowId);
    }

    /** Takes back all writes after the first {@code keep}, newest first. */
    void truncate(int keep, Undone undone) {
        for (int i = log.size() - 1; i >= keep; i--) {
            int tabletId = log.tabletId(i);
            long rowId = log.rowId(i);
            if (keep > 0) {
                takeBack(tabletId, rowId);
            }
            if (log.isInsert(i)) {
                undone.undone(tabletId, rowId);
            }
        }
        log.truncate(keep);
        if (keep == 0) {
            tablets.values().forEach(TabletWrites::clear);
            bytes = 0;
        }
    }

    private void takeBack(int tabletId, long rowId) {
        var writes = tablet(tabletId);
        var version = writes.newest(rowId);
        if (version == null) {
            throw new IllegalStateException("A write is in the log but not in the rows.");
        }
        writes.remove(version);
    }

    /** Forgets everything and gives the file back. */
    @Override
    public void close() {
        tablets.clear();
        var known = opened;
        if (known != null) {
            opened = null;
            known.close();
        }
    }
}
