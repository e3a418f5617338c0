package dev.quiverdb.storage.access;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.AccessRequest;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.btree.BTree;
import dev.quiverdb.storage.btree.BTreeCursor;
import dev.quiverdb.storage.btree.KeyBounds;
import dev.quiverdb.storage.btree.KeyRun;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The ordered index as an access method: one {@link BTree} of (key, row id). */
public final class BtreeMethod implements AccessMethod {
    private static final int ENTRIES_PER_VISIT = 1024;

    @Override
    public String name() {
        return IndexSpec.BTREE;
    }

    @Override
    public AccessIndex create(AccessContext context) {
        return new Index(context, BTree.create(context.blocks(), BTree.NODE_BYTES));
    }

    @Override
    public AccessIndex open(AccessContext context, ByteBuffer saved) {
        return new Index(context, saved.getLong());
    }

    private static IndexKeys keys(AccessContext context) {
        return new IndexKeys(context.tablet(), context.index());
    }

    private static final class Entry {
        final byte[] key;
        final long rowId;

        Entry(byte[] key, long rowId) {
            this.key = key;
            this.rowId = rowId;
        }

        int compare(Entry other) {
            int order = Arrays.compareUnsigned(key, other.key);
            return order != 0 ? order : Long.compare(rowId, other.rowId);
        }
    }

    @Override
    public AccessIndex build(AccessContext context, RowSource rows, BuildProgress progress) {
        var keys = keys(context);
        var entries = new ArrayList<Entry>();
        for (int stripe = 0; stripe < rows.stripes(); stripe++) {
            rows.visit(
                    stripe,
                    (rowId, row) -> {
                        if (keys.belongs(row)) {
                            entries.add(new Entry(keys.checkedKey(row), rowId));
                        }
                    });
            progress.report("building index: scanning table", stripe + 1, rows.stripes());
        }
        entries.sort(Entry::compare);
        var store = context.blocks();
        var builder = BTree.build(store, BTree.NODE_BYTES);
        long root;
        try {
            for (int from = 0; from < entries.size(); from += ENTRIES_PER_VISIT) {
                int to = Math.min(entries.size(), from + ENTRIES_PER_VISIT);
                int ticket = store.enterWriter();
                try {
                    for (var entry : entries.subList(from, to)) {
                        builder.add(entry.key, entry.rowId);
                    }
                } finally {
                    store.exitWriter(ticket);
                }
                progress.report("building index: loading tuples in tree", to, entries.size());
            }
            int ticket = store.enterWriter();
            try {
                root = builder.finish();
            } finally {
                store.exitWriter(ticket);
            }
        } catch (Throwable cause) {
            int ticket = store.enterWriter();
            try {
                builder.abandon();
            } finally {
                store.exitWriter(ticket);
            }
            throw cause;
        }
        return new Index(context, root);
    }

    @Override
    public void validate(AccessContext context) {
        for (var key : context.index().keys()) {
            var type = context.tablet().column(key.columnId()).type();
            if (!type.comparable()) {
                throw SqlException.notSupported(
                        "type " + type.displayName() + " cannot be a key of an ordered index");
            }
        }
    }

    private static final class Index implements OrderedIndex {
        private final IndexKeys keys;
        private final BlockStore store;
        private final BTree tree;

        Index(AccessContext context, long root) {
            this.store = context.blocks();
            this.keys = BtreeMethod.keys(context);
            this.tree = BTree.open(store, root, context.spill());
        }

        @Override
        public IndexKeys keys() {
            return keys;
        }

        @Override
        public void insert(RowView row, long rowId, long commit) {
            tree.insert(keys.key(row), rowId, commit);
        }

        @Override
        public void insertAll(KeyRun run, long stamp) {
            for (int next = 0; next < run.size(); ) {
                next = tree.insertNext(run, next, stamp);
            }
        }

        @Override
        public void delete(RowView row, long rowId, long commit, boolean forSnapshots) {
            if (forSnapshots) {
                tree.delete(keys.key(row), rowId, commit);
            } else {
                tree.deleteUnseen(keys.key(row), rowId, commit);
            }
        }

        @Override
        public void prune(long horizon) {
            tree.prune(horizon);
        }

        @Override
        public void save(ByteWriter out) {
            out.putLong(tree.rootId());
        }

        @Override
        public long bytes() {
            return tree.bytes();
        }

        @Override
        public void drop() {
            tree.drop();
        }

        @Override
        public List<String> check() {
            int ticket = store.enterReader();
            try {
                return tree.check();
            } finally {
                store.exitReader(ticket);
            }
        }

        @Override
        public AccessCursor search(AccessRequest request, AccessReader reader) {
            throw new UnsupportedOperationException("an ordered index has no distances");
        }

        @Override
        public int find(byte[] key, long snapshot, long[] rowIds) {
            return tree.findInVisit(key, snapshot, rowIds);
        }

        @Override
        public EntryCursor entries(IndexKeys.Bounds bounds, boolean reverse, long snapshot) {
            var range = KeyBounds.of(bounds.lower(), true, bounds.upper(), false);
            return new Cursor(tree.range(range, reverse, snapshot));
        }
    }

    private record Cursor(BTreeCursor entries) implements OrderedIndex.EntryCursor {
        @Override
        public boolean next() {
            return entries.next();
        }

        @Override
        public byte[] key() {
            return entries.key();
        }

        @Override
        public long rowId() {
            return entries.rowId();
        }

        @Override
        public void close() {
            entries.close();
        }
    }
}
