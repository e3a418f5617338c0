package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.table.History;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.RowBuffer;
import dev.quiverdb.storage.table.Tablet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings entries of the log into the tablets, in log order. The same code runs after a commit and
 * in recovery. It never evaluates SQL and never fails: whatever it throws ends the storage.
 *
 * <p>Used by one thread at a time, inside a writer's visit.
 */
final class Applier {
    private final BlockStore store;
    private final History history;
    private final Map<String, AccessMethod> methods;
    final ConcurrentSkipListMap<Integer, Tablet> tablets = new ConcurrentSkipListMap<>();

    /** Sequences as the log has them. */
    final TreeMap<Long, SequenceTable.Logged> sequences = new TreeMap<>();

    /** Tablets changed since the last look. */
    final Set<Tablet> touched = new HashSet<>();

    /** Tablets made by the entry being applied, which may come in pieces. */
    private final List<Tablet> fresh = new ArrayList<>();

    private long freshCommit = -1;

    /** What unfinished bulk loads have brought. */
    final HiddenParts hidden = new HiddenParts(this);

    int greatestTabletId;
    private final Map<Integer, RowBuffer> buffers = new HashMap<>();

    Applier(BlockStore store, History history, Map<String, AccessMethod> methods) {
        this.store = store;
        this.history = history;
        this.methods = methods;
    }

    AccessMethod method(String name) {
        var method = methods.get(name);
        if (method == null) {
            throw new IllegalStateException("access method \"" + name + "\" is not registered");
        }
        return method;
    }

    /** An index that a session built before its commit, by tablet and index. */
    interface Built {
        @Nullable AccessIndex take(int tabletId, int indexId);
    }

    static final Built NONE = (_, _) -> null;

    /**
     * Applies the payload of one commit.
     *
     * @param live whether there may be snapshots; false in recovery
     */
    void apply(ByteBuffer payload, long commit, boolean live, Built built) {
        if (commit != freshCommit) {
            fresh.clear();
            freshCommit = commit;
        }
        while (payload.hasRemaining()) {
            byte tag = payload.get();
            switch (tag) {
                case Redo.CREATE_TABLET -> createTablet(SpecCodec.readTablet(payload), commit);
                case Redo.DROP_TABLET -> {
                    var tablet = tablets.remove(payload.getInt());
                    if (tablet != null) {
                        touched.remove(tablet);
                        buffers.remove(tablet.tabletId());
                        tablet.drop();
                    }
                }
                case Redo.ALTER_TABLET -> {
                    var spec = SpecCodec.readTablet(payload);
                    tablet(spec.tabletId()).applyAlter(spec);
                    buffers.remove(spec.tabletId());
                }
                case Redo.CREATE_INDEX -> {
                    var tablet = tablet(payload.getInt());
                    var spec = SpecCodec.readIndex(payload);
                    createIndex(tablet, spec, commit, built);
                    buffers.remove(tablet.tabletId());
                }
                case Redo.DROP_INDEX -> {
                    var tablet = tablet(payload.getInt());
                    tablet.dropIndex(payload.getInt());
                    buffers.remove(tablet.tabletId());
                }
                case Redo.ROWS -> rows(payload, commit, live);
                case Redo.SEQUENCE -> {
                    long id = payload.getLong();
                    sequences.put(
                            id, new SequenceTable.Logged(payload.getLong(), payload.get() != 0));
                }
                case Redo.SEQUENCE_GONE -> sequences.remove(payload.getLong());
                case Redo.SHOW ->
                        hidden.show(payload.getLong(), payload.getInt(), payload.getInt(), commit);
                case Redo.TAKE_BACK -> hidden.takeBack(payload.getLong(), payload.getInt());
                default -> throw new IllegalStateException("unknown redo record " + tag);
            }
        }
        startFresh(commit);
    }

    private void startFresh(long commit) {
        for (var tablet : fresh) {
            tablet.allocator().start(commit);
        }
    }

