package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.table.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction wrote and nobody else sees: per row a chain of versions from newest to oldest,
 * each with the command that made it, and per ordered index the keys that own rows have or had. A
 * key that a rollback left behind is harmless, for every hit is checked against the row.
 */
final class WriteSet {
    /** What a version did to its row. */
    enum Kind {
        INSERT,
        UPDATE,
        DELETE
    }

    /** One version of one row. */
    static final class Version {
        final long rowId;
        final int command;
        final Kind kind;
        final Layout layout;

        /** The whole row, by the layout's positions; of a deleted row, what it was. */
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
            return kind != Kind.DELETE;
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
        final int tabletId;
        final TreeMap<Long, Version> rows = new TreeMap<>();
        final Map<Integer, NavigableSet<OwnKey>> keys = new HashMap<>();

        TabletWrites(int tabletId) {
            this.tabletId = tabletId;
        }

        NavigableSet<OwnKey> keys(int indexId) {
            return keys.computeIfAbsent(indexId, _ -> new TreeSet<>());
        }
    }

    private static final long[] NO_ROWS = {};

    private final Map<Integer, TabletWrites> tablets = new HashMap<>();

    /** Every write in order, to be undone by savepoints. */
    private final List<TabletWrites> logTablets = new ArrayList<>();

    private long[] logRows = NO_ROWS;

    @Nullable TabletWrites tabletOrNull(int tabletId) {
        return tablets.get(tabletId);
    }

    TabletWrites tablet(int tabletId) {
        return tablets.computeIfAbsent(tabletId, TabletWrites::new);
    }

    Iterable<TabletWrites> tablets() {
        return tablets.values();
    }

    @Nullable Version newest(int tabletId, long rowId) {
        var writes = tablets.get(tabletId);
        return writes == null ? null : writes.rows.get(rowId);
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
        var writes = tablet(tabletId);
        writes.rows.put(version.rowId, version);
        int at = logTablets.size();
        if (at == logRows.length) {
            logRows = Arrays.copyOf(logRows, Math.max(4, at * 2));
        }
        logRows[at] = version.rowId;
        logTablets.add(writes);
    }

    boolean isEmpty() {
        return logTablets.isEmpty();
    }

    int size() {
        return logTablets.size();
    }

    /** Called with the versions that are undone. */
    interface Undone {
        void undone(int tabletId, Version version);
    }

    /** Takes back all writes after the first {@code keep}, newest first. */
    void truncate(int keep, Undone undone) {
        for (int i = logTablets.size() - 1; i >= keep; i--) {
            var writes = logTablets.get(i);
            var version = writes.rows.remove(logRows[i]);
            if (version == null) {
                throw new IllegalStateException("A write is in the log but not in the rows.");
            }
            if (version.previous != null) {
                writes.rows.put(version.rowId, version.previous);
            }
            undone.undone(writes.tabletId, version);
        }
        logTablets.subList(keep, logTablets.size()).clear();
    }
}