    Tablet tablet(int tabletId) {
        var tablet = tablets.get(tabletId);
        if (tablet == null) {
            throw new IllegalStateException("the log changes tablet " + tabletId + ", not there");
        }
        return tablet;
    }

    Tablet newTablet(Layout layout, long created) {
        return new Tablet(store, history, layout, created);
    }

    private void createTablet(TabletSpec spec, long commit) {
        greatestTabletId = Math.max(greatestTabletId, spec.tabletId());
        var loaded = hidden.adopt(spec.tabletId());
        if (loaded != null) {
            fresh.add(loaded);
            tablets.put(spec.tabletId(), loaded);
            return;
        }
        // The indexes join one by one, as each is made.
        var bare = new TabletSpec(spec.tabletId(), spec.columns(), List.of(), spec.temporary());
        var tablet = newTablet(Layout.of(bare), commit);
        for (var index : spec.indexes()) {
            tablet.addIndex(index, method(index.method()).create(tablet.context(index)), commit);
        }
        fresh.add(tablet);
        tablets.put(spec.tabletId(), tablet);
    }

    private void createIndex(Tablet tablet, IndexSpec spec, long commit, Built built) {
        if (tablet.index(spec.indexId()) != null) {
            // A bulk load made it before.
            return;
        }
        var index = built.take(tablet.tabletId(), spec.indexId());
        if (index == null) {
            index = method(spec.method()).create(tablet.context(spec));
            tablet.fillIndex(spec, index, commit);
        }
        tablet.addIndex(spec, index, commit);
    }

    private void rows(ByteBuffer payload, long commit, boolean live) {
        var tablet = tablet(payload.getInt());
        int version = payload.getInt();
        var layout = tablet.layout();
        if (layout.version() != version) {
            throw new IllegalStateException(
                    "the log has rows of layout " + version + " for " + layout.version());
        }
        touched.add(tablet);
        var row = buffers.computeIfAbsent(tablet.tabletId(), _ -> new RowBuffer(layout));
        for (int rest = payload.getInt(); rest > 0; rest--) {
            byte operation = payload.get();
            long rowId = Redo.readVarLong(payload);
            switch (operation) {
                case Redo.INSERT -> {
                    row.readRedo(layout, payload);
                    tablet.applyInsert(rowId, row, commit);
                }
                case Redo.UPDATE -> {
                    row.readRedo(layout, payload);
                    tablet.applyUpdate(rowId, row, commit, live);
                }
                case Redo.DELETE -> tablet.applyDelete(rowId, commit, live);
                default -> throw new IllegalStateException("unknown row change " + operation);
            }
        }
    }

    /** Finds the row ids that a payload will insert. */
    void forEachInsert(ByteBuffer payload, InsertVisitor visitor) {
        while (payload.hasRemaining()) {
            switch (payload.get()) {
                case Redo.CREATE_TABLET, Redo.ALTER_TABLET -> SpecCodec.readTablet(payload);
                case Redo.DROP_TABLET -> payload.getInt();
                case Redo.CREATE_INDEX -> {
                    payload.getInt();
                    SpecCodec.readIndex(payload);
                }
                case Redo.DROP_INDEX -> payload.getLong();
                case Redo.SHOW -> payload.position(payload.position() + 16);
                default -> {
                    var tablet = tablets.get(payload.getInt());
                    int version = payload.getInt();
                    if (tablet == null || tablet.layout().version() != version) {
                        // Made or altered by the same transaction: nobody else can insert there.
                        return;
                    }
                    var row = new RowBuffer(tablet.layout());
                    for (int rest = payload.getInt(); rest > 0; rest--) {
                        byte operation = payload.get();
                        long rowId = Redo.readVarLong(payload);
                        if (operation != Redo.DELETE) {
                            row.readRedo(tablet.layout(), payload);
                        }
                        if (operation == Redo.INSERT) {
                            visitor.insert(tablet, rowId);
                        }
                    }
                }
            }
        }
    }

    /** Hears of rows to be inserted. */
    interface InsertVisitor {
        void insert(Tablet tablet, long rowId);
    }
}
